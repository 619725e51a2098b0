"""The most that a series can still cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from reconciler.exposure import Counters, Exposure, exposure, last_moment, total
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.values import Canonical

ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
NEW = Counters()
NONE = 2**53 - 1  # as the vendor's UI spells it
# 100 off, 10,000 coupons of one use each.
SERIES: dict[str, Canonical] = {
    "discountType": "ABS",
    "discountValue": 100,
    "clientHandlingType": "DISC_CODE",
    "anyUser": False,
    "maxCreate": -1,
    "maxRedeem": 10_000,
    "validTillDate": "2027-01-01T00:00:00Z",
}
PERCENT: dict[str, Canonical] = {"discountType": "PERC", "discountValue": 15}
SHARED: dict[str, Canonical] = {"anyUser": True, "redemptionPerCouponMaxLimit": 3}
UNKNOWN: list[Any] = ["?", "x"]


def cost(fields: Mapping[str, Canonical], counters: Counters = NEW) -> int | None:
    """The exposure of the series with some fields of its own."""
    return exposure({**SERIES, **fields}, counters, ZONE, NOW)


def test_the_sample_of_the_plan_costs_what_it_says() -> None:
    redeemed = Counters(issued=120, redeemed=4)

    assert (999_600, 4_998_000) == (cost({}, redeemed), cost({"discountValue": 500}, redeemed))


CASES: dict[str, tuple[dict[str, Canonical], int | None]] = {
    "100 off, 10,000 times": ({}, 1_000_000),
    "nothing off": ({"discountValue": 0}, 0),
    "less than nothing off": ({"discountValue": -5}, 0),
    "an amount that is not whole": ({"discountValue": 99.01}, 1_000_000),
    "an amount of an unknown shape": ({"discountValue": UNKNOWN}, None),
    "an amount that nobody can read": ({"discountValue": Mark.UNREADABLE}, None),
    "no amount": ({"discountValue": Mark.ABSENT}, None),
    "an amount that says true": ({"discountValue": True}, None),
    "another kind of discount": ({"discountType": "POINTS"}, None),
    "no kind of discount": ({"discountType": Mark.ABSENT}, None),
    "a cap does not bound an amount": ({"discountUpto": 10}, 1_000_000),
    "percent without a cap": (PERCENT, None),
    "percent up to a cap": (PERCENT | {"discountUpto": 750}, 7_500_000),
    "percent of the highest bill": (PERCENT | {"maxBillAmount": 2000}, 3_000_000),
    "the cap is lower": (PERCENT | {"maxBillAmount": 2000, "discountUpto": 299}, 2_990_000),
    "the bill is lower": (PERCENT | {"maxBillAmount": 2000, "discountUpto": 301}, 3_000_000),
    "a percent is rounded up": (PERCENT | {"maxBillAmount": 101}, 160_000),
    "a percent that is not whole": (
        PERCENT | {"discountValue": 14.2, "maxBillAmount": 100},
        150_000,
    ),
    "a cap that is not whole": (PERCENT | {"discountUpto": 0.5}, 10_000),
    "a cap of 0 is none": (PERCENT | {"discountUpto": 0}, None),
    "a cap below 0 is none": (PERCENT | {"discountUpto": -1}, None),
    "the UI's number for no cap": (PERCENT | {"discountUpto": NONE}, None),
    "the highest cap that is one": (PERCENT | {"discountUpto": NONE - 1}, (NONE - 1) * 10_000),
    "a cap that nobody can read": (PERCENT | {"discountUpto": Mark.UNREADABLE}, None),
    "a cap of an unknown shape": (PERCENT | {"discountUpto": UNKNOWN}, None),
    "the UI's number for no highest bill": (PERCENT | {"maxBillAmount": NONE}, None),
    "a highest bill of 0 is none": (PERCENT | {"maxBillAmount": 0}, None),
    "a highest bill of an unknown shape": (PERCENT | {"maxBillAmount": UNKNOWN}, None),
    "a percent of an unknown shape": (
        PERCENT | {"discountUpto": 750, "discountValue": UNKNOWN},
        None,
    ),
    "a coupon for anybody": ({"anyUser": True}, None),
    "a coupon for somebody, or anybody": ({"anyUser": UNKNOWN}, None),
    "a coupon for nobody knows whom": ({"anyUser": Mark.ABSENT}, None),
    "a coupon that is used often": ({"isMultipleUseAllowed": True}, None),
    "a coupon that one user uses often": ({"sameUserMultipleRedeem": True}, None),
    "a coupon that may be used often": ({"isMultipleUseAllowed": Mark.UNREADABLE}, None),
    "three uses": (SHARED, 3_000_000),
    "three uses behind a pin": (SHARED | {"clientHandlingType": "DISC_CODE_PIN"}, 3_000_000),
    "three uses of one code for all do not bind": (
        SHARED | {"clientHandlingType": "GENERIC"},
        None,
    ),
    "three uses of unknown codes do not bind": (SHARED | {"clientHandlingType": UNKNOWN}, None),
    "three uses elsewhere do not bind": (SHARED | {"externalIssual": True}, None),
    "three uses, perhaps elsewhere": (SHARED | {"externalIssual": UNKNOWN}, None),
    "three uses for one user do not bind": (
        SHARED | {"anyUser": False, "isMultipleUseAllowed": True},
        None,
    ),
    "three uses, perhaps not for everybody": (SHARED | {"anyUser": UNKNOWN}, None),
    "0 uses are no limit": (SHARED | {"redemptionPerCouponMaxLimit": 0}, None),
    "uses that nobody can read": (SHARED | {"redemptionPerCouponMaxLimit": UNKNOWN}, None),
    "the lower of two limits": ({"maxCreate": 50}, 5_000),
    "a create limit alone": ({"maxCreate": 50, "maxRedeem": -1}, 5_000),
    "no limit": ({"maxRedeem": -1}, None),
    "0 is no limit": ({"maxRedeem": 0}, None),
    "a limit that live does not show": ({"maxRedeem": Mark.ABSENT}, None),
    "a limit of an unknown shape": ({"maxRedeem": UNKNOWN}, None),
    "one code for all is not bound by maxCreate": (
        {"clientHandlingType": "GENERIC", "maxCreate": 50},
        1_000_000,
    ),
    "unknown codes are not bound by maxCreate": (
        {"clientHandlingType": Mark.ABSENT, "maxCreate": 50},
        1_000_000,
    ),
    "a limit per user bounds nothing": (
        {"maxRedeem": -1, "maxRedemptionsInSeriesPerUser": 1, "maxVouchersPerUser": 1},
        None,
    ),
    "nothing off, without a limit": ({"discountValue": 0, "maxRedeem": -1}, None),
    "over": ({"validTillDate": "2026-05-31T00:00:00Z"}, 0),
    "over, whatever it costs": ({"validTillDate": "1970-01-01T00:00:00Z", "maxRedeem": -1}, 0),
    "on its last day": ({"validTillDate": "2026-06-01T00:00:00Z"}, 1_000_000),
    "an end that nobody can read": ({"validTillDate": UNKNOWN}, 1_000_000),
    "no end": ({"validTillDate": Mark.ABSENT}, 1_000_000),
}


@pytest.mark.parametrize("case", CASES)
def test_a_series_costs_at_most(case: str) -> None:
    fields, expected = CASES[case]

    assert expected == cost(fields)


@pytest.mark.parametrize(
    ("fields", "counters", "expected"),
    [
        pytest.param({}, Counters(redeemed=9_999), 100, id="one is left"),
        pytest.param({}, Counters(redeemed=10_000), 0, id="none is left"),
        pytest.param({}, Counters(redeemed=10_001), 0, id="more than all are redeemed"),
        pytest.param({}, Counters(redeemed=-1), 1_000_000, id="a counter below 0"),
        pytest.param({"maxRedeem": -1, "maxCreate": 10}, Counters(redeemed=4), 1_000, id="made"),
        pytest.param({"maxCreate": 10}, Counters(redeemed=9_994), 600, id="six of ten made"),
        pytest.param(SHARED, Counters(redeemed=4), 3_000_000, id="redemptions are no coupons"),
        pytest.param({}, Counters(uploaded=50), 1_005_000, id="uploaded codes come on top"),
        pytest.param({}, Counters(redeemed=10_000, uploaded=50), 5_000, id="uploaded codes alone"),
        pytest.param({}, Counters(uploaded=-1), 1_000_000, id="a count of -1"),
        pytest.param({"maxRedeem": -1}, Counters(uploaded=50), None, id="uploaded, and any other"),
        pytest.param({}, Counters(issued=120), 1_000_000, id="issued coupons are among them"),
    ],
)
def test_what_was_counted_is_taken_into_account(
    fields: dict[str, Canonical], counters: Counters, expected: int | None
) -> None:
    assert expected == cost(fields, counters)


def test_a_path_that_is_missing_is_what_the_server_fills_in() -> None:
    fields: dict[str, Canonical] = {"discountType": "ABS", "discountValue": 5, "anyUser": False}

    assert exposure(fields | {"maxRedeem": 10}, NEW, ZONE, NOW) == 50


@pytest.mark.parametrize(
    ("ends", "zone", "expected"),
    [
        pytest.param({}, "UTC", None, id="no end"),
        pytest.param({"validTillDate": Mark.ABSENT}, "UTC", None, id="an end that is not shown"),
        pytest.param({"validTillDate": UNKNOWN}, "UTC", None, id="an end of an unknown shape"),
        pytest.param(
            {"validTillDate": "2027-01-01T00:00:00Z"},
            "UTC",
            "2027-01-01T23:59:59+00:00",
            id="the end of its day",
        ),
        pytest.param(
            {"validTillDate": "2027-01-01T10:23:17Z"},
            "UTC",
            "2027-01-01T23:59:59+00:00",
            id="a clock time of the UI",
        ),
        pytest.param(
            {"validTillDate": "2026-12-31T18:30:00Z"},
            "Asia/Kolkata",
            "2027-01-01T23:59:59+05:30",
            id="its day in the zone",
        ),
        pytest.param(
            {"validTillDateTime": "2027-01-01T18:00:00Z"},
            "UTC",
            "2027-01-01T18:00:00+00:00",
            id="a moment alone",
        ),
        pytest.param(
            {
                "validTillDate": "2027-01-01T00:00:00Z",
                "validTillDateTime": "2027-01-01T18:00:00Z",
            },
            "UTC",
            "2027-01-01T23:59:59+00:00",
            id="a moment that is earlier",
        ),
        pytest.param(
            {
                "validTillDate": "2027-01-01T00:00:00Z",
                "validTillDateTime": "2027-01-02T18:00:00Z",
            },
            "UTC",
            "2027-01-02T18:00:00+00:00",
            id="a moment that is later",
        ),
        pytest.param(
            {"validTillDate": "1970-01-01T00:00:00Z", "validTillDateTime": UNKNOWN},
            "UTC",
            None,
            id="one of two that nobody can read",
        ),
        pytest.param(
            {"validTillDate": "9999-12-31T23:00:00Z"},
            "Asia/Kolkata",
            "9999-12-31T23:00:00+00:00",
            id="past the calendar of the zone",
        ),
    ],
)
def test_the_last_moment_is_the_later_of_two(
    ends: dict[str, Canonical], zone: str, expected: str | None
) -> None:
    found = last_moment(ends, ZoneInfo(zone))

    assert expected == (found and found.isoformat())


def test_a_series_is_over_after_its_last_second() -> None:
    last = datetime(2027, 1, 1, 23, 59, 59, tzinfo=UTC)

    assert exposure(SERIES, NEW, ZONE, last) == 1_000_000
    assert exposure(SERIES, NEW, ZONE, last + timedelta(microseconds=1)) == 0


@pytest.mark.parametrize(
    ("before", "after", "increase"),
    [
        pytest.param(100, 500, 400, id="it grows"),
        pytest.param(500, 100, 0, id="it shrinks"),
        pytest.param(0, 500, 500, id="a create"),
        pytest.param(100, None, 0, id="to unlimited"),
        pytest.param(None, 100, 0, id="from unlimited"),
    ],
)
def test_an_increase_is_that_of_bounded_amounts(
    before: int | None, after: int | None, increase: int
) -> None:
    assert increase == Exposure(before, after).increase


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([1, 2], 3, id="bounded amounts"),
        pytest.param([1, None, 2], None, id="one of them unlimited"),
    ],
)
def test_a_total_is_unlimited_as_soon_as_one_amount_is(
    amounts: list[int | None], expected: int | None
) -> None:
    assert expected == total(iter(amounts))
