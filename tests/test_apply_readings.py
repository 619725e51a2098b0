"""The readings around a write: before it, after it, and when they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from behind_the_wire import Broken, forgetful, talking, writes
from conftest import MINIMAL, applied, planned
from faketime import FakeTime
from meanwhile import Wire

from reconciler.apply import execute
from reconciler.client import Client
from reconciler.config import sandbox_credentials
from reconciler.watch import Seen, Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import FromText

    from reconciler.config import Target
    from reconciler.sandbox import Store


def aging(store: Store, target: Target, time: FakeTime, seconds: float, reads: int) -> Client:
    """A client whose first so many reads by id are so old once they are here."""
    left = [seconds] * reads

    def age(request: httpx.Request) -> None:
        if b"ids=" in request.url.query and left:
            time.now += left.pop()

    return Client(target, sandbox_credentials(), Wire(store, after=age), clock=time.clock)


@pytest.mark.parametrize(("seconds", "again"), [(31.0, 1), (29.0, 0)])
def test_a_reading_that_is_older_than_30_seconds_is_read_again(
    client: Client,
    store: Store,
    target: Target,
    desired: FromText,
    seconds: float,
    again: int,
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL + "minBillAmount: 5\n"))
    time, so_far = FakeTime(), writes(store)

    with aging(store, target, time, seconds, 1) as other:
        (found,) = execute(plan, other, watch=Watch(clock=time.time))

        assert ("done", 5) == (found.status, store.rows()[0]["minBillAmount"])
        assert {"read": 1 + again + 1, "write": 1} == other.requests.counted()
    assert [*so_far, "PUT"] == writes(store)


def test_nothing_is_written_while_every_reading_is_too_old_once_it_is_here(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL + "minBillAmount: 5\n"))
    time, so_far = FakeTime(), writes(store)

    with aging(store, target, time, 31, 1000) as other:
        (found,) = execute(plan, other, watch=Watch(clock=time.time))

        assert {"read": 2 + 5, "write": 0} == other.requests.counted()
    assert ("failed", True) == (found.status, "was read too long ago" in str(found.error))
    assert so_far == writes(store)


def test_a_code_that_was_asked_for_long_ago_is_asked_for_again(
    client: Client, store: Store, desired: FromText
) -> None:
    plan = planned(client, desired(MINIMAL))
    store.ui_create(seriesCode="APRIL100")

    (found,) = execute(plan, client, Seen(absent_at=0.0), Watch(clock=lambda: 31.0))

    assert ("moved", []) == (found.status, writes(store))


def unreadable(store: Store, error: Callable[[httpx.Request], httpx.Response]) -> Broken:
    """The sandbox, where rows cannot be read by id."""

    def spoil(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if b"ids=" not in request.url.query:
            return response
        response.close()
        return error(request)

    return Broken(store, spoil)


def test_what_cannot_be_read_again_is_not_attempted_and_creates_go_on(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(
        client, desired(MINIMAL + "minBillAmount: 5\n", MINIMAL.replace("APRIL100", "MAY100"))
    )

    def busy(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(503, json={})

    with talking(target, unreadable(store, busy)) as other:
        ended = {one.code: one.status for one in execute(plan, other)}

    assert ended == {"APRIL100": "not attempted", "MAY100": "done"}


def test_a_target_that_is_gone_when_it_is_read_again_ends_the_run(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(
        client, desired(MINIMAL + "minBillAmount: 5\n", MINIMAL.replace("APRIL100", "MAY100"))
    )
    so_far = writes(store)

    def refused_connection(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with talking(target, unreadable(store, refused_connection)) as other:
        ended = {one.status for one in execute(plan, other)}

    assert (ended, writes(store)) == ({"not attempted"}, so_far)


def test_a_series_that_is_gone_when_it_is_read_again_has_moved(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL + "minBillAmount: 5\n"))
    store.reset()

    (found,) = execute(plan, client)

    assert ("moved", "no series with id" in str(found.error)) == (found.status, True)


def test_a_series_that_is_gone_after_its_write_has_not_converged(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL + "minBillAmount: 5\n"))

    def vanish(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method == "PUT":
            store.reset()
        return response

    with talking(target, Broken(store, vanish)) as other:
        (found,) = execute(plan, other)

    assert ("not converged", "live does not show it any more") == (found.status, found.error)


@pytest.mark.parametrize(
    ("shows", "ends"), [(True, "done"), (False, "not converged")], ids=["shown", "not shown"]
)
def test_a_read_back_that_fails_turns_only_what_the_answer_left_open(
    client: Client, store: Store, target: Target, desired: FromText, shows: bool, ends: str
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL + "minBillAmount: 5\n"))
    written: list[bool] = []

    def deaf_afterwards(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method == "PUT":
            written.append(True)
            response.read()
            body = response.json() | ({} if shows else {"minBillAmount": -1})
            return httpx.Response(200, json=body)
        if written:
            response.close()
            return httpx.Response(500, json={})
        return response

    with talking(target, Broken(store, deaf_afterwards)) as other:
        (found,) = execute(plan, other)

    assert ends == found.status


@pytest.mark.parametrize("readable", [True, False], ids=["old values", "no answer"])
def test_an_update_that_may_still_happen_is_unknown(
    client: Client, store: Store, target: Target, desired: FromText, readable: bool
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL + "minBillAmount: 5\n"))
    sent: list[bool] = []

    class Late(Broken):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "PUT":
                sent.append(True)
                raise httpx.ReadTimeout("no answer", request=request)
            if sent and not readable:
                return httpx.Response(500, json={})
            return super().handle_request(request)

    with talking(target, Late(store, lambda _, answer: answer)) as other:
        (found,) = execute(plan, other)

    assert found.status == "unknown"
    assert store.rows()[0]["minBillAmount"] == -1


def test_a_done_write_that_could_not_be_read_back_says_so(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL + "minBillAmount: 5\n"))
    written: list[bool] = []

    def deaf_afterwards(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method == "PUT":
            written.append(True)
        elif written:
            response.close()
            return httpx.Response(500, json={})
        return response

    with talking(target, Broken(store, deaf_afterwards)) as other:
        (found,) = execute(plan, other)

    assert ("done", "could not be read back" in str(found.error)) == (found.status, True)


def test_a_write_whose_answer_shows_otherwise_is_never_told_as_done(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL + "minBillAmount: 5\n"))

    heard: list[str] = []
    with talking(target, Broken(store, forgetful)) as other:
        execute(plan, other, watch=Watch(tell=lambda one: heard.append(one.status)))

    assert heard == ["not converged"]


def test_an_answer_that_lags_behind_is_done_once_the_read_back_shows_it(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL + "minBillAmount: 5\n"))

    def late(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method != "PUT":
            return response
        response.read()
        return httpx.Response(200, json=response.json() | {"minBillAmount": -1})

    with talking(target, Broken(store, late)) as other:
        (found,) = execute(plan, other)

    assert (found.status, found.error) == ("done", None)
