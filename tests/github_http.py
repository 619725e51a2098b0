"""HTTP on a port of this machine: requests in, replies out, every connection closed at the end."""

from __future__ import annotations

import contextlib
import email.utils
import json
import socket
import threading
from dataclasses import dataclass
from datetime import UTC
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import TypeAlias

    Headers: TypeAlias = dict[str, str]
    Answering: TypeAlias = Callable[["Came"], "Reply | None"]


BAD = object()
"""In place of a body that is not JSON."""


@dataclass(frozen=True)
class Came:
    """A request. The names of headers are in lower case."""

    method: str
    path: str
    query: Headers
    headers: Headers
    raw: bytes

    @property
    def token(self) -> str:
        """What it is signed with."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def body(self) -> Any:  # noqa: ANN401 - any JSON
        """The JSON that it holds: None for nothing, BAD for what is no JSON."""
        try:
            return json.loads(self.raw) if self.raw else None
        except ValueError:
            return BAD


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its JSON, headers of its own, and the server's time."""

    status: int
    document: Any
    headers: dict[str, str]
    at: datetime


class Listener:
    """Answers on a free port until it is closed."""

    def __init__(self, answering: Answering) -> None:
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.answering = answering
        self.port = self._http.server_address[1]
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Break what is still open, and wait for every thread."""
        self._http.shutdown()
        self._thread.join()
        self._http.break_connections()
        self._http.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them
    request_queue_size = 64
    answering: Answering

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the standard library's signature
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the same
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def break_connections(self) -> None:
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else an answer takes 40 ms

    def handle_one_request(self) -> None:
        with contextlib.suppress(ConnectionError):  # a client that has gone
            super().handle_one_request()
            return
        self.close_connection = True

    def _reply(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        raw = self.rfile.read(int(headers.get("content-length", "0")))
        answering = cast("_Server", self.server).answering
        reply = answering(Came(self.command, unquote(parts.path), query, headers, raw))
        if reply is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        body = json.dumps(reply.document).encode()
        usual = {
            "Date": email.utils.format_datetime(reply.at.astimezone(UTC), usegmt=True),
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": "4999",
            "X-RateLimit-Reset": str(int(reply.at.timestamp()) + 3600),
        }
        self.send_response_only(reply.status)
        for name, value in {**usual, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _reply  # noqa: N815 - the names are the standard library's

    def log_message(self, format: str, *_words: object) -> None:  # noqa: A002 - the same
        """Say nothing: the log is a value."""
