"""What a file's `lifecycle` does to live: protect and ignoreChanges."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from behind_the_wire import last_put
from conftest import MINIMAL
from scenes import LIVE, carried_out, change_of, moves, plan_of, rules

from reconciler.errors import RefusedError
from reconciler.plan import claim_token
from reconciler.planfile import from_json
from reconciler.planjson import to_json

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.sandbox import Store

CHEAPER = MINIMAL.replace("Value: 500", "Value: 400")
TOKEN = claim_token("sandbox", "sandbox", "APRIL100")
OTHER = MINIMAL.replace("APRIL100", "MAY100")


def saying(text: str, lifecycle: str) -> str:
    return f"{text}lifecycle: {{{lifecycle}}}\n"


# protect


def test_a_protected_series_is_created_and_never_updated(
    client: Client, store: Store, desired: FromText
) -> None:
    assert carried_out(plan_of(client, desired(saying(MINIMAL, "protect: true"))), client) == {
        "APRIL100": "done"
    }
    before = store.rows()

    plan = plan_of(client, desired(saying(CHEAPER, "protect: true")))

    assert [["protected"]] == [rules(one) for one in plan.changes]
    assert carried_out(plan, client) == {"APRIL100": "blocked"}
    assert store.rows() == before
    assert plan_of(client, desired(saying(MINIMAL, "protect: true"))).changes == ()


def test_a_protected_series_is_not_adopted(client: Client, store: Store, desired: FromText) -> None:
    series_id = store.ui_create(**LIVE | {"seriesCode": "BY-HAND"})

    change = change_of(client, desired(saying(MINIMAL, f"adopt: {series_id}, protect: true")))

    assert rules(change) == ["protected"]


# ignoreChanges


def test_an_ignored_field_is_sent_as_it_is_live(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE | {"smsTemplate": "by hand", "minBillAmount": 70})
    text = saying(CHEAPER + "minBillAmount: 90\n", "ignoreChanges: [smsTemplate, minBillAmount]")

    plan = plan_of(client, desired(text))

    (change,) = plan.changes
    assert moves(change) == {"discountValue": (500, 400, None)}
    assert change.warnings == ("APRIL100: minBillAmount is ignored: live has 70, the file 90",)
    assert carried_out(plan, client) == {"APRIL100": "done"}
    sent = last_put(store)
    assert ("by hand", 70, 400) == tuple(
        sent[key] for key in ("smsTemplate", "minBillAmount", "discountValue")
    )


def test_ignored_money_that_differs_is_listed_though_nothing_changes(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE | {"smsTemplate": "by hand", "discountValue": 900})
    text = saying(MINIMAL, "ignoreChanges: [smsTemplate, discountValue]")

    plan = plan_of(client, desired(text))

    assert plan.changes == ()
    assert plan.warnings == ("APRIL100: discountValue is ignored: live has 900, the file 500",)


def test_ignored_money_is_held_to_the_plan_all_the_same(
    client: Client, store: Store, desired: FromText
) -> None:
    series_id = store.ui_create(**LIVE)
    text = saying(MINIMAL + "maxRedeem: 5\n", "ignoreChanges: [discountValue]")
    plan = plan_of(client, desired(text))
    store.ui_edit(series_id, discountValue=900)

    assert carried_out(plan, client) == {"APRIL100": "moved"}


def test_nothing_is_ignored_on_a_create(client: Client, store: Store, desired: FromText) -> None:
    text = saying(MINIMAL + "minBillAmount: 90\n", "ignoreChanges: [minBillAmount, smsTemplate]")

    assert carried_out(plan_of(client, desired(text)), client) == {"APRIL100": "done"}

    (row,) = store.rows()
    assert (90, "Hi {{first_name}}") == (row["minBillAmount"], row["smsTemplate"])


def test_what_cannot_be_read_is_not_ignored(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE)
    ignoring = "ignoreChanges: [customPropertyMap]"
    text = saying(CHEAPER + "customPropertyMap: {artwork: a.png}\n", ignoring)

    assert carried_out(plan_of(client, desired(text)), client) == {"APRIL100": "done"}

    assert last_put(store)["customPropertyMap"] == {"artwork": "a.png"}


def test_one_key_of_an_object_is_ignored_alone(
    client: Client, store: Store, desired: FromText
) -> None:
    live = '{"dom":[-1],"dow":[1],"hours":[9]}'
    store.ui_create(**LIVE | {"redemptionRange": live})
    text = MINIMAL + "redemptionRange: {dow: [6], hours: [10]}\n"

    plan = plan_of(client, desired(saying(text, "ignoreChanges: [redemptionRange.hours]")))

    assert list(moves(plan.changes[0])) == ["redemptionRange.dow"]
    assert carried_out(plan, client) == {"APRIL100": "done"}
    assert json.loads(store.rows()[0]["redemptionRange"]) == {"dom": [-1], "dow": [6], "hours": [9]}


@pytest.mark.parametrize(
    "name",
    [
        "description",
        "expiryStrategyType",
        "clientHandlingType",
        "discountType",
        "validTillDate",
        "discountCode",
        "anyUser",
    ],
)
def test_any_required_field_may_be_ignored(
    client: Client, store: Store, target: Target, desired: FromText, name: str
) -> None:
    other: dict[str, Any] = {
        "description": "by hand",
        "expiryStrategyType": "DAYS",
        "clientHandlingType": "DISC_CODE_PIN",
        "discountType": "PERC",
        "validTillDate": "2031-02-03T00:00:00Z",
        "discountCode": "OTHER",
        "anyUser": True,
    }
    start = LIVE | {"discountValue": 50, "expiryStrategyValue": 1}
    series_id = store.ui_create(**start | {name: other[name]})
    file = MINIMAL.replace("discountValue: 500", "discountValue: 50") + "maxRedeem: 5\n"
    text = saying(file, f"ignoreChanges: [{name}]")

    plan = plan_of(client, desired(text))

    again = from_json(json.dumps(to_json(plan)), target, datetime.fromisoformat(plan.created_at))
    assert plan == again
    assert list(moves(plan.changes[0])) == ["maxRedeem"]
    assert carried_out(plan, client) == {"APRIL100": "done"}
    assert (other[name], 5) == (store.row(series_id)[name], store.row(series_id)["maxRedeem"])
    assert plan_of(client, desired(text)).changes == ()


def test_ignoring_what_makes_a_series_alike_makes_no_crash(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE | {"seriesCode": "BY-HAND"})
    text = saying(MINIMAL, "ignoreChanges: [description, discountCode, expiryStrategyType]")

    assert rules(change_of(client, desired(text))) == ["lookalike"]


# in a saved plan


def test_a_lifecycle_is_inside_the_digest(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    store.ui_create(**LIVE)
    text = saying(CHEAPER, "protect: true")
    document = to_json(plan_of(client, desired(text)))
    document["changes"][0]["lifecycle"] = {}

    with pytest.raises(RefusedError, match="does not fit its digest"):
        from_json(json.dumps(document), target)
    (kept,) = from_json(json.dumps(to_json(plan_of(client, desired(text)))), target).changes
    assert rules(kept) == ["protected"]
