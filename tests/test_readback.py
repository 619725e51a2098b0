"""Reading back after the writes: what differs is named, and who did it where that shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from behind_the_wire import Broken, talking
from conftest import MINIMAL
from scenes import LIVE, outcomes, plan_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from conftest import FromText

    from reconciler.config import Target
    from reconciler.report import Outcome
    from reconciler.sandbox import Store

CHEAPER = MINIMAL.replace("Value: 500", "Value: 400")


def after_the_put(
    store: Store, target: Target, desired: FromText, act: Callable[[int], None]
) -> Outcome:
    """Apply a cheaper discount; `act` happens between the answer and the read-back."""
    series_id = store.ui_create(**LIVE)

    def spoil(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method == "PUT":
            act(series_id)
        return response

    with talking(target, Broken(store, spoil)) as client:
        (found,) = outcomes(plan_of(client, desired(CHEAPER)), client)
    return found


def test_a_value_that_somebody_changed_meanwhile_is_named_as_theirs(
    store: Store, target: Target, desired: FromText
) -> None:
    found = after_the_put(store, target, desired, lambda one: store.ui_edit(one, discountValue=1))

    said = "discountValue should be 400 and is 1 (changed by someone else meanwhile)"
    assert ("not converged", said) == (found.status, found.error)


def test_money_that_no_file_names_is_read_back_too(
    store: Store, target: Target, desired: FromText
) -> None:
    found = after_the_put(store, target, desired, lambda one: store.ui_edit(one, maxRedeem=1))

    assert "not converged" == found.status
    assert "maxRedeem was -1 and is 1 (changed by someone else meanwhile)" == found.error


def test_somebody_elses_text_is_no_harm_and_is_noticed(
    store: Store, target: Target, desired: FromText
) -> None:
    found = after_the_put(store, target, desired, lambda one: store.ui_edit(one, info="x"))

    assert ("done", None, True) == (found.status, found.error, found.foreign)


def test_what_the_write_itself_rewrites_is_no_complaint(
    store: Store, target: Target, desired: FromText
) -> None:
    clock = {"redemptionValidFrom": "2030-01-01T10:23:17Z"}
    last = {"validTillDateTime": "2035-06-12T18:00:00Z"}
    store.ui_create(**LIVE | clock | last)
    with talking(target, Broken(store, lambda _, answer: answer)) as client:
        (found,) = outcomes(plan_of(client, desired(CHEAPER)), client)

    assert ("done", None) == (found.status, found.error)


@pytest.mark.parametrize("lags", [1, 3])
def test_a_reading_that_lags_behind_is_asked_for_again(
    store: Store, target: Target, desired: FromText, lags: int
) -> None:
    series_id = store.ui_create(**LIVE)
    old = store.row(series_id)
    left = [lags]
    written: list[bool] = []

    def behind(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method == "PUT":
            written.append(True)
        elif written and left[0]:
            left[0] -= 1
            response.read()
            return type(response)(200, json={"entity": [old]})
        return response

    with talking(target, Broken(store, behind)) as client:
        (found,) = outcomes(plan_of(client, desired(CHEAPER)), client)

    assert ("done", 0) == (found.status, left[0])


def test_a_reading_that_never_catches_up_is_told_as_such(
    store: Store, target: Target, desired: FromText
) -> None:
    series_id = store.ui_create(**LIVE)
    old = store.row(series_id)
    written: list[bool] = []

    def behind(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method == "PUT":
            written.append(True)
        elif written:
            response.read()
            return type(response)(200, json={"entity": [old]})
        return response

    with talking(target, Broken(store, behind)) as client:
        (found,) = outcomes(plan_of(client, desired(CHEAPER)), client)

    assert "not converged" == found.status
    assert str(found.error).endswith("and is 500 (live does not show the write yet)")


def test_all_that_was_written_is_read_back_at_once(
    store: Store, target: Target, desired: FromText
) -> None:
    texts = [MINIMAL.replace("APRIL100", f"C{at:02}") for at in range(20)]
    with talking(target, Broken(store, lambda _, answer: answer)) as client:
        plan = plan_of(client, desired(*texts))
        outcomes(plan, client)

    after = [call for call in store.requests() if call.method == "GET"][-1]
    assert 20 == after.query.count("ids=")
