"""An org with a few series, in a sandbox that behaves as told."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
from behind_the_wire import Broken
from faketime import FakeTime
from wire import TARGET

from reconciler.client import OLD_SERIES, Client
from reconciler.config import sandbox_credentials
from reconciler.sandbox import Behaviour, Store, transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIVE = ("A1", "B-2", "C3", "D4", "E5", "F6", "G7")
EXPIRED = {"C3", "G7"}


@contextmanager
def sandbox(
    spoil: Callable[[httpx.Request, httpx.Response], httpx.Response] | None = None,
    **behaviour: Any,  # noqa: ANN401 - as Behaviour has it
) -> Iterator[tuple[Client, Store]]:
    """An empty org. `spoil` gets each answer on its way back."""
    with Store(":memory:", Behaviour(**behaviour)) as store:
        wire = transport(store) if spoil is None else Broken(store, spoil)
        with Client(TARGET, sandbox_credentials(), wire, clock=FakeTime().clock) as api:
            yield api, store


def filled(store: Store) -> dict[str, int]:
    """Make the series; their ids by code."""
    ids: dict[str, int] = {}
    for code in LIVE:
        end = "2020-01-01" if code in EXPIRED else "2035-01-01"
        ids[code] = store.ui_create(seriesCode=code, validTillDate=f"{end}T00:00:00Z")
    return ids


def nameless(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """The API v1.1 gives ids and no codes."""
    if request.url.path != OLD_SERIES:
        return response
    response.read()
    body = response.json()
    items = body["response"]["series"]["items"]["item"]
    for item in items if isinstance(items, list) else [items]:
        item["series_code"] = ""
    return httpx.Response(response.status_code, json=body)
