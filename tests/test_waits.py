"""An update never goes out on a reading that a wait has made old: others edit meanwhile."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from behind_the_wire import writes
from conftest import MINIMAL
from meanwhile import Meanwhile, applied, use_up, waiting
from scenes import LIVE, plan_of

from reconciler.sandbox import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.sandbox import Store

CHEAPER = MINIMAL.replace("Value: 500", "Value: 450")


@pytest.fixture(autouse=True)
def _the_same_jitter() -> None:
    random.seed(1)


NOT_TAKEN: dict[str, dict[str, Any]] = {
    "429 with seconds": {"status": 429, "retry_after": "120"},
    "429": {"status": 429},
    "503 with seconds": {"status": 503, "retry_after": "120"},
    "503": {"status": 503},
    "500": {"status": 500},
    "busy": {"kind": "error", "code": 748},
    "not saved": {"kind": "error", "code": 722},
    "timed out": {"kind": "stall"},
    "dropped": {"kind": "drop"},
}
TAKEN: dict[str, dict[str, Any]] = {
    "503 with seconds": {"status": 503, "retry_after": "120", "processed": True},
    "500": {"status": 500, "processed": True},
    "timed out": {"kind": "stall", "processed": True},
    "dropped": {"kind": "drop", "processed": True},
    "truncated": {"kind": "truncate"},
    "garbled": {"kind": "garble"},
}
OF_MONEY: dict[str, dict[str, Any]] = {
    "money that no file names": {"discountUpto": 77},
    "a limit that no file names": {"maxRedeem": 5},
    "a managed figure": {"discountValue": 900},
    "a managed text": {"smsTemplate": "edited in the UI"},
}
OF_WORDS: dict[str, dict[str, Any]] = {
    "a message": {"shortSMSTemplate": "edited in the UI"},
    "a note": {"info": "edited in the UI"},
}


def on_put(said: dict[str, Any]) -> Fault:
    return Fault(**{"kind": "status"} | said, method="PUT", calls=(1,))


@pytest.fixture
def time() -> Meanwhile:
    return Meanwhile()


@pytest.fixture
def waiter(store: Store, target: Target, time: Meanwhile) -> Iterator[Client]:
    with waiting(store, target, time) as opened:
        yield opened


@pytest.mark.parametrize("edited", OF_MONEY.values(), ids=OF_MONEY)
@pytest.mark.parametrize("said", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_moved_while_an_update_waited_for_its_next_attempt_is_left_alone(
    store: Store,
    waiter: Client,
    time: Meanwhile,
    desired: FromText,
    said: dict[str, Any],
    edited: dict[str, Any],
) -> None:
    series_id = store.ui_create(**LIVE)
    plan = plan_of(waiter, desired(CHEAPER))
    store.add_fault(on_put(said))
    time.then = lambda: store.ui_edit(series_id, **edited)
    before = store.row(series_id)

    found = applied(plan, waiter, time)

    ((name, value),) = edited.items()
    assert ("moved", ["PUT"]) == (found.status, writes(store))
    assert f"{name} was" in str(found.error)
    assert before | {name: value, "lastUsed": store.row(series_id)["lastUsed"]} == store.row(
        series_id
    )


@pytest.mark.parametrize("edited", OF_WORDS.values(), ids=OF_WORDS)
@pytest.mark.parametrize("said", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_no_plan_is_held_to_survives_an_update_that_goes_again(
    store: Store,
    waiter: Client,
    time: Meanwhile,
    desired: FromText,
    said: dict[str, Any],
    edited: dict[str, Any],
) -> None:
    series_id = store.ui_create(**LIVE)
    plan = plan_of(waiter, desired(CHEAPER))
    store.add_fault(on_put(said))
    time.then = lambda: store.ui_edit(series_id, **edited)

    found = applied(plan, waiter, time)

    assert ("done", ["PUT", "PUT"]) == (found.status, writes(store))
    assert {"discountValue": 450} | edited == {
        name: store.row(series_id)[name] for name in ("discountValue", *edited)
    }


@pytest.mark.parametrize("edited", (OF_MONEY | OF_WORDS).values(), ids=OF_MONEY | OF_WORDS)
@pytest.mark.parametrize("said", TAKEN.values(), ids=TAKEN)
def test_an_edit_over_an_update_whose_answer_is_lost_stays(
    store: Store,
    waiter: Client,
    time: Meanwhile,
    desired: FromText,
    said: dict[str, Any],
    edited: dict[str, Any],
) -> None:
    series_id = store.ui_create(**LIVE)
    plan = plan_of(waiter, desired(CHEAPER))
    store.add_fault(on_put(said))
    time.then = lambda: store.ui_edit(series_id, **edited)

    found = applied(plan, waiter, time)

    assert ["PUT"] == writes(store)
    assert {"discountValue": 450} | edited == {
        name: store.row(series_id)[name] for name in ({"discountValue": 0} | edited)
    }
    assert (edited in OF_WORDS.values()) == (found.status == "done")


# How many requests of this minute are left when the apply begins, of how many.
LEFT = {
    "the reading waits": (0, 4),
    "the update waits": (1, 4),
    "the update waits, at a slow pace": (1, 3),
}


@pytest.mark.parametrize("edited", OF_MONEY.values(), ids=OF_MONEY)
@pytest.mark.parametrize(("left", "pace"), LEFT.values(), ids=LEFT)
def test_what_moved_while_the_limit_held_an_update_back_is_left_alone(
    store: Store,
    target: Target,
    time: Meanwhile,
    desired: FromText,
    left: int,
    pace: int,
    edited: dict[str, Any],
) -> None:
    series_id = store.ui_create(**LIVE)
    with waiting(store, replace(target, requests_per_minute=pace), time) as client:
        plan = plan_of(client, desired(CHEAPER))
        use_up(client, pace, left)
        time.then = lambda: store.ui_edit(series_id, **edited)

        found = applied(plan, client, time)

    assert ("moved", []) == (found.status, writes(store))


@pytest.mark.parametrize("edited", OF_WORDS.values(), ids=OF_WORDS)
@pytest.mark.parametrize(("left", "pace"), LEFT.values(), ids=LEFT)
def test_what_no_plan_is_held_to_survives_an_update_that_the_limit_held_back(
    store: Store,
    target: Target,
    time: Meanwhile,
    desired: FromText,
    left: int,
    pace: int,
    edited: dict[str, Any],
) -> None:
    series_id = store.ui_create(**LIVE)
    with waiting(store, replace(target, requests_per_minute=pace), time) as client:
        plan = plan_of(client, desired(CHEAPER))
        use_up(client, pace, left)
        time.then = lambda: store.ui_edit(series_id, **edited)

        found = applied(plan, client, time)

    assert ("done", ["PUT"]) == (found.status, writes(store))
    assert {"discountValue": 450} | edited == {
        name: store.row(series_id)[name] for name in ("discountValue", *edited)
    }
