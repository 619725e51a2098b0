"""What a Markdown page says of changes where there is not even room for one whole line each: what
they have in common once, and then of each its code and the values that differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from reconciler.render.literal import code
from reconciler.render.meaning import sides
from reconciler.render.passages import signed
from reconciler.render.shortlines import LONGEST, codes_of, exposures, rules_of, told, two_sides
from reconciler.render.story import Group
from reconciler.render.wording import NOT_SET
from reconciler.render.words import many

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.change import Change
    from reconciler.diff import FieldChange

_ENDING = re.compile(r"(?<=\S) \([^()]+\)$")
SHORTEST = 12  # characters of a value that moves no money, where there is no room for LONGEST


@dataclass(frozen=True)
class _Row:
    """One change, or several that are the same, with its values by path."""

    group: Group
    zone: str

    @cached_property
    def likeness(self) -> tuple[object, ...]:
        """What rows below one heading have in common. What has no bound has a heading of its own:
        its cost is nowhere else.
        """
        first = self.group.first
        fields = [(one.path, _words(one)) for one in self.fields]
        return first.action, rules_of(self.group), _unbound(first), *fields

    @cached_property
    def fields(self) -> tuple[FieldChange, ...]:
        return told(self.group.first)

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        return tuple(sides(self.group.first, one, self.zone) for one in self.fields)


class DenseLines:
    """The lines of the changes of a target. What was worked out for one length is kept."""

    def __init__(self, zone: str) -> None:
        """Take the target's time zone."""
        self._zone = zone
        self._rows: dict[int, tuple[_Row, ...]] = {}

    def groups(self, groups: Sequence[Group], longest: int = LONGEST) -> Iterator[str]:
        """The lines of changes, in their order as far as what is told together allows; values that
        move no money are cut to `longest` characters.
        """
        alike: dict[tuple[object, ...], list[_Row]] = {}
        for group in groups:
            if id(group) not in self._rows:
                self._rows[id(group)] = tuple(_Row(one, self._zone) for one in _by_bound(group))
            for row in self._rows[id(group)]:
                alike.setdefault(row.likeness, []).append(row)
        for rows in alike.values():
            yield from _together(rows, longest)


def _by_bound(group: Group) -> Iterator[Group]:
    """The same change apart by whether its series have a bound."""
    found: dict[tuple[bool, bool], list[Change]] = {}
    for change in group.changes:
        found.setdefault(_unbound(change), []).append(change)
    return (Group(tuple(alike), group.risk) for alike in found.values())


def _unbound(change: Change) -> tuple[bool, bool]:
    return change.exposure.before is None, change.exposure.after is None


def _together(rows: Sequence[_Row], longest: int) -> Iterator[str]:
    """A heading with what is the same in all rows, and each row with what is not."""
    columns = list(zip(*(row.pairs for row in rows), strict=True))
    equal, apart, varying = [], [], []
    for at, (field, column) in enumerate(zip(rows[0].fields, columns, strict=True)):
        name, does = code(field.path), _words(field)
        if len(set(column)) == 1:
            equal.append(f"{name} {two_sides(field.path, column[0], longest=longest)}{does}")
        else:
            ending = _ending(column)
            apart.append(f"{name}{f' {code(ending.strip())}' if ending else ''}{does}")
            varying.append((at, field.path, ending))
    yield from ("", _heading(rows, equal, apart))
    for row in rows:
        values = [
            two_sides(path, _without(ending, row.pairs[at]), longest=longest)
            for at, path, ending in varying
        ]
        yield " ".join([f"- {codes_of(row.group)}", ", ".join(values)]).rstrip()


def _heading(rows: Sequence[_Row], equal: Sequence[str], apart: Sequence[str]) -> str:
    changes = [change for row in rows for change in row.group.changes]
    series = many(len(changes), "series", "series")
    cost = exposures([change.exposure for change in changes])
    said = f"**{series}**: {changes[0].action}{rules_of(rows[0].group)}, cost at worst {cost}"
    each = [f"and for each: {', '.join(apart)}"] if apart else []
    return ", ".join([said, *equal, *each])


def _without(ending: str, pair: tuple[str, str]) -> tuple[str, str]:
    return pair[0].removesuffix(ending), pair[1].removesuffix(ending)


def _ending(column: Iterable[tuple[str, str]]) -> str:
    """What all values have in brackets at their end: of a day the moment at which it ends."""
    values = {value for pair in column for value in pair} - {NOT_SET}
    found = {match[0] if (match := _ENDING.search(value)) else "" for value in values}
    return found.pop() if len(found) == 1 else ""


def _words(field: FieldChange) -> str:
    """What a move does, and who moved."""
    said = [signed(field.effect, field.effect)] if field.effect else []
    said += ["retroactive"] if field.retroactive else []
    said += [field.cause] if field.cause else []
    return f" ({', '.join(said)})" if said else ""
