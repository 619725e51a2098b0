"""What the page shows, as values: the sections of a plan's story, and their words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from reconciler.exposure import Exposure, total
from reconciler.render.story import BLOCKED, PLAIN, RISKY, AsideGroup, Group, Story, own
from reconciler.render.words import many

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.change import Aside, Change
    from reconciler.plan import Plan

KINDS = ("blocked", "warned", "allowed")
ASIDE, FOREIGN = "aside", "foreign"
_TITLES = {
    BLOCKED: ("Blocked", "Apply refuses these by name."),
    RISKY: ("Look here first", "These may give away more than before, or set off a warning."),
    ASIDE: (
        "Moves without a change",
        "Nothing is written for these, and money may move all the same.",
    ),
    FOREIGN: (
        "Not of this pull request",
        "An apply of everything would do these too; this pull request does not own them.",
    ),
    PLAIN: ("The rest", "Nothing here gives away more than before."),
}
_GOES_ON = " The rest can go on."


@dataclass(frozen=True, slots=True)
class Entry:
    """What one box of the page tells: changes that are alike, or something without a change."""

    anchor: str
    section: str
    told: Group | AsideGroup

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes; none for what stands without one."""
        return self.told.changes if isinstance(self.told, Group) else ()

    @property
    def things(self) -> Sequence[Change | Aside]:
        """All that it tells of."""
        return _things(self.told)

    @property
    def exposure(self) -> Exposure:
        """What it can cost at most, all together."""
        return _sum(one.exposure for one in self.things)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it can be filtered by."""
        also = (BLOCKED,) if self.told.first.blocked and self.section != BLOCKED else ()
        return (self.section, *also)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the story, with what stands in it."""

    name: str
    title: str
    lead: str
    entries: tuple[Entry, ...]

    @property
    def number(self) -> int:
        """How many changes stand in it, or moves without one."""
        return sum(len(entry.things) for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Reason:
    """What a guard says: of all that an entry tells, or of the series with these codes."""

    kind: str  # blocked, warned, allowed
    rule: str
    message: str
    by: str  # who wrote the allowance
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Costs:
    """What some changes can cost at most. What is without bound is counted, never added up."""

    together: Exposure
    number: int
    unbound: int  # how many are without bound after their change
    newly: int  # and were not before it
    bounded: Exposure  # what all others can cost together

    @classmethod
    def of(cls, changes: Sequence[Change]) -> Costs:
        """The costs of changes of one target."""
        costs = [one.exposure for one in changes]
        free = [one for one in costs if one.after is None]
        newly = sum(one.before is not None for one in free)
        rest = _sum(one for one in costs if one.after is not None)
        return cls(_sum(costs), len(costs), len(free), newly, rest)


def _sum(costs: Iterable[Exposure]) -> Exposure:
    found = list(costs)
    return Exposure(total(one.before for one in found), total(one.after for one in found))


def _things(told: Group | AsideGroup) -> Sequence[Change | Aside]:
    return told.changes if isinstance(told, Group) else told.asides


def reasons_of(told: Group | AsideGroup) -> list[Reason]:
    """What guards say of it, each thing once; of several series by code where not all share it."""
    things = _things(told)
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for kind in KINDS:
        for thing in things:
            for why in own(getattr(thing, kind)):
                by = thing.given.get(why.rule, "") if kind == "allowed" else ""
                found.setdefault((kind, why.rule, why.message, by), []).append(thing.code)
    return [
        Reason(*said, () if len(codes) == len(things) else tuple(codes))
        for said, codes in found.items()
    ]


def whole_of(story: Story) -> list[Reason]:
    """What guards over the whole plan say."""
    return [
        Reason(
            kind, why.rule, why.message, story.givers.get(why.rule, "") if kind == "allowed" else ""
        )
        for kind, why in story.whole
    ]


def sections_of(story: Story) -> tuple[Section, ...]:
    """The story in its order, without the sections that nothing stands in."""
    told: dict[str, Iterable[Group | AsideGroup]] = {
        BLOCKED: story.of(BLOCKED),
        RISKY: story.of(RISKY),
        ASIDE: story.apart,
        FOREIGN: story.foreign,
        PLAIN: story.of(PLAIN),
    }
    numbers = count(1)
    sections = [
        Section(
            name,
            _TITLES[name][0],
            _lead(name, story.plan),
            tuple(Entry(f"entry-{next(numbers)}", name, one) for one in ones),
        )
        for name, ones in told.items()
    ]
    return tuple(section for section in sections if section.entries)


def _lead(name: str, plan: Plan) -> str:
    goes_on = name == BLOCKED and any(not one.blocked for one in plan.changes)
    return _TITLES[name][1] + (_GOES_ON if goes_on else "")


def headline_of(story: Story) -> str:
    """What it comes to, in one line: how many of what, then how many of them are to be seen. These
    are the numbers that the filter has.
    """
    plan = story.plan
    changes, foreign = len(_changes(story.groups)), len(_changes(story.foreign))
    none = "No changes" if foreign or not plan.asides else "Nothing to write"
    found = [many(changes, "change") if changes else none]
    found += [f"{many(len(plan.asides), 'move')} without a change"] if plan.asides else []
    found += [f"{foreign:,} not of this pull request"] if foreign else []
    blocked = len(plan.blocked) + sum(bool(one.blocked) for one in plan.asides)
    counts = {"blocked": blocked, "to look at first": len(_changes(story.of(RISKY)))}
    seen = ", ".join(f"{number:,} {said}" for said, number in counts.items() if number)
    return f"{', '.join(found)}: {seen}" if seen else ", ".join(found)


def costs_of(story: Story) -> tuple[Costs, Costs]:
    """What all changes can cost, and what those that are not of the pull request."""
    return Costs.of(story.plan.changes), Costs.of(_changes(story.foreign))


def _changes(groups: Sequence[Group]) -> list[Change]:
    return [change for group in groups for change in group.changes]


def actions_of(plan: Plan) -> list[tuple[str, int]]:
    """How many changes go ahead, by what they do."""
    names = {"create": "To create", "adopt": "To adopt", "update": "To update"}
    return [(said, plan.count(action)) for action, said in names.items() if plan.count(action)]


def filters_of(sections: Sequence[Section]) -> list[tuple[str, str, int]]:
    """What can be shown alone: its name, its title, and how many changes, or moves without one."""
    kinds = [
        kind
        for section in sections
        for entry in section.entries
        for kind in entry.kinds * len(entry.things)
    ]
    return [(name, _TITLES[name][0], kinds.count(name)) for name in _TITLES if name in kinds]


def facts_of(plan: Plan) -> list[tuple[str, str | None]]:
    """From what and when it was made."""
    return [
        ("Commit", plan.commit),
        ("Compared with", plan.against),
        ("Causes told by", plan.base),
        ("Made at", plan.created_at),
    ]
