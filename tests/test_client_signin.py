"""A client that signs in: which credentials go out, and that none of them comes to light."""

from __future__ import annotations

import base64
import threading
from dataclasses import replace
from typing import Any

import httpx
import pytest
from wire import BASIC, MD5, OAUTH, TARGET, Scripted, by_id, client, refusal, row, rows

from reconciler.client import Client
from reconciler.errors import SignInError
from reconciler.signin import TOKEN_HEADER, TOKEN_PATH


def test_basic_signs_every_request() -> None:
    api = Scripted(rows(row(1)), rows())
    with client(api) as opened:
        list(opened.list_series())

    expected = "Basic " + base64.b64encode(f"user:{MD5}".encode()).decode()
    assert [expected] * 2 == [request.headers["Authorization"] for request in api.requests]


def test_a_refused_password_is_not_tried_again() -> None:
    api = Scripted(refusal(401, "bad open-sesame", 401))
    with client(api) as opened, pytest.raises(SignInError, match=r"bad \*\*\* \(code 401"):
        opened.by_code("A")
    assert 1 == len(api.requests)


class Tokens:
    """An API behind OAuth: only the newest token is good."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.given = 0
        self.refuses = refuses
        self.spent = False
        self.requests: list[httpx.Request] = []
        self.lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            self.requests.append(request)
            if request.url.path.endswith(TOKEN_PATH):
                self.given += 1
                data = {"accessToken": f"token-{self.given}", "ttlSeconds": 300}
                return httpx.Response(200, json={"data": data, "errors": None})
            token = request.headers[TOKEN_HEADER]
            if self.refuses or (self.spent and token == "token-1"):
                return refusal(401, f"{token} of a-key is over", 401)
            return by_id(request)


def test_parallel_reads_share_one_token() -> None:
    api = Tokens()
    with client(api, OAUTH) as opened:
        assert 400 == len(opened.by_ids(range(1, 401)))
        assert {"read": 8, "write": 0, "sign_in": 1} == opened.requests.counted()
    assert api.requests[0].headers["Accept"] == "application/json"


def test_a_spent_token_is_renewed_once_and_the_request_sent_again() -> None:
    api = Tokens()
    with client(api, OAUTH) as opened:
        opened.by_ids([1])
        api.spent = True
        assert 400 == len(opened.by_ids(range(1, 401)))
    assert 2 == api.given


def test_a_token_that_is_never_good_ends_in_an_error_that_hides_it() -> None:
    api = Tokens(refuses=True)
    with client(api, OAUTH) as opened:
        with pytest.raises(SignInError, match=r"\*\*\* of \*\*\* is over"):
            opened.create({})
        assert {"read": 0, "write": 2, "sign_in": 2} == opened.requests.counted()


@pytest.mark.parametrize("credentials", [BASIC, OAUTH], ids=["Basic", "OAuth"])
def test_notes_name_each_request_and_no_credential(
    credentials: Any,  # noqa: ANN401 - two of a kind
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    heard: list[tuple[str, int]] = []
    api = Tokens()

    def answer(request: httpx.Request) -> httpx.Response:
        found = by_id(request) if credentials is BASIC else api(request)
        found.headers["X-Cap-Requestid"] = f"id {credentials.secret.get_secret_value()}"
        return found

    with client(answer, credentials, lambda text, level: heard.append((text, level))) as opened:
        opened.by_ids([1])
        said = f"{heard} {caplog.text} {opened!r} {vars(opened)!r}"

    hidden = "***" in heard[-1][0]
    assert (True, 2) == (hidden, heard[-1][1])
    assert heard[-1][0].startswith("GET /v2/coupon/series?ids=1 200 request id ")
    for word in ("open-sesame", MD5, "a-hidden-word", "token-1", "Basic "):
        assert word not in said


def test_a_url_with_a_path_is_kept_for_signing_in_too() -> None:
    api = Tokens()
    target = replace(TARGET, url="https://api.test/gate")
    with Client(target, OAUTH, httpx.MockTransport(api)) as opened:
        opened.by_ids([1])

    paths = [request.url.path for request in api.requests]
    assert ["/gate/v3/oauth/token/generate", "/gate/v2/coupon/series"] == paths
