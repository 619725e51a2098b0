"""Which answers are success, which error the others are, and what its message shows."""

from __future__ import annotations

import time
from email.utils import formatdate

import httpx
import pytest

from reconciler.answers import check, retry_after
from reconciler.errors import (
    ApiError,
    BusyError,
    ConflictError,
    GarbledAnswerError,
    NotFoundError,
    NotSavedError,
    RedirectedError,
    RejectedError,
    ServerFaultError,
    SignInError,
    ThrottledError,
    UnexpectedAnswerError,
)

BUSY = (748, 786, 787, 789, 790, 791, 792, 793, 794, 796, 797, 798)
REJECTED = (501, 712, 715, 729, 735, 753, 754, 756, 788, 795, 799, 1000, 1060, 1064, 4711)


def answer(status: int, *errors: object, **more: object) -> httpx.Response:
    return httpx.Response(status, json={"errors": errors, "warnings": [], **more})


def error(code: object, message: object = "no") -> dict[str, object]:
    return {"status": False, "code": code, "message": message}


def raised(response: httpx.Response) -> ApiError:
    with pytest.raises(ApiError) as caught:
        check(response, "GET /x")
    return caught.value


@pytest.mark.parametrize("status", [200, 201, 400])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, NotFoundError) for code in (502, 707, 755)),
        *((code, ConflictError) for code in (751, 752)),
        *((code, NotSavedError) for code in (722, 744)),
        (730, ServerFaultError),
        *((code, BusyError) for code in BUSY),
        *((code, RejectedError) for code in REJECTED),
    ],
)
def test_a_code_decides_the_error_whatever_the_status(
    status: int, code: int, kind: type[ApiError]
) -> None:
    for spelled in (code, str(code), float(code)):
        found = raised(answer(status, error(spelled, "said")))

        assert (kind, status, code) == (type(found), found.status, found.code)
        assert f"GET /x: said (code {code}, HTTP {status})" == str(found)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RejectedError),
        (401, SignInError),
        (403, RejectedError),
        (404, NotFoundError),
        (429, ThrottledError),
        (500, ServerFaultError),
        (502, ServerFaultError),
        (503, BusyError),
        (504, ServerFaultError),
    ],
)
@pytest.mark.parametrize("body", ["", "<html>Oops</html>", "null", "[]", "{}"])
def test_a_status_decides_where_there_is_no_code(
    status: int, kind: type[ApiError], body: str
) -> None:
    found = raised(httpx.Response(status, text=body))

    assert (kind, None) == (type(found), found.code)
    assert f"HTTP {status}" in str(found)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, 707, SignInError),
        (429, 748, ThrottledError),
        (500, 707, ServerFaultError),
        (502, 502, ServerFaultError),
        (503, 751, BusyError),
        (500, 722, NotSavedError),
        (404, 4711, NotFoundError),
    ],
)
def test_a_gateways_status_outweighs_a_code(status: int, code: int, kind: type[ApiError]) -> None:
    assert kind is type(raised(answer(status, error(code))))


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        *((answer(200, error(code)), True) for code in (722, 730, 744, 748)),
        *((httpx.Response(status), True) for status in (500, 502, 503, 504)),
        (httpx.Response(200, text="<html>"), True),
        *((httpx.Response(status), False) for status in (302, 400, 401, 403, 404, 429)),
        *((answer(200, error(code)), False) for code in (502, 707, 729, 751, 752, 755)),
    ],
)
def test_an_error_tells_whether_a_write_may_have_happened(
    response: httpx.Response, *, expected: bool
) -> None:
    assert expected is raised(response).may_have_happened


@pytest.mark.parametrize(
    ("codes", "kind", "code"),
    [
        ((729, 722), NotSavedError, 722),
        ((None, 744), NotSavedError, 744),
        ((707, 729), RejectedError, 729),
        ((755, 707), NotFoundError, 755),
        ((700, 751), ConflictError, 751),
    ],
)
def test_of_several_errors_the_least_certain_counts_and_all_are_said(
    codes: tuple[int | None, ...], kind: type[ApiError], code: int
) -> None:
    found = raised(answer(200, *(error(one, f"said {one}") for one in codes)))

    assert (kind, code) == (type(found), found.code)
    assert all(f"said {one}" in str(found) for one in codes if one != 700)


@pytest.mark.parametrize("code", [700, 745, "700"], ids=["700", "745", "700 as text"])
@pytest.mark.parametrize("status", [200, 201])
def test_a_code_that_says_done_is_no_error(status: int, code: object) -> None:
    assert 5 == check(answer(status, error(code), id=5), "x")["id"]


@pytest.mark.parametrize("errors", [[], None, {}, ""])
@pytest.mark.parametrize("status", [200, 201])
def test_no_errors_are_success(status: int, errors: object) -> None:
    body = {"errors": errors, "id": 5}

    assert body == check(httpx.Response(status, json=body), "x")


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ({"code": 729, "message": "range"}, "range (code 729, HTTP 200)"),
        ("broken", "broken (HTTP 200)"),
        ([None], "no message (HTTP 200)"),
        ([{"code": True, "message": ["a"]}], "['a'] (HTTP 200)"),
        ([{"code": 10**40, "message": "far"}], "far (HTTP 200)"),
        ([{"code": "9" * 5000}], "no message (HTTP 200)"),
    ],
)
def test_errors_of_any_shape_are_errors(errors: object, said: str) -> None:
    assert f"GET /x: {said}" == str(raised(httpx.Response(200, json={"errors": errors})))


