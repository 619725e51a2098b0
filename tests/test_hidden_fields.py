"""What live may hide is never wiped silently: who proves it, who vouches for it, what is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from behind_the_wire import last_put, talking, writes
from conftest import MINIMAL
from scenes import LIVE, NOW, carried_out, change_of, outcomes, plan_of, rules, settled

from reconciler.plan import claim_token
from reconciler.planfile import from_json
from reconciler.planjson import to_json
from reconciler.record import Entry, Record
from reconciler.sandbox import Behaviour, Store, transport
from reconciler.snapshot import HIDING

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target

TOKEN = claim_token("sandbox", "sandbox", "APRIL100")
CHEAPER = MINIMAL.replace("Value: 500", "Value: 400")
NOTHING_HIDDEN = (
    "productInfo: []\nredemptionOrgEntityDetails: []\n"
    "targetUserDetails: {}\ncustomPropertyMap: {}\n"
)
PRODUCTS = "productInfo: [{productType: SKU, productIds: [7]}]\n"
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


def test_an_update_that_may_wipe_what_is_hidden_is_blocked(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    series_id = hiding.ui_create(**LIVE | ALL_SET)
    before = hiding.row(series_id)

    plan = plan_of(blind, desired(CHEAPER))

    (change,) = plan.changes
    assert rules(change) == ["unproven-field"]
    said = change.blocked[0].message
    shows = ", ".join(f'"{name}"' for name in HIDING)
    assert f"write reads_back = [{shows}] in reconciler.toml" in said
    assert NOTHING_HIDDEN.strip().replace("\n", ", ") in said
    assert carried_out(plan, blind) == {"APRIL100": "blocked"}
    assert (hiding.row(series_id), writes(hiding)) == (before, [])


def test_no_update_is_no_reason_to_ask(blind: Client, hiding: Store, desired: FromText) -> None:
    hiding.ui_create(**LIVE | ALL_SET)

    assert plan_of(blind, desired(MINIMAL)).changes == ()


@pytest.mark.parametrize("name", HIDING)
def test_one_field_that_may_hide_is_enough(
    hiding: Store, target: Target, desired: FromText, name: str
) -> None:
    hiding.ui_create(**LIVE)
    but_one = replace(target, reads_back=frozenset(HIDING) - {name})
    with talking(but_one, transport(hiding)) as client:
        change = change_of(client, desired(CHEAPER))

    assert rules(change) == ["unproven-field"]
    assert f"live shows no {name} here" in change.blocked[0].message


def test_a_row_of_the_run_that_shows_them_proves_them(
    store: Store, unproven: Target, desired: FromText
) -> None:
    store.ui_create(**LIVE)
    full = MINIMAL.replace("APRIL100", "FULL") + "productInfo: []\n"
    with talking(unproven, transport(store)) as client:
        alone = change_of(client, desired(CHEAPER))
        store.ui_create(**LIVE | {"seriesCode": "FULL"} | ALL_SET)
        beside, _ = plan_of(client, desired(CHEAPER, full)).changes

    assert ["unproven-field"] == rules(alone)
    assert ("APRIL100", []) == (beside.code, rules(beside))


@pytest.mark.parametrize("reads", [True, False], ids=["read by id, too", "lists alone"])
def test_what_lists_show_proves_nothing_of_what_an_update_is_built_on(
    unproven: Target, desired: FromText, *, reads: bool
) -> None:
    shows = Behaviour(read_shows_hidden=reads, list_shows_hidden=True)
    with Store(":memory:", shows) as store, talking(unproven, transport(store)) as client:
        ours = store.ui_create(**LIVE)
        other = store.ui_create(**LIVE | {"seriesCode": "ELSE"} | ALL_SET)

        change = change_of(client, desired(CHEAPER))

        assert reads is ([] == rules(change))
        read = [call.query for call in store.requests() if "ids=" in call.query]
        assert [f"ids={ours}&ids={other}"] == read


def test_the_record_proves_what_some_series_showed(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    hiding.ui_create(**LIVE)
    known = record(entry(9, "OTHER", shown=HIDING))

    assert rules(change_of(blind, desired(CHEAPER), known)) == []


def test_a_file_that_says_none_is_believed_and_that_is_sent(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    hiding.ui_create(**LIVE)

    plan = plan_of(blind, desired(CHEAPER + NOTHING_HIDDEN))

    assert carried_out(plan, blind) == {"APRIL100": "done"}
    assert ([], []) == tuple(
        last_put(hiding)[name] for name in ("productInfo", "redemptionOrgEntityDetails")
    )


def test_what_the_file_declares_goes_with_every_update(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    series_id = hiding.ui_create(**LIVE | {"productInfo": ALL_SET["productInfo"]})
    text = CHEAPER + NOTHING_HIDDEN.replace("productInfo: []\n", PRODUCTS)

    assert carried_out(plan_of(blind, desired(text)), blind) == {"APRIL100": "done"}

    assert ALL_SET["productInfo"] == hiding.row(series_id)["productInfo"]


def test_an_allowance_lets_the_update_go_ahead(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    hiding.ui_create(**LIVE)
    allow = "lifecycle: {allow: [{rule: unproven-field, reason: looked, until: 2026-01-01}]}\n"

    plan = plan_of(blind, desired(CHEAPER + allow))

    assert carried_out(plan, blind) == {"APRIL100": "done"}


def test_what_this_tool_made_is_known_until_somebody_writes(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    known = settled(blind, desired(MINIMAL))
    before = change_of(blind, desired(CHEAPER), known)
    hiding.ui_edit(hiding.rows()[0]["id"], **ALL_SET)
    after = change_of(blind, desired(CHEAPER), known)

    assert ([], ["unproven-field"]) == (rules(before), rules(after))


@pytest.mark.parametrize("text", [CHEAPER, MINIMAL + "productInfo: []\n"], ids=["shown", "hidden"])
def test_what_was_known_at_the_plan_is_asked_again_right_before_the_write(
    blind: Client, hiding: Store, desired: FromText, text: str
) -> None:
    known = settled(blind, desired(MINIMAL + PRODUCTS))
    plan = plan_of(blind, desired(text + PRODUCTS * (text == CHEAPER)), known)
    hiding.ui_edit(hiding.rows()[0]["id"], customPropertyMap={"artwork": "a.png"})
    before = hiding.rows()[0]

    (found,) = outcomes(plan, blind)

    assert ("moved", before) == (found.status, hiding.rows()[0])
    assert "somebody wrote, and live may hide what" in str(found.error)


def test_what_nobody_wrote_since_the_plan_is_written_and_then_done(
    blind: Client, hiding: Store, target: Target, desired: FromText
) -> None:
    known = settled(blind, desired(MINIMAL))
    plan = plan_of(blind, desired(CHEAPER), known)
    saved = from_json(json.dumps(to_json(plan)), blind.target, datetime.fromisoformat(NOW))

    assert (plan, hiding.rows()[0]["lastUsed"]) == (saved, saved.changes[0].vouched)
    assert carried_out(saved, blind) == {"APRIL100": "done"}
    assert carried_out(saved, blind) == {"APRIL100": "already done"}


def test_what_this_tool_made_stays_known_over_its_own_updates(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    known = settled(blind, desired(MINIMAL))
    known = settled(blind, desired(CHEAPER), known)

    assert rules(change_of(blind, desired(MINIMAL), known)) == []


def test_a_series_that_took_the_code_is_not_the_one_that_was_made(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    known = settled(blind, desired(MINIMAL))
    made = hiding.rows()[0]
    hiding.ui_edit(made["id"], seriesCode="AWAY")
    other = hiding.ui_create(**LIVE)
    adopting = f"lifecycle: {{adopt: {other}}}\n"

    known = settled(blind, desired(MINIMAL + adopting), known)

    assert ["unproven-field"] == rules(change_of(blind, desired(CHEAPER + adopting), known))


def test_an_own_orphan_is_claimed_without_asking(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    hiding.ui_create(**LIVE | {"seriesCode": "A1B2C3D4E5", "tag": TOKEN})

    change = change_of(blind, desired(CHEAPER))

    assert ("adopt", []) == (change.action, rules(change))


GIVEN_UP = {
    "products": (PRODUCTS, ""),
    "one key of two": (
        "customPropertyMap: {artwork: a.png, standard_terms_and_conditions: Once.}\n",
        "customPropertyMap: {artwork: a.png}\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), GIVEN_UP.values(), ids=GIVEN_UP)
@pytest.mark.parametrize("between", [False, True], ids=["at once", "after an apply of nothing"])
def test_what_the_file_stops_naming_is_not_wiped_where_it_hides(
    blind: Client, hiding: Store, desired: FromText, before: str, after: str, between: bool
) -> None:
    known = settled(blind, desired(MINIMAL + before))
    assert rules(change_of(blind, desired(CHEAPER + before), known)) == []
    live = hiding.rows()[0]
    if between:
        known = settled(blind, desired(MINIMAL + after), known)

    plan = plan_of(blind, desired(CHEAPER + after), known)

    assert carried_out(plan, blind) == {"APRIL100": "blocked"}
    assert hiding.rows()[0] == live


NONE_NOW = {
    "products": (PRODUCTS, "productInfo: []\n", "productInfo"),
    "every key": (GIVEN_UP["one key of two"][0], "customPropertyMap: {}\n", "customPropertyMap"),
}


@pytest.mark.parametrize(("before", "after", "name"), NONE_NOW.values(), ids=NONE_NOW)
def test_none_in_place_of_what_was_set_is_an_answer(
    blind: Client, hiding: Store, desired: FromText, before: str, after: str, name: str
) -> None:
    known = settled(blind, desired(MINIMAL + before))
    assert name in hiding.rows()[0]

    plan = plan_of(blind, desired(CHEAPER + after), known)

    assert carried_out(plan, blind) == {"APRIL100": "done"}
    assert name not in hiding.rows()[0]


def test_the_record_vouches_for_no_other_series(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    other = hiding.ui_create(**LIVE | {"seriesCode": "BY-HAND"})
    stamp = hiding.row(other)["lastUsed"]
    known = record(entry(7, made=True, last_used=stamp))

    change = change_of(blind, desired(MINIMAL + f"lifecycle: {{adopt: {other}}}\n"), known)

    assert rules(change) == ["unproven-field"]
