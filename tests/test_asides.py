"""What moves without a change, told from the files of two commits and the live rows alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from conftest import UTC
from hypothesis import HealthCheck, given, settings
from judged import MOMENT, QUIET_LIVE, SEVENTY, allowing
from pullrequest import HIGHER, QUIET, TYPO, UNNAMED, named
from strategies import live_rows

from reconciler.asides import Since, asides
from reconciler.change import Aside, counted
from reconciler.config import Target
from reconciler.exposure import Exposure, exposure
from reconciler.guardrails import Guardrails
from reconciler.live import read_series
from reconciler.planning import make_plan
from reconciler.snapshot import take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import FromText

    from reconciler.client import Client
    from reconciler.plan import Plan
    from reconciler.sandbox import Store

TARGET = Target("sandbox", "sandbox::memory:", UTC, None, 4, frozenset())
RANGE = QUIET + "redemptionRange: {dow: [6, 7]}\n"


def told(
    desired: FromText,
    before: str | None,
    after: str | None,
    live: Mapping[str, Any] | None,
    target: Target = TARGET,
) -> list[Aside]:
    """The asides of one series, in a plan that has no change of it."""
    old, new = (desired(text) if text else {} for text in (before, after))
    row = None if live is None else read_series({"id": 7, **QUIET_LIVE, **live})
    rows = {"DIWALI": row} if row else {}
    return list(asides(Since("b" * 40, old, rows), new, (), target, MOMENT))


def shown(found: list[Aside]) -> list[tuple[Any, ...]]:
    return [(one.kind, one.path, one.before, one.after, one.effect) for one in found]


# Fields

BRIEF = [{"productType": "SKU", "productIds": [1]}]
LONGER = [{"productType": "SKU", "productIds": [1, 2]}]
UNREAD = "productInfo: [{productType: SKU, productIds: [1]}]\n"
FIELDS: dict[str, tuple[str, str, dict[str, Any], list[tuple[Any, ...]]]] = {
    "a range as text, then by key, and less of it": (
        QUIET + """redemptionRange: '{"dow": ["6"], "hours": ["9"]}'\n""",
        QUIET + "redemptionRange: {dow: [6]}\n",
        {"redemptionRange": '{"dow": ["6", "7"], "hours": ["9"]}'},
        [
            ("no longer managed", "redemptionRange.dom", [-1], [-1], "neutral"),
            ("no longer managed", "redemptionRange.hours", ["9"], ["9"], "neutral"),
        ],
    ),
    "a part of a range accepted": (
        RANGE,
        QUIET + "redemptionRange: {dow: [5, 6, 7]}\n",
        {"redemptionRange": '{"dow": ["5", "6", "7"]}'},
        [("drift accepted", "redemptionRange.dow", [6, 7], [5, 6, 7], "wider reach")],
    ),
    "a day of any spelling accepted": (
        QUIET,
        QUIET.replace("2035-06-12", "2036-06-12T05:30:00+05:30"),
        {"validTillDate": "2036-06-12T00:00:00Z"},
        [
            (
                "drift accepted",
                "validTillDate",
                "2035-06-12",
                "2036-06-12T05:30:00+05:30",
                "longer",
            )
        ],
    ),
    "what live does not show is sent": (
        QUIET + UNREAD,
        QUIET + UNREAD.replace("1", "1, 2"),
        {},
        [("sent unseen", "productInfo", BRIEF, LONGER, "wider reach")],
    ),
    "what live does not show is named first": (
        QUIET,
        QUIET + UNREAD,
        {},
        [("sent unseen", "productInfo", None, BRIEF, "narrower reach")],
    ),
    "another way to say what live does not show": (
        QUIET + UNREAD,
        QUIET + UNREAD.replace("[1]", "[1, 1]"),
        {},
        [],
    ),
    "what live does not show is not managed any more": (
        QUIET + UNREAD,
        QUIET,
        {},
        [
            (
                "no longer managed",
                "productInfo",
                [{"productType": "SKU", "productIds": [1]}],
                None,
                "neutral",
            )
        ],
    ),
    "a field newly named that live is at": (QUIET, QUIET + "minBillAmount: 0\n", {}, []),
    "an edit that a change shows": (QUIET, HIGHER, {}, []),
}


@pytest.mark.parametrize(("before", "after", "live", "expected"), FIELDS.values(), ids=FIELDS)
def test_a_field_is_told_where_no_change_shows_it(
    desired: FromText,
    before: str,
    after: str,
    live: dict[str, Any],
    expected: list[tuple[Any, ...]],
) -> None:
    found = told(desired, before, after, live)

    assert expected == [one for one in shown(found) if one[0] != "no change needed"]


def test_a_series_that_is_not_live_has_only_its_file_to_lose(desired: FromText) -> None:
    free = QUIET.replace("discountUpto: 100\n", "")

    assert [] == told(desired, QUIET, free, None)
    gone = {"id": None, "live": False}
    assert [("file deleted", None, gone, gone, "neutral")] == shown(
        told(desired, QUIET, None, None)
    )


# What it may cost

FREE = {"maxRedeem": -1, "maxCreate": -1}
COSTS: dict[str, tuple[str, str | None, dict[str, Any], Exposure]] = {
    "a file deleted that bounded it": (QUIET, None, FREE, Exposure(100_000, None)),
    "a limit not managed that live has not": (
        QUIET,
        QUIET.replace("maxCreate: 1000\nmaxRedeem: 1000\n", ""),
        FREE,
        Exposure(100_000, None),
    ),
    "what was ignored is held again": (
        QUIET + "lifecycle: {ignoreChanges: [discountUpto]}\n",
        QUIET,
        {"discountUpto": 300},
        Exposure(300_000, 100_000),
    ),
    "what was held is ignored": (
        QUIET,
        QUIET + "lifecycle: {ignoreChanges: [discountUpto]}\n",
        {"discountUpto": 300},
        Exposure(100_000, 300_000),
    ),
    "coupons are used already": (QUIET, None, {"numRedeemed": 400}, Exposure(60_000, 60_000)),
    "it is over": (
        QUIET.replace("2035", "2025"),
        None,
        {"validTillDate": "2025-06-12T00:00:00Z"},
        Exposure(0, 0),
    ),
}


@pytest.mark.parametrize(("before", "after", "live", "cost"), COSTS.values(), ids=COSTS)
def test_an_aside_costs_what_the_files_hold_live_to(
    desired: FromText, before: str, after: str | None, live: dict[str, Any], cost: Exposure
) -> None:
    found = told(desired, before, after, live)

    assert {cost} == {one.exposure for one in found if one.kind != "no change needed"}


# Guards over what needs no change

JUDGED: dict[str, tuple[str, str, dict[str, Any], tuple[list[str], list[str], list[str]]]] = {
    "too many percent": (
        QUIET,
        TYPO,
        {"discountValue": 99},
        (["max-percent"], [], []),
    ),
    "words of what has too many percent": (
        TYPO,
        TYPO.replace("Hi", "Bye"),
        {"discountValue": 99, "smsTemplate": "Bye"},
        (["max-percent"], [], []),
    ),
    "allowed": (
        SEVENTY,
        allowing(SEVENTY, "max-percent", more="value: 70, "),
        {"discountValue": 70},
        ([], [], ["max-percent"]),
    ),
    "an allowance that has ended": (
        SEVENTY,
        allowing(SEVENTY, "max-percent", MOMENT.date() - timedelta(days=1), "value: 70, "),
        {"discountValue": 70},
        (["max-percent"], [], []),
    ),
    "value accepted for coupons that are out": (
        QUIET,
        HIGHER,
        {"discountValue": 20, "numIssued": 3},
        ([], ["retroactive-value"], []),
    ),
    "no bound, and words": (
        QUIET,
        QUIET.replace("Hi", "Bye"),
        {**FREE, "smsTemplate": "Bye"},
        ([], [], []),
    ),
    "a bound given up that live has not": (
        QUIET,
        QUIET.replace("maxCreate: 1000\nmaxRedeem: 1000\n", ""),
        FREE,
        ([], ["unlimited-exposure"], []),
    ),
    "a cap given up that live has at a tenth": (
        QUIET,
        UNNAMED,
        {"discountUpto": 10},
        ([], ["order-of-magnitude"], []),
    ),
    "words given up": (QUIET + "tag: x\n", QUIET, FREE, ([], [], [])),
    "nothing to say": (QUIET, HIGHER, {"discountValue": 20}, ([], [], [])),
}


@pytest.mark.parametrize(("before", "after", "live", "expected"), JUDGED.values(), ids=JUDGED)
def test_what_needs_no_change_is_judged_by_what_it_is(
    desired: FromText,
    before: str,
    after: str,
    live: dict[str, Any],
    expected: tuple[list[str], list[str], list[str]],
) -> None:
    found = [one for one in told(desired, before, after, live) if one.kind == "no change needed"]

    assert [expected] * any(expected) == [
        tuple([why.rule for why in said] for said in (one.blocked, one.warned, one.allowed))
        for one in found
    ]


def test_asides_are_in_the_order_of_their_codes_after_the_guardrails(desired: FromText) -> None:
    old = desired(named("A"), named("B"))
    new = desired(named("A", TYPO), named("B") + "lifecycle: {protect: true}\n")
    live = read_series({"id": 7, **QUIET_LIVE, "discountValue": 99})
    rail = Aside("guardrail changed", "", "reconciler.toml", 1, "max_percent", 60, 99, "neutral")

    found = asides(Since("b" * 40, old, {"A": live, "B": live}, (rail,)), new, (), TARGET, MOMENT)

    assert [
        ("", "guardrail changed"),
        ("A", "drift accepted"),
        ("A", "no change needed"),
        ("B", "protect changed"),
    ] == [(one.code, one.kind) for one in found]


def test_the_guardrails_of_the_target_count(desired: FromText) -> None:
    rails = Guardrails(severity={"max-percent": "warn"})
    target = replace(TARGET, guardrails=rails)

    found = told(desired, QUIET, TYPO, {"discountValue": 99}, target)

    assert [[], ["max-percent"]] == [[why.rule for why in one.warned] for one in found]
    assert [(), ()] == [one.blocked for one in found]


# In a plan


def against(client: Client, before: FromText, old: str, new: str) -> Plan:
    """A plan of one file, held against another."""
    base, files = before(old), before(new)
    snapshot = take(client, files)
    found = Since("b" * 40, base, dict(snapshot.live))
    return make_plan(
        client.target,
        files,
        snapshot,
        reads=0,
        created_at=MOMENT.isoformat(),
        commit=None,
        tool="test",
        since=found,
    )


def test_a_change_of_a_series_is_judged_once(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**QUIET_LIVE | {"discountValue": 99})

    plan = against(client, desired, QUIET, TYPO.replace("Hi", "Bye"))

    assert [["max-percent"]] == [[why.rule for why in one.blocked] for one in plan.changes]
    assert ["drift accepted"] == [one.kind for one in plan.asides]
    assert plan.refused


def test_an_aside_that_is_blocked_refuses_a_plan_without_changes(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**QUIET_LIVE | {"discountValue": 99})

    plan = against(client, desired, QUIET, TYPO)

    assert ((), True) == (plan.changes, plan.refused)
    assert not against(client, desired, TYPO, TYPO).refused


COSTLY = (
    *("discountType", "discountValue", "discountUpto", "maxBillAmount", "anyUser"),
    *("isMultipleUseAllowed", "sameUserMultipleRedeem", "clientHandlingType", "externalIssual"),
    *("redemptionPerCouponMaxLimit", "maxCreate", "maxRedeem", "validTillDate"),
    "validTillDateTime",
)
GIVEN_UP = {
    "a file": "",
    "a field": QUIET.replace("discountUpto: 100\n", ""),
    "a field that is ignored": QUIET + "lifecycle: {ignoreChanges: [discountUpto]}\n",
}


@pytest.mark.parametrize("after", GIVEN_UP.values(), ids=GIVEN_UP)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(row=live_rows("DIWALI"))
def test_whatever_is_live_what_is_given_up_costs_what_live_has_of_it(
    desired: FromText, row: dict[str, Any], after: str
) -> None:
    live = read_series({"id": 7, **row})
    old, new = desired(QUIET), desired(after) if after else {}
    kept = new["DIWALI"].declared if new else {}
    state = {name: live.meaning(name) for name in COSTLY} | {
        path: one.canonical for path, one in kept.items() if path != "discountUpto"
    }

    found = asides(Since("b" * 40, old, {"DIWALI": live}), new, (), TARGET, MOMENT)

    cost = exposure(state, counted(live), UTC, MOMENT)
    assert [cost] == [one.exposure.after for one in found if one.kind != "no change needed"]
