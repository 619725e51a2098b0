"""Plans to bend, and the digests that anybody can give them afterwards."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from conftest import MINIMAL, UTC
from faketime import FakeTime
from scenes import LIVE, NOW, plan_of

from reconciler.change import Change
from reconciler.client import Client
from reconciler.config import Target, sandbox_credentials
from reconciler.declared import Desired
from reconciler.exposure import Counters
from reconciler.lifecycle import Lifecycle
from reconciler.plan import Plan
from reconciler.planjson import to_json
from reconciler.reason import Blocked
from reconciler.sandbox import Behaviour, Store, transport
from reconciler.validation import Checked
from reconciler.values import Mark
from reconciler.yamlfile import parse

if TYPE_CHECKING:
    from collections.abc import Iterator


HIDING = ("productInfo", "redemptionOrgEntityDetails", "targetUserDetails", "customPropertyMap")
TARGET = Target("sandbox", "sandbox::memory:", UTC, None, 4, frozenset(HIDING))
RICH = MINIMAL.replace("Value: 500", "Value: 450") + (
    "maxRedeem: 7\n"
    "genericCode: EVERY\n"
    "redemptionRange: {dow: [6, 7]}\n"
    "customPropertyMap: {standard_terms_and_conditions: Once.}\n"
    "productInfo: [{productType: SKU, productIds: [3, 1]}]\n"
)
CHEAPER = MINIMAL.replace("Value: 500", "Value: 450")
ODD = {
    "productInfo": [{"productType": "BRAND", "productIds": [5]}],
    "redemptionValidFrom": "2030-01-01T10:23:17Z",
    "maxCreate": 900,
}
# What a series looks like live before each of the plans that are bent here, and the file.
SCENES: dict[str, tuple[str, dict[str, Any]]] = {
    "a create": (RICH, LIVE | {"seriesCode": "OTHER", "description": "x"}),
    "an update": (CHEAPER, LIVE),
    "an update with a side effect": (RICH, LIVE | ODD),
    "an adoption": (CHEAPER + "lifecycle: {adopt: 7}\n", LIVE | {"seriesCode": "OLD", "id": 7}),
}


def client_of(store: Store) -> Client:
    return Client(TARGET, sandbox_credentials(), transport(store), clock=FakeTime().clock)


def desired(text: str) -> dict[str, Desired]:
    checked = Checked(parse(text), UTC)
    assert checked.errors == []
    code = checked.values["seriesCode"]
    lines = dict.fromkeys([code, *paths(checked.values)], 1)
    return {code: Desired(code, "one.yaml", lines, checked.values, UTC, checked.lifecycle)}


def paths(values: dict[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        yield name
        yield from (f"{name}.{key}" for key in (value if isinstance(value, dict) else ()))


def saved(plan: Plan) -> Any:  # noqa: ANN401 - JSON
    return json.loads(json.dumps(to_json(plan)))


@cache
def scene(name: str) -> str:
    """The plan of a scene, as its file holds it."""
    text, live = SCENES[name]
    with Store(":memory:", Behaviour()) as store, client_of(store) as client:
        store.ui_create(**live)
        return json.dumps(saved(plan_of(client, desired(text))))


def signed(document: Any) -> Any:  # noqa: ANN401 - JSON
    """The document with the digests that anybody can work out; as it is where it has no shape."""
    marks = {json.dumps({mark.value: True}): mark for mark in Mark}

    def decoded(value: Any) -> Any:  # noqa: ANN401 - JSON
        return marks.get(json.dumps(value), value)

    try:
        changes = [
            Change(
                action=row["action"],
                code=row["seriesCode"],
                id=row["id"],
                file=row["file"],
                line=row["line"],
                fields=(),
                managed={
                    path: (decoded(now), decoded(then))
                    for path, (now, then) in row["managed"].items()
                },
                sent=row["sent"],
                money={path: decoded(now) for path, now in row["money"].items()},
                lifecycle=Lifecycle.from_json(row["lifecycle"]),
                shown=tuple(row["shown"]),
                counters=Counters(),
                seen=tuple(Blocked(why["rule"], "") for why in row["seen"]),
                warnings=(),
                target=TARGET.name,
                host=TARGET.host,
                vouched=row["vouched"],
            )
            for row in document["changes"]
        ]
        for row, change in zip(document["changes"], changes, strict=True):
            row["digest"] = change.digest
        document["digest"] = Plan(
            TARGET.name, TARGET.host, tuple(changes), 0, 0, (), (), 0, NOW, "UTC"
        ).digest
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return document


RECORDED = {"shown": "as recorded"}
