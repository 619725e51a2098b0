"""The application as a real HTTP server."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.sandbox.app import application
from reconciler.sandbox.delivery import carried
from reconciler.sandbox.store import Store

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

    from reconciler.sandbox.behaviour import Behaviour

_PATIENCE: Final = 5  # seconds for requests in flight to finish after a signal


def serve(
    path: str,
    host: str = "127.0.0.1",
    port: int = 8484,
    behaviour: Behaviour | None = None,
    *,
    announce: Callable[[str], None],
) -> None:
    """Serve the database at `path` until SIGINT or SIGTERM, finish requests in flight, and return.

    A behaviour wins over that which is set in the database. `announce` gets the URL as soon as
    connections are accepted; port 0 takes a free one. OSError when the port is in use. Signals are
    heeded in the main thread only, as Python has it.
    """
    with _listening(host, port) as listener, Store(path, behaviour) as store:
        config = uvicorn.Config(
            application(store),
            http=_Protocol,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            date_header=False,  # the application has a clock of its own
            timeout_graceful_shutdown=_PATIENCE,
        )
        url = f"http://{host}:{listener.getsockname()[1]}"
        _Server(config, lambda: announce(url)).run(sockets=[listener])


class _Protocol(H11Protocol):
    """A connection that answers may break."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as the class above
        super().connection_made(transport)
        self.app = carried(self.app, transport)


class _Server(uvicorn.Server):
    """A server that tells when it listens, and returns after a signal instead of raising it."""

    def __init__(self, config: uvicorn.Config, listens: Callable[[], None]) -> None:
        super().__init__(config)
        self._listens = listens

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listens()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        heeded = threading.current_thread() is threading.main_thread()
        numbers = (signal.SIGINT, signal.SIGTERM) if heeded else ()
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _listening(host: str, port: int) -> socket.socket:
    """Listen before uvicorn starts, which would end the process when it cannot."""
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}") from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else an answer takes 40 ms
    return listener
