"""Plans that were bent anywhere, with digests that fit: refused, or just what they show."""

from __future__ import annotations

import copy
import json
import re
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from conftest import UTC
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from scenes import LIVE, NOW, outcomes, plan_of
from strategies import files, live_rows

from reconciler.change import encode
from reconciler.declared import Desired
from reconciler.diff import Reading
from reconciler.errors import RefusedError
from reconciler.fields import MANAGEABLE, split, wanted
from reconciler.live import read_series
from reconciler.planfile import from_json
from reconciler.render.ink import Ink
from reconciler.render.text import plan_text
from reconciler.sandbox import Behaviour, Store
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

from crafted import HIDING, ODD, RECORDED, SCENES, TARGET, client_of, paths, saved, scene, signed

VALUES: list[Any] = [
    *({mark.value: True} for mark in Mark),
    [RECORDED],
    [RECORDED, "x"],
    [RECORDED, []],
    [RECORDED, [["SKU", "productIds", [1]]]],
    [{"shown": "as ids"}],
    [{"shown": "as ids"}, [["SKU", "productIds", [1]]]],
    ["?", 1],
    ["?", [["SKU"]]],
    [["SKU", "productIds", [1]]],
    [{"productType": "SKU", "productIds": [1]}],
    [{"productType": "SKU", "productCodes": ["A"]}],
    [["STORE", 5]],
    [["dom", [1]]],
    *([], {}, [[]], "", "x", "NEW", "unlimited", "PERC", "DAYS", "a\x00b", "\ud800", "::x"),
    *(None, True, False, 0, 1, -1, 5, 500.5, 2**31, 2**63, 10**30, -(10**30)),
    *("2030-01-01", "2030-01-01T00:00:00Z", "2030-01-01T10:23:17Z", "9999-12-31T23:59:59Z"),
    *("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "20300101", "2035-06-12T23:59:59Z"),
]
ACTIONS = ["create", "adopt", "update", "pending", "drift", "conflict", "side effect"]
NAMES = [path for field in MANAGEABLE for path in field.paths]
NAMES += ["redemptionRange", "customPropertyMap.a", "customPropertyMap.", "maxRedeem.x", "nonsense"]


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    """The path of everything in a JSON document."""
    if path:
        yield path
    below = node.items() if isinstance(node, dict) else ()
    for key, value in enumerate(node) if isinstance(node, list) else below:
        yield from places(value, (*path, key))


def at(node: Any, path: tuple[Any, ...]) -> Any:  # noqa: ANN401 - JSON
    for step in path:
        node = node[step]
    return node


@st.composite
def crafted(draw: st.DrawFn, name: str) -> Any:  # noqa: ANN401 - JSON
    """A plan that was bent in up to three places, and signed again."""
    document = json.loads(scene(name))
    for _ in range(draw(st.integers(1, 3))):
        draw(st.sampled_from([_anything, _money, _field, *[_pair] * 7]))(draw, document)
        document = copy.deepcopy(document)  # the next bend must not reach the values above
    return signed(document)


def _value(draw: st.DrawFn, document: Any) -> Any:  # noqa: ANN401 - JSON
    """Something odd, or something that stands elsewhere in the plan."""
    known = [at(document, path) for path in places(document)]
    return copy.deepcopy(draw(st.sampled_from([*VALUES, *ACTIONS]) | st.sampled_from(known)))


def _anything(draw: st.DrawFn, document: Any) -> None:  # noqa: ANN401 - JSON
    path = draw(st.sampled_from(list(places(document))))
    node = at(document, path[:-1])
    if draw(st.integers(0, 4)):
        node[path[-1]] = _value(draw, document)
    else:
        del node[path[-1]]


def _change(document: Any) -> Any:  # noqa: ANN401 - JSON
    """The first change, where there still is one; else one that goes nowhere."""
    try:
        found = document["changes"][0]
        keys = found["managed"], found["sent"], found["money"]
        whole = isinstance(found["fields"], list) and all(isinstance(key, dict) for key in keys)
    except (KeyError, IndexError, TypeError):
        whole = False
    return found if whole else {"managed": {}, "sent": {}, "money": {}, "fields": []}


# A value for fields of every kind, as a file may have it.
ASKED: dict[str, Any] = {
    "discountValue": 3,
    "discountType": "PERC",
    "maxRedeem": 9,
    "maxVouchersPerUser": "unlimited",
    "redemptionPerCouponMaxLimit": None,
    "genericCode": "NEW",
    "tag": "another",
    "anyUser": True,
    "validTillDate": "2036-01-01",
    "validTillDateTime": "2035-06-12T23:59:59Z",
    "redemptionValidFrom": "2030-05-05T10:00:00+05:30",
    "expiryStrategyType": "DAYS",
    "expiryStrategyValue": 1,
    "mutualExclusiveSeriesIds": [5],
    "storeIdsJson": "[5]",
    "redemptionRange": '{"dow": [1]}',
    "redemptionRange.dow": [1],
    "targetUserDetails.validMaxUserTransactionLimit": 5,
    "customPropertyMap.artwork": "a.png",
    "customPropertyMap": {"artwork": "a.png"},
    "productInfo": [{"productType": "SKU", "productIds": [1]}],
    "redemptionOrgEntityDetails": [{"redemptionOrgEntityType": "STORE", "orgEntityId": 5}],
}


def _pair(draw: st.DrawFn, document: Any) -> None:  # noqa: ANN401 - JSON
    """A managed pair, as a rule with all that has to go with it."""
    change, path = _change(document), draw(st.sampled_from(sorted(ASKED)))
    after, then = ASKED[path], wanted(path, ASKED[path], UTC)[0]
    live = read_series({"id": 1} | LIVE | draw(st.sampled_from([{}, ODD])))
    shows = [None if live.value(path) is Mark.ABSENT else live.value(path), None, "x"]
    known = [Mark.UNREADABLE, Mark.ABSENT, live.meaning(path), split(path)[0].default]
    kept_ = [[RECORDED, then], [RECORDED, "x"], [RECORDED, []], [{"shown": "as ids"}, then]]
    now = encode(draw(st.sampled_from([*known, *known, *kept_, then, _value(draw, document)])))
    mostly = st.sampled_from([True] * 9 + [False])
    change["managed"][path] = [now, then]
    if draw(mostly):
        change["money"].pop(path, None)
    if path.partition(".")[0] in HIDING and draw(mostly):
        change["sent"][path] = after
    kept = [one for one in change["fields"] if not isinstance(one, dict) or one.get("path") != path]
    if draw(mostly) != (now in (then, {"unreadable": True}) or now == kept_[-1]):
        before = draw(st.sampled_from([shows[0], *shows, now]))
        kept.append({"path": path, "before": before, "after": after, "cause": None, "line": 1})
    change["fields"] = kept


def _money(draw: st.DrawFn, document: Any) -> None:  # noqa: ANN401 - JSON
    _change(document)["money"][draw(st.sampled_from(NAMES))] = _value(draw, document)


def _field(draw: st.DrawFn, document: Any) -> None:  # noqa: ANN401 - JSON
    row = {
        "path": draw(st.sampled_from(NAMES)),
        "before": _value(draw, document),
        "after": _value(draw, document),
        "cause": draw(st.sampled_from(["side effect", None])),
        "line": 1,
    }
    _change(document)["fields"].append(row)


@cache
def after_the_plan(name: str) -> str:
    """What the plan of a scene leaves live, as nobody has touched it."""
    return json.dumps(carried_out(name, scene(name))[1])


def carried_out(name: str, text: str) -> tuple[str, dict[int, Any]]:
    """Load a plan, show it and apply it: the text, and what is live then."""
    plan = from_json(text, TARGET, datetime.fromisoformat(NOW))
    said = plan_text(plan, Ink(), width=10_000)
    with Store(":memory:", Behaviour()) as store, client_of(store) as client:
        store.ui_create(**SCENES[name][1])
        outcomes(plan, client)
        return said, {row["id"]: row for row in store.rows()}


def moved(before: Any, after: Any) -> set[str]:  # noqa: ANN401 - JSON
    """The fields that mean something else now."""
    old, new = read_series(before), read_series(after)
    eyes = Reading(UTC, HIDING)
    names = (field.name for field in MANAGEABLE)
    return {name for name in names if eyes.meaning(old, name, []) != eyes.meaning(new, name, [])}


def is_as_it_says(name: str, document: Any) -> None:  # noqa: ANN401 - JSON
    """A crafted plan is refused, or moves what it shows and nothing else."""
    try:
        said, live = carried_out(name, json.dumps(document))
    except RefusedError:
        event("refused")
        return
    with Store(":memory:", Behaviour()) as store:
        store.ui_create(**SCENES[name][1])
        before = {row["id"]: row for row in store.rows()}
    told = set(re.findall(r"^    [~+▲▼] (\w+)", said, re.MULTILINE))
    told |= set(re.findall(r"^    warning: \S+: (\w+)\S* cannot be compared", said, re.MULTILINE))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]|^::", said, re.MULTILINE)
    honest = {int(key): row for key, row in json.loads(after_the_plan(name)).items()}
    made = {"tag"} if live.keys() > before.keys() else set()
    event("moved something" if live != before else "moved nothing")
    for number, row in live.items():
        derived = {"validTillDateTime"} if "validTillDate" in told else set()
        start = before.get(number) or honest.get(number)
        assert start is not None
        assert moved(start, row) <= told | derived | made, (start, row)


HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
CRAFTED = st.sampled_from(sorted(SCENES)).flatmap(
    lambda name: st.tuples(st.just(name), crafted(name))
)


@settings(max_examples=50, deadline=None, suppress_health_check=HEALTH)
@given(CRAFTED)
def test_a_crafted_plan_is_refused_or_moves_just_what_it_shows(case: tuple[str, Any]) -> None:
    is_as_it_says(*case)


@pytest.mark.slow
@settings(max_examples=3_000, deadline=None, suppress_health_check=HEALTH)
@given(CRAFTED)
def test_thousands_of_crafted_plans_move_just_what_they_show(case: tuple[str, Any]) -> None:
    is_as_it_says(*case)


@settings(max_examples=100, deadline=None, suppress_health_check=HEALTH)
@given(files(), st.none() | live_rows())
def test_every_plan_that_is_made_can_be_read_back(
    wanted: dict[str, Any], live: dict[str, Any] | None
) -> None:
    with Store(":memory:", Behaviour(read_shows_hidden=False)) as store, client_of(store) as client:
        if live is not None:
            store.ui_create(**live)
        lines = dict.fromkeys(paths(wanted), 1)
        plan = plan_of(client, {"CODE": Desired("CODE", "one.yaml", lines, wanted, UTC)})

    assert plan.changes == from_json(json.dumps(saved(plan)), TARGET).changes
