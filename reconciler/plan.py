"""The plan: what would change, as a value with a digest (design: the plan as JSON).

A change's digest covers what it would do and what live it was computed from, so it is also the
pre-image that apply holds live to. Counters, times, lines and the tool's version are outside.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reconciler.diff import CONFLICT, DRIFT, Reading, recorded, strategy, until_series_ends
from reconciler.reason import Blocked
from reconciler.risk import Case, judge, permitted
from reconciler.sideeffects import predicted
from reconciler.values import Canonical, Mark

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from reconciler.config import Target
    from reconciler.diff import FieldChange
    from reconciler.lifecycle import Lifecycle
    from reconciler.live import LiveSeries

SCHEME = "reconciler/change/1"
PLAN_SCHEME = "reconciler/plan-digest/1"
# Rules that live alone shows: they cannot be judged again from a change, so its digest holds them.
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
    }
)
WRITES = {"create": 2, "adopt": 1, "update": 1}
IDS_AT_ONCE = 50  # ids that one read takes (API page, 9.6)
READ_AT_ONCE = 10  # series that apply reads right before it writes them


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
    issued: int
    redeemed: int
    seen: tuple[Blocked, ...]
    warnings: tuple[str, ...]
    target: str
    host: str
    blocked: tuple[Blocked, ...] = ()
    allowed: tuple[Blocked, ...] = ()
    vouched: str | None = None  # lastUsed, where it alone tells that nothing hidden is wiped

    @cached_property
    def digest(self) -> str:
        """`sha256:…` over the sorted, length-safe JSON of all that apply will be held to."""
        old_code = encode(self.managed["seriesCode"][0]) if self.action == "adopt" else None
        identity = [self.target, self.host, self.code, self.id, self.action, old_code]
        managed = {path: [encode(now), encode(then)] for path, (now, then) in self.managed.items()}
        money = {path: encode(now) for path, now in self.money.items()}
        lifecycle, shown = self.lifecycle.as_json(), sorted(self.shown)
        seen = sorted(why.rule for why in self.seen)
        return _sha256([SCHEME, *identity, managed, money, lifecycle, shown, seen, self.vouched])

    @property
    def made_here(self) -> bool:
        """Whether this tool makes the series, or made it in a run that broke off."""
        adopted = self.action == "adopt" and self.lifecycle.adopt != self.id
        return adopted or self.action == "create"

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

    def judged(self, zone: ZoneInfo, now: datetime, issued: int | None = None) -> Change:
        """The same change, with what blocks it at a moment. `issued` is a newer live figure."""
        count = self.issued if issued is None else issued
        case = Case(self.action, self.managed, self.money, self.lifecycle, count, zone, now)
        blocked, allowed = permitted([*self.seen, *judge(case)], case)
        return replace(self, blocked=blocked, allowed=allowed)


@dataclass(frozen=True)
class Plan:
    """All changes of one run, sorted by code, and what was left alone."""

    target: str
    host: str
    changes: tuple[Change, ...]
    unchanged: int
    fields_compared: int
    unmanaged: tuple[tuple[int, str], ...]  # id and code of each live series in no file
    warnings: tuple[str, ...]
    reads: int
    created_at: str
    commit: str | None = None
    base: str | None = None  # the commit of the record that causes are told by
    settled: tuple[tuple[Change, LiveSeries], ...] = field(default=(), compare=False, repr=False)
    """What needs no change, where the record is to hold it: without `fields`, and its row."""
    tool: str = field(default="", compare=False)

    @cached_property
    def digest(self) -> str:
        """The digest of the sorted digests of the changes."""
        return _sha256([PLAN_SCHEME, *sorted(change.digest for change in self.changes)])

    def reviewed(self, approved: Collection[str]) -> Plan:
        """The same plan, with every change blocked whose digest is not approved."""
        return replace(self, changes=tuple(_held_to(one, approved) for one in self.changes))

    @property
    def blocked(self) -> list[Change]:
        """The changes that must not run."""
        return [change for change in self.changes if change.blocked]

    @property
    def drifted(self) -> int:
        """How many changes hold a field that live moved away from what was applied."""
        moved = {DRIFT, CONFLICT}
        return sum(any(one.cause in moved for one in change.fields) for change in self.changes)

    @property
    def writes(self) -> int:
        """How many writes an apply of everything that is not blocked takes."""
        return sum(WRITES[change.action] for change in self.changes if not change.blocked)

    @property
    def more_reads(self) -> int:
        """How many reads such an apply takes at least: before its writes, and after them."""
        ready = [change for change in self.changes if not change.blocked]
        known = sum(change.action != "create" for change in ready)
        return -(-known // READ_AT_ONCE) - (-len(ready) // IDS_AT_ONCE)

    def count(self, action: str) -> int:
        """How many changes of an action are not blocked."""
        return sum(change.action == action and not change.blocked for change in self.changes)


def _held_to(change: Change, approved: Collection[str]) -> Change:
    if change.digest in approved:
        return change
    message = (
        f"no reviewed plan holds this change ({change.digest}); have it reviewed, or look at it"
        " and apply the plan with --expect DIGEST"
    )
    return replace(change, blocked=(*change.blocked, Blocked("not-reviewed", message)))


def encode(value: Canonical) -> Any:  # noqa: ANN401 - any JSON
    """A canonical value in JSON; a mark is an object, which no canonical value is."""
    return {value.value: True} if isinstance(value, Mark) else value


def _readable(now: Canonical) -> bool:
    return now is not Mark.UNREADABLE and recorded(now) is None


def _sha256(content: object) -> str:
    spelled = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(spelled.encode()).hexdigest()}"


def claim_token(target: str, host: str, code: str) -> str:
    """What a create writes into `tag`, so that a later run knows its own (API page, 9.3).

    It depends on the target and the code alone: it still fits when the file was edited meanwhile.
    """
    return f"claim-{_sha256(['reconciler/claim/1', target, host, code])[7:39]}"


def other_zone(target: Target, offset: str) -> str:
    """What is wrong when live prints dates in another zone than the configured one."""
    return (
        f"live prints dates with {offset}, and the timezone of {target.name} is {target.zone.key}:"
        " set timezone in reconciler.toml; nothing is written before"
    )
