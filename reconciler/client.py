"""The API over httpx: signing in, the limit, what counts as an answer, and what went wrong.

Every method raises a subclass of ApiError. Sections are those of the API page.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from reconciler.answers import check, entity
from reconciler.errors import (
    ApiError,
    ConnectionLostError,
    NotFoundError,
    RejectedError,
    TimedOutError,
    UnexpectedAnswerError,
    UnreachableError,
)
from reconciler.limiter import Limiter
from reconciler.live import LiveSeries, read_series
from reconciler.signin import SignIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from reconciler.config import Credentials, Target

SERIES = "/v2/coupon/series"
PAGE_SIZE = 100
IDS_AT_ONCE = 50
TIMEOUT = httpx.Timeout(30.0, connect=10.0, pool=60.0)
_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(slots=True)
class Requests:
    """How many requests were made. The sum is all of them."""

    read: int = 0
    write: int = 0
    sign_in: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def counted(self) -> dict[str, int]:
        """The figures; signing in is named only where it took requests."""
        figures = {"read": self.read, "write": self.write, "sign_in": self.sign_in}
        return {kind: count for kind, count in figures.items() if count or kind != "sign_in"}

    def count(self, kind: str) -> None:
        """Count one more; several threads may."""
        with self.lock:
            setattr(self, kind, getattr(self, kind) + 1)


@dataclass(frozen=True, slots=True)
class Created:
    """What a POST answered: the new row, or only that something was created (section 1)."""

    row: LiveSeries | None


class Client:
    """One target's API. Use it as a context manager; methods may be called from several threads."""

    def __init__(
        self,
        target: Target,
        credentials: Credentials,
        transport: httpx.BaseTransport | None = None,
        note: Callable[[str, int], None] = lambda _text, _level: None,
    ) -> None:
        """Open nothing yet. `transport` replaces the network (the sandbox inside the process);
        `note` hears of each request, at level 2.
        """
        self.target = target
        self._note = note
        self.requests = Requests()
        self._limiter = Limiter(target.requests_per_minute)
        base = "http://sandbox" if target.sandbox_path is not None else target.url
        self._http = httpx.Client(
            base_url=base,
            transport=transport,
            timeout=TIMEOUT,
            follow_redirects=False,
            headers={"Accept": "application/json", "User-Agent": "coupon-series-reconciler"},
        )
        self._sign_in = SignIn(credentials, self._send_counted)

    def __enter__(self) -> Self:
        """Nothing to open: the first request connects."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._http.close()

    def list_series(self) -> Iterator[LiveSeries]:
        """Every series that the list shows, each once; rows may show less than by id.

        Advances by the rows received until a page is empty or brings no new id (section 9.6).
        """
        seen: set[int] = set()
        offset = 0
        while True:
            page = self._rows({"offset": offset, "limit": PAGE_SIZE})
            fresh = [row for row in page if row.id not in seen]
            if not fresh:
                return
            for row in fresh:
                if row.id not in seen:
                    seen.add(row.id)
                    yield row
            offset += len(page)

    def by_code(self, code: str) -> list[LiveSeries]:
        """The rows with exactly this code. Raise UnexpectedAnswerError when the filter is not
        honoured, because then an empty answer would prove nothing (section 9.1).
        """
        rows = self._rows({"seriesCode": code})
        exact = [row for row in rows if row.code == code]
        if rows and not exact and not all(row.code.lower() == code.lower() for row in rows):
            message = (
                f"{self.target.name} was asked for the code {code} and answered with other series:"
                " it does not filter by code, so nothing proves that the code is free"
            )
            raise UnexpectedAnswerError(message)
        return rows

    def by_ids(self, ids: Sequence[int]) -> dict[int, LiveSeries]:
        """The rows with these ids, as far as they exist."""
        batches = [ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE)]
        pages = self.each(lambda batch: self._rows({"ids": list(batch)}), batches)
        asked = set(ids)
        return {row.id: row for page in pages for row in page if row.id in asked}

    def create(self, body: dict[str, Any]) -> Created:
        """POST a series. The server drops its code and gives one of its own (section 5)."""
        answer = self._write("POST", SERIES, body)
        try:
            return Created(read_series(answer))
        except UnexpectedAnswerError:
            if isinstance(answer, dict) and isinstance(answer.get("data"), dict):
                return Created(None)
            raise

    def update(self, series_id: int, body: dict[str, Any]) -> LiveSeries:
        """PUT a series: the body replaces everything (section 6)."""
        return read_series(self._write("PUT", f"{SERIES}/{series_id}", body))

    def each(self, function: Callable[[_In], _Out], items: Iterable[_In]) -> list[_Out]:
        """Call a reading function for each item, a few at a time; the first error is raised."""
        work = list(items)
        if len(work) < 2:  # noqa: PLR2004 - a pool for one call is a waste
            return [function(item) for item in work]
        with ThreadPoolExecutor(self.target.parallelism) as pool:
            return list(pool.map(function, work))

    def _rows(self, params: dict[str, Any]) -> list[LiveSeries]:
        try:
            return [read_series(row) for row in entity(self._read(SERIES, params))]
        except NotFoundError:
            return []  # in-body 502 and its like: no such series (section 4)

    def _read(self, path: str, params: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        return self._call("read", self._http.build_request("GET", path, params=params))

    def _write(self, method: str, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        content = {"CouponSeriesV2": body}
        try:
            request = self._http.build_request(method, path, json=content)
        except ValueError as error:  # a number that JSON does not have
            message = f"{method} {path} was not sent: {error}"
            raise RejectedError(message) from error
        return self._call("write", request)

    def _call(self, kind: str, request: httpx.Request) -> Any:  # noqa: ANN401 - any JSON
        what = f"{request.method} {request.url.path}"
        self._sign_in.sign(request)
        response = self._send_counted(kind, request)
        if response.status_code == httpx.codes.UNAUTHORIZED and self._sign_in.renew(request):
            response = self._send_counted(kind, request)
        try:
            return check(response, what)
        except ApiError as error:
            error.args = (self._sign_in.redact(str(error)),)
            raise

    def _send_counted(self, kind: str, request: httpx.Request) -> httpx.Response:
        """Send one request at its turn. The host is named in errors, credentials never are."""
        host = self.target.host
        self._limiter.wait()
        self.requests.count(kind)
        what = f"{request.method} {request.url.raw_path.decode()}"
        try:
            response = self._http.send(request)
            self._note(f"{what} {response.status_code}", 2)
            return response  # noqa: TRY300 - nothing else can raise what is caught
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            why = str(error) or type(error).__name__
            message = f"{host} cannot be reached ({why}); is it running, is the URL right?"
            raise UnreachableError(self._sign_in.redact(message)) from error
        except httpx.TimeoutException as error:
            message = f"{host} did not answer {what} in time"
            raise TimedOutError(message) from error
        except httpx.HTTPError as error:
            message = f"the connection to {host} broke during {what} ({error})"
            raise ConnectionLostError(self._sign_in.redact(message)) from error
