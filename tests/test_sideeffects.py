"""What a write moves although no file asks for it: planned, blocked where it hurts, and no more."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from behind_the_wire import talking, writes
from conftest import MINIMAL, UTC
from scenes import LIVE, carried_out, change_of, moves, outcomes, plan_of, rules

from reconciler.planfile import from_json
from reconciler.planjson import to_json
from reconciler.sandbox import Behaviour, Store, transport
from reconciler.sideeffects import predicted
from reconciler.values import Mark

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.values import Canonical

CHEAPER = MINIMAL.replace("Value: 500", "Value: 400")
EXACT_END = CHEAPER.replace("2035-06-12", "2035-06-12T10:23:17Z")
EFFECT = "side effect"

CARRIED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "a start that no file names": (
        CHEAPER,
        {"redemptionValidFrom": "2030-01-01T10:23:17Z"},
        {"redemptionValidFrom": "2030-01-01T00:00:00Z"},
    ),
    "a start that the file has to the second": (
        CHEAPER + "redemptionValidFrom: 2030-01-01T10:23:17Z\n",
        {"redemptionValidFrom": "2030-01-01T10:23:17Z"},
        {"redemptionValidFrom": "2030-01-01T00:00:00Z"},
    ),
    "an end that the file has to the second": (
        EXACT_END,
        {"validTillDate": "2035-06-12T10:23:17Z"},
        {"validTillDate": "2035-06-12T00:00:00Z"},
    ),
    "an end that the file ignores": (
        CHEAPER + "lifecycle: {ignoreChanges: [validTillDate]}\n",
        {"validTillDate": "2031-02-03T10:23:17Z"},
        {"validTillDate": "2031-02-03T00:00:00Z"},
    ),
    "a last moment": (
        CHEAPER,
        {"validTillDateTime": "2035-06-12T18:00:00Z"},
        {"validTillDateTime": "2035-06-12T23:59:59Z"},
    ),
}


@pytest.mark.parametrize(("text", "live", "after"), CARRIED.values(), ids=CARRIED)
def test_what_a_write_rewrites_is_planned_and_comes_true(
    client: Client,
    store: Store,
    desired: FromText,
    text: str,
    live: dict[str, Any],
    after: dict[str, Any],
) -> None:
    series_id = store.ui_create(**LIVE | live)

    plan = plan_of(client, desired(text))

    (change,) = plan.changes
    assert moves(change) == {"discountValue": (500, 400, None)} | {
        path: (live[path], after[path], EFFECT) for path in live
    }
    assert carried_out(plan, client) == {"APRIL100": "done"}
    row = store.row(series_id)
    shown = {path: row.get(path, "2035-06-12T23:59:59Z") for path in after}  # the last is derived
    assert shown == after
    assert carried_out(plan, client) == {"APRIL100": "already done"}
    assert writes(store) == ["PUT"]
    assert plan_of(client, desired(text)).changes == ()


@pytest.mark.parametrize(("text", "live", "after"), CARRIED.values(), ids=CARRIED)
def test_a_plan_with_side_effects_reads_back_as_it_was(
    client: Client,
    store: Store,
    target: Target,
    desired: FromText,
    text: str,
    live: dict[str, Any],
    after: dict[str, Any],
) -> None:
    store.ui_create(**LIVE | live)
    plan = plan_of(client, desired(text))
    now = datetime.fromisoformat(plan.created_at)

    assert plan == from_json(json.dumps(to_json(plan)), target, now)


def test_nothing_is_rewritten_where_nothing_is_written(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE | {"redemptionValidFrom": "2030-01-01T10:23:17Z"})

    assert plan_of(client, desired(MINIMAL)).changes == ()


ENDS = {
    "later the same day": ("2026-06-12T10:00:00Z", "2026-06-12T18:00:00Z", ["side-effect"]),
    "tomorrow": ("2026-06-12T10:00:00Z", "2026-06-13T18:00:00Z", ["side-effect"]),
    "24 hours ahead, once cut": ("2026-06-12T00:00:00Z", "2026-06-13T18:00:00Z", ["side-effect"]),
    "a second more than that": ("2026-06-11T23:59:59Z", "2026-06-13T18:00:00Z", []),
    "long ahead": ("2026-06-12T10:00:00Z", "2030-06-13T18:00:00Z", []),
    "already expired": ("2026-06-12T10:00:00Z", "2026-06-12T09:59:59Z", []),
}


@pytest.mark.parametrize(("at", "end", "expected"), ENDS.values(), ids=ENDS)
def test_a_carried_end_is_blocked_where_the_cut_ends_the_series(
    client: Client, store: Store, desired: FromText, at: str, end: str, expected: list[str]
) -> None:
    series_id = store.ui_create(**LIVE | {"validTillDate": end})
    before = store.row(series_id)
    plan = plan_of(client, desired(CHEAPER.replace("2035-06-12", end)), at=at)

    (change,) = plan.changes
    assert rules(change) == expected
    assert carried_out(plan, client, at) == {"APRIL100": "blocked" if expected else "done"}
    assert (store.row(series_id) == before) is bool(expected)


def test_a_last_moment_that_a_write_brings_near_is_blocked(
    client: Client, store: Store, desired: FromText
) -> None:
    days = {"validTillDate": "2026-06-12T00:00:00Z", "validTillDateTime": "2026-07-30T18:00:00Z"}
    store.ui_create(**LIVE | days)

    change = change_of(client, desired(CHEAPER.replace("2035", "2026")), at="2026-06-12T10:00:00Z")

    assert rules(change) == ["side-effect"]
    assert "validTillDateTime from 2026-07-30T18:00:00Z to 2026-06-12T23:59:59Z" in (
        change.blocked[0].message
    )


def test_an_end_that_the_file_asks_for_is_no_side_effect(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE | {"validTillDate": "2026-06-12T18:00:00Z"})
    text = CHEAPER.replace("2035-06-12", "2026-06-12")

    change = change_of(client, desired(text), at="2026-06-12T10:00:00Z")

    assert ([], (None,) * 2) == (rules(change), tuple(one.cause for one in change.fields))


def test_the_end_is_judged_again_right_before_the_write(
    client: Client, store: Store, desired: FromText
) -> None:
    end = "2026-06-20T18:00:00Z"
    series_id = store.ui_create(**LIVE | {"validTillDate": end})
    plan = plan_of(client, desired(CHEAPER.replace("2035-06-12", end)), at="2026-06-12T10:00:00Z")

    (found,) = outcomes(plan, client, at="2026-06-19T10:00:00Z")

    assert ("blocked", True) == (found.status, "at most 24 hours away" in str(found.error))
    assert end == store.row(series_id)["validTillDate"]


def test_an_allowance_lets_it_end_until_it_is_over(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    end = "2026-11-12T18:00:00Z"
    store.ui_create(**LIVE | {"validTillDate": end})
    files = desired(
        CHEAPER.replace("2035-06-12", end)
        + "lifecycle: {allow: [{rule: side-effect, reason: it may end, until: 2026-11-11}]}\n"
    )

    plan = plan_of(client, files, at="2026-11-11T10:00:00Z")

    (change,) = plan.changes
    assert ([], ["side-effect"]) == (rules(change), [one.rule for one in change.allowed])
    assert "allowed until 2026-11-11: it may end" in change.allowed[0].message
    for now, blocked in (("11T23:59:59Z", []), ("12T00:00:00Z", ["side-effect"])):
        moment = datetime.fromisoformat(f"2026-11-{now}")
        (held,) = from_json(json.dumps(to_json(plan)), target, moment).changes
        assert blocked == rules(held)
    assert carried_out(plan, client, "2026-11-12T00:00:00Z") == {"APRIL100": "blocked"}
    assert carried_out(plan, client, "2026-11-11T23:59:59Z") == {"APRIL100": "done"}


def test_days_are_cut_in_the_targets_zone(target: Target, desired: FromText) -> None:
    india = replace(target, zone=ZoneInfo("Asia/Kolkata"))
    with Store(":memory:", Behaviour(zone="Asia/Kolkata")) as store:
        ends = {"validTillDate": "2035-06-12T00:00:00+05:30"}
        start = {"redemptionValidFrom": "2030-01-02T02:00:00+05:30"}
        series_id = store.ui_create(**LIVE | ends | start)
        (one,) = desired(CHEAPER).values()
        files = {"APRIL100": replace(one, zone=india.zone)}
        with talking(india, transport(store)) as client:
            plan = plan_of(client, files)
            assert carried_out(plan, client) == {"APRIL100": "done"}

        (change,) = plan.changes
        effect = moves(change)["redemptionValidFrom"]
        assert effect == ("2030-01-02T02:00:00+05:30", "2030-01-01T18:30:00Z", EFFECT)
        assert store.row(series_id)["redemptionValidFrom"] == "2030-01-02T00:00:00+05:30"


Money = dict[str, "Canonical"]
STORED: dict[str, tuple[Money, dict[str, tuple[Canonical, Canonical]]]] = {
    "a number beyond 32 bits wraps": ({"maxRedeem": 2**32 + 5}, {"maxRedeem": (2**32 + 5, 5)}),
    "a number of 64 bits stays": ({"maxBillAmount": 2**53 - 1}, {}),
    "a discount is rounded": (
        {"discountValue": 16_777_217},
        {"discountValue": (16_777_217, 16_777_216)},
    ),
    "a discount of nothing stays": ({"discountValue": 0}, {}),
    "a start that live does not show is the day of the call": (
        {"redemptionValidFrom": Mark.ABSENT},
        {"redemptionValidFrom": (Mark.ABSENT, "2026-03-04T00:00:00Z")},
    ),
    "an end that live does not show is long gone": (
        {"validTillDate": Mark.ABSENT},
        {"validTillDate": (Mark.ABSENT, "1970-01-01T00:00:00Z")},
    ),
    "what is no date is left alone": ({"validTillDate": ["?", "soon"]}, {}),
    "a day at midnight stays": ({"validTillDate": "2030-01-01T00:00:00Z"}, {}),
}


@pytest.mark.parametrize(("money", "expected"), STORED.values(), ids=STORED)
def test_what_the_server_stores_of_a_carried_value(
    money: Money, expected: dict[str, tuple[Canonical, Canonical]]
) -> None:
    now = datetime.fromisoformat("2026-03-04T05:06:07Z")
    assert predicted({}, money, UTC, now) == expected
