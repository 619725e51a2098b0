"""What was applied last, wherever that is known from: the record, or the files of a commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from reconciler.against import RANGES, UNMANAGED
from reconciler.change import NOTHING, Aside, counted
from reconciler.diff import Reading, until_series_ends
from reconciler.effect import Effect
from reconciler.exposure import exposures
from reconciler.fields import wire
from reconciler.values import ANY, RANGE_KEYS, range_object

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from reconciler.config import Target
    from reconciler.declared import Desired
    from reconciler.live import LiveSeries
    from reconciler.record import Record

_ANYWHERE = ZoneInfo("UTC")  # for what no zone moves


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
    ids: Mapping[int, str] = field(default_factory=dict)  # the code that an id was applied under

    def values(
        self, code: str, paths: Collection[str], live: tuple[int, str] | None
    ) -> Mapping[str, Any]:
        """What was applied to a series, its ranges in the form of `paths`. `live` is the id and
        code that it has: a series that gets another code was applied under that.
        """
        found = self.managed.get(code)
        if found is None and live is not None:
            found = self.managed.get(self.ids.get(live[0], live[1]))
        return _in_form_of(found or {}, paths)


def _in_form_of(managed: Mapping[str, Any], paths: Collection[str]) -> Mapping[str, Any]:
    """The same with each range taken apart or put together, as other paths have it."""
    made = dict(managed)
    for name in RANGES:
        keys = [f"{name}.{key}" for key in RANGE_KEYS]
        if name in made and name not in paths:
            shown = range_object(made.pop(name)) or {}
            made |= {
                path: wire(path, shown.get(path.partition(".")[2], ANY), _ANYWHERE) for path in keys
            }
        elif name in paths and any(path in made for path in keys):
            made[name] = {key.partition(".")[2]: made.pop(key) for key in keys if key in made}
    return made


def of_record(record: Record, retired: Iterable[Retired] = ()) -> Applied | None:
    """What the record says; None where there is no record."""
    if record.tip is None:
        return None
    managed = {code: entry.managed for code, entry in record.entries.items()}
    ids = {entry.id: code for code, entry in record.entries.items()}
    return Applied(record.tip, managed, tuple(retired), ids)


def of_files(commit: str, files: Mapping[str, Desired], retired: Iterable[Retired] = ()) -> Applied:
    """What a commit's files say."""
    managed = {
        code: {path: wire(path, said.value, one.zone) for path, said in one.declared.items()}
        for code, one in files.items()
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
    cost = NOTHING
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
