"""What came since a survey of the same run: nothing that exists by now is said to be free."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from org import LIVE, filled, nameless, sandbox
from wire import client, refusal, row, rows

from reconciler.client import OLD_SERIES
from reconciler.errors import ServerFaultError, UnprovenAbsenceError
from reconciler.inventory import news, survey
from reconciler.sandbox import Fault
from reconciler.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.inventory import Inventory
    from reconciler.sandbox import Store

    Event = Callable[[Store, dict[str, int]], object]

TOKEN = "a token"  # what a run writes into the tag of what it makes
WANTED = ("FREE", "NEW")
ORPHAN = "A1B2C3D4E5"


EXPIRED = {"validTillDate": "2020-01-01T00:00:00Z"}


def made(code: str, **fields: str) -> Event:
    return lambda store, _ids: store.ui_create(seriesCode=code, **fields)


def renamed(code: str) -> Event:
    return lambda store, ids: store.ui_edit(ids["E5"], seriesCode=code)


# By name: what came, the code that is taken by it, and whether it takes a read by id.
EVENTS: dict[str, tuple[Event, str, bool]] = {
    "nothing": (lambda _store, _ids: None, "", False),
    "a wanted code": (made("FREE"), "FREE", True),
    "a wanted code in another case": (made("free"), "free", True),
    "an expired series with a wanted code": (made("NEW", **EXPIRED), "NEW", True),
    "a rename to a wanted code": (renamed("FREE"), "FREE", True),
    "a rename to a wanted code in another case": (renamed("new"), "new", True),
    "a rename to another code": (renamed("ELSE"), "", False),
    "an orphan with a token": (made(ORPHAN, tag=TOKEN), ORPHAN, True),
}
CALLS = {"works": 1 + len(WANTED), "ignored": 1, "error": 1}  # by filter, beside reads by id
events = pytest.mark.parametrize(("event", "taken", "read"), EVENTS.values(), ids=EVENTS)
filters = pytest.mark.parametrize("codes", CALLS)
listings = pytest.mark.parametrize("listing", ["works", "hides-expired"])


def bearers(found: Inventory, code: str) -> list[str]:
    return [one.code for one in found.rows.values() if folded(one.code) == folded(code)]


def tagged(found: Inventory) -> list[str]:
    return [one.code for one in found.rows.values() if one.raw.get("tag") == TOKEN]


@filters
@listings
@events
def test_with_the_old_api_what_came_is_found_and_all_else_is_free(
    codes: str, listing: str, event: Event, taken: str, read: bool
) -> None:
    with sandbox(code_filter=codes, listing=listing) as (api, store):
        ids = filled(store)
        known = survey(api, WANTED)
        event(store, ids)
        before = api.requests.read
        found = news(api, WANTED, known.rows, trusted=known.trusted)

        assert CALLS[codes] + read == api.requests.read - before
        assert {one["id"] for one in store.rows()} == found.rows.keys()
    assert frozenset() == found.unproven
    assert known.trusted is found.trusted
    for code in WANTED:
        assert ([taken] if folded(taken) == folded(code) else []) == bearers(found, code)
    assert ([ORPHAN] if taken == ORPHAN else []) == tagged(found)


@filters
@events
def test_codes_that_the_old_api_does_not_name_are_read_or_asked_for(
    codes: str, event: Event, taken: str, read: bool
) -> None:
    with sandbox(nameless, code_filter=codes) as (api, store):
        ids = filled(store)
        known = survey(api, WANTED)
        event(store, ids)
        found = news(api, WANTED, known.rows, trusted=known.trusted)

    assert frozenset() == found.unproven
    for code in WANTED:
        assert ([taken] if folded(taken) == folded(code) else []) == bearers(found, code)
    assert ([ORPHAN] if taken == ORPHAN else []) == tagged(found)


@filters
@listings
@events
def test_without_the_old_api_only_an_honoured_look_up_calls_a_code_free(
    codes: str, listing: str, event: Event, taken: str, read: bool
) -> None:
    with sandbox(code_filter=codes, listing=listing, v11="error") as (api, store):
        ids = filled(store)
        known = survey(api, WANTED)
        first = api.requests.read
        event(store, ids)
        found = news(api, WANTED, known.rows, trusted=known.trusted)

        assert api.requests.read - first <= 1 + first
    hidden = codes != "works" and listing == "hides-expired" and taken == "NEW"
    shown = "" if hidden else taken
    for code in WANTED:
        assert ([shown] if folded(shown) == folded(code) else []) == bearers(found, code)
    assert (set() if codes == "works" else {*WANTED} - {shown}) == found.unproven
    assert ([ORPHAN] if taken == ORPHAN else []) == tagged(found)


@filters
def test_what_a_survey_knew_is_not_forgotten_when_the_old_api_fails_later(codes: str) -> None:
    with sandbox(code_filter=codes, listing="hides-expired") as (api, store):
        filled(store)
        store.ui_create(seriesCode=ORPHAN, tag=TOKEN, **EXPIRED)
        known = survey(api, WANTED)
        store.add_fault(Fault("status", path=f"{OLD_SERIES}*", status=503))
        found = news(api, WANTED, known.rows, trusted=known.trusted)

    assert {*LIVE, ORPHAN} == {one.code for one in found.rows.values()}
    assert [ORPHAN] == tagged(found)
    assert (set() if codes == "works" else set(WANTED)) == found.unproven


def test_one_failure_of_the_old_api_costs_a_survey() -> None:
    with sandbox(code_filter="error") as (api, store):
        ids = filled(store)
        known = survey(api, WANTED)
        store.add_fault(Fault("status", path=f"{OLD_SERIES}*", calls=(1,), status=503))
        renamed("FREE")(store, ids)
        found = news(api, WANTED, known.rows, trusted=known.trusted)

    assert (["FREE"], frozenset()) == (bearers(found, "FREE"), found.unproven)


def test_a_series_that_lost_a_wanted_code_bears_it_no_more() -> None:
    with sandbox(code_filter="error") as (api, store):
        ids = filled(store)
        known = survey(api, ["E5", "FREE"])
        renamed("ELSE")(store, ids)
        found = news(api, ["E5", "FREE"], known.rows, trusted=known.trusted)

    assert ([], frozenset()) == (bearers(found, "E5"), found.unproven)


def test_a_known_series_that_nobody_can_read_any_more_keeps_its_new_code() -> None:
    def live(request: httpx.Request) -> httpx.Response:
        if request.url.path == OLD_SERIES:
            item = [{"id": 1, "series_code": "A"}, {"id": 2, "series_code": "FREE"}]
            return httpx.Response(200, json={"response": {"series": {"items": {"item": item}}}})
        return rows() if "ids" in request.url.params else refusal(1000)

    with client(lambda _request: rows(row(1, "A"), row(2, "B"))) as api:
        known = api.by_ids([1, 2])
    with client(live) as api:
        found = news(api, WANTED, known, trusted=False)

    assert set(WANTED) == found.unproven


def test_a_look_up_that_is_not_honoured_any_more_proves_nothing() -> None:
    with sandbox() as (api, store):
        filled(store)
        known = survey(api, WANTED)
    with sandbox(code_filter="ignored") as (api, store):
        filled(store)
        with pytest.raises(UnprovenAbsenceError, match="does not filter by code"):
            news(api, WANTED, known.rows, trusted=known.trusted)


def test_an_error_that_may_pass_is_no_news() -> None:
    with client(lambda _request: httpx.Response(500)) as api, pytest.raises(ServerFaultError):
        news(api, WANTED, {}, trusted=True)
