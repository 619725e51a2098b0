"""What the client's tests share: a client whose network is a function, or a socket of this host."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx
from faketime import FakeTime
from pydantic import SecretStr

from reconciler.client import Client
from reconciler.config import Credentials, Target

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from reconciler.limiter import Clock

    Answer = Callable[[httpx.Request], httpx.Response]

TARGET = Target("eu", "https://api.test", ZoneInfo("UTC"), None)
BASIC = Credentials("Basic", SecretStr("user"), SecretStr("open-sesame"))
OAUTH = Credentials("OAuth", SecretStr("a-key"), SecretStr("a-hidden-word"))
MD5 = "436954d7aad3e9d4e6c0d9d525318b17"  # of the password, in hex


def client(
    answer: Answer,
    credentials: Credentials = BASIC,
    note: Callable[[str, int], None] | None = None,
    *,
    clock: Clock | None = None,
    per_minute: int | None = None,
) -> Client:
    heard = note or (lambda _text, _level: None)
    target, passing = replace(TARGET, requests_per_minute=per_minute), clock or FakeTime().clock
    return Client(target, credentials, httpx.MockTransport(answer), heard, clock=passing)


def row(number: int, code: str | None = None) -> dict[str, Any]:
    return {"id": number, "seriesCode": f"S{number}" if code is None else code}


def rows(*found: object) -> httpx.Response:
    return httpx.Response(200, json={"entity": found, "warnings": []})


def refusal(
    code: object, message: object = "no", status: int = 200, headers: dict[str, str] | None = None
) -> httpx.Response:
    error = {"status": False, "code": code, "message": message}
    return httpx.Response(status, json={"errors": [error], "warnings": []}, headers=headers)


def by_id(request: httpx.Request) -> httpx.Response:
    return rows(*(row(int(one)) for one in request.url.params.get_list("ids")))


class Scripted:
    """Answers one after the other; the requests are kept."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answers.pop(0)


def on(port: int, scheme: str = "http", patience: float = 60) -> Client:
    target = Target("local", f"{scheme}://127.0.0.1:{port}", ZoneInfo("UTC"), None)
    return Client(target, BASIC, patience=patience, clock=FakeTime().clock)


@contextmanager
def listening(
    talk: Callable[[socket.socket], None], secured: ssl.SSLContext | None = None
) -> Iterator[int]:
    """A server on the loopback interface: `talk` gets each connection. Yields the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:  # closed: the test is over
                return
            try:
                with secured.wrap_socket(plain, server_side=True) if secured else plain as opened:
                    opened.settimeout(30)
                    talk(opened)
            except OSError:  # the client went away, or did not like the certificate
                plain.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def token(name: str, seconds: object = 300) -> httpx.Response:
    """What an OAuth sign-in answers."""
    return httpx.Response(200, json={"data": {"accessToken": name, "ttlSeconds": seconds}})
