"""How a fresh plan differs from the reviewed ones: which changes, and in which field."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenes import LIVE, plan_of, recorded, settled

from reconciler.comparing import DIFFERENT, GONE, NEW, Difference, Divergence, differences
from reconciler.diff import AS_RECORDED
from reconciler.reason import Blocked
from reconciler.values import Mark

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.change import Change
    from reconciler.client import Client
    from reconciler.plan import Plan
    from reconciler.sandbox import Store

CHEAPER = MINIMAL.replace("Value: 500", "Value: 400")
MAY = MINIMAL.replace("APRIL100", "MAY100")
JUNE = MINIMAL.replace("APRIL100", "JUNE100")


@pytest.fixture
def plan(client: Client, store: Store, desired: FromText) -> Plan:
    """An update of one series and the create of another."""
    store.ui_create(**LIVE)
    return plan_of(client, desired(CHEAPER, MAY))


def places(reviewed: Plan, fresh: Plan) -> list[tuple[str, str, str]]:
    """Where the only difference of two plans is."""
    (one,) = differences([reviewed], fresh)
    assert DIFFERENT == one.kind
    return [(place.path, place.reviewed, place.now) for place in one.places]


def test_a_plan_that_is_the_reviewed_one_differs_in_nothing(plan: Plan) -> None:
    assert () == differences([plan], plan)
    assert () == differences([replace(plan, changes=()), plan], plan)


def test_what_is_new_and_what_is_gone_is_named_by_code(
    client: Client, plan: Plan, desired: FromText
) -> None:
    fresh = plan_of(client, desired(JUNE, CHEAPER))

    assert (Difference(NEW, "JUNE100"), Difference(GONE, "MAY100")) == differences([plan], fresh)


def test_a_change_in_one_of_several_reviewed_plans_is_as_reviewed(
    client: Client, plan: Plan, desired: FromText
) -> None:
    fresh = plan_of(client, desired(MINIMAL.replace("Value: 500", "Value: 300"), MAY))
    april = replace(fresh, changes=fresh.changes[:1])

    assert () == differences([plan, april], fresh)
    assert () == differences([april, plan], fresh)
    assert [("APRIL100", DIFFERENT)] == [(one.code, one.kind) for one in differences([plan], fresh)]


def test_what_a_list_of_digests_approves_is_neither_new_nor_different(
    client: Client, plan: Plan, desired: FromText
) -> None:
    fresh = plan_of(client, desired(MINIMAL.replace("Value: 500", "Value: 300"), JUNE))
    listed = {change.digest for change in fresh.changes}

    assert (Difference(GONE, "MAY100"),) == differences([plan], fresh, listed)


def test_another_wish_is_shown_in_its_field(client: Client, plan: Plan, desired: FromText) -> None:
    fresh = plan_of(client, desired(MINIMAL.replace("Value: 500", "Value: 9000"), MAY))

    assert [("discountValue", "500 → 400", "500 → 9000")] == places(plan, fresh)


def test_a_field_named_since_and_live_moved_since_are_shown(
    client: Client, store: Store, plan: Plan, desired: FromText
) -> None:
    store.ui_edit(store.rows()[0]["id"], discountValue=450, minBillAmount=70)

    fresh = plan_of(client, desired(CHEAPER + "maxRedeem: 5\n", MAY))

    assert [
        ("discountValue", "500 → 400", "450 → 400"),
        ("maxRedeem", "in no file, live has -1", "-1 → 5"),
        ("minBillAmount (in no file)", "0", "70"),
    ] == places(plan, fresh)


def test_a_lifecycle_that_changed_is_shown(client: Client, plan: Plan, desired: FromText) -> None:
    fresh = plan_of(client, desired(CHEAPER + "lifecycle: {ignoreChanges: [tag]}\n", MAY))

    assert [("ignoreChanges (lifecycle)", "not set", '["tag"]')] == places(plan, fresh)


def test_a_create_that_became_an_update_is_shown(
    client: Client, store: Store, plan: Plan, desired: FromText
) -> None:
    made = store.ui_create(**LIVE | {"seriesCode": "MAY100", "discountValue": 7})

    found = places(plan, plan_of(client, desired(CHEAPER, MAY)))

    assert [("the action", "create", "update"), ("the id", "None", str(made))] == found[:2]
    assert ("discountValue", "not set → 500", "7 → 500") in found


def test_what_live_does_not_show_is_shown_as_it_was_applied(
    blind: Client, desired: FromText
) -> None:
    products = MINIMAL + "productInfo: [{{productType: SKU, productIds: [{}]}}]\n"
    record = settled(blind, desired(products.format(1)))
    first, second = (plan_of(blind, desired(products.format(one)), record) for one in (2, 3))

    ((path, reviewed, now),) = places(first, second)

    assert "productInfo" == path
    was = 'not shown ([["SKU", "productIds", [1]]] was applied)'
    assert f'{was} → [["SKU", "productIds", [2]]]' == reviewed
    assert f'{was} → [["SKU", "productIds", [3]]]' == now
    assert recorded(first, (), blind, record).tip  # nothing was done for it


WORDS: dict[str, tuple[Any, str]] = {
    "a number": (5, "5"),
    "a truth is no number": (True, "true"),
    "a text is in quotes": ("not set", '"not set"'),
    "other letters": ("दिवाली", '"दिवाली"'),
    "nothing": (Mark.ABSENT, "not set"),
    "what is not shown": (Mark.UNREADABLE, "not shown"),
    "what was recorded": ([AS_RECORDED, 4], "not shown (4 was applied)"),
    "what is shown as ids": (
        [AS_RECORDED, ["a"], [7]],
        'not shown (["a"] was applied, and live shows the ids [[7]])',
    ),
}


@pytest.mark.parametrize(("value", "said"), WORDS.values(), ids=WORDS)
def test_a_value_is_told_in_words(plan: Plan, value: Any, said: str) -> None:  # noqa: ANN401 - JSON
    april = plan.changes[0]
    one, other = (replace(april, money={"maxBillAmount": then}) for then in (value, 123))
    fresh = replace(plan, changes=(other, plan.changes[1]))
    (found,) = differences([replace(plan, changes=(one, plan.changes[1]))], fresh)

    assert (Divergence("maxBillAmount (in no file)", said, "123"),) == found.places


_JSON = st.recursive(
    st.one_of(st.booleans(), st.integers(-2, 2), st.sampled_from([0.0, 1.0, "1", "", "x"])),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)
_CANONICAL = st.one_of(
    _JSON,
    st.sampled_from([Mark.ABSENT, Mark.UNREADABLE]),
    st.builds(lambda value, ids: [AS_RECORDED, value, *ids], _JSON, st.lists(_JSON, max_size=1)),
)
_PATHS = st.sampled_from(["maxRedeem", "tag", "productInfo"])
_EDITS = st.fixed_dictionaries(
    {},
    optional={
        "action": st.sampled_from(["update", "adopt"]),
        "id": st.integers(1, 3),
        "money": st.dictionaries(_PATHS, _CANONICAL, max_size=2),
        "more": st.dictionaries(_PATHS, st.tuples(_CANONICAL, _CANONICAL), max_size=2),
        "shown": st.sampled_from([(), ("a", "b"), ("b", "a")]),
        "vouched": st.sampled_from(["2026-01-01T00:00:00Z", None]),
        "seen": st.sampled_from([(), (Blocked("protected", "x"),), (Blocked("protected", "y"),)]),
    },
)


def edited(change: Change, edit: dict[str, Any]) -> Change:
    managed = {**change.managed, **edit.get("more", {})}
    others = {name: value for name, value in edit.items() if name != "more"}
    money = {**change.money, **edit.get("money", {})}  # of what no file names
    others["money"] = {path: value for path, value in money.items() if path not in managed}
    return replace(change, **others, managed=managed)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(first=_EDITS, second=_EDITS)
def test_what_is_different_is_so_in_some_place_and_what_is_equal_in_none(
    plan: Plan, first: dict[str, Any], second: dict[str, Any]
) -> None:
    april = plan.changes[0]
    one, other = edited(april, first), edited(april, second)

    found = differences([replace(plan, changes=(one,))], replace(plan, changes=(other,)))

    assert (one.digest != other.digest) == bool(found)
    assert all(difference.places for difference in found)
