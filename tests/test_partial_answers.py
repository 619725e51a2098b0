"""Answers after which a write may have happened: "some of it failed" (201), and a gateway's 408."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from behind_the_wire import Broken, talking, writes
from conftest import MINIMAL
from scenes import LIVE, outcomes, plan_of

from reconciler.sandbox import Fault, transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.sandbox import Store

    Spoil = Callable[[httpx.Request, httpx.Response], httpx.Response]

CHEAPER = MINIMAL.replace("Value: 500", "Value: 450")
ELSE = LIVE | {"seriesCode": "OTHER", "description": "x"}  # what look-ups are tried on
ANSWERS: dict[str, dict[str, Any]] = {
    "201 with a code that nobody knows": {"status": 201, "code": 1234},
    "201 with a bad store": {"status": 201, "code": 735},
    "201 with no such series": {"status": 201, "code": 707},
    "201 with a code that is taken": {"status": 201, "code": 752},
    "408": {"status": 408},
    "408 with seconds": {"status": 408, "retry_after": "40"},
}
CALLS: dict[str, tuple[int, ...] | None] = {"once": (1,), "every time": None}


@pytest.fixture(autouse=True)
def _the_same_jitter() -> None:
    random.seed(1)


@pytest.fixture
def others(store: Store) -> Store:
    """The sandbox, with a series of somebody else."""
    store.ui_create(**ELSE)
    return store


@pytest.fixture
def waiter(others: Store, target: Target) -> Iterator[Client]:
    with talking(target, transport(others)) as opened:
        yield opened


def codes(store: Store) -> list[str]:
    return sorted(row["seriesCode"] for row in store.rows())


@pytest.mark.parametrize("calls", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
def test_an_update_that_was_carried_out_all_the_same_is_done(
    others: Store,
    waiter: Client,
    desired: FromText,
    said: dict[str, Any],
    calls: tuple[int, ...] | None,
) -> None:
    series_id = others.ui_create(**LIVE)
    plan = plan_of(waiter, desired(CHEAPER))
    others.add_fault(Fault("status", method="PUT", calls=calls, processed=True, **said))

    (found,) = outcomes(plan, waiter)

    assert ("done", 450, ["PUT"]) == (
        found.status,
        others.row(series_id)["discountValue"],
        writes(others),
    )


@pytest.mark.parametrize("calls", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
def test_an_update_that_was_not_carried_out_is_never_said_to_be_done(
    others: Store,
    waiter: Client,
    desired: FromText,
    said: dict[str, Any],
    calls: tuple[int, ...] | None,
) -> None:
    series_id = others.ui_create(**LIVE)
    files = desired(CHEAPER)
    plan = plan_of(waiter, files)
    others.add_fault(Fault("status", method="PUT", calls=calls, **said))

    (found,) = outcomes(plan, waiter)

    done = others.row(series_id)["discountValue"] == 450
    assert found.status == ("done" if done else "unknown")
    others.clear_faults()
    again = plan_of(waiter, files)
    assert {"done"} >= {one.status for one in outcomes(again, waiter)}
    assert 450 == others.row(series_id)["discountValue"]


@pytest.mark.parametrize("calls", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
def test_a_create_that_was_carried_out_all_the_same_is_found_and_claimed(
    others: Store,
    waiter: Client,
    desired: FromText,
    said: dict[str, Any],
    calls: tuple[int, ...] | None,
) -> None:
    plan = plan_of(waiter, desired(MINIMAL))
    others.add_fault(Fault("status", method="POST", calls=calls, processed=True, **said))

    (found,) = outcomes(plan, waiter)

    assert "done" == found.status
    assert (["APRIL100", "OTHER"], ["POST", "PUT"]) == (codes(others), writes(others))


@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
def test_a_create_that_was_not_carried_out_is_not_sent_again_in_the_run(
    others: Store, waiter: Client, desired: FromText, said: dict[str, Any]
) -> None:
    files = desired(MINIMAL)
    plan = plan_of(waiter, files)
    others.add_fault(Fault("status", method="POST", calls=(1,), **said))

    (found,) = outcomes(plan, waiter)

    assert ("unknown", ["POST"]) == (found.status, writes(others))
    assert ["done"] == [one.status for one in outcomes(plan_of(waiter, files), waiter)]
    assert ["APRIL100", "OTHER"] == codes(others)


@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
def test_a_claim_that_was_carried_out_all_the_same_is_done(
    others: Store, waiter: Client, desired: FromText, said: dict[str, Any]
) -> None:
    plan = plan_of(waiter, desired(MINIMAL))
    others.add_fault(Fault("status", method="PUT", calls=(1,), processed=True, **said))

    (found,) = outcomes(plan, waiter)

    assert "done" == found.status
    assert (["APRIL100", "OTHER"], ["POST", "PUT"]) == (codes(others), writes(others))


def partly(method: str) -> Spoil:
    """The row, and beside it the word that some of it failed."""

    def spoil(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method != method:
            return response
        response.read()
        error = {"status": False, "code": 735, "message": "no such store"}
        return httpx.Response(201, json=response.json() | {"errors": [error]})

    return spoil


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("live", "text"), [(ELSE, MINIMAL), (LIVE, CHEAPER)], ids=["create", "update"]
)
def test_a_row_beside_the_errors_is_looked_at_again(
    store: Store,
    target: Target,
    desired: FromText,
    method: str,
    live: dict[str, Any],
    text: str,
) -> None:
    store.ui_create(**live)
    with talking(target, Broken(store, partly(method))) as client:
        plan = plan_of(client, desired(text))

        (found,) = outcomes(plan, client)

    assert ("done", 1) == (found.status, codes(store).count("APRIL100"))
    assert writes(store) == (["POST", "PUT"] if text is MINIMAL else ["PUT"])
