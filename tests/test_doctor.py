"""The doctor: what it finds on targets of all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from examined import ALL_SET, END, examined, made, said, statuses, target
from wire import BASIC, OAUTH

from reconciler.client import Client
from reconciler.doctor import examine
from reconciler.sandbox import Behaviour, Store, transport

if TYPE_CHECKING:
    from collections.abc import Iterator


WORKS = {
    "connection": "ok",
    "sign-in": "ok",
    "clock": "ok",
    "list": "ok",
    "pages of the list": "ok",
    "API v1.1": "ok",
    "series that the list hides": "ok",
    "reads by id": "ok",
    "look-up by code": "ok",
    "proof that a code is free": "ok",
    "timezone": "ok",
    "productInfo": "ok",
    "redemptionOrgEntityDetails": "ok",
    "targetUserDetails": "ok",
    "customPropertyMap": "ok",
}


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty sandbox in memory whose behaviour can be set."""
    with Store(":memory:") as opened:
        yield opened


def test_a_target_that_does_all_it_should_has_only_good_findings(store: Store) -> None:
    made(store)
    report = examined(store)
    assert (True, WORKS) == (report.works, statuses(report))
    assert tuple(ALL_SET) == report.reads_back
    assert {"read": 6, "write": 0} == report.requests
    assert (
        "3 series read in one request, which show 3 fields that the list leaves out:"
        " customPropertyMap, productInfo, redemptionOrgEntityDetails"
    ) == said(report, "reads by id")


@pytest.mark.parametrize(
    ("behaviour", "found"),
    [
        pytest.param(
            Behaviour(listing="error"),
            {
                "list": "warning",
                "pages of the list": "unknown",
                "series that the list hides": "unknown",
            },
            id="the list wants a filter",
        ),
        pytest.param(
            Behaviour(listing="error", v11="error"),
            {
                "list": "problem",
                "pages of the list": "unknown",
                "API v1.1": "warning",
                "series that the list hides": "unknown",
                "reads by id": "unknown",
                "look-up by code": "unknown",
                "proof that a code is free": "unknown",
                "timezone": "unknown",
                **dict.fromkeys(ALL_SET, "unknown"),
            },
            id="nothing lists series",
        ),
        pytest.param(
            Behaviour(code_filter="ignored"),
            {"look-up by code": "warning"},
            id="the code filter is ignored",
        ),
        pytest.param(
            Behaviour(code_filter="error"),
            {"look-up by code": "warning"},
            id="the code filter is refused",
        ),
        pytest.param(
            Behaviour(code_filter="ignored", v11="error"),
            {
                "API v1.1": "warning",
                "series that the list hides": "unknown",
                "look-up by code": "warning",
                "proof that a code is free": "problem",
            },
            id="nothing proves absence",
        ),
        pytest.param(
            Behaviour(page_limit=2), {"pages of the list": "warning"}, id="pages are small"
        ),
        pytest.param(
            Behaviour(page_limit=2, listing="repeats"),
            {"pages of the list": "warning", "series that the list hides": "unknown"},
            id="pages overlap",
        ),
        pytest.param(
            Behaviour(ids_limit=2, hides=()), {"reads by id": "warning"}, id="few ids are taken"
        ),
        pytest.param(
            Behaviour(read_shows_hidden=False, hides=tuple(ALL_SET)),
            dict.fromkeys(ALL_SET, "unknown"),
            id="fields that are set are hidden",
        ),
        pytest.param(Behaviour(clock_offset=3600), {"clock": "warning"}, id="a clock is wrong"),
    ],
)
def test_every_way_of_the_api_is_told(
    store: Store, behaviour: Behaviour, found: dict[str, str]
) -> None:
    made(store, 5)
    store.set_behaviour(behaviour)
    report = examined(store)
    assert WORKS | found == statuses(report)
    assert ("problem" not in found.values()) == report.works


@pytest.mark.parametrize(
    ("behaviour", "what", "words"),
    [
        pytest.param(
            Behaviour(page_limit=2),
            "pages of the list",
            "small pages: 2 rows where 100 were asked for; a run takes that many more requests",
            id="small pages",
        ),
        pytest.param(
            Behaviour(page_limit=2, listing="repeats"),
            "pages of the list",
            "pages overlap: 1 row comes twice, so others may be missed",
            id="overlap",
        ),
        pytest.param(
            Behaviour(listing="error", v11="error"),
            "list",
            "it wants a filter (code 1000), and the API v1.1 does not stand in for it: nobody can"
            " say what is live",
            id="no list",
        ),
        pytest.param(
            Behaviour(code_filter="ignored"),
            "proof that a code is free",
            "the API v1.1 gives it, and is asked where a code is missing",
            id="absence by the old list",
        ),
        pytest.param(
            Behaviour(ids_limit=2),
            "reads by id",
            "1 series read in one request, which show 3 fields that the list leaves out:"
            " customPropertyMap, productInfo, redemptionOrgEntityDetails; 5 at once are too many"
            " (code 1060), so a run takes more requests",
            id="small batches",
        ),
    ],
)
def test_findings_are_plain_words(
    store: Store, behaviour: Behaviour, what: str, words: str
) -> None:
    made(store, 1)
    store.set_behaviour(behaviour)
    for number in range(4):
        store.ui_create(seriesCode=f"MORE{number}", validTillDate=END, **ALL_SET)
    assert words == said(examined(store), what)


