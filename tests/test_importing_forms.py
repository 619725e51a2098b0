"""What an imported file says, what it says in comments alone, and for what there is none."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reconciler.config import Target
from reconciler.fields import MANAGEABLE
from reconciler.importing import UnsayableError, series_file
from reconciler.live import LiveSeries

HIDING = frozenset(field.name for field in MANAGEABLE if field.hides)
SHORT = "Hello {{cust_name}}, your voucher code is {{voucher_code}}"
MINIMAL = {
    "seriesCode": "CODE",
    "description": "April 100",
    "discountCode": "NO_VALUE",
    "discountType": "ABS",
    "discountValue": 100,
    "validTillDate": "2035-06-12T00:00:00Z",
    "expiryStrategyType": "SERIES_EXPIRY",
    "clientHandlingType": "DISC_CODE",
    "anyUser": False,
    "smsTemplate": "Hi {{first_name}}",
    "createdOn": "2026-03-03T10:23:17Z",
}
WRITTEN = """\
# Imported from sandbox; id 7.
seriesCode: CODE
description: April 100
discountCode: NO_VALUE
discountType: ABS
discountValue: 100
validTillDate: 2035-06-12
expiryStrategyType: SERIES_EXPIRY
clientHandlingType: DISC_CODE
anyUser: false
smsTemplate: Hi {{first_name}}
"""


def imported(fields: dict[str, Any], zone: str = "UTC") -> str:
    """The file of a small series with these fields, or why there is none."""
    row = LiveSeries(7, str(fields.get("seriesCode", "CODE")), {"id": 7, **MINIMAL, **fields})
    try:
        target = Target("sandbox", "sandbox::memory:", ZoneInfo(zone))
        return series_file(row, target, HIDING).text
    except UnsayableError as error:
        return f"refused: {error}"


def added(text: str) -> str:
    """The lines that a file has and the smallest one has not."""
    assert not text.startswith("refused")
    least = WRITTEN.splitlines()
    return "\n".join(line for line in text.splitlines() if line not in least)


def test_the_smallest_file_has_the_code_and_the_nine_fields() -> None:
    assert imported({}) == WRITTEN


ANY = '{"dom" : [-1], "dow": [-1], "hours": [-1]}'


@pytest.mark.parametrize(
    ("live", "lines"),
    [
        pytest.param({"maxRedeem": -1, "maxCreate": "-1"}, "", id="no limit"),
        pytest.param({"maxRedeem": 50}, "maxRedeem: 50", id="a limit"),
        pytest.param({"minBillAmount": 0}, "minBillAmount: 0", id="none, as the web UI has it"),
        pytest.param({"maxBillAmount": 2**53 - 1}, f"maxBillAmount: {2**53 - 1}", id="2^53-1"),
        pytest.param({"redemptionPerCouponMaxLimit": None}, "", id="null for no limit"),
        pytest.param({"expiryStrategyValue": 1}, "", id="1 under SERIES_EXPIRY"),
        pytest.param({"numIssued": 3, "lastUsed": "x", "orgId": 1}, "", id="server-owned fields"),
        pytest.param({"resendMessageEnabled": True}, "", id="true where true is usual"),
        pytest.param({"resendMessageEnabled": "false"}, "resendMessageEnabled: false", id="false"),
        pytest.param({"info": "April 100", "tag": "x"}, "tag: x", id="copies of the description"),
        pytest.param({"shortSMSTemplate": SHORT}, "", id="the usual short text"),
        pytest.param({"shortSMSTemplate": "Hi"}, "shortSMSTemplate: Hi", id="another short text"),
        pytest.param({"termsAndConditions": "no"}, 'termsAndConditions: "no"', id="a hard text"),
        pytest.param({"redemptionRange": ANY}, "", id="any day and hour"),
        pytest.param(
            {"redemptionRange": '{"dom":["-1"],"dow":["6",7],"hours":9}'},
            "redemptionRange:\n  dow: [6, 7]\n  hours: [9]",
            id="some days and an hour",
        ),
        pytest.param({"mutualExclusiveSeriesIds": '["-1"]'}, "", id="no other series, as text"),
        pytest.param(
            {"mutualExclusiveSeriesIds": "7"}, "mutualExclusiveSeriesIds: [7]", id="a bare id"
        ),
        pytest.param({"storeIdsJson": '["-1"]'}, "", id="any store"),
        pytest.param({"redeemAtStore": '["3", 1]'}, "redeemAtStore: [1, 3]", id="some stores"),
        pytest.param({"productInfo": [], "genericCode": ""}, "", id="empty"),
        pytest.param(
            {"productInfo": [{"productType": "SKU", "productIds": [2, "1"], "productCodes": []}]},
            "productInfo:\n  - {productType: SKU, productIds: [1, 2]}",
            id="products",
        ),
        pytest.param(
            {"redemptionOrgEntityDetails": [{"redemptionOrgEntityType": "TILL", "orgEntityId": 4}]},
            "redemptionOrgEntityDetails:\n  - {redemptionOrgEntityType: TILL, orgEntityId: 4}",
            id="places",
        ),
        pytest.param(
            {"customPropertyMap": {"a": "1", "b": None, "c.d": "x"}, "targetUserDetails": {}},
            'customPropertyMap:\n  a: "1"\n  c.d: x',
            id="properties",
        ),
        pytest.param(
            {"couponSuffix": "AB-", "isSuffixEnabled": True, "orgSuffixOverride": False},
            "couponSuffix: AB-\nisSuffixEnabled: true\norgSuffixOverride: false",
            id="a suffix, with what belongs to it",
        ),
        pytest.param(
            {"couponPrefix": "AB-", "isPrefixEnabled": True},
            "couponPrefix: AB-\nisPrefixEnabled: true\norgPrefixOverride: false",
            id="a prefix, with what belongs to it",
        ),
        pytest.param(
            {"redemptionValidFrom": "2026-03-03T00:00:00Z"}, "", id="valid from the day it was made"
        ),
        pytest.param(
            {"redemptionValidFrom": "2026-03-04T00:00:00Z"},
            "redemptionValidFrom: 2026-03-04",
            id="valid from another day",
        ),
        pytest.param({"validTillDateTime": "2035-06-12T23:59:59Z"}, "", id="the end of the day"),
        pytest.param(
            {"validTillDateTime": "2035-06-12T18:00:00Z"},
            "validTillDateTime: 2035-06-12T18:00:00Z",
            id="an end in the evening",
        ),
    ],
)
def test_beside_the_required_fields_stands(live: dict[str, Any], lines: str) -> None:
    assert lines == added(imported(live))


@pytest.mark.parametrize(
    ("zone", "live", "line"),
    [
        pytest.param("UTC", "2120-02-11T10:23:17Z", "2120-02-11T10:23:17Z", id="a clock time"),
        pytest.param(
            "Asia/Kolkata", "2030-09-30T00:00:00+05:30", "2030-09-30", id="midnight there"
        ),
        pytest.param("Asia/Kolkata", "2030-09-29T18:30:00Z", "2030-09-30", id="in another zone"),
        pytest.param(
            "Asia/Kolkata", "2030-09-30T00:00:00Z", "2030-09-30T00:00:00Z", id="midnight elsewhere"
        ),
        pytest.param("America/New_York", "1970-01-01T05:00:00Z", "1970-01-01", id="before 1970"),
    ],
)
def test_the_end_is_written_as(zone: str, live: str, line: str) -> None:
    assert f"validTillDate: {line}" in imported({"validTillDate": live}, zone).splitlines()


@pytest.mark.parametrize(
    ("live", "said"),
    [
        pytest.param(
            {"discountUpto": 12.5},
            "discountUpto: live has 12.5; 12.5 is not a whole number",
            id="a fraction",
        ),
        pytest.param(
            {"maxCreate": 2**40},
            f"maxCreate: live has {2**40}; {2**40} is outside -2147483648 to 2147483647; the API"
            " would wrap it silently",
            id="a number past 32 bits",
        ),
        pytest.param(
            {"info": {"a\n": 1}},
            'info: live has {"a\\n": 1}; nobody documented a value of this shape',
            id="an object for a text",
        ),
        pytest.param(
            {"tag": "\ud800"},
            'tag: live has "\\ud800"; this escape stands for no character',
            id="half a character",
        ),
        pytest.param(
            {"redemptionRange": '{"dow":[9]}'},
            "redemptionRange.dow: live has [9]; dow goes from 1 to 7, not 9",
            id="a ninth day of the week",
        ),
        pytest.param(
            {"redemptionRange": '{"years":[1]}'},
            "redemptionRange.years: live has [1]; this version does not model this key",
            id="an unknown part of a range",
        ),
        pytest.param(
            {"redemptionRange": "always"},
            'redemptionRange: live has "always"; nobody documented a value of this shape',
            id="no range",
        ),
        pytest.param(
            {"customPropertyMap": {"a" * 2000: "x"}},
            f'customPropertyMap.{"a" * 61}…: live has "x"; the key is too long for a file',
            id="a key longer than YAML takes",
        ),
        pytest.param(
            {"productInfo": [{"productType": "TOY", "productIds": [1]}]},
            'productInfo: live has [{"productType": "TOY", "productIds": [1]}]; TOY is none of SKU,'
            " CATEGORY, BRAND, ATTRIBUTE",
            id="an unknown type of product",
        ),
        pytest.param(
            {"validTillDateTime": "2035-07-01T10:00:00Z"},
            'validTillDateTime: live has "2035-07-01T10:00:00Z"; it is not on the day that'
            " validTillDate is cut to, 2035-06-12 (UTC)",
            id="an end on another day",
        ),
        pytest.param(
            {"redemptionPerCouponMaxLimit": 0},
            "redemptionPerCouponMaxLimit: live has 0; a limit is above 0; put it right in the web"
            " UI",
            id="a limit that breaks a rule",
        ),
        pytest.param(
            {"expiryStrategyValue": 30},
            "expiryStrategyValue: live has 30; under SERIES_EXPIRY the value is always 1, not 30;"
            " put it right in the web UI",
            id="days where none count",
        ),
        pytest.param(
            {"couponPrefix": "AB"},
            'couponPrefix: live has "AB"; it is used only with isPrefixEnabled: true,'
            " orgPrefixOverride: false and clientHandlingType: DISC_CODE; put it right in the web"
            " UI",
            id="a prefix not in use",
        ),
    ],
)
def test_what_a_file_cannot_say_is_a_comment(live: dict[str, Any], said: str) -> None:
    assert f"# Not in this file: {said}." == added(imported(live))


def test_the_rest_of_an_object_is_still_written() -> None:
    details = {"validMaxUserTransactionLimit": 5, "mystery": 1}
    lines = added(imported({"targetUserDetails": details})).splitlines()
    assert ["targetUserDetails:", "  validMaxUserTransactionLimit: 5"] == lines[1:]


def test_keys_that_are_not_modelled_are_named() -> None:
    said = "# Live has keys that this version does not model: futureKey, new\\u2028."
    assert said == added(imported({"futureKey": 1, "new\u2028": 2}))


@pytest.mark.parametrize(
    ("live", "why"),
    [
        pytest.param({"seriesCode": " A "}, "blanks at its ends", id="a code with blanks"),
        pytest.param({"seriesCode": "A\u202e"}, "nobody sees", id="a code with bidi characters"),
        pytest.param({"discountValue": 12.5}, "discountValue: 12.5 is not", id="half a percent"),
        pytest.param({"description": None}, "does not show description", id="nothing required"),
        pytest.param({"discountType": "FREE"}, "FREE is none of ABS, PERC", id="an unknown choice"),
        pytest.param({"validTillDate": "soon"}, "validTillDate: nobody", id="no date"),
        pytest.param({"discountType": "PERC", "discountValue": 101}, "101 percent", id="a rule"),
        pytest.param({"clientHandlingType": "GENERIC"}, "everybody uses", id="GENERIC, no code"),
        pytest.param({"tag": f"claim-{'0' * 32}"}, "did not end", id="an apply that did not end"),
    ],
)
def test_there_is_no_file_for(live: dict[str, Any], why: str) -> None:
    text = imported(live)
    assert text.startswith("refused: ")
    assert why in text


def test_a_series_too_large_for_a_file_gets_none() -> None:
    assert "larger than" in imported({"smsTemplate": "x" * 2**20})
