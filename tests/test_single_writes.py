"""A write is one attempt: it goes while it is due, and what a half-failed one did stays open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from faketime import FakeTime
from wire import OAUTH, Scripted, by_id, client, refusal, row, token

from reconciler.errors import ApiError, StaleReadingError
from reconciler.retries import never_arrived

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.client import Client
    from reconciler.connection import Due

    Send = Callable[[Client, Due], object]

WRITES: dict[str, Send] = {
    "create": lambda api, due: api.create({}, due),
    "update": lambda api, due: api.update(7, {}, due),
}
writes = pytest.mark.parametrize("send", WRITES.values(), ids=WRITES)


class Asked:
    """Says whether a write is due, answer by answer; remembers when it was asked."""

    def __init__(self, time: FakeTime, answers: list[bool]) -> None:
        self.time, self.answers = time, answers
        self.at: list[float] = []

    def __call__(self) -> bool:
        self.at.append(self.time.now)
        return self.answers.pop(0)


@writes
def test_a_write_that_is_not_due_any_more_sends_nothing_and_counts_none(send: Send) -> None:
    wire = Scripted()
    with client(wire) as api:
        with pytest.raises(StaleReadingError, match="was read too long ago") as caught:
            send(api, lambda: False)
        assert {"read": 0, "write": 0} == api.requests.counted()

    assert [] == wire.requests
    assert (True, True) == (caught.value.transient, never_arrived(caught.value))


@writes
def test_a_write_that_is_never_due_is_given_up_after_five_attempts_without_a_wait(
    send: Send,
) -> None:
    wire, time = Scripted(), FakeTime()
    due = Asked(time, [False] * 5)
    with client(wire, clock=time.clock) as api:
        with pytest.raises(StaleReadingError):
            api.persist(lambda: send(api, due), never_arrived)
        assert {"read": 0, "write": 0} == api.requests.counted()

    assert ([1000.0] * 5, []) == (due.at, wire.requests)


@writes
def test_a_write_that_is_due_again_goes_at_once(send: Send) -> None:
    wire, time = Scripted(httpx.Response(200, json=row(7))), FakeTime()
    due = Asked(time, [False, True])
    with client(wire, clock=time.clock) as api:
        api.persist(lambda: send(api, due), never_arrived)
        assert {"read": 0, "write": 1} == api.requests.counted()

    assert [1000.0, 1000.0] == due.at


def test_attempts_that_were_not_due_count_among_those_that_failed() -> None:
    wire, time = Scripted(*(httpx.Response(429) for _ in range(3))), FakeTime()
    due = Asked(time, [True, False, True, False, True])
    with client(wire, clock=time.clock) as api:
        with pytest.raises(ApiError) as caught:
            api.persist(lambda: api.create({}, due), never_arrived)
        assert {"read": 0, "write": 3} == api.requests.counted()

    assert (429, []) == (caught.value.status, due.answers)


@writes
def test_whether_a_write_is_due_is_asked_when_its_turn_has_come(send: Send) -> None:
    time = FakeTime()
    due = Asked(time, [False])
    with client(by_id, clock=time.clock, per_minute=2) as api:
        api.by_ids([1])
        api.by_ids([2])
        with pytest.raises(StaleReadingError, match="was not sent"):
            send(api, due)

    assert [1060.5] == due.at == [1000 + sum(time.slept)]


@writes
def test_whether_a_write_is_due_is_asked_after_the_wait_for_its_token(send: Send) -> None:
    time = FakeTime()
    wire = Scripted(token("one", 60), by_id(httpx.Request("GET", "/?ids=1")), token("two", 60))
    due = Asked(time, [False])
    with client(wire, OAUTH, clock=time.clock, per_minute=2) as api:
        api.by_ids([1])
        with pytest.raises(StaleReadingError):
            send(api, due)
        assert {"read": 1, "write": 0, "sign_in": 2} == api.requests.counted()

    assert [time.now] == due.at > [1060.5]


@writes
def test_a_write_whose_token_was_refused_goes_again_only_while_it_is_due(send: Send) -> None:
    wire, time = Scripted(token("one"), refusal(401, "over", 401), token("two")), FakeTime()
    due = Asked(time, [True, False])
    with client(wire, OAUTH, clock=time.clock) as api:
        with pytest.raises(StaleReadingError):
            send(api, due)
        assert {"read": 0, "write": 1, "sign_in": 2} == api.requests.counted()

    assert ([], []) == (due.answers, wire.answers)


@writes
@pytest.mark.parametrize("code", [501, 502, 707, 729, 748, 751, 752, 1000, 4711])
def test_a_write_of_which_some_failed_may_have_happened_whatever_the_code(
    code: int, send: Send
) -> None:
    wire = Scripted(refusal(code, status=201))
    with client(wire) as api, pytest.raises(ApiError) as caught:
        api.persist(lambda: send(api, lambda: True), never_arrived)

    assert (True, False) == (caught.value.may_have_happened, never_arrived(caught.value))
    assert [] == wire.answers


def test_a_201_without_errors_is_an_answer() -> None:
    with client(Scripted(httpx.Response(201, json=row(7)))) as api:
        made = api.create({}).row

    assert 7 == (made and made.id)
