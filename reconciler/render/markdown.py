"""The plan as a comment of a pull request: GitHub-flavoured Markdown of a bounded size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from reconciler.render.fitting import GAP, all_of, first_of
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
from reconciler.render.oneliners import aside_line, cost_line, exposures, group_line
from reconciler.render.passages import SIGNS, Passages
from reconciler.render.story import BLOCKED, PLAIN, RISKY, Story
from reconciler.render.words import many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.change import Aside, Change
    from reconciler.plan import Plan
    from reconciler.render.links import Links
    from reconciler.render.story import Group

MOST = 65_000  # characters; GitHub takes 65,536, and the caller has something to add
LEAST = 2_000  # the smallest limit that can be kept
_WHERE = 200  # characters of where the whole plan is
_SHORT = "There is no room for all of it: what matters has one line each."
_TOO_LONG = "**What matters does not fit here.** What may cost the most:"


@dataclass(frozen=True, slots=True)
class Page:
    """A text within its limit. `complete`: it holds all that must never be cut."""

    text: str
    complete: bool


@dataclass(frozen=True, slots=True)
class _Form:
    """How changes are told: in full, or on one line each."""

    group: Callable[[Group], str]
    aside: Callable[[Aside], str]
    gap: str
    note: str = ""


def plan_markdown(
    plan: Plan, links: Links | None = None, most: int = MOST, where: str = ""
) -> Page:
    """The plan in at most `most` characters, 2,000 or more. `where` says where the whole plan is.

    Blocked and risky changes, what moves without a change, and what others own are never cut: they
    fall back to one line each, and where even that is too long the page is not complete.
    """
    story, passages = Story(plan), Passages(plan.zone, links)
    short = (partial(group_line, zone=plan.zone), partial(aside_line, zone=plan.zone))
    forms = (_Form(passages.group, passages.aside, GAP), _Form(*short, "\n", _SHORT))
    head, tail = top(story), end(plan)
    room = most - len(tail) - len(_more(10**9, where)) - 2 * len(GAP)
    for form in forms:
        matters = all_of(_matters(story, form), room - len(head) - len(GAP), form.gap)
        if matters is not None:
            told = [head, matters] if matters else [head]
            rest, left = _rest(story, passages, room - len(GAP.join(told)) - len(GAP))
            more = [_more(left, where)] if left else []
            return Page(GAP.join([*told, *rest, *more, tail]), complete=True)
    return Page(_largest(story, head, tail, room, where), complete=False)


def _matters(story: Story, form: _Form) -> Iterator[str]:
    """All that must never be cut, the worst first."""
    if form.note:
        yield form.note
    if said := "\n".join(whole(story)):
        yield said
    for kind in (BLOCKED, RISKY):
        yield from _section(
            f"{SIGNS.get(kind, SIGNS['warned'])} {TITLES[kind]}", story.of(kind), form
        )
    if story.asides:
        yield f"### {ALONE}"
        yield "\n".join(map(form.aside, story.asides))
    yield from _section(FOREIGN, story.foreign, form)


def _section(title: str, groups: tuple[Group, ...], form: _Form) -> Iterator[str]:
    if groups:
        yield f"### {title}"
        yield from map(form.group, groups)


def _rest(story: Story, passages: Passages, room: int) -> tuple[list[str], int]:
    """As much of the rest and then of the warnings as fits, and how many of both do not."""
    groups, warnings = story.of(PLAIN), story.plan.warnings
    changes = changes_of(groups)
    series = many(len(changes), "series", "series")
    cost = exposures([one.exposure for one in changes])
    opened = f"<details>\n<summary>{TITLES[PLAIN]}: {series}, exposure {cost}</summary>"
    closed = "</details>"
    free = room - len(opened) - len(closed) - 2 * len(GAP)
    taken = first_of(map(passages.group, groups), free)
    blocks = [opened, *taken, closed] if taken else []
    left = len(changes) - len(changes_of(groups[: len(taken)]))
    lines: list[str] = []
    if not left and warnings:
        title = "### Warnings"
        free = room - len(GAP.join([*blocks, title])) - 2 * len(GAP)
        lines = first_of((f"- {prose(one)}" for one in warnings), free, "\n")
        blocks += [title, "\n".join(lines)] if lines else []
    return blocks, left + len(warnings) - len(lines)


def _largest(story: Story, head: str, tail: str, room: int, where: str) -> str:
    """The totals, and what may cost the most: as much as fits."""
    plan = story.plan
    named = whole_names(story)
    begin = GAP.join([head, *([named] if named else []), _TOO_LONG])
    things: list[Change | Aside] = sorted([*plan.changes, *plan.asides], key=_most_first)
    lines = first_of(map(cost_line, things), room - len(begin) - len(GAP), "\n")
    left = len(things) + len(plan.warnings) - len(lines)
    return GAP.join([begin, "\n".join(lines), _more(left, where), tail])


def _most_first(thing: Change | Aside) -> tuple[bool, int, str]:
    """Without bound before all others, then by the most that it may cost, then by code."""
    cost = thing.exposure
    unbound = None in {cost.before, cost.after}
    return not unbound, -max(cost.before or 0, cost.after or 0), thing.code


def _more(count: int, where: str) -> str:
    said = f" The whole plan: {prose(where[:_WHERE])}." if where else ""
    return f"**{count:,} more not shown.**{said}"
