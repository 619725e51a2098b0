"""Guards over a whole plan: what counts, what is blocked by them, and what goes on all the same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from judged import MOMENT, QUIET_LIVE, TODAY
from pullrequest import HIGHER, QUIET, TYPO, named
from scenes import carried_out, plan_of, rules

from reconciler.guardrails import DEFAULT, Guardrails
from reconciler.lifecycle import Allowance
from reconciler.planfile import from_json
from reconciler.planjson import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conftest import FromText

    from reconciler.change import Change
    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.plan import Plan
    from reconciler.sandbox import Store

LOWER = QUIET.replace("Value: 10", "Value: 9")
FEW = Guardrails(max_changes=2)


def codes(count: int) -> list[str]:
    return [f"S{number:02}" for number in range(count)]


def live(store: Store, count: int) -> None:
    for code in codes(count):
        store.ui_create(**QUIET_LIVE | {"seriesCode": code})


def found(plan: Plan) -> set[tuple[str, ...]]:
    """What blocks the changes, in any order."""
    return {tuple(rules(change)) for change in plan.changes}


def blocked(plan: Plan) -> list[str]:
    return [change.code for change in plan.blocked]


@pytest.fixture
def four(client: Client, store: Store, desired: FromText) -> Plan:
    """Three creates, and an update that is purely stricter."""
    store.ui_create(**QUIET_LIVE)
    return plan_of(client, desired(LOWER, *(named(code) for code in ("A", "B", "C"))))


# How many


@pytest.mark.parametrize(
    ("count", "expected", "status"),
    [(50, (), "done"), (51, ("max-changes",), "blocked")],
    ids=["as many creates as may be", "one create more"],
)
def test_too_many_creates_are_blocked_all_together(
    client: Client, desired: FromText, count: int, expected: tuple[str, ...], status: str
) -> None:
    plan = plan_of(client, desired(*(named(code) for code in codes(count))))

    assert {expected} == found(plan)
    if count > DEFAULT.max_changes:
        assert {status} == set(carried_out(plan, client).values())


def test_what_is_purely_stricter_does_not_count_and_still_runs(
    client: Client, store: Store, four: Plan
) -> None:
    plan = four.guarded(FEW, TODAY)

    assert ["A", "B", "C"] == blocked(plan)
    assert {"A": "blocked", "B": "blocked", "C": "blocked", "DIWALI": "done"} == carried_out(
        plan, client
    )
    assert [] == blocked(four.guarded(replace(FEW, max_changes=3), TODAY))


def test_many_series_are_ended_at_once(client: Client, store: Store, desired: FromText) -> None:
    live(store, 60)
    text = QUIET.replace("2035-06-12", "2025-06-12")

    plan = plan_of(client, desired(*(named(code, text) for code in codes(60))))

    assert {()} == found(plan)
    assert {"ends"} == {one.effect for change in plan.changes for one in change.fields}


def test_what_is_blocked_by_itself_does_not_count(client: Client, desired: FromText) -> None:
    plan = plan_of(client, desired(named("A"), named("B"), named("C", TYPO)))

    assert ["C"] == blocked(plan.guarded(FEW, TODAY))


# How large a share


@pytest.mark.parametrize(
    ("managed", "changed", "expected"),
    [
        (10, 3, set()),
        (10, 4, {("max-changes-share",)}),
        (9, 9, set()),
    ],
    ids=["at the share", "above the share", "of fewer than ten"],
)
def test_a_share_of_the_managed_series_counts_from_ten_on(
    client: Client,
    store: Store,
    desired: FromText,
    managed: int,
    changed: int,
    expected: set[tuple[str, ...]],
) -> None:
    live(store, managed)
    names = codes(managed)
    texts = [named(code, HIGHER) for code in names[:changed]]

    plan = plan_of(client, desired(*texts, *(named(code) for code in names[changed:])))

    assert (managed, expected or {()}) == (plan.managed, found(plan))


def test_creates_are_no_share_and_are_not_managed_yet(
    client: Client, store: Store, desired: FromText
) -> None:
    live(store, 10)
    texts = [named(code, HIGHER) for code in codes(3)] + [named(code) for code in codes(20)[3:]]

    plan = plan_of(client, desired(*texts))

    assert (10, 13, {()}) == (plan.managed, len(plan.changes), found(plan))


def test_adopts_are_part_of_the_share(client: Client, store: Store, desired: FromText) -> None:
    live(store, 10)
    ids = [store.ui_create(**QUIET_LIVE | {"seriesCode": f"OLD{number}"}) for number in range(5)]
    claims = [f"{named(f'NEW{one}')}lifecycle: {{adopt: {one}}}\n" for one in ids]

    plan = plan_of(client, desired(*(named(code) for code in codes(10)), *claims))

    assert (15, {("max-changes-share",)}) == (plan.managed, found(plan))


# How much


def test_the_summed_increase_counts_with_creates(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**QUIET_LIVE)
    dearer = QUIET.replace("Upto: 100", "Upto: 150")
    plan = plan_of(client, desired(dearer, named("A")))  # 50,000 and 100,000 more

    at, below = (Guardrails(max_plan_exposure=most) for most in (150_000, 149_999))

    assert {()} == found(plan.guarded(at, TODAY))
    assert {("max-plan-exposure",)} == found(plan.guarded(below, TODAY))


def test_what_takes_away_makes_no_room_for_what_gives(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**QUIET_LIVE)
    plan = plan_of(client, desired(QUIET.replace("Upto: 100", "Upto: 1"), named("A")))

    again = plan.guarded(Guardrails(max_plan_exposure=99_999), TODAY)

    assert ["A"] == blocked(again)


def test_a_plan_that_may_cost_too_much_holds_up_what_costs_more_and_nothing_else(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**QUIET_LIVE)
    plan = plan_of(client, desired(QUIET.replace("smsTemplate: Hi", "smsTemplate: Ho"), named("A")))

    again = plan.guarded(Guardrails(max_plan_exposure=99_999), TODAY)

    assert ["A"] == blocked(again)


def test_a_share_that_is_too_large_holds_up_no_create(
    client: Client, store: Store, desired: FromText
) -> None:
    live(store, 10)
    texts = [named(code, QUIET.replace("Value: 10", "Value: 11")) for code in codes(10)]
    plan = plan_of(client, desired(*texts, named("NEW")))

    again = plan.guarded(Guardrails(), TODAY)

    assert {"max-changes-share"} == {why.rule for one in again.changes for why in one.blocked}
    assert "NEW" not in blocked(again)


# What is allowed, what only warns


def test_an_allowance_of_the_configuration_passes_and_says_why(four: Plan) -> None:
    allow = Allowance("max-changes", "yearly tidying", TODAY, 3)
    plan = four.guarded(replace(FEW, allow=(allow,)), TODAY)
    over = four.guarded(replace(FEW, allow=(allow,)), TODAY + timedelta(days=1))
    short = four.guarded(replace(FEW, max_changes=1, allow=(replace(allow, value=2),)), TODAY)

    assert [[], ["A", "B", "C"], ["A", "B", "C"]] == [blocked(one) for one in (plan, over, short)]
    whys = [why.message for change in plan.changes for why in change.allowed]
    said = f"allowed until {TODAY}: yearly tidying (3 series change"
    assert [True] * 3 == [why.startswith(said) for why in whys]


def test_a_plan_guard_may_only_warn(four: Plan) -> None:
    plan = four.guarded(replace(FEW, severity={"max-changes": "warn"}), TODAY)

    assert [] == plan.blocked
    assert [["max-changes"]] * 3 + [[]] == [
        [why.rule for why in change.warned] for change in plan.changes
    ]


def test_guarding_again_says_nothing_twice(four: Plan) -> None:
    once = four.guarded(FEW, TODAY)

    assert once == once.guarded(FEW, TODAY)
    assert four == once.guarded(DEFAULT, TODAY)


# What a pull request owns


def test_only_what_is_owned_counts_and_only_that_is_blocked(four: Plan) -> None:
    a, b, c, diwali = four.changes
    other = replace(a, owned=False)
    mine = [replace(one, owned=True) for one in (b, c, diwali)]

    assert [] == blocked(replace(four, changes=(other, *mine)).guarded(FEW, TODAY))
    assert ["B", "C"] == blocked(
        replace(four, changes=(other, *mine)).guarded(Guardrails(max_changes=1), TODAY)
    )


# Reviewed sets


def chosen(changes: Sequence[Change], *names: str) -> set[str]:
    return {change.digest for change in changes if change.code in names}


@pytest.fixture
def sixty(client: Client, desired: FromText) -> Plan:
    """As many creates."""
    plan = plan_of(client, desired(*(named(code) for code in codes(60))))
    assert 60 == len(plan.blocked)
    return plan


def test_two_sets_of_thirty_pass_and_one_of_sixty_does_not(sixty: Plan) -> None:
    digests = [change.digest for change in sixty.changes]

    apart = sixty.reviewed([set(digests[:30]), set(digests[30:])], DEFAULT, TODAY)
    together = sixty.reviewed([set(digests)], DEFAULT, TODAY)

    assert ({()}, {("max-changes",)}) == (found(apart), found(together))


def test_what_nobody_reviewed_does_not_count(sixty: Plan) -> None:
    digests = {change.digest for change in sixty.changes[:50]}

    held = sixty.reviewed([digests], DEFAULT, TODAY)

    assert [()] * 50 + [("not-reviewed",)] * 10 == [tuple(rules(one)) for one in held.changes]


SETS: dict[str, tuple[list[str], list[str]]] = {
    "apart": (["AB", "C"], []),
    "all in one": (["ABC"], ["A", "B", "C"]),
    "one of a set that is too large in a small one, too": (["ABC", "B"], ["A", "C"]),
    "the other way round": (["B", "ABC"], ["A", "C"]),
    "two that overlap": (["AB", "BC"], []),
    "too large twice": (["ABC", "ABC"], ["A", "B", "C"]),
    "one left out": (["AB"], ["C"]),
    "an empty one": (["AB", "C", ""], []),
    "none": ([], ["A", "B", "C"]),
}


@pytest.mark.parametrize(("sets", "expected"), SETS.values(), ids=SETS)
def test_each_set_is_judged_alone_and_one_that_passes_is_enough(
    four: Plan, sets: list[str], expected: list[str]
) -> None:
    named_sets = [chosen(four.changes, *names, "DIWALI") for names in sets] or [set[str]()]

    held = four.reviewed(named_sets, FEW, TODAY)

    assert expected == [code for code in blocked(held) if code != "DIWALI"]
    assert all(len(change.blocked) <= 1 for change in held.changes)


@pytest.mark.parametrize(
    "edit",
    [lambda _: None, lambda it: it.update(owned=False), lambda it: it.update(owned=True)],
    ids=["as it is", "not owned", "owned"],
)
def test_a_review_of_a_saved_plan_does_not_ask_what_it_says_is_owned(
    four: Plan, target: Target, edit: Callable[[Any], object]
) -> None:
    document = json.loads(json.dumps(to_json(four)))
    for change in document["changes"]:
        edit(change)
    digests = {change.digest for change in four.changes}

    read = from_json(json.dumps(document), replace(target, guardrails=FEW), MOMENT)

    assert ["A", "B", "C"] == blocked(read.reviewed([digests], FEW, TODAY))
