"""What moved in live since it was applied: who is right is the reader's to say (design, section 4).

Pending changes are none of it. Without a base nobody can tell who moved: every difference is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reconciler.change import NOTHING
from reconciler.diff import CONFLICT, DRIFT, Base
from reconciler.effect import Effect, effects
from reconciler.exposure import exposures
from reconciler.sideeffects import CAUSE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from reconciler.applied import Applied
    from reconciler.change import Aside, Change
    from reconciler.diff import FieldChange
    from reconciler.exposure import Exposure
    from reconciler.plan import Plan
    from reconciler.values import Canonical

_UNITS = ("discountType", "expiryStrategyType")
_NOT_LIVE = "no live series has this code"


@dataclass(frozen=True, slots=True)
class DriftedField:
    """One path at which live is not as applied. Values are as they stand, None for nothing.

    `base` was applied, `live` is there now, `desired` is what the file says. `cause` is "drift",
    "conflict" (the file moved as well), or None without a base. `effect` is what live's move does:
    from what was applied, or from the file without a base.
    """

    path: str
    base: Any
    live: Any
    desired: Any
    cause: str | None
    effect: str
    line: int


@dataclass(frozen=True, slots=True)
class Drifted:
    """One series that moved. `missing` says why where no live series has the code any more: then
    there are no fields. `exposure` is before: as applied, after: as live is.
    """

    code: str
    id: int | None
    file: str
    line: int
    fields: tuple[DriftedField, ...]
    exposure: Exposure = NOTHING
    issued: int = 0
    missing: str | None = None
    units: Mapping[str, Any] = field(default_factory=dict)  # what live's figures are measured in


@dataclass(frozen=True)
class Drift:
    """All that moved in a target, sorted by code, and what no file manages any more."""

    target: str
    host: str
    zone: str
    series: tuple[Drifted, ...]
    asides: tuple[Aside, ...]  # kind "no longer managed", without a path
    unchanged: int  # series that are as applied
    fields_compared: int
    unmanaged: tuple[tuple[int, str], ...]  # id and code of each live series in no file
    warnings: tuple[str, ...]
    reads: int
    created_at: str
    commit: str | None = None
    base: str | None = None  # the commit that was applied, or of the record that says so
    tool: str = field(default="", compare=False)

    @property
    def paths(self) -> Mapping[str, tuple[str, ...]]:
        """The paths that moved, by code."""
        return {one.code: tuple(field.path for field in one.fields) for one in self.series}


def drift_of(plan: Plan, applied: Applied | None, zone: ZoneInfo) -> Drift:
    """What of a plan's differences is live's move since `applied`; all of them without that."""
    now = datetime.fromisoformat(plan.created_at)
    found = [_Moved(one, applied, zone, now).told() for one in plan.changes]
    series = tuple(one for one in found if one)
    return Drift(
        target=plan.target,
        host=plan.host,
        zone=plan.zone,
        series=series,
        asides=plan.asides,
        unchanged=plan.unchanged + len(found) - len(series),
        fields_compared=plan.fields_compared,
        unmanaged=plan.unmanaged,
        warnings=(*plan.warnings, *(said for one in plan.changes for said in one.warnings)),
        reads=plan.reads,
        created_at=plan.created_at,
        commit=plan.commit,
        base=plan.base,
        tool=plan.tool,
    )


@dataclass(frozen=True)
class _Moved:
    """One series of the plan, and what was applied to it."""

    change: Change
    applied: Applied | None
    zone: ZoneInfo
    now: datetime

    @cached_property
    def _moved(self) -> list[FieldChange]:
        """The fields that count."""
        return [one for one in self.change.fields if self._counts(one)]

    @cached_property
    def _applied(self) -> Mapping[str, Any]:
        change = self.change
        if self.applied is None:
            return {}
        live = None if change.id is None else (change.id, str(change.managed["seriesCode"][0]))
        return self.applied.values(change.code, change.managed.keys(), live)

    @cached_property
    def _effects(self) -> Mapping[str, Effect]:
        """What live's moves do, judged together: a figure means little without its unit."""
        moves = {
            one.path: (self._was(one.path), self.change.managed[one.path][0]) for one in self._moved
        }
        return effects("update", moves, self.zone, self.now)

    def told(self) -> Drifted | None:
        """The series as drift tells it; None where live did not move."""
        change = self.change
        moved = self._moved
        if not moved:
            return None
        gone = change.action == "create"
        known = next((why.message for why in change.seen if why.rule == "vanished"), _NOT_LIVE)
        return Drifted(
            change.code,
            change.id,
            change.file,
            change.line,
            () if gone else tuple(self._field(one) for one in moved),
            NOTHING if gone else self._cost([one.path for one in moved]),
            change.counters.issued,
            known if gone else None,
            {} if gone else self._units(),
        )

    def _units(self) -> dict[str, Any]:
        """What live's figures are measured in: percent or money, days or months."""
        live, _ = self.change.states(self.zone, self.now)
        return {path: live[path] for path in _UNITS if isinstance(live.get(path), str)}

    def _counts(self, one: FieldChange) -> bool:
        if self.applied is None:
            return one.cause != CAUSE
        return one.cause in {DRIFT, CONFLICT}

    def _field(self, one: FieldChange) -> DriftedField:
        return DriftedField(
            one.path,
            self._applied.get(one.path),
            one.before,
            one.after,
            one.cause,
            self._effects[one.path].value,
            one.line,
        )

    def _was(self, path: str) -> Canonical:
        """What was applied; without a base what the file says."""
        found = Base(self._applied, self.zone).meaning(path)
        return self.change.managed[path][1] if found is None else found

    def _cost(self, paths: list[str]) -> Exposure:
        """What the series can cost: as applied, and as live is."""
        live, _ = self.change.states(self.zone, self.now)
        before = live | {path: self._was(path) for path in paths}
        return exposures(before, live, self.change.counters, self.zone, self.now)
