"""Updates: what a PUT keeps, replaces and cuts (API page, sections 5 and 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox_client import FULL, MINIMAL, Api, sandbox

from reconciler.sandbox import Behaviour

if TYPE_CHECKING:
    from collections.abc import Iterator

ANY_TIME = '{"dom" : [-1], "dow": [-1], "hours": [-1]}'
EXTRAS: dict[str, Any] = {
    "customPropertyMap": {"standard_terms_and_conditions": "None"},
    "productInfo": [{"productType": "SKU", "productIds": [30, 40]}],
    "redemptionOrgEntityDetails": [{"redemptionOrgEntityType": "STORE", "orgEntityId": 40}],
    "targetUserDetails": {"validUserRegistrationEndTime": 10000},
    "couponSuffix": "x",
    "isSuffixEnabled": True,
    "genericCode": "kept, though it is of no use",
}


@pytest.fixture
def api() -> Iterator[Api]:
    with sandbox() as opened:
        yield opened


def day(stamp: str) -> str:
    return f"{stamp[:10]}T00:00:00Z"


def test_an_update_keeps_the_code(api: Api) -> None:
    created = api.create()

    assert "seriesCode001" == api.update(created["id"], seriesCode="seriesCode001")["seriesCode"]
    assert "seriesCode001" == api.read_one(created["id"])["seriesCode"]


def test_every_put_moves_last_used_and_nothing_else(api: Api) -> None:
    created = api.create()
    first = api.update(created["id"], validTillDate="2030-01-01T00:00:00Z")
    second = api.update(created["id"], validTillDate="2030-01-01T00:00:00Z")

    assert created["lastUsed"] < first["lastUsed"] < second["lastUsed"]
    assert {**first, "lastUsed": None} == {**second, "lastUsed": None}
    assert created["createdOn"] == second["createdOn"]


def test_the_day_of_the_last_write_is_kept(api: Api) -> None:
    series_id = api.store.ui_create(dvsExpiryDate="2020-01-01T00:00:00Z")
    assert "2020-01-01T00:00:00Z" == api.read_one(series_id)["dvsExpiryDate"]

    updated = api.update(series_id)

    assert day(updated["lastUsed"]) == updated["dvsExpiryDate"]


def test_a_put_replaces_what_it_leaves_out(api: Api) -> None:
    created = api.create(**FULL, productInfo=[{"productType": "SKU", "productIds": [1]}])
    required = {name: value for name, value in MINIMAL.items() if name != "validTillDate"}

    replaced = api.put(created["id"], **required, seriesCode="CODE").json()

    expected = {
        "validTillDate": "1970-01-01T00:00:00Z",
        "fixedExpiryDate": 0,
        "expiryStrategyValue": -1,
        "randomCodeLength": 0,
        "info": "April 100",
        "tag": "April 100",
        "redemptionValidFrom": day(replaced["lastUsed"]),
        "redemptionRange": ANY_TIME,
        "redemptionPerCouponMaxLimit": -1,
        "minBillAmount": -1,
        "termsAndConditions": "T&C",
        "productInfo": None,
    }
    assert expected == {name: replaced.get(name) for name in expected}
    assert replaced == {**api.read_one(created["id"]), "warnings": []}


def test_a_put_may_merge_what_it_leaves_out() -> None:
    required = {name: value for name, value in MINIMAL.items() if name != "validTillDate"}
    with sandbox(Behaviour(put="merge")) as api:
        series_id = api.store.ui_create(
            validTillDate="2031-05-05T18:00:00Z",
            maxRedeem=9,
            genericCode="G",
            validTillDateTime="2031-05-05T18:00:00Z",
        )

        merged = api.put(series_id, **required, seriesCode="CODE", genericCode="").json()

    expected = {
        "validTillDate": "2031-05-05T00:00:00Z",
        "validTillDateTime": None,
        "maxRedeem": 9,
        "genericCode": None,
        "description": "April 100",
    }
    assert expected == {name: merged.get(name) for name in expected}


def test_a_put_drops_a_clock_time_that_it_does_not_send(api: Api) -> None:
    created = api.create(validTillDateTime="2025-06-11T18:30:00Z")

    assert "validTillDateTime" not in api.update(created["id"])


def test_a_put_may_send_another_clock_time(api: Api) -> None:
    created = api.create(validTillDateTime="2025-06-11T18:30:00Z")
    updated = api.update(created["id"], validTillDateTime="2025-06-11T06:00:00+05:30")

    assert "2025-06-11T00:30:00Z" == updated["validTillDateTime"]


def test_a_put_of_what_was_read_changes_nothing(api: Api) -> None:
    series_id = api.create(**{**FULL, **EXTRAS})["id"]
    before = api.read_one(series_id)

    after = api.put(series_id, **before).json()

    assert EXTRAS == {name: before[name] for name in EXTRAS}
    assert {**before, "lastUsed": after["lastUsed"], "warnings": []} == after


def test_a_put_leaves_what_is_create_only_as_it_was(api: Api) -> None:
    created = api.create()
    changed = {"clientHandlingType": "DISC_CODE_PIN", "expiryStrategyType": "DAYS"}

    updated = api.update(created["id"], **changed)

    assert {name: MINIMAL[name] for name in changed} == {name: updated[name] for name in changed}


def test_a_put_keeps_what_the_server_owns(api: Api) -> None:
    series_id = api.store.ui_create(numIssued=12, campaignName="Summer", newKey={"a": 1})

    updated = api.update(series_id, numIssued=0, campaignName="Winter", newKey=0)

    expected = {"id": series_id, "numIssued": 12, "campaignName": "Summer", "newKey": {"a": 1}}
    assert expected == {name: updated[name] for name in expected}
