"""Creates: what the server makes of a new series (API page, sections 5 and 8)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_client import FULL, Api, published, sandbox

from reconciler.sandbox import Behaviour

if TYPE_CHECKING:
    from collections.abc import Iterator

STAMPS = ("id", "orgId", "createdBy", "createdOn", "lastUsed", "dvsExpiryDate", "seriesCode")
GENERATED = re.compile("[0-9A-F]{20}|[A-Za-z0-9]{10}")
ANY_TIME = '{"dom" : [-1], "dow": [-1], "hours": [-1]}'


@pytest.fixture
def api() -> Iterator[Api]:
    with sandbox() as opened:
        yield opened


def day(stamp: str) -> str:
    return f"{stamp[:10]}T00:00:00Z"


def without_stamps(series: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in series.items() if name not in STAMPS}


def test_the_published_create_is_answered_as_published(api: Api) -> None:
    expected, actual = published("create-full-response"), api.create(**FULL)

    assert without_stamps(expected) == without_stamps(actual)
    assert expected.keys() == actual.keys()


def test_the_order_of_an_answers_keys_is_not_the_requests(api: Api) -> None:
    created = api.create(**FULL)
    shared = [name for name in FULL if name in created]

    assert shared != [name for name in created if name in shared]
    assert shared != [name for name in api.read_one(created["id"]) if name in shared]


def test_what_a_create_leaves_out_is_filled_in(api: Api) -> None:
    created = api.create()

    absent = published("create-full-response").keys() - created.keys()
    assert set() == absent
    assert {
        "expiryStrategyValue": -1,
        "maxCreate": -1,
        "redemptionPerCouponMaxLimit": -1,
        "minBillAmount": -1,
        "randomCodeLength": 0,
        "discountUpto": 0,
        "alphaNumeric": False,
        "resendMessageEnabled": True,
        "info": "April 100",
        "tag": "April 100",
        "redemptionValidFrom": day(created["createdOn"]),
        "redemptionRange": ANY_TIME,
        "mutualExclusiveSeriesIds": "[-1]",
        "storeIdsJson": "[-1]",
        "redeemAtStore": "[-1]",
        "termsAndConditions": "T&C",
        "discountOn": "BILL",
        "dvsItems": "items",
        "validTillDate": "2025-06-11T00:00:00Z",
    }.items() <= created.items()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        pytest.param(
            {"validTillDate": "2030-09-30T00:00:00+05:30"},
            {"validTillDate": "2030-09-29T00:00:00Z", "fixedExpiryDate": 1916870400000},
            id="the end of validity is converted and cut, and the epoch follows",
        ),
        pytest.param(
            {"redemptionValidFrom": "2029-01-01T23:59:59Z"},
            {"redemptionValidFrom": "2029-01-01T00:00:00Z"},
            id="the start of redemption is cut",
        ),
        pytest.param(
            {"fixedExpiryDate": 1},
            {"fixedExpiryDate": 1749600000000},
            id="a sent epoch is recomputed",
        ),
        pytest.param(
            {"validTillDateTime": "2025-06-11T18:30:00+00:00"},
            {"validTillDateTime": "2025-06-11T18:30:00Z"},
            id="a clock time on the last day stays",
        ),
        pytest.param(
            {"validTillDateTime": "2025-06-12T18:30:00Z"},
            {"validTillDateTime": "2025-06-11T23:59:59Z"},
            id="a clock time on another day becomes the end of the last day",
        ),
        pytest.param(
            {"maxCreate": 2**31, "maxRedeem": 2**32 + 5, "priority": -(2**31) - 1},
            {"maxCreate": -(2**31), "maxRedeem": 5, "priority": 2**31 - 1},
            id="integers wrap at 32 bits",
        ),
        pytest.param(
            {"maxCreate": 10.0, "maxBillAmount": 2**53 + 1},
            {"maxCreate": 10, "maxBillAmount": 2**53 + 1},
            id="amounts have 64 bits, and a whole number is an integer",
        ),
        pytest.param(
            {"discountValue": 16777217},
            {"discountValue": 16777216},
            id="the discount rounds to a float32",
        ),
        pytest.param(
            {"discountValue": 12.1}, {"discountValue": 12.1}, id="a fraction is shown short"
        ),
        pytest.param(
            {"discountValue": 1 / 3},
            {"discountValue": 0.33333334},
            id="a fraction has the digits of a float32",
        ),
        pytest.param({"discountUpto": 99.0}, {"discountUpto": 99}, id="a whole cap is an integer"),
        pytest.param(
            {"discountUpto": 99.5}, {"discountUpto": 99.5}, id="a fraction in the cap stays"
        ),
        pytest.param(
            {
                "redemptionRange": '{"dom" : 1,  "hours": ["0", 23]}',
                "mutualExclusiveSeriesIds": '[ "7",8 ]',
                "storeIdsJson": "[ 1]",
                "redeemAtStore": "not json",
            },
            {
                "redemptionRange": '{"dom" : 1,  "hours": ["0", 23]}',
                "mutualExclusiveSeriesIds": '[ "7",8 ]',
                "storeIdsJson": "[ 1]",
                "redeemAtStore": "not json",
            },
            id="strings that hold JSON are echoed",
        ),
        pytest.param(
            {"customPropertyMap": {"standard_terms_and_conditions": "a", "unknown_1": "b"}},
            {"customPropertyMap": {"standard_terms_and_conditions": "a"}},
            id="unknown custom properties are dropped",
        ),
        pytest.param(
            {
                "customPropertyMap": {"unknown": "b", "nothing": None},
                "productInfo": [],
                "redemptionOrgEntityDetails": [],
                "targetUserDetails": {"other": 1},
                "couponPrefix": "",
                "genericCode": "",
            },
            dict.fromkeys(
                (
                    "customPropertyMap",
                    "productInfo",
                    "redemptionOrgEntityDetails",
                    "targetUserDetails",
                    "couponPrefix",
                    "genericCode",
                )
            ),
            id="what is empty is absent",
        ),
        pytest.param(
            {
                "createdOn": "2001-01-01T00:00:00Z",
                "createdBy": 1,
                "orgId": 1,
                "validDaysFromCreation": 1,
                "ownerId": 1,
                "redeemStoreType": "x",
                "maxReferralsPerReferee": 1,
                "campaignName": "x",
                "numIssued": 7,
                "lastUsed": "2001-01-01T00:00:00Z",
                "id": 1,
            },
            {
                "createdBy": 75154383,
                "orgId": 100737,
                "validDaysFromCreation": 30,
                "ownerId": -1,
                "redeemStoreType": "redeemable_stores",
                "maxReferralsPerReferee": -1,
                "campaignName": None,
                "numIssued": 0,
            },
            id="what the server owns is ignored",
        ),
        pytest.param(
            {"madeUp": 1, "nested": {"a": []}},
            {"madeUp": None, "nested": None},
            id="unknown keys are dropped",
        ),
        pytest.param(
            {"redemptionPerCouponMaxLimit": None, "maxRedeem": None},
            {"redemptionPerCouponMaxLimit": -1, "maxRedeem": -1},
            id="null is no limit, or left out",
        ),
        pytest.param(
            {"smsTemplate": "  two  blanks ", "info": "", "tag": "t"},
            {"smsTemplate": "  two  blanks ", "info": "", "tag": "t"},
            id="blanks survive, and info and tag are their own",
        ),
        pytest.param(
            {"targetUserDetails": {"validMaxUserTransactionLimit": 3, "other": 1}},
            {"targetUserDetails": {"validMaxUserTransactionLimit": 3}},
            id="the target user keeps what is known",
        ),
        pytest.param(
            {
                "productInfo": [
                    {"productType": "SKU", "productCodes": ["b", "a"]},
                    {"productType": "BRAND", "productIds": [20, 10]},
                ]
            },
            {
                "productInfo": [
                    {"productType": "BRAND", "productIds": [10, 20]},
                    {"productType": "SKU", "productIds": [1756872261, 1908338682]},
                ]
            },
            id="products are shown as ids, in another order",
        ),
        pytest.param(
            {
                "redemptionOrgEntityDetails": [
                    {"redemptionOrgEntityType": "STORE", "orgEntityId": 2},
                    {"redemptionOrgEntityType": "CONCEPT", "orgEntityId": 9},
                ]
            },
            {
                "redemptionOrgEntityDetails": [
                    {"redemptionOrgEntityType": "CONCEPT", "orgEntityId": 9},
                    {"redemptionOrgEntityType": "STORE", "orgEntityId": 2},
                ]
            },
            id="places are shown in another order",
        ),
        pytest.param(
            {
                "clientHandlingType": "GENERIC",
                "genericCode": "WELCOME",
                "couponPrefix": "ab-_9",
                "isPrefixEnabled": True,
                "orgPrefixOverride": False,
            },
            {
                "genericCode": "WELCOME",
                "couponPrefix": "ab-_9",
                "isPrefixEnabled": True,
                "orgPrefixOverride": False,
                "isSuffixEnabled": None,
            },
            id="what is only shown when it was sent",
        ),
    ],
)
def test_a_sent_value_is_stored_the_servers_way(
    api: Api, sent: dict[str, Any], shown: dict[str, Any]
) -> None:
    created = api.create(**sent)
    read = api.read_one(created["id"])

    assert shown == {name: created.get(name) for name in shown}
    assert shown == {name: read.get(name) for name in shown}


def test_a_create_makes_up_the_code(api: Api) -> None:
    codes = {api.create(seriesCode="seriesCode001")["seriesCode"] for _ in range(30)}

    assert 30 == len(codes)
    assert [] == [code for code in codes if not GENERATED.fullmatch(code)]
    assert {10, 20} == {len(code) for code in codes}


def test_ids_grow_and_have_gaps(api: Api) -> None:
    ids = [api.create()["id"] for _ in range(8)]
    steps = [after - before for before, after in pairwise(ids)]

    assert ids == sorted(ids)
    assert max(steps) > 1
    assert 700_000 < ids[0] < 700_010


def test_the_total_is_nought_after_a_create_and_the_maximum_later(api: Api) -> None:
    created, unlimited = api.create(maxCreate=40), api.create()

    assert (0, 0) == (created["numTotal"], unlimited["numTotal"])
    assert 40 == api.read_one(created["id"])["numTotal"]
    assert -1 == api.read_one(unlimited["id"])["numTotal"]
    assert 50 == api.update(created["id"], maxCreate=50)["numTotal"]


def test_dates_are_cut_and_printed_in_the_servers_zone() -> None:
    with sandbox(Behaviour(zone="Asia/Kolkata")) as api:
        created = api.create(
            validTillDate="2030-09-29T18:30:00Z", redemptionValidFrom="2030-09-29T18:29:59Z"
        )
        left_out = api.update(created["id"], validTillDate=None)

    assert "2030-09-30T00:00:00+05:30" == created["validTillDate"]
    assert "2030-09-29T00:00:00+05:30" == created["redemptionValidFrom"]
    assert 1916937000000 == created["fixedExpiryDate"]
    assert "1970-01-01T00:00:00+05:30" == left_out["validTillDate"]
