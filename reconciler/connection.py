"""One target over httpx: signing in, the limit, retries, and what went wrong on the way.

Every method raises a subclass of ApiError, and InterruptedRunError once its run was stopped.
Sections are those of the API page.
"""

from __future__ import annotations

import math
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import httpx

from reconciler.answers import check, moment, shown
from reconciler.errors import (
    ApiError,
    ConnectionLostError,
    RejectedError,
    StaleReadingError,
    TimedOutError,
    UnreachableError,
)
from reconciler.limiter import REAL, Limiter, Requests
from reconciler.redaction import Redactor
from reconciler.retries import Retries, transient
from reconciler.signin import TOKEN_PATH, SignIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.config import Credentials, Target
    from reconciler.limiter import Clock, Stop

PATIENCE = 60.0  # seconds that a request takes at most
SKEW = 60.0  # seconds that the server's clock may be off
_Out = TypeVar("_Out")
Due: TypeAlias = "Callable[[], bool]"


def always() -> bool:
    """For a write that rests on no reading."""
    return True


class Connection:
    """One target's host. Methods may be called from several threads."""

    def __init__(  # noqa: PLR0913 - each is one thing that a test or a command replaces
        self,
        target: Target,
        credentials: Credentials,
        *,
        transport: httpx.BaseTransport | None = None,
        note: Callable[[str, int], None],
        patience: float = PATIENCE,
        clock: Clock = REAL,
        redactor: Redactor | None = None,
    ) -> None:
        """Open nothing yet. See Client for what the parameters do."""
        self.target, self.note = target, note
        self.requests = Requests()
        self._patience = patience
        self._limiter = Limiter(target.requests_per_minute, clock, self._waits)
        self._retries = Retries(self._limiter, clock, note)
        base = "http://sandbox" if target.sandbox_path is not None else target.url
        self._http = httpx.Client(
            base_url=base,
            transport=transport,
            timeout=httpx.Timeout(patience / 3, connect=patience / 6),
            follow_redirects=False,
            trust_env=base.lower().startswith("https:"),  # else a proxy would read the credentials
            headers={
                "Accept": "application/json",
                "Content-Type": "application/json",
                "User-Agent": "coupon-series-reconciler",
            },
        )
        hide = redactor or Redactor()
        persist = self._retries.run
        self._sign_in = SignIn(
            credentials, self._ask_token, clock.now, hide, lambda call: persist(call, _answered)
        )
        self.skew: float | None = None  # seconds that the server's clock is ahead, once known
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def stop(self) -> Stop:
        """What ends the run early; every request asks it right before it leaves."""
        return self._limiter.stop

    def persist(self, call: Callable[[], _Out], again: Callable[[ApiError], bool]) -> _Out:
        """Make a call until it is through, with the waits and the bounds of any read."""
        return self._retries.run(call, again)

    def read(self, path: str, params: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """GET, as often as it takes."""
        return self._retries.run(lambda: self.read_once(path, params), transient)

    def read_once(self, path: str, params: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """GET, without a second attempt."""
        return self._call("read", self._http.build_request("GET", path, params=params))

    def write(self, method: str, path: str, body: dict[str, Any], due: Due = always) -> Any:  # noqa: ANN401 - any JSON
        """POST or PUT, once: whoever sends it again looks first at what came of it.

        `due` is asked when its turn has come. Raises StaleReadingError, and sends nothing, where
        the write is not due any more.
        """
        try:
            request = self._http.build_request(method, path, json=body)
        except (ValueError, RecursionError) as error:  # a number that JSON does not have
            message = f"{method} {path} was not sent: {error}"
            raise RejectedError(message) from error
        return self._call("write", request, due)

    def _call(self, kind: str, request: httpx.Request, due: Due = always) -> Any:  # noqa: ANN401 - any JSON
        what = f"{request.method} {request.url.path}"
        self._sign_in.sign(request)
        response = self._send_counted(kind, request, due)
        if response.status_code == httpx.codes.UNAUTHORIZED and self._sign_in.renew(request):
            response = self._send_counted(kind, request, due)
        return check(response, what, self._sign_in.redact)

    def _ask_token(self, pair: dict[str, str]) -> httpx.Response:
        return self._send_counted(
            "sign_in", self._http.build_request("POST", TOKEN_PATH, json=pair)
        )

    def _send_counted(self, kind: str, request: httpx.Request, due: Due = always) -> httpx.Response:
        """Send one request at its turn. The host is named in errors, credentials never are."""
        host = self.target.host
        turn = self._limiter.wait()
        if kind != "sign_in" and self._sign_in.over(request):  # the wait outlived the token
            self._sign_in.sign(request)
            turn = self._limiter.wait()
        what = f"{request.method} {request.url.raw_path.decode()}"
        if not due():
            self._limiter.give_back(turn)
            message = f"{what} was not sent: what it rests on was read too long ago"
            raise StaleReadingError(message)
        self.requests.count(kind)
        hide = self._sign_in.redact
        try:
            response = self._whole(request)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
        ) as error:
            why = shown(hide(str(error))) or type(error).__name__
            message = f"{host} cannot be reached ({why}); is it running, is the URL right?"
            raise UnreachableError(message) from None
        except httpx.TimeoutException:
            message = f"{host} did not answer {what} in time"
            raise TimedOutError(message) from None
        except httpx.HTTPError as error:
            why = shown(hide(str(error))) or type(error).__name__
            message = f"the connection to {host} broke during {what} ({why})"
            raise ConnectionLostError(message) from None
        signed = kind != "sign_in"  # a token is known as one only after its answer is read
        traced = shown(hide(response.headers.get("X-Cap-Requestid", ""))) if signed else ""
        self.note(f"{what} {response.status_code}" + (f" request {traced}" if traced else ""), 2)
        self._compare_clocks(response)
        return response

    def _whole(self, request: httpx.Request) -> httpx.Response:
        """An answer with its body, which does not come drop by drop for ever."""
        ends = time.monotonic() + self._patience * 2 / 3  # one more wait for bytes may follow
        with closing(self._http.send(request, stream=True)) as response:
            response.stream = _Timed(cast("httpx.SyncByteStream", response.stream), ends)
            response.read()
        return response

    def _compare_clocks(self, response: httpx.Response) -> None:
        """Warn once of a server whose clock is far from ours: rules about days rest on it."""
        there = moment(response.headers.get("Date"))
        with self._lock:
            if self.skew is not None or there is None:
                return
            skew = self.skew = there - time.time()
        if abs(skew) > SKEW:
            side = "ahead of" if skew > 0 else "behind"
            seconds = f"{abs(skew):,.0f} s"
            said = f"the clock of {self.target.host} is {seconds} {side} this machine's"
            self.note(f"warning: {said}; one of the two is wrong about what has expired", 0)

    def _waits(self, seconds: float, asked: bool) -> None:  # noqa: FBT001 - the limiter's signature
        name, whole = self.target.name, math.ceil(seconds)
        if asked:
            self.note(f"waiting {whole} s: {name} asks for fewer requests", 0)
        else:
            limit = f"{name} takes {self.target.requests_per_minute} requests a minute"
            self.note(f"waiting {whole} s: {limit}", 0)


def _answered(error: ApiError) -> bool:
    """Whether to ask for a token again: where nobody is there, the call itself goes again."""
    return transient(error) and not isinstance(error, UnreachableError)


class _Timed(httpx.SyncByteStream):
    """A body that is given up where it still comes at `ends`, by time.monotonic."""

    def __init__(self, body: httpx.SyncByteStream, ends: float) -> None:
        self._body, self._ends = body, ends

    def __iter__(self) -> Iterator[bytes]:
        for part in self._body:
            if time.monotonic() > self._ends:
                message = "the body takes too long"
                raise httpx.ReadTimeout(message)
            yield part

    def close(self) -> None:
        self._body.close()
