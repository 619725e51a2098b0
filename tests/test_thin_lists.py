"""Lists that do not show `tag`: what a broken run left behind is found all the same."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from behind_the_wire import talking, writes
from conftest import MINIMAL
from meanwhile import DiedError, Wire, dies_at
from scenes import LIVE, NOW, carried_out, plan_of, rules

from reconciler.apply import execute
from reconciler.planfile import from_json
from reconciler.planjson import to_json
from reconciler.sandbox import Behaviour, Fault, Store, transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.plan import Plan

EDITED = MINIMAL.replace("description: April 100", "description: April one hundred")
ELSE = LIVE | {"seriesCode": "OTHER", "description": "x"}  # what look-ups are tried on
THIN = Behaviour(hides=("tag",))
LOST = Fault("drop", method="POST", calls=(1,), processed=True)


@pytest.fixture
def thin() -> Iterator[Store]:
    """A sandbox whose lists show no tag, with a series of somebody else."""
    with Store(":memory:", THIN) as opened:
        opened.ui_create(**ELSE)
        yield opened


@pytest.fixture
def thinly(thin: Store, target: Target) -> Iterator[Client]:
    with talking(target, transport(thin)) as opened:
        yield opened


def codes(store: Store) -> list[str]:
    return sorted(row["seriesCode"] for row in store.rows())


def dies_before_its_claim(plan: Plan, store: Store, target: Target) -> None:
    with talking(target, Wire(store, before=dies_at("PUT"))) as client, suppress(DiedError):
        execute(plan, client)


def test_a_create_whose_answer_is_lost_is_found_in_the_same_run(
    thin: Store, thinly: Client, desired: FromText
) -> None:
    plan = plan_of(thinly, desired(MINIMAL))
    thin.add_fault(LOST)

    assert {"APRIL100": "done"} == carried_out(plan, thinly)

    assert (["APRIL100", "OTHER"], ["POST", "PUT"]) == (codes(thin), writes(thin))


@pytest.mark.parametrize("text", [MINIMAL, EDITED], ids=["as it was", "edited"])
def test_the_next_run_adopts_what_a_run_that_died_left_behind(
    thin: Store, thinly: Client, target: Target, desired: FromText, text: str
) -> None:
    dies_before_its_claim(plan_of(thinly, desired(MINIMAL)), thin, target)
    (left,) = [row["id"] for row in thin.rows() if row["seriesCode"] != "OTHER"]

    plan = plan_of(thinly, desired(text))

    (change,) = plan.changes
    assert ("adopt", left, []) == (change.action, change.id, rules(change))
    assert {"APRIL100": "done"} == carried_out(plan, thinly)
    assert (["APRIL100", "OTHER"], ["POST", "PUT"]) == (codes(thin), writes(thin))


@pytest.mark.parametrize("text", [MINIMAL, EDITED], ids=["as it was", "edited"])
def test_a_saved_plan_claims_what_a_run_that_died_left_behind(
    thin: Store, thinly: Client, target: Target, desired: FromText, text: str
) -> None:
    saved = json.dumps(to_json(plan_of(thinly, desired(text))))
    dies_before_its_claim(plan_of(thinly, desired(MINIMAL)), thin, target)

    plan = from_json(saved, target, datetime.fromisoformat(NOW))

    assert {"APRIL100": "done"} == carried_out(plan, thinly)
    assert (["APRIL100", "OTHER"], ["POST", "PUT"]) == (codes(thin), writes(thin))


# What it costs

MANY, SPEAKING = 120, 90
MADE_LONG_AGO = {"createdOn": "2020-01-01T00:00:00Z"}


def crowded(behaviour: Behaviour) -> Store:
    """Many series with codes that the server may have made up, and many that people wrote to."""
    store = Store(":memory:", behaviour)
    with store.transaction():
        for number in range(MANY):
            store.ui_create(**ELSE | {"seriesCode": f"Gen{number:07}"})
        for number in range(SPEAKING):
            store.ui_create(**ELSE | {"seriesCode": f"BY-HAND-{number:03}"} | MADE_LONG_AGO)
        store.ui_create(**LIVE)
    return store


def batches(store: Store) -> list[set[str]]:
    """The ids that each read by id asked for."""
    queries = [parse_qs(call.query) for call in store.requests()]
    return [set(query["ids"]) for query in queries if "ids" in query]


def test_a_run_that_creates_reads_what_may_be_its_own_in_batches(
    target: Target, desired: FromText
) -> None:
    with crowded(THIN) as store, talking(target, transport(store)) as client:
        plan = plan_of(client, desired(MINIMAL, MINIMAL.replace("APRIL100", "MAY100")))
        made_up = {str(row["id"]) for row in store.rows() if row["seriesCode"].startswith("Gen")}

        read = batches(store)
        assert (["MAY100"], 3) == ([change.code for change in plan.changes], len(read))
        assert made_up == set.union(*read)
        total = len(store.requests())

        assert {"MAY100": "done"} == carried_out(plan, client)
        assert len(store.requests()) - total <= total + 5


def test_a_run_that_creates_nothing_reads_none_of_them(target: Target, desired: FromText) -> None:
    with crowded(THIN) as store, talking(target, transport(store)) as client:
        plan = plan_of(client, desired(MINIMAL.replace("Value: 500", "Value: 450")))
        (ours,) = [{str(row["id"])} for row in store.rows() if row["seriesCode"] == "APRIL100"]

        assert {"APRIL100": "done"} == carried_out(plan, client)

        assert ours == set.union(*batches(store))


def test_lists_that_show_the_tag_need_no_reading_by_id(target: Target, desired: FromText) -> None:
    with crowded(Behaviour()) as store, talking(target, transport(store)) as client:
        plan = plan_of(client, desired(MINIMAL, MINIMAL.replace("APRIL100", "MAY100")))

        assert (["create"], []) == ([change.action for change in plan.changes], batches(store))
