"""What is found live, whatever the API does: nothing that exists is ever said to be free."""

from __future__ import annotations

import time
from itertools import product
from typing import TYPE_CHECKING, get_args, get_type_hints

import pytest
from behind_the_wire import talking
from meanwhile import Wire
from org import EXPIRED, LIVE, filled, sandbox
from wire import TARGET

from reconciler.client import OLD_SERIES
from reconciler.errors import UnexpectedAnswerError
from reconciler.inventory import everything, news, survey
from reconciler.sandbox import Behaviour, Fault, Store

if TYPE_CHECKING:
    import httpx

FREE = {"FREE", "NEW"}
# By filter, list and v1.1: how many calls a survey takes with pages of 100 rows, and of 3.
CALLS = {
    ("works", "works", "works"): (6, 8),
    ("works", "works", "error"): (6, 8),
    ("works", "hides-expired", "works"): (7, 8),
    ("works", "hides-expired", "error"): (7, 8),
    ("works", "repeats", "works"): (6, 8),
    ("works", "repeats", "error"): (6, 12),
    ("works", "reorders", "works"): (6, 9),
    ("works", "reorders", "error"): (6, 13),
    ("works", "error", "works"): (6, 6),
    ("ignored", "works", "works"): (4, 6),
    ("ignored", "works", "error"): (4, 6),
    ("ignored", "hides-expired", "works"): (5, 6),
    ("ignored", "hides-expired", "error"): (4, 5),
    ("ignored", "repeats", "works"): (4, 6),
    ("ignored", "repeats", "error"): (4, 10),
    ("ignored", "reorders", "works"): (4, 7),
    ("ignored", "reorders", "error"): (4, 10),
    ("ignored", "error", "works"): (4, 4),
    ("error", "works", "works"): (4, 6),
    ("error", "works", "error"): (4, 6),
    ("error", "hides-expired", "works"): (5, 6),
    ("error", "hides-expired", "error"): (4, 5),
    ("error", "repeats", "works"): (4, 6),
    ("error", "repeats", "error"): (4, 10),
    ("error", "reorders", "works"): (4, 7),
    ("error", "reorders", "error"): (4, 10),
    ("error", "error", "works"): (4, 4),
}
NO_WAY = [(codes, "error", "error") for codes in ("works", "ignored", "error")]


def hidden(codes: str, listing: str, old: str, page: int) -> set[str]:
    """The live series that nothing shows."""
    if "works" in {codes, old}:
        return set()
    lost = {"B-2", "D4"} if page == 3 else set()
    return {"hides-expired": EXPIRED, "reorders": lost}.get(listing, set())


def test_every_way_to_behave_has_its_case() -> None:
    kinds = get_type_hints(Behaviour)
    ways = product(*(get_args(kinds[name]) for name in ("code_filter", "listing", "v11")))

    assert set(ways) == CALLS.keys() | set(NO_WAY)


@pytest.mark.parametrize("page", [100, 3])
@pytest.mark.parametrize(("codes", "listing", "old"), CALLS, ids="-".join)
def test_a_survey_finds_what_can_be_seen_and_calls_nothing_free_that_exists(
    codes: str, listing: str, old: str, page: int
) -> None:
    with sandbox(code_filter=codes, listing=listing, v11=old, page_limit=page) as (api, store):
        filled(store)
        found = survey(api, [*LIVE, *FREE])
        calls = api.requests.read

    unseen = hidden(codes, listing, old, page)
    seen = [one.code for one in found.rows.values()]
    assert sorted(set(LIVE) - unseen) == sorted(seen)
    assert (FREE | unseen if "works" not in {codes, old} else set()) == found.unproven
    assert FREE <= set(found.missing)
    assert (codes == "works") is found.trusted
    assert CALLS[codes, listing, old][page == 3] == calls
    assert not set(LIVE) - set(seen) - found.unproven


@pytest.mark.parametrize(("codes", "listing", "old"), NO_WAY, ids="-".join)
def test_no_list_at_all_is_an_error_that_says_so(codes: str, listing: str, old: str) -> None:
    with sandbox(code_filter=codes, listing=listing, v11=old) as (api, store):
        filled(store)
        for look in (lambda: survey(api, LIVE), lambda: everything(api)):
            with pytest.raises(UnexpectedAnswerError, match=r"wants a filter, and the API v1\.1"):
                look()


@pytest.mark.parametrize("page", [100, 3])
@pytest.mark.parametrize(("codes", "listing", "old"), CALLS, ids="-".join)
def test_everything_is_what_can_be_seen_without_asking_for_codes(
    codes: str, listing: str, old: str, page: int
) -> None:
    with sandbox(code_filter=codes, listing=listing, v11=old, page_limit=page) as (api, store):
        filled(store)
        seen = {one.code for one in everything(api).values()}

    assert set(LIVE) - hidden("error", listing, old, page) == seen


