"""What an apply leaves in the record: of each series as it is, and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from behind_the_wire import Broken, talking
from conftest import MINIMAL
from scenes import LIVE, carried_out, outcomes, plan_of, recorded, settled

from reconciler.diff import Base
from reconciler.record import EMPTY
from reconciler.recording import audit, news
from reconciler.report import ApplyReport

if TYPE_CHECKING:
    import httpx
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.sandbox import Store

CHEAPER = MINIMAL.replace("Value: 500", "Value: 400")
PRODUCTS = "productInfo: [{productType: SKU, productIds: [7]}]\n"

WIRE: dict[str, tuple[str, dict[str, Any]]] = {
    "a mapping, key by key": ("redemptionRange: {dow: [6, 7]}\n", {"redemptionRange.dow": [6, 7]}),
    "a scalar where a list is meant": ("redemptionRange: {dow: 6}\n", {"redemptionRange.dow": [6]}),
    "no limit": ("maxRedeem: unlimited\n", {"maxRedeem": -1}),
    "null": ("redemptionPerCouponMaxLimit: null\n", {"redemptionPerCouponMaxLimit": None}),
    "ids": ("mutualExclusiveSeriesIds: [3, 4]\n", {"mutualExclusiveSeriesIds": "[3,4]"}),
    "a list that may hide": (
        PRODUCTS,
        {"productInfo": [{"productType": "SKU", "productIds": [7]}]},
    ),
    "a key that live drops": ("customPropertyMap: {odd: x}\n", {"customPropertyMap.odd": "x"}),
}


@pytest.mark.parametrize(("added", "expected"), WIRE.values(), ids=WIRE)
def test_values_are_recorded_in_the_form_of_the_api(
    client: Client, desired: FromText, added: str, expected: dict[str, Any]
) -> None:
    entry = settled(client, desired(MINIMAL + added)).entries["APRIL100"]

    assert expected == {path: entry.managed[path] for path in expected}
    assert entry.managed.keys() == desired(MINIMAL + added)["APRIL100"].declared.keys()


def test_what_the_record_holds_is_what_the_next_plan_compares_with(
    client: Client, store: Store, desired: FromText
) -> None:
    text = MINIMAL + "".join(added for added, _ in WIRE.values() if "Range: {dow: 6}" not in added)
    record = settled(client, desired(text))

    applied = Base(record.entries["APRIL100"].managed, client.target.zone)
    assert plan_of(client, desired(text), record).changes == ()
    for path, wish in desired(text)["APRIL100"].declared.items():
        assert wish.canonical == applied.meaning(path)


def test_a_carried_clock_time_is_recorded_as_it_is_after_the_write(
    client: Client, store: Store, desired: FromText
) -> None:
    end = "2035-06-12T10:23:17Z"
    store.ui_create(**LIVE | {"validTillDate": end})

    record = settled(client, desired(CHEAPER.replace("2035-06-12", end)))

    assert "2035-06-12T00:00:00Z" == record.entries["APRIL100"].managed["validTillDate"]


def test_an_entry_names_id_commit_digest_and_the_last_write(
    client: Client, store: Store, desired: FromText
) -> None:
    plan = plan_of(client, desired(MINIMAL + PRODUCTS))
    entry = recorded(plan, outcomes(plan, client), client).entries["APRIL100"]

    (row,) = store.rows()
    assert (row["id"], "c" * 40, plan.changes[0].digest) == (entry.id, entry.commit, entry.digest)
    assert (True, row["lastUsed"], ("productInfo",)) == (entry.made, entry.last_used, entry.shown)


def test_an_update_of_what_somebody_else_made_is_not_made_here(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE)

    record = settled(client, desired(CHEAPER))

    assert not record.entries["APRIL100"].made
    assert store.rows()[0]["lastUsed"] == record.entries["APRIL100"].last_used


def test_what_was_as_wanted_is_recorded_once_and_as_nobody_knows_who_wrote(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE)
    files = desired(MINIMAL)
    record = settled(client, files)
    plan = plan_of(client, files, record)

    again = news(plan, ApplyReport(plan.digest, (), {}), record, client.target.zone)

    entry = record.entries["APRIL100"]
    assert (False, None) == (entry.made, entry.last_used)
    assert [] == again.entries


def test_a_series_that_somebody_wrote_after_us_is_not_known_any_more(
    store: Store, target: Target, desired: FromText
) -> None:
    def then_somebody(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method == "PUT":
            store.ui_edit(store.rows()[0]["id"], info="by hand")
        return response

    with talking(target, Broken(store, then_somebody)) as client:
        record = settled(client, desired(MINIMAL))

    assert record.entries["APRIL100"].last_used is None


def test_only_what_is_done_advances(client: Client, store: Store, desired: FromText) -> None:
    one, two, three = (MINIMAL.replace("APRIL100", code) for code in ("A", "B", "C"))
    record = settled(client, desired(one, two, three))
    files = desired(
        one.replace("500", "400"), two.replace("SERIES_EXPIRY", "DAYS"), three.replace("500", "400")
    )
    plan = plan_of(client, files, record)
    store.ui_edit(store.rows()[-1]["id"], discountValue=7)

    ended = outcomes(plan, client)

    after = recorded(plan, ended, client, record)
    assert ["done", "blocked", "moved"] == [found.status for found in ended]
    assert {"A": 400, "B": 500, "C": 500} == {
        code: entry.managed["discountValue"] for code, entry in after.entries.items()
    }


def test_a_row_that_shows_less_makes_nothing_less_proven(
    client: Client, store: Store, desired: FromText
) -> None:
    record = settled(client, desired(MINIMAL + PRODUCTS))
    store.ui_edit(store.rows()[0]["id"], productInfo=[])

    after = settled(client, desired(MINIMAL + "productInfo: []\n"), record)

    assert frozenset({"productInfo"}) == after.shown


def test_another_series_under_the_code_inherits_nothing(
    client: Client, store: Store, desired: FromText
) -> None:
    record = settled(client, desired(MINIMAL))
    store.ui_edit(store.rows()[0]["id"], seriesCode="AWAY")
    other = store.ui_create(**LIVE)

    after = settled(client, desired(MINIMAL + f"lifecycle: {{adopt: {other}}}\n"), record)

    entry = after.entries["APRIL100"]
    assert (other, False, None) == (entry.id, entry.made, entry.last_used)


def test_the_audit_log_says_what_became_of_each_series(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE)
    start = {"redemptionValidFrom": "2030-01-01T10:23:17Z"}
    store.ui_edit(store.rows()[0]["id"], **start)
    may = MINIMAL.replace("APRIL100", "MAY100").replace("April", "May")
    plan = plan_of(client, desired(CHEAPER, may))
    report = ApplyReport(plan.digest, outcomes(plan, client), {})

    told = audit(plan, report, news(plan, report, EMPTY, client.target.zone))

    assert "Apply 2 changes to sandbox\n\nupdate APRIL100 (id 700001): done\n" in told
    assert "  discountValue 500 → 400\n" in told
    assert '  redemptionValidFrom "2030-01-01T10:23:17Z" → "2030-01-01T00:00:00Z"\n' in told
    assert f"Plan: {plan.digest}\nCommit: {'c' * 40}\nTarget: sandbox\nResult: applied\n" in told


def test_a_plan_that_was_carried_out_before_is_recorded_as_it_stands(
    client: Client, store: Store, desired: FromText
) -> None:
    plan = plan_of(client, desired(MINIMAL))
    carried_out(plan, client)

    entry = recorded(plan, outcomes(plan, client), client).entries["APRIL100"]

    assert (store.rows()[0]["id"], None) == (entry.id, entry.last_used)
