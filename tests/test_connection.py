"""The limit, the token and the clock, as one connection keeps them over all of its calls."""

from __future__ import annotations

import random
import threading
import time
from email.utils import formatdate
from typing import TYPE_CHECKING

import httpx
import pytest
from faketime import FakeTime, SharedTime
from wire import OAUTH, Scripted, by_id, client, refusal, row, rows, token

from reconciler.errors import ApiError, RedirectedError, SignInError
from reconciler.limiter import FEWEST_LEARNT
from reconciler.retries import never_arrived
from reconciler.signin import TOKEN_HEADER, TOKEN_PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.client import Client, Created

FAULTS: list[Callable[[], httpx.Response]] = [
    lambda: httpx.Response(500),
    lambda: httpx.Response(503),
    lambda: httpx.Response(429, headers={"Retry-After": "7"}),
    lambda: refusal(748),
]


def most_in_a_minute(starts: list[float]) -> int:
    return max(sum(start <= one <= start + 60 for one in starts) for start in starts)


def create(api: Client) -> Created:
    """A create as an apply sends it: again only where it certainly did not arrive."""
    return api.persist(lambda: api.create({}), never_arrived)


def work(api: Client, passing: SharedTime, calls: int) -> None:
    """What one thread does: reads, and writes that may fail."""
    try:
        for number in range(calls):
            try:
                create(api) if number % 3 == 2 else api.by_ids([number + 1])
            except ApiError:
                continue
    finally:
        passing.done()


@pytest.mark.parametrize("limit", [5, 40])
def test_no_minute_has_more_starts_than_allowed_whatever_fails(limit: int) -> None:
    chance = random.Random(limit)  # noqa: S311 - which calls fail
    passing = SharedTime(4)
    came: list[float] = []
    lock = threading.Lock()

    def answer(request: httpx.Request) -> httpx.Response:
        with lock:
            came.append(passing.now)
            if chance.random() < 0.4:
                return chance.choice(FAULTS)()
        return httpx.Response(200, json=row(1)) if request.method == "POST" else by_id(request)

    with client(answer, clock=passing.clock, per_minute=limit) as api:
        threads = [threading.Thread(target=work, args=(api, passing, 15)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(came) == sum(api.requests.counted().values()) > 60
    # A refusal may teach a lower limit, down to FEWEST_LEARNT.
    assert limit >= most_in_a_minute(came) > min(limit * 0.7, FEWEST_LEARNT - 1)


def test_every_request_is_counted_where_it_belongs() -> None:
    answers = [
        *(httpx.Response(500), token("one"), httpx.Response(503), refusal(401, "", 401)),
        *(token("two"), rows(row(1)), httpx.Response(429), httpx.Response(200, json=row(2))),
    ]
    api = Scripted(*answers)
    with client(api, OAUTH) as opened:
        opened.by_ids([1])
        create(opened)

        assert {"read": 3, "write": 2, "sign_in": 3} == opened.requests.counted()
    assert len(answers) == len(api.requests)


class Desk:
    """An API behind OAuth whose tokens end, by a clock of the test."""

    def __init__(self, seconds: float) -> None:
        self.time = FakeTime()
        self.seconds = seconds
        self.ends: dict[str, float] = {}
        self.stale = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == TOKEN_PATH:
            name = f"token-{len(self.ends) + 1}"
            self.ends[name] = self.time.now + self.seconds
            return token(name, self.seconds)
        if self.time.now >= self.ends[request.headers[TOKEN_HEADER]]:
            self.stale += 1
            return refusal(401, "over", 401)
        return by_id(request)


@pytest.mark.parametrize(("seconds", "pace"), [(300, 7), (300, 95), (60, 1), (4, 0.5)])
def test_a_token_is_renewed_before_its_end(seconds: float, pace: float) -> None:
    desk = Desk(seconds)
    with client(desk, OAUTH, clock=desk.time.clock) as api:
        for _ in range(100):
            api.by_ids([1])
            desk.time.now += pace

    assert 0 == desk.stale
    assert len(desk.ends) <= 100 * pace / max(seconds - 10, seconds / 2) + 1


@pytest.mark.parametrize("limit", [3, 7, 40])
def test_a_token_that_ends_while_its_request_waits_is_not_sent(limit: int) -> None:
    desk = Desk(60)
    with client(desk, OAUTH, clock=desk.time.clock, per_minute=limit) as api:
        for _ in range(100):
            assert [1] == list(api.by_ids([1]))

    assert 0 == desk.stale


def test_a_token_that_ends_early_is_renewed_once_for_a_call() -> None:
    api = Scripted(token("one"), refusal(401, "over", 401), token("two"), refusal(401, "no", 401))
    with client(api, OAUTH) as opened, pytest.raises(SignInError, match="no"):
        opened.create({})

    assert [] == api.answers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_by_any_call(status: int) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers={"Location": "https://other.test/a-hidden-word"})

    for credentials_sent in (0, 1):
        with client(answer) as api:
            with pytest.raises(RedirectedError, match="is the URL right") as caught:
                api.create({}) if credentials_sent else api.by_ids([1])
            assert 1 == sum(api.requests.counted().values())
        assert "other.test" not in str(caught.value)


def warned(*dates: str | None) -> tuple[list[str], float | None]:
    """What is said without asking about answers with these Date headers, and the skew."""
    heard: list[tuple[str, int]] = []
    answers = [rows(row(1)) for _ in dates]
    for date, found in zip(dates, answers, strict=True):
        if date is not None:
            found.headers["Date"] = date
    told: Callable[[str, int], None] = lambda text, level: heard.append((text, level))  # noqa: E731 - typed
    with client(Scripted(*answers), note=told) as api:
        for _ in dates:
            api.by_ids([1])
        return [text for text, level in heard if level == 0], api.skew


def date(ahead: float) -> str:
    return formatdate(time.time() + ahead, usegmt=True)


@pytest.mark.parametrize("ahead", [0, 50, -50])
def test_a_clock_that_is_nearly_right_is_no_matter(ahead: float) -> None:
    said, skew = warned(date(ahead))

    assert ([], True) == (said, abs((skew or 0) - ahead) < 5)


@pytest.mark.parametrize(
    ("ahead", "side"), [(70, "ahead of"), (-70, "behind"), (86_400, "ahead of")]
)
def test_a_clock_that_is_far_off_is_said_once(ahead: float, side: str) -> None:
    said, skew = warned(date(ahead), date(ahead), date(2 * ahead))

    assert 1 == len(said)
    assert said[0].startswith("warning: the clock of api.test is ")
    assert f" s {side} this machine's; one of the two is wrong" in said[0]
    assert abs((skew or 0) - ahead) < 5


@pytest.mark.parametrize(
    "garbage",
    [None, "", "yesterday", "0", "Sun, 99 Mar 2026 10:00:00 GMT", "9" * 400, "\x1b[2J::error::"],
    ids=ascii,
)
def test_a_date_that_is_none_is_no_matter(garbage: str | None) -> None:
    assert ([], None) == warned(garbage)

    said, skew = warned(garbage, date(90))
    assert (1, True) == (len(said), skew is not None)


def test_a_date_without_a_zone_is_in_utc() -> None:
    said, _ = warned(time.asctime(time.gmtime()))

    assert [] == said


def test_many_threads_say_once_that_the_clock_is_off() -> None:
    heard: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        found = by_id(request)
        found.headers["Date"] = date(600)
        return found

    with client(answer, note=lambda text, level: None if level else heard.append(text)) as api:
        api.by_ids(range(1, 401))

    assert 1 == len(heard)
