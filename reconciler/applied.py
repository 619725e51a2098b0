"""What was applied last, wherever that is known from: the record, or the files of a commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.against import UNMANAGED, alike
from reconciler.change import Aside, counted
from reconciler.diff import Reading, until_series_ends
from reconciler.effect import Effect
from reconciler.exposure import exposures
from reconciler.fields import wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from reconciler.config import Target
    from reconciler.declared import Desired
    from reconciler.live import LiveSeries
    from reconciler.record import Record


@dataclass(frozen=True, slots=True)
class Retired:
    """A series that was applied and that no file names any more. `row` is None where live has it no
    more; `id` is known from the record alone then.
    """

    code: str
    file: str
    line: int
    id: int | None
    row: LiveSeries | None


@dataclass(frozen=True, slots=True)
class Applied:
    """What was applied to a target: by code and path the values in the API's form, the commit that
    says so, and what no file names any more.
    """

    commit: str
    managed: Mapping[str, Mapping[str, Any]]
    retired: tuple[Retired, ...] = ()


def of_record(record: Record, retired: Iterable[Retired] = ()) -> Applied | None:
    """What the record says; None where there is no record."""
    if record.tip is None:
        return None
    managed = {code: entry.managed for code, entry in record.entries.items()}
    return Applied(record.tip, managed, tuple(retired))


def of_files(
    commit: str,
    old: Mapping[str, Desired],
    new: Mapping[str, Desired],
    retired: Iterable[Retired] = (),
) -> Applied:
    """What a commit's files say of the series that are wanted now, their ranges in today's form."""
    managed = {
        code: {
            path: wire(path, one.value, old[code].zone)
            for path, one in alike(old[code], wanted)[0].items()
        }
        for code, wanted in new.items()
        if code in old
    }
    return Applied(commit, managed, tuple(retired))


def no_longer_managed(applied: Applied, target: Target, now: datetime) -> tuple[Aside, ...]:
    """What no file names any more, with what live has of it; sorted by code."""
    found = sorted(applied.retired, key=lambda one: one.code)
    return tuple(_aside(one, target, now) for one in found)


def _aside(one: Retired, target: Target, now: datetime) -> Aside:
    row = one.row
    if row is None:
        live: dict[str, Any] = {"id": one.id, "live": False}
        return _plain(one, live, target, now)
    live = {"id": row.id, "live": True, "issued": counted(row).issued}
    if row.code != one.code:
        live["seriesCode"] = row.code
    shown = {name: row.raw.get(name) for name in ("validTillDate", "maxCreate", "maxRedeem")}
    return _plain(one, live | {key: value for key, value in shown.items() if value}, target, now)


def _plain(one: Retired, live: dict[str, Any], target: Target, now: datetime) -> Aside:
    """Nothing moves: the series costs what it costs, and nobody manages it."""
    state = {}
    if one.row is not None:
        ends = until_series_ends(one.row.meaning("expiryStrategyType"))
        state = Reading(target.zone, target.reads_back, ends).money(one.row, ())
    cost = exposures(state, state, counted(one.row), target.zone, now)
    return Aside(
        UNMANAGED,
        one.code,
        one.file,
        one.line,
        None,
        live,
        live,
        Effect.NEUTRAL.value,
        cost,
    )
