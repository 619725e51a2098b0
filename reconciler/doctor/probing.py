"""The questions that the doctor asks, each once: none writes, and together they are at most 12."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from reconciler.answers import NO_SUCH, TOO_MANY_IDS
from reconciler.client import PAGE_SIZE
from reconciler.errors import (
    ApiError,
    ConnectionLostError,
    NotFoundError,
    RedirectedError,
    SignInError,
    ThrottledError,
    TimedOutError,
    UnreachableError,
)
from reconciler.limiter import Requests
from reconciler.plan import IDS_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reconciler.client import Client
    from reconciler.live import LiveSeries

    Answer = list[LiveSeries] | ApiError | None  # None: not asked

REQUESTS = 12
BATCHES = (IDS_AT_ONCE, 10, 1)
UNLISTED = 10  # series read by id that only the API v1.1 names
MADE_UP = "NOSUCHSERIES7Q4X9Z"  # no person writes it, and the server's own codes look different
# After one of these there is no use in asking for anything else.
FINAL = (
    SignInError,
    UnreachableError,
    RedirectedError,
    ThrottledError,
    TimedOutError,
    ConnectionLostError,
)
_Out = TypeVar("_Out")


class SpentError(ApiError):
    """The requests that the doctor may make are used up."""


@dataclass(slots=True)
class Budget(Requests):
    """Counts requests, and lets none start that is one too many, whoever makes it.

    Signing in again and its retries are among them: nobody else can tell beforehand how many.
    """

    most: int = REQUESTS

    def count(self, kind: str) -> None:
        """Count one more. Raises SpentError."""
        if sum(self.counted().values()) >= self.most:
            raise SpentError(f"not asked: the {self.most} requests of the doctor are used up")
        Requests.count(self, kind)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was answered to each question."""

    first: Answer
    requests: Mapping[str, int]
    second: Answer = None  # the page after it
    last: Answer = None  # the page at which the last series would be that the API v1.1 names
    named: Mapping[int, str] | ApiError | None = None  # by the API v1.1: codes by id
    asked: Sequence[int] = ()  # the ids of `by_id`
    by_id: Answer = None
    too_many: int = 0  # as many ids at once are refused
    blank: int = 0  # as many ids at once brought nothing, and fewer did
    known: str = ""  # a code that live has
    by_code: Answer = None  # what is found for it
    made_up: Answer = None  # and for one that nobody has
    skew: float | None = None

    @property
    def listed(self) -> list[LiveSeries]:
        """The rows that the list showed, each once."""
        return list(
            {row.id: row for answer in (self.first, self.second) for row in rows(answer)}.values()
        )

    @property
    def every_row(self) -> list[LiveSeries]:
        """All rows that were seen; the same series may be there in several."""
        answers = (self.first, self.second, self.last, self.by_id, self.by_code)
        return [row for answer in answers for row in rows(answer)]


@dataclass(frozen=True, slots=True)
class _ById:
    """A batch of ids, and what was answered to it."""

    asked: Sequence[int] = ()
    answer: Answer = None
    too_many: int = 0
    blank: int = 0


@dataclass(frozen=True, slots=True)
class _Pages:
    """What the list showed, and the ids in it."""

    first: Answer
    second: Answer = None
    ids: set[int] = field(default_factory=set)
    overlap: bool = False


def rows(answer: Answer) -> list[LiveSeries]:
    """The rows of an answer; none where it brought an error."""
    return answer if isinstance(answer, list) else []


def probe(client: Client) -> Evidence:
    """Ask everything that can be asked, in order of need."""
    client.requests = Budget()
    pages = _pages(client)
    if isinstance(pages.first, FINAL):
        return Evidence(pages.first, client.requests.counted(), skew=client.skew)
    named = _ask(lambda: client.old_codes(once=True))
    by_id = _by_id(client, pages.ids, [] if isinstance(named, ApiError) else named)
    found = {row.id: row for row in (*rows(pages.first), *rows(by_id.answer))}
    known = _known([row.code for row in found.values()])
    return Evidence(
        pages.first,
        second=pages.second,
        named=named,
        asked=by_id.asked,
        by_id=by_id.answer,
        too_many=by_id.too_many,
        blank=by_id.blank,
        known=known,
        by_code=_rows(client, {"seriesCode": known}) if known else None,
        made_up=_rows(client, {"seriesCode": MADE_UP}),
        last=None if isinstance(named, ApiError) else _last(client, pages, len(named)),
        skew=client.skew,
        requests=client.requests.counted(),
    )


def _pages(client: Client) -> _Pages:
    """The first page of the list, and the second as a run would ask for it."""
    first = _page(client, 0)
    if not rows(first):
        return _Pages(first)
    second = _page(client, len(rows(first)))
    ids, more = {row.id for row in rows(first)}, {row.id for row in rows(second)}
    return _Pages(first, second, ids | more, bool(ids & more))


def _last(client: Client, pages: _Pages, count: int) -> Answer:
    """Whether a list of many pages has as many rows as the API v1.1 names series."""
    if not rows(pages.second) or pages.overlap or count <= len(pages.ids):
        return None
    return _page(client, count - 1)


def _by_id(client: Client, listed: Iterable[int], named: Iterable[int]) -> _ById:
    """One batch of series by id; smaller ones where it is too large, or where one that is gone
    may stand for all.
    """
    shown = sorted(listed)
    unlisted = sorted(set(named) - set(shown))
    tried, too_many, blank = _ById(), 0, 0
    for size in BATCHES:
        few = unlisted if not shown else spread(unlisted, min(UNLISTED, size // 2))
        asked = spread(shown, size - len(few)) + spread(few, size)
        if len(asked) == len(tried.asked):
            continue
        tried = _ById(asked, _rows(client, {"ids": asked}), too_many, blank)
        if isinstance(tried.answer, ApiError) and tried.answer.code == TOO_MANY_IDS:
            too_many = len(asked)
        elif tried.answer == []:
            blank = len(asked)
        else:
            break
    return tried


def spread(items: Sequence[int], most: int) -> list[int]:
    """At most so many of a sorted list, from all over it: old series and new ones."""
    if len(items) <= most:
        return list(items)
    return [items[len(items) * at // most] for at in range(most)]


def _known(codes: Sequence[str]) -> str:
    """The code to look up: one that no encoding can spoil, where there is any."""
    plain = (code for code in codes if code.isascii() and code.isalnum())
    return next(plain, next(filter(None, codes), ""))


def _page(client: Client, offset: int) -> list[LiveSeries] | ApiError:
    return _rows(client, {"offset": offset, "limit": PAGE_SIZE})


def _rows(client: Client, params: dict[str, object]) -> list[LiveSeries] | ApiError:
    found = _ask(lambda: client.rows_once(params))
    if isinstance(found, NotFoundError) and found.code in NO_SUCH:
        return []
    return found


def _ask(call: Callable[[], _Out]) -> _Out | ApiError:
    try:
        return call()
    except ApiError as error:
        return error
