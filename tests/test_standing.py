"""Where live stands between a plan's before and after, and the words for what became of a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL
from scenes import LIVE, outcomes, plan_of

from reconciler.standing import explained
from reconciler.values import Mark

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.sandbox import Store
    from reconciler.values import Canonical

CHEAPER = MINIMAL.replace("Value: 500", "Value: 400")

EXPLAINED: dict[str, tuple[str, Canonical, Canonical, str]] = {
    "rounded": ("discountValue", 16_777_217, 16_777_216, " (the server rounded it)"),
    "wrapped": ("maxRedeem", 2**32 + 5, 5, " (the server wrapped it)"),
    "cut": (
        "validTillDate",
        "2030-01-01T10:00:00Z",
        "2030-01-01T00:00:00Z",
        " (the server cut it)",
    ),
    "another day": ("validTillDate", "2030-01-03T00:00:00Z", "2030-01-01T00:00:00Z", ""),
    "dropped": (
        "productInfo",
        [],
        Mark.ABSENT,
        " (the server dropped it)",
    ),
    "something else": ("minBillAmount", 5, 7, ""),
    "true and one": ("anyUser", True, 1, ""),
    "a text": ("smsTemplate", "a", "b", ""),
}


@pytest.mark.parametrize(("path", "then", "now", "said"), EXPLAINED.values(), ids=EXPLAINED)
def test_what_the_server_did_to_a_value_is_named(
    path: str, then: Canonical, now: Canonical, said: str
) -> None:
    assert explained(path, then, now) == said


MOVED: dict[str, tuple[dict[str, Any], str]] = {
    "a managed value": ({"smsTemplate": "x"}, "smsTemplate was 'Hi {{first_name}}' and is 'x'"),
    "the value that changes": ({"discountValue": 3}, "discountValue was 500 and is 3"),
    "money that no file names": ({"maxRedeem": 3}, "maxRedeem was -1 and is 3"),
    "products that no file names": (
        {"productInfo": [{"productType": "SKU", "productIds": [1]}]},
        "productInfo was [] and is [['SKU', 'productIds', [1]]]",
    ),
    "what is not shown any more": (
        {"customPropertyMap": None},
        "customPropertyMap was shown and is not shown any more",
    ),
    "a last moment": (
        {"validTillDateTime": "2035-06-12T18:00:00Z"},
        "validTillDateTime said no more than validTillDate and is '2035-06-12T18:00:00Z'",
    ),
}


@pytest.mark.parametrize(("edit", "said"), MOVED.values(), ids=MOVED)
def test_what_moved_is_named_and_left_alone(
    client: Client, store: Store, desired: FromText, edit: dict[str, Any], said: str
) -> None:
    series_id = store.ui_create(**LIVE | {"customPropertyMap": {"artwork": "a.png"}})
    plan = plan_of(client, desired(CHEAPER))
    store.ui_edit(series_id, **edit)
    moved = store.row(series_id)

    (found,) = outcomes(plan, client)

    assert ("moved", moved) == (found.status, store.row(series_id))
    assert str(found.error).startswith(said)
    assert str(found.error).endswith("it was left alone; plan again")


STAYED: dict[str, dict[str, Any]] = {
    "at the planned after": {"discountValue": 400},
    "a text that no file names": {"info": "by hand"},
    "a counter": {"numRedeemed": 9},
    "a start whose clock time was cut": {"redemptionValidFrom": "2030-01-01T00:00:00Z"},
    "an equal value in another spelling": {"redemptionRange": '{"dow": "-1"}'},
    "a property that was not there": {"customPropertyMap": {"artwork": "a.png"}},
}


@pytest.mark.parametrize("edit", STAYED.values(), ids=STAYED)
def test_what_did_not_move_is_written_or_done_already(
    client: Client, store: Store, desired: FromText, edit: dict[str, Any]
) -> None:
    clock = {"redemptionValidFrom": "2030-01-01T10:23:17Z"}
    series_id = store.ui_create(**LIVE | clock)
    plan = plan_of(client, desired(CHEAPER))
    store.ui_edit(series_id, **edit)

    (found,) = outcomes(plan, client)

    assert found.status == ("already done" if "discountValue" in edit else "done"), found.error
    assert store.row(series_id)["discountValue"] == 400
    kept = store.row(series_id).get("customPropertyMap")
    assert kept == edit.get("customPropertyMap")
