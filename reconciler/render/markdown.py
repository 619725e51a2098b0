"""The plan as a comment of a pull request: GitHub-flavoured Markdown of a bounded size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.render.fitting import GAP, LINE, all_of, first_of
from reconciler.render.headline import (
    ALONE,
    FOREIGN,
    TITLES,
    changes_of,
    end,
    top,
    whole,
    whole_names,
)
from reconciler.render.literal import prose
from reconciler.render.passages import SIGNS, Passages
from reconciler.render.shortlines import aside_line, cost_line, exposures, group_line
from reconciler.render.story import BLOCKED, PLAIN, RISKY, Story
from reconciler.render.words import many
from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reconciler.change import Aside, Change
    from reconciler.plan import Plan
    from reconciler.render.links import Links
    from reconciler.render.story import AsideGroup, Group

MOST = 65_000  # characters; GitHub takes 65,536, and the caller has something to add
_WHERE = 200  # characters of where the whole plan is
_SHORT = "There is no room for all of it: what matters has one line each."
_TOO_LONG = "**What matters does not fit here.** What may cost the most:"


@dataclass(frozen=True, slots=True)
class Page:
    """A text within its limit. `complete`: it holds all that must never be cut. `cut`: how many
    changes it leaves out.
    """

    text: str
    complete: bool
    cut: int = 0


@dataclass(frozen=True, slots=True)
class _Form:
    """How changes are told: in lines, with `gap` before each change, and a first word of it."""

    group: Callable[[Group], Iterable[str]]
    aside: Callable[[AsideGroup], Iterable[str]]
    gap: tuple[str, ...]
    note: tuple[str, ...] = ()


def plan_markdown(
    plan: Plan, links: Links | None = None, most: int = MOST, where: str = ""
) -> Page:
    """The plan in at most `most` characters, 2,000 or more. `where` says where the whole plan is.

    Blocked and risky changes, what moves without a change, and what others own are never cut: they
    fall back to one line each, and where even that is too long the page is not complete.
    """
    story, passages = Story(plan), Passages(plan.zone, links)
    zone = plan.zone
    one_line_each = _Form(
        lambda group: [group_line(group, zone)],
        lambda aside: [aside_line(aside, zone)],
        gap=(),
        note=(_SHORT, ""),
    )
    forms = (_Form(passages.group, passages.aside, gap=("",)), one_line_each)
    head, tail = top(story), end(plan, most // 50)
    room = most - len(tail) - len(_more(10**9, where)) - 2 * len(GAP)
    for form in forms:
        matters = all_of(_matters(story, form), room - len(head) - len(GAP))
        if matters is not None:
            told = [head, matters.removeprefix(LINE)] if matters else [head]
            rest, cut, left = _rest(story, passages, room - len(GAP.join(told)) - len(GAP))
            more = [_more(left, where)] if left else []
            return Page(GAP.join([*told, *rest, *more, tail]), complete=True, cut=cut)
    return Page(_largest(story, head, tail, room, where), complete=False)


def _matters(story: Story, form: _Form) -> Iterator[str]:
    """The lines of all that must never be cut, the worst first."""
    yield from form.note
    yield from whole(story)
    for kind, sign in ((BLOCKED, "blocked"), (RISKY, "warned")):
        yield from _section(f"{SIGNS[sign]} {TITLES[kind]}", story.of(kind), form)
    if story.asides:
        yield from ("", f"### {ALONE}", *form.gap)
    for aside in story.apart:
        yield from form.aside(aside)
    yield from _section(FOREIGN, story.foreign, form)


def _section(title: str, groups: tuple[Group, ...], form: _Form) -> Iterator[str]:
    if groups:
        yield from ("", f"### {title}")
    for group in groups:
        yield from form.gap
        yield from form.group(group)


def _rest(story: Story, passages: Passages, room: int) -> tuple[list[str], int, int]:
    """As much of the rest and then of the warnings as fits; how many changes do not, and how many
    of both.
    """
    groups, warnings = story.of(PLAIN), story.plan.warnings
    changes = changes_of(groups)
    series = many(len(changes), "series", "series")
    cost = exposures([one.exposure for one in changes])
    opened = f"<details>\n<summary>{TITLES[PLAIN]}: {series}, cost at worst {cost}</summary>"
    closed = "</details>"
    free = room - len(opened) - len(closed) - 2 * len(GAP)
    taken = first_of((LINE.join(passages.group(group)) for group in groups), free)
    blocks = [opened, *taken, closed] if taken else []
    left = len(changes) - len(changes_of(groups[: len(taken)]))
    lines: list[str] = []
    if not left and warnings:
        title = "### Warnings"
        free = room - len(GAP.join([*blocks, title])) - 2 * len(GAP)
        lines = first_of((f"- {prose(one)}" for one in warnings), free, LINE)
        blocks += [title, LINE.join(lines)] if lines else []
    return blocks, left, left + len(warnings) - len(lines)


def _largest(story: Story, head: str, tail: str, room: int, where: str) -> str:
    """The totals, and what may cost the most: as much as fits."""
    plan = story.plan
    named = whole_names(story)
    begin = GAP.join([head, *([named] if named else []), _TOO_LONG])
    things: list[Change | Aside] = sorted([*plan.changes, *plan.asides], key=_most_first)
    lines = first_of(map(cost_line, things), room - len(begin) - len(GAP), LINE)
    left = len(things) + len(plan.warnings) - len(lines)
    return GAP.join([begin, LINE.join(lines), _more(left, where), tail])


def _most_first(thing: Change | Aside) -> tuple[bool, int, str]:
    """Without bound before all others, then by the most that it may cost, then by code."""
    cost = thing.exposure
    unbound = None in {cost.before, cost.after}
    return not unbound, -max(cost.before or 0, cost.after or 0), thing.code


def _more(count: int, where: str) -> str:
    said = f" The whole plan: {prose(visible(where)[:_WHERE])}." if where else ""
    return f"**{count:,} more not shown.**{said}"
