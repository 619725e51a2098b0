"""The rules between fields, on canonical values of files and of live."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reconciler.constraints import violations

UTC = ZoneInfo("UTC")
AFFIX = {
    "couponPrefix": "ABC",
    "isPrefixEnabled": True,
    "orgPrefixOverride": False,
    "clientHandlingType": "DISC_CODE",
}
LIMITED = {"redemptionPerCouponMaxLimit": 3, "anyUser": True, "clientHandlingType": "DISC_CODE"}


def block(kind: str, count: int) -> list[Any]:
    return [[kind, "productIds", list(range(count))]]


@pytest.mark.parametrize(
    ("series", "path", "rule", "write"),
    [
        pytest.param(
            {"discountType": "PERC", "discountValue": 101},
            "discountValue",
            "percent",
            "at most 100, or discountType: ABS",
            id="more than the whole price",
        ),
        pytest.param(
            LIMITED | {"anyUser": False},
            "redemptionPerCouponMaxLimit",
            "per-coupon-limit",
            "anyUser: true, or -1 here",
            id="a limit for known customers",
        ),
        pytest.param(
            LIMITED | {"redemptionPerCouponMaxLimit": 0},
            "redemptionPerCouponMaxLimit",
            "per-coupon-limit",
            "-1 for no limit",
            id="a limit of nothing",
        ),
        pytest.param(
            LIMITED | {"clientHandlingType": "GENERIC", "genericCode": "X"},
            "redemptionPerCouponMaxLimit",
            "per-coupon-limit",
            "-1 for no limit",
            id="a limit on a generic code",
        ),
        pytest.param(
            LIMITED | {"externalIssual": True},
            "redemptionPerCouponMaxLimit",
            "per-coupon-limit",
            "-1 for no limit",
            id="a limit on a series managed elsewhere",
        ),
        pytest.param(
            {"clientHandlingType": "GENERIC"},
            "clientHandlingType",
            "generic-code",
            "genericCode: WELCOME10",
            id="no generic code",
        ),
        pytest.param(
            {"clientHandlingType": "GENERIC", "genericCode": ""},
            "clientHandlingType",
            "generic-code",
            "genericCode: WELCOME10",
            id="an empty generic code",
        ),
        pytest.param(
            {"expiryStrategyType": "SERIES_EXPIRY", "expiryStrategyValue": 30},
            "expiryStrategyValue",
            "expiry-value",
            "1, or expiryStrategyType: DAYS",
            id="days under the series' expiry",
        ),
        pytest.param(
            {
                "validTillDate": "2030-09-29T00:00:00Z",
                "validTillDateTime": "2030-09-30T00:00:00Z",
            },
            "validTillDateTime",
            "last-moment",
            "2030-09-29T23:59:59Z",
            id="a last moment on another day",
        ),
        pytest.param(
            {"productInfo": block("BRAND", 251)},
            "productInfo",
            "too-many-products",
            "several blocks",
            id="too many brands",
        ),
        pytest.param(
            {"productInfo": block("ATTRIBUTE", 251)},
            "productInfo",
            "too-many-products",
            "several blocks",
            id="too many attributes",
        ),
        pytest.param(
            {"productInfo": block("CATEGORY", 1_001)},
            "productInfo",
            "too-many-products",
            "several blocks",
            id="too many categories",
        ),
        pytest.param(
            {"productInfo": block("SKU", 10_001)},
            "productInfo",
            "too-many-products",
            "several blocks",
            id="too many articles",
        ),
        pytest.param(
            AFFIX | {"couponPrefix": "ABCDEFGHIJK"},
            "couponPrefix",
            "coupon-affix",
            "a shorter, plainer one",
            id="a prefix of eleven",
        ),
        pytest.param(
            AFFIX | {"couponPrefix": "A B"},
            "couponPrefix",
            "coupon-affix",
            "a shorter, plainer one",
            id="a prefix with a blank",
        ),
        pytest.param(
            {key: value for key, value in AFFIX.items() if key != "isPrefixEnabled"},
            "couponPrefix",
            "coupon-affix",
            "those keys beside it",
            id="a prefix that is not enabled",
        ),
        pytest.param(
            AFFIX | {"clientHandlingType": "GENERIC", "genericCode": "X"},
            "couponPrefix",
            "coupon-affix",
            "those keys beside it",
            id="a prefix of generic codes",
        ),
        pytest.param(
            {"couponSuffix": "Z", "isSuffixEnabled": True, "orgSuffixOverride": True},
            "couponSuffix",
            "coupon-affix",
            "those keys beside it",
            id="a suffix that the organisation overrides",
        ),
    ],
)
def test_a_broken_rule_is_told_with_its_place(
    series: dict[str, Any], path: str, rule: str, write: str
) -> None:
    said = [(broken.path, broken.rule, broken.hint) for broken in violations(series, UTC)]

    assert said == [(path, rule, write)]


@pytest.mark.parametrize(
    "series",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"discountType": "PERC", "discountValue": 100}, id="the whole price"),
        pytest.param({"discountType": "ABS", "discountValue": 5_000}, id="an amount"),
        pytest.param(LIMITED, id="a limit for anybody"),
        pytest.param(LIMITED | {"clientHandlingType": "DISC_CODE_PIN"}, id="a limit on pins"),
        pytest.param(
            {
                "redemptionPerCouponMaxLimit": -1,
                "clientHandlingType": "GENERIC",
                "genericCode": "X",
            },
            id="no limit on a generic code",
        ),
        pytest.param({"redemptionPerCouponMaxLimit": 3}, id="a limit that says no more"),
        pytest.param(
            {"expiryStrategyType": "SERIES_EXPIRY", "expiryStrategyValue": -1}, id="live's own -1"
        ),
        pytest.param({"expiryStrategyType": "DAYS", "expiryStrategyValue": 30}, id="days"),
        pytest.param({"productInfo": block("BRAND", 250)}, id="250 brands"),
        pytest.param({"productInfo": block("SKU", 10_000)}, id="10,000 articles"),
        pytest.param({"productInfo": block("NEW", 20_000)}, id="a product type of the future"),
        pytest.param({"productInfo": ["?", [[1]]]}, id="products of an unknown shape"),
        pytest.param({"productInfo": [[{}, "productIds", [1]]]}, id="a type that is no text"),
        pytest.param(AFFIX, id="a prefix with all it needs"),
        pytest.param({"couponPrefix": ""}, id="no prefix"),
        pytest.param(
            {
                "validTillDate": "2030-09-29T00:00:00Z",
                "validTillDateTime": "2030-09-29T23:59:59Z",
            },
            id="the last second of the day",
        ),
    ],
)
def test_a_series_within_the_rules_breaks_none(series: dict[str, Any]) -> None:
    assert list(violations(series, UTC)) == []


def test_a_moment_outside_the_calendar_of_the_zone_breaks_no_rule() -> None:
    series: dict[str, Any] = {
        "validTillDate": "0001-01-01T00:00:00Z",
        "validTillDateTime": "9999-12-31T23:59:59Z",
    }

    assert list(violations(series, ZoneInfo("America/New_York"))) == []


def test_a_moment_on_the_same_day_of_the_zone_is_fine() -> None:
    series: dict[str, Any] = {
        "validTillDate": "2030-09-29T04:00:00Z",
        "validTillDateTime": "2030-09-30T03:59:59Z",
    }

    assert list(violations(series, ZoneInfo("America/New_York"))) == []
