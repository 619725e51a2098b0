"""Plan and apply against the sandbox: what is live afterwards, and at what cost in calls."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from conftest import MINIMAL, applied, planned

from reconciler.apply import Seen, execute
from reconciler.client import Client
from reconciler.config import Target, sandbox_credentials
from reconciler.plan import claim_token
from reconciler.sandbox import Behaviour, Store, transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import FromText

TOKEN = claim_token("sandbox", "sandbox", "APRIL100")


def writes(store: Store) -> list[str]:
    return [call.method for call in store.requests() if call.method in {"POST", "PUT"}]


def last_put(store: Store) -> dict[str, Any]:
    bodies = [call.body for call in store.requests() if call.method == "PUT"]
    assert isinstance(bodies[-1], dict)
    body = bodies[-1]["CouponSeriesV2"]
    assert isinstance(body, dict)
    return body


def test_a_create_gives_the_series_its_code_with_two_writes(
    client: Client, store: Store, desired: FromText
) -> None:
    files = desired(MINIMAL)

    assert applied(client, files) == {"APRIL100": "done"}

    (row,) = store.rows()
    assert ("APRIL100", 500, "April 100") == (row["seriesCode"], row["discountValue"], row["tag"])
    assert writes(store) == ["POST", "PUT"]
    assert planned(client, files).changes == ()


def test_a_create_sends_a_claim_token_as_tag_and_takes_it_away(
    client: Client, store: Store, desired: FromText
) -> None:
    applied(client, desired(MINIMAL + "tag: spring\n"))

    posted = next(call.body for call in store.requests() if call.method == "POST")
    assert posted is not None
    assert TOKEN == posted["CouponSeriesV2"]["tag"]
    assert store.rows()[0]["tag"] == "spring"


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


def test_an_update_carries_every_live_key_but_the_servers_own(
    client: Client, store: Store, desired: FromText
) -> None:
    series_id = store.ui_create(
        seriesCode="APRIL100",
        description="April 100",
        productInfo=[{"productType": "SKU", "productIds": [7]}],
        maxVouchersPerUser=3,
        smsTemplate="old",
        validTillDate="2035-06-12T00:00:00Z",
        discountType="ABS",
        discountValue=500,
        discountCode="XYZ12345",
        clientHandlingType="DISC_CODE",
        expiryStrategyType="SERIES_EXPIRY",
        anyUser=False,
        numIssued=12,
        keyOfTheFuture="kept",
    )

    assert applied(client, desired(MINIMAL)) == {"APRIL100": "done"}

    sent = last_put(store)
    assert sent["productInfo"] == [{"productType": "SKU", "productIds": [7]}]
    assert (sent["maxVouchersPerUser"], sent["keyOfTheFuture"]) == (3, "kept")
    assert sent["smsTemplate"] == "Hi {{first_name}}"
    assert not {"id", "numIssued", "lastUsed", "createdOn", "fixedExpiryDate"} & set(sent)
    assert store.row(series_id)["maxVouchersPerUser"] == 3


def test_an_update_always_sends_the_end_and_never_carries_the_derived_last_moment(
    client: Client, store: Store, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    store.ui_edit(store.rows()[0]["id"], validTillDateTime="2035-06-12T18:00:00Z")

    applied(client, desired(MINIMAL.replace("500", "400")))

    assert last_put(store)["validTillDate"] == "2035-06-12T00:00:00Z"
    assert "validTillDateTime" not in last_put(store)


def test_what_is_equal_by_meaning_is_sent_as_live_spells_it(
    client: Client, store: Store, desired: FromText
) -> None:
    text = MINIMAL + "redemptionRange: {dow: [6, 7]}\nmutualExclusiveSeriesIds: []\n"
    applied(client, desired(text))
    spelled = '{ "dow": ["7", 6], "hours": -1 }'
    store.ui_edit(store.rows()[0]["id"], redemptionRange=spelled, mutualExclusiveSeriesIds='"-1"')
    assert planned(client, desired(text)).changes == ()

    applied(client, desired(text + "minBillAmount: 9\n"))

    sent = last_put(store)
    assert (spelled, '"-1"') == (sent["redemptionRange"], sent["mutualExclusiveSeriesIds"])


def test_an_object_is_managed_per_named_key(
    client: Client, store: Store, desired: FromText
) -> None:
    text = MINIMAL + (
        "redemptionRange: {dow: [6]}\n"
        "targetUserDetails: {validMaxUserTransactionLimit: 1}\n"
        "customPropertyMap: {standard_terms_and_conditions: new}\n"
    )
    applied(client, desired(MINIMAL))
    store.ui_edit(
        store.rows()[0]["id"],
        redemptionRange='{"dom":[1],"dow":[1],"hours":[9]}',
        targetUserDetails={"validMaxUserTransactionLimit": 5, "validUserRegistrationEndTime": 77},
        customPropertyMap={"standard_terms_and_conditions": "old", "artwork": "a.png"},
    )

    assert applied(client, desired(text)) == {"APRIL100": "done"}

    row = store.rows()[0]
    assert json.loads(row["redemptionRange"]) == {"dom": [1], "dow": [6], "hours": [9]}
    assert row["targetUserDetails"] == {
        "validMaxUserTransactionLimit": 1,
        "validUserRegistrationEndTime": 77,
    }
    assert row["customPropertyMap"] == {
        "standard_terms_and_conditions": "new",
        "artwork": "a.png",
    }


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

    assert [why.rule for why in change.blocked] == ["lookalike"]
    assert applied(client, desired(MINIMAL)) == {"APRIL100": "blocked"}


def test_what_live_cannot_show_is_no_change_and_is_sent_in_every_update(
    client: Client, store: Store, desired: FromText
) -> None:
    text = MINIMAL + "customPropertyMap: {unknown_key: x}\n"
    assert applied(client, desired(text)) == {"APRIL100": "done"}

    plan = planned(client, desired(text))
    applied(client, desired(text + "minBillAmount: 9\n"))

    assert plan.changes == ()
    assert "APRIL100: customPropertyMap.unknown_key cannot be compared" in plan.warnings[0]
    assert last_put(store)["customPropertyMap"] == {"unknown_key": "x"}


def test_products_given_as_codes_and_shown_as_ids_are_no_change_and_carried_as_shown(
    client: Client, store: Store, desired: FromText
) -> None:
    text = MINIMAL + "productInfo: [{productType: SKU, productCodes: [A, B]}]\n"
    applied(client, desired(text))

    shown = store.rows()[0]["productInfo"]
    assert planned(client, desired(text)).changes == ()
    applied(client, desired(text + "minBillAmount: 9\n"))
    assert ("productIds", shown) == ([*shown[0]][1], last_put(store)["productInfo"])


def test_hidden_products_are_no_change_until_the_target_has_shown_some(
    store: Store, target: Target, desired: FromText
) -> None:
    text = MINIMAL + "productInfo: [{productType: SKU, productIds: [1]}]\n"
    files = desired(MINIMAL)
    unproven = replace(target, reads_back=frozenset())
    with Client(unproven, sandbox_credentials(), transport(store)) as client:
        applied(client, files)
        assert planned(client, desired(text)).changes == ()
        store.ui_create(seriesCode="O", productInfo=[{"productType": "SKU", "productIds": [2]}])
        also = MINIMAL.replace("APRIL100", "O") + "productInfo: []\n"
        assert {"APRIL100", "O"} == {c.code for c in planned(client, desired(text, also)).changes}


class Broken(httpx.BaseTransport):
    """The sandbox, where some answers get lost or spoilt on their way back."""

    def __init__(
        self, store: Store, spoil: Callable[[httpx.Request, httpx.Response], httpx.Response]
    ) -> None:
        self.inner, self.spoil = transport(store), spoil

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.spoil(request, self.inner.handle_request(request))

    def close(self) -> None:
        self.inner.close()


def lost(method: str) -> Callable[[httpx.Request, httpx.Response], httpx.Response]:
    def spoil(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method != method:
            return response
        response.close()
        raise httpx.ReadTimeout("no answer", request=request)

    return spoil


def test_a_create_whose_answer_is_lost_goes_on_with_what_it_left(
    store: Store, target: Target, desired: FromText
) -> None:
    with Client(target, sandbox_credentials(), Broken(store, lost("POST"))) as client:
        assert applied(client, desired(MINIMAL)) == {"APRIL100": "done"}

    assert [row["seriesCode"] for row in store.rows()] == ["APRIL100"]
    assert writes(store) == ["POST", "PUT"]


def test_an_update_whose_answer_is_lost_is_done_when_live_shows_it(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))

    with Client(target, sandbox_credentials(), Broken(store, lost("PUT"))) as deaf:
        assert applied(deaf, desired(MINIMAL + "minBillAmount: 5\n")) == {"APRIL100": "done"}


def refused(method: str, code: int) -> Callable[[httpx.Request, httpx.Response], httpx.Response]:
    def spoil(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method != method:
            return response
        response.close()
        error = {"status": False, "code": code, "message": "not now"}
        return httpx.Response(200, json={"errors": [error], "warnings": []})

    return spoil


def test_a_claim_that_fails_says_which_series_is_left_and_the_next_run_goes_on(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    class NeverPut(Broken):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "PUT":
                return refused("PUT", 788)(request, httpx.Response(200))
            return super().handle_request(request)

    with Client(target, sandbox_credentials(), NeverPut(store, lambda _, answer: answer)) as odd:
        (found,) = execute(planned(odd, desired(MINIMAL)), odd)
    row_id = store.rows()[0]["id"]
    assert ("failed", True) == (found.status, f"created as id {row_id}" in str(found.error))

    assert applied(client, desired(MINIMAL)) == {"APRIL100": "done"}
    assert [row["seriesCode"] for row in store.rows()] == ["APRIL100"]


def test_a_create_that_may_have_happened_and_shows_nowhere_is_unknown(
    target: Target, desired: FromText
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(500, json={"errors": [{"code": 730, "message": "unknown"}]})
        return httpx.Response(200, json={"entity": [], "warnings": []})

    with Client(target, sandbox_credentials(), httpx.MockTransport(answer)) as client:
        assert applied(client, desired(MINIMAL)) == {"APRIL100": "unknown"}


def test_one_change_that_fails_does_not_stop_the_others(
    store: Store, target: Target, desired: FromText
) -> None:
    other = MINIMAL.replace("APRIL100", "BOOM").replace("Hi", "explode")

    class Picky(Broken):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST" and b"explode" in request.content:
                return refused("POST", 735)(request, httpx.Response(200))
            return super().handle_request(request)

    with Client(target, sandbox_credentials(), Picky(store, lambda _, answer: answer)) as client:
        ended = applied(client, desired(other, MINIMAL.replace("APRIL100", "ZEBRA")))

    assert {"BOOM": "failed", "ZEBRA": "done"} == ended


def test_after_the_target_is_gone_the_rest_is_not_attempted(
    store: Store, target: Target, desired: FromText
) -> None:
    def gone(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method != "POST":
            return response
        response.close()
        raise httpx.ConnectError("refused", request=request)

    files = desired(MINIMAL, MINIMAL.replace("APRIL100", "MAY100"))
    with Client(target, sandbox_credentials(), Broken(store, gone)) as client:
        assert {"APRIL100": "failed", "MAY100": "not attempted"} == applied(client, files)


def test_a_run_that_is_stopped_starts_nothing_new(
    client: Client, store: Store, desired: FromText
) -> None:
    plan = planned(client, desired(MINIMAL, MINIMAL.replace("APRIL100", "MAY100")))

    outcomes = execute(plan, client, stopped=lambda: bool(writes(store)))

    assert ["done", "not attempted"] == [found.status for found in outcomes]
    assert [row["seriesCode"] for row in store.rows()] == ["APRIL100"]


def test_what_the_server_does_not_keep_is_not_converged_and_named(
    store: Store, target: Target, desired: FromText
) -> None:
    def forgetful(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        response.read()
        body = response.json()
        rows = body.get("entity", [body])
        for row in rows:
            row["minBillAmount"] = -1
        return httpx.Response(response.status_code, json=body)

    with Client(target, sandbox_credentials(), Broken(store, forgetful)) as client:
        (found,) = execute(planned(client, desired(MINIMAL + "minBillAmount: 7\n")), client)

    assert ("not converged", "minBillAmount should be 7 and is -1") == (found.status, found.error)


def test_a_wrapped_create_answer_is_looked_up_by_its_token(
    store: Store, target: Target, desired: FromText
) -> None:
    def wrapped(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method != "POST":
            return response
        response.close()
        data = {"couponSeriesId": "CS-789012", "description": "April 100"}
        return httpx.Response(200, json={"status": "success", "message": "ok", "data": data})

    with Client(target, sandbox_credentials(), Broken(store, wrapped)) as client:
        assert applied(client, desired(MINIMAL)) == {"APRIL100": "done"}
    assert writes(store) == ["POST", "PUT"]


def test_an_update_works_where_the_server_merges_too(target: Target, desired: FromText) -> None:
    with (
        Store(":memory:", Behaviour(put="merge")) as store,
        Client(target, sandbox_credentials(), transport(store)) as client,
    ):
        applied(client, desired(MINIMAL + "productInfo: [{productType: SKU, productIds: [1]}]\n"))
        files = desired(MINIMAL + "productInfo: []\nmaxRedeem: unlimited\n")

        assert applied(client, files) == {"APRIL100": "done"}
        assert planned(client, files).changes == ()


def test_creates_take_two_writes_each_and_batched_reads(
    client: Client, store: Store, desired: FromText
) -> None:
    texts = [MINIMAL.replace("APRIL100", f"CODE{number:03}") for number in range(60)]

    plan = planned(client, desired(*texts))
    reads_to_plan = client.requests.read
    execute(plan, client, Seen(absent_at=float("inf")))

    assert 120 == len(writes(store)) == plan.writes
    assert reads_to_plan == 1 + 60
    assert client.requests.read - reads_to_plan == 2
