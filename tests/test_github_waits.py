"""GitHub that asks for patience or breaks down: what goes again, and what never does."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import httpx
import pytest
from faketime import FakeTime
from github_desk import TOKEN, Desk, at_desk, methods, opened, refused

from reconciler.github.rest import GitHub, Site
from reconciler.redaction import HIDDEN, Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk of this test's own."""
    with at_desk() as opened_desk:
        yield opened_desk


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"Retry-After": "17"}, 17),
        ({"Retry-After": "Sun, 01 Mar 2026 12:01:00 GMT"}, 60),
        ({"Retry-After": "0"}, 1),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1772366430"}, 30),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, 1),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}, 60),
        (
            {
                "Retry-After": "5",
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": "1772366430",
            },
            30,
        ),
    ],
    ids=[
        "for some seconds",
        "until a date",
        "for no time",
        "until the limit begins anew",
        "until it began anew already",
        "until nobody knows when",
        "for both",
    ],
)
@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_github_is_left_alone_as_long_as_it_asks(
    desk: Desk, method: str, status: int, headers: dict[str, str], waited: int
) -> None:
    desk.server.fail(method, "/issues/7/comments", status=status, headers=headers)

    if method == "POST":
        desk.github.create_comment(7, "hello")
    else:
        assert [] == [*desk.github.comments(7)]

    assert [waited] == desk.time.slept
    assert (f"waiting {waited} s: GitHub asks for fewer requests", 0) in desk.said
    assert [method, method] == methods(desk.server)


@pytest.mark.parametrize(
    ("status", "message"),
    [(429, "Too many"), (403, "You have exceeded a secondary rate limit. Please wait.")],
)
def test_a_limit_that_tells_no_time_is_over_in_a_minute(
    desk: Desk, status: int, message: str
) -> None:
    desk.server.fail("GET", "comments", status=status, message=message)

    assert [] == [*desk.github.comments(7)]
    assert [60] == desk.time.slept


def test_a_wait_that_is_too_long_says_when_it_would_be_over(desk: Desk) -> None:
    desk.server.fail("POST", "comments", status=403, headers={"Retry-After": "2520"})

    error = refused(lambda: desk.github.create_comment(7, "hello"))
    assert "until 2026-03-01 12:42:00 UTC" in str(error)
    assert not error.may_have_happened
    assert [] == desk.time.slept


def test_a_run_waits_five_minutes_in_all(desk: Desk) -> None:
    desk.server.fail("GET", "comments", status=429, headers={"Retry-After": "100"}, times=9)

    assert "at most 300 s in all" in str(refused(lambda: [*desk.github.comments(7)]))
    assert [100, 100, 100] == desk.time.slept


def test_no_wait_is_asked_for_ever(desk: Desk) -> None:
    desk.server.fail("GET", "comments", status=429, headers={"Retry-After": "0"}, times=9999)

    refused(lambda: [*desk.github.comments(7)])
    assert 300 == sum(desk.time.slept)


@pytest.mark.parametrize("status", [502, 503, 504, None], ids=str)
def test_reading_and_updating_go_on_after_what_passes(desk: Desk, status: int | None) -> None:
    made = desk.server.comment(7, "github-actions[bot]", "old")
    desk.server.fail("GET", "comments", status=status, times=4)
    desk.server.fail("PATCH", "comments", status=status, carried=True, times=4)

    assert ["old"] == [one.body for one in desk.github.comments(7)]
    assert "new" == desk.github.update_comment(made.id, "new").body
    assert 5 * ["GET"] + 5 * ["PATCH"] == methods(desk.server)
    assert 8 == len(desk.time.slept)
    assert sum(desk.time.slept) <= 2 * (1 + 2 + 4 + 8)
    assert 8 == len([text for text, level in desk.said if level == 1 and "attempt" in text])


def test_nothing_is_tried_more_than_five_times(desk: Desk) -> None:
    made = desk.server.comment(7, "github-actions[bot]", "old")
    desk.server.fail("GET", "comments", status=503, times=99)
    desk.server.fail("PATCH", "comments", times=99)

    reading = refused(lambda: [*desk.github.comments(7)])
    writing = refused(lambda: desk.github.update_comment(made.id, "new"))
    assert 10 == len(desk.server.log)
    assert (False, True) == (reading.may_have_happened, writing.may_have_happened)
    assert "status page" in str(reading)


@pytest.mark.parametrize("status", [500, 502, 503, 504, None], ids=str)
@pytest.mark.parametrize("carried", [True, False], ids=["done", "not done"])
def test_what_may_have_been_created_is_not_created_again(
    desk: Desk, status: int | None, *, carried: bool
) -> None:
    desk.server.fail("POST", "comments", status=status, carried=carried)

    assert refused(lambda: desk.github.create_comment(7, "hello")).may_have_happened
    assert ["POST"] == methods(desk.server)
    assert carried == bool(desk.server.comments[7])


def test_a_create_that_never_left_is_made_again(desk: Desk) -> None:
    tries = []

    class Dialling(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            tries.append(request.method)
            if len(tries) < 3:
                message = "refused"
                raise httpx.ConnectError(message)
            return super().handle_request(request)

    with opened(desk.server, desk.said, desk.time.clock, Dialling()) as github:
        assert "hello" == github.create_comment(7, "hello").body
    assert 3 == len(tries)
    assert 1 == len(desk.server.comments[7])


def test_an_update_that_may_have_happened_stays_unclear_whatever_follows(desk: Desk) -> None:
    made = desk.server.comment(7, "github-actions[bot]", "old")
    desk.server.fail("PATCH", "comments", status=502, carried=True)
    desk.server.fail("PATCH", "comments", status=404)

    assert refused(lambda: desk.github.update_comment(made.id, "new")).may_have_happened


def test_nobody_there_is_said_after_five_attempts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    site, time = Site(f"http://127.0.0.1:{port}", "shop/coupons", TOKEN), FakeTime()
    said: list[str] = []
    with GitHub(
        site, note=lambda text, _: said.append(text), redactor=Redactor(), clock=time.clock
    ) as github:
        error = refused(lambda: github.create_comment(7, "hello"))

    assert "127.0.0.1 cannot be reached" in str(error)
    assert not error.may_have_happened
    assert 4 == len(time.slept) == len(said)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx.ReadTimeout("slow"), "GitHub did not answer in time"),
        (httpx.ReadError(f"\x1b[31mcut {TOKEN}"), rf"broke (\x1b[31mcut {HIDDEN})"),
        (httpx.ReadError(""), "broke (ReadError)"),
    ],
    ids=["no answer in time", "a broken connection", "one that says nothing"],
)
def test_a_network_that_fails_is_told_in_words(
    desk: Desk, error: httpx.TransportError, said: str
) -> None:
    def fails(_request: httpx.Request) -> httpx.Response:
        raise error

    wire = httpx.MockTransport(fails)
    with opened(desk.server, desk.said, desk.time.clock, wire) as github:
        assert said in str(refused(lambda: [*github.comments(7)]))
        assert refused(lambda: github.create_comment(7, "hello")).may_have_happened
    assert 4 == len(desk.time.slept)


class Dripping(httpx.SyncByteStream):
    """A body that never ends."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield b" "


def test_a_body_that_never_ends_is_given_up(desk: Desk) -> None:
    wire = httpx.MockTransport(lambda _: httpx.Response(200, stream=Dripping()))
    with opened(desk.server, desk.said, desk.time.clock, wire, patience=0.001) as github:
        assert "did not answer in time" in str(refused(lambda: [*github.comments(7)]))
