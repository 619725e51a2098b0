"""One series' change as a value with a digest, and what a pull request moves without one.

A change's digest covers what it would do and what live it was computed from, so it is also the
pre-image that apply holds live to. Counters, times, lines and the tool's version are outside, and
so is all that follows from the rest: effects, exposure, and what blocks it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any

from reconciler.diff import Reading, recorded, strategy, until_series_ends
from reconciler.effect import Effect, effects, is_value
from reconciler.exposure import Counters, Exposure, exposures
from reconciler.fields import FIELDS, canonical, split
from reconciler.guards import STANDING, Judged, purely_stricter, value_guards
from reconciler.kinds import Money, figure
from reconciler.risk import Case, judge, permitted
from reconciler.sideeffects import CAUSE, predicted
from reconciler.values import Canonical, Mark

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from zoneinfo import ZoneInfo

    from reconciler.diff import FieldChange
    from reconciler.guardrails import Guardrails
    from reconciler.lifecycle import Lifecycle, Lines
    from reconciler.live import LiveSeries
    from reconciler.reason import Blocked

SCHEME = "reconciler/change/1"
# Rules that live or history alone shows: nobody can judge them again from a change, so that its
# digest holds them.
SEEN_LIVE = frozenset(
    {
        "lookalike",
        "similar-code",
        "duplicate-live",
        "odd-live-value",
        "vanished",
        "adopt-refused",
        "absence-unproven",
        "unproven-field",
        "protected",  # a commit ago: what takes the protection away moves nothing yet
    }
)
NOTHING = Exposure(0, 0)


@dataclass(frozen=True)
class Change:
    """What one series needs. `managed` holds [live, desired] in canonical form for each path.

    `sent` holds the file's values of paths that live may hide: they are sent whether shown or not;
    `shown` the fields of that kind that live shows. `seen` is what live alone tells against the
    change, whether its file allows it or not.
    """

    action: str  # create, adopt, update
    code: str
    id: int | None
    file: str
    line: int
    fields: tuple[FieldChange, ...]
    managed: Mapping[str, tuple[Canonical, Canonical]]
    sent: dict[str, Any]
    money: Mapping[str, Canonical]
    lifecycle: Lifecycle
    shown: tuple[str, ...]
    counters: Counters
    seen: tuple[Blocked, ...]
    warnings: tuple[str, ...]
    target: str
    host: str
    vouched: str | None = None  # lastUsed, where it alone tells that nothing hidden is wiped
    owned: bool | None = None  # whether this pull request makes it; None where nobody asked
    given: Mapping[str, str] = field(default_factory=dict)  # who wrote the allowance of a rule
    # What `judged` makes of the rest:
    exposure: Exposure = NOTHING
    blocked: tuple[Blocked, ...] = ()
    warned: tuple[Blocked, ...] = ()
    allowed: tuple[Blocked, ...] = ()

    @cached_property
    def digest(self) -> str:
        """`sha256:…` over the sorted, length-safe JSON of all that apply will be held to."""
        old_code = encode(self.managed["seriesCode"][0]) if self.action == "adopt" else None
        identity = [self.target, self.host, self.code, self.id, self.action, old_code]
        managed = {path: [encode(now), encode(then)] for path, (now, then) in self.managed.items()}
        money = {path: encode(now) for path, now in self.money.items()}
        lifecycle, shown = self.lifecycle.as_json(), sorted(self.shown)
        seen = sorted(why.rule for why in self.seen)
        return sha256_of([SCHEME, *identity, managed, money, lifecycle, shown, seen, self.vouched])

    @property
    def made_here(self) -> bool:
        """Whether this tool makes the series, or made it in a run that broke off."""
        adopted = self.action == "adopt" and self.lifecycle.adopt != self.id
        return adopted or self.action == "create"

    @property
    def finishes(self) -> frozenset[str]:
        """The digests that the create may have had which this adoption finishes: a run of ours made
        the series and broke off, and only its code and the tag for the token are left to write.
        Empty where anything else is.
        """
        left = {one.path for one in self.fields}
        if self.action != "adopt" or not self.made_here or left - {"seriesCode", "tag"}:
            return frozenset()
        nothing = {path: (Mark.ABSENT, then) for path, (_, then) in self.managed.items()}
        untold = {path: both for path, both in nothing.items() if path != "tag"}  # by its file
        made = replace(self, action="create", id=None, money={}, shown=(), vouched=None)
        return frozenset(replace(made, managed=one).digest for one in (nothing, untold))

    def eyes(self, zone: ZoneInfo, proven: Collection[str]) -> Reading:
        """How to read live for this change, with the same eyes as when it was planned.

        What could be read then can be now; where nothing was there to read, `proven` tells.
        """
        shown = {
            path
            for path, (now, _) in self.managed.items()
            if (path in proven if now is Mark.ABSENT else _readable(now))
        }
        return Reading(zone, shown, until_series_ends(strategy(self.managed, self.money)))

    def side_effects(self, zone: ZoneInfo, now: datetime) -> dict[str, tuple[Canonical, Canonical]]:
        """What its write moves besides: [live, what the server makes of it], by path."""
        if self.action == "create":
            return {}
        return predicted(self.managed, self.money, zone, now)

    @property
    def effects(self) -> frozenset[Effect]:
        """What it does, in all: the effects of its fields."""
        return frozenset(Effect(one.effect) for one in self.fields if one.effect)

    @property
    def purely_stricter(self) -> bool:
        """Whether it only ever takes something away."""
        found = {one.path: Effect(one.effect) for one in self.fields if one.effect}
        return purely_stricter(self._own_effects(found))

    def states(
        self, zone: ZoneInfo, now: datetime
    ) -> tuple[dict[str, Canonical], dict[str, Canonical]]:
        """All that is known of the series before and after its write, by path. A create has
        nothing before.
        """
        then = {path: pair[1] for path, pair in self.managed.items()}
        if self.action == "create":
            return {}, then
        live = {**self.money, **{path: _was(pair[0]) for path, pair in self.managed.items()}}
        made = {path: pair[1] for path, pair in self.side_effects(zone, now).items()}
        return live, {**live, **then, **made}

    def judged(
        self, zone: ZoneInfo, now: datetime, rails: Guardrails, counters: Counters | None = None
    ) -> Change:
        """The same change, with its effects, its exposure, and what blocks it at a moment.

        `counters` are newer live figures.
        """
        count = counters or self.counters
        before, after = self.states(zone, now)
        cost = exposures(before, after, count, zone, now)
        moves = self._moves()
        found = effects(self.action, moves, zone, now)
        found |= dict.fromkeys(self._bygone(moves, now), Effect.NEUTRAL)
        case = Case(self.action, self.managed, self.money, self.lifecycle, count.issued, zone, now)
        guarded = Judged(before, after, self.action, cost, found, count, zone, now)
        reasons = [*self.seen, *judge(case), *value_guards(guarded, rails)]
        verdict = permitted(reasons, case, rails)
        if purely_stricter(self._own_effects(found)):
            verdict = verdict.eased(STANDING)
        touched = count.issued > 0 and self.action != "create"
        fields = tuple(
            replace(
                one,
                effect=found[one.path].value,
                retroactive=touched and is_value(one.path),
            )
            for one in self.fields
        )
        return replace(
            self,
            fields=fields,
            exposure=cost,
            blocked=verdict.blocked,
            warned=verdict.warned,
            allowed=verdict.allowed,
        )

    def _own_effects(self, found: Mapping[str, Effect]) -> list[Effect]:
        """The effects of its fields, without side effects that have none."""
        beside = {one.path for one in self.fields if one.cause == CAUSE}
        return [
            effect
            for path, effect in found.items()
            if path not in beside or effect is not Effect.NEUTRAL
        ]

    def _bygone(self, moves: Mapping[str, tuple[Canonical, Canonical]], now: datetime) -> list[str]:
        """The side effects that move a start within the past: nobody gains or loses a day."""
        beside = {one.path for one in self.fields if one.cause == CAUSE}
        return [
            path
            for path, pair in moves.items()
            if path in beside
            and split(path)[0].money is Money.START
            and all(_before(value, now) for value in pair)
        ]

    def _moves(self) -> dict[str, tuple[Canonical, Canonical]]:
        """What its fields move, in canonical form."""
        return {
            one.path: self.managed[one.path]
            if one.cause != CAUSE
            else (
                Mark.ABSENT if one.before is None else canonical(one.path, one.before),
                one.after,
            )
            for one in self.fields
        }


@dataclass(frozen=True, slots=True)
class Aside:
    """What a pull request moves without a change of live (design, section 5: `without_change`).

    `before` and `after` are values as files and live have them, None for nothing. A guard that was
    changed is of no series, and has an empty code.
    """

    kind: str
    code: str
    file: str
    line: int
    path: str | None
    before: Any
    after: Any
    effect: str
    exposure: Exposure = NOTHING
    blocked: tuple[Blocked, ...] = ()
    warned: tuple[Blocked, ...] = ()
    allowed: tuple[Blocked, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)  # who wrote the allowance of a rule
    lines: Mapping[str, Lines] = field(default_factory=dict, compare=False)  # and on which lines


def _before(value: Canonical, now: datetime) -> bool:
    """Whether a canonical moment is past; what is none is not."""
    try:
        return datetime.fromisoformat(str(value)) < now
    except ValueError:
        return False


def counted(row: LiveSeries | None) -> Counters:
    """The server's counters that the cost depends on."""
    if row is None:
        return Counters()
    uploaded = figure(FIELDS["numUploadedTotal"].canonical(row.raw.get("numUploadedTotal") or 0))
    issued, redeemed = (row.counter(name) for name in ("numIssued", "numRedeemed"))
    return Counters(issued, redeemed, None if uploaded is None else ceil(uploaded))


def _was(now: Canonical) -> Canonical:
    """A live value, or the recorded one that stands for it where live does not show it."""
    applied = recorded(now)
    return now if applied is None else applied


def encode(value: Canonical) -> Any:  # noqa: ANN401 - any JSON
    """A canonical value in JSON; a mark is an object, which no canonical value is."""
    return {value.value: True} if isinstance(value, Mark) else value


def _readable(now: Canonical) -> bool:
    return now is not Mark.UNREADABLE and recorded(now) is None


def sha256_of(content: object) -> str:
    """`sha256:…` over sorted JSON, in which no two contents are spelled alike."""
    spelled = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(spelled.encode()).hexdigest()}"
