"""How many requests start in a minute."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from faketime import FakeTime, SharedTime
from hypothesis import example, given
from hypothesis import strategies as st
from wire import by_id, client

from reconciler.limiter import WINDOW, Clock, Limiter


def most_in_a_minute(starts: list[float]) -> int:
    return max(sum(start <= one <= start + 60 for one in starts) for start in starts)


def test_without_a_limit_nobody_waits() -> None:
    clock = FakeTime()
    limiter = Limiter(None, clock.clock)

    for _ in range(1000):
        limiter.wait()

    assert [] == clock.slept


@pytest.mark.parametrize("limit", [1, 7, 600])
@pytest.mark.parametrize("pace", [0.0, 0.03, 3.0])
def test_any_minute_has_no_more_starts_than_allowed(limit: int, pace: float) -> None:
    clock = FakeTime()
    limiter = Limiter(limit, clock.clock)
    starts = []
    for _ in range(limit * 3 + 2):
        limiter.wait()
        starts.append(clock.now)
        clock.now += pace

    assert min(limit, int(60 / pace) + 1 if pace else limit) == most_in_a_minute(starts)


def test_a_limit_is_used_up_before_anybody_waits() -> None:
    clock = FakeTime()
    limiter = Limiter(5, clock.clock)

    for _ in range(5):
        limiter.wait()
    assert [] == clock.slept
    limiter.wait()

    assert 1 == len(clock.slept)
    assert 60 <= clock.slept[0] <= 61


def test_a_nap_that_ends_early_is_continued() -> None:
    clock = FakeTime()
    limiter = Limiter(1, Clock(clock.time, lambda seconds: clock.sleep(seconds / 2 + 0.01)))

    limiter.wait()
    limiter.wait()

    assert len(clock.slept) > 1
    assert 1060 <= clock.now <= 1062


def test_threads_share_one_limit() -> None:
    clock = FakeTime()
    limiter = Limiter(10, clock.clock)
    starts: list[float] = []

    def start(_number: int) -> None:
        limiter.wait()
        starts.append(clock.now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(10)))
    assert (10, []) == (len(starts), clock.slept)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(1)))

    assert starts[-1] - starts[0] > 60


def test_real_time_is_the_default() -> None:
    limiter = Limiter(2)

    limiter.wait()
    limiter.wait()


def test_nobody_starts_while_the_api_wants_to_be_left_alone() -> None:
    clock = FakeTime()
    limiter = Limiter(None, clock.clock)

    limiter.hold(30)
    limiter.wait()
    limiter.wait()

    assert (1030.0, [30.0]) == (clock.now, clock.slept)


def test_of_two_holds_the_one_that_ends_later_counts() -> None:
    clock = FakeTime()
    limiter = Limiter(None, clock.clock)

    limiter.hold(30)
    limiter.hold(5)
    limiter.wait()

    assert 1030.0 == clock.now


def test_a_hold_that_is_over_holds_nobody() -> None:
    clock = FakeTime()
    limiter = Limiter(None, clock.clock)
    limiter.hold(30)
    clock.now += 30
    limiter.wait()

    assert [] == clock.slept


def test_a_hold_that_comes_while_somebody_waits_is_kept() -> None:
    clock = FakeTime()

    def sleep(seconds: float) -> None:
        if not clock.slept:
            limiter.hold(100)
        clock.sleep(seconds)

    limiter = Limiter(None, Clock(clock.time, sleep))
    limiter.hold(10)
    limiter.wait()

    assert 1100.0 == clock.now


def test_after_a_hold_the_limit_still_holds() -> None:
    clock = FakeTime()
    limiter = Limiter(3, clock.clock)
    starts = []
    for number in range(12):
        if number % 4 == 1:
            limiter.hold(20)
        limiter.wait()
        starts.append(clock.now)

    assert 3 == most_in_a_minute(starts)


def test_each_wait_is_told_with_its_reason() -> None:
    clock = FakeTime()
    told: list[tuple[float, bool]] = []
    limiter = Limiter(1, clock.clock, lambda seconds, asked: told.append((seconds, asked)))

    limiter.wait()
    limiter.hold(5)
    limiter.wait()

    assert [(5.0, True), (55.5, False)] == told


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_threads_that_wait_together_keep_to_one_limit(limit: int) -> None:
    shared = SharedTime(5)
    limiter = Limiter(limit, shared.clock)
    starts: list[float] = []

    def work() -> None:
        for number in range(4):
            limiter.wait()
            starts.append(shared.now)
            if number == 1:
                limiter.hold(2)
        shared.done()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (20, limit) == (len(starts), most_in_a_minute(starts))


@pytest.mark.parametrize(
    ("started", "limit", "learnt"),
    [(31, None, 30), (31, 600, 30), (31, 30, 29), (20, 600, None), (1, 600, None)],
    ids=["without a limit", "below ours", "just below ours", "too few to tell", "the first"],
)
def test_a_refusal_teaches_what_a_target_takes(
    started: int, limit: int | None, learnt: int | None
) -> None:
    clock = FakeTime()
    limiter = Limiter(limit, clock.clock)
    for _ in range(min(started, limit or started)):
        limiter.wait()

    assert learnt == limiter.learn()


def test_a_target_that_takes_less_than_configured_is_heeded() -> None:
    clock = FakeTime()
    starts: list[float] = []

    def answer(_request: httpx.Request) -> httpx.Response:
        if sum(one > clock.now - 60 for one in starts) >= 40:
            return httpx.Response(429)
        starts.append(clock.now)
        return by_id(httpx.Request("GET", "https://api.test?ids=1"))

    heard: list[str] = []
    with client(answer, note=lambda text, _level: heard.append(text), clock=clock.clock) as api:
        for _ in range(130):
            api.by_ids([1])

    assert (130, 40) == (len(starts), most_in_a_minute(starts))
    assert [1] == [sum("requests_per_minute = 40" in said for said in heard)]


def test_a_turn_that_was_not_taken_is_given_back() -> None:
    clock = FakeTime()
    limiter = Limiter(2, clock.clock)
    turns = [limiter.wait() for _ in range(2)]

    limiter.give_back(turns[1])
    limiter.wait()

    assert [] == clock.slept


def test_of_several_turns_the_one_that_was_not_taken_is_given_back() -> None:
    clock = FakeTime()
    limiter = Limiter(2, clock.clock)
    first = limiter.wait()
    clock.now += 30
    limiter.wait()

    limiter.give_back(first)
    limiter.wait()
    limiter.wait()

    assert [WINDOW] == clock.slept  # until the second is over, which did start


@given(st.floats(0, 1e9), st.integers(-3, 3))
@example(2043.2926374654155, 0)
def test_however_times_are_rounded_each_start_has_its_window(start: float, nudges: int) -> None:
    clock = FakeTime()
    clock.now = start
    limiter = Limiter(1, clock.clock)
    limiter.wait()
    clock.now = start + WINDOW
    for _ in range(abs(nudges)):
        clock.now = math.nextafter(clock.now, math.copysign(math.inf, nudges))

    second = limiter.wait()

    assert second >= start + WINDOW
    assert limiter.wait() >= second + WINDOW
