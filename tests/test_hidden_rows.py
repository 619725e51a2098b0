"""Rows that show less than others, orphans that were edited, stamps that may be somebody else's:
what hides is not wiped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from behind_the_wire import talking, writes
from conftest import MINIMAL
from meanwhile import Meanwhile, waiting
from scenes import LIVE, carried_out, change_of, outcomes, plan_of, recorded, rules, settled

from reconciler.plan import claim_token
from reconciler.record import EMPTY
from reconciler.sandbox import Behaviour, Fault, Store, transport

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target

CHEAPER = MINIMAL.replace("Value: 500", "Value: 450")
PRODUCTS = [{"productType": "BRAND", "productIds": [3]}]
ELSE = LIVE | {"seriesCode": "OTHER", "description": "x"}  # what look-ups are tried on
ALL_BUT_PRODUCTS = "redemptionOrgEntityDetails: []\ntargetUserDetails: {}\ncustomPropertyMap: {}\n"


def test_what_the_list_shows_and_a_read_by_id_does_not_is_not_wiped(
    unproven: Target, desired: FromText
) -> None:
    behaviour = Behaviour(list_shows_hidden=True, read_shows_hidden=False)
    with Store(":memory:", behaviour) as store, talking(unproven, transport(store)) as client:
        series_id = store.ui_create(**LIVE | {"productInfo": PRODUCTS})
        before = store.row(series_id)

        plan = plan_of(client, desired(CHEAPER + ALL_BUT_PRODUCTS))

        assert ["unproven-field"] == rules(plan.changes[0])
        assert {"APRIL100": "blocked"} == carried_out(plan, client)
        assert (before, []) == (store.row(series_id), writes(store))


def test_what_another_row_of_the_list_shows_proves_nothing_of_reads_by_id(
    unproven: Target, desired: FromText
) -> None:
    behaviour = Behaviour(list_shows_hidden=True, read_shows_hidden=False)
    with Store(":memory:", behaviour) as store, talking(unproven, transport(store)) as client:
        series_id = store.ui_create(**LIVE | {"productInfo": PRODUCTS})
        store.ui_create(
            **LIVE | {"seriesCode": "FULL", "description": "x"} | {"productInfo": PRODUCTS}
        )
        saved = plan_of(client, desired(CHEAPER + ALL_BUT_PRODUCTS))

        carried_out(saved, client)

        assert PRODUCTS == store.row(series_id)["productInfo"]


TOKEN = claim_token("sandbox", "sandbox", "APRIL100")
MADE_AT = dict.fromkeys(("createdOn", "lastUsed"), "2026-01-01T10:00:00Z")
ORPHAN = LIVE | MADE_AT | {"seriesCode": "A1B2C3D4E5", "tag": TOKEN}


def test_an_orphan_that_somebody_edited_may_hide_what_it_was_given(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    series_id = hiding.ui_create(**ORPHAN)
    files = desired(MINIMAL)
    untouched = change_of(blind, files)
    hiding.ui_edit(series_id, productInfo=PRODUCTS)
    before = hiding.row(series_id)

    plan = plan_of(blind, files)

    (change,) = plan.changes
    assert ([], "adopt", ["unproven-field"]) == (rules(untouched), change.action, rules(change))
    assert ({"APRIL100": "blocked"}, before) == (carried_out(plan, blind), hiding.row(series_id))


@pytest.mark.parametrize("saved_before", [True, False], ids=["a create", "an adoption"])
def test_an_orphan_that_somebody_edits_after_the_plan_is_not_wiped(
    blind: Client, hiding: Store, desired: FromText, saved_before: bool
) -> None:
    hiding.ui_create(**ELSE)
    files = desired(MINIMAL)
    plan = plan_of(blind, files) if saved_before else None
    series_id = hiding.ui_create(**ORPHAN)
    plan = plan or plan_of(blind, files)
    hiding.ui_edit(series_id, productInfo=PRODUCTS)

    ended = carried_out(plan, blind)

    assert PRODUCTS == hiding.row(series_id)["productInfo"]
    assert ended["APRIL100"] in {"moved", "blocked"}


# What the record may vouch for


@pytest.mark.parametrize("kind", ["drop", "stall"])
@pytest.mark.parametrize("action", ["create", "update"])
def test_the_record_vouches_for_no_stamp_that_may_be_somebody_elses(
    hiding: Store,
    unproven: Target,
    desired: FromText,
    action: str,
    kind: Literal["drop", "stall"],
) -> None:
    hiding.ui_create(**ELSE)
    time = Meanwhile()
    with waiting(hiding, unproven, time) as client:
        known = settled(client, desired(MINIMAL)) if action == "update" else EMPTY
        files = desired(MINIMAL.replace("Value: 500", "Value: 480"))
        plan = plan_of(client, files, known)
        hiding.add_fault(Fault(kind, method="PUT", calls=(1,), processed=True))
        time.then = lambda: hiding.ui_edit(hiding.rows()[-1]["id"], productInfo=PRODUCTS)
        ended = outcomes(plan, client)
        assert PRODUCTS == hiding.rows()[-1]["productInfo"]

        known = recorded(plan, ended, client, known)
        plan = plan_of(client, desired(CHEAPER), known)

        assert ["unproven-field"] == rules(plan.changes[0])
        assert {"APRIL100": "blocked"} == carried_out(plan, client)
        assert PRODUCTS == hiding.rows()[-1]["productInfo"]


def test_the_record_vouches_for_a_stamp_of_our_own(blind: Client, desired: FromText) -> None:
    known = settled(blind, desired(MINIMAL))

    assert [] == rules(change_of(blind, desired(CHEAPER), known))
