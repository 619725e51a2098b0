"""The plan as a comment of a pull request: GitHub-flavoured Markdown of a bounded size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from reconciler.render.denselines import SHORTEST, DenseLines
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
from reconciler.render.shortlines import (
    LONGEST,
    aside_line,
    cost_line,
    exposures,
    group_line,
    thing_line,
)
from reconciler.render.story import BLOCKED, PLAIN, RISKY, Story
from reconciler.render.words import many
from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from reconciler.change import Aside, Change
    from reconciler.plan import Plan
    from reconciler.render.links import Links
    from reconciler.render.story import AsideGroup, Group

MOST = 65_000  # characters; GitHub takes 65,536, and the caller has something to add
_BESIDE = 4  # at least, for each code: two backticks, and what parts it from the next
_WHERE = 200  # characters of where the whole plan is
_SHORT = "There is no room for all of it: what matters has one line each."
_DENSE = (
    "There is no room for a whole line each: what several have in common stands above them, then"
    " each with the values that differ, in the order of their names."
)
_TOO_LONG = "**What matters does not fit here.** What may cost the most:"
_BARE = " Of what stands above without values there is only room to say what it may cost."


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
    """How changes are told: the lines of several; of one aside, with `gap` before the first of
    them; and a first word of it.
    """

    groups: Callable[[Sequence[Group]], Iterable[str]]
    aside: Callable[[AsideGroup], Iterable[str]]
    gap: tuple[str, ...] = ()
    note: tuple[str, ...] = ()


def plan_markdown(
    plan: Plan, links: Links | None = None, most: int = MOST, where: str = ""
) -> Page:
    """The plan in at most `most` characters, 2,000 or more. `where` says where the whole plan is.

    Blocked and risky changes, what moves without a change, and what others own are never cut: they
    fall back to one line each, then to what they have in common and their values, and where even
    that is too long the page is not complete.
    """
    story, passages = Story(plan), Passages(plan.zone, links)
    head, tail = top(story), end(plan, most // 50)
    room = most - len(tail) - len(_more(10**9, where)) - 2 * len(GAP)
    for form in _forms(story, passages, room - len(head)):
        matters = all_of(_matters(story, form), room - len(head) - len(GAP))
        if matters is not None:
            told = [head, matters.removeprefix(LINE)] if matters else [head]
            rest, cut, left = _rest(story, passages, room - len(GAP.join(told)) - len(GAP))
            more = [_more(left, where)] if left else []
            return Page(GAP.join([*told, *rest, *more, tail]), complete=True, cut=cut)
    return Page(_largest(story, head, tail, room, where), complete=False)


def _forms(story: Story, passages: Passages, room: int) -> Iterator[_Form]:
    """The ways to tell what matters, the longest first; the last only where the codes may fit."""
    zone = passages.zone

    def in_full(told: Passages, groups: Sequence[Group]) -> Iterator[str]:
        return (line for one in groups for line in chain(("",), told.group(one)))

    def on_a_line(groups: Sequence[Group]) -> Iterator[str]:
        return (group_line(one, zone) for one in groups)

    def aside(group: AsideGroup) -> list[str]:
        return [aside_line(group, zone)]

    for told in (passages, replace(passages, offers=False)):
        yield _Form(partial(in_full, told), told.aside, gap=("",))
    yield _Form(on_a_line, aside, note=(_SHORT, ""))
    matters = changes_of((*story.of(BLOCKED), *story.of(RISKY), *story.foreign))
    if sum(len(one.code) + _BESIDE for one in matters) > room:
        return
    dense = DenseLines(zone)
    for longest in (LONGEST, SHORTEST):
        yield _Form(partial(dense.groups, longest=longest), aside, note=(_DENSE, ""))


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
        yield from form.groups(groups)


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
    """The totals, and what may cost the most: as much as fits, and with as many values as fit."""
    plan = story.plan
    named = whole_names(story)
    begin = GAP.join([head, *([named] if named else []), _TOO_LONG])
    things: list[Change | Aside] = sorted([*plan.changes, *plan.asides], key=_most_first)
    free = room - len(begin) - len(GAP)
    lines = first_of(map(cost_line, things), free, LINE)
    left = len(things) + len(plan.warnings) - len(lines)
    more = _more(left, where)
    if len(lines) == len(things):
        free -= len(_BARE) + len(LINE.join(lines))
        bare = _with_values(lines, (thing_line(one, plan.zone) for one in things), free)
        more = _more(left + bare, where) + (_BARE if bare else "")
    return GAP.join([begin, LINE.join(lines), more, tail])


def _with_values(lines: list[str], whole_lines: Iterable[str], free: int) -> int:
    """Put whole lines in place of those that give the cost alone, from the first on, as far as
    `free` characters more allow; how many are left.
    """
    bare = len(lines)
    for at, line in enumerate(whole_lines):
        more = len(line) - len(lines[at])
        if more <= free:
            lines[at], free, bare = line, free - more, bare - 1
    return bare


def _most_first(thing: Change | Aside) -> tuple[bool, int, str]:
    """Without bound before all others, then by the most that it may cost, then by code."""
    cost = thing.exposure
    unbound = None in {cost.before, cost.after}
    return not unbound, -max(cost.before or 0, cost.after or 0), thing.code


def _more(count: int, where: str) -> str:
    said = f" The whole plan: {prose(visible(where)[:_WHERE])}." if where else ""
    return f"**{count:,} more not shown.**{said}"
