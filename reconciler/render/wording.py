"""A field's value in words, as it is: each view escapes for its own medium.

Amounts are grouped, percents are percents, -1 is "no limit", and a date says when it ends.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from reconciler import values
from reconciler.fields import canonical, last_of, split
from reconciler.kinds import NO_BOUND, Field, Kind, Money, figure
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.values import Canonical

    State = Mapping[str, Canonical]

NOT_SET = "(not set)"
NO_CASE: State = {}
_ENDS = ("validTillDate", "validTillDateTime")
_EPOCH = date(1970, 1, 1)
_DAYS = frozenset(
    {"minDaysBetweenVouchers", "minDaysBetweenRedemption", "redemptionValidAfterDays"}
)
# Numbers that count nothing: an id, or a moment in milliseconds, is not grouped.
_PLAIN = frozenset(
    {
        "campaignId",
        "sourceOrgId",
        "validUserRegistrationStartTime",
        "validUserRegistrationEndTime",
    }
)
_UNITS = {"DAYS": "day", "MONTHS_END": "month"}


def said(path: str, raw: Any, zone: str, state: State = NO_CASE) -> str:  # noqa: ANN401 - any JSON
    """A value as live or a file has it; None for none, where a field has no meaning for null.
    `state` is the side that it stands on.
    """
    field, _ = split(path)
    if raw is None and field.nullable:
        return worded(path, canonical(path, raw), zone, state)
    if raw is None or raw is Mark.ABSENT:
        return NOT_SET
    if field.kind not in {Kind.DAY, Kind.MOMENT}:
        return worded(path, canonical(path, raw), zone, state)
    try:
        moment = values.stamp(values.desired_moment(str(raw), ZoneInfo(zone)))
    except (ValueError, OverflowError):
        return spelled(raw)
    return worded(path, moment, zone, state)


def worded(path: str, value: Canonical, zone: str, state: State = NO_CASE) -> str:
    """The same for a canonical value."""
    if isinstance(value, Mark):
        return NOT_SET
    field, key = split(path)
    if isinstance(value, list) and value[:1] == ["?"]:
        return spelled(value[-1])
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.kind in {Kind.DAY, Kind.MOMENT}:
        return _date(field, str(value), ZoneInfo(zone))
    if isinstance(value, list):
        return _members(field, key, value)
    number = figure(value)
    return f'"{value}"' if number is None else _number(field, key, number, state)


def _number(field: Field, key: str | None, value: float, state: State) -> str:
    name = key or field.name
    shown = str(value) if name in _PLAIN else f"{value:,}"
    if field.kind is Kind.NUMBERS:
        return "no limit" if value == -1 else shown
    if field.name == "discountValue" and state.get("discountType") == "PERC":
        return f"{shown}%"
    if field.name == "expiryStrategyValue":
        return _lifetime(value, state)
    if field.money is Money.MINIMUM:
        return _minimum(field, value, shown)
    if field.money in {Money.LIMIT, Money.CAP}:
        return _limit(field, value, shown)
    return shown


def _limit(field: Field, value: float, shown: str) -> str:
    wide = field.money is Money.CAP or field.kind is Kind.LIMIT
    if value == -1 or (wide and value >= NO_BOUND):
        return "no limit"
    return f"{shown} (read as no limit)" if value <= 0 else shown


def _minimum(field: Field, value: float, shown: str) -> str:
    if value == -1:
        return "no minimum"
    if value < 0:
        return f"{shown} (read as no minimum)"
    return counted(value, "day") if field.name in _DAYS else shown


def _lifetime(value: float, state: State) -> str:
    """How long a coupon lives."""
    unit = _UNITS.get(str(state.get("expiryStrategyType")))
    if value > 0 and unit:
        return counted(value, unit)
    return "until the series ends" if value == -1 else f"{value:,}"


def counted(value: float, noun: str, plural: str = "") -> str:
    """`1 day`, `2 days`."""
    return f"{value:,} {noun if value == 1 else plural or noun + 's'}"


def _date(field: Field, value: str, zone: ZoneInfo) -> str:
    """A date or moment in the target's zone; of an end, when it is over."""
    try:
        moment = datetime.fromisoformat(value).astimezone(zone)
        end = last_of(field.name, value, zone) if field.name in _ENDS else None
    except (ValueError, OverflowError):
        return f'"{value}"'
    if field.money is Money.START and moment.date() <= _EPOCH:
        return "at once"
    if field.kind is Kind.MOMENT:
        return moment_words(moment, zone)
    day = moment.date().isoformat()
    clock = "" if moment.time() == datetime.min.time() else f" {_clock(moment)}"
    if end is None:
        return moment_words(moment, zone)
    return f"{day}{clock} (last moment {_clock(end)} {zone.key})"


def moment_words(moment: datetime, zone: ZoneInfo) -> str:
    """A moment on the clock of a zone; as it is where that clock does not reach."""
    try:
        there = moment.astimezone(zone)
    except OverflowError:
        return moment.isoformat(" ")
    return f"{there.date().isoformat()} {_clock(there)} {zone.key}"


def day_words(moment: datetime, zone: ZoneInfo) -> str:
    """The day of a moment in a zone; the one it has by itself where the zone has none for it."""
    try:
        return moment.astimezone(zone).date().isoformat()
    except OverflowError:
        return moment.date().isoformat()


def _clock(moment: datetime) -> str:
    """A time of day, with a fraction of a second where there is one."""
    return moment.time().isoformat()


def _members(field: Field, key: str | None, value: list[Any]) -> str:
    """A list, or an object that holds lists, as a structure; as JSON what is neither."""
    try:
        if field.kind is Kind.RANGE and key is None:
            return ", ".join(f"{name}: {_any(part)}" for name, part in value)
        if field.kind in {Kind.PRODUCTS, Kind.PLACES}:
            return "; ".join(_block(block) for block in value) or "any"
    except (TypeError, ValueError):
        return spelled(value)
    return "none" if field.kind is Kind.EXCLUSIVE_IDS and not value else _any(value)


def _any(part: Any) -> str:  # noqa: ANN401 - any JSON
    return "any" if part in (values.ANY, -1) else spelled(part)


def _block(block: list[Any]) -> str:
    """One block of products, or one place."""
    *group, members = block
    return f"{' '.join(map(str, group))} {spelled(members)}"


def spelled(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Text in quotes, to the letter; anything else as JSON."""
    return f'"{value}"' if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
