"""Signing in: the headers, how long a token is used, and what nobody gets to see."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr
from wire import BASIC, MD5, OAUTH, refusal, rows

from reconciler.config import Credentials
from reconciler.errors import ConnectionLostError, SignInError, TimedOutError, UnreachableError
from reconciler.signin import TOKEN_HEADER, TOKEN_PATH, SignIn

if TYPE_CHECKING:
    from collections.abc import Callable


def token_answer(token: str, seconds: object) -> httpx.Response:
    return httpx.Response(
        200, json={"data": {"accessToken": token, "ttlSeconds": seconds}, "errors": None}
    )


class Desk:
    """Hands out tokens, on a clock that stands still."""

    def __init__(self, seconds: object = 300, credentials: Credentials = OAUTH) -> None:
        self.asked: list[dict[str, str]] = []
        self.seconds = seconds
        self.now = 1000.0
        self.signing = SignIn(credentials, self.ask, lambda: self.now)

    def ask(self, pair: dict[str, str]) -> httpx.Response:
        self.asked.append(pair)
        return token_answer(f"token-{len(self.asked)}", self.seconds)

    def token(self) -> str:
        request = httpx.Request("GET", "https://api.test")
        self.signing.sign(request)
        return request.headers[TOKEN_HEADER]


def refusing(answer: Callable[[dict[str, str]], httpx.Response]) -> SignInError:
    with pytest.raises(SignInError) as caught:
        SignIn(OAUTH, answer).sign(httpx.Request("GET", "https://api.test"))
    return caught.value


def test_basic_sends_user_and_hashed_password_and_asks_for_nothing() -> None:
    desk = Desk(credentials=BASIC)
    request = httpx.Request("GET", "https://api.test")
    desk.signing.sign(request)

    kind, _, encoded = request.headers["Authorization"].partition(" ")
    assert ("Basic", f"user:{MD5}") == (kind, base64.b64decode(encoded).decode())
    assert TOKEN_HEADER not in request.headers
    assert [] == desk.asked


def test_basic_has_nothing_to_renew() -> None:
    assert not Desk(credentials=BASIC).signing.renew(httpx.Request("GET", "https://api.test"))


def test_oauth_sends_the_token_bare_and_no_password() -> None:
    request = httpx.Request("GET", "https://api.test")
    desk = Desk()
    desk.signing.sign(request)

    assert "token-1" == request.headers[TOKEN_HEADER]
    assert "Authorization" not in request.headers
    assert [{"key": "a-key", "secret": "a-hidden-word"}] == desk.asked


@pytest.mark.parametrize(
    ("ttl", "good_for"),
    [
        (300, 290),
        (3600, 3590),
        ("600", 590),
        (4, 2),
        (0.5, 0.25),
        (0, 290),
        (-5, 290),
        (None, 290),
        ("soon", 290),
        ([], 290),
        (10**400, 290),
    ],
    ids=str,
)
def test_a_token_is_renewed_before_its_end(ttl: object, good_for: float) -> None:
    desk = Desk(ttl)
    assert "token-1" == desk.token()
    desk.now += good_for - 0.01
    assert "token-1" == desk.token()
    desk.now += 0.02
    assert "token-2" == desk.token()


def test_a_request_that_waited_past_its_tokens_end_is_over() -> None:
    desk = Desk()
    request = httpx.Request("GET", "https://api.test")
    desk.signing.sign(request)

    assert not desk.signing.over(request)
    desk.now += 290
    assert desk.signing.over(request)


def test_basic_is_never_over() -> None:
    desk = Desk(credentials=BASIC)
    request = httpx.Request("GET", "https://api.test")
    desk.signing.sign(request)
    desk.now += 1_000_000

    assert not desk.signing.over(request)


@pytest.mark.parametrize("spelled", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_lifetime_that_is_no_number_is_a_usual_one(spelled: str) -> None:
    text = f'{{"data": {{"accessToken": "token-1", "ttlSeconds": {spelled}}}}}'
    asked = []
    now = [0.0]

    def ask(pair: dict[str, str]) -> httpx.Response:
        asked.append(pair)
        return httpx.Response(200, text=text)

    signing = SignIn(OAUTH, ask, lambda: now[0])
    for moment in (0.0, 289.0, 291.0):
        now[0] = moment
        signing.sign(httpx.Request("GET", "https://api.test"))

    assert 2 == len(asked)


def test_many_threads_fetch_one_token() -> None:
    desk = Desk()
    together = threading.Barrier(8)

    def sign(_number: int) -> str:
        together.wait(timeout=30)
        return desk.token()

    with ThreadPoolExecutor(8) as pool:
        assert {"token-1"} == set(pool.map(sign, range(8)))
    assert 1 == len(desk.asked)


def test_a_refused_token_is_renewed_once_for_all_who_hold_it() -> None:
    desk = Desk()
    requests = [httpx.Request("GET", "https://api.test") for _ in range(3)]
    for request in requests:
        desk.signing.sign(request)

    assert [True] * 3 == [desk.signing.renew(request) for request in requests]
    assert ["token-2"] * 3 == [request.headers[TOKEN_HEADER] for request in requests]
    assert 2 == len(desk.asked)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"data": None},
        {"data": []},
        {"data": {}},
        {"data": {"accessToken": None}},
        {"data": {"accessToken": ""}},
        {"data": {"accessToken": 5}},
        {"data": {"accessToken": "two words"}},
        {"data": {"accessToken": "line\nbreak"}},
        {"data": {"accessToken": "tökén"}},
        rows().json(),
    ],
    ids=str,
)
def test_an_answer_without_a_usable_token_is_an_error(body: Any) -> None:  # noqa: ANN401 - any JSON
    error = refusing(lambda _pair: httpx.Response(200, json=body))

    assert "signing in brought no token; are the key and secret right?" == str(error)


@pytest.mark.parametrize(
    "answer",
    [
        refusal(401, "bad a-key with a-hidden-word", 401),
        refusal(1234, "bad a-key with a-hidden-word", 200),
        refusal(500, "bad a-key with a-hidden-word", 503),
        refusal(429, "bad a-key with a-hidden-word", 429),
    ],
    ids=lambda answer: f"HTTP {answer.status_code}",
)
def test_a_refused_sign_in_is_said_without_what_was_sent(answer: httpx.Response) -> None:
    error = refusing(lambda _pair: answer)

    assert f"signing in failed: POST {TOKEN_PATH}: bad *** with ***" in str(error)
    assert (answer.status_code, False) == (error.status, error.may_have_happened)


@pytest.mark.parametrize(
    "answer", [httpx.Response(302), httpx.Response(200, text="<html>")], ids=["redirect", "html"]
)
def test_an_answer_from_somebody_else_is_a_failed_sign_in(answer: httpx.Response) -> None:
    assert "signing in failed: " in str(refusing(lambda _pair: answer))


@pytest.mark.parametrize("kind", [TimedOutError, ConnectionLostError])
def test_a_lost_sign_in_leaves_no_write_open(kind: type[Exception]) -> None:
    def ask(_pair: dict[str, str]) -> httpx.Response:
        raise kind("gone")

    error = refusing(ask)

    assert ("signing in failed: gone", False) == (str(error), error.may_have_happened)


def test_an_unreachable_host_stays_one() -> None:
    def ask(_pair: dict[str, str]) -> httpx.Response:
        raise UnreachableError("nobody there")

    with pytest.raises(UnreachableError, match="nobody there"):
        SignIn(OAUTH, ask).sign(httpx.Request("GET", "https://api.test"))


def test_every_credential_is_taken_out_of_a_text() -> None:
    basic = Desk(credentials=BASIC)
    encoded = base64.b64encode(f"user:{MD5}".encode()).decode()
    assert "*** *** ***" == basic.signing.redact(f"open-sesame {MD5} {encoded.rstrip('=')}")

    desk = Desk()
    desk.token()
    assert "*** *** ***" == desk.signing.redact("a-key a-hidden-word token-1")


def test_a_credential_inside_another_leaves_nothing_of_it() -> None:
    nested = Credentials("OAuth", SecretStr("word-and-more"), SecretStr("word"))

    assert "*** ***" == Desk(credentials=nested).signing.redact("word-and-more word")


def test_no_credential_shows_in_what_holds_it() -> None:
    desk = Desk()
    desk.token()

    said = repr([desk.signing, OAUTH, str(OAUTH), BASIC, desk.signing.__dict__["_credentials"]])
    assert not [word for word in ("a-key", "a-hidden-word", "token-1", "open") if word in said]
