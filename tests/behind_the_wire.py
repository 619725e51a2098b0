"""What the sandbox received, and a wire to it that loses and spoils answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from faketime import FakeTime

from reconciler.client import Client
from reconciler.config import sandbox_credentials
from reconciler.sandbox import Store, transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.config import Target


def writes(store: Store) -> list[str]:
    return [call.method for call in store.requests() if call.method in {"POST", "PUT"}]


def last_put(store: Store) -> dict[str, Any]:
    bodies = [call.body for call in store.requests() if call.method == "PUT"]
    assert isinstance(bodies[-1], dict)
    body = bodies[-1]["CouponSeriesV2"]
    assert isinstance(body, dict)
    return body


def talking(target: Target, wire: httpx.BaseTransport) -> Client:
    """A client on a wire, whose waits take no time."""
    return Client(target, sandbox_credentials(), wire, clock=FakeTime().clock)


class Broken(httpx.BaseTransport):
    """The sandbox, where some answers get lost or spoilt on their way back."""

    def __init__(
        self, store: Store, spoil: Callable[[httpx.Request, httpx.Response], httpx.Response]
    ) -> None:
        self.inner, self.spoil = transport(store), spoil

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.spoil(request, self.inner.handle_request(request))

    def close(self) -> None:
        self.inner.close()


def forgetful(_request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """Every row shows a minimum that nobody asked for."""
    response.read()
    body = response.json()
    for row in body.get("entity", [body]):
        row["minBillAmount"] = -1
    return httpx.Response(response.status_code, json=body)


def lost(method: str) -> Callable[[httpx.Request, httpx.Response], httpx.Response]:
    def spoil(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method != method:
            return response
        response.close()
        raise httpx.ReadTimeout("no answer", request=request)

    return spoil


def refused(method: str, code: int) -> Callable[[httpx.Request, httpx.Response], httpx.Response]:
    def spoil(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method != method:
            return response
        response.close()
        error = {"status": False, "code": code, "message": "not now"}
        return httpx.Response(200, json={"errors": [error], "warnings": []})

    return spoil
