"""What the network does to a request: real sockets on the loopback interface."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import threading
import traceback
from typing import TYPE_CHECKING

import httpx
import pytest
from wire import client, listening, on

from reconciler.errors import (
    ApiError,
    ConnectionLostError,
    RedirectedError,
    TimedOutError,
    UnreachableError,
)

if TYPE_CHECKING:
    from pathlib import Path

ROWS = b'{"entity": [{"id": 1, "seriesCode": "A"}]}'
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


def answering(*parts: bytes) -> type[ApiError] | None:
    """How a read ends that a server answers with these bytes, before it closes."""

    def talk(opened: socket.socket) -> None:
        opened.recv(65536)
        for part in parts:
            opened.sendall(part)

    with listening(talk) as port, on(port) as api:
        try:
            api.by_ids([1])
        except ApiError as error:
            found = error
        else:
            return None
    assert f"127.0.0.1:{port}" in str(found)
    assert "open-sesame" not in "".join(traceback.format_exception(found))
    return type(found)


def test_a_whole_answer_is_read() -> None:
    assert None is answering(OK % len(ROWS), ROWS)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [b"HTTP/1.1 200"],
        [OK % len(ROWS)],
        [OK % len(ROWS), ROWS[:10]],
        [b"open-sesame is not HTTP\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"],
    ],
    ids=["nothing", "half a line", "no body", "half a body", "noise", "half a chunk", "bad gzip"],
)
def test_an_answer_that_is_not_whole_is_a_lost_connection(parts: list[bytes]) -> None:
    assert ConnectionLostError is answering(*parts)


def test_a_compressed_answer_is_read() -> None:
    packed = gzip.compress(ROWS)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"

    assert None is answering(head % len(packed), packed)


def test_a_reset_after_the_request_leaves_a_write_open() -> None:
    def talk(opened: socket.socket) -> None:
        opened.recv(1)  # the rest is unread, so closing resets

    with listening(talk) as port, on(port) as api, pytest.raises(ConnectionLostError) as caught:
        api.create({"description": "x" * 100_000})
    assert caught.value.may_have_happened


def test_a_refused_connection_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with on(port) as api, pytest.raises(UnreachableError, match="is the URL right") as caught:
        api.create({})
    assert not caught.value.may_have_happened


@pytest.mark.parametrize("first", [b"", OK % 100], ids=["before the answer", "before the body"])
def test_a_server_that_stalls_times_out(first: bytes) -> None:
    over = threading.Event()

    def talk(opened: socket.socket) -> None:
        opened.sendall(first)
        over.wait(timeout=30)

    with listening(talk) as port, on(port, patience=0.6) as api:
        with pytest.raises(TimedOutError, match="did not answer POST /v2/coupon/series in time"):
            api.create({})
        over.set()


def test_a_body_that_comes_drop_by_drop_times_out() -> None:
    over = threading.Event()

    def talk(opened: socket.socket) -> None:
        opened.sendall(OK % 150)
        while not over.wait(timeout=0.02):
            opened.sendall(b" ")

    with listening(talk) as port, on(port, patience=0.9) as api:
        with pytest.raises(TimedOutError) as caught:
            api.by_ids([1])
        over.set()
    assert caught.value.may_have_happened


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*make.split(), *names, *files], check=True, capture_output=True)
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(certificate, key)
    heard: list[bytes] = []

    with (
        listening(lambda opened: heard.append(opened.recv(65536)), secured) as port,
        on(port, "https") as api,
        pytest.raises(UnreachableError, match="CERTIFICATE"),
    ):
        api.by_ids([1])
    assert [] == heard


def test_credentials_do_not_follow_a_redirect() -> None:
    heard: list[bytes] = []
    with listening(lambda opened: heard.append(opened.recv(65536))) as other:

        def talk(opened: socket.socket) -> None:
            opened.recv(65536)
            there = f"Location: http://127.0.0.1:{other}/v2/coupon/series"
            opened.sendall(f"HTTP/1.1 307 Go\r\n{there}\r\nContent-Length: 0\r\n\r\n".encode())

        with listening(talk) as port, on(port) as api, pytest.raises(RedirectedError):
            api.create({})
    assert [] == heard


def test_no_proxy_reads_what_goes_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    with listening(lambda opened: heard.append(opened.recv(65536))) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        assert None is answering(OK % len(ROWS), ROWS)
    assert [] == heard


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (httpx.ConnectError, UnreachableError),
        (httpx.ConnectTimeout, UnreachableError),
        (httpx.PoolTimeout, UnreachableError),
        (httpx.ProxyError, UnreachableError),
        (httpx.ReadTimeout, TimedOutError),
        (httpx.WriteTimeout, TimedOutError),
        (httpx.ReadError, ConnectionLostError),
        (httpx.WriteError, ConnectionLostError),
        (httpx.RemoteProtocolError, ConnectionLostError),
    ],
)
@pytest.mark.parametrize("said", ["", "broken\nopen-sesame" + "x" * 10_000], ids=["mute", "loud"])
def test_every_fault_of_the_network_has_its_error(
    fault: type[httpx.TransportError], kind: type[ApiError], said: str
) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise fault(said)

    with client(answer) as api, pytest.raises(ApiError) as caught:
        api.create({})

    assert kind is type(caught.value)
    assert (kind is not UnreachableError) is caught.value.may_have_happened
    shown = "".join(traceback.format_exception(caught.value))
    assert "open-sesame" not in shown
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 700
