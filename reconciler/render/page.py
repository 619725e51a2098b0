"""What the page shows, as values: the sections of a plan's story, and their words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from reconciler.diff import recorded
from reconciler.exposure import Exposure, total
from reconciler.fields import split
from reconciler.kinds import Kind
from reconciler.render.meaning import aside_words, offer, sides
from reconciler.render.story import BLOCKED, PLAIN, RISKY, Group, Story
from reconciler.render.worddiff import word_diff
from reconciler.render.words import many, members
from reconciler.sideeffects import CAUSE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.change import Aside, Change
    from reconciler.diff import FieldChange
    from reconciler.plan import Plan
    from reconciler.render.links import Links

ASIDE, FOREIGN = "aside", "foreign"
_TITLES = {
    BLOCKED: ("Blocked", "Apply refuses these by name. The rest can go on."),
    RISKY: ("Look here first", "These may give away more than before, or set off a warning."),
    ASIDE: ("Without a change", "Nothing is written for these, and money may move all the same."),
    FOREIGN: (
        "Not of this pull request",
        "An apply of everything would do these too; this pull request does not own them.",
    ),
    PLAIN: ("The rest", "Nothing here gives away more than before."),
}
_SHORT = {BLOCKED: "blocked", RISKY: "to look at first"}
_LONG = 60  # characters of a text from which on its words are compared


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, and where to look at it; "" where that is not known."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What one box of the page tells: changes that are alike, or something without a change."""

    anchor: str
    section: str
    told: Group | Aside

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes; none for what stands without one."""
        return self.told.changes if isinstance(self.told, Group) else ()

    @property
    def exposure(self) -> Exposure:
        """What it can cost at most, all together."""
        if not isinstance(self.told, Group):
            return self.told.exposure
        costs = [one.exposure for one in self.told.changes]
        return Exposure(total(one.before for one in costs), total(one.after for one in costs))

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it can be filtered by."""
        blocked = self.told.first.blocked if isinstance(self.told, Group) else self.told.blocked
        also = (BLOCKED,) if blocked and self.section != BLOCKED else ()
        return (self.section, *also)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the story, with what stands in it."""

    name: str
    title: str
    lead: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Costs:
    """What some changes can cost at most. What is without bound is counted, never added up."""

    bounded: Exposure
    unbound: tuple[str, ...]  # codes
    newly: int

    @classmethod
    def of(cls, changes: Sequence[Change]) -> Costs:
        """The costs of changes of one target."""
        free = [one for one in changes if one.exposure.after is None]
        rest = [
            one.exposure for one in changes if None not in {one.exposure.before, one.exposure.after}
        ]
        sums = Exposure(total(one.before for one in rest), total(one.after for one in rest))
        newly = sum(one.exposure.before is not None for one in free)
        return cls(sums, tuple(one.code for one in free), newly)


@dataclass(frozen=True, slots=True)
class Words:
    """What the templates ask for: a plan's values in words, of its zone and with its links."""

    zone: str
    links: Links | None

    def place(self, file: str, line: int) -> Place:
        """A line of a file; only the web is linked to."""
        url = self.links.to(file, line) if self.links else ""
        return Place(f"{file}:{line}", url if url.startswith(("https://", "http://")) else "")

    def sides(self, change: Change, field: FieldChange) -> tuple[str, str]:
        """Before and after of a field."""
        return sides(change, field, self.zone)

    def aside(self, told: Aside) -> tuple[str, str]:
        """Before and after of what stands without a change."""
        return aside_words(told, self.zone)

    def offer(self, change: Change) -> str:
        """What a series offers after its change, in one sentence."""
        return offer(change, self.zone)

    def pieces(self, field: FieldChange) -> list[tuple[str, str]]:
        """A long text word by word: what stays, goes and comes. Nothing for any other value."""
        texts = (field.before, field.after)
        if split(field.path)[0].kind not in {Kind.TEXT, Kind.TEXTS} or field.cause == CAUSE:
            return []
        if not all(isinstance(text, str) and text for text in texts):
            return []
        return word_diff(*texts) if max(map(len, texts)) > _LONG else []

    def members(self, change: Change, field: FieldChange) -> list[tuple[str, str]]:
        """What a list that live has gains and loses."""
        if field.cause == CAUSE:
            return []
        now, then = change.managed[field.path]
        applied = recorded(now)
        known = now if applied is None else applied
        return list(members(field.path, known, then)) if isinstance(known, list) else []

    def given(self, told: Group | Aside, rule: str) -> str:
        """Who wrote the allowance of a rule, where that is known."""
        return told.first.given.get(rule, "") if isinstance(told, Group) else ""


def sections_of(story: Story) -> tuple[Section, ...]:
    """The story in its order, without the sections that nothing stands in."""
    told: dict[str, Iterable[Group | Aside]] = {
        BLOCKED: story.of(BLOCKED),
        RISKY: story.of(RISKY),
        ASIDE: story.asides,
        FOREIGN: story.foreign,
        PLAIN: story.of(PLAIN),
    }
    numbers = count(1)
    sections = [
        Section(
            name, *_TITLES[name], tuple(Entry(f"entry-{next(numbers)}", name, one) for one in ones)
        )
        for name, ones in told.items()
    ]
    return tuple(section for section in sections if section.entries)


def headline_of(story: Story) -> str:
    """What it comes to, in one line."""
    refused = sum(bool(one.blocked) for one in story.asides)
    asides = f"{len(story.asides):,} without a change" if story.asides else ""
    asides += f" ({refused:,} blocked)" if refused else ""
    changes = story.plan.changes
    if not changes:
        return f"No changes{asides and ', ' + asides}"
    numbers = {risk: sum(len(one.changes) for one in story.of(risk)) for risk in _SHORT}
    said = [f"{number:,} {_SHORT[risk]}" for risk, number in numbers.items() if number]
    foreign = sum(len(one.changes) for one in story.foreign)
    said += [asides] if asides else []
    said += [f"{foreign:,} not of this pull request"] if foreign else []
    return f"{many(len(changes), 'change')}{': ' if said else ''}{', '.join(said)}"


def actions_of(plan: Plan) -> list[tuple[str, int]]:
    """How many changes go ahead, by what they do."""
    names = {"create": "To create", "adopt": "To adopt", "update": "To update"}
    return [(said, plan.count(action)) for action, said in names.items() if plan.count(action)]


def filters_of(sections: Sequence[Section]) -> list[tuple[str, str, int]]:
    """What can be shown alone: its name, its title, and how many entries it has."""
    kinds = [kind for section in sections for entry in section.entries for kind in entry.kinds]
    return [(name, _TITLES[name][0], kinds.count(name)) for name in _TITLES if name in kinds]


def facts_of(plan: Plan) -> list[tuple[str, str | None]]:
    """From what and when it was made."""
    return [
        ("Commit", plan.commit),
        ("Compared with", plan.against),
        ("Causes told by", plan.base),
        ("Made at", plan.created_at),
    ]
