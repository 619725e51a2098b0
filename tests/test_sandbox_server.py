"""The sandbox as a real server, on a real socket of the loopback interface."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from sandbox_client import MINIMAL, SERIES, accepted, basic

from reconciler.sandbox import Store, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVER = """
import sys
from reconciler.sandbox import Behaviour, serve
serve(sys.argv[1], port=int(sys.argv[2]), behaviour=Behaviour(page_limit=1),
      announce=lambda url: print(url, flush=True))
print("returned")
"""


@contextmanager
def running(path: Path, port: int = 0) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "error", "-c", SERVER, str(path), str(port)]
    with subprocess.Popen(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def announced(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ended(process: subprocess.Popen[str]) -> tuple[str, str, int]:
    output, errors = process.communicate(timeout=30)
    return output, errors, process.returncode


def accepts(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=30):
            return True
    except ConnectionError:
        return False


def client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers=basic(), trust_env=False)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_server_keeps_its_series_over_a_restart(tmp_path: Path, stop: signal.Signals) -> None:
    path = tmp_path / "sandbox.db"
    with running(path) as process, client(url := announced(process)) as http:
        posts = [http.post(SERIES, json={"CouponSeriesV2": MINIMAL}) for _ in range(2)]
        created = [accepted(post)["id"] for post in posts]
        assert 1 == len(accepted(http.get(SERIES, params={"offset": 0}))["entity"])
        process.send_signal(stop)
        assert ("returned\n", "", 0) == ended(process)

    port = httpx.URL(url).port or 0
    with running(path, port) as process, client(again := announced(process)) as http:
        rows = accepted(http.get(SERIES, params={"ids": created}))["entity"]

    assert url == again
    assert set(created) == {row["id"] for row in rows}
    with Store(path) as store:
        assert ["POST", "POST", "GET", "GET"] == [one.method for one in store.requests()]


def test_a_request_under_way_is_finished_after_the_signal(tmp_path: Path) -> None:
    body = b'{"CouponSeriesV2": {}}'
    head = [
        f"POST {SERIES} HTTP/1.1",
        "Host: sandbox",
        f"Authorization: {basic()['Authorization']}",
        f"Content-Length: {len(body)}",
        "Expect: 100-continue",
    ]
    with running(tmp_path / "sandbox.db") as process:
        address = ("127.0.0.1", httpx.URL(announced(process)).port or 0)
        with socket.create_connection(address, timeout=30) as connection:
            connection.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")

            process.send_signal(signal.SIGTERM)
            while accepts(address):
                pass
            connection.sendall(body)
            answer = connection.recv(1000)

        assert answer.startswith(b"HTTP/1.1 403 ")
        assert ("returned\n", "", 0) == ended(process)


def test_a_port_in_use_is_an_error_that_names_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"127.0.0.1:{port}") as caught:
            serve(str(tmp_path / "sandbox.db"), port=port, announce=print)

    assert errno.EADDRINUSE == caught.value.errno
    assert [] == list(tmp_path.iterdir())


def test_a_server_in_the_main_thread_leaves_the_signal_handlers_as_they_were() -> None:
    before = signal.getsignal(signal.SIGTERM)
    answers: list[httpx.Response] = []

    def visit(url: str) -> None:
        with client(url) as http:
            answers.append(http.get(SERIES, params={"offset": 0}))
        os.kill(os.getpid(), signal.SIGTERM)

    def announce(url: str) -> None:
        visitors.append(threading.Thread(target=visit, args=(url,)))
        visitors[0].start()

    visitors: list[threading.Thread] = []
    serve(":memory:", port=0, announce=announce)
    visitors[0].join()

    assert [200] == [answer.status_code for answer in answers]
    assert before == signal.getsignal(signal.SIGTERM)


def test_a_server_in_another_thread_answers_and_ends_with_its_process() -> None:
    program = """
import threading, httpx
from reconciler.sandbox import serve
urls, announced = [], threading.Event()
def announce(url): urls.append(url); announced.set()
options = {"port": 0, "announce": announce}
threading.Thread(target=serve, args=(":memory:",), kwargs=options, daemon=True).start()
announced.wait(30)
print(httpx.get(urls[0], trust_env=False).status_code)
"""
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)

    assert ("404\n", "", 0) == (done.stdout, done.stderr, done.returncode)


def test_an_announcement_that_fails_ends_the_server() -> None:
    urls: list[str] = []

    def announce(url: str) -> None:
        urls.append(url)
        raise LookupError(url)

    with pytest.raises(LookupError):
        serve(":memory:", port=0, announce=announce)
    assert not accepts(("127.0.0.1", httpx.URL(urls[0]).port or 0))
