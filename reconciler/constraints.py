"""The rules between fields (API page, section 7), for files and for what an update would send."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from reconciler import values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from reconciler.values import Canonical

MOST_PRODUCTS = {"BRAND": 250, "ATTRIBUTE": 250, "CATEGORY": 1_000, "SKU": 10_000}
FULL_PERCENT = 100
_AFFIX = re.compile(r"[A-Za-z0-9_-]{1,10}\Z")


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a set of values breaks: at which path, and what to write instead."""

    path: str
    rule: str
    message: str
    hint: str = ""


Values: TypeAlias = "Mapping[str, Canonical]"


def violations(series: Values, zone: ZoneInfo) -> Iterator[Violation]:
    """Every rule that the canonical values of one series break. A missing value breaks none."""
    yield from _percent(series)
    yield from _per_coupon_limit(series)
    yield from _generic_code(series)
    yield from _expiry_value(series)
    yield from _last_moment(series, zone)
    yield from _products(series)
    for name in ("Prefix", "Suffix"):
        yield from _affix(series, name)


def _percent(series: Values) -> Iterator[Violation]:
    value = series.get("discountValue")
    if series.get("discountType") == "PERC" and isinstance(value, int) and value > FULL_PERCENT:
        yield Violation(
            "discountValue",
            "percent",
            f"{value} percent is more than the whole price",
            "at most 100, or discountType: ABS",
        )


def _per_coupon_limit(series: Values) -> Iterator[Violation]:
    path = "redemptionPerCouponMaxLimit"
    value = series.get(path)
    if not isinstance(value, int) or value < 0:
        return
    if value == 0:
        yield Violation(path, "per-coupon-limit", "a limit is above 0", "-1 for no limit")
    elif series.get("anyUser") is False:
        yield Violation(
            path, "per-coupon-limit", "a limit needs anyUser: true", "anyUser: true, or -1 here"
        )
    if series.get("clientHandlingType") == "GENERIC":
        yield Violation(
            path, "per-coupon-limit", "GENERIC codes cannot have this limit", "-1 for no limit"
        )
    elif series.get("externalIssual") is True:
        yield Violation(
            path,
            "per-coupon-limit",
            "a series that is managed elsewhere (externalIssual) cannot have this limit",
            "-1 for no limit",
        )


def _generic_code(series: Values) -> Iterator[Violation]:
    if series.get("clientHandlingType") == "GENERIC" and not series.get("genericCode"):
        yield Violation(
            "clientHandlingType",
            "generic-code",
            "GENERIC needs the code that everybody uses",
            "genericCode: WELCOME10",
        )


def _expiry_value(series: Values) -> Iterator[Violation]:
    path = "expiryStrategyValue"
    value = series.get(path)
    if not isinstance(value, int) or value in {1, -1}:
        return
    if series.get("expiryStrategyType") == "SERIES_EXPIRY":
        yield Violation(
            path,
            "expiry-value",
            f"under SERIES_EXPIRY the value is always 1, not {value}",
            "1, or expiryStrategyType: DAYS",
        )


def _last_moment(series: Values, zone: ZoneInfo) -> Iterator[Violation]:
    """`validTillDateTime` is kept only on the day that `validTillDate` is cut to (section 5)."""
    end, last = series.get("validTillDate"), series.get("validTillDateTime")
    if not isinstance(end, str) or not isinstance(last, str):
        return
    try:
        evening = values.end_of_day(datetime.fromisoformat(end), zone)
        moment = datetime.fromisoformat(last).astimezone(zone)
    except OverflowError:  # live may show a day that the zone has no name for
        return
    if moment.date() != evening.date():
        yield Violation(
            "validTillDateTime",
            "last-moment",
            f"it is not on the day that validTillDate is cut to, {evening.date()} ({zone.key})",
            evening.isoformat().replace("+00:00", "Z"),
        )


def _products(series: Values) -> Iterator[Violation]:
    blocks = series.get("productInfo")
    for block in blocks if isinstance(blocks, list) else ():
        match block:
            case [str(kind), _, list(members)]:
                most = MOST_PRODUCTS.get(kind, len(members))
            case _:  # of a shape that nobody documented
                continue
        if len(members) > most:
            yield Violation(
                "productInfo",
                "too-many-products",
                f"{kind} takes at most {most:,} in one block, not {len(members):,}",
                "several blocks",
            )


def _affix(series: Values, name: str) -> Iterator[Violation]:
    path = f"coupon{name}"
    value = series.get(path)
    if not isinstance(value, str) or not value:
        return
    if not _AFFIX.match(value):
        yield Violation(
            path, "coupon-affix", "at most 10 of letters, digits, - and _", "a shorter, plainer one"
        )
    conditions = {f"is{name}Enabled": True, f"org{name}Override": False}
    unmet = [key for key, wanted in conditions.items() if series.get(key) is not wanted]
    if unmet or series.get("clientHandlingType") != "DISC_CODE":
        wanted = ", ".join(f"{key}: {str(value).lower()}" for key, value in conditions.items())
        yield Violation(
            path,
            "coupon-affix",
            f"it is used only with {wanted} and clientHandlingType: DISC_CODE",
            "those keys beside it",
        )
