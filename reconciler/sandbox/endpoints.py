"""The calls of the API page, section 1: each a function from a call to the JSON that answers it.

Decided where the page is silent: a page beyond the last row is an empty `entity` with HTTP 200; a
code or ids that match nothing are error 502; of several filters only the first of ids, seriesCode,
orgEntityType, offset or limit counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reconciler.sandbox import answers, dates
from reconciler.sandbox.errors import (
    BAD_ID,
    BATCH_TOO_LARGE,
    INVALID,
    NO_FILTER,
    NO_SUCH_ROUTE,
    NO_SUCH_SERIES,
    RefusalError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.sandbox.fields import Series
    from reconciler.sandbox.store import Store

_NATURAL: Final = re.compile(r"[0-9]{1,18}")
_PLACE_TYPES: Final = ("CONCEPT", "TILL", "ZONE", "STORE")


@dataclass(frozen=True, slots=True)
class Call:
    """What an endpoint needs of a request. `body` is the decoded JSON, None when that fails."""

    query: dict[str, list[str]]
    path_id: str = ""
    body: Any = None


def create(store: Store, call: Call) -> Series:
    """Answer `POST /v2/coupon/series`. `numTotal` is 0 in this one answer."""
    return {**_shown(store, store.create(_wrapped(call))), "numTotal": 0, "warnings": []}


def update(store: Store, call: Call) -> Series:
    """Answer `PUT /v2/coupon/series/{id}`."""
    return {**_shown(store, store.update(_id(call.path_id), _wrapped(call))), "warnings": []}


WRITES: Final = {"POST": create, "PUT": update}


def read(store: Store, call: Call) -> Series:
    """Answer `GET /v2/coupon/series` with any of its filters; error 1000 without one."""
    for name, answer in _FILTERS.items():
        if name in call.query:
            return {"entity": answer(store, call), "warnings": []}
    raise _no_filter()


def read_old(store: Store, call: Call) -> Series:
    """Answer `GET /v1.1/coupon/series?format=json`: every series, or one object if there is one."""
    if store.behaviour.v11 == "error":
        raise RefusalError(NO_SUCH_ROUTE, "The API v1.1 is not part of the API")
    if call.query.get("format") != ["json"]:
        raise RefusalError(INVALID, "Only format=json is answered here")
    items = [answers.old_row(one) for one in store.every()]
    status = {"success": "true", "code": 200, "message": "Success"}
    item = items[0] if len(items) == 1 else items
    return {"response": {"status": status, "series": {"items": {"item": item}}}}


def _by_ids(store: Store, call: Call) -> list[Series]:
    asked = call.query["ids"]
    if len(asked) > store.behaviour.ids_limit:
        raise RefusalError(BATCH_TOO_LARGE, f"At most {store.behaviour.ids_limit} ids in one call")
    return _found(store, store.by_ids([_id(one) for one in asked]))


def _by_code(store: Store, call: Call) -> list[Series]:
    if store.behaviour.code_filter == "error":
        raise _no_filter()
    if store.behaviour.code_filter == "ignored":
        return _listed(store, call)
    return _found(store, store.by_code(call.query["seriesCode"][-1]))


def _by_place(store: Store, call: Call) -> list[Series]:
    kind, ids = call.query["orgEntityType"][-1], call.query.get("orgEntityIds", [])
    if kind not in _PLACE_TYPES or not ids:
        raise RefusalError(INVALID, f"orgEntityIds and one of {', '.join(_PLACE_TYPES)} expected")
    places = [_natural("orgEntityIds", one) for one in ids]
    return _thin(store, store.at_places(kind, places, *_window(store, call)))


def _listed(store: Store, call: Call) -> list[Series]:
    listing = store.behaviour.listing
    if listing == "error":
        raise _no_filter()
    offset, limit = _window(store, call)
    number = offset // limit if limit else 0
    if listing == "repeats" and limit > 1:
        offset -= number
    alive_after = int(dates.now().timestamp()) if listing == "hides-expired" else None
    backwards = listing == "reorders" and number % 2 == 1
    return _thin(store, store.page(offset, limit, alive_after, backwards=backwards))


_FILTERS: Final[dict[str, Callable[[Store, Call], list[Series]]]] = {
    "ids": _by_ids,
    "seriesCode": _by_code,
    "orgEntityType": _by_place,
    "offset": _listed,
    "limit": _listed,
}


def _window(store: Store, call: Call) -> tuple[int, int]:
    """Read offset and limit; a limit above the server's own is cut silently."""
    most = store.behaviour.page_limit
    offset = _natural("offset", call.query.get("offset", ["0"])[-1])
    limit = _natural("limit", call.query.get("limit", [str(most)])[-1])
    return offset, min(limit, most)


def _found(store: Store, found: list[Series]) -> list[Series]:
    if not found:
        raise RefusalError(NO_SUCH_SERIES, "No coupon series found")
    return [_shown(store, one) for one in found]


def _shown(store: Store, one: Series) -> Series:
    behaviour = store.behaviour
    return answers.row(one, () if behaviour.read_shows_hidden else behaviour.hides)


def _thin(store: Store, found: list[Series]) -> list[Series]:
    behaviour = store.behaviour
    hidden = () if behaviour.list_shows_hidden else behaviour.hides
    return [answers.row(one, hidden) for one in found]


def _wrapped(call: Call) -> Series:
    wrapped = call.body.get("CouponSeriesV2") if isinstance(call.body, dict) else None
    if not isinstance(wrapped, dict):
        raise RefusalError(INVALID, "A JSON body with the object CouponSeriesV2 is expected")
    return wrapped


def _id(text: str) -> int:
    if not _NATURAL.fullmatch(text):
        raise RefusalError(BAD_ID, f"Invalid coupon series id: {text}")
    return int(text)


def _natural(name: str, text: str) -> int:
    if not _NATURAL.fullmatch(text):
        raise RefusalError(INVALID, f"Invalid value for {name}: a whole number expected")
    return int(text)


def _no_filter() -> RefusalError:
    return RefusalError(NO_FILTER, "filters not provided")
