"""Plan and apply against the sandbox: what is live afterwards, and at what cost in calls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from behind_the_wire import writes
from conftest import LOOSE, MINIMAL, applied, planned
from faketime import FakeTime

from reconciler.apply import execute
from reconciler.client import Client
from reconciler.config import Target, sandbox_credentials
from reconciler.plan import claim_token
from reconciler.sandbox import Behaviour, Store, transport
from reconciler.watch import Seen

if TYPE_CHECKING:
    from conftest import FromText

TOKEN = claim_token("sandbox", "sandbox", "APRIL100")


def test_a_create_gives_the_series_its_code_with_two_writes(
    client: Client, store: Store, desired: FromText
) -> None:
    files = desired(MINIMAL)

    assert applied(client, files) == {"APRIL100": "done"}

    (row,) = store.rows()
    assert ("APRIL100", 500, "April 100") == (row["seriesCode"], row["discountValue"], row["tag"])
    assert writes(store) == ["POST", "PUT"]
    assert planned(client, files).changes == ()


def test_an_update_is_one_write_and_changes_only_what_was_planned(
    client: Client, store: Store, desired: FromText
) -> None:
    applied(client, desired(MINIMAL + "minBillAmount: 100\n"))
    before = store.rows()[0]

    assert applied(client, desired(MINIMAL + "minBillAmount: 250\n")) == {"APRIL100": "done"}

    after = store.rows()[0]
    moved = {key for key in after if after[key] != before.get(key)}
    assert moved <= {"minBillAmount", "lastUsed", "dvsExpiryDate", "numTotal"}
    assert after["minBillAmount"] == 250
    assert writes(store) == ["POST", "PUT", "PUT"]


def test_a_create_only_field_that_differs_blocks_the_change(
    client: Client, store: Store, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))

    changed = desired(MINIMAL.replace("SERIES_EXPIRY", "DAYS").replace("500", "400"))
    (change,) = planned(client, changed).changes

    assert [why.rule for why in change.blocked] == ["immutable-field"]
    assert applied(client, changed) == {"APRIL100": "blocked"}
    assert writes(store) == ["POST", "PUT"]


@pytest.mark.parametrize(
    ("limit", "ends"),
    [("12", "blocked"), ("13", "done"), ("-1", "done")],
    ids=["at what was issued", "one above", "without a limit"],
)
def test_max_create_stays_above_what_was_issued(
    client: Client, store: Store, desired: FromText, limit: str, ends: str
) -> None:
    applied(client, desired(MINIMAL + "maxCreate: 100\n"))
    store.ui_edit(store.rows()[0]["id"], numIssued=12)

    assert applied(client, desired(MINIMAL + f"maxCreate: {limit}\n")) == {"APRIL100": ends}


def test_coupons_issued_after_the_plan_are_counted_right_before_the_write(
    client: Client, store: Store, desired: FromText
) -> None:
    applied(client, desired(MINIMAL + "maxCreate: 100\n"))
    plan = planned(client, desired(MINIMAL + "maxCreate: 20\n"))
    store.ui_edit(store.rows()[0]["id"], numIssued=50)

    (found,) = execute(plan, client)

    assert (found.status, "50" in str(found.error)) == ("blocked", True)
    assert store.rows()[0]["maxCreate"] == 100


def test_a_rule_between_fields_holds_for_what_an_update_would_send(
    client: Client, store: Store, desired: FromText
) -> None:
    anyone = MINIMAL.replace("anyUser: false", "anyUser: true")
    applied(client, desired(anyone + "redemptionPerCouponMaxLimit: 3\n"))

    (change,) = planned(client, desired(MINIMAL)).changes

    assert [why.rule for why in change.blocked] == ["per-coupon-limit"]


def test_a_series_that_moved_since_the_plan_is_left_alone_and_explained(
    client: Client, store: Store, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL.replace("Value: 500", "Value: 400")))
    store.ui_edit(store.rows()[0]["id"], discountValue=450)

    (found,) = execute(plan, client)

    assert (found.status, found.error) == (
        "moved",
        "discountValue was 500 and is 450; it was left alone; plan again",
    )
    assert store.rows()[0]["discountValue"] == 450


def test_a_money_field_that_no_file_names_counts_as_moved_too(
    client: Client, store: Store, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL.replace("Value: 500", "Value: 400")))
    store.ui_edit(store.rows()[0]["id"], minBillAmount=1)

    (found,) = execute(plan, client)

    assert "moved" == found.status
    assert store.rows()[0]["discountValue"] == 500


def test_a_counter_or_a_text_that_no_file_names_moves_nothing(
    client: Client, store: Store, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL.replace("Value: 500", "Value: 400")))
    store.ui_edit(store.rows()[0]["id"], numRedeemed=4, info="new words")

    (found,) = execute(plan, client)

    assert "done" == found.status
    assert (400, "new words") == (store.rows()[0]["discountValue"], store.rows()[0]["info"])


def test_the_same_plan_again_is_already_done(
    client: Client, store: Store, desired: FromText
) -> None:
    created = planned(client, desired(MINIMAL))
    execute(created, client)
    updated = planned(client, desired(MINIMAL.replace("Value: 500", "Value: 400")))
    execute(updated, client)
    so_far = writes(store)

    assert [found.status for found in execute(updated, client)] == ["already done"]
    assert writes(store) == so_far


def test_a_saved_create_again_is_already_done(
    client: Client, store: Store, desired: FromText
) -> None:
    plan = planned(client, desired(MINIMAL))
    execute(plan, client)

    assert [found.status for found in execute(plan, client)] == ["already done"]
    assert writes(store) == ["POST", "PUT"]


def test_a_code_that_appeared_since_the_plan_is_not_created(
    client: Client, store: Store, desired: FromText
) -> None:
    plan = planned(client, desired(MINIMAL))
    store.ui_create(seriesCode="APRIL100", description="made by hand")

    assert [found.status for found in execute(plan, client)] == ["moved"]
    assert writes(store) == []


def test_a_series_that_an_earlier_run_left_without_its_code_is_claimed(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(seriesCode="A1B2C3D4E5", description="half done", tag=TOKEN)

    (change,) = planned(client, desired(MINIMAL)).changes

    assert ("adopt", "A1B2C3D4E5") == (change.action, change.managed["seriesCode"][0])


def test_a_claim_gives_the_code_and_the_real_tag_with_one_write(
    client: Client, store: Store, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    store.ui_edit(store.rows()[0]["id"], seriesCode="A1B2C3D4E5", tag=TOKEN)

    assert applied(client, desired(MINIMAL)) == {"APRIL100": "done"}

    (row,) = store.rows()
    assert ("APRIL100", "April 100") == (row["seriesCode"], row["tag"])
    assert writes(store) == ["POST", "PUT", "PUT"]


def test_a_saved_create_claims_what_a_killed_run_left_behind(
    client: Client, store: Store, desired: FromText
) -> None:
    plan = planned(client, desired(MINIMAL))
    execute(plan, client)
    store.ui_edit(store.rows()[0]["id"], seriesCode="A1B2C3D4E5", tag=TOKEN)

    assert [found.status for found in execute(plan, client)] == ["done"]
    assert [row["seriesCode"] for row in store.rows()] == ["APRIL100"]


def test_a_code_that_differs_in_case_alone_is_not_created(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(seriesCode="April100", description="made by hand")

    (change,) = planned(client, desired(MINIMAL)).changes

    assert [why.rule for why in change.blocked] == ["similar-code"]
    assert applied(client, desired(MINIMAL)) == {"APRIL100": "blocked"}


def test_an_update_works_where_the_server_merges_too(target: Target, desired: FromText) -> None:
    with (
        Store(":memory:", Behaviour(put="merge")) as store,
        Client(target, sandbox_credentials(), transport(store), clock=FakeTime().clock) as client,
    ):
        applied(client, desired(MINIMAL + "productInfo: [{productType: SKU, productIds: [1]}]\n"))
        files = desired(MINIMAL + "productInfo: []\nmaxRedeem: unlimited\n")

        assert applied(client, files) == {"APRIL100": "done"}
        assert planned(client, files).changes == ()


def test_creates_take_two_writes_each_and_batched_reads(
    client: Client, store: Store, desired: FromText
) -> None:
    texts = [MINIMAL.replace("APRIL100", f"CODE{number:03}") for number in range(60)]
    client.target = replace(client.target, guardrails=LOOSE)

    plan = planned(client, desired(*texts))
    reads_to_plan = client.requests.read
    execute(plan, client, Seen(absent_at=float("inf")))

    assert 120 == len(writes(store)) == plan.writes
    # the list, each code, and the API v1.1, which finds what a list hides
    assert reads_to_plan == 1 + 60 + 1
    assert client.requests.read - reads_to_plan == 2


def test_two_series_created_for_one_code_block_it(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(seriesCode="A1", tag=TOKEN)
    store.ui_create(seriesCode="B2", tag=TOKEN)

    (change,) = planned(client, desired(MINIMAL)).changes

    assert [why.rule for why in change.blocked] == ["duplicate-live"]
    assert "A1 (id" in change.blocked[0].message
