"""A private repository over HTTP: git's own server, which asks for a token as GitHub does."""

from __future__ import annotations

import base64
import os
import subprocess
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from machine import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class GitHost(ThreadingHTTPServer):
    """Serves one bare repository to those who have a token. `url` is where.

    `tokens` are the valid ones, with what each may do: reading needs `contents: read`, pushing
    `contents: write`.
    """

    daemon_threads = True

    def __init__(self, origin: Path, repository: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.origin, self.repository = origin, repository
        self.tokens: dict[str, Mapping[str, str]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def refusal(self, authorization: str, *, push: bool) -> tuple[int, str]:
        """Why a request is refused: a status and words; 0 if it is not."""
        kind, _, encoded = authorization.partition(" ")
        token = base64.b64decode(encoded).decode().partition(":")[2]
        if kind.lower() != "basic" or token not in self.tokens:
            return 401, "Repository not found."
        allowed = self.tokens[token].get("contents", "")
        if allowed not in {"write"} | (set() if push else {"read"}):
            return 403, f"Permission to {self.repository}.git denied to github-actions[bot]."
        return 0, ""


class Handler(BaseHTTPRequestHandler):
    """Hands a request on to `git http-backend`."""

    server: GitHost
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(b"")

    def do_POST(self) -> None:
        self.answer(self.body())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts: list[bytes] = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self, body: bytes) -> None:
        asked = urlsplit(self.path)
        name, _, rest = asked.path.lstrip("/").removeprefix(self.server.repository).partition("/")
        push = "git-receive-pack" in self.path
        status, why = self.server.refusal(self.headers.get("Authorization", ""), push=push)
        known = asked.path.startswith(f"/{self.server.repository}") and name in {"", ".git"}
        if not known:
            status, why = 404, "Repository not found."
        if status:
            self.reply(status, {"Content-Type": "text/plain"}, why.encode())
            return
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=True,
            env=self.gateway(rest, asked.query, len(body)),
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = (line.split(": ", 1) for line in head.decode().split("\r\n"))
        headers = {key: value for key, value in lines}  # noqa: C416 - mypy wants pairs
        code = int(headers.pop("Status", "200").split()[0])
        self.reply(code, headers, content)

    def reply(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="GitHub"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def gateway(self, rest: str, query: str, size: int) -> dict[str, str]:
        """The variables of a CGI program; nothing of the developer's own."""
        origin = self.server.origin.resolve()
        return {
            "PATH": os.pathsep.join(SYSTEM),
            "HOME": str(origin.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_PROJECT_ROOT": str(origin.parent),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH_INFO": f"/{origin.name}/{rest}",
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(size),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REMOTE_USER": "github-actions[bot]",
            "REMOTE_ADDR": "127.0.0.1",
        }


@contextmanager
def serving(origin: Path, repository: str) -> Iterator[GitHost]:
    """A host for the length of a block."""
    with GitHost(origin, repository) as host:
        thread = Thread(target=host.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield host
        finally:
            host.shutdown()
            thread.join()
