"""Objects of which a file names single keys, and rows that show less than others: nothing that
hides is wiped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from behind_the_wire import last_put, talking
from conftest import MINIMAL
from scenes import LIVE, carried_out, change_of, outcomes, plan_of, recorded, rules, settled

from reconciler.sandbox import Store, transport
from reconciler.snapshot import HIDING

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target

CHEAPER = MINIMAL.replace("Value: 500", "Value: 450")
NONE = {
    "productInfo": "productInfo: []\n",
    "redemptionOrgEntityDetails": "redemptionOrgEntityDetails: []\n",
    "targetUserDetails": "targetUserDetails: {}\n",
    "customPropertyMap": "customPropertyMap: {}\n",
}
PRODUCTS = [{"productType": "BRAND", "productIds": [3]}]
# Per object: one key as a file names it, all keys as live has them, and a new value for the one.
OBJECTS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "customPropertyMap": (
        "{artwork: a.png}",
        {"artwork": "old.png", "b": "kept"},
        {"artwork": "a.png"},
    ),
    "targetUserDetails": (
        "{validMaxUserTransactionLimit: 3}",
        {"validMaxUserTransactionLimit": 2, "validUserRegistrationEndTime": 99},
        {"validMaxUserTransactionLimit": 3},
    ),
}


def file_with(name: str, said: str, text: str = CHEAPER) -> str:
    """A file that names one object so, and says of all else that may hide that there is none."""
    return text + "".join(
        f"{name}: {said}\n" if other == name else none for other, none in NONE.items()
    )


CASES = [(name, *rest) for name, rest in OBJECTS.items()]


def test_one_text_of_an_object_that_may_hide_more_is_no_obstacle_but_said(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    name = "customPropertyMap"
    part, full, laid = OBJECTS[name]
    series_id = hiding.ui_create(**LIVE | {name: full})

    plan = plan_of(blind, desired(file_with(name, part)))

    (change,) = plan.changes
    assert [] == rules(change)
    said = [warning for warning in change.warnings if "keys that the file names" in warning]
    assert [True] == [f"live does not show {name}" in warning for warning in said]
    carried_out(plan, blind)
    assert laid == hiding.row(series_id)[name]


EVERY_KEY = (
    "{validMaxUserTransactionLimit: 3, validUserRegistrationStartTime: 1,"
    " validUserRegistrationEndTime: 99}"
)


def test_one_key_of_whom_a_series_is_for_does_not_take_the_others_away(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    """What live hides may keep others out: without it the series would be for more people."""
    name = "targetUserDetails"
    part, full, _ = OBJECTS[name]
    series_id = hiding.ui_create(**LIVE | {name: full})

    plan = plan_of(blind, desired(file_with(name, part)))

    (change,) = plan.changes
    assert ["unproven-field"] == rules(change)
    assert "or name each of validMaxUserTransactionLimit, valid" in change.blocked[0].message
    assert {"APRIL100": "blocked"} == carried_out(plan, blind)
    assert full == hiding.row(series_id)[name]


def test_who_names_each_key_of_whom_a_series_is_for_says_all(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    hiding.ui_create(**LIVE)

    assert [] == rules(change_of(blind, desired(file_with("targetUserDetails", EVERY_KEY))))


@pytest.mark.parametrize("name", OBJECTS)
def test_an_empty_object_says_that_there_is_none(
    blind: Client, hiding: Store, desired: FromText, name: str
) -> None:
    series_id = hiding.ui_create(**LIVE)

    plan = plan_of(blind, desired(file_with(name, "{}")))

    assert {"APRIL100": "done"} == carried_out(plan, blind)
    assert 450 == hiding.row(series_id)["discountValue"]


def _by_configuration(_store: Store, target: Target) -> Target:
    return replace(target, reads_back=frozenset(HIDING))


def _by_the_row(_store: Store, target: Target) -> Target:
    return target


def _by_another_row(store: Store, target: Target) -> Target:
    everything = {name: full for name, (_, full, _) in OBJECTS.items()}
    store.ui_create(**LIVE | {"seriesCode": "FULL", "description": "x"} | everything)
    return target


PROOFS: dict[str, Callable[[Store, Target], Target]] = {
    "by reads_back": _by_configuration,
    "by the row itself": _by_the_row,
    "by another row": _by_another_row,
}


@pytest.mark.parametrize("proof", PROOFS.values(), ids=PROOFS)
@pytest.mark.parametrize(("name", "part", "full", "laid"), CASES, ids=OBJECTS)
def test_one_key_is_laid_over_an_object_that_live_shows(
    store: Store,
    unproven: Target,
    desired: FromText,
    name: str,
    part: str,
    full: dict[str, Any],
    laid: dict[str, Any],
    proof: Callable[[Store, Target], Target],
) -> None:
    series_id = store.ui_create(**LIVE | {name: full})
    with talking(proof(store, unproven), transport(store)) as client:
        plan = plan_of(client, desired(file_with(name, part)))

        assert {"APRIL100": "done"} == carried_out(plan, client)

    assert full | laid == store.row(series_id)[name]


@pytest.mark.parametrize(("name", "part", "full", "laid"), CASES, ids=OBJECTS)
def test_one_key_is_no_obstacle_where_nothing_can_hide(
    hiding: Store,
    target: Target,
    desired: FromText,
    name: str,
    part: str,
    full: dict[str, Any],
    laid: dict[str, Any],
) -> None:
    series_id = hiding.ui_create(**LIVE)
    with talking(target, transport(hiding)) as client:
        plan = plan_of(client, desired(file_with(name, part)))

        assert [] == rules(plan.changes[0])
        carried_out(plan, client)

    assert (450, laid) == (hiding.row(series_id)["discountValue"], last_put(hiding)[name])


def test_one_key_is_no_obstacle_where_the_record_vouches(
    blind: Client, hiding: Store, desired: FromText
) -> None:
    name, part = "customPropertyMap", "{artwork: a.png}"
    known = settled(blind, desired(file_with(name, part, MINIMAL)))
    plan = plan_of(blind, desired(file_with(name, part)), known)
    ended = outcomes(plan, blind)
    assert ("done", None) == (ended[0].status, ended[0].error)
    assert {"artwork": "a.png"} == hiding.rows()[0][name]

    known = recorded(plan, ended, blind, known)
    hiding.ui_edit(hiding.rows()[0]["id"], **{name: {"artwork": "a.png", "b": "kept"}})
    change = change_of(blind, desired(file_with(name, part, MINIMAL)), known)

    assert [] == rules(change)
    assert any("keys that the file names" in warning for warning in change.warnings)


@pytest.mark.parametrize("ignored", ["{name}", "{name}.{key}"], ids=["the object", "the key"])
@pytest.mark.parametrize(("name", "part", "full", "laid"), CASES, ids=OBJECTS)
@pytest.mark.parametrize("whole", [True, False], ids=["all keys named", "one of two named"])
def test_what_hides_and_is_ignored_is_not_wiped(
    blind: Client,
    hiding: Store,
    desired: FromText,
    name: str,
    part: str,
    full: dict[str, Any],
    laid: dict[str, Any],
    whole: bool,
    ignored: str,
) -> None:
    live = laid if whole else full
    series_id = hiding.ui_create(**LIVE | {name: live})
    path = ignored.format(name=name, key=next(iter(laid)))
    text = file_with(name, part) + f"lifecycle: {{ignoreChanges: [{path}]}}\n"

    ended = carried_out(plan_of(blind, desired(text)), blind)

    assert live == hiding.row(series_id)[name]
    assert {"APRIL100": "blocked"} == ended or whole
