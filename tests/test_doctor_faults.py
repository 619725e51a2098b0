"""The doctor where answers are wrong or missing: never more than 12 requests, never silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from examined import examined, made, said, statuses
from wire import BASIC, OAUTH, by_id, refusal, row, rows
from wire import client as wired

from reconciler.doctor import Report, examine
from reconciler.doctor.probing import REQUESTS, spread
from reconciler.sandbox import Behaviour, Fault, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.config import Credentials


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty sandbox in memory whose behaviour can be set."""
    with Store(":memory:") as opened:
        yield opened


@pytest.mark.parametrize(
    ("fault", "what", "words"),
    [
        pytest.param(
            Fault("status", status=401), "sign-in", "Basic is not accepted: ", id="no sign-in"
        ),
        pytest.param(Fault("status", status=429), "connection", "(code 429, HTTP 429", id="busy"),
        pytest.param(Fault("status", status=403), "list", "(code 403, HTTP 403", id="forbidden"),
        pytest.param(Fault("drop"), "connection", "the connection to sandbox broke", id="drop"),
        pytest.param(Fault("stall"), "connection", "did not answer", id="stall"),
        pytest.param(Fault("garble"), "list", "the answer is not JSON", id="garbled"),
        pytest.param(Fault("status", status=503), "list", "HTTP 503", id="out of order"),
        pytest.param(
            Fault("status", status=500, path="*ids=*"), "reads by id", "HTTP 500", id="no ids"
        ),
        pytest.param(
            Fault("error", code=502, path="*ids=*"), "reads by id", "cannot be read", id="none"
        ),
        pytest.param(
            Fault("status", status=400, path="*seriesCode*"),
            "look-up by code",
            "HTTP 400",
            id="the filter is an error",
        ),
        pytest.param(
            Fault("status", status=500, path="*offset=3*"),
            "pages of the list",
            "HTTP 500",
            id="no second page",
        ),
    ],
)
def test_what_fails_is_a_problem_in_the_words_of_the_api(
    store: Store, fault: Fault, what: str, words: str
) -> None:
    made(store)
    store.add_fault(fault)
    report = examined(store)
    assert (False, "problem") == (report.works, statuses(report)[what])
    assert words in said(report, what)


@pytest.mark.parametrize("who", [BASIC, OAUTH], ids=["Basic", "OAuth"])
@pytest.mark.parametrize("method", ["GET", "POST", "*"])
@pytest.mark.parametrize("calls", [None, (1,), tuple(range(1, 99, 2)), tuple(range(2, 99))])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 401},
        {"kind": "status", "status": 429, "retry_after": "2"},
        {"kind": "status", "status": 503},
        {"kind": "error", "code": 1060},
        {"kind": "error", "code": 1000},
        {"kind": "drop"},
        {"kind": "truncate"},
    ],
    ids=str,
)
def test_there_are_never_more_than_12_requests(
    store: Store,
    who: Credentials,
    method: Any,  # noqa: ANN401 - one of the fault's literals
    calls: tuple[int, ...] | None,
    fault: dict[str, Any],
) -> None:
    made(store, 12)
    store.set_behaviour(Behaviour(ids_limit=5, page_limit=5))
    store.add_fault(Fault(method=method, calls=calls, **fault))
    examined(store, who=who)


def test_what_was_not_asked_is_unknown_and_no_problem(store: Store) -> None:
    made(store)
    store.add_fault(Fault("status", method="GET", status=401, calls=tuple(range(1, 99, 2))))
    report = examined(store, who=OAUTH)
    assert REQUESTS == sum(report.requests.values())
    assert "unknown" == statuses(report)["look-up by code"]
    assert "not asked: the 12 requests of the doctor are used up" in said(report, "look-up by code")


