"""A list in a file, made to hold other members: those that stay are not touched."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler import values
from reconciler.accepting.nodes import ALIAS, BLOCK, BLOCKS_OF_TEXT, FLOW, Edit, Node, spliced
from reconciler.accepting.spelling import in_line, ordered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.accepting.nodes import Sheet

_DASH = re.compile(r" *-[ \t]+\Z")
_NOTHING = re.compile(r"[ \t]*(#.*)?\Z")
_COMMA = re.compile(r"[ \t]*,")
_MORE = re.compile(r"[ \t]*,?[ \t]*(#.*)?\Z")


def list_edits(
    node: Node, old: Sequence[Any], new: Sequence[Any], sheet: Sheet, key: Node
) -> list[Edit]:
    """The edits that make a list hold what another one means, in any order."""
    kept = _Members.of(node, old, new, sheet)
    edits: list[Edit] | None = None
    if node.style == FLOW and not sheet.has_break(node.start, node.end):
        edits = [_row(kept)]
    elif node.style == FLOW:
        edits = _rows(kept)
    elif node.style == BLOCK and not node.tagged:
        edits = _dashes(kept, key)
    return edits if edits is not None else _whole(node, new, sheet, key)


def _whole(node: Node, new: Sequence[Any], sheet: Sheet, key: Node) -> list[Edit]:
    """A new list in brackets, where the old one is of an odd form."""
    text = in_line(list(new), None, sheet, inside=True)
    if node.style == BLOCK:  # may begin at a column where brackets must not
        return [Edit(sheet.text.index(":", key.end) + 1, node.end, f" {text}")]
    return [Edit(node.outer if node.tagged else node.start, node.end, text)]


@dataclass(frozen=True, slots=True)
class _Members:
    """A list's nodes: which stay, what changes inside of them, which go, and what is new."""

    node: Node
    sheet: Sheet
    stay: tuple[int, ...]
    inside: tuple[Edit, ...]
    added: tuple[Any, ...]

    @classmethod
    def of(cls, node: Node, old: Sequence[Any], new: Sequence[Any], sheet: Sheet) -> _Members:
        """What is to be done. A block whose ids alone differ stays."""
        wanted = {_meaning(item): item for item in new}
        stay = {at for at, item in enumerate(old) if _meaning(item) in wanted}
        left = {_meaning(item) for item in old}
        added = {meaning: item for meaning, item in wanted.items() if meaning not in left}
        inside: list[Edit] = []
        for at, item in enumerate(old):
            if at in stay or not isinstance(item, dict):
                continue
            twin = next((name for name in added if _alike(item, added[name])), None)
            edits = _within(node.members[at], item, added[twin], sheet) if twin else None
            if twin and edits is not None:
                stay.add(at)
                inside += edits
                del added[twin]
        return cls(node, sheet, tuple(sorted(stay)), tuple(inside), tuple(added.values()))

    @property
    def gone(self) -> list[int]:
        """The members that are taken away."""
        stay = set(self.stay)
        return [at for at in range(len(self.node.members)) if at not in stay]

    @property
    def sample(self) -> Node | None:
        """The member that new ones look like."""
        return next((one for one in reversed(self.node.members) if one.style != ALIAS), None)

    def spelled(self) -> list[str]:
        """The new members, each in one line."""
        return [in_line(item, self.sample, self.sheet, inside=True) for item in self.added]


def _meaning(item: object) -> str:
    if not isinstance(item, dict):
        return json.dumps(item)
    read = values.places if "orgEntityId" in item else values.products
    return json.dumps(read([item]))


def _alike(one: object, other: object) -> bool:
    """Whether two blocks differ in a list of ids alone."""
    return (
        isinstance(one, dict)
        and isinstance(other, dict)
        and one.keys() == other.keys()
        and any(isinstance(part, list) for part in one.values())
        and all(part == other[name] or isinstance(part, list) for name, part in one.items())
    )


def _within(
    node: Node, old: dict[str, Any], new: dict[str, Any], sheet: Sheet
) -> list[Edit] | None:
    """The edits of the lists in a block; None where it is no block of its own."""
    edits: list[Edit] = []
    for name, key, value in node.pairs:
        if not isinstance(old[name], list):
            continue
        if not value.is_list:  # an alias
            return None
        edits += list_edits(value, old[name], new[name], sheet, key)
    return edits if node.pairs else None


def _row(kept: _Members) -> Edit:
    """A list in brackets on one line."""
    node, text, members = kept.node, kept.sheet.text, kept.node.members
    parts = [
        spliced(text, _of(kept.inside, members[at]), members[at].outer, members[at].end)
        for at in kept.stay
    ]
    parts += kept.spelled()
    if not parts:
        return Edit(node.start, node.end, "[]")
    lead = tail = ""
    between = ", "
    if members:
        lead = text[node.start + 1 : members[0].outer]
        tail = text[members[-1].end : node.end - 1]
    if len(members) > 1:
        between = text[members[0].end : members[1].outer]
    return Edit(node.start, node.end, f"[{lead}{between.join(parts)}{tail}]")


