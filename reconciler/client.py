"""The API over httpx: signing in, the limit, what counts as an answer, and what went wrong.

Every method raises a subclass of ApiError. Sections are those of the API page.
"""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import httpx

from reconciler.answers import NO_SUCH, TOO_MANY_IDS, check, entity, shown
from reconciler.errors import (
    ApiError,
    ConnectionLostError,
    NotFoundError,
    RejectedError,
    TimedOutError,
    UnexpectedAnswerError,
    UnreachableError,
)
from reconciler.limiter import Limiter, Requests
from reconciler.live import LiveSeries, read_series
from reconciler.signin import TOKEN_PATH, SignIn
from reconciler.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from reconciler.config import Credentials, Target

SERIES = "/v2/coupon/series"
PAGE_SIZE = 100
IDS_AT_ONCE = 50
PATIENCE = 60.0  # seconds that a request takes at most
_In = TypeVar("_In")
_Out = TypeVar("_Out")


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
        patience: float = PATIENCE,
    ) -> None:
        """Open nothing yet. `transport` replaces the network (the sandbox inside the process);
        `note` hears of each request, at level 2, and of long work, at level 0; `patience` is how
        long a request may take, in seconds.
        """
        self.target = target
        self._note, self._patience = note, patience
        self.requests = Requests()
        self._limiter = Limiter(target.requests_per_minute, sleep=self._pause)
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
        self._sign_in = SignIn(credentials, self._ask_token)

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
            try:
                page = self._rows({"offset": offset, "limit": PAGE_SIZE})
            except NotFoundError as error:
                if error.code not in NO_SUCH:  # a wrong URL is no empty list
                    raise
                return
            fresh = [row for row in page if row.id not in seen]
            if not fresh:
                return
            for row in fresh:
                if row.id not in seen:
                    seen.add(row.id)
                    yield row
                    if len(seen) % 1000 == 0:
                        self._note(f"{len(seen):,} series read so far", 0)
            offset += len(page)

    def _pause(self, seconds: float) -> None:
        limit = f"{self.target.name} takes {self.target.requests_per_minute} requests a minute"
        self._note(f"waiting {math.ceil(seconds)} s: {limit}", 0)
        time.sleep(seconds)

    def by_code(self, code: str) -> list[LiveSeries]:
        """The rows with this code, then those whose code is the same for people. Raise
        UnexpectedAnswerError when the filter is not honoured, because then an answer without the
        code proves nothing (section 9.1).
        """
        rows = self._found({"seriesCode": code})
        alike = [row for row in rows if folded(row.code) == folded(code)]
        alike.sort(key=lambda row: row.code != code)
        if len(alike) < len(rows) and (not alike or alike[0].code != code):
            message = (
                f"{self.target.name} was asked for the code {code} and answered with other series:"
                " it does not filter by code, so nothing proves that the code is free"
            )
            raise UnexpectedAnswerError(message)
        return alike

    def by_ids(self, ids: Sequence[int]) -> dict[int, LiveSeries]:
        """The rows with these ids, as far as they exist."""
        asked = list(dict.fromkeys(ids))
        batches = [asked[at : at + IDS_AT_ONCE] for at in range(0, len(asked), IDS_AT_ONCE)]
        pages = self.each(self._batch, batches)
        return {row.id: row for page in pages for row in page if row.id in asked}

    def create(self, body: dict[str, Any]) -> Created:
        """POST a series. The server drops its code and gives one of its own (section 5)."""
        answer = self._write("POST", SERIES, body)
        data = answer.get("data") if isinstance(answer, dict) and "id" not in answer else None
        if isinstance(data, dict) and data.get("couponSeriesId"):
            return Created(None)
        return Created(_only(answer))

    def update(self, series_id: int, body: dict[str, Any]) -> LiveSeries:
        """PUT a series: the body replaces everything (section 6)."""
        row = _only(self._write("PUT", f"{SERIES}/{series_id}", body))
        if row.id != series_id:
            message = f"the answer to an update of series {series_id} shows series {row.id}"
            raise UnexpectedAnswerError(message)
        return row

    def each(self, function: Callable[[_In], _Out], items: Iterable[_In]) -> list[_Out]:
        """Call a reading function for each item, a few at a time; the first error is raised."""
        work = list(items)
        if len(work) < 2:  # noqa: PLR2004 - a pool for one call is a waste
            return [function(item) for item in work]
        with ThreadPoolExecutor(self.target.parallelism) as pool:
            return list(pool.map(function, work))

    def _rows(self, params: dict[str, Any]) -> list[LiveSeries]:
        return [read_series(row) for row in entity(self._read(SERIES, params))]

    def _found(self, params: dict[str, Any]) -> list[LiveSeries]:
        """The rows that were asked for; none where the API says that there is no such series."""
        try:
            return self._rows(params)
        except NotFoundError as error:
            if error.code is None:  # a bare 404 may as well come from a gateway
                raise
            return []

    def _batch(self, ids: list[int]) -> list[LiveSeries]:
        """Rows by id: asked for again in halves where the server takes fewer at once (1060), or
        where one series that is gone may stand for all.
        """
        if len(ids) == 1:
            return self._found({"ids": ids})
        try:
            return self._rows({"ids": ids})
        except ApiError as error:
            gone = isinstance(error, NotFoundError) and error.code is not None
            if not gone and error.code != TOO_MANY_IDS:
                raise
        half = len(ids) // 2
        return self._batch(ids[:half]) + self._batch(ids[half:])

    def _read(self, path: str, params: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        return self._call("read", self._http.build_request("GET", path, params=params))

    def _write(self, method: str, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        content = {"CouponSeriesV2": body}
        try:
            request = self._http.build_request(method, path, json=content)
        except (ValueError, RecursionError) as error:  # a number that JSON does not have
            message = f"{method} {path} was not sent: {error}"
            raise RejectedError(message) from error
        return self._call("write", request)

    def _call(self, kind: str, request: httpx.Request) -> Any:  # noqa: ANN401 - any JSON
        what = f"{request.method} {request.url.path}"
        self._sign_in.sign(request)
        response = self._send_counted(kind, request)
        if response.status_code == httpx.codes.UNAUTHORIZED and self._sign_in.renew(request):
            response = self._send_counted(kind, request)
        return check(response, what, self._sign_in.redact)

    def _ask_token(self, pair: dict[str, str]) -> httpx.Response:
        return self._send_counted(
            "sign_in", self._http.build_request("POST", TOKEN_PATH, json=pair)
        )

    def _send_counted(self, kind: str, request: httpx.Request) -> httpx.Response:
        """Send one request at its turn. The host is named in errors, credentials never are."""
        host = self.target.host
        self._limiter.wait()
        self.requests.count(kind)
        what = f"{request.method} {request.url.raw_path.decode()}"
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
        traced = shown(hide(response.headers.get("X-Cap-Requestid", "")))
        self._note(f"{what} {response.status_code}" + (f" request {traced}" if traced else ""), 2)
        return response

    def _whole(self, request: httpx.Request) -> httpx.Response:
        """An answer with its body, which does not come drop by drop for ever."""
        ends = time.monotonic() + self._patience * 2 / 3  # one more wait for bytes may follow
        with closing(self._http.send(request, stream=True)) as response:
            response.stream = _Timed(cast("httpx.SyncByteStream", response.stream), ends)
            response.read()
        return response


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


def _only(answer: object) -> LiveSeries:
    """The one row that a write answers. Raise UnexpectedAnswerError for none and for several."""
    rows = entity(answer)
    if len(rows) == 1:
        return read_series(rows[0])
    message = f"the answer to a write shows {len(rows)} series instead of one"
    raise UnexpectedAnswerError(message)
