"""One group of equal changes, or one aside, as lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.diff import recorded
from reconciler.effect import Effect
from reconciler.exposure import Exposure, total
from reconciler.fields import split
from reconciler.kinds import Kind
from reconciler.render.asidewords import aside_effect, aside_means, aside_words, left_alone
from reconciler.render.lines import TIE, Span, columns, laid
from reconciler.render.meaning import by_offer, cost, cost_of, offer, sides
from reconciler.render.story import PLAIN, own
from reconciler.render.worddiff import shortened, word_diff
from reconciler.render.wording import NOT_SET
from reconciler.render.words import cut, many, members, shown
from reconciler.sideeffects import CAUSE
from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.change import Aside, Change
    from reconciler.diff import FieldChange
    from reconciler.reason import Blocked
    from reconciler.render.ink import Ink
    from reconciler.render.story import AsideGroup, Group

_SIGNS = {"create": ("+", "green"), "update": ("~", "yellow"), "adopt": ("@", "cyan")}
_REASONS = {"blocked": ("!", "red"), "warned": ("?", "yellow"), "allowed": ("✓", "yellow")}
_MARKS = {"=": ("", "", ""), "-": ("[-", "-]", "red"), "+": ("{+", "+}", "green")}
_INSIDE = 4
_WIDEST_NAME = 28  # a longer path pushes its own value along, not those of others
_SHORT = 60  # two texts of so many columns are shown whole, beside each other
_LONG_LIST = 160


def group_lines(group: Group, zone: str, ink: Ink, width: int) -> Iterator[str]:
    """What is done to one series, or the same to several: fields, reasons, and the cost.

    Of what is not plain the first lines say what customers get.
    """
    first, several = group.first, len(group.changes) > 1
    heading = _alike(group) if several else _heading(first)
    yield from laid(heading, width, ink, hang=_INSIDE)
    for said in _costs(group, zone):
        yield from laid([Span(visible(said))], width, ink, _INSIDE)
    name = min(max((columns(visible(one.path)) for one in first.fields), default=0), _WIDEST_NAME)
    for field in first.fields:
        spans = _field(first, field, name, zone, len(group.changes) - 1)
        yield from laid(spans, width, ink, _INSIDE)
        yield from _members(first, field, ink, width)
    for line in _reasons(group):
        yield from laid(line, width, ink, _INSIDE)
    if group.held:
        waits = Span(f"! held up with the whole plan [{', '.join(group.held)}]", "red")
        yield from laid([waits], width, ink, _INSIDE)
    for warning in first.warnings:
        yield from laid(warning_spans(warning), width, ink, _INSIDE)
    if several and not _one_by_one(group, zone):
        codes = ", ".join(visible(one.code) for one in group.changes)
        yield from laid([Span(f"in {codes}")], width, ink, _INSIDE)


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
    yield Span(f" {len(group.changes):,} series, the same change in each", "bold")
    if group.first.owned is False:
        yield Span("  (not of this pull request)", "yellow")


def _costs(group: Group, zone: str) -> Iterator[str]:
    """What it costs at worst, for each series; of plain changes together."""
    costs: dict[str, list[Change]] = {}
    for one in group.changes:
        costs.setdefault(cost_of(one, zone), []).append(one)
    offers = {} if group.alone == PLAIN else by_offer(group.changes, zone)
    same = next(iter(offers)) if len(offers) == 1 else ""
    if len(costs) == 1:
        each = " each" if len(group.changes) > 1 else ""
        yield f"cost at worst {cost_of(group.first, zone)}{each}{f'. {same}' if same else ''}"
    elif group.alone == PLAIN:
        every = [one.exposure for one in group.changes]
        sums = total(one.before for one in every), total(one.after for one in every)
        yield f"cost at worst {cost(Exposure(*sums))} together"
    else:
        for said, alike in costs.items():
            yield f"cost at worst {said}: {_codes(alike)}"
        yield same
    if not same:
        yield from (f"{_codes(alike)}: {said}" for said, alike in offers.items())


def _one_by_one(group: Group, zone: str) -> bool:
    """Whether the costs name the series already."""
    ways = ((cost_of(one, zone), offer(one, zone)) for one in group.changes)
    return group.alone != PLAIN and len(set(ways)) > 1


def _codes(changes: Iterable[Change]) -> str:
    return ", ".join(one.code for one in changes)


def _field(
    change: Change, field: FieldChange, width: int, zone: str, others: int
) -> Iterator[Span]:
    """One path: what it moves from and to, where that is written, and what it does. `others` is how
    many more series it stands for.
    """
    path = visible(field.path)
    effect = Effect(field.effect) if field.effect else None
    create = change.action == "create"
    sign, colour = "+" if create else "~", "green" if create else "yellow"
    if not create and effect and (effect.eases or effect.tightens):
        sign, colour = ("▲", "yellow") if effect.eases else ("▼", "green")
    yield Span(sign, colour)
    yield Span(f" {path}{' ' * max(width - columns(path), 0)}  ")
    yield from _value(change, field, zone)
    if create:
        yield Span(f"  line{TIE}{field.line}", "dim")
        return
    if field.cause != CAUSE:
        more = f" and in {many(others, 'more file')}" if others else ""
        yield Span(f"  {visible(f'{change.file}:{field.line}')}{more}", "dim")
    said = [effect.value.replace(" ", TIE)] if effect else []
    said += ["retroactive"] if field.retroactive else []
    yield Span(f"  {', '.join(said)}" if said else "", colour if sign != "~" else "")
    yield Span(f"  {visible(field.cause)}" if field.cause else "", "dim")


def _value(change: Change, field: FieldChange, zone: str) -> Iterator[Span]:
    """A value of a create, or what a field moves from and to: of long texts each word that does."""
    before, after = sides(change, field, zone)
    row, _ = split(field.path)
    texts = row.kind in {Kind.TEXT, Kind.TEXTS}
    if change.action == "create" and field.cause != CAUSE:
        yield Span(cut(visible(after)) if texts and not row.moves_money else visible(after))
    elif texts and isinstance(field.before, str) and isinstance(field.after, str):
        yield from _texts(field.before, field.after)
    elif columns(before) + columns(after) > _LONG_LIST and any(_came_and_went(change, field)):
        yield Span("see what comes and goes")
    else:
        yield Span(f"{visible(before)} → {visible(after)}")


def _texts(before: str, after: str) -> Iterator[Span]:
    """Two texts, beside each other while they are short."""
    if columns(before) + columns(after) <= _SHORT:
        yield Span(f"{shown(before)} → {shown(after)}")
        return
    yield Span('"')
    for kind, text in shortened(word_diff(before, after)):
        start, end, colour = _MARKS[kind]
        yield Span(f"{start}{_unmarked(visible(text))}{end}", colour)
    yield Span('"')


def _unmarked(text: str) -> str:
    """A text in which nothing looks like a mark of what comes or goes."""
    for mark in ("[-", "-]", "{+", "+}"):
        text = text.replace(mark, f"{mark[0]}\\{mark[1]}")
    return text


def _members(change: Change, field: FieldChange, ink: Ink, width: int) -> Iterator[str]:
    """What a list gains and loses, a line for each group of members."""
    if change.action == "create" or field.cause == CAUSE:
        return
    for sign, member in _came_and_went(change, field):
        said = [Span(sign, "green" if sign == "+" else "red"), Span(f" {member}")]
        yield from laid(said, width, ink, 2 * _INSIDE)


def _came_and_went(change: Change, field: FieldChange) -> Iterator[tuple[str, str]]:
    if field.cause == CAUSE:
        return iter(())
    now, then = change.managed[field.path]
    applied = recorded(now)
    return members(field.path, now if applied is None else applied, then)


def _reasons(group: Group) -> Iterator[list[Span]]:
    """What guardrails say, each thing once; of several series by code where it is not the same."""
    for kind in _REASONS:
        said: dict[tuple[Blocked, str], list[str]] = {}
        for change in group.changes:
            for why in own(getattr(change, kind)):
                by = change.given.get(why.rule, "") if kind == "allowed" else ""
                said.setdefault((why, by), []).append(change.code)
        for (why, by), codes in said.items():
            whose = () if len(codes) == len(group.changes) else codes
            yield reason_spans(kind, why, by, whose)


def reason_spans(kind: str, why: Blocked, by: str = "", codes: Sequence[str] = ()) -> list[Span]:
    """One reason: blocked, warned or allowed; by whom, and for which of several series."""
    sign, colour = _REASONS[kind]
    whose = f"{', '.join(codes)}: " if codes else ""
    who = f" (written by {by})" if by else ""
    said = visible(f"{whose}{why.message}{who}")
    return [Span(f"{sign} {kind} [{visible(why.rule)}]", colour), Span(f" {said}")]


def warning_spans(warning: str) -> list[Span]:
    """What is worth knowing, and no rule."""
    return [Span("warning", "yellow"), Span(f": {visible(warning)}")]


def aside_lines(group: AsideGroup, zone: str, ink: Ink, width: int) -> Iterator[str]:
    """What moves without a change, in one series or the same in several: what it is, where, what it
    means, what it may cost, and what is said of it.
    """
    aside, others = group.first, len(group.asides) - 1
    name = f" {len(group.asides):,} series, the same in each" if others else f" {aside.code}"
    heading = [
        Span("- ", "yellow"),
        Span(visible(aside.kind), "yellow"),
        Span(visible(name) if aside.code else "", "bold"),
        Span("  "),
        Span(visible(f"{aside.file}:{aside.line}"), "dim"),
        Span(f" and in {many(others, 'more file')}" if others else "", "dim"),
    ]
    yield from laid(heading, width, ink, hang=_INSIDE)
    for said in _aside_words(aside, zone, " each" if others else ""):
        yield from laid([Span(said)], width, ink, _INSIDE)
    for kind in _REASONS:
        for why in getattr(aside, kind):
            by = aside.given.get(why.rule, "") if kind == "allowed" else ""
            yield from laid(reason_spans(kind, why, by), width, ink, _INSIDE)
    if others:
        codes = ", ".join(visible(one.code) for one in group.asides)
        yield from laid([Span(f"in {codes}")], width, ink, _INSIDE)


def _aside_words(aside: Aside, zone: str, each: str) -> Iterator[str]:
    """Its values, what it means, and what it does to money."""
    before, after = (visible(one) for one in aside_words(aside, zone))
    if aside.path is None and before == after != NOT_SET:
        yield after
    elif not left_alone(aside) and (aside.path is not None or before != after):
        name = f"{visible(aside.path)}  " if aside.path else ""
        yield f"{name}{f'stays {after}' if before == after else f'{before} → {after}'}"
    yield aside_means(aside, zone, visible)
    most = f"cost at worst {cost(aside.exposure)}{each}" if aside.code else ""
    yield "; ".join(part for part in (most, aside_effect(aside)) if part)
