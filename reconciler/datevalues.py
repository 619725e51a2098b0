"""Dates as files write them: a bare date, or a date-time with its offset."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from reconciler import values
from reconciler.lifecycle import bare_date
from reconciler.refusals import fail, spell
from reconciler.values import YamlDate

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from pydantic import ValidationInfo

EXAMPLE_DATE = "2030-09-30, or 2030-09-30T00:00:00+05:30"
DATE_SCHEMA = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2}))?$",
    "description": "2030-09-30 is midnight in the target's zone; a time needs its offset.",
}
DAY_SCHEMA = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}$",
    "description": "2030-09-30: a day of the target's zone, to its end.",
}


def check_date(value: object, info: ValidationInfo[Any]) -> object:
    """A bare date or a date-time with its offset; kept as the file spells it."""
    if isinstance(value, YamlDate):
        value = value.text
    if not isinstance(value, str):
        fail("wrong-type", f"{spell(value)} is not a date", EXAMPLE_DATE)
    zone: ZoneInfo = info.context
    try:
        values.stamp(values.cut(values.desired_moment(value, zone), zone))
    except (ValueError, OverflowError):
        _refuse_date(value, zone)
    return value


def check_day(value: object) -> object:
    """A bare date; kept as the file spells it."""
    if bare_date(value) is None:
        text = value.text if isinstance(value, YamlDate) else value
        found = _LOOSE_DATE.fullmatch(text.strip()) if isinstance(text, str) else None
        meant = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else ""
        hint = meant if bare_date(meant) else "a day such as 2030-09-30, without a time"
        fail("date", f"{spell(value)} is not a bare date", hint)
    return value


def moved_day(raw: str, zone: ZoneInfo) -> tuple[str, str] | None:
    """What is said of a date that the server's cut moves to another day, and what to write."""
    moment = values.desired_moment(raw, zone)
    kept = values.cut(moment, zone)
    if kept.date() == moment.date():
        return None
    message = (
        f"the server cuts this to {values.stamp(kept)}: its day in {zone.key}"
        f" is {kept.date()}, not {moment.date()}"
    )
    return message, f"{kept.date()} if that day is meant, or {moment.date()}"


_LOOSE_DATE = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[Tt ]\s*(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?"
    r"\s*([Zz]|[+-]\d\d?(?::?\d\d)?)?)?",
    re.ASCII,
)


def _refuse_date(value: str, zone: ZoneInfo) -> NoReturn:
    """Say what is wrong with a date, with the spelling that was probably meant."""
    found = _LOOSE_DATE.fullmatch(value.strip())
    year, month, day, hour, minute, second, offset = found.groups() if found else [None] * 7
    meant = f"{year}-{int(month or 0):02}-{int(day or 0):02}"
    if hour:
        meant += f"T{int(hour):02}:{minute}:{second or '00'}"
    zoneless = bool(hour and not offset)
    written = meant + ("Z" if zoneless else _offset(offset))
    try:
        values.stamp(values.cut(values.desired_moment(written, zone), zone))
    except (ValueError, OverflowError):
        fail("date", f"{spell(value)} is not a date", EXAMPLE_DATE)
    if zoneless:
        _refuse_zoneless(value, meant, zone)
    fail("date", f"{spell(value)} is not how a date is written", written)


def _offset(loose: str | None) -> str:
    if not loose or loose in "Zz":
        return "Z" if loose else ""
    hours, minutes = re.fullmatch(r"(\d\d?):?(\d\d)?", loose[1:]).groups("00")  # type: ignore[union-attr]
    return f"{loose[0]}{int(hours):02}:{minutes}"


def _refuse_zoneless(value: str, meant: str, zone: ZoneInfo) -> NoReturn:
    local = datetime.fromisoformat(meant).replace(tzinfo=zone).isoformat().replace("+00:00", "Z")
    other = f"{meant}Z (UTC)" if local != f"{meant}Z" else f"{meant}+05:30 (your own offset)"
    fail(
        "date-without-zone",
        f"{spell(value)} does not say in which zone",
        f"{local} ({zone.key}, the target's zone) or {other}",
    )
