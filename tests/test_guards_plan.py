"""Which guardrails a set of changes hits as a whole; what only warns, and what is allowed."""

from __future__ import annotations

from datetime import date

import pytest

from reconciler.guardrails import DEFAULT, WARN, Guardrails
from reconciler.guards import settle
from reconciler.lifecycle import Allowance
from reconciler.planguards import Weight, plan_guards
from reconciler.reason import Blocked

TODAY = date(2026, 9, 2)


def weights(count: int, action: str = "update", *, strict: bool = False) -> list[Weight]:
    return [Weight(f"S{number}", action, strict, 0) for number in range(count)]


def dear(*increases: int, action: str = "create", strict: bool = False) -> list[Weight]:
    return [Weight("S", action, strict, increase) for increase in increases]


@pytest.mark.parametrize(
    ("counted", "managed", "expected"),
    [
        (weights(50), 1_000, []),
        (weights(51), 1_000, ["max-changes"]),
        (weights(51, "create"), 1_000, ["max-changes"]),
        (weights(51, strict=True), 1_000, []),
        (weights(3), 10, []),
        (weights(4), 10, ["max-changes-share"]),
        (weights(4, "adopt"), 10, ["max-changes-share"]),
        (weights(4, "create"), 10, []),
        (weights(4, strict=True), 10, []),
        (weights(9), 9, []),
        (weights(7), 100, []),
        (dear(60_000_000, 40_000_000), 0, []),
        (dear(60_000_000, 40_000_001), 0, ["max-plan-exposure"]),
        (dear(100_000_001, action="update"), 0, ["max-plan-exposure"]),
        ([], 0, []),
    ],
    ids=[
        "as many changes as may be",
        "one change more",
        "creates count as changes",
        "stricter ones do not",
        "a share at the figure",
        "a share above the figure",
        "adopts count in the share",
        "creates do not",
        "stricter ones neither",
        "no share of fewer than ten",
        "a small share",
        "the increase at the figure",
        "the increase above the figure",
        "the increase of one update",
        "nothing",
    ],
)
def test_a_set_is_judged_as_a_whole(
    counted: list[Weight], managed: int, expected: list[str]
) -> None:
    verdict = plan_guards(counted, managed, DEFAULT, TODAY)

    assert expected == [why.rule for why in verdict.blocked]
    assert () == (*verdict.warned, *verdict.allowed)


@pytest.mark.parametrize(
    ("share", "changed", "managed"), [(0.07, 7, 100), (0.29, 29, 100), (0.155, 31, 200)]
)
def test_a_share_exactly_at_the_figure_passes(share: float, changed: int, managed: int) -> None:
    rails = Guardrails(max_changes_share=share)

    assert () == plan_guards(weights(changed), managed, rails, TODAY).blocked
    (why,) = plan_guards(weights(changed + 1), managed, rails, TODAY).blocked
    assert f", {changed} of them; split" in why.message


def test_a_message_about_a_plan_says_what_the_limit_and_the_way_out() -> None:
    counted = [*weights(60), *dear(100_000_001)]
    found = plan_guards(counted, 190, DEFAULT, TODAY).blocked

    assert [
        (
            "61 series change and are not just made stricter, and the limit (max_changes) is 50;"
            " split them over several pull requests, or allow it in reconciler.toml before:"
            ' [[guardrails.allow]] rule = "max-changes", value = 61, reason = "WHY", until = DATE'
        ),
        (
            "60 of 190 managed series change (31.6%), and the limit (max_changes_share) is 30%,"
            " 57 of them; split them over several pull requests, or allow it in reconciler.toml"
            ' before: [[guardrails.allow]] rule = "max-changes-share", value = 0.32,'
            ' reason = "WHY", until = DATE'
        ),
        (
            "together they may cost 100,000,001 more at worst, and the limit for a plan"
            " (max_plan_exposure) is 100,000,000; split them over several pull requests, lower a"
            " discount or a limit, or allow it in reconciler.toml before:"
            ' [[guardrails.allow]] rule = "max-plan-exposure",'
            ' value = 100000001, reason = "WHY", until = DATE'
        ),
    ] == [why.message for why in found]


def test_the_value_that_a_message_names_would_pass() -> None:
    found = plan_guards([*weights(60), *dear(100_000_001)], 190, DEFAULT, TODAY).blocked
    values = {"max-changes": 61, "max-changes-share": 0.32, "max-plan-exposure": 100_000_001}
    allow = tuple(Allowance(rule, "agreed", TODAY, value) for rule, value in values.items())
    verdict = plan_guards([*weights(60), *dear(100_000_001)], 190, Guardrails(allow=allow), TODAY)

    assert sorted(values) == sorted(why.rule for why in found)
    assert sorted(values) == sorted(why.rule for why in verdict.allowed)
    assert () == verdict.blocked


def test_a_plan_rule_that_is_configured_only_warns() -> None:
    rails = Guardrails(severity={"max-changes": WARN})
    verdict = plan_guards(weights(51), 1_000, rails, TODAY)

    assert ((), ["max-changes"]) == (verdict.blocked, [why.rule for why in verdict.warned])


WHY = Blocked("max-percent", "too much", 70)


@pytest.mark.parametrize(
    ("value", "rails", "blocked", "warned", "allowed"),
    [
        (None, DEFAULT, "too much", "", ""),
        (70, DEFAULT, "", "", "allowed until 2026-12-01: agreed (too much)"),
        (
            69,
            DEFAULT,
            "too much; the allowance until 2026-12-01 goes up to 69% only",
            "",
            "",
        ),
        (69, Guardrails(severity={"max-percent": WARN}), "", "too much", ""),
        (
            70,
            Guardrails(severity={"max-percent": WARN}),
            "",
            "",
            "allowed until 2026-12-01: agreed (too much)",
        ),
    ],
    ids=["not allowed", "allowed", "allowed up to less", "a warning", "an allowed warning"],
)
def test_a_reason_blocks_warns_or_is_allowed(
    value: int | None, rails: Guardrails, blocked: str, warned: str, allowed: str
) -> None:
    given = Allowance("max-percent", "agreed", date(2026, 12, 1), value) if value else None
    verdict = settle([WHY], lambda _: given, rails)

    assert [blocked, warned, allowed] == [
        "".join(why.message for why in part)
        for part in (verdict.blocked, verdict.warned, verdict.allowed)
    ]
    assert {70} == {
        why.figure for part in (verdict.blocked, verdict.warned, verdict.allowed) for why in part
    }


def test_an_allowance_of_a_share_that_is_too_small_says_so_in_percents() -> None:
    allow = (Allowance("max-changes-share", "agreed", TODAY, 0.35),)
    (why,) = plan_guards(weights(4), 10, Guardrails(allow=allow), TODAY).blocked

    assert why.message.endswith("; the allowance until 2026-09-02 goes up to 35% only")
