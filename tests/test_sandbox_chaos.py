"""Every kind of fault, inside the process and over a real socket, set by another store."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx
import pytest
from sandbox_client import MINIMAL, SERIES, TOKEN, Api, accepted, basic, refusal, sandbox

from reconciler.sandbox import Fault, Request, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVER = """
import sys
from reconciler.sandbox import serve
serve(sys.argv[1], port=0, announce=lambda url: print(url, flush=True))
"""
LOST = (httpx.ReadError, httpx.RemoteProtocolError)
PATIENCE = httpx.Timeout(30)
GIVES_UP = httpx.Timeout(30, read=1)  # of what stalls: by then a server has done its part


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A server as a process of its own: its file and its URL. It must end without a word."""
    path = tmp_path_factory.mktemp("served") / "sandbox.db"
    command = [sys.executable, "-W", "error", "-c", SERVER, str(path)]
    with subprocess.Popen(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            yield path, process.stdout.readline().strip()
            process.send_signal(signal.SIGTERM)
            assert ("", "", 0) == (*process.communicate(timeout=30), process.returncode)
        finally:
            process.kill()


@pytest.fixture(params=["inside the process", "over a socket"])
def api(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Api]:
    """A sandbox that the store beside it only shares a file with."""
    if request.param == "inside the process":
        path = tmp_path / "sandbox.db"
        with sandbox(path=path) as inside, Store(path) as store:
            yield Api(inside.http, store)
    else:
        path, url = request.getfixturevalue("served")
        with (
            Store(path) as store,
            httpx.Client(base_url=url, headers=basic(), trust_env=False, timeout=PATIENCE) as http,
        ):
            store.reset()
            yield Api(http, store)


def last(store: Store) -> tuple[int, bool, bool]:
    """Of the last request: what went out, whether it was processed, whether it made a series."""
    found = store.requests()[-1]
    return found.status, found.processed, found.made is not None


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        pytest.param(Fault("status"), (503, 503), id="busy"),
        pytest.param(Fault("status", status=429), (429, 429), id="too many requests"),
        pytest.param(Fault("status", status=400, code=1060), (400, 1060), id="a code of its own"),
        pytest.param(Fault("status", status=504, processed=True), (504, 504), id="done, then 504"),
        pytest.param(Fault("error", code=748), (200, 748), id="an error with 200"),
        pytest.param(Fault("error", code=722, processed=True), (200, 722), id="done, then 722"),
    ],
)
def test_an_error_is_answered_in_place_of_the_result(
    api: Api, fault: Fault, answer: tuple[int, int]
) -> None:
    api.store.set_faults([fault])

    assert answer == refusal(api.post(**MINIMAL))
    assert (answer[0], fault.processed, fault.processed) == last(api.store)
    assert fault.processed == bool(api.store.rows())


@pytest.mark.parametrize(
    ("fault", "status", "raised"),
    [
        pytest.param(Fault("drop"), 0, LOST, id="dropped"),
        pytest.param(Fault("drop", processed=True), 0, LOST, id="done, then dropped"),
        pytest.param(Fault("stall"), 0, httpx.ReadTimeout, id="stalled"),
        pytest.param(Fault("stall", processed=True), 0, httpx.ReadTimeout, id="done, then stalled"),
        pytest.param(Fault("truncate"), 200, httpx.RemoteProtocolError, id="cut"),
    ],
)
def test_an_answer_is_lost(
    api: Api, fault: Fault, status: int, raised: type[Exception] | tuple[type[Exception], ...]
) -> None:
    api.store.set_faults([fault])
    done = fault.processed or fault.kind == "truncate"
    api.http.timeout = GIVES_UP if fault.kind == "stall" else PATIENCE

    with pytest.raises(raised):
        api.post(**MINIMAL)

    assert (status, done, done) == last(api.store)
    assert done == bool(api.store.rows())
    api.store.clear_faults()
    api.http.timeout = PATIENCE
    assert len(api.store.rows()) == len(api.read(offset=0))


def test_an_answer_is_cut_in_half(api: Api) -> None:
    api.store.set_faults([Fault("truncate")])

    with pytest.raises(httpx.RemoteProtocolError, match="received 13 bytes, expected 27"):
        api.read(offset=0)


