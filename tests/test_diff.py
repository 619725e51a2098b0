"""Which values mean the same, and which do not (API page, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from conftest import MINIMAL, UTC

from reconciler.diff import compare
from reconciler.live import LiveSeries
from reconciler.values import Mark

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.diff import Comparison

LIVE: dict[str, Any] = {
    "id": 7,
    "seriesCode": "APRIL100",
    "description": "April 100",
    "discountCode": "XYZ12345",
    "discountType": "ABS",
    "discountValue": 500.0,
    "validTillDate": "2035-06-12T00:00:00Z",
    "expiryStrategyType": "SERIES_EXPIRY",
    "expiryStrategyValue": -1,
    "clientHandlingType": "DISC_CODE",
    "anyUser": False,
    "smsTemplate": "Hi {{first_name}}",
}


def compared(
    desired: FromText, added: str, live: dict[str, Any], zone: ZoneInfo = UTC, *proven: str
) -> Comparison:
    declared = desired(MINIMAL + added)["APRIL100"].declared
    return compare(declared, LiveSeries(7, "APRIL100", LIVE | live), zone, proven)


def changed(desired: FromText, added: str, live: dict[str, Any], *proven: str) -> list[str]:
    return [field.path for field in compared(desired, added, live, UTC, *proven).changes]


RANGE = '{"dom":[-1],"dow":[6,7],"hours":[-1]}'

SAME = {
    "an integer and a float": ("minBillAmount: 5", {"minBillAmount": 5.0}),
    "an integer and its text": ("minBillAmount: 5", {"minBillAmount": "5"}),
    "unlimited and minus one": ("maxRedeem: unlimited", {"maxRedeem": -1}),
    "null and minus one": ("redemptionPerCouponMaxLimit:", {"redemptionPerCouponMaxLimit": -1}),
    "minus one and null": (
        "redemptionPerCouponMaxLimit: -1",
        {"redemptionPerCouponMaxLimit": None},
    ),
    "no per-coupon limit and no such key": ("redemptionPerCouponMaxLimit: -1", {}),
    "one and minus one under SERIES_EXPIRY": ("expiryStrategyValue: 1", {}),
    "one instant in two zones": (
        "redemptionValidFrom: 2030-01-01T05:30:00+05:30",
        {"redemptionValidFrom": "2030-01-01T00:00:00Z"},
    ),
    "a day and its cut form": (
        "redemptionValidFrom: 2030-01-01T15:00:00Z",
        {"redemptionValidFrom": "2030-01-01T00:00:00Z"},
    ),
    "a clock time that live kept": (
        "redemptionValidFrom: 2030-01-01T15:00:00Z",
        {"redemptionValidFrom": "2030-01-01T20:30:00+05:30"},
    ),
    "a mapping and a string in any spelling": (
        "redemptionRange: {dow: [7, 6]}",
        {"redemptionRange": '{ "dow" : ["6", "7"], "hours": 3 }'},
    ),
    "two strings in any spelling": (
        f"redemptionRange: '{RANGE}'",
        {"redemptionRange": '{"dow":["7",6]}'},
    ),
    "a scalar and a list of it": (
        "redemptionRange: {dom: 3}",
        {"redemptionRange": '{"dom": ["3"]}'},
    ),
    "no exclusions in either form": (
        "mutualExclusiveSeriesIds: []",
        {"mutualExclusiveSeriesIds": "[-1]"},
    ),
    "ids in any order": (
        "mutualExclusiveSeriesIds: [3, 1]",
        {"mutualExclusiveSeriesIds": '["1", 3]'},
    ),
    "products in any order": (
        (
            "productInfo: [{productType: SKU, productIds: [2, 1]},"
            " {productType: BRAND, productIds: [9]}]"
        ),
        {
            "productInfo": [
                {"productType": "BRAND", "productIds": [9]},
                {"productType": "SKU", "productIds": ["1", 2]},
            ]
        },
    ),
    "no products and no key": ("productInfo: []", {}),
    "places in any order": (
        (
            "redemptionOrgEntityDetails: [{redemptionOrgEntityType: TILL, orgEntityId: 1},"
            " {redemptionOrgEntityType: STORE, orgEntityId: 2}]"
        ),
        {
            "redemptionOrgEntityDetails": [
                {"redemptionOrgEntityType": "STORE", "orgEntityId": "2"},
                {"redemptionOrgEntityType": "TILL", "orgEntityId": 1},
            ]
        },
    ),
    "the last second of the day and no such key": ("validTillDateTime: 2035-06-12T23:59:59Z", {}),
    "an empty prefix and no such key": ('couponPrefix: ""', {}),
    "a new flag that is off and no such key": ("isPrefixEnabled: false", {}),
}

DIFFERENT = {
    "true and one": ("isTransferrable: true", {"isTransferrable": 1}, "isTransferrable"),
    "one and true": ("minBillAmount: 1", {"minBillAmount": True}, "minBillAmount"),
    "zero and no minimum": ("minBillAmount: 0", {"minBillAmount": -1}, "minBillAmount"),
    "blanks in a text": ("info: a b", {"info": "a  b"}, "info"),
    "upper and lower case": ("info: a", {"info": "A"}, "info"),
    "a number that live cannot show": ("maxRedeem: -1", {}, "maxRedeem"),
    "two days": (
        "redemptionValidFrom: 2030-01-02",
        {"redemptionValidFrom": "2030-01-01T00:00:00Z"},
        "redemptionValidFrom",
    ),
    "a day and a clock time": (
        "redemptionValidFrom: 2030-01-01",
        {"redemptionValidFrom": "2030-01-01T10:23:17Z"},
        "redemptionValidFrom",
    ),
    "one part of a range": (
        "redemptionRange: {dow: [6], hours: [9]}",
        {"redemptionRange": '{"dow":[6],"hours":[10]}'},
        "redemptionRange.hours",
    ),
    "a range that is no JSON": (
        "redemptionRange: {dow: [6]}",
        {"redemptionRange": "oops"},
        "redemptionRange.dow",
    ),
    "a member of an object": (
        "targetUserDetails: {validMaxUserTransactionLimit: 1}",
        {"targetUserDetails": {"validMaxUserTransactionLimit": 2}},
        "targetUserDetails.validMaxUserTransactionLimit",
    ),
    "an object that live does not show": (
        "targetUserDetails: {validMaxUserTransactionLimit: 1}",
        {},
        "targetUserDetails.validMaxUserTransactionLimit",
    ),
    "one product less": (
        "productInfo: [{productType: SKU, productIds: [1]}]",
        {"productInfo": [{"productType": "SKU", "productIds": [1, 2]}]},
        "productInfo",
    ),
    "codes and ids of another type": (
        "productInfo: [{productType: SKU, productCodes: [a]}]",
        {"productInfo": [{"productType": "BRAND", "productIds": [1]}]},
        "productInfo",
    ),
    "products of an undocumented shape": (
        "productInfo: [{productType: SKU, productIds: [1]}]",
        {"productInfo": ["1"]},
        "productInfo",
    ),
    "another last moment": (
        "validTillDateTime: 2035-06-12T18:00:00Z",
        {},
        "validTillDateTime",
    ),
}


@pytest.mark.parametrize(("added", "live"), SAME.values(), ids=SAME)
def test_these_mean_the_same(desired: FromText, added: str, live: dict[str, Any]) -> None:
    proven = ("productInfo", "redemptionOrgEntityDetails")
    anyone = added.replace("redemptionPerCouponMaxLimit:\n", "redemptionPerCouponMaxLimit: null\n")

    assert changed(desired, anyone + "\n", live, *proven) == []


@pytest.mark.parametrize(("added", "live", "path"), DIFFERENT.values(), ids=DIFFERENT)
def test_these_differ(desired: FromText, added: str, live: dict[str, Any], path: str) -> None:
    proven = ("productInfo", "redemptionOrgEntityDetails")

    assert changed(desired, added + "\n", live, *proven) == [path]


UNREADABLE = {
    "a custom property": ("customPropertyMap: {a: x}", {"customPropertyMap": {"b": "y"}}, ()),
    "products of a target that has shown none": (
        "productInfo: [{productType: SKU, productIds: [1]}]",
        {},
        (),
    ),
    "places of a target that has shown none": (
        "redemptionOrgEntityDetails: [{redemptionOrgEntityType: TILL, orgEntityId: 1}]",
        {"redemptionOrgEntityDetails": None},
        (),
    ),
    "codes that live shows as ids": (
        "productInfo: [{productType: SKU, productCodes: [a]}]",
        {"productInfo": [{"productType": "SKU", "productIds": [123]}]},
        ("productInfo",),
    ),
}


@pytest.mark.parametrize(("added", "live", "proven"), UNREADABLE.values(), ids=UNREADABLE)
def test_these_cannot_be_compared(
    desired: FromText, added: str, live: dict[str, Any], proven: tuple[str, ...]
) -> None:
    found = compared(desired, added + "\n", live, UTC, *proven)

    assert (1, ()) == (len(found.unreadable), found.changes)


def test_a_date_is_cut_in_the_targets_zone(desired: FromText) -> None:
    live = {"redemptionValidFrom": "2030-01-02T00:00:00+05:30"}
    added = "redemptionValidFrom: 2030-01-01T20:00:00Z\n"
    declared = desired(MINIMAL + added)["APRIL100"]
    india = ZoneInfo("Asia/Kolkata")
    moved = type(declared)(declared.code, declared.file, declared.lines, declared.values, india)
    row = LiveSeries(7, "APRIL100", LIVE | {"validTillDate": "2035-06-12T00:00:00+05:30"} | live)

    assert compare(moved.declared, row, india, ()).changes == ()


def test_a_change_tells_both_values_as_live_and_file_have_them(desired: FromText) -> None:
    (field,) = compared(desired, "maxRedeem: unlimited\n", {"maxRedeem": 10.0}).changes

    assert (10.0, "unlimited", 11) == (field.before, field.after, field.line)


def test_every_field_of_a_create_has_been_absent(desired: FromText) -> None:
    found = compare(desired(MINIMAL)["APRIL100"].declared, None, UTC, ())

    assert {now for now, _ in found.managed.values()} == {Mark.ABSENT}
    assert len(found.changes) == 10
