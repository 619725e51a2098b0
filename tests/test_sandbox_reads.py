"""Reads: by id, by code, by place, in pages, and the old API (API page, section 1)."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_client import MINIMAL, Api, accepted, refusal, sandbox

from reconciler.sandbox import Behaviour

HIDDEN: dict[str, Any] = {
    "productInfo": [{"productType": "SKU", "productIds": [30, 40]}],
    "redemptionOrgEntityDetails": [{"redemptionOrgEntityType": "STORE", "orgEntityId": 40}],
    "customPropertyMap": {"standard_terms_and_conditions": "None"},
}
OLD = "/v1.1/coupon/series"


def filled(api: Api, count: int) -> list[int]:
    return [api.store.ui_create() for _ in range(count)]


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


def test_ids_read_the_series_that_exist() -> None:
    with sandbox() as api:
        first, second, _ = filled(api, 3)

        rows = api.read(ids=[second, first, 1, first, 10**18 - 1])

    assert {first, second} == set(ids(rows))
    assert 2 == len(rows)


def test_ids_that_all_do_not_exist_are_an_error_in_the_body() -> None:
    with sandbox() as api:
        assert (200, 502) == refusal(api.get(ids=[1, 2]))


def test_more_ids_than_one_call_takes_are_refused() -> None:
    with sandbox(Behaviour(ids_limit=2)) as api:
        first, second, third = filled(api, 3)

        assert 2 == len(api.read(ids=[first, second]))
        assert (400, 1060) == refusal(api.get(ids=[first, second, third]))


@pytest.mark.parametrize("bad", ["", "CS-789012", "-1", "1,2", "1.0", "9" * 19, "٣"])
def test_an_id_that_is_no_number_is_refused(bad: str) -> None:
    with sandbox() as api:
        assert (400, 755) == refusal(api.get(ids=bad))


def test_a_code_finds_its_series_in_any_case() -> None:
    with sandbox() as api:
        series_id = api.store.ui_create(seriesCode="Straße")
        filled(api, 2)

        assert [series_id] == ids(api.read(seriesCode="STRASSE"))
        assert (200, 502) == refusal(api.get(seriesCode="STRASS"))


def test_a_code_filter_may_be_ignored() -> None:
    with sandbox(Behaviour(code_filter="ignored", page_limit=3)) as api:
        filled(api, 5)

        assert 3 == len(api.read(seriesCode="anything"))


def test_a_code_filter_may_be_unknown() -> None:
    with sandbox(Behaviour(code_filter="error")) as api:
        assert (200, 1000) == refusal(api.get(seriesCode="anything"))


def test_pages_hold_every_series_once_and_not_by_id() -> None:
    with sandbox(Behaviour(page_limit=4)) as api:
        made = filled(api, 10)
        pages = [ids(api.read(offset=offset, limit=100)) for offset in (0, 4, 8, 12)]
        again = ids(api.read(limit=4))

    assert [4, 4, 2, 0] == [len(page) for page in pages]
    listed = [series_id for page in pages for series_id in page]
    assert made == sorted(listed)
    assert made != listed
    assert pages[0] == again


def test_a_smaller_page_may_be_asked_for() -> None:
    with sandbox() as api:
        filled(api, 3)

        assert 2 == len(api.read(limit=2))
        assert 1 == len(api.read(offset=2))
        assert [] == api.read(limit=0)


@pytest.mark.parametrize("query", [{"limit": "x"}, {"offset": "-1"}, {"offset": "9" * 19}])
def test_a_page_that_is_no_number_is_refused(query: dict[str, str]) -> None:
    with sandbox() as api:
        assert (400, 400) == refusal(api.get(**query))


@pytest.mark.parametrize("query", [{}, {"status": "ACTIVE"}, {"orgEntityIds": "1"}])
def test_a_read_without_a_filter_is_refused(query: dict[str, str]) -> None:
    with sandbox() as api:
        assert (200, 1000) == refusal(api.get(**query))


def test_a_list_may_be_refused_but_for_the_old_one() -> None:
    with sandbox(Behaviour(listing="error")) as api:
        series_id = api.store.ui_create()

        assert (200, 1000) == refusal(api.get(offset=0, limit=10))
        old = accepted(api.http.get(OLD, params={"format": "json"}))
        assert str(series_id) == old["response"]["series"]["items"]["item"]["id"]


def test_a_list_may_hide_what_has_ended() -> None:
    with sandbox(Behaviour(listing="hides-expired")) as api:
        alive = api.store.ui_create(validTillDate="2120-02-11T10:23:17Z")
        ended = api.store.ui_create(validTillDate="2020-02-11T10:23:17Z")
        later = api.store.ui_create(
            validTillDate="2020-02-11T10:23:17Z", validTillDateTime="2120-02-11T23:59:59Z"
        )

        assert {alive, later} == set(ids(api.read(offset=0)))
        assert [ended] == ids(api.read(ids=ended))


def test_places_find_the_series_that_are_tied_to_them() -> None:
    with sandbox() as api:
        store = {"redemptionOrgEntityType": "STORE", "orgEntityId": 1}
        till = {"redemptionOrgEntityType": "TILL", "orgEntityId": 2}
        one = api.store.ui_create(redemptionOrgEntityDetails=[store])
        both = api.store.ui_create(redemptionOrgEntityDetails=[till, store])
        filled(api, 2)

        assert {one, both} == set(ids(api.read(orgEntityType="STORE", orgEntityIds=[1, 3])))
        assert [both] == ids(api.read(orgEntityType="TILL", orgEntityIds=[2]))
        assert [] == api.read(orgEntityType="STORE", orgEntityIds=[2])
        assert 1 == len(api.read(orgEntityType="STORE", orgEntityIds=[1], limit=1))


@pytest.mark.parametrize(
    "query",
    [
        {"orgEntityType": "SHOP", "orgEntityIds": "1"},
        {"orgEntityType": "STORE"},
        {"orgEntityType": "STORE", "orgEntityIds": "a"},
    ],
)
def test_places_that_cannot_be_are_refused(query: dict[str, str]) -> None:
    with sandbox() as api:
        assert (400, 400) == refusal(api.get(**query))


@pytest.mark.parametrize(
    ("behaviour", "read_shows", "list_shows"),
    [
        (Behaviour(), True, False),
        (Behaviour(list_shows_hidden=True), True, True),
        (Behaviour(read_shows_hidden=False), False, False),
    ],
    ids=["by default", "lists show all", "reads hide too"],
)
def test_what_may_be_hidden_is_shown_as_behaved(
    behaviour: Behaviour, *, read_shows: bool, list_shows: bool
) -> None:
    def shown(rows: list[dict[str, Any]]) -> dict[str, Any]:
        (row,) = rows
        return {name: row[name] for name in HIDDEN if name in row}

    with sandbox(behaviour) as api:
        created = api.create(**HIDDEN)
        updated = api.update(created["id"], **HIDDEN)

        read, listed = HIDDEN if read_shows else {}, HIDDEN if list_shows else {}
        assert [read, read] == [shown([created]), shown([updated])]
        assert read == shown(api.read(ids=created["id"]))
        assert read == shown(api.read(seriesCode="CODE"))
        assert listed == shown(api.read(offset=0))
        assert listed == shown(api.read(orgEntityType="STORE", orgEntityIds=40))
        assert HIDDEN == shown(api.store.rows())


def test_a_put_built_from_a_list_row_wipes_what_the_list_hid() -> None:
    with sandbox() as api:
        created = api.create(**HIDDEN)
        (thin,) = api.read(offset=0)

        api.put(created["id"], **thin)

        assert {} == {name: 1 for name in HIDDEN if name in api.read_one(created["id"])}


def test_the_old_list_shows_strings_with_other_names() -> None:
    with sandbox() as api:
        first = api.create(**HIDDEN, smsTemplate="Hi")
        filled(api, 1)
        api.store.ui_create(seriesCode="X", redemptionPerCouponMaxLimit=None)

        answer = accepted(api.http.get(OLD, params={"format": "json"}))["response"]

    assert {"success": "true", "code": 200, "message": "Success"} == answer["status"]
    rows = {row["id"]: row for row in answer["series"]["items"]["item"]}
    assert 3 == len(rows)
    shown = rows[str(first["id"])]
    assert {str} == {type(value) for row in rows.values() for value in row.values()}
    expected = {
        "series_code": first["seriesCode"],
        "is_sms_disabled": "false",
        "resend_message_enabled": "true",
        "short_sms_template": first["shortSMSTemplate"],
        "store_ids_json": "[-1]",
        "discount_value": "500",
        "valid_till_date": "2025-06-11T00:00:00Z",
        "description": MINIMAL["description"],
    }
    assert expected == {name: shown[name] for name in expected}
    assert "product_info" not in shown
    assert [""] == [
        row["redemption_per_coupon_max_limit"] for row in rows.values() if row["series_code"] == "X"
    ]


def test_the_old_list_of_nothing_is_empty() -> None:
    with sandbox() as api:
        answer = accepted(api.http.get(OLD, params={"format": "json"}))

    assert [] == answer["response"]["series"]["items"]["item"]


@pytest.mark.parametrize("query", [{}, {"format": "xml"}])
def test_the_old_list_is_answered_in_json_only(query: dict[str, str]) -> None:
    with sandbox() as api:
        assert (400, 400) == refusal(api.http.get(OLD, params=query))
