"""What is sent: the bodies of creates and updates, as the server received them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from behind_the_wire import last_put
from conftest import MINIMAL, applied, planned

from reconciler.client import Client
from reconciler.config import Target, sandbox_credentials
from reconciler.plan import claim_token
from reconciler.sandbox import Behaviour, Store, transport

if TYPE_CHECKING:
    from conftest import FromText

# What an update needs to know of fields that live does not show.
NO_OTHERS = MINIMAL + (
    "redemptionOrgEntityDetails: []\ntargetUserDetails: {}\ncustomPropertyMap: {}\n"
)


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
    plan = planned(client, desired(text))
    applied(client, desired(text + "minBillAmount: 9\n"))

    assert plan.changes == ()
    assert ["an update sends what live shows" in said for said in plan.warnings] == [True]
    assert ("productIds", shown) == ([*shown[0]][1], last_put(store)["productInfo"])


@pytest.mark.parametrize("kept", ["0012345", "B7"], ids=["digits", "letters"])
def test_product_codes_are_sent_as_the_file_has_them(
    store: Store, target: Target, desired: FromText, kept: str
) -> None:
    hiding = replace(target, reads_back=frozenset())
    text = NO_OTHERS + f'productInfo: [{{productType: SKU, productCodes: ["{kept}", "12"]}}]\n'
    with (
        Store(":memory:", Behaviour(read_shows_hidden=False)) as hidden,
        Client(hiding, sandbox_credentials(), transport(hidden)) as client,
    ):
        assert applied(client, desired(text)) == {"APRIL100": "done"}
        assert applied(client, desired(text + "minBillAmount: 2\n")) == {"APRIL100": "done"}
        sent = last_put(hidden)["productInfo"]

    assert sent == [{"productType": "SKU", "productCodes": [kept, "12"]}]


def test_an_object_of_an_undocumented_shape_is_not_written_over(
    client: Client, store: Store, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    store.ui_edit(store.rows()[0]["id"], redemptionRange="not json")

    (change,) = planned(client, desired(MINIMAL + "redemptionRange: {hours: [9]}\n")).changes

    assert [why.rule for why in change.blocked] == ["odd-live-value"]


def test_a_create_sends_a_claim_token_as_tag_and_takes_it_away(
    client: Client, store: Store, desired: FromText
) -> None:
    applied(client, desired(MINIMAL + "tag: spring\n"))

    posted = next(call.body for call in store.requests() if call.method == "POST")
    assert posted is not None
    assert claim_token("sandbox", "sandbox", "APRIL100") == posted["CouponSeriesV2"]["tag"]
    assert store.rows()[0]["tag"] == "spring"


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


def test_what_live_has_beside_the_file_counts_for_the_rules_between_fields(
    client: Client, store: Store, desired: FromText
) -> None:
    anyone = MINIMAL.replace("anyUser: false", "anyUser: true")
    applied(client, desired(anyone))
    store.ui_edit(store.rows()[0]["id"], externalIssual=True)

    (change,) = planned(client, desired(anyone + "redemptionPerCouponMaxLimit: 3\n")).changes

    assert ["per-coupon-limit"] == [why.rule for why in change.blocked]