def answering(**how: Callable[[httpx.Request], httpx.Response]) -> Report:
    """The report on an API made of functions: by page, old list, ids and code."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        kinds = (name for name in ("ids", "seriesCode", "offset") if name in asked)
        answered = how.get(next(kinds, "old"))
        return answered(request) if answered else rows()

    with wired(answer) as client:
        return examine(client)


def test_a_list_that_knows_no_offset_is_told() -> None:
    report = answering(offset=lambda _request: rows(row(1), row(2)), ids=by_id)
    assert "the second page shows what the first does: only those rows can be listed" == said(
        report, "pages of the list"
    )


def test_series_that_only_one_list_names_are_told() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        return rows() if request.url.params["offset"] != "0" else rows(*map(row, range(1, 6)))

    report = answering(
        offset=page, old=old_list((7, "OLD")), ids=lambda _request: rows(*map(row, range(1, 6)))
    )
    names = "S1 (id 1), S2 (id 2), S3 (id 3) and 2 more"
    assert f"it works, and names 1 series; not {names}, which the list shows" == said(
        report, "API v1.1"
    )
    assert "the API v1.1 names 1 that it does not show: OLD (id 7)" == said(
        report, "series that the list hides"
    )
    assert "1 of 6 that the API v1.1 names cannot be read: id 7" == said(report, "reads by id")
    words = "it does not find S1, which is live: it proves nothing"
    assert words == said(report, "look-up by code")
    assert "the server's answers bear no date" == said(report, "clock")


def old_list(*named: tuple[int, str]) -> Callable[[httpx.Request], httpx.Response]:
    item = [{"id": str(number), "series_code": code} for number, code in named]
    body = {"response": {"series": {"items": {"item": item}}}}
    return lambda _request: httpx.Response(200, json=body)


def one_page(request: httpx.Request) -> httpx.Response:
    return rows(row(1), row(2)) if request.url.params["offset"] == "0" else rows()


def test_one_series_that_is_gone_does_not_stand_for_all() -> None:
    def ids(request: httpx.Request) -> httpx.Response:
        return refusal(502) if "7" in request.url.params.get_list("ids") else by_id(request)

    old = old_list((1, "S1"), (2, "S2"), (7, "GONE"))
    report = answering(offset=one_page, old=old, ids=ids)
    words = "3 at once brought nothing, so one of them cannot be read"
    assert said(report, "reads by id").endswith(words)
    assert "problem" == statuses(report)["proof that a code is free"]


@pytest.mark.parametrize(
    ("named", "status"),
    [
        pytest.param([(1, "S1"), (2, "S2")], "ok", id="all of them"),
        pytest.param([(1, "S1")], "problem", id="fewer than the list shows"),
        pytest.param([(1, "S1"), (2, "S2"), (7, "GONE")], "problem", id="one that nobody can read"),
    ],
)
def test_the_old_list_proves_absence_only_where_it_names(
    named: list[tuple[int, str]], status: str
) -> None:
    found = answering(
        offset=one_page, old=old_list(*named), ids=lambda _request: rows(row(1), row(2))
    )
    assert status == statuses(found)["proof that a code is free"]


def test_several_offsets_have_no_name() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        ends = ("2035-01-12T00:00:00+00:00", "2035-06-12T00:00:00+05:30")
        found = [row(number) | {"validTillDate": end} for number, end in enumerate(ends, 1)]
        return rows(*found) if request.url.params["offset"] == "0" else rows()

    report = answering(offset=page, ids=by_id)
    assert (None, ("+00:00", "+05:30")) == (report.timezone, report.offsets)


def test_an_error_that_is_not_the_apis_own_says_nothing_about_signing_in() -> None:
    def gateway(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(502, text="bad gateway")

    report = answering(offset=gateway, old=gateway, ids=gateway, seriesCode=gateway)
    assert "no answer tells whether Basic is accepted" == said(report, "sign-in")
    assert not report.works


def test_a_host_that_sends_elsewhere_is_asked_once() -> None:
    report = answering(offset=lambda _request: httpx.Response(302, headers={"Location": "/x"}))
    assert {"connection": "problem", "sign-in": "unknown"} == statuses(report)
    assert {"read": 1, "write": 0} == report.requests
    assert not report.answered


def test_a_list_without_codes_gives_nothing_to_look_up() -> None:
    report = answering(
        offset=lambda request: rows(row(1, "")) if request.url.params["offset"] == "0" else rows(),
        old=lambda _request: refusal(404, status=404),
        ids=lambda _request: rows(row(1, "")),
    )
    assert "no code is known that it would have to find" == said(report, "look-up by code")
    assert "unknown" == statuses(report)["proof that a code is free"]


def test_ids_are_taken_from_all_over_a_list() -> None:
    assert [0, 25, 50, 75] == spread(range(100), 4)
    assert [1, 2] == spread([1, 2], 4)
    assert [] == spread([1, 2], 0)
