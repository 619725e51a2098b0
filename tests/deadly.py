"""A sandbox server that kills whoever sends a certain request, and an apply that it kills."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import uvicorn
from faults import OPERATIONS

from reconciler.sandbox import Store, application

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

WHO = {"RECONCILER_CLIENT_KEY": "a-key", "RECONCILER_CLIENT_SECRET": "a-hidden-word"}
PATIENCE = 60.0  # seconds: only a test that fails waits for so long


@dataclass
class Trap:
    """Kills its victim when the nth request of an operation arrives, or after it is `processed`."""

    operation: str
    number: int
    processed: bool
    victim: Future[int] = field(default_factory=Future)
    met: int = 0

    def closes(self, method: str, url: str) -> bool:
        """Count a request; whether it is the one."""
        wanted, path = OPERATIONS[self.operation]
        matches = wanted in {method, "*"} and fnmatchcase(url, path)
        self.met += matches
        return matches and self.met == self.number

    def kill(self) -> None:
        os.kill(self.victim.result(PATIENCE), signal.SIGKILL)


class Server:
    """The sandbox on a socket, with a trap that a test sets."""

    def __init__(self, store: Store) -> None:
        self.store, self.trap, self.url = store, Trap("request", 0, processed=False), ""
        self._inner = application(store)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        query = scope["query_string"].decode()
        url = f"{scope['path']}?{query}" if query else scope["path"]
        trap = self.trap
        if not trap.closes(scope["method"], url):
            await self._inner(scope, receive, send)
            return
        if trap.processed:
            await self._inner(scope, receive, _nowhere)
        await asyncio.to_thread(trap.kill)
        while (await receive())["type"] != "http.disconnect":
            pass


async def _nowhere(_: Message) -> None:
    """The answer that nobody hears."""


@contextmanager
def serving(store: Store) -> Iterator[Server]:
    """Serve a store in a thread of this process."""
    server = Server(store)
    config = uvicorn.Config(server, lifespan="off", ws="none", log_config=None, port=0)
    loop = uvicorn.Server(config)
    with config.bind_socket() as listener:
        server.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=loop.run, args=([listener],))
        thread.start()
        try:
            yield server
        finally:
            loop.should_exit = True
            thread.join()


def killed(server: Server, trap: Trap, environment: Mapping[str, str], *words: str) -> bool:
    """Run `apply --yes` as a process until the trap kills it; False where it came to its end."""
    server.trap = trap
    command = [sys.executable, "-m", "reconciler", "apply", "--yes", *words]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **WHO, "RECONCILER_API_URL": server.url, **environment},
        text=True,
    ) as process:
        trap.victim.set_result(process.pid)
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode in {0, -signal.SIGKILL}, said
    return process.returncode != 0