def _of(edits: Iterable[Edit], node: Node) -> list[Edit]:
    return [edit for edit in edits if node.outer <= edit.start and edit.end <= node.end]


def _rows(kept: _Members) -> list[Edit] | None:
    """A list in brackets with a line for each member; None for one that is wrapped otherwise."""
    node, sheet, members = kept.node, kept.sheet, kept.node.members
    if not members or not all(_alone(member, sheet) for member in members):
        return None
    if sheet.line_end(members[-1].end) >= node.end:  # the bracket closes on the same line
        return None
    if not kept.stay and not kept.added:
        return [Edit(node.start, node.end, "[]")]
    comma = _comma(members[-1], sheet)
    start = members[0].outer
    indent = sheet.text[sheet.line_start(start) : start]
    lines = [f"{indent}{text}," for text in kept.spelled()]
    if lines and not comma:
        lines[-1] = lines[-1][:-1]
    edits = [*kept.inside, *_lines(kept, lines)]
    last = members[kept.stay[-1]] if kept.stay else None
    if last and lines and not _comma(last, sheet):
        edits.append(Edit(last.end, last.end, ","))
    elif last and not lines and not comma and (found := _comma(last, sheet)):
        edits.append(Edit(found.end() - 1, found.end(), ""))
    return edits


def _alone(member: Node, sheet: Sheet) -> bool:
    before = sheet.text[sheet.line_start(member.outer) : member.outer]
    after = sheet.text[member.end : sheet.line_end(member.end)]
    return not before.strip() and _MORE.match(after) is not None


def _comma(member: Node, sheet: Sheet) -> re.Match[str] | None:
    return _COMMA.match(sheet.text, member.end)


def _dashes(kept: _Members, key: Node) -> list[Edit] | None:
    """A list with a dash for each member; None for one of an odd form."""
    sheet, members = kept.sheet, kept.node.members
    if not all(_dashed(member, sheet) for member in members):
        return None
    if not kept.stay and not kept.added:
        if kept.node.anchor:
            return None
        colon = sheet.text.index(":", key.end) + 1
        return [Edit(colon, colon, " []"), *_lines(kept, [])]
    start = members[-1].outer
    dash = sheet.text[sheet.line_start(start) : start]
    return [*kept.inside, *_lines(kept, [dash + text for text in _items(kept, len(dash))])]


def _dashed(member: Node, sheet: Sheet) -> bool:
    before = sheet.text[sheet.line_start(member.outer) : member.outer]
    after = sheet.text[member.end : sheet.line_end(member.end)]
    plain = member.style not in BLOCKS_OF_TEXT
    return plain and bool(_DASH.match(before) and _NOTHING.match(after))


def _items(kept: _Members, column: int) -> Iterator[str]:
    """The new members of a block list, which may take several lines each."""
    sample, sheet = kept.sample, kept.sheet
    if sample is None or sample.style != BLOCK or sample.is_list:
        yield from kept.spelled()
        return
    for item in kept.added:
        lines = [
            line
            for name, part in ordered(item, sample).items()
            for line in _entry(name, part, sample.find(name), sheet)
        ]
        yield (sheet.newline + " " * column).join(lines)


def _entry(name: str, value: Any, like: tuple[Node, Node] | None, sheet: Sheet) -> list[str]:  # noqa: ANN401 - any value of a file
    """One key of a block with its value, in lines."""
    if like and isinstance(value, list) and like[1].style == BLOCK and like[1].members:
        key, first = like[0], like[1].members[0]
        start = sheet.line_start(first.outer)
        column = key.start - sheet.line_start(key.start)
        dash = sheet.text[start : first.outer][column:]
        return [f"{name}:", *(dash + in_line(one, first, sheet, inside=True) for one in value)]
    return [f"{name}: {in_line(value, like[1] if like else None, sheet, inside=True)}"]


def _lines(kept: _Members, lines: Sequence[str]) -> list[Edit]:
    """The edits that take away the lines of members and add lines behind those that stay. Where
    none stays, the new lines stand in the first one's place.
    """
    sheet, members = kept.sheet, kept.node.members
    edits = []
    for at in kept.gone:
        start = sheet.line_start(members[at].outer)
        if lines and not kept.stay and at == 0:
            text = sheet.newline.join(lines)
            edits.append(Edit(start, sheet.line_end(members[at].end), text))
        else:
            edits.append(Edit(start, sheet.next_line(members[at].end), ""))
    if lines and kept.stay:
        last = members[kept.stay[-1]].end
        after, newline = sheet.next_line(last), sheet.newline
        at_the_end = after == sheet.line_end(last)  # of a file without a last line break
        there = [newline + line if at_the_end else line + newline for line in lines]
        edits.append(Edit(after, after, "".join(there)))
    return edits
