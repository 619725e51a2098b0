"""The application inside this process, behind a synchronous httpx transport and without a port."""

from __future__ import annotations

import asyncio
import threading
import weakref
from typing import TYPE_CHECKING

import httpx

from reconciler.sandbox.app import application
from reconciler.sandbox.delivery import FATE, WAIT

if TYPE_CHECKING:
    from reconciler.sandbox.store import Store


def transport(store: Store) -> httpx.BaseTransport:
    """Make a transport for `httpx.Client(transport=...)`, usable from several threads at once.

    It runs until it is closed or forgotten. The store stays open: it belongs to the caller.
    """
    return _Transport(store)


class _Transport(httpx.BaseTransport):
    def __init__(self, store: Store) -> None:
        self._asgi = httpx.ASGITransport(application(store))
        self._loop = _Loop()
        self._stop = weakref.finalize(self, self._loop.stop)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()  # makes any stream one that can be read in the loop as well
        loop = self._loop.running()
        return asyncio.run_coroutine_threadsafe(self._answer(request), loop).result()

    def close(self) -> None:
        self._stop()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._asgi.handle_async_request(request)
        content = await answer.aread()
        _lose(request, answer.headers.pop(FATE, ""), content)
        answer.headers.pop(WAIT, None)  # nobody waits in here
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


def _lose(request: httpx.Request, fate: str, content: bytes) -> None:
    """Raise what httpx raises when an answer is lost over a real connection."""
    if fate == "timed out":
        raise httpx.ReadTimeout("timed out", request=request)
    if fate == "dropped":
        said = "Server disconnected without sending a response."
        raise httpx.RemoteProtocolError(said, request=request)
    if fate == "cut":
        size = f"(received {len(content) // 2} bytes, expected {len(content)})"
        said = f"peer closed connection without sending complete message body {size}"
        raise httpx.RemoteProtocolError(said, request=request)


class _Loop:
    """An event loop in a thread of its own, started by the first request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._running: asyncio.AbstractEventLoop
        self._stopping: asyncio.Event

    def running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._stopped:
                raise RuntimeError("the transport is closed")
            if self._thread is None:
                started = threading.Event()
                self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
                self._thread.start()
                started.wait()
            return self._running

    def stop(self) -> None:
        """End the thread, cancelling what is under way, and wait for it."""
        with self._lock:
            self._stopped = True
            if self._thread is not None:
                self._running.call_soon_threadsafe(self._stopping.set)
                self._thread.join()
                self._thread = None

    def _run(self, started: threading.Event) -> None:
        asyncio.run(self._until_stopped(started))

    async def _until_stopped(self, started: threading.Event) -> None:
        self._running = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        started.set()
        await self._stopping.wait()
