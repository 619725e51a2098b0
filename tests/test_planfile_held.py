"""A saved plan is held to its lifecycle, its side effects, and what live alone told against it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL, planned
from scenes import LIVE

from reconciler.errors import RefusedError
from reconciler.planfile import from_json
from reconciler.planjson import to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.plan import Plan
    from reconciler.sandbox import Store


def saved(plan: Plan) -> Any:  # noqa: ANN401 - JSON
    return json.loads(json.dumps(to_json(plan)))


def read(document: object, target: Target) -> Plan:
    return from_json(json.dumps(document), target)


def rich_update(client: Client, store: Store, desired: FromText) -> Any:  # noqa: ANN401 - JSON
    """A saved update with a lifecycle, a side effect, a shown field and what is always sent."""
    clock = {"redemptionValidFrom": "2030-01-01T10:23:17Z", "maxRedeem": 3}
    shown = {"customPropertyMap": {"artwork": "a.png"}, "smsTemplate": "by hand"}
    store.ui_create(**LIVE | clock | shown)
    lifecycle = (
        "lifecycle: {ignoreChanges: [smsTemplate], allow:"
        " [{rule: lookalike, reason: two of them, until: 2026-01-01}]}\n"
    )
    cheaper = MINIMAL.replace("Value: 500", "Value: 400")
    return saved(planned(client, desired(cheaper + "productInfo: []\n" + lifecycle)))


def the_effect(change: Any) -> Any:  # noqa: ANN401 - JSON
    (found,) = (field for field in change["fields"] if field["cause"] == "side effect")
    return found


def the_price(change: Any) -> Any:  # noqa: ANN401 - JSON
    (found,) = (field for field in change["fields"] if field["path"] == "discountValue")
    return found


SEEN = {"rule": "lookalike", "message": "x"}
TAMPERED: dict[str, Callable[[Any], object]] = {
    "a lifecycle less": lambda it: it.update(lifecycle={}),
    "protection more": lambda it: it["lifecycle"].update(protect=True),
    "another reason": lambda it: it["lifecycle"]["allow"][0].update(reason="because"),
    "a longer allowance": lambda it: it["lifecycle"]["allow"][0].update(until="2026-01-31"),
    "an unknown key of the lifecycle": lambda it: it["lifecycle"].update(adopts=7),
    "nothing shown": lambda it: it.update(shown=[]),
    "more shown": lambda it: it["shown"].append("productInfo"),
    "vouched for": lambda it: it.update(vouched="2026-01-01T00:00:00Z"),
    "something seen": lambda it: it["seen"].append(SEEN),
    "a rule that nobody sees": lambda it: it["seen"].append(SEEN | {"rule": "x"}),
    "a side effect less": lambda it: it["fields"].remove(the_effect(it)),
    "a side effect twice": lambda it: it["fields"].append(the_effect(it)),
    "a side effect that is asked for": lambda it: the_effect(it).update(cause="pending"),
    "a change that is none": lambda it: the_price(it).update(cause="side effect"),
    "another after of a side effect": lambda it: the_effect(it).update(
        after="2030-01-02T00:00:00Z"
    ),
    "another before of a side effect": lambda it: the_effect(it).update(
        before="2030-01-01T11:23:17Z"
    ),
    "something else sent": lambda it: it["sent"].update(
        productInfo=[{"productType": "SKU", "productIds": [7]}]
    ),
    "nothing sent": lambda it: it["sent"].clear(),
}


@pytest.mark.parametrize("edit", TAMPERED.values(), ids=TAMPERED)
def test_what_a_change_is_held_to_cannot_be_edited(
    client: Client,
    store: Store,
    target: Target,
    desired: FromText,
    edit: Callable[[Any], object],
) -> None:
    document = rich_update(client, store, desired)
    read(document, target)
    edit(document["changes"][0])

    with pytest.raises(RefusedError, match=r"edited|damaged"):
        read(document, target)


def test_a_blocked_change_cannot_be_freed_in_the_file(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    store.ui_create(**LIVE | {"seriesCode": "BY-HAND"})
    document = saved(planned(client, desired(MINIMAL)))
    document["changes"][0].update(blocked=[], allowed=[])

    (change,) = read(document, target).changes

    assert ["lookalike"] == [why.rule for why in change.blocked]
    document["changes"][0].update(seen=[])
    with pytest.raises(RefusedError, match="edited"):
        read(document, target)


def test_an_allowance_that_is_over_blocks_again(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    store.ui_create(**LIVE | {"seriesCode": "BY-HAND"})
    allow = "lifecycle: {allow: [{rule: lookalike, reason: two, until: 2026-01-01}]}\n"
    text = json.dumps(saved(planned(client, desired(MINIMAL + allow))))

    sooner, later = (
        from_json(text, target, datetime.fromisoformat(f"2026-01-{day}")).changes[0].blocked
        for day in ("01T23:59:59Z", "02T00:00:00Z")
    )

    assert ([], ["lookalike"]) == ([*sooner], [why.rule for why in later])
