"""What follows from a saved plan's values is worked out anew, and is as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from conftest import UTC
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judged import MOMENT, QUIET_LIVE, SEVENTY, TODAY, UNLIMITED, allowing
from pullrequest import HIGHER, named
from scenes import plan_of, rules

from reconciler.change import Aside
from reconciler.effect import Effect
from reconciler.errors import RefusedError
from reconciler.exposure import Counters, Exposure
from reconciler.guardrails import PLAN_RULES, RULES, WARNING, Guardrails
from reconciler.lifecycle import Allowance
from reconciler.planfile import from_json
from reconciler.planjson import to_json
from reconciler.reason import Blocked

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import FromText

    from reconciler.change import Change
    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.plan import Plan
    from reconciler.sandbox import Store


def saved(plan: Plan) -> Any:  # noqa: ANN401 - JSON
    return json.loads(json.dumps(to_json(plan)))


def read(document: object, target: Target) -> Plan:
    return from_json(json.dumps(document), target, MOMENT)


# A plan that somebody edited

CRAFTED: dict[str, Callable[[Any], object]] = {
    "another effect": lambda it: it["fields"][0].update(effect="stricter"),
    "no effect": lambda it: it["fields"][0].update(effect=None),
    "not retroactive": lambda it: it["fields"][0].update(retroactive=False),
    "another exposure": lambda it: it["exposure"].update(before=1, after=2),
    "a bounded exposure": lambda it: it["exposure"].update(after=0),
    "no warnings": lambda it: it.update(warnings=[]),
    "other warnings": lambda it: it.update(warnings=["[retroactive-value] nothing to see"]),
    "allowed more": lambda it: it["allowed"].append({"rule": "max-percent", "message": "fine"}),
    "nothing allowed": lambda it: it.update(allowed=[]),
    "nothing blocked": lambda it: it.update(blocked=[]),
    "blocked for another reason": lambda it: it.update(
        blocked=[{"rule": "no-minimum", "message": "x"}]
    ),
}


@pytest.mark.parametrize("edit", CRAFTED.values(), ids=CRAFTED)
def test_what_follows_from_the_values_is_worked_out_anew(
    client: Client,
    store: Store,
    desired: FromText,
    target: Target,
    edit: Callable[[Any], object],
) -> None:
    store.ui_create(**QUIET_LIVE | {"numIssued": 3, "discountValue": 9})
    wild = UNLIMITED.replace("Value: 10", "Value: 99")
    lifecycle = allowing(wild, "order-of-magnitude")
    plan = plan_of(client, desired(lifecycle))
    assert (["max-percent"], 1, 1) == (
        rules(plan.changes[0]),
        len(plan.changes[0].allowed),
        len(plan.changes[0].warned),
    )
    document = saved(plan)
    edit(document["changes"][0])
    assert document != saved(plan)

    assert plan == read(document, target)


# Reading it back gives the equal value

_WORDS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=9)
_AMOUNTS = st.one_of(st.none(), st.integers(0, 10**18))
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-1, 10**12), st.floats(0, 1), _WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(_WORDS, inner, max_size=2)
    ),
    max_leaves=3,
)
_REASONS = st.lists(st.builds(Blocked, st.sampled_from(RULES), _WORDS), max_size=2).map(tuple)
_ASIDES = st.builds(
    Aside,
    kind=_WORDS,
    code=st.one_of(st.just(""), _WORDS),
    file=_WORDS,
    line=st.integers(1, 99),
    path=st.one_of(st.none(), _WORDS),
    before=_VALUES,
    after=_VALUES,
    effect=st.sampled_from([one.value for one in Effect]),
    exposure=st.builds(Exposure, _AMOUNTS, _AMOUNTS),
    blocked=_REASONS,
    warned=_REASONS,
    allowed=_REASONS,
)
_CHANGED = st.fixed_dictionaries(
    {
        "owned": st.sampled_from([True, False, None]),
        "counters": st.builds(Counters, *[st.integers(0, 10**9)] * 3),
        "warnings": st.lists(_WORDS, max_size=2).map(tuple),
        "file": _WORDS,
        "line": st.integers(1, 99),
    }
)
_RAILS = st.builds(
    Guardrails,
    max_percent=st.sampled_from([5, 60, 99]),
    max_changes=st.integers(1, 3),
    max_exposure=st.sampled_from([10, 10**9]),
    max_plan_exposure=st.sampled_from([10, 10**9]),
    severity=st.dictionaries(
        st.sampled_from([*WARNING, "max-percent", *PLAN_RULES]),
        st.sampled_from(["warn", "block"]),
        max_size=3,
    ),
    allow=st.sampled_from([(), (Allowance("max-changes", "agreed", TODAY, 9),)]),
)


def counted(change: Change) -> dict[str, Any]:
    """Nobody has counted anything of a series that is not there yet."""
    return {"counters": Counters()} if change.action == "create" else {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    asides=st.lists(_ASIDES, max_size=3),
    edits=st.lists(_CHANGED, min_size=3, max_size=3),
    rails=_RAILS,
    by=st.dictionaries(st.sampled_from(["max-percent", "max-changes"]), _WORDS),
    managed=st.integers(0, 20),
)
def test_any_plan_is_read_back_as_it_was(
    three: Plan,
    target: Target,
    asides: list[Aside],
    edits: list[dict[str, Any]],
    rails: Guardrails,
    by: dict[str, str],
    managed: int,
) -> None:
    changes = [
        replace(one, **edit | counted(one)).judged(UTC, MOMENT, rails)
        for one, edit in zip(three.changes, edits, strict=True)
    ]
    plan = replace(
        three, against="b" * 40, asides=tuple(asides), managed=managed, changes=tuple(changes)
    ).guarded(rails, TODAY)
    credited = [
        replace(one, given={why.rule: by[why.rule] for why in one.allowed if why.rule in by})
        for one in plan.changes
    ]
    plan = replace(plan, changes=tuple(credited))

    again = read(saved(plan), replace(target, guardrails=rails))

    assert plan == again
    assert json.dumps(to_json(plan)) == json.dumps(to_json(again))


@pytest.fixture
def three(client: Client, store: Store, desired: FromText) -> Plan:
    """An update, an allowed create and one without a limit."""
    store.ui_create(**QUIET_LIVE)
    allowed = named("A", allowing(SEVENTY, "max-percent", more="value: 70, "))
    return plan_of(client, desired(HIGHER, allowed, named("B", UNLIMITED)))


def test_a_create_that_something_was_counted_of_is_refused(three: Plan, target: Target) -> None:
    """Redemptions are taken off what it may cost, and the digest does not hold them."""
    document = saved(three)
    document["changes"][0]["redeemed"] = 10_000

    with pytest.raises(RefusedError, match="was edited"):
        read(document, target)


def test_a_warning_that_reads_like_a_guards_is_kept(three: Plan, target: Target) -> None:
    said = "[no-minimum] B: discountValue is ignored: live has 20, the file 10"
    first, *others = three.changes
    plan = replace(three, changes=(replace(first, warnings=(said,)), *others))

    assert (said,) == read(saved(plan), target).changes[0].warnings
