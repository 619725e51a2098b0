"""The ways to write what live has into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler import values
from reconciler.fields import split
from reconciler.kinds import Kind
from reconciler.values import Mark, YamlDate

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from reconciler.config import Target
    from reconciler.live import LiveSeries
    from reconciler.values import Canonical


def day(moment: Canonical, zone: ZoneInfo) -> str:
    """The day of a moment in the server's zone; the moment itself where it has none."""
    try:
        return str(values.parse_instant(str(moment)).astimezone(zone).date())
    except (ValueError, OverflowError):
        return str(moment)


def forms(path: str, live: LiveSeries, target: Target) -> list[Any]:
    """The ways to write a live value, the friendliest first; none for one of an unknown shape."""
    row, _ = split(path)
    raw, now = live.value(path), live.meaning(path)
    now = row.default if now is Mark.ABSENT else now
    if now == values.unknown(raw) or not isinstance(now, list | str | int | float):
        return []
    if row.kind in {Kind.DAY, Kind.MOMENT}:
        bare = [YamlDate(day(now, target.zone))] if row.kind is Kind.DAY else []
        return [*bare, YamlDate(raw)]
    if row.kind is Kind.PRODUCTS and isinstance(now, list):
        return [[{"productType": kind, name: ids} for kind, name, ids in now]]
    if row.kind is Kind.PLACES and isinstance(now, list):
        return [[{"redemptionOrgEntityType": kind, "orgEntityId": one} for kind, one in now]]
    return [now]
