"""Reading and writing: which requests are made, and what of the answers comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from wire import Scripted, by_id, client, refusal, row, rows

from reconciler.errors import (
    ConflictError,
    NotFoundError,
    RejectedError,
    ServerFaultError,
    UnexpectedAnswerError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.client import Client as ApiClient
    from reconciler.sandbox import Store

GONE = refusal(502, "No coupon series found")


class Paged:
    """A list of rows, and the queries that it was asked."""

    def __init__(self, count: int, page: int = 100) -> None:
        self.all = [row(number + 1) for number in range(count)]
        self.page = page
        self.asked: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = dict(request.url.params)
        self.asked.append(asked)
        at = int(asked["offset"])
        return rows(*self.all[at : at + min(self.page, int(asked["limit"]))])


@pytest.mark.parametrize(
    ("count", "page", "calls"),
    [(0, 100, 1), (1, 100, 2), (100, 100, 2), (101, 100, 3), (1000, 100, 11), (100, 25, 5)],
)
def test_a_list_takes_a_call_for_each_page_and_one(count: int, page: int, calls: int) -> None:
    api = Paged(count, page)
    with client(api) as opened:
        assert list(range(1, count + 1)) == [found.id for found in opened.list_series()]
        assert {"read": calls, "write": 0} == opened.requests.counted()
    assert {"100"} == {asked["limit"] for asked in api.asked}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([rows(row(1), row(1), row(2)), rows()], [1, 2]),
        ([rows(row(1), row(2)), rows(row(2), row(3)), rows()], [1, 2, 3]),
        ([rows(row(1), row(2)), rows(row(2), row(1))], [1, 2]),
        ([rows(row(1)), GONE], [1]),
        ([GONE], []),
        ([httpx.Response(200, json={"entity": row(4)}), rows()], [4]),
    ],
    ids=[
        "repeated within a page",
        "repeated over pages",
        "all repeated",
        "502 at the end",
        "502 at once",
        "one object",
    ],
)
def test_a_list_ends_where_nothing_new_comes(
    answers: list[httpx.Response], expected: list[int]
) -> None:
    api = Scripted(*answers)
    with client(api) as opened:
        assert expected == [found.id for found in opened.list_series()]
    assert [] == api.answers


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, text="<html>"),
        refusal(404, "no such route", 404),
        refusal(1000, "filters not provided"),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"entity": None}),
        rows({"seriesCode": "NO ID"}),
    ],
    ids=["bare 404", "404 in the body", "1000", "no entity", "null entity", "row without id"],
)
def test_what_is_no_list_is_not_taken_for_an_empty_one(answer: httpx.Response) -> None:
    with (
        client(lambda _request: answer) as opened,
        pytest.raises((NotFoundError, RejectedError, UnexpectedAnswerError)),
    ):
        list(opened.list_series())


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (rows(row(1, "A&B")), ["A&B"]),
        (rows(), []),
        (GONE, []),
        (refusal(404, "not found", 404), []),
        (rows(row(1, "a&b")), ["a&b"]),
        (rows(row(1, "a&b"), row(2, "A&B")), ["A&B", "a&b"]),
        (rows(row(1, "X"), row(2, "A&B")), ["A&B"]),
    ],
    ids=["found", "empty", "502", "404", "other case", "both cases", "filter ignored, yet found"],
)
def test_a_look_up_by_code_gives_the_rows_with_that_code(
    answer: httpx.Response, expected: list[str]
) -> None:
    api = Scripted(answer)
    with client(api) as opened:
        assert expected == [found.code for found in opened.by_code("A&B")]
    assert {"seriesCode": "A&B"} == dict(api.requests[0].url.params)


@pytest.mark.parametrize(
    "answer",
    [rows(row(1, "X")), rows(row(1, "a"), row(2, "X")), rows(row(1, ""))],
    ids=["another", "another case and another", "no code"],
)
def test_other_rows_prove_nothing_about_a_code(answer: httpx.Response) -> None:
    with (
        client(lambda _request: answer) as opened,
        pytest.raises(UnexpectedAnswerError, match="nothing proves that the code is free"),
    ):
        opened.by_code("A")


def test_a_bare_404_proves_nothing_about_a_code() -> None:
    with (
        client(lambda _request: httpx.Response(404, text="<html>")) as opened,
        pytest.raises(NotFoundError),
    ):
        opened.by_code("A")


def test_ids_are_read_fifty_at_a_time_and_each_once() -> None:
    sizes = []

    def answer(request: httpx.Request) -> httpx.Response:
        sizes.append(len(request.url.params.get_list("ids")))
        return by_id(request)

    with client(answer) as opened:
        found = opened.by_ids([*range(1, 121), *range(1, 121)])
        assert {} == opened.by_ids([])

    assert list(range(1, 121)) == list(found)
    assert [20, 50, 50] == sorted(sizes)


def test_rows_that_were_not_asked_for_are_left_out() -> None:
    with client(lambda _request: rows(row(1), row(9))) as opened:
        assert [1] == list(opened.by_ids([1, 2]))


@pytest.mark.parametrize("code", [707, 502], ids=["707", "502"])
def test_one_missing_series_does_not_hide_the_others(code: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return refusal(code) if "7" in request.url.params.get_list("ids") else by_id(request)

    with client(answer) as opened:
        assert [1, 2, 3, 4, 5, 6, 8] == list(opened.by_ids(range(1, 9)))
        assert 7 == opened.requests.read


def test_a_batch_that_is_too_large_is_split() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        many = len(request.url.params.get_list("ids")) > 20
        return refusal(1060, "too many", 400) if many else by_id(request)

    with client(answer) as opened:
        assert list(range(1, 51)) == list(opened.by_ids(range(1, 51)))


@pytest.mark.parametrize("asked", [range(1, 31), range(1, 121), [7, 9]], ids=["30", "120", "2"])
@pytest.mark.parametrize("most", [20, 1, 7])
def test_a_batch_that_is_answered_in_part_is_asked_for_again(
    most: int, asked: Sequence[int]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return rows(*(row(int(one)) for one in request.url.params.get_list("ids")[:most]))

    with client(answer) as opened:
        assert set(asked) == set(opened.by_ids(asked))


@pytest.mark.parametrize(
    ("gone", "calls"),
    [({3}, 2), ({3, 4}, 3), ({3, 4, 5, 6}, 3), (set(range(1, 9)), 1)],
    ids=["one", "two", "half", "all"],
)
def test_an_id_is_absent_where_an_answer_has_it_not_nor_any_beside_it(
    gone: set[int], calls: int
) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        ids = {int(one) for one in request.url.params.get_list("ids")}
        asked.append(ids)
        return rows(*(row(one) for one in sorted(ids - gone)))

    with client(answer) as opened:
        assert set(range(1, 9)) - gone == set(opened.by_ids(range(1, 9)))
    assert calls == len(asked)
    assert all(any(ids <= gone for ids in asked if one in ids) for one in gone)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    ("answer", "calls"),
    [(refusal(1234), 1), (httpx.Response(404), 1), (httpx.Response(500), 5)],
    ids=["rejected", "bare 404", "500"],
)
def test_other_errors_do_not_split_a_batch(answer: httpx.Response, calls: int, count: int) -> None:
    with client(lambda _request: answer) as opened:
        with pytest.raises((RejectedError, NotFoundError, ServerFaultError), match="HTTP"):
            opened.by_ids(range(1, count + 1))
        assert calls == opened.requests.read


@pytest.mark.parametrize("number", [5, "5"], ids=["number", "text"])
def test_a_create_posts_the_wrapped_series_and_gives_its_row(number: object) -> None:
    api = Scripted(httpx.Response(200, json={"id": number, "seriesCode": "made", "warnings": []}))
    with client(api) as opened:
        made = opened.create({"description": "é"}).row
        assert {"read": 0, "write": 1} == opened.requests.counted()

    assert made is not None
    assert (5, "made") == (made.id, made.code)
    (request,) = api.requests
    assert ("POST", "/v2/coupon/series") == (request.method, request.url.path)
    assert '{"CouponSeriesV2":{"description":"é"}}' == request.content.decode()
    headers = ("Content-Type", "Accept")
    assert ["application/json"] * 2 == [request.headers[name] for name in headers]


def test_a_create_answered_in_a_wrapper_shows_no_row() -> None:
    wrapped = {"status": "success", "message": "ok", "data": {"couponSeriesId": "CS-789012"}}
    with client(lambda _request: httpx.Response(200, json=wrapped)) as opened:
        assert opened.create({}).row is None


@pytest.mark.parametrize("body", [{"entity": [row(5)]}, {"entity": row(5)}, row(5)], ids=str)
def test_a_write_may_be_answered_like_a_read(body: dict[str, Any]) -> None:
    with client(lambda _request: httpx.Response(201, json={"errors": [], **body})) as opened:
        made = opened.create({}).row
        assert made == opened.update(5, {})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": {}},
        {"data": {"couponSeriesId": None}},
        {"entity": []},
        {"entity": [row(1), row(2)]},
        {"id": "CS-1"},
        [],
    ],
    ids=str,
)
def test_a_write_that_shows_no_series_may_have_happened(body: object) -> None:
    with client(lambda _request: httpx.Response(200, json=body)) as opened:
        for write in (opened.create, lambda body: opened.update(5, body)):
            with pytest.raises(UnexpectedAnswerError) as caught:
                write({})
            assert caught.value.may_have_happened


def test_an_update_puts_to_the_id_and_believes_no_other() -> None:
    api = Scripted(
        httpx.Response(200, json=row(5, "A")), httpx.Response(200, json={"entity": [row(6)]})
    )
    with client(api) as opened:
        assert "A" == opened.update(5, {"seriesCode": "A"}).code
        with pytest.raises(UnexpectedAnswerError, match="series 5 shows series 6"):
            opened.update(5, {})
    assert ("PUT", "/v2/coupon/series/5") == (api.requests[0].method, api.requests[0].url.path)


def test_errors_beside_http_201_are_errors() -> None:
    body = {"id": 5, "errors": [{"code": 752, "message": "taken"}]}
    with (
        client(lambda _request: httpx.Response(201, json=body)) as opened,
        pytest.raises(ConflictError, match=r"POST /v2/coupon/series: taken \(code 752, HTTP 201\)"),
    ):
        opened.create({})


@pytest.mark.parametrize("value", [float("nan"), "\ud800"], ids=["NaN", "half a character"])
def test_what_json_cannot_hold_is_not_sent(value: object) -> None:
    api = Scripted()
    with client(api) as opened, pytest.raises(RejectedError, match="was not sent"):
        opened.create({"maxRedeem": value})
    assert [] == api.requests


def test_strange_numbers_in_an_answer_are_read() -> None:
    text = f'{{"entity": [{{"id": 1, "maxRedeem": NaN, "maxCreate": {"9" * 400}}}]}}'
    with client(lambda _request: httpx.Response(200, text=text)) as opened:
        (found,) = opened.list_series()
    assert 10**400 - 1 == found.value("maxCreate")


def test_the_first_error_of_parallel_reads_is_raised() -> None:
    with (
        client(lambda _request: refusal(1234, "stop")) as opened,
        pytest.raises(RejectedError, match="stop"),
    ):
        opened.each(opened.by_code, ["A", "B", "C"])


def test_the_sandbox_answers_the_same_client(client: ApiClient, store: Store) -> None:
    made = [store.ui_create(seriesCode=f"UI{number}") for number in range(120)]

    assert sorted(made) == sorted(found.id for found in client.list_series())
    assert ["UI7"] == [found.code for found in client.by_code("UI7")]
    assert [] == client.by_code("NOWHERE")
    assert sorted(made) == sorted(client.by_ids(made))
    assert {} == client.by_ids([1, 2])


def test_long_work_is_told_without_asking() -> None:
    heard: list[tuple[str, int]] = []
    api = Paged(2_050, 100)
    with client(api, note=lambda text, level: heard.append((text, level))) as opened:
        list(opened.list_series())

    assert [text for text, level in heard if level == 0] == [
        "1,000 series read so far",
        "2,000 series read so far",
    ]
