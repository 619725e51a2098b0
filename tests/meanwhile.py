"""What others do while a run waits, and machines that die on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from faketime import FakeTime

from reconciler.apply import execute
from reconciler.client import Client
from reconciler.config import sandbox_credentials
from reconciler.sandbox import transport
from reconciler.watch import NOTHING_SEEN, Seen, Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.config import Target
    from reconciler.plan import Plan
    from reconciler.report import Outcome
    from reconciler.sandbox import Store


class Meanwhile(FakeTime):
    """Time in which something happens once: during the first wait after it was set."""

    def __init__(self) -> None:
        super().__init__()
        self.then: Callable[[], object] | None = None

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.happen()

    def happen(self) -> None:
        """Let it happen now, if it has not yet."""
        then, self.then = self.then, None
        if then is not None:
            then()


def waiting(store: Store, target: Target, time: FakeTime) -> Client:
    """A client of the sandbox that waits by a time of the test."""
    return Client(target, sandbox_credentials(), transport(store), clock=time.clock)


def applied(plan: Plan, client: Client, time: FakeTime, seen: Seen = NOTHING_SEEN) -> Outcome:
    """Apply a plan of one change by a time of the test; how it ended."""
    (found,) = execute(plan, client, seen, Watch(clock=time.time))
    return found


def use_up(client: Client, pace: int, left: int) -> None:
    """Read until so many requests of this minute are left."""
    while client.requests.read % pace != (pace - left) % pace:
        client.by_code("APRIL100")


class DiedError(BaseException):
    """The end of a process, which nothing in it outlives."""


class Wire(httpx.BaseTransport):
    """The sandbox, with something that happens before requests and after answers."""

    def __init__(
        self,
        store: Store,
        *,
        before: Callable[[httpx.Request], object] = lambda _: None,
        after: Callable[[httpx.Request], object] = lambda _: None,
    ) -> None:
        self.inner, self.before, self.after = transport(store), before, after

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.before(request)
        response = self.inner.handle_request(request)
        self.after(request)
        return response

    def close(self) -> None:
        self.inner.close()


def dies_at(method: str) -> Callable[[httpx.Request], None]:
    """For `before`: the machine is gone when it is about to send its first such request."""

    def die(request: httpx.Request) -> None:
        if request.method == method:
            raise DiedError

    return die
