"""Which calls go again, how often, and how long they wait. Waiting takes no time here."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from faketime import FakeTime
from wire import OAUTH, Scripted, by_id, client, refusal, token

from reconciler.errors import (
    ApiError,
    BusyError,
    ConnectionLostError,
    GarbledAnswerError,
    NotSavedError,
    ServerFaultError,
    SignInError,
    ThrottledError,
    TimedOutError,
    UnreachableError,
)
from reconciler.limiter import Limiter
from reconciler.retries import Retries, never_arrived, transient
from reconciler.signin import TOKEN_PATH

if TYPE_CHECKING:
    from wire import Answer

    from reconciler.client import Client, Created

Fault = Callable[[], httpx.Response]


def answered(status: int, text: str = "", **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: httpx.Response(status, text=text, headers=named)


def coded(code: int) -> Fault:
    return lambda: refusal(code)


def broken(kind: type[httpx.TransportError]) -> Fault:
    def fail() -> httpx.Response:
        raise kind("broken")

    return fail


# By name: the fault, its error, and whether a write certainly did not arrive.
PASSING: dict[str, tuple[Fault, type[ApiError], bool]] = {
    "429": (answered(429), ThrottledError, True),
    "refused": (broken(httpx.ConnectError), UnreachableError, True),
    "no way there": (broken(httpx.ConnectTimeout), UnreachableError, True),
    "408": (answered(408), TimedOutError, False),
    "500": (answered(500), ServerFaultError, False),
    "502": (answered(502), ServerFaultError, False),
    "503": (answered(503), BusyError, False),
    "504": (answered(504), ServerFaultError, False),
    "722": (coded(722), NotSavedError, False),
    "730": (coded(730), ServerFaultError, False),
    "744": (coded(744), NotSavedError, False),
    "748": (coded(748), BusyError, False),
    "798": (coded(798), BusyError, False),
    "time-out": (broken(httpx.ReadTimeout), TimedOutError, False),
    "broken connection": (broken(httpx.ReadError), ConnectionLostError, False),
    "server went away": (broken(httpx.RemoteProtocolError), ConnectionLostError, False),
    "garbled": (answered(200, '{"id": 5'), GarbledAnswerError, False),
}
LASTING: dict[str, Fault] = {
    **{str(status): answered(status) for status in (302, 400, 401, 403, 404, 409, 418)},
    **{f"code {code}": coded(code) for code in (502, 707, 712, 729, 751, 752, 755, 1000, 4711)},
    "another shape": answered(200, "{}"),
}
passing = pytest.mark.parametrize(("fault", "kind", "arrives_not"), PASSING.values(), ids=PASSING)
lasting = pytest.mark.parametrize("fault", LASTING.values(), ids=LASTING)


def persistent(api: Client) -> Created:
    """A create as an apply sends it: again only where it certainly did not arrive."""
    return api.persist(lambda: api.create({}), never_arrived)


class Wire:
    """Fails so many times, then answers; remembers when each request came."""

    def __init__(self, fault: Fault, times: int = 1000, then: Answer = by_id) -> None:
        self.fault, self.left, self.then = fault, times, then
        self.time = FakeTime()
        self.came: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.came.append(self.time.now)
        if self.left:
            self.left -= 1
            return self.fault()
        return self.then(request)

    def client(self, note: Callable[[str, int], None] | None = None) -> Any:  # noqa: ANN401 - as wire has it
        return client(self, note=note, clock=self.time.clock)


@passing
def test_a_read_is_tried_five_times_within_twenty_seconds(
    fault: Fault, kind: type[ApiError], *, arrives_not: bool
) -> None:
    wire = Wire(fault)
    with wire.client() as api:
        with pytest.raises(ApiError) as caught:
            api.by_ids([1])
        assert {"read": 5, "write": 0} == api.requests.counted()

    assert (kind, 5) == (type(caught.value), len(wire.came))
    assert 0 < sum(wire.time.slept) <= 20


@passing
@pytest.mark.parametrize("times", [1, 4])
def test_a_read_that_fails_for_now_is_answered(
    fault: Fault, kind: type[ApiError], times: int, *, arrives_not: bool
) -> None:
    wire = Wire(fault, times)
    with wire.client() as api:
        assert [1] == list(api.by_ids([1]))
        assert times + 1 == api.requests.read


@lasting
@pytest.mark.parametrize("call", ["by_code", "create", "update"])
def test_what_lasts_is_asked_once(fault: Fault, call: str) -> None:
    wire = Wire(fault)
    with wire.client() as api, suppress(ApiError):  # to a look-up, no such series is an answer
        if call == "by_code":
            api.by_code("A")
        elif call == "create":
            persistent(api)
        else:
            api.persist(lambda: api.update(5, {}))

    assert (1, []) == (len(wire.came), wire.time.slept)


@passing
def test_a_create_is_sent_again_only_where_it_certainly_did_not_arrive(
    fault: Fault, kind: type[ApiError], *, arrives_not: bool
) -> None:
    wire = Wire(fault)
    with wire.client() as api, pytest.raises(kind) as caught:
        persistent(api)

    assert (5 if arrives_not else 1) == len(wire.came)
    assert arrives_not is not caught.value.may_have_happened
    assert sum(wire.time.slept) <= 20


@pytest.mark.parametrize("call", ["create", "update"])
@passing
def test_a_write_is_never_sent_again_by_itself(
    fault: Fault, kind: type[ApiError], call: str, *, arrives_not: bool
) -> None:
    wire = Wire(fault)
    with wire.client() as api:
        with pytest.raises(kind):
            api.create({}) if call == "create" else api.update(5, {})
        assert {"read": 0, "write": 1} == api.requests.counted()

    assert [] == wire.time.slept


@passing
@pytest.mark.parametrize("call", ["read", "create"])
def test_a_sign_in_is_tried_five_times_within_twenty_seconds(
    fault: Fault, kind: type[ApiError], call: str, *, arrives_not: bool
) -> None:
    wire = Wire(fault)
    with client(wire, OAUTH, clock=wire.time.clock) as api:
        expected = UnreachableError if kind is UnreachableError else SignInError
        with pytest.raises(expected) as caught:
            api.by_ids([1]) if call == "read" else persistent(api)
        assert {"read": 0, "write": 0, "sign_in": 5} == api.requests.counted()

    assert not caught.value.may_have_happened
    assert sum(wire.time.slept) <= 20


@passing
def test_a_sign_in_that_fails_for_now_goes_on_to_the_call(
    fault: Fault, kind: type[ApiError], *, arrives_not: bool
) -> None:
    def then(request: httpx.Request) -> httpx.Response:
        return token("good") if request.url.path == TOKEN_PATH else by_id(request)

    wire = Wire(fault, 4, then)
    with client(wire, OAUTH, clock=wire.time.clock) as api:
        assert [1] == list(api.by_ids([1]))
        assert {"read": 1, "write": 0, "sign_in": 5} == api.requests.counted()


@lasting
def test_a_sign_in_that_is_refused_is_asked_once(fault: Fault) -> None:
    wire = Wire(fault)
    with client(wire, OAUTH, clock=wire.time.clock) as api, pytest.raises(SignInError):
        api.by_ids([1])

    assert (1, []) == (len(wire.came), wire.time.slept)


@pytest.mark.parametrize("kind", [ServerFaultError, BusyError, ThrottledError, TimedOutError])
def test_waits_are_full_jitter_below_a_bound_that_doubles(kind: type[ApiError]) -> None:
    random.seed(20260301)
    waits: list[list[float]] = [[], [], [], []]
    for _ in range(300):
        time = FakeTime()
        limiter = Limiter(None, time.clock)
        came: list[float] = []

        def call(
            limiter: Limiter = limiter, came: list[float] = came, time: FakeTime = time
        ) -> None:
            limiter.wait()
            came.append(time.now)
            raise kind("no")

        with pytest.raises(kind):
            Retries(limiter, time.clock, lambda _text, _level: None).run(call, transient)
        for number, wait in enumerate(waits):
            wait.append(came[number + 1] - came[number])

    for bound, wait in zip((1, 2, 4, 8), waits, strict=True):
        assert 0 <= min(wait) < bound * 0.05
        assert bound * 0.95 < max(wait) <= bound
        assert bound * 0.4 < sum(wait) / len(wait) < bound * 0.6


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("7", 7), ("120", 120), ("300", 300), ("Sun, 01 Mar 2026 10:02:00 GMT", 120)],
)
def test_what_the_api_asks_for_is_waited_whatever_it_adds_up_to(
    asked: str, seconds: float, status: int
) -> None:
    date = "Sun, 01 Mar 2026 10:00:00 GMT"
    wire = Wire(answered(status, Retry_After=asked, Date=date), 4)
    with wire.client() as api:
        api.by_ids([1])

    assert [1000 + seconds * number for number in range(5)] == pytest.approx(wire.came)


@pytest.mark.parametrize("asked", ["0", "Sun, 01 Mar 2020 10:00:00 GMT", "soon", "-1"])
def test_a_wait_of_nothing_is_no_leave_to_hurry(asked: str) -> None:
    random.seed(1)
    wire = Wire(answered(503, Retry_After=asked))
    with wire.client() as api, pytest.raises(BusyError):
        api.by_ids([1])

    assert 5 == len(set(wire.came))
    assert sum(wire.time.slept) <= 20


@pytest.mark.parametrize("asked", ["301", "86400", "Sun, 01 Mar 2026 12:00:00 GMT"])
def test_who_asks_for_more_than_a_run_waits_is_left_at_once(asked: str) -> None:
    calls: tuple[Callable[[Client], object], ...] = (lambda api: api.by_code("A"), persistent)
    for call in calls:
        date = "Sun, 01 Mar 2026 10:00:00 GMT"
        wire = Wire(answered(429, Retry_After=asked, Date=date))
        with (
            wire.client() as api,
            pytest.raises(ThrottledError, match=r"left alone for [\d,]+ s, and a run waits at"),
        ):
            call(api)
        assert (1, []) == (len(wire.came), wire.time.slept)


def test_a_sign_in_says_how_long_it_wants_to_be_left_alone() -> None:
    wire = Wire(answered(429, Retry_After="900"))
    with (
        client(wire, OAUTH, clock=wire.time.clock) as api,
        pytest.raises(SignInError, match="left alone for 900 s"),
    ):
        api.by_ids([1])
    assert 1 == len(wire.came)


@pytest.mark.parametrize("status", [429, 503])
def test_everybody_waits_for_what_one_call_was_told(status: int) -> None:
    time = FakeTime()
    came: list[float] = []
    told = [refusal(status, "slow", status, {"Retry-After": "30"})]

    def answer(request: httpx.Request) -> httpx.Response:
        came.append(time.now)
        return told.pop() if told else by_id(request)

    with client(answer, clock=time.clock) as api:
        with pytest.raises((BusyError, ThrottledError)):
            api.persist(lambda: api.update(5, {}), lambda _error: False)
        api.by_ids(range(1, 401))

    assert [1000.0] + [1030.0] * 8 == came[:1] + sorted(came[1:])


def test_a_create_that_is_not_sent_again_still_holds_everybody() -> None:
    wire = Wire(answered(503, Retry_After="30"), 1)
    with wire.client() as api:
        with pytest.raises(BusyError):
            persistent(api)
        api.by_ids([1])

    assert [1000.0, 1030.0] == wire.came


def test_each_failed_attempt_is_told_on_asking() -> None:
    heard: list[tuple[str, int]] = []
    wire = Wire(answered(500), 2)
    with wire.client(lambda text, level: heard.append((text, level))) as api:
        api.by_ids([1])

    told = [text for text, level in heard if level == 1]
    assert ["attempt 1 of 5 failed", "attempt 2 of 5 failed"] == [text[:21] for text in told]


def test_a_wait_for_the_api_is_told_without_asking() -> None:
    heard: list[tuple[str, int]] = []
    wire = Wire(answered(429, Retry_After="12"), 1)
    with wire.client(lambda text, level: heard.append((text, level))) as api:
        api.by_ids([1])

    assert ("waiting 12 s: eu asks for fewer requests", 0) in heard


def test_a_bug_is_not_tried_again() -> None:
    api = Scripted()
    with client(api) as opened, pytest.raises(IndexError):
        opened.by_ids([1])  # finds no answer: a mistake of this test

    assert len(api.requests) == 1
