"""How an answer is lost on its way over a real connection.

The application says in two headers what becomes of its answer; whoever carries the answer takes
them off and acts on them: `carried` here, and the transport without a port.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from asyncio import Transport
    from collections.abc import Awaitable, Callable

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

FATE: Final = "x-sandbox-fate"
WAIT: Final = "x-sandbox-wait"


def carried(app: App, connection: Transport) -> App:
    """Make an ASGI application that breaks its connection when the answer is to be lost."""

    async def carry(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        way = _Way(connection, receive, send)
        await app(scope, receive, way.pass_on)

    return carry


class _Way:
    """The way of one answer, which comes as a start and a body."""

    def __init__(self, connection: Transport, receive: Receive, send: Send) -> None:
        self._connection, self._receive, self._send = connection, receive, send
        self._fate = ""

    async def pass_on(self, message: Message) -> None:
        """Pass the next part on, late, cut or not at all."""
        if message["type"] == "http.response.start":
            headers = [(name.decode(), value.decode()) for name, value in message["headers"]]
            self._fate = dict(headers).get(FATE, "")
            await self._pause(float(dict(headers).get(WAIT, "0")))
            ours = {FATE.encode(), WAIT.encode()}
            kept = [pair for pair in message["headers"] if pair[0] not in ours]
            message = {**message, "headers": kept}
        if self._fate in {"dropped", "timed out"}:
            self._connection.abort()
            await self._gone()
        elif self._fate == "cut" and message["type"] == "http.response.body":
            half = message["body"][: len(message["body"]) // 2]
            await self._send({**message, "body": half, "more_body": True})
            self._connection.close()
            await self._gone()
        else:
            await self._send(message)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not for somebody who has gone: that would hold up the end of the server."""
        if seconds:
            try:
                await asyncio.wait_for(self._gone(), seconds)
            except TimeoutError:
                return

    async def _gone(self) -> None:
        """Wait until the server knows that the connection has ended: then it misses no answer."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