def test_a_gateways_message_is_shown() -> None:
    assert "limit exceeded (HTTP 429)" in str(
        raised(httpx.Response(429, json={"message": "limit exceeded"}))
    )


@pytest.mark.parametrize("depth", [*range(850, 1001, 10), 100_000])
def test_deep_nesting_is_an_error_of_the_api(depth: int) -> None:
    nested = "[" * depth + "]" * depth

    found = raised(httpx.Response(200, text=f'{{"errors": [{{"message": {nested}}}]}}'))

    assert isinstance(found, RejectedError | UnexpectedAnswerError)


@pytest.mark.parametrize("text", ["", "<html>", "null", '{"id": 5', "9" * 5000, "\ufffe"])
@pytest.mark.parametrize("status", [200, 201, 204])
def test_what_is_not_json_is_no_success(status: int, text: str) -> None:
    found = raised(httpx.Response(status, text=text))

    assert (GarbledAnswerError, status) == (type(found), found.status)
    assert f"GET /x: the answer is not JSON (HTTP {status})" == str(found)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_error_that_does_not_show_where_to(status: int) -> None:
    found = raised(httpx.Response(status, headers={"Location": "https://other.test/?token=x"}))

    assert (RedirectedError, status) == (type(found), found.status)
    assert "other.test" not in str(found)


def test_a_request_id_is_in_the_message() -> None:
    headers = {"X-Cap-Requestid": "abc::\x1b[31m"}
    found = raised(httpx.Response(400, json={"errors": [error(729)]}, headers=headers))

    shown = r"abc:\x3a\x1b[31m"
    assert f"GET /x: no (code 729, HTTP 400, request {shown})" == str(found)
    assert shown == found.request_id


def test_a_message_cannot_act_on_a_terminal_or_a_runner() -> None:
    found = raised(answer(200, error(729, "a\n::error::b\x1b[2J\u202ec")))

    assert r"a\n:\x3aerror:\x3ab\x1b[2J\u202ec" in str(found)


def test_a_reason_phrase_is_shown_escaped() -> None:
    response = httpx.Response(500, extensions={"reason_phrase": b"::stop-commands::x"})

    assert r":\x3astop-commands:\x3ax (HTTP 500)" in str(raised(response))


def test_a_long_message_is_cut() -> None:
    found = raised(answer(200, error(729, "é" * 100_000)))

    assert f"GET /x: {'é' * 500}… (code 729, HTTP 200)" == str(found)


def test_credentials_are_hidden_before_anything_is_cut_or_escaped() -> None:
    hidden = "se\u200bcret"
    response = answer(200, error(729, "x" * 497 + hidden), error(1, hidden))

    with pytest.raises(RejectedError) as caught:
        check(response, "x", lambda text: text.replace(hidden, "***"))

    assert f"x: {'x' * 497}***…" in str(caught.value)


HERE = "Sun, 01 Mar 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("1.5", 1.5),
        ("99999999999", 99_999_999_999),
        ("Sun, 01 Mar 2026 10:00:45 GMT", 45),
        ("Sunday, 01-Mar-26 10:00:45 GMT", 45),
        ("Sun Mar  1 10:00:45 2026", 45),
        ("Sun, 01 Mar 2026 15:30:45 +0530", 45),
        ("Sun, 01 Mar 2026 09:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("\u0667", None),
        ("Sun, 32 Mar 2026 10:00:45 GMT", None),
        ("Sun, 01 Mar 99999 10:00:45 GMT", None),
        ("9" * 5000, None),
        ("", None),
        (None, None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wait_is_asked_for_in_seconds_or_as_a_date_of_the_servers_clock(
    header: str | None, expected: float | None
) -> None:
    assert expected == retry_after(header, HERE)


def test_a_date_is_one_of_our_clock_where_the_server_tells_none() -> None:
    in_a_minute = formatdate(time.time() + 60, usegmt=True)

    for date in (None, "", "yesterday"):
        assert 55 <= (retry_after(in_a_minute, date) or 0) <= 60


@pytest.mark.parametrize(
    ("status", "asked", "said"),
    [
        (429, "900", "; it asks to be left alone for 900 s, and a run waits at most 300 s: run"),
        (503, "99999", "; it asks to be left alone for 99,999 s"),
        (429, "300", ""),
        (400, "900", ""),
    ],
)
def test_a_message_says_how_long_the_api_wants_to_be_left_alone(
    status: int, asked: str, said: str
) -> None:
    found = raised(httpx.Response(status, text="x", headers={"Retry-After": asked}))

    assert float(asked) == found.retry_after
    assert said in str(found)
    assert bool(said) is ("left alone" in str(found))
