"""One group of equal changes, or one aside, as lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.diff import recorded
from reconciler.effect import Effect
from reconciler.exposure import Exposure, total
from reconciler.fields import split
from reconciler.kinds import Kind
from reconciler.render.lines import Span, columns, laid
from reconciler.render.meaning import aside_words, cost, offer, sides
from reconciler.render.story import PLAIN, own
from reconciler.render.words import cut, many, members, shown_pair
from reconciler.render.worddiff import shortened, word_diff
from reconciler.sideeffects import CAUSE
from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.change import Aside, Change
    from reconciler.diff import FieldChange
    from reconciler.reason import Blocked
    from reconciler.render.ink import Ink
    from reconciler.render.story import Group

_SIGNS = {"create": ("+", "green"), "update": ("~", "yellow"), "adopt": ("@", "cyan")}
_INSIDE = 4
_WIDEST_NAME = 28  # a longer path pushes its own value along, not those of others
_SHORT = 60  # two texts of so many columns are shown whole, beside each other
_LONG_LIST = 160


def group_lines(group: Group, zone: str, ink: Ink, width: int) -> Iterator[str]:
    """What is done to one series, or the same to several: fields, reasons, and the cost at worst.

    Of what is not plain the first lines say what customers get.
    """
    first, several = group.first, len(group.changes) > 1
    yield from laid(_alike(group) if several else _heading(first), width, ink, hang=_INSIDE)
    for line in _costs(group, zone):
        yield from laid([Span(visible(line))], width, ink, _INSIDE)
    name = min(max((columns(visible(one.path)) for one in first.fields), default=0), _WIDEST_NAME)
    for field in first.fields:
        yield from laid(_field(first, field, name, zone, several=several), width, ink, _INSIDE)
        yield from _members(first, field, ink, width)
    for line in _reasons(group):
        yield from laid(line, width, ink, _INSIDE)
    for warning in first.warnings:
        said = [Span("warning", "yellow"), Span(f": {visible(warning)}")]
        yield from laid(said, width, ink, _INSIDE)


def _heading(change: Change) -> Iterator[Span]:
    sign, colour = _SIGNS[change.action]
    yield Span(f"{sign} {change.action}", colour)
    yield Span(" ")
    yield Span(visible(change.code), "bold")
    if change.action == "adopt":
        counts = change.counters
        yield Span(f" (id {change.id}, {counts.issued:,} issued, {counts.redeemed:,} redeemed)")
    elif change.id is not None:
        yield Span(f" (id {change.id})")
    yield Span("  ")
    yield Span(visible(f"{change.file}:{change.line}"), "dim")
    if change.owned is False:
        yield Span("  (not of this pull request)", "yellow")


def _alike(group: Group) -> Iterator[Span]:
    sign, colour = _SIGNS[group.first.action]
    yield Span(f"{sign} {group.first.action}", colour)
    yield Span(f" the same in {len(group.changes):,} series: ")
    yield Span(", ".join(visible(one.code) for one in group.changes), "bold")
    if group.first.owned is False:
        yield Span("  (not of this pull request)", "yellow")


def _costs(group: Group, zone: str) -> Iterator[str]:
    """What it costs at worst, for each series; of plain changes together."""
    found: dict[Exposure, list[Change]] = {}
    for one in group.changes:
        found.setdefault(one.exposure, []).append(one)
    offers = {offer(one, zone) for one in group.changes}
    said = f". {offers.pop()}" if len(offers) == 1 and group.risk != PLAIN else ""
    if len(found) == 1:
        each = " each" if len(group.changes) > 1 else ""
        yield f"at worst {cost(group.first.exposure)}{each}{said}"
    elif group.risk == PLAIN:
        costs = [one.exposure for one in group.changes]
        sums = total(one.before for one in costs), total(one.after for one in costs)
        yield f"at worst {cost(Exposure(*sums))} together"
    else:
        for exposure, alike in found.items():
            yield f"at worst {cost(exposure)}: {', '.join(one.code for one in alike)}"


def _field(
    change: Change, field: FieldChange, width: int, zone: str, *, several: bool
) -> Iterator[Span]:
    """One path: what it moves from and to, where that is written, and what it does."""
    path = visible(field.path)
    effect = Effect(field.effect) if field.effect else None
    create = change.action == "create"
    sign, colour = "+" if create else "~", "green" if create else "yellow"
    if not create and effect and (effect.eases or effect.tightens):
        sign, colour = ("▲", "red") if effect.eases else ("▼", "green")
    yield Span(sign, colour)
    yield Span(f" {path}{' ' * max(width - columns(path), 0)}  ")
    yield from _value(change, field, zone)
    if create:
        yield Span(f"  line {field.line}", "dim")
        return
    if field.cause != CAUSE:
        more = f", and in {many(several, 'more file')}" if several else ""
        yield Span(f"  {visible(f'{change.file}:{field.line}')}{more}", "dim")
    said = [effect.value] if effect else []
    said += ["retroactive"] if field.retroactive else []
    yield Span(f"  {', '.join(said)}" if said else "", colour if sign != "~" else "")
    yield Span(f"  {visible(field.cause)}" if field.cause else "", "dim")