def test_series_that_the_list_hides_are_named_and_read(store: Store) -> None:
    made(store)
    store.ui_create(seriesCode="GONE", id=9, validTillDate="2020-01-31T00:00:00Z")
    store.set_behaviour(Behaviour(listing="hides-expired"))
    assert (
        "the API v1.1 names 1 that it does not show: GONE (id 9); all of the 1 that were read by"
        " id have expired"
    ) == said(examined(store), "series that the list hides")


@pytest.mark.parametrize("count", [240, 101])
def test_a_long_list_is_compared_at_its_end(store: Store, count: int) -> None:
    made(store, count)
    store.ui_create(seriesCode="GONE", validTillDate="2020-01-31T00:00:00Z")
    store.set_behaviour(Behaviour(listing="hides-expired"))
    report = examined(store)
    assert "warning" == statuses(report)["series that the list hides"]
    words = f"it has fewer rows than the {count + 1} series that the API v1.1 names"
    assert words == said(report, "series that the list hides")


def test_an_expired_series_in_the_list_tells_that_it_hides_none(store: Store) -> None:
    made(store, 250, validTillDate="2020-01-31T00:00:00Z", seriesCode="GONE")
    store.ui_create(seriesCode="OLD", id=1, validTillDate="2020-01-31T00:00:00Z")
    none = "none: it has a row for each of the 251 series that the API v1.1 names"
    assert f"{none}, expired ones too" == said(examined(store), "series that the list hides")
    store.set_behaviour(Behaviour(v11="error"))
    with Client(target(), BASIC, transport(store)) as client:
        assert "it shows expired series" == said(examine(client), "series that the list hides")


@pytest.mark.parametrize(
    ("live", "configured", "named", "offset"),
    [
        pytest.param("Asia/Kolkata", "UTC", "Asia/Kolkata", "+05:30", id="India"),
        pytest.param("UTC", "Asia/Kolkata", "UTC", "+00:00", id="UTC"),
        pytest.param("Asia/Singapore", "UTC", None, "+08:00", id="one that has many names"),
    ],
)
def test_the_zone_that_live_prints_is_told_where_another_is_configured(
    store: Store, live: str, configured: str, named: str | None, offset: str
) -> None:
    store.set_behaviour(Behaviour(zone=live))
    store.ui_create(seriesCode="ONE", validTillDate=f"2035-06-12T00:00:00{offset}")
    report = examined(store, target(configured))
    assert (named, False) == (report.timezone, report.works)
    assert (
        f"live prints dates with {offset}, and the timezone of box is {configured}:"
        " set timezone in reconciler.toml; nothing is written before"
    ) == said(report, "timezone")


def test_a_zone_that_agrees_stays(store: Store) -> None:
    store.set_behaviour(Behaviour(zone="Asia/Singapore"))
    store.ui_create(seriesCode="ONE", validTillDate="2035-06-12T00:00:00+08:00")
    report = examined(store, target("Asia/Kuala_Lumpur"))
    assert ("Asia/Kuala_Lumpur", "ok") == (report.timezone, statuses(report)["timezone"])


def test_an_empty_org_says_what_cannot_be_told_yet(store: Store) -> None:
    report = examined(store)
    assert {
        "pages of the list",
        "series that the list hides",
        "reads by id",
        "look-up by code",
        "timezone",
        *ALL_SET,
    } == {what for what, status in statuses(report).items() if status == "unknown"}
    assert (True, ()) == (report.works, report.reads_back)


def test_what_is_configured_is_added_to_what_is_seen(store: Store) -> None:
    made(store, productInfo=[], customPropertyMap={}, targetUserDetails={})
    report = examined(store, target("UTC", "customPropertyMap"))
    assert ("redemptionOrgEntityDetails", "customPropertyMap") == report.reads_back
    assert "unknown" == statuses(report)["productInfo"]
    assert "not seen set in 3 series; reads_back in the configuration says that it shows" == said(
        report, "customPropertyMap"
    )


def test_oauth_is_told_from_basic(store: Store) -> None:
    made(store)
    assert "OAuth is accepted" == said(examined(store, who=OAUTH), "sign-in")
