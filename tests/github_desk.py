"""What the tests of GitHub's client share: a client at the stand-in, on a clock of its own."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import httpx
import pytest
from faketime import FakeTime
from github_server import GitHubServer

from reconciler.errors import GitHubError
from reconciler.github.rest import GitHub, Site
from reconciler.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.limiter import Clock

TOKEN = "stand-in-for-a-token"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SHA, OTHER = "a" * 40, "b" * 40
ALL = {"issues": "write", "pull-requests": "write"}


@dataclass
class Desk:
    """The stand-in, a client of it, its time, and what was said."""

    server: GitHubServer
    github: GitHub
    time: FakeTime
    said: list[tuple[str, int]] = field(default_factory=list)


@contextmanager
def opened(
    server: GitHubServer,
    said: list[tuple[str, int]],
    clock: Clock,
    transport: httpx.BaseTransport | None = None,
    patience: float = 60,
) -> Iterator[GitHub]:
    site = Site(server.url, server.repository, TOKEN)

    def note(text: str, level: int) -> None:
        said.append((text, level))

    with GitHub(
        site,
        note=note,
        redactor=Redactor(),
        transport=transport or socket(),
        clock=clock,
        patience=patience,
    ) as github:
        yield github


@contextmanager
def at_desk() -> Iterator[Desk]:
    """Pull request 7, open, on a GitHub that must find nothing wrong with any request."""
    said: list[tuple[str, int]] = []
    with GitHubServer(now=NOON, tokens={TOKEN: ALL}) as server:
        server.add_pull(7, "priya", SHA)
        time = FakeTime()
        with opened(server, said, time.clock) as github:
            yield Desk(server, github, time, said)
        assert [] == server.violations
        assert [] == server.strange


def socket() -> httpx.HTTPTransport:
    """A real network; reading the certificates of the machine would take longer than a test."""
    return httpx.HTTPTransport(verify=_certificates())


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


def refused(call: Callable[[], object]) -> GitHubError:
    with pytest.raises(GitHubError) as caught:
        call()
    return caught.value


def methods(server: GitHubServer) -> list[str]:
    return [one.method for one in server.log]


def answering(body: bytes, link: str | None = None, status: int = 200) -> httpx.MockTransport:
    """A network that always answers the same."""
    headers = {"Link": link} if link else {}
    return httpx.MockTransport(lambda _: httpx.Response(status, content=body, headers=headers))


def ask(
    server: GitHubServer,
    method: str,
    path: str,
    body: object = None,
    *,
    token: str | None = TOKEN,
    **headers: str,
) -> httpx.Response:
    """One request, by a client that knows nothing of GitHub."""
    signed = {"Authorization": f"Bearer {token}"} if token else {}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with httpx.Client(base_url=server.url, transport=socket(), trust_env=False) as client:
        given = {"content": body} if isinstance(body, str) else {"json": body} if body else {}
        request = client.build_request(method, path, headers={**signed, **named}, **given)
        if request.headers["User-Agent"] == "none":
            del request.headers["User-Agent"]
        return client.send(request)
