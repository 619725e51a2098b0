"""Signing in, and what is remembered of each request (API page, section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_client import MINIMAL, SERIES, TOKEN, Api, accepted, basic, refusal, sandbox

from reconciler.sandbox import Behaviour, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = "X-CAP-API-OAUTH-TOKEN"


@pytest.fixture
def api() -> Iterator[Api]:
    with sandbox() as opened:
        yield opened


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic ?",
        "Basic /w==",
        basic(password="plain")["Authorization"],
        basic(password="A" * 32)["Authorization"],
        basic(user="")["Authorization"],
        basic()["Authorization"].replace("Basic", "Bearer"),
    ],
)
def test_a_call_without_a_good_password_is_refused(api: Api, header: str | None) -> None:
    del api.http.headers["Authorization"]
    headers = {} if header is None else {"Authorization": header}

    answer = api.http.get(SERIES, params={"offset": 0}, headers=headers)

    assert (401, 401) == refusal(answer)
    assert "" != answer.headers["X-Cap-Requestid"]


def test_every_answer_has_a_request_id_of_its_own(api: Api) -> None:
    answers = [api.post(**MINIMAL), api.get(offset=0), api.get(), api.http.get("/nothing")]

    assert 4 == len({answer.headers["X-Cap-Requestid"] for answer in answers})


def test_a_token_signs_in(api: Api) -> None:
    del api.http.headers["Authorization"]
    given = accepted(api.http.post(TOKEN, json={"key": "a", "secret": "b"}))

    token = given["data"]["accessToken"]
    assert {"data": {"accessToken": token, "ttlSeconds": 300}, "errors": None} == given
    assert 200 == api.http.get(SERIES, params={"offset": 0}, headers={HEADER: token}).status_code


@pytest.mark.parametrize("header", ["", "made up", "Bearer {token}"])
def test_another_token_is_refused_even_beside_a_good_password(api: Api, header: str) -> None:
    given = accepted(api.http.post(TOKEN, json={"key": "a", "secret": "b"}))
    headers = {HEADER: header.format(token=given["data"]["accessToken"])}

    assert (401, 401) == refusal(api.http.get(SERIES, params={"offset": 0}, headers=headers))


def test_an_expired_token_is_refused() -> None:
    with sandbox(Behaviour(token_ttl=0)) as api:
        given = accepted(api.http.post(TOKEN, json={"key": "a", "secret": "b"}))
        headers = {HEADER: given["data"]["accessToken"]}

        assert (401, 401) == refusal(api.http.get(SERIES, params={"offset": 0}, headers=headers))


@pytest.mark.parametrize("body", [{}, {"key": "a", "secret": ""}, {"key": 1, "secret": "b"}, []])
def test_a_token_needs_a_key_and_a_secret(api: Api, body: object) -> None:
    assert (401, 401) == refusal(api.http.post(TOKEN, json=body))


def test_the_log_shows_each_request_but_no_secret(api: Api) -> None:
    api.http.post(TOKEN, json={"key": "a", "secret": "b"})
    api.post(description="x")
    api.get(ids=[1, 2])
    api.http.delete(SERIES)

    assert [
        Request("POST", TOKEN, "", 200, None),
        Request("POST", SERIES, "", 403, {"CouponSeriesV2": {"description": "x"}}),
        Request("GET", SERIES, "ids=1&ids=2", 200, None),
        Request("DELETE", SERIES, "", 405, None),
    ] == api.store.requests()
