"""From when to when each series can be used, before and after, on one scale.

Geometry as values; positions are percents of the width. What reaches beyond the scale is marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from reconciler import values
from reconciler.exposure import last_moment
from reconciler.render.wording import day_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from reconciler.change import Change
    from reconciler.values import Canonical

_PAST, _FUTURE = timedelta(days=730), timedelta(days=12 * 366)  # what the scale spans at most
_ROOM = timedelta(days=45)  # at both ends, so that nothing touches the edge
_NARROWEST = 0.5
_EDGE = 8  # no room for a label there
_MOST_TICKS = 6  # from one to the next: room for a label, and for two where it is narrow
_STEPS = (1, 2, 3, 6, 12, 24, 48)  # months from one tick to the next
_AT_ONCE = datetime(1971, 1, 1, tzinfo=UTC)  # a start before it says none


@dataclass(frozen=True, slots=True)
class Window:
    """From the first to the last moment of use. None: at once, or without an end."""

    start: datetime | None
    end: datetime | None

    def said(self, zone: ZoneInfo) -> str:
        """The window in words: its first and its last day in the server's zone."""
        first = "at once" if self.start is None else day_words(self.start, zone)
        last = "no known end" if self.end is None else day_words(self.end, zone)
        return f"{first} to {last}"


@dataclass(frozen=True, slots=True)
class Bar:
    """A window drawn: where it begins, how wide it is, and whether it goes on to the sides."""

    x: float
    width: float
    from_before: bool
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One series: its windows in words and drawn. `before` is None for a create."""

    anchor: str
    code: str
    before: Bar | None
    after: Bar
    was: str
    will: str
    moved: bool

    @property
    def still(self) -> bool:
        """Whether it can be used just as before."""
        return self.before is not None and not self.moved


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale, and what stands at it."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """All rows, with the scale that they share; `today` is where the plan was made."""

    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    today: float
    day: str


def timeline(changes: Iterable[tuple[str, Change]], zone: ZoneInfo, now: datetime) -> Timeline:
    """The windows of changes, each with the anchor of what tells of it, in their order."""
    today = values.midnight(now.astimezone(zone).date(), zone)
    found = [(anchor, change, *_windows(change, zone, now)) for anchor, change in changes]
    scale = _Scale.around([one for row in found for one in row[2:] if one], today)
    rows = [
        Row(
            anchor,
            change.code,
            None if before is None else scale.bar(before),
            scale.bar(after),
            "" if before is None else before.said(zone),
            after.said(zone),
            before is not None and before.said(zone) != after.said(zone),
        )
        for anchor, change, before, after in found
    ]
    return Timeline(tuple(rows), scale.ticks(zone), scale.at(today), f"{today:%Y-%m-%d}")


def _windows(change: Change, zone: ZoneInfo, now: datetime) -> tuple[Window | None, Window]:
    before, after = change.states(zone, now)
    made = values.cut(now, zone) if change.action == "create" else None  # the server's own default
    return (_window(before, zone, None) if before else None), _window(after, zone, made)


def _window(state: Mapping[str, Canonical], zone: ZoneInfo, unset: datetime | None) -> Window:
    try:
        start = values.parse_instant(str(state["redemptionValidFrom"]))
    except (KeyError, ValueError):
        start = unset or _AT_ONCE
    return Window(start if start > _AT_ONCE else None, last_moment(state, zone))


@dataclass(frozen=True, slots=True)
class _Scale:
    """Moments → percents."""

    first: datetime
    last: datetime

    @classmethod
    def around(cls, windows: Sequence[Window], today: datetime) -> _Scale:
        """The span of all windows, as far as they stay near today."""
        starts = [one.start for one in windows if one.start]
        ends = [one.end for one in windows if one.end]
        first = max(min([today, *starts, *ends]), today - _PAST)
        last = min(max([today, *starts, *ends]), today + _FUTURE)
        return cls(first - _ROOM, last + _ROOM)

    def at(self, moment: datetime) -> float:
        share = (moment - self.first) / (self.last - self.first)
        return round(100 * min(1.0, max(0.0, share)), 2)

    def bar(self, window: Window) -> Bar:
        start, end = window.start or self.first, window.end or self.last
        x = min(self.at(start), 100 - _NARROWEST)
        width = round(max(self.at(end) - x, _NARROWEST), 2)
        early = window.start is None or window.start < self.first
        return Bar(x, width, early, window.end is None or window.end > self.last)

    def ticks(self, zone: ZoneInfo) -> tuple[Tick, ...]:
        """First days of months or years, few enough to be read."""
        first, last = self.first.astimezone(zone), self.last.astimezone(zone)
        begin, end = first.year * 12 + first.month, last.year * 12 + last.month
        step = next((one for one in _STEPS if (end - begin) // one <= _MOST_TICKS), _STEPS[-1])
        months = range(-(-begin // step) * step, end, step)
        days = [datetime(month // 12, month % 12 + 1, 1, tzinfo=zone) for month in months]
        return tuple(
            Tick(self.at(day), f"{day:%Y}" if step % 12 == 0 else f"{day:%Y-%m}")
            for day in days
            if _EDGE < self.at(day) < 100 - _EDGE
        )
