"""What is in force: which rules block, which allowance counts, what two say differently."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from reconciler.guardrails import (
    ALWAYS,
    BLOCK,
    DEFAULT,
    PLAN_RULES,
    RULES,
    WARN,
    WARNING,
    Guardrails,
    percent,
)
from reconciler.lifecycle import ALLOWABLE, NOT_ALLOWABLE, Allowance

TODAY = date(2026, 9, 2)
LAST = date(2026, 12, 1)
ONE = Allowance("max-changes", "yearly tidying, agreed with finance", LAST, 120, 7)


def test_the_figures_of_the_design_are_the_defaults() -> None:
    assert (60, 50, 0.30, 10_000_000, 100_000_000) == (
        DEFAULT.max_percent,
        DEFAULT.max_changes,
        DEFAULT.max_changes_share,
        DEFAULT.max_exposure,
        DEFAULT.max_plan_exposure,
    )


def test_every_rule_is_known_once_and_passed_in_one_way() -> None:
    assert len(RULES) == len(set(RULES))
    assert set(RULES) == {*ALLOWABLE, *NOT_ALLOWABLE, *ALWAYS}
    assert not set(ALWAYS) & {*ALLOWABLE, *PLAN_RULES}
    assert set(ALLOWABLE) > WARNING


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_blocks_or_warns_by_default_and_otherwise_as_configured(rule: str) -> None:
    expected = rule in {
        "retroactive-value",
        "order-of-magnitude",
        "unlimited-exposure",
        "reactivates-expired",
        "discount-type-changed",
        "no-minimum",
    }

    assert expected is DEFAULT.warns(rule)
    assert Guardrails(severity={rule: WARN}).warns(rule)
    assert not Guardrails(severity={rule: BLOCK}).warns(rule)


def test_a_rule_that_nobody_configures_blocks() -> None:
    assert not DEFAULT.warns("percent")


def test_it_can_be_a_key_and_equals_what_says_the_same() -> None:
    rails = [Guardrails(severity={"no-minimum": BLOCK}, allow=(ONE,)) for _ in range(2)]

    assert 1 == len(set(rails))


def test_an_allowance_counts_on_its_last_day_and_for_its_rule_alone() -> None:
    rails = Guardrails(allow=(ONE,))

    assert ONE == rails.allows("max-changes", LAST)
    assert rails.allows("max-changes", LAST + timedelta(days=1)) is None
    assert rails.allows("max-plan-exposure", TODAY) is None


def test_of_several_allowances_the_one_that_goes_furthest_counts() -> None:
    narrow, wide = replace(ONE, value=60), replace(ONE, value=200, until=TODAY)
    rails = Guardrails(allow=(narrow, wide, ONE))

    assert wide == rails.allows("max-changes", TODAY)
    assert ONE == rails.allows("max-changes", TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("value", "figure", "expected"),
    [(70, 70, True), (70, 70.5, False), (70, 69, True), (70, None, True), (None, 99, True)],
    ids=["at it", "above it", "below it", "a rule without a figure", "no value"],
)
def test_an_allowance_reaches_up_to_its_value(
    value: int | None, figure: float | None, expected: bool
) -> None:
    assert expected is replace(ONE, value=value).reaches(figure)


def test_equal_configurations_differ_in_nothing() -> None:
    spelled = Guardrails(severity={"max-percent": BLOCK, "no-minimum": WARN})

    assert () == DEFAULT.differences(spelled)
    assert () == Guardrails(allow=(ONE,)).differences(Guardrails(allow=(replace(ONE, line=9),)))


def test_every_difference_is_told_with_both_sides() -> None:
    longer, other = replace(ONE, value=300), replace(ONE, rule="max-plan-exposure", value=5)
    here = Guardrails(severity={"max-percent": WARN, "no-minimum": BLOCK}, allow=(ONE, other))
    there = Guardrails(70, 51, 0.5, 1, 2, {"no-minimum": BLOCK}, (longer,))

    assert (
        ("max_percent", 60, 70),
        ("max_changes", 50, 51),
        ("max_changes_share", 0.30, 0.5),
        ("max_exposure", 10_000_000, 1),
        ("max_plan_exposure", 100_000_000, 2),
        ("rules.max-percent", WARN, BLOCK),
        ("allow.max-changes", ONE.as_json(), longer.as_json()),
        ("allow.max-plan-exposure", other.as_json(), None),
    ) == here.differences(there)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.3, "30%"), (0.305, "30.5%"), (1, "100%"), (0.07, "7%"), (0.0001, "0.01%")],
)
def test_a_share_is_a_percent_in_words(share: float, expected: str) -> None:
    assert expected == percent(share)