def test_an_answer_is_whole_but_its_json_is_not(api: Api) -> None:
    api.store.set_faults([Fault("garble")])

    answer = api.post(**MINIMAL)

    assert 200 == answer.status_code
    assert answer.text.startswith("{")
    assert str(len(answer.content)) == answer.headers["Content-Length"]
    with pytest.raises(ValueError, match="line 1"):
        answer.json()
    assert (200, True, True) == last(api.store)


def test_a_write_may_come_late(api: Api) -> None:
    api.store.set_faults([Fault("late", after=2)])
    with pytest.raises(httpx.TransportError):
        api.post(**MINIMAL, tag="late")
    assert (0, False, False) == last(api.store)

    found = [len(api.read(offset=0)) for _ in range(3)]

    assert [0, 0, 1] == found
    (row,) = api.store.rows()
    assert (
        Request(
            "POST", SERIES, "", 0, {"CouponSeriesV2": {**MINIMAL, "tag": "late"}}, made=row["id"]
        )
        == api.store.requests()[0]
    )


def test_a_read_may_show_what_was(api: Api) -> None:
    series_id = api.create(description="old")["id"]
    api.store.set_faults([Fault("lag", after=2)])

    assert "new" == api.update(series_id, description="new")["description"]

    seen = [api.read_one(series_id)["description"] for _ in range(3)]
    assert ["old", "old", "new"] == seen


def test_a_fault_may_strike_the_sign_in(api: Api) -> None:
    api.store.set_faults([Fault("drop", method="POST", path="/v3/oauth/*", calls=(1,))])

    with pytest.raises(LOST):
        api.http.post(TOKEN, json={"key": "a", "secret": "b"})
    assert 200 == api.http.post(TOKEN, json={"key": "a", "secret": "b"}).status_code
    assert [(0, False), (200, True)] == [
        (one.status, one.processed) for one in api.store.requests()
    ]


def test_a_retry_after_is_sent_as_given(api: Api) -> None:
    date = "Wed, 21 Oct 2030 07:28:00 GMT"
    api.store.set_faults(
        [Fault("status", calls=(1,), retry_after="5"), Fault("status", retry_after=date)]
    )

    assert ["5", date] == [api.get(offset=0).headers["Retry-After"] for _ in range(2)]


def test_every_answer_has_one_date_and_no_header_of_ours(api: Api) -> None:
    api.store.set_faults([Fault("slow", seconds=0)])
    headers = api.get(offset=0).headers

    assert 1 == len(headers.get_list("date"))
    assert [] == [name for name in headers if name.startswith("x-sandbox")]


def test_a_slow_answer_arrives_over_a_socket(served: tuple[Path, str]) -> None:
    path, url = served
    with Store(path) as store, httpx.Client(base_url=url, headers=basic(), trust_env=False) as http:
        store.reset()
        store.set_faults([Fault("slow", seconds=0.1), Fault("slow", seconds=0.1)])
        answer = http.get(SERIES, params={"offset": 0})

    assert [] == accepted(answer)["entity"]
    assert answer.elapsed.total_seconds() >= 0.2


def test_a_stalled_connection_is_dropped_in_the_end(served: tuple[Path, str]) -> None:
    path, url = served
    with Store(path) as store, httpx.Client(base_url=url, headers=basic(), trust_env=False) as http:
        store.reset()
        store.set_faults([Fault("stall", seconds=0.01)])
        with pytest.raises(LOST):
            http.get(SERIES, params={"offset": 0})


def test_a_client_that_left_a_stalled_request_holds_nobody_up(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", SERVER, str(tmp_path / "sandbox.db")]
    with (
        subprocess.Popen(
            command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process,
        Store(tmp_path / "sandbox.db") as store,
    ):
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        store.add_fault(Fault("stall", seconds=3600))
        with suppress(httpx.ReadTimeout), httpx.Client(trust_env=False, timeout=GIVES_UP) as http:
            http.get(url)
        process.send_signal(signal.SIGTERM)

        assert ("", "", 0) == (*process.communicate(timeout=30), process.returncode)
