"""What live and the record tell against a change: what vanished, what looks alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from behind_the_wire import Broken, talking, writes
from conftest import MINIMAL
from scenes import LIVE, carried_out, change_of, outcomes, plan_of, recorded, rules, settled

from reconciler.record import EMPTY, Entry, Record
from reconciler.watch import Seen

if TYPE_CHECKING:
    import httpx
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.sandbox import Store

ALL_SET: dict[str, Any] = {
    "productInfo": [{"productType": "SKU", "productIds": [7]}],
    "redemptionOrgEntityDetails": [{"redemptionOrgEntityType": "TILL", "orgEntityId": 5}],
    "targetUserDetails": {"validMaxUserTransactionLimit": 1},
    "customPropertyMap": {"standard_terms_and_conditions": "Once."},
}


def entry(series_id: int, code: str = "APRIL100", **more: Any) -> Entry:  # noqa: ANN401 - of an Entry
    row = Entry(code, series_id, {"seriesCode": code}, None, "sha256:1", False, None, ())  # noqa: FBT003 - made
    return replace(row, **more)


def record(*entries: Entry) -> Record:
    return Record({one.code: one for one in entries}, "d" * 40)


# Codes that the record holds


def test_a_recorded_series_that_was_renamed_is_named_by_its_id(
    client: Client, store: Store, desired: FromText
) -> None:
    known = settled(client, desired(MINIMAL))
    series_id = store.rows()[0]["id"]
    store.ui_edit(series_id, seriesCode="RENAMED", tag="x")

    plan = plan_of(client, desired(MINIMAL), known)

    (change,) = plan.changes
    assert "vanished" in rules(change)
    said = change.blocked[0].message
    assert f"has APRIL100 as id {series_id}, which is called RENAMED now" in said
    assert f"lifecycle: {{adopt: {series_id}}}" in said
    assert carried_out(plan, client) == {"APRIL100": "blocked"}
    back = plan_of(client, desired(MINIMAL + f"lifecycle: {{adopt: {series_id}}}\n"), known)
    assert carried_out(back, client) == {"APRIL100": "done"}
    assert ["APRIL100"] == [row["seriesCode"] for row in store.rows()]


def test_a_recorded_series_that_is_gone_is_not_created_again(
    client: Client, store: Store, desired: FromText
) -> None:
    known = settled(client, desired(MINIMAL))
    store.reset()

    plan = plan_of(client, desired(MINIMAL), known)

    assert ["vanished"] == rules(plan.changes[0])
    assert "git update-ref -d refs/reconciler/sandbox" in plan.changes[0].blocked[0].message
    assert carried_out(plan, client) == {"APRIL100": "blocked"}
    assert store.rows() == []


def test_a_recorded_code_that_another_series_bears_is_blocked(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE | {"seriesCode": "OLD"})
    other = store.ui_create(**LIVE)
    known = record(entry(store.rows()[0]["id"]))

    change = change_of(client, desired(MINIMAL), known)
    adopting = plan_of(client, desired(MINIMAL + f"lifecycle: {{adopt: {other}}}\n"), known)

    assert ["vanished"] == rules(change)
    assert f"live has it as id {other}" in change.blocked[0].message
    assert adopting.changes == ()


def test_a_saved_create_does_not_create_again_what_the_record_holds(
    client: Client, store: Store, desired: FromText
) -> None:
    plan = plan_of(client, desired(MINIMAL))
    carried_out(plan, client)
    store.ui_edit(store.rows()[0]["id"], seriesCode="RENAMED")
    so_far = writes(store)

    (found,) = outcomes(plan, client, seen=Seen(recorded=frozenset({"APRIL100"})))

    assert ("blocked", so_far) == (found.status, writes(store))
    assert "it is not created again" in str(found.error)


# Look-alikes


def alike(desired: FromText, more: str = "") -> Any:  # noqa: ANN401 - desired series
    return desired(MINIMAL + "minBillAmount: 0\n" + more)


def test_a_series_that_is_all_but_the_code_blocks_a_create(
    client: Client, store: Store, desired: FromText
) -> None:
    twin = store.ui_create(**LIVE | {"seriesCode": "BY-HAND"})
    store.ui_create(**LIVE | {"seriesCode": "ANOTHER", "discountValue": 501})

    plan = plan_of(client, alike(desired))

    (change,) = plan.changes
    assert ("create", ["lookalike"]) == (change.action, rules(change))
    said = change.blocked[0].message
    assert f"live has BY-HAND (id {twin}), which no file claims" in said
    assert f"write lifecycle: {{adopt: {twin}}} to claim it, or allow lookalike" in said
    assert carried_out(plan, client) == {"APRIL100": "blocked"}
    assert writes(store) == []


def test_every_candidate_is_named(client: Client, store: Store, desired: FromText) -> None:
    ids = [store.ui_create(**LIVE | {"seriesCode": f"BY-HAND-{at}"}) for at in range(2)]

    (why,) = change_of(client, alike(desired)).blocked

    assert " or ".join(f"lifecycle: {{adopt: {one}}}" for one in ids) in why.message


WAYS_OUT = {
    "claim it": ("adopt: {}", ["APRIL100"]),
    "make another": (
        "allow: [{{rule: lookalike, reason: two of them, until: 2026-01-01}}]",
        ["APRIL100", "BY-HAND"],
    ),
}


@pytest.mark.parametrize(("way", "codes"), WAYS_OUT.values(), ids=WAYS_OUT)
def test_both_ways_out_of_a_lookalike(
    client: Client, store: Store, desired: FromText, way: str, codes: list[str]
) -> None:
    twin = store.ui_create(**LIVE | {"seriesCode": "BY-HAND"})
    files = alike(desired, f"lifecycle: {{{way.format(twin)}}}\n")

    assert carried_out(plan_of(client, files), client) == {"APRIL100": "done"}

    assert codes == sorted(row["seriesCode"] for row in store.rows())


def test_a_series_of_another_file_is_no_candidate(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE | {"seriesCode": "BY-HAND"})
    both = desired(MINIMAL, MINIMAL.replace("APRIL100", "BY-HAND"))

    assert carried_out(plan_of(client, both), client) == {"APRIL100": "done"}


def test_a_code_that_was_edited_in_a_file_is_not_created_beside_the_old_one(
    client: Client, store: Store, desired: FromText
) -> None:
    known = settled(client, desired(MINIMAL))

    (why,) = change_of(client, desired(MINIMAL.replace("APRIL100", "MAY100")), known).blocked

    assert "lookalike" == why.rule
    assert "put the file of that code back, or allow lookalike" in why.message


@pytest.mark.parametrize("left_out", ["description", "minBillAmount", "customPropertyMap"])
def test_rows_of_a_list_that_show_less_are_read_by_id(
    store: Store, target: Target, desired: FromText, left_out: str
) -> None:
    store.ui_create(**LIVE | ALL_SET | {"seriesCode": "BY-HAND"})

    def thin(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if b"offset" not in request.url.query:
            return response
        response.read()
        rows = [
            {key: row[key] for key in row if key != left_out} for row in response.json()["entity"]
        ]
        return type(response)(200, json={"entity": rows})

    with talking(target, Broken(store, thin)) as client:
        change = change_of(client, alike(desired))

    assert rules(change) == ["lookalike"]


def test_nothing_recorded_is_no_obstacle(client: Client, desired: FromText) -> None:
    plan = plan_of(client, desired(MINIMAL))

    ended = outcomes(plan, client)

    assert [] == rules(plan.changes[0])
    assert ["APRIL100"] == list(recorded(plan, ended, client, EMPTY).entries)
