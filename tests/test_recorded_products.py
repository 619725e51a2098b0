"""Products that a file names by code, live shows as ids, and the record tells apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from behind_the_wire import last_put
from conftest import MINIMAL
from scenes import carried_out, change_of, moves, outcomes, plan_of, recorded, settled

from reconciler.planfile import from_json
from reconciler.planjson import to_json

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.sandbox import Store


def by_code(*codes: str) -> str:
    return MINIMAL + f"productInfo: [{{productType: SKU, productCodes: [{', '.join(codes)}]}}]\n"


def test_other_codes_are_planned_from_those_recorded_and_sent(
    client: Client, store: Store, desired: FromText
) -> None:
    record = settled(client, desired(by_code("A1", "B2")))
    files = desired(by_code("A1", "C3"))
    assert {
        "productInfo": (
            [{"productType": "SKU", "productCodes": ["A1", "B2"]}],
            [{"productType": "SKU", "productCodes": ["A1", "C3"]}],
            "pending",
        )
    } == moves(change_of(client, files, record))

    plan = plan_of(client, files, record)
    ended = outcomes(plan, client)

    assert ["done"] == [one.status for one in ended]
    assert [{"productType": "SKU", "productCodes": ["A1", "C3"]}] == last_put(store)["productInfo"]
    assert () == plan_of(client, files, recorded(plan, ended, client, record)).changes


def test_without_a_record_as_many_other_codes_are_no_change(
    client: Client, desired: FromText
) -> None:
    settled(client, desired(by_code("A1", "B2")))

    assert () == plan_of(client, desired(by_code("A1", "C3"))).changes


def test_products_that_somebody_edits_after_the_plan_have_moved(
    client: Client, store: Store, desired: FromText
) -> None:
    record = settled(client, desired(by_code("A1", "B2")))
    plan = plan_of(client, desired(by_code("A1", "C3")), record)
    (row,) = store.rows()
    store.ui_edit(row["id"], productInfo=[{"productType": "SKU", "productIds": [7, 8]}])

    assert {"APRIL100": "moved"} == carried_out(plan, client)
    assert [7, 8] == store.rows()[0]["productInfo"][0]["productIds"]


def test_a_plan_from_recorded_codes_is_saved_and_read_back(
    client: Client, desired: FromText
) -> None:
    record = settled(client, desired(by_code("A1", "B2")))
    plan = plan_of(client, desired(by_code("A1", "C3")), record)

    assert plan.digest == from_json(json.dumps(to_json(plan)), client.target).digest
