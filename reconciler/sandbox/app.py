"""The starlette application: routes, and the one door through which all requests go."""

from __future__ import annotations

import json
import time
import uuid
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reconciler.sandbox import endpoints, signin
from reconciler.sandbox.delivery import FATE, WAIT
from reconciler.sandbox.endpoints import Call
from reconciler.sandbox.errors import RefusalError
from reconciler.sandbox.exchange import answered
from reconciler.sandbox.journal import Request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request as HttpRequest

    from reconciler.sandbox.exchange import Answer
    from reconciler.sandbox.store import Store

    Endpoint = Callable[[Store, Call], dict[str, Any]]


def application(store: Store) -> Starlette:
    """Make the API over a store. The store stays open: it belongs to the caller."""
    door = _Door(store)
    app = Starlette(
        routes=[
            Route("/v2/coupon/series", door.to(endpoints.read), methods=["GET"]),
            Route("/v2/coupon/series", door.to(endpoints.create), methods=["POST"]),
            Route("/v2/coupon/series/{id}", door.to(endpoints.update), methods=["PUT"]),
            Route("/v1.1/coupon/series", door.to(endpoints.read_old), methods=["GET"]),
            Route("/v3/oauth/token/generate", door.sign_in, methods=["POST"]),
        ],
        exception_handlers={HTTPException: door.no_such_route},
    )
    app.router.redirect_slashes = False
    return app


class _Door:
    """Reads the body, checks the sign-in, answers, logs. What goes wrong on the way goes here.

    The endpoints run in the event loop itself: that is quicker than handing them to a thread.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def to(self, endpoint: Endpoint) -> Callable[[HttpRequest], Awaitable[Response]]:
        """Make the route of an endpoint that wants a sign-in."""

        async def route(http: HttpRequest) -> Response:
            body = _decoded(await http.body())

            def work() -> dict[str, Any]:
                signin.check(self._store, http.headers)
                path_id = http.path_params.get("id", "")
                return endpoint(self._store, Call(_query(http), path_id, body))

            def may_be_late() -> bool:
                signed_in = signin.is_good(self._store, http.headers)
                return signed_in and endpoint in endpoints.WRITES.values()

            return self._answered(http, work, body, may_be_late)

        return route

    async def sign_in(self, http: HttpRequest) -> Response:
        """Give a token. The log never sees the key and the secret."""
        body = _decoded(await http.body())
        return self._answered(http, lambda: signin.generate_token(self._store, body))

    async def no_such_route(self, http: HttpRequest, exception: Exception) -> Response:
        """Answer an unknown path or method the way the API answers errors."""
        status = cast("HTTPException", exception).status_code

        def answer() -> dict[str, Any]:
            raise RefusalError(status, f"{http.method} {http.url.path} is not part of the API")

        return self._answered(http, answer)

    def _answered(
        self,
        http: HttpRequest,
        work: Callable[[], dict[str, Any]],
        body: object = None,
        may_be_late: Callable[[], bool] = lambda: False,
    ) -> Response:
        request = Request(http.method, http.url.path, http.url.query, 0, body)
        answer = answered(self._store, request, work, may_be_late)
        headers = {
            "Date": formatdate(time.time() + self._store.behaviour.clock_offset, usegmt=True),
            "X-Cap-Requestid": uuid.uuid4().hex,
            **_extra(answer),
        }
        if not answer.garbled:
            return JSONResponse(answer.content, answer.status or 200, headers)
        whole = JSONResponse(answer.content).body
        part = bytes(whole[: len(whole) // 2])
        return Response(part, answer.status, headers, "application/json")


def _extra(answer: Answer) -> dict[str, str]:
    """Give the headers that not every answer has, those for its carrier among them."""
    extra = {} if answer.retry_after is None else {"Retry-After": answer.retry_after}
    if answer.wait:
        extra[WAIT] = str(answer.wait)
    return extra if answer.fate == "arrives" else {**extra, FATE: answer.fate}


def _query(http: HttpRequest) -> dict[str, list[str]]:
    return {name: http.query_params.getlist(name) for name in http.query_params}


def _decoded(raw: bytes) -> Any:  # noqa: ANN401 - JSON may be anything
    """Decode JSON strictly; None for what cannot be read or could not be answered in UTF-8."""
    try:
        body = json.loads(raw.decode(), parse_constant=_refuse)
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return body


def _refuse(constant: str) -> float:
    raise ValueError(constant)
