"""Which guardrails the change of one series hits: by what is, and by what moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from reconciler.effect import Effect, effects
from reconciler.exposure import Counters, Exposure, exposure
from reconciler.guardrails import BLOCK, DEFAULT, WARN, Guardrails
from reconciler.guards import Judged, purely_stricter, value_guards
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 9, 2, 12, tzinfo=UTC)
ISSUED = Counters(issued=120, redeemed=4)
MAGNITUDE = "order-of-magnitude"
MOVING = (MAGNITUDE, "retroactive-value", "reactivates-expired", "discount-type-changed")
PAST = "2026-09-01T00:00:00Z"
QUIET: dict[str, Any] = {
    "discountType": "ABS",
    "discountValue": 100,
    "minBillAmount": 500,
    "maxBillAmount": 1_000,
    "maxCreate": 1_000,
    "maxRedeem": 1_000,
    "anyUser": False,
    "clientHandlingType": "DISC_CODE",
    "validTillDate": "2027-01-01T00:00:00Z",
    "smsTemplate": "Hi",
}
PERCENT = QUIET | {"discountType": "PERC", "discountValue": 10, "discountUpto": 100}


def case(
    after: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
    counters: Counters = Counters(),  # noqa: B008 - frozen
) -> Judged:
    """A change from one state to another; without a `before` it is a create."""
    action = "create" if before is None else "update"
    was = before or {}
    moves = {
        path: (was.get(path, Mark.ABSENT), then)
        for path, then in after.items()
        if was.get(path, Mark.ABSENT) != then
    }
    cost = Exposure(
        exposure(was, counters, ZONE, NOW) if was else 0, exposure(after, counters, ZONE, NOW)
    )
    found = effects(action, moves, ZONE, NOW)
    return Judged(was, after, action, cost, found, counters, ZONE, NOW)


def rules(judged: Judged, rails: Guardrails = DEFAULT) -> list[str]:
    return [why.rule for why in value_guards(judged, rails)]


def test_a_series_within_every_limit_hits_nothing() -> None:
    for state in (QUIET, PERCENT):
        assert [] == rules(case(state))
        assert [] == rules(case(state | {"smsTemplate": "Bye"}, state, ISSUED))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (PERCENT | {"discountValue": 60}, []),
        (PERCENT | {"discountValue": 61}, ["max-percent"]),
        (PERCENT | {"discountValue": 60.5}, ["max-percent"]),
        (QUIET | {"discountValue": 61}, []),
        (PERCENT | {"discountValue": ["?", "99"]}, ["unlimited-exposure"]),
        (PERCENT | {"discountValue": 99, "validTillDate": PAST}, []),
        (QUIET | {"maxRedeem": 100_000, "maxCreate": 100_000}, []),
        (QUIET | {"maxRedeem": 100_001, "maxCreate": 100_001}, ["max-exposure"]),
        (QUIET | {"maxRedeem": 100_001, "maxCreate": 200_000, "validTillDate": PAST}, []),
        (QUIET | {"maxRedeem": -1}, []),
        (QUIET | {"maxRedeem": -1, "maxCreate": -1}, ["unlimited-exposure"]),
        (QUIET | {"isMultipleUseAllowed": True}, ["unlimited-exposure"]),
        (PERCENT | {"discountUpto": 0, "maxBillAmount": -1}, ["unlimited-exposure"]),
        (PERCENT | {"maxRedeem": -1, "maxCreate": -1, "validTillDate": PAST}, []),
        (QUIET | {"minBillAmount": 101}, []),
        (QUIET | {"minBillAmount": 100}, ["no-minimum"]),
        (QUIET | {"minBillAmount": 99}, ["no-minimum"]),
        (QUIET | {"minBillAmount": 0}, ["no-minimum"]),
        (QUIET | {"minBillAmount": -1}, ["no-minimum"]),
        (QUIET | {"minBillAmount": ["?", "x"]}, ["no-minimum"]),
        ({path: then for path, then in QUIET.items() if path != "minBillAmount"}, ["no-minimum"]),
        (QUIET | {"discountValue": 0, "minBillAmount": -1}, []),
        (PERCENT | {"minBillAmount": -1}, []),
        (QUIET | {"minBillAmount": -1, "validTillDate": PAST}, []),
    ],
    ids=[
        "percent at the figure",
        "percent above the figure",
        "percent a fraction above the figure",
        "an amount is no percent",
        "a percent that cannot be read",
        "percent of what is over",
        "exposure at the figure",
        "exposure above the figure",
        "exposure of what is over",
        "one of two limits is enough",
        "no limit on coupons",
        "no limit on uses",
        "a percent without a cap",
        "no limit on what is over",
        "amount below the minimum",
        "amount at the minimum",
        "amount above the minimum",
        "zero is no minimum",
        "minus one is no minimum",
        "a minimum that cannot be read",
        "no minimum at all",
        "nothing off needs no minimum",
        "a percent needs no minimum",
        "what is over needs no minimum",
    ],
)
def test_the_state_after_is_judged(state: Mapping[str, Any], expected: list[str]) -> None:
    assert expected == rules(case(state))


def test_a_block_is_about_what_is_and_a_warning_about_what_moves() -> None:
    much = PERCENT | {"discountValue": 99, "maxRedeem": -1, "maxCreate": -1}
    words = case(much | {"smsTemplate": "Bye"}, much, ISSUED)
    nothing = case(much, much, ISSUED)
    money = case(much | {"minBillAmount": 400}, much, ISSUED)

    assert ["max-percent"] == rules(words)
    assert ["max-percent"] == rules(nothing)
    assert ["max-percent", "unlimited-exposure"] == rules(money)
    assert ["max-percent", "unlimited-exposure"] == rules(case(much))


def test_a_create_moves_money_whatever_its_fields_do() -> None:
    made = replace(case(QUIET | {"minBillAmount": -1}), effects={})

    assert ["no-minimum"] == rules(made)


def test_a_series_is_not_over_at_its_last_moment() -> None:
    ends = {"validTillDate": "2026-09-02T00:00:00Z", "validTillDateTime": "2026-09-02T23:59:59Z"}
    made = case(PERCENT | ends | {"discountValue": 99})
    last = NOW.replace(hour=23, minute=59, second=59)

    assert ["max-percent"] == rules(replace(made, moment=last))
    assert [] == rules(replace(made, moment=last + timedelta(seconds=1)))


def test_a_rule_that_is_configured_moves_between_the_two() -> None:
    much = PERCENT | {"discountValue": 99, "maxRedeem": -1, "maxCreate": -1}
    words = case(much | {"smsTemplate": "Bye"}, much)
    rails = Guardrails(severity={"max-percent": WARN, "unlimited-exposure": BLOCK})

    assert ["unlimited-exposure"] == rules(words, rails)
    assert ["max-percent", "unlimited-exposure"] == rules(case(much), rails)


@pytest.mark.parametrize(
    ("rails", "state", "expected"),
    [
        (Guardrails(max_percent=99), PERCENT | {"discountValue": 99}, []),
        (Guardrails(max_percent=5), PERCENT, ["max-percent"]),
        (Guardrails(max_exposure=100_000), QUIET, []),
        (Guardrails(max_exposure=99_999), QUIET, ["max-exposure"]),
    ],
    ids=["more percent", "less percent", "exposure at it", "exposure above it"],
)
def test_the_figures_that_are_configured_count(
    rails: Guardrails, state: Mapping[str, Any], expected: list[str]
) -> None:
    assert expected == rules(case(state), rails)


@pytest.mark.parametrize(
    ("before", "moved", "counters", "expected"),
    [
        (QUIET, {"discountValue": 120}, ISSUED, ["retroactive-value"]),
        (PERCENT, {"discountUpto": 120}, ISSUED, ["retroactive-value"]),
        (QUIET, {"discountValue": 120}, Counters(), []),
        (QUIET, {"minBillAmount": 600}, ISSUED, []),
        (PERCENT | {"discountUpto": 0}, {"discountUpto": -1}, ISSUED, []),
        (
            PERCENT | {"discountUpto": 0},
            {"discountUpto": -1, "minBillAmount": 400},
            ISSUED,
            [],
        ),
        (PERCENT, {"discountValue": 19}, Counters(), []),
        (PERCENT | {"discountValue": 9}, {"discountValue": 89}, Counters(), []),
        (PERCENT | {"discountValue": 9}, {"discountValue": 90}, Counters(), [MAGNITUDE]),
        (PERCENT | {"discountValue": 9}, {"discountValue": 99}, Counters(), [MAGNITUDE]),
        (PERCENT | {"discountValue": 50}, {"discountValue": 5}, Counters(), [MAGNITUDE]),
        (PERCENT | {"discountValue": 50}, {"discountValue": 6}, Counters(), []),
        (QUIET, {"maxRedeem": 10_000}, Counters(), [MAGNITUDE]),
        (QUIET, {"maxRedeem": -1}, Counters(), []),
        (QUIET | {"maxRedeem": 0}, {"maxRedeem": 10}, Counters(), []),
        (QUIET | {"maxBillAmount": 2**53 - 1}, {"maxBillAmount": 1_000}, Counters(), []),
        (QUIET, {"minBillAmount": 5_000}, Counters(), [MAGNITUDE]),
        (QUIET | {"minBillAmount": -1}, {"minBillAmount": 500}, Counters(), []),
        (QUIET, {"minBillAmount": 0}, Counters(), []),
        (PERCENT | {"discountUpto": 10}, {"discountUpto": 100}, Counters(), [MAGNITUDE]),
        (QUIET | {"randomCodeLength": 1}, {"randomCodeLength": 10}, Counters(), []),
        (QUIET | {"maxRedeem": ["?", 1]}, {"maxRedeem": 10}, Counters(), []),
        (
            QUIET | {"validTillDate": PAST},
            {"validTillDate": "2027-01-01T00:00:00Z"},
            ISSUED,
            ["reactivates-expired"],
        ),
        (QUIET | {"validTillDate": PAST}, {"validTillDate": "2026-08-01T00:00:00Z"}, ISSUED, []),
        (QUIET, {"validTillDate": "2027-02-01T00:00:00Z"}, ISSUED, []),
        (
            QUIET,
            {"discountType": "PERC", "discountValue": 10},
            Counters(),
            [MAGNITUDE, "discount-type-changed"],
        ),
        (QUIET, {"discountOn": "ITEM"}, Counters(), []),
    ],
    ids=[
        "a value moves under issued coupons",
        "a cap moves under issued coupons",
        "nothing is issued yet",
        "a minimum is no value",
        "one way to say no cap to another",
        "the same beside a move of money",
        "less than twice",
        "a little below ten times",
        "ten times",
        "9 to 99",
        "a tenth",
        "a little above a tenth",
        "ten times a limit",
        "to no limit",
        "from no limit",
        "from no limit in 64 bits",
        "ten times a minimum",
        "from no minimum",
        "to no minimum",
        "ten times a cap",
        "ten times what is no money",
        "from what cannot be read",
        "over, then not",
        "over, then still",
        "never over",
        "another discountType",
        "another discountOn",
    ],
)
def test_what_moves_is_judged(
    before: Mapping[str, Any], moved: Mapping[str, Any], counters: Counters, expected: list[str]
) -> None:
    found = rules(case({**before, **moved}, before, counters))

    assert expected == [one for one in found if one in MOVING]


def test_an_adopt_is_judged_like_an_update_and_a_create_moves_nothing() -> None:
    update = case(QUIET | {"discountValue": 10}, QUIET, ISSUED)
    create = replace(update, action="create", before={})

    assert ["retroactive-value", "order-of-magnitude"] == rules(replace(update, action="adopt"))
    assert [] == rules(create)


def test_the_figure_is_what_an_allowance_has_to_reach() -> None:
    dear = PERCENT | {"discountValue": 99, "discountUpto": 20_000}

    assert [("max-percent", 99), ("max-exposure", 20_000_000)] == [
        (why.rule, why.figure) for why in value_guards(case(dear | {"maxBillAmount": -1}), DEFAULT)
    ]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([Effect.STRICTER], True),
        ([Effect.STRICTER, Effect.NARROWER, Effect.SHORTER, Effect.ENDS], True),
        ([Effect.STRICTER, Effect.GENEROUS], False),
        ([Effect.STRICTER, Effect.MESSAGING], False),
        ([Effect.NEUTRAL], False),
        ([], False),
    ],
    ids=["one", "all that tighten", "one that eases", "one of words", "neutral", "none"],
)
def test_a_change_is_purely_stricter_where_all_of_it_takes_away(
    found: list[Effect], expected: bool
) -> None:
    assert expected is purely_stricter(found)
