"""Instants: read, cut to the day, printed in the server's zone (API page, section 5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, tzinfo
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_WIRE_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)", re.ASCII)
# One year away from what datetime can hold, so that no zone carries an instant out of it.
_FIRST_YEAR = 2
_LAST_YEAR = 9998


def parsed(text: str) -> datetime:
    """Read a date-time with an offset; ValueError for anything else."""
    if not _WIRE_FORM.fullmatch(text):
        raise ValueError(f"not a date-time with an offset: {text!r}")
    instant = datetime.fromisoformat(text)
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise ValueError(f"year out of range: {text!r}")
    return instant


def now() -> datetime:
    """Tell the current instant in whole seconds, as the server stamps it."""
    return datetime.now(UTC).replace(microsecond=0)


def milliseconds(instant: datetime) -> int:
    """Count the milliseconds since 1970."""
    return int(instant.timestamp()) * 1000


class Zone:
    """The server's zone."""

    def __init__(self, name: str) -> None:
        """Take an IANA name; ZoneInfoNotFoundError for an unknown one."""
        self._tzinfo: tzinfo = UTC if name == "UTC" else ZoneInfo(name)

    def cut(self, instant: datetime) -> datetime:
        """Go back to 00:00:00 of the instant's day in this zone."""
        return datetime.combine(instant.astimezone(self._tzinfo), time.min, self._tzinfo)

    def end_of_day(self, instant: datetime) -> datetime:
        """Go on to 23:59:59 of the instant's day in this zone."""
        return datetime.combine(instant.astimezone(self._tzinfo), time(23, 59, 59), self._tzinfo)

    def shown(self, instant: datetime) -> str:
        """Print the instant in this zone, `Z` for offset zero."""
        text = instant.astimezone(self._tzinfo).isoformat(timespec="seconds")
        return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
