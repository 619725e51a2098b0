"""A create never goes out on a proof that a wait has made old: others create meanwhile."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from behind_the_wire import talking, writes
from conftest import MINIMAL
from meanwhile import DiedError, Meanwhile, Wire, applied, dies_at, use_up, waiting
from scenes import LIVE, plan_of

from reconciler.apply import execute
from reconciler.client import Client
from reconciler.config import sandbox_credentials
from reconciler.plan import claim_token
from reconciler.sandbox import Behaviour, Fault, Store
from reconciler.watch import NOTHING_SEEN, Seen, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import FromText

    from reconciler.config import Target

SECOND = MINIMAL.replace("APRIL100", "BPRIL200").replace("April 100", "B 200")
ELSE = LIVE | {"seriesCode": "OTHER", "description": "x"}  # what look-ups are tried on
ORPHAN = LIVE | {
    "seriesCode": "A1B2C3D4E5",
    "tag": claim_token("sandbox", "sandbox", "APRIL100"),
}
BY_OTHERS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "what the file says": (LIVE, {"already done", "moved", "blocked"}),
    "something else": (LIVE | {"discountValue": 70}, {"moved", "blocked"}),
    "the code in another case": (LIVE | {"seriesCode": "april100"}, {"moved", "blocked"}),
}
SAVED = [False, True]
PLANS = ["a fresh plan", "a saved plan"]


@pytest.fixture(autouse=True)
def _the_same_jitter() -> None:
    random.seed(1)


@pytest.fixture
def time() -> Meanwhile:
    return Meanwhile()


@pytest.fixture
def others(store: Store) -> Store:
    """The sandbox, with a series of somebody else."""
    store.ui_create(**ELSE)
    return store


@pytest.fixture
def waiter(others: Store, target: Target, time: Meanwhile) -> Iterator[Client]:
    with waiting(others, target, time) as opened:
        yield opened


def known(time: Meanwhile, *, saved: bool) -> Seen:
    """What an apply knows of a plan that was made just now, or was saved."""
    return NOTHING_SEEN if saved else Seen(absent_at=time.now, trusted=True)


def codes(store: Store) -> list[str]:
    return sorted(row["seriesCode"] for row in store.rows())


THROTTLED = Fault("status", method="POST", calls=(1,), status=429, retry_after="120")


@pytest.mark.parametrize("saved", SAVED, ids=PLANS)
@pytest.mark.parametrize(("made", "ends"), BY_OTHERS.values(), ids=BY_OTHERS)
def test_a_code_that_is_taken_while_a_create_is_throttled_is_not_created(
    others: Store,
    waiter: Client,
    time: Meanwhile,
    desired: FromText,
    made: dict[str, Any],
    ends: set[str],
    saved: bool,
) -> None:
    plan = plan_of(waiter, desired(MINIMAL))
    others.add_fault(THROTTLED)
    time.then = lambda: others.ui_create(**made)

    found = applied(plan, waiter, time, known(time, saved=saved))

    assert found.status in ends
    assert sorted([made["seriesCode"], "OTHER"]) == codes(others)
    assert ["POST"] == writes(others)
    assert {**made}.items() <= others.rows()[-1].items()


@pytest.mark.parametrize("saved", SAVED, ids=PLANS)
def test_what_another_run_left_behind_while_a_create_is_throttled_is_claimed(
    others: Store, waiter: Client, time: Meanwhile, desired: FromText, saved: bool
) -> None:
    plan = plan_of(waiter, desired(MINIMAL))
    others.add_fault(THROTTLED)
    left: list[int] = []
    time.then = lambda: left.append(others.ui_create(**ORPHAN))

    found = applied(plan, waiter, time, known(time, saved=saved))

    assert ("done", left) == (found.status, [found.id])
    assert (["APRIL100", "OTHER"], ["POST", "PUT"]) == (codes(others), writes(others))


@pytest.mark.parametrize("saved", SAVED, ids=PLANS)
def test_a_throttled_create_whose_code_stays_free_goes_again(
    others: Store, waiter: Client, time: Meanwhile, desired: FromText, saved: bool
) -> None:
    plan = plan_of(waiter, desired(MINIMAL))
    others.add_fault(THROTTLED)

    found = applied(plan, waiter, time, known(time, saved=saved))

    assert "done" == found.status
    assert (["APRIL100", "OTHER"], ["POST", "POST", "PUT"]) == (codes(others), writes(others))


@pytest.mark.parametrize("saved", SAVED, ids=PLANS)
@pytest.mark.parametrize("left", range(5), ids="{} requests are left of this minute".format)
@pytest.mark.parametrize("made", [LIVE, ORPHAN], ids=["the code", "an orphan"])
def test_a_code_that_is_taken_while_the_limit_holds_a_create_back_is_not_created(
    others: Store,
    target: Target,
    time: Meanwhile,
    desired: FromText,
    made: dict[str, Any],
    left: int,
    saved: bool,
) -> None:
    came: list[int] = []

    def come() -> None:
        """Somebody else is first, unless the create was sent before any wait."""
        if "POST" not in writes(others):
            came.append(others.ui_create(**made))

    with waiting(others, replace(target, requests_per_minute=8), time) as client:
        plan = plan_of(client, desired(MINIMAL))
        use_up(client, 8, left)
        time.then = come

        found = applied(plan, client, time, known(time, saved=saved))

    ends = {"done"} if made is ORPHAN or not came else {"already done", "moved", "blocked"}
    assert found.status in ends
    assert (["APRIL100", "OTHER"], not came) == (codes(others), "POST" in writes(others))


@pytest.mark.parametrize("saved", SAVED, ids=PLANS)
def test_a_code_that_is_taken_while_no_connection_is_made_is_not_created(
    others: Store, target: Target, time: Meanwhile, desired: FromText, saved: bool
) -> None:
    tries: list[str] = []

    def dead_line(request: httpx.Request) -> None:
        if request.method != "POST":
            return
        tries.append(request.method)
        if len(tries) == 1:
            others.ui_create(**LIVE)
            time.now += 40
            raise httpx.ConnectTimeout("nobody answers", request=request)

    who = sandbox_credentials()
    with Client(target, who, Wire(others, before=dead_line), clock=time.clock) as client:
        plan = plan_of(client, desired(MINIMAL))

        found = applied(plan, client, time, known(time, saved=saved))

    assert (["POST"], []) == (tries, writes(others))
    assert found.status in {"already done", "moved", "blocked"}


# Two creates, and another machine


def crowd(store: Store, target: Target, desired: FromText) -> Callable[[], None]:
    """Another machine creates the second code, and dies before it gives the series that code."""

    def make() -> None:
        files = desired(SECOND)
        with talking(target, Wire(store, before=dies_at("PUT"))) as other, suppress(DiedError):
            execute(plan_of(other, files), other)

    return make


BEHAVIOURS = {
    "lists that show all": Behaviour(),
    "lists without the tag": Behaviour(hides=("tag",)),
    "no API v1.1": Behaviour(v11="error"),
    "neither": Behaviour(hides=("tag",), v11="error"),
    "look-ups ignored": Behaviour(code_filter="ignored"),
    "expired series hidden": Behaviour(listing="hides-expired"),
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=BEHAVIOURS)
@pytest.mark.parametrize("seconds", [40.0, 4000.0])
@pytest.mark.parametrize("saved", SAVED, ids=PLANS)
def test_what_another_machine_left_behind_during_a_long_create_is_claimed(
    target: Target,
    time: Meanwhile,
    desired: FromText,
    saved: bool,
    seconds: float,
    behaviour: Behaviour,
) -> None:
    store = Store(":memory:", behaviour)
    store.ui_create(**ELSE)
    time.then = crowd(store, target, desired)

    def slow(request: httpx.Request) -> None:
        if request.method == "POST" and time.then is not None:
            time.now += seconds
            time.happen()

    who = sandbox_credentials()
    with store, Client(target, who, Wire(store, after=slow), clock=time.clock) as client:
        plan = plan_of(client, desired(MINIMAL, SECOND))

        ended = execute(plan, client, known(time, saved=saved), Watch(clock=time.time))

        assert ["done", "done"] == [one.status for one in ended]
        assert ["APRIL100", "BPRIL200", "OTHER"] == codes(store)
        assert 2 == writes(store).count("POST")
