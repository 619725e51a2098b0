"""Behaviour beyond the usual: lists that repeat or reorder, what is hidden, clocks; and its place
in the database, where other processes find it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_client import Api, refusal, sandbox

from reconciler.sandbox import Behaviour, Fault, Store

if TYPE_CHECKING:
    from pathlib import Path

OLD_SCHEMA = """
    CREATE TABLE series (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, ends INTEGER NOT NULL,
        place INTEGER NOT NULL, fields TEXT NOT NULL);
    CREATE TABLE request (number INTEGER PRIMARY KEY, method TEXT NOT NULL, path TEXT NOT NULL,
        query TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE TABLE token (token TEXT PRIMARY KEY, ends REAL NOT NULL);
    INSERT INTO request VALUES (1, 'GET', '/old', '', 404, 'null');
"""


def pages(api: Api, **query: int) -> list[list[int]]:
    """The ids of every page up to the first empty one, the offset moved on by what came."""
    found: list[list[int]] = []
    while not found or found[-1]:
        offset = sum(len(page) for page in found)
        found.append([row["id"] for row in api.read(offset=offset, **query)])
    return found[:-1]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
def test_pages_may_repeat_and_still_show_every_series(limit: int) -> None:
    with sandbox(Behaviour(listing="repeats", page_limit=limit)) as api:
        made = {api.store.ui_create() for _ in range(10)}
        found = pages(api)

    assert made == {one for page in found for one in page}
    if 1 < limit < 100:
        assert [page[-1] for page in found[:-1]] == [page[0] for page in found[1:]]


def test_pages_may_miss_what_others_show_twice() -> None:
    with sandbox(Behaviour(listing="reorders")) as api:
        made = {api.store.ui_create() for _ in range(10)}
        found = pages(api, limit=4)

        shown = [one for page in found for one in page]
        assert set() < set(shown) < made
        assert len(set(shown)) < len(shown)
        assert found == pages(api, limit=4)
        assert [made] == [set(page) for page in pages(api)]
        assert [] == api.read(offset=0, limit=0)


def test_the_old_list_may_be_gone() -> None:
    with sandbox(Behaviour(v11="error")) as api:
        answer = api.http.get("/v1.1/coupon/series", params={"format": "json"})

    assert (404, 404) == refusal(answer)


def test_the_target_user_may_be_hidden_and_the_rest_shown() -> None:
    given: dict[str, Any] = {
        "targetUserDetails": {"validMaxUserTransactionLimit": 3},
        "customPropertyMap": {"a": "b"},
    }
    with sandbox(Behaviour(hides=("targetUserDetails",), read_shows_hidden=False)) as api:
        made = api.create(**given)
        shown = [made, api.read_one(made["id"]), *api.read(offset=0)]
        stored = api.store.row(made["id"])

    assert [{"customPropertyMap"}] * 3 == [row.keys() & given.keys() for row in shown]
    assert given == {name: stored[name] for name in given}


@pytest.mark.parametrize("ahead", [0, 3600, -90_000])
def test_the_clock_of_the_answers_may_be_wrong(ahead: int) -> None:
    with sandbox(Behaviour(clock_offset=ahead)) as api:
        shown = parsedate_to_datetime(api.http.get("/nothing").headers["Date"])

    off = shown - timedelta(seconds=ahead) - datetime.now(UTC)
    assert abs(off) < timedelta(seconds=60)


def test_behaviour_and_faults_are_set_beside_a_running_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with Store(path) as store, Store(path) as other:
        before = store.behaviour
        other.set_behaviour(Behaviour(zone="Asia/Kolkata", hides=("productInfo",)))
        other.add_fault(Fault("status", calls=(1, 2)))
        other.add_fault(Fault("late", method="POST", after=3))

        assert Behaviour() == before
        assert Behaviour(zone="Asia/Kolkata", hides=("productInfo",)) == store.behaviour
        assert store.row(store.ui_create())["validTillDate"].endswith("+05:30")
        assert [Fault("status", calls=(1, 2)), Fault("late", method="POST", after=3)] == (
            store.faults()
        )
        other.set_behaviour(Behaviour(put="merge"))
        other.clear_faults()
        assert (Behaviour(put="merge"), []) == (store.behaviour, store.faults())


def test_a_behaviour_of_its_own_wins_for_that_store(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with Store(path, Behaviour(page_limit=1)) as store, Store(path) as other:
        store.set_behaviour(Behaviour(page_limit=2))

        assert [1, 2] == [store.behaviour.page_limit, other.behaviour.page_limit]


def test_an_unknown_zone_is_not_set() -> None:
    with Store(":memory:") as store:
        with pytest.raises(LookupError):
            store.set_behaviour(Behaviour(zone="Mars/Olympus"))
        assert Behaviour() == store.behaviour


def test_a_reset_brings_the_usual_day_back() -> None:
    with sandbox() as api:
        api.store.set_faults([Fault("lag", after=9)])
        api.create()
    with Store(":memory:") as store:
        store.set_behaviour(Behaviour(put="merge"))
        store.add_fault(Fault("drop"))
        store.reset()

        assert (Behaviour(), []) == (store.behaviour, store.faults())
        assert (0, 0) == store.journal.under_way()


def test_a_file_of_an_older_version_opens(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(OLD_SCHEMA)

    with sandbox(path=path) as api:
        api.create()

        (old_one, new_one) = api.store.requests()
    assert (True, None, "/old") == (old_one.processed, old_one.made, old_one.path)
    assert new_one.made is not None


def test_a_behaviour_of_another_version_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with Store(path) as store:
        store.set_behaviour(Behaviour(put="merge"))
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("""UPDATE behaviour SET chosen = '{"put": "merge", "moods": 3}'""")

        assert Behaviour(put="merge") == store.behaviour
