"""In which order a plan is told, and which changes are told as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL
from scenes import LIVE, plan_of

from reconciler.render.story import BLOCKED, PLAIN, RISKY, Story

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.sandbox import Store

BOUNDED = "maxRedeem: 100\n"


def told(
    client: Client, store: Store, desired: FromText, *pairs: tuple[str, dict[str, Any]]
) -> list[tuple[str, list[str]]]:
    """Files with what is live for each → risk and codes of the groups, in order."""
    files = []
    for number, (text, live) in enumerate(pairs):
        code = f"CODE{number}"
        store.ui_create(**LIVE | {"maxRedeem": 100} | live | {"seriesCode": code})
        files.append(text.replace("APRIL100", code))
    story = Story(plan_of(client, desired(*files)))
    return [(one.risk, [change.code for change in one.changes]) for one in story.groups]


def file(**fields: object) -> str:
    """MINIMAL with other values."""
    lines = dict(line.split(": ", 1) for line in (MINIMAL + BOUNDED).splitlines())
    return "".join(f"{key}: {value}\n" for key, value in (lines | fields).items())


def test_blocked_comes_before_risky_and_that_before_the_rest(
    client: Client, store: Store, desired: FromText
) -> None:
    found = told(
        client,
        store,
        desired,
        (file(smsTemplate="Hello"), {}),
        (file(discountValue=600), {}),
        (file(discountType="PERC", discountValue=90), {"discountType": "PERC"}),
        (file(discountValue=400), {}),
    )

    assert [
        (BLOCKED, ["CODE2"]),
        (RISKY, ["CODE1"]),
        (PLAIN, ["CODE0"]),
        (PLAIN, ["CODE3"]),
    ] == found


def test_an_offer_that_ends_is_told_among_the_first(
    client: Client, store: Store, desired: FromText
) -> None:
    (found,) = told(client, store, desired, (file(validTillDate="2025-01-01"), {}))

    assert (RISKY, ["CODE0"]) == found


def test_what_loses_its_bound_comes_before_what_costs_much_more(
    client: Client, store: Store, desired: FromText
) -> None:
    found = told(
        client,
        store,
        desired,
        (file(discountValue=5000), {}),
        (file(discountValue=501), {}),
        (file(maxRedeem="unlimited"), {}),
    )

    assert [["CODE2"], ["CODE0"], ["CODE1"]] == [codes for _, codes in found]


def test_equal_changes_are_one_group(client: Client, store: Store, desired: FromText) -> None:
    new = file(smsTemplate="Hello")

    assert [(PLAIN, ["CODE0", "CODE1"])] == told(client, store, desired, (new, {}), (new, {}))


PERCENT: dict[str, Any] = {"discountType": "PERC", "discountValue": 10, "discountUpto": 5}
UNLIKE: dict[str, tuple[tuple[str, dict[str, Any]], tuple[str, dict[str, Any]]]] = {
    "from another value": (
        (file(discountValue=20), {"discountValue": 10}),
        (file(discountValue=20), {"discountValue": 11}),
    ),
    "to another value": (
        (file(discountValue=20), {"discountValue": 10}),
        (file(discountValue=21), {"discountValue": 10}),
    ),
    "in another unit": (
        (file(discountValue=20), {"discountValue": 10}),
        (file(discountValue=20, discountType="PERC"), PERCENT),
    ),
    "retroactive in one of them": (
        (file(discountValue=20), {"discountValue": 10, "numIssued": 5}),
        (file(discountValue=20), {"discountValue": 10}),
    ),
}


@pytest.mark.parametrize(("one", "other"), UNLIKE.values(), ids=UNLIKE)
def test_changes_that_differ_are_told_apart(
    client: Client,
    store: Store,
    desired: FromText,
    one: tuple[str, dict[str, Any]],
    other: tuple[str, dict[str, Any]],
) -> None:
    assert 2 == len(told(client, store, desired, one, other))


def test_a_figure_that_only_words_move_beside_has_no_unit(
    client: Client, store: Store, desired: FromText
) -> None:
    """A text changes in the same way whatever the series gives."""
    perc = file(discountType="PERC", discountValue=10, smsTemplate="Hello")

    found = told(client, store, desired, (file(smsTemplate="Hello"), {}), (perc, PERCENT))

    assert [(PLAIN, ["CODE0", "CODE1"])] == found
