"""Plans that nothing could make, with digests that fit: they are refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from reconciler.errors import RefusedError
from reconciler.planfile import from_json
from reconciler.render.ink import Ink
from reconciler.render.text import plan_text

if TYPE_CHECKING:
    from collections.abc import Callable

from crafted import RECORDED, TARGET, scene, signed

# Each case is an edit of a plan's first change.


def pair(path: str, now: Any, then: Any) -> Callable[[Any], None]:  # noqa: ANN401 - JSON
    """A managed pair that nothing is shown of."""

    def edit(change: Any) -> None:  # noqa: ANN401 - JSON
        change["managed"][path] = [now, then]
        change["money"].pop(path, None)

    return edit


def shown(path: str, now: Any, before: Any, after: Any) -> Callable[[Any], None]:  # noqa: ANN401 - JSON
    """A pair that is shown, with some `before`."""

    def edit(change: Any) -> None:  # noqa: ANN401 - JSON
        pair(path, now, after)(change)
        row = {"path": path, "before": before, "after": after, "cause": None, "line": 1}
        change["fields"].append(row)

    return edit


def products(now: Any) -> Callable[[Any], None]:  # noqa: ANN401 - JSON
    def edit(change: Any) -> None:  # noqa: ANN401 - JSON
        pair("productInfo", now, [["SKU", "productIds", [1]]])(change)
        change["sent"]["productInfo"] = [{"productType": "SKU", "productIds": [1]}]

    return edit


def cause(text: str) -> Callable[[Any], None]:
    return lambda change: change["fields"][0].update(cause=text)


DEEP: Any = []
for _ in range(400):
    DEEP = [DEEP]
REFUSED: dict[str, Callable[[Any], None]] = {
    "a whole object of texts": pair("customPropertyMap", {"unreadable": True}, ["?", {"a": "b"}]),
    "recorded without a value": pair("description", [RECORDED], "x"),
    "a recorded text": pair("description", [RECORDED, "y"], "x"),
    "a recorded date": shown("validTillDate", [RECORDED, "x"], "garbage", "2035-06-12"),
    "recorded products with no ids": products([RECORDED, [], "x"]),
    "products of an empty block": products([[]]),
    "products that are absent and never are": products({"absent": True}),
    "dates that are none": pair("validTillDate", "x", "x"),
    "a last moment that is none": pair("validTillDateTime", "y", "y"),
    "a figure that is a text": pair("maxRedeem", "5", "5"),
    "a figure that is true": pair("maxRedeem", *[True] * 2),
    "one figure in two types": pair("maxRedeem", 1, 1.0),
    "a list where a date is": pair("validTillDate", ["?", 1], ["?", 1]),
    "an unreadable figure": pair("maxRedeem", {"unreadable": True}, 5),
    "a field of nobody": pair("nonsense", 1, 1),
    "a field of the server": pair("numIssued", 1, 1),
    "a key below a figure": pair("maxRedeem.x", 1, 1),
    "a key that no range has": pair("redemptionRange.x", [1], [1]),
    "money of nobody": lambda change: change["money"].update(nonsense=1),
    "money that is a message": lambda change: change["money"].update(tag="x"),
    "money below a figure": lambda change: change["money"].update({"maxRedeem.x": 1}),
    "money of another type": lambda change: change["money"].update(maxCreate="x"),
    "money that the file names": lambda change: change["money"].update(discountValue=1),
    "an end without a zone": lambda change: change["money"].update(validTillDateTime="20300101"),
    "a before that says not set": shown("genericCode", "OLD", None, "NEW"),
    "an end that says not set": shown(
        "validTillDateTime", "2035-06-11T20:00:00Z", None, "2035-06-12T23:59:59Z"
    ),
    "a cause with an escape": cause("x\x1b[2K"),
    "a cause with lines": cause("x\n::set-output name=a::b"),
    "an id of nobody": lambda change: change.update(id=0),
    "a code that nobody sees": lambda change: change.update(
        seriesCode="a\nb",
        managed=change["managed"] | {"seriesCode": ["a\nb", "a\nb"]},
    ),
    "an adoption as an update": lambda change: change.update(action="adopt"),
    "values without an end": pair("productInfo", ["?", DEEP], ["?", DEEP]),
}


@pytest.mark.parametrize("edit", REFUSED.values(), ids=REFUSED)
def test_a_change_that_nothing_could_make_is_refused(edit: Callable[[Any], None]) -> None:
    document = json.loads(scene("an update"))
    edit(document["changes"][0])

    with pytest.raises(RefusedError, match=r"edited|damaged"):
        from_json(json.dumps(signed(document)), TARGET)


CREATES: dict[str, Callable[[Any], object]] = {
    "something live before": pair("maxCreate", 5, 5),
    "something live before, shown": shown("maxCreate", 5, 5, 6),
    "a required field less": lambda change: (
        change["managed"].pop("smsTemplate"),
        change.update(fields=[one for one in change["fields"] if one["path"] != "smsTemplate"]),
    ),
    "money": lambda change: change["money"].update(maxCreate=5),
    "something shown": lambda change: change["shown"].append("productInfo"),
}


@pytest.mark.parametrize("edit", CREATES.values(), ids=CREATES)
def test_a_create_of_what_is_there_already_is_refused(edit: Callable[[Any], object]) -> None:
    document = json.loads(scene("a create"))
    from_json(json.dumps(signed(document)), TARGET)
    edit(document["changes"][0])

    with pytest.raises(RefusedError, match=r"edited|damaged"):
        from_json(json.dumps(signed(document)), TARGET)


@pytest.mark.parametrize("commit", ["", "HEAD", "a\0b", "a" * 39, "A" * 40, "a" * 40 + "\n"])
@pytest.mark.parametrize("key", ["commit", "base"])
def test_a_commit_is_a_full_id(key: str, commit: str) -> None:
    document = json.loads(scene("an update")) | {key: commit}

    with pytest.raises(RefusedError, match=f"damaged at {key}"):
        from_json(json.dumps(document), TARGET)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "2026-01-01", "20260101T000000", "x"])
def test_a_plan_is_made_at_a_moment_that_its_zone_has(moment: str) -> None:
    target = replace(TARGET, zone=ZoneInfo("Asia/Kolkata"))
    document = json.loads(scene("an update")) | {"created_at": moment}

    with pytest.raises(RefusedError, match="damaged at created_at"):
        from_json(json.dumps(document), target)


@pytest.mark.parametrize("figure", ["NaN", "Infinity", "-Infinity"])
def test_a_figure_that_json_does_not_know_is_refused(figure: str) -> None:
    text = scene("an update").replace('"before": 500', f'"before": {figure}')

    with pytest.raises(RefusedError, match="not JSON"):
        from_json(text, TARGET)


def test_what_is_sent_and_not_compared_is_said_whatever_the_file_says() -> None:
    document = json.loads(scene("an update"))
    change = document["changes"][0]
    products({"unreadable": True})(change)
    change["warnings"] = ["something else\x1b"]

    plan = from_json(json.dumps(signed(document)), TARGET)

    said = "APRIL100: productInfo cannot be compared, live does not show it; it is sent in every"
    assert [f"{said} update", "something else\x1b"] == list(plan.changes[0].warnings)
    assert f"warning: {said} update\n    warning: something else\\x1b" in plan_text(
        plan, Ink(), width=200
    )