@pytest.mark.parametrize("listing", ["works", "hides-expired", "repeats", "reorders", "error"])
@pytest.mark.parametrize("codes", ["works", "ignored", "error"])
def test_an_empty_org_is_proven_empty_by_the_old_api_alone(codes: str, listing: str) -> None:
    with sandbox(code_filter=codes, listing=listing) as (api, _store):
        found = survey(api, FREE)

        assert ({}, frozenset()) == (found.rows, found.unproven)
        assert {} == everything(api)
        again = news(api, FREE, found.rows, trusted=found.trusted)
        assert ({}, frozenset()) == (again.rows, again.unproven)


@pytest.mark.parametrize("listing", ["works", "hides-expired", "error"])
@pytest.mark.parametrize(("codes", "old"), [("works", "works"), ("ignored", "works")])
def test_a_series_that_only_the_old_api_names_tries_the_look_up(
    codes: str, old: str, listing: str
) -> None:
    with sandbox(code_filter=codes, listing=listing, v11=old) as (api, store):
        store.ui_create(seriesCode="G7", validTillDate="2020-01-01T00:00:00Z")
        found = survey(api, ["FREE"])

    assert ["G7"] == [one.code for one in found.rows.values()]
    assert ((codes == "works"), frozenset()) == (found.trusted, found.unproven)


def test_an_org_that_shows_nothing_at_all_takes_its_first_series() -> None:
    with sandbox(v11="error") as (api, _store):
        found = survey(api, ["FIRST"])

    assert (True, frozenset()) == (found.trusted, found.unproven)


@pytest.mark.parametrize("codes", ["works", "error"])
def test_a_list_that_hides_everything_hides_no_code_that_is_asked_for(codes: str) -> None:
    with sandbox(code_filter=codes, listing="hides-expired", v11="error") as (api, store):
        store.ui_create(seriesCode="G7", validTillDate="2020-01-01T00:00:00Z")
        found = survey(api, ["FREE", "G7"])

    seen = {one.code for one in found.rows.values()}
    assert ({"G7"} if codes == "works" else set()) == seen
    assert (set() if codes == "works" else {"FREE", "G7"}) == found.unproven


def test_the_only_series_of_an_org_is_found_by_the_old_api() -> None:
    with sandbox(code_filter="error", listing="error") as (api, store):
        store.ui_create(seriesCode="ONLY")
        found = survey(api, ["ONLY", "FREE"])

        assert ["ONLY"] == [one.code for one in found.rows.values()]
        assert set() == found.unproven


def test_nothing_more_is_asked_when_the_list_shows_every_code() -> None:
    with sandbox() as (api, store):
        filled(store)
        found = survey(api, LIVE)

        assert (2, [], frozenset()) == (api.requests.read, list(found.missing), found.unproven)


def test_one_failure_of_the_old_api_hides_nothing() -> None:
    with sandbox(listing="reorders", page_limit=3) as (api, store):
        filled(store)
        store.add_fault(Fault("status", path=f"{OLD_SERIES}*", calls=(1,), status=503))
        found = survey(api, ["FREE"])

    assert sorted(LIVE) == sorted(one.code for one in found.rows.values())


def test_a_codes_other_spelling_is_found_with_it() -> None:
    with sandbox(listing="hides-expired") as (api, store):
        filled(store)
        found = survey(api, ["g7"])

    assert "G7" in {one.code for one in found.rows.values()}
    assert ["g7"] == list(found.missing)


@pytest.mark.parametrize("look", ["survey", "everything"])
def test_what_may_bear_a_token_is_read_whole_where_the_list_shows_no_tag(look: str) -> None:
    made_up = {"A1B2C3D4E5": "mixed", "0123456789ABCDEF0123": "hex"}
    with sandbox(hides=("tag",)) as (api, store):
        ours = filled(store)
        for code, tag in made_up.items():
            store.ui_create(seriesCode=code, tag=tag)
        for series_id in ours.values():
            store.ui_edit(series_id, createdOn="2020-01-01T00:00:00Z")
        found = survey(api, ["FREE"]).rows if look == "survey" else everything(api)

    shown = {one.code: one.raw.get("tag") for one in found.values()}
    assert dict.fromkeys(LIVE) | made_up == shown


@pytest.mark.parametrize("code", ["SPRING-10", "BIG SALE", "ÜBER&MEHR"])
def test_the_look_up_is_tried_on_whatever_code_there_is(code: str) -> None:
    with sandbox(v11="error") as (api, store):
        store.ui_create(seriesCode=code)

        assert frozenset() == survey(api, ["FREE"]).unproven


def test_an_inventory_says_when_the_first_code_was_asked_for() -> None:
    asked: list[float] = []

    def before(request: httpx.Request) -> None:
        if "seriesCode" in request.url.params:
            asked.append(time.monotonic())

    with Store(":memory:") as store, talking(TARGET, Wire(store, before=before)) as api:
        begun = time.monotonic()
        found = survey(api, ["FREE"])

    assert found.asked_at is not None
    assert begun <= found.asked_at <= asked[0]


def test_a_tag_that_the_list_shows_costs_no_reading_by_id() -> None:
    with sandbox() as (api, store):
        store.ui_create(seriesCode="A1B2C3D4E5", tag="a token")
        found = everything(api)

        assert "/ids=" not in " ".join(f"/{call.query}" for call in store.requests())
    assert ["a token"] == [one.raw["tag"] for one in found.values()]
