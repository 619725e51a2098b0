"""A saved plan: what its digests cover, and which edits are refused."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from conftest import MINIMAL, applied, planned

from reconciler.errors import RefusedError
from reconciler.planfile import from_json
from reconciler.planjson import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.plan import Plan
    from reconciler.sandbox import Store

RICH = MINIMAL + (
    "maxRedeem: unlimited\n"
    "redemptionValidFrom: 2030-01-01T15:00:00+05:30\n"
    "redemptionRange: {dow: [6, 7]}\n"
    "customPropertyMap: {standard_terms_and_conditions: Once.}\n"
    "productInfo: [{productType: SKU, productIds: [3, 1]}]\n"
)


@pytest.fixture
def plan(client: Client, store: Store, desired: FromText) -> Plan:
    """An update, a create and an unchanged series."""
    same = MINIMAL.replace("APRIL100", "SAME")
    applied(client, desired(MINIMAL, same))
    return planned(client, desired(RICH, same, RICH.replace("APRIL100", "NEW")))


def saved(plan: Plan) -> Any:  # noqa: ANN401 - JSON
    return json.loads(json.dumps(to_json(plan)))


def read(document: object, target: Target) -> Plan:
    return from_json(json.dumps(document), target)


def test_a_plan_read_back_is_the_same_plan(plan: Plan, target: Target) -> None:
    assert plan == read(saved(plan), target)


def test_equal_inputs_give_equal_bytes(client: Client, desired: FromText) -> None:
    files = desired(RICH, MINIMAL.replace("APRIL100", "SAME"))

    first, second = (saved(planned(client, files)) for _ in range(2))

    assert (4, 8) == (first["requests"].pop("read"), second["requests"].pop("read"))
    assert json.dumps(first) == json.dumps(second)


def test_the_document_has_the_keys_of_the_design(plan: Plan) -> None:
    document = saved(plan)

    assert document["format"] == "reconciler/plan/1"
    assert document["summary"] == {
        "create": 1,
        "adopt": 0,
        "update": 1,
        "unchanged": 1,
        "blocked": 0,
        "drifted": 0,
        "managed": 2,
        "unmanaged": 0,
        "fields_compared": 39,  # a custom property that live does not show is not among them
        "exposure": {"before": None, "after": None},
    }
    update = document["changes"][0]
    assert ("update", "APRIL100") == (update["action"], update["seriesCode"])
    assert update["fields"][0] == {
        "path": "redemptionValidFrom",
        "before": update["fields"][0]["before"],
        "after": "2030-01-01T15:00:00+05:30",
        "cause": None,
        "effect": "shorter",
        "retroactive": False,
        "line": 12,
    }
    assert update["managed"]["maxRedeem"] == [-1, -1]
    assert document["changes"][1]["managed"]["maxRedeem"] == [{"absent": True}, -1]
    assert document["requests"] == {"read": document["requests"]["read"], "write": 3}


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    """The path of every scalar and empty container in a JSON document."""
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from places(value, (*path, key))
    elif isinstance(node, list) and node:
        for index, value in enumerate(node):
            yield from places(value, (*path, index))
    else:
        yield path


def edited(document: Any, path: tuple[Any, ...]) -> Any:  # noqa: ANN401 - JSON
    """The document with another value at one place."""
    copied = copy.deepcopy(document)
    node = copied
    for step in path[:-1]:
        node = node[step]
    old = node[path[-1]]
    node[path[-1]] = (
        (not old) if isinstance(old, bool) else f"{old}9" if isinstance(old, str) else 9
    )
    return copied


# What a reader sees and apply is not held to: nothing of it is written or compared.
OUTSIDE = {
    "created_at",
    "tool",
    "commit",
    "summary",
    "unmanaged",
    "requests",
    "warnings",
    "against",
}
OUTSIDE_OF_CHANGES = {
    *(
        "file",
        "line",
        "cause",
        "owned",
        "issued",
        "redeemed",
        "uploaded",
        "blocked",
        "warned",
        "warnings",
    ),
    *("effect", "retroactive", "exposure"),  # what follows from the rest is worked out anew
}


def test_an_edit_of_anything_inside_a_digest_is_refused(plan: Plan, target: Target) -> None:
    document = saved(plan)
    accepted = []
    for path in places(document):
        try:
            changed = read(edited(document, path), target)
        except RefusedError:
            continue
        assert changed.digest == plan.digest
        accepted.append(path)

    held = [
        path for path in accepted if path[0] not in OUTSIDE and not OUTSIDE_OF_CHANGES & set(path)
    ]
    assert held == []


@pytest.mark.parametrize(
    "edit",
    [
        lambda plan: plan["changes"].pop(),
        lambda plan: plan["changes"].append(plan["changes"][0]),
        lambda plan: plan["changes"][0]["fields"].pop(),
        lambda plan: plan["changes"][0]["managed"].pop("discountValue"),
        lambda plan: plan["changes"][0]["money"].pop("minBillAmount"),
        lambda plan: plan["changes"][0].update(action="create", id=None),
        lambda plan: plan.update(format="reconciler/plan/0"),
        lambda plan: plan.update(target="production"),
        lambda plan: plan.update(host="eu.example"),
        lambda plan: plan.update(timezone="Asia/Kolkata"),
        lambda plan: plan.update(surprise=1),
        lambda plan: plan.pop("digest"),
    ],
    ids=[
        "a change less",
        "a change twice",
        "a field less",
        "a managed pair less",
        "a money value less",
        "another action",
        "an older format",
        "another target",
        "another host",
        "another timezone",
        "a key that no plan has",
        "no digest",
    ],
)
def test_a_plan_that_was_cut_or_bent_is_refused(
    plan: Plan, target: Target, edit: Callable[[Any], object]
) -> None:
    document = saved(plan)
    edit(document)

    with pytest.raises(RefusedError):
        read(document, target)


@pytest.mark.parametrize("text", ["", "{", "[]", '"plan"', "[" * 5000], ids=str)
def test_what_is_no_plan_is_refused(text: str, target: Target) -> None:
    with pytest.raises(RefusedError, match="not a plan"):
        from_json(text, target)


def test_a_plan_for_another_target_is_refused_by_name(plan: Plan, target: Target) -> None:
    with pytest.raises(RefusedError, match="for the target sandbox on sandbox, and this is eu"):
        read(saved(plan), replace(target, name="eu", url="https://eu.example"))


def test_whether_a_change_is_blocked_is_judged_again(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    document = saved(planned(client, desired(MINIMAL.replace("SERIES_EXPIRY", "DAYS"))))
    document["changes"][0]["blocked"] = []

    (change,) = read(document, target).changes

    assert ["immutable-field"] == [why.rule for why in change.blocked]


def digest_after(client: Client, desired: FromText, text: str) -> str:
    return planned(client, desired(text)).digest


def test_the_digest_stays_while_counters_texts_and_lines_move(
    client: Client, store: Store, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    text = MINIMAL + "maxRedeem: 9\n"
    before = digest_after(client, desired, text)
    store.ui_edit(store.rows()[0]["id"], numIssued=5, numRedeemed=2, tag="x", info="y")

    assert before == digest_after(client, desired, "# moved down\n" + text)


@pytest.mark.parametrize(
    "edit",
    [{"minBillAmount": 3}, {"discountValue": 499}, {"productInfo": [{"a": 1}]}],
    ids=["money that no file names", "a managed value", "products that no file names"],
)
def test_the_digest_moves_with_what_a_change_was_computed_from(
    client: Client, store: Store, desired: FromText, edit: dict[str, Any]
) -> None:
    applied(client, desired(MINIMAL))
    text = MINIMAL + "maxRedeem: 9\n"
    before = digest_after(client, desired, text)
    store.ui_edit(store.rows()[0]["id"], **edit)

    assert before != digest_after(client, desired, text)


def test_the_digest_names_the_target(plan: Plan) -> None:
    moved = tuple(replace(change, target="other") for change in plan.changes)

    assert plan.digest != replace(plan, changes=moved).digest


def test_a_zone_that_changed_since_is_refused(plan: Plan, target: Target) -> None:
    with pytest.raises(RefusedError, match="the timezone of sandbox is Asia"):
        read(saved(plan), replace(target, zone=ZoneInfo("Asia/Kolkata")))
