"""The plan as one page that needs nothing else: no request leaves it, and it runs only what it was
made with. Nothing of a plan is markup: the templates escape whatever they are given.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from reconciler.change import Aside
from reconciler.effect import Effect
from reconciler.exposure import Exposure, total
from reconciler.fields import split
from reconciler.kinds import Kind
from reconciler.render.meaning import amount, aside_words, offer, sides
from reconciler.render.story import BLOCKED, PLAIN, RISKY, Group, Story, own
from reconciler.render.timeline import timeline
from reconciler.render.worddiff import word_diff
from reconciler.render.words import many, members
from reconciler.sideeffects import CAUSE
from reconciler.text import unseen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.change import Change
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
_SYMBOLS = {
    Effect.GENEROUS: "↑",
    Effect.STRICTER: "↓",
    Effect.WIDER: "↔",
    Effect.NARROWER: "↕",
    Effect.LONGER: "→",
    Effect.SHORTER: "←",
    Effect.ACTIVATES: "●",
    Effect.ENDS: "○",
    Effect.MESSAGING: "¶",
    Effect.NEUTRAL: "=",
}
_SHORT = {BLOCKED: "blocked", RISKY: "to look at first"}
_OPEN = 12  # of "The rest": what is more stands closed
_LONG = 60  # characters of a text from which on its words are compared
_IN_SIGHT = 60  # rows of the timeline: a longer one stands closed


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
        """What a list gains and loses."""
        return (
            list(members(field.path, *change.managed[field.path])) if field.cause != CAUSE else []
        )

    def given(self, told: Group | Aside, rule: str) -> str:
        """Who wrote the allowance of a rule, where that is known."""
        return told.first.given.get(rule, "") if isinstance(told, Group) else ""


def plan_html(plan: Plan, links: Links | None = None, now: datetime | None = None) -> str:
    """The whole page. `now` is the day of its timeline, and where nothing is said the plan's own:
    equal plans give equal bytes.
    """
    story, zone = Story(plan), ZoneInfo(plan.zone)
    sections = _sections(story)
    moment = now or datetime.fromisoformat(plan.created_at)
    drawn = timeline(
        (
            (entry.anchor, change)
            for section in sections
            for entry in section.entries
            if isinstance(entry.told, Group)
            for change in entry.told.changes
        ),
        zone,
        moment,
    )
    style, script = _source("plan.css"), _source("plan.js")
    return (
        _environment()
        .get_template("plan.html")
        .render(
            plan=plan,
            story=story,
            sections=sections,
            words=Words(plan.zone, links),
            timeline=drawn,
            costs=Costs.of(plan.changes),
            headline=_headline(story),
            actions=_actions(plan),
            filters=_filters(sections),
            entries=sum(len(section.entries) for section in sections),
            facts=_facts(plan),
            style=style,
            script=script,
            policy=_policy(style, script),
            limits={"open": _OPEN, "in_sight": _IN_SIGHT},
        )
    )


def _sections(story: Story) -> tuple[Section, ...]:
    told: dict[str, Iterable[Group | Aside]] = {
        BLOCKED: story.of(BLOCKED),
        RISKY: story.of(RISKY),
        ASIDE: story.asides,
        FOREIGN: story.foreign,
        PLAIN: story.of(PLAIN),
    }
    number = 0
    found = []
    for name, ones in told.items():
        entries = []
        for number, one in enumerate(ones, start=number + 1):  # noqa: B020
            entries.append(Entry(f"entry-{number}", name, one))
        if entries:
            found.append(Section(name, *_TITLES[name], tuple(entries)))
    return tuple(found)


def _headline(story: Story) -> str:
    """What it comes to, in one line."""
    asides = f"{len(story.asides):,} without a change" if story.asides else ""
    changes = story.plan.changes
    if not changes:
        return f"No changes{asides and ', ' + asides}"
    counts = [(sum(len(one.changes) for one in story.of(risk)), risk) for risk in (BLOCKED, RISKY)]
    said = [f"{count:,} {_SHORT[risk]}" for count, risk in counts if count]
    foreign = sum(len(one.changes) for one in story.foreign)
    said += [asides] if asides else []
    said += [f"{foreign:,} not of this pull request"] if foreign else []
    return f"{many(len(changes), 'change')}{': ' if said else ''}{', '.join(said)}"


def _actions(plan: Plan) -> list[tuple[str, int]]:
    """How many changes go ahead, by what they do."""
    names = {"create": "To create", "adopt": "To adopt", "update": "To update"}
    return [(said, plan.count(action)) for action, said in names.items() if plan.count(action)]


def _filters(sections: Sequence[Section]) -> list[tuple[str, str, int]]:
    """What can be shown alone: its name, its title, and how many entries it has."""
    kinds = [kind for section in sections for entry in section.entries for kind in entry.kinds]
    return [(name, _TITLES[name][0], kinds.count(name)) for name in _TITLES if name in kinds]


def _facts(plan: Plan) -> list[tuple[str, str | None]]:
    """From what and when it was made."""
    return [
        ("Commit", plan.commit),
        ("Compared with", plan.against),
        ("Causes told by", plan.base),
        ("Made at", plan.created_at),
    ]


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("reconciler.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_literal,
    )
    made.globals.update(
        amount=amount,
        many=many,
        own=own,
        symbol=_symbol,
        tone=_tone,
        effects=_effects,
        is_group=_is_group,
        told_cost=_told_cost,
    )
    return made


@cache
def _source(name: str) -> str:
    """A file that stands in the page as it is: ours, and so no value to be escaped."""
    environment = _environment()
    if environment.loader is None:
        raise LookupError(name)
    return environment.loader.get_source(environment, name)[0].strip()


def _policy(*inline: str) -> str:
    """What a browser may load and run: the page's own style and script."""
    style, script = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}';"
        " img-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _symbol(effect: str) -> str:
    return _SYMBOLS[Effect(effect)]


def _tone(effect: str) -> str:
    """How loud an effect is shown."""
    return "eases" if Effect(effect).eases else "calm"


def _effects(change: Change) -> list[str]:
    """What a change does in all, the generous first."""
    found = sorted(change.effects - {Effect.NEUTRAL}, key=list(Effect).index)
    said = [one.value for one in sorted(found, key=lambda one: not one.eases)]
    return ["activates"] if change.action == "create" and "activates" in said else said


def _is_group(told: Group | Aside) -> bool:
    return isinstance(told, Group)


def _told_cost(group: Group) -> Exposure:
    """What all changes of a group can cost together."""
    costs = [one.exposure for one in group.changes]
    return Exposure(total(one.before for one in costs), total(one.after for one in costs))


def _literal(value: object) -> object:
    """Text with what nobody sees, or what reorders text, as escapes. Everything printed comes by."""
    if type(value) is not str or (value.isascii() and value.isprintable()):
        return value
    return "".join(
        letter.encode("unicode_escape").decode("ascii") if unseen(letter) else letter
        for letter in value
    )
