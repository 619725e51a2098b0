"""The API's calls, and what counts as an answer to each (API page, sections 1 and 9).

Every method raises a subclass of ApiError, and InterruptedRunError once its run was stopped.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from reconciler.answers import NO_FILTER, NO_SUCH, TOO_MANY_IDS, entity, old_entity
from reconciler.connection import PATIENCE, Connection, always
from reconciler.errors import (
    ApiError,
    NotFoundError,
    UnexpectedAnswerError,
    UnprovenAbsenceError,
)
from reconciler.limiter import REAL
from reconciler.live import LiveSeries, read_series
from reconciler.plan import IDS_AT_ONCE
from reconciler.retries import transient
from reconciler.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    import httpx

    from reconciler.config import Credentials, Target
    from reconciler.connection import Due
    from reconciler.limiter import Clock, Requests, Stop
    from reconciler.redaction import Redactor

SERIES = "/v2/coupon/series"
OLD_SERIES = "/v1.1/coupon/series"
PAGE_SIZE = 100
_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(frozen=True, slots=True)
class Created:
    """What a POST answered: the new row, or only that something was created (section 1)."""

    row: LiveSeries | None


class Client:
    """One target's API. Use it as a context manager; methods may be called from several threads."""

    def __init__(  # noqa: PLR0913 - each is one thing that a test or a command replaces
        self,
        target: Target,
        credentials: Credentials,
        transport: httpx.BaseTransport | None = None,
        note: Callable[[str, int], None] = lambda _text, _level: None,
        *,
        patience: float = PATIENCE,
        clock: Clock = REAL,
        redactor: Redactor | None = None,
    ) -> None:
        """Open nothing yet. `transport` replaces the network (the sandbox inside the process);
        `note` hears of each request, at level 2, and of long work, at level 0; `patience` is how
        long a request may take, in seconds; `clock` is what waiting waits by; `redactor` learns
        the credentials.
        """
        self.target = target
        self.note = note
        self._connection = Connection(
            target,
            credentials,
            transport=transport,
            note=note,
            patience=patience,
            clock=clock,
            redactor=redactor,
        )

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
        self._connection.close()

    @property
    def requests(self) -> Requests:
        """How many requests were made so far."""
        return self._connection.requests

    @requests.setter
    def requests(self, counting: Requests) -> None:
        self._connection.requests = counting

    @property
    def stop(self) -> Stop:
        """What ends a run early."""
        return self._connection.stop

    @contextmanager
    def heeding(self, stopped: Callable[[], bool]) -> Iterator[None]:
        """Start nothing any more once `stopped` says so; see Stop for what is under way."""
        self.stop.asked, before = stopped, self.stop.asked
        try:
            yield
        finally:
            self.stop.asked, self.stop.under_way = before, False

    @property
    def skew(self) -> float | None:
        """The seconds that the server's clock is ahead of ours; None while nobody knows."""
        return self._connection.skew

    def persist(
        self, call: Callable[[], _Out], again: Callable[[ApiError], bool] = transient
    ) -> _Out:
        """Make a call again after errors that pass, as often and as slowly as a read."""
        return self._connection.persist(call, again)

    def pages(self, size: int = PAGE_SIZE) -> Iterator[list[LiveSeries]]:
        """The list, page by page as it comes: rows may be thinner than by id, and may come twice.

        Advances by the rows received until a page is empty or brings no new id (section 9.6).
        """
        seen: set[int] = set()
        offset = 0
        while True:
            try:
                page = self._rows({"offset": offset, "limit": size})
            except NotFoundError as error:
                if error.code not in NO_SUCH:  # a wrong URL is no empty list
                    raise
                return
            if page:
                yield page
            if seen.issuperset(row.id for row in page):
                return
            before = len(seen)
            seen.update(row.id for row in page)
            if before // 1000 < len(seen) // 1000:
                self.note(f"{len(seen) // 1000 * 1000:,} series read so far", 0)
            offset += len(page)

    def list_series(self) -> Iterator[LiveSeries]:
        """Every series that the list shows, each once. Raises RejectedError with code 1000 where
        the API wants a filter.
        """
        seen: set[int] = set()
        for page in self.pages():
            for row in page:
                if row.id not in seen:
                    seen.add(row.id)
                    yield row

    def old_codes(self, *, once: bool = False) -> dict[int, str]:
        """The code of every series of the org by id, as the API v1.1 lists them."""
        ask = self._connection.read_once if once else self._connection.read
        found: dict[int, str] = {}
        for row in old_entity(ask(OLD_SERIES, {"format": "json"})):
            code = row.get("series_code") if isinstance(row, dict) else None
            found[read_series(row).id] = str(code or "")
        return found

    def by_code(self, code: str) -> list[LiveSeries]:
        """The rows with this code, then those whose code is the same for people. Raise
        UnprovenAbsenceError when the filter is not honoured, because then an answer without the
        code proves nothing (section 9.1).
        """
        name = self.target.name
        try:
            rows = self._found({"seriesCode": code})
        except ApiError as error:
            if error.code != NO_FILTER:
                raise
            message = f"{name} takes no look-up by code, so nothing proves that {code} is free"
            raise UnprovenAbsenceError(message, status=error.status, code=error.code) from None
        alike = [row for row in rows if folded(row.code) == folded(code)]
        alike.sort(key=lambda row: row.code != code)
        if len(alike) < len(rows) and (not alike or alike[0].code != code):
            message = (
                f"{name} was asked for the code {code} and answered with other series:"
                " it does not filter by code, so nothing proves that the code is free"
            )
            raise UnprovenAbsenceError(message)
        return alike

    def by_ids(self, ids: Sequence[int]) -> dict[int, LiveSeries]:
        """The rows with these ids, as far as they exist."""
        asked = list(dict.fromkeys(ids))
        batches = [asked[at : at + IDS_AT_ONCE] for at in range(0, len(asked), IDS_AT_ONCE)]
        pages = self.each(self._batch, batches)
        return {row.id: row for page in pages for row in page if row.id in asked}

    def create(self, body: dict[str, Any], due: Due = always) -> Created:
        """POST a series, once. The server drops its code and gives one of its own (section 5).

        `due` is asked right before it leaves; StaleReadingError where it is not.
        """
        answer = self._connection.write("POST", SERIES, {"CouponSeriesV2": body}, due)
        data = answer.get("data") if isinstance(answer, dict) and "id" not in answer else None
        if isinstance(data, dict) and data.get("couponSeriesId"):
            return Created(None)
        return Created(_only(answer))

    def update(self, series_id: int, body: dict[str, Any], due: Due = always) -> LiveSeries:
        """PUT a series, once: the body replaces everything (section 6). `due` as for a create."""
        content = {"CouponSeriesV2": body}
        row = _only(self._connection.write("PUT", f"{SERIES}/{series_id}", content, due))
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
            try:
                return list(pool.map(function, work))
            except KeyboardInterrupt:  # else the pool waits for those who wait for their turn
                self.stop.asked = always
                raise

    def rows_once(self, params: dict[str, Any]) -> list[LiveSeries]:
        """The rows of one GET, at the first attempt or not at all."""
        return [read_series(row) for row in entity(self._connection.read_once(SERIES, params))]

    def _rows(self, params: dict[str, Any]) -> list[LiveSeries]:
        return [read_series(row) for row in entity(self._connection.read(SERIES, params))]

    def _found(self, params: dict[str, Any]) -> list[LiveSeries]:
        """The rows that were asked for; none where the API says that there is no such series."""
        try:
            return self._rows(params)
        except NotFoundError as error:
            if error.code is None:  # a bare 404 may as well come from a gateway
                raise
            return []

    def _batch(self, ids: list[int]) -> list[LiveSeries]:
        """Rows by id. What an answer lacks is asked for again in halves: the server may take fewer
        at once (1060) or answer fewer, and one series that is gone may stand for all. So an id is
        absent that was asked for alone, or with others of which an answer shows none either.
        """
        if len(ids) == 1:
            return self._found({"ids": ids})
        rows: list[LiveSeries] = []
        try:
            rows = self._rows({"ids": ids})
            if not rows:
                return []
        except ApiError as error:
            gone = isinstance(error, NotFoundError) and error.code is not None
            if not gone and error.code != TOO_MANY_IDS:
                raise
        shown = {row.id for row in rows}
        left = [number for number in ids if number not in shown]
        half = (len(left) + 1) // 2
        for part in filter(None, (left[:half], left[half:])):
            rows += self._batch(part)
        return rows


def _only(answer: object) -> LiveSeries:
    """The one row that a write answers. Raise UnexpectedAnswerError for none and for several."""
    rows = entity(answer)
    if len(rows) == 1:
        return read_series(rows[0])
    message = f"the answer to a write shows {len(rows)} series instead of one"
    raise UnexpectedAnswerError(message)
