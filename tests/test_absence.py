"""What one apply knows of the codes that it creates, as time goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from behind_the_wire import talking
from faketime import FakeTime
from meanwhile import Wire
from org import filled, sandbox

from reconciler.absence import Absence
from reconciler.client import OLD_SERIES
from reconciler.errors import ServerFaultError, UnexpectedAnswerError, UnprovenAbsenceError
from reconciler.sandbox import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.live import LiveSeries
    from reconciler.sandbox import Store

CODES = ("FREE", "NEW", "THIRD")
TOKEN = "a token"  # what a run writes into the tag of what it makes
ORPHAN = "A1B2C3D4E5"
NEVER_ANSWERED = Fault("status", path="*series*", status=500)


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def org(store: Store) -> Store:
    """The sandbox, with a few series."""
    filled(store)
    return store


def fresh_plan(client: Client, time: FakeTime) -> Absence:
    """As after a plan that asked for the codes right now."""
    return Absence(client, CODES, time.time, time.now, trusted=True)


def saved_plan(client: Client, time: FakeTime) -> Absence:
    """As after a plan that was made at another time."""
    return Absence(client, CODES, time.time, None, trusted=False)


def named(rows: Sequence[LiveSeries]) -> list[str]:
    return [one.code for one in rows]


def test_what_a_plan_asked_for_just_now_is_not_asked_again_for_30_seconds(
    org: Store, client: Client, time: FakeTime
) -> None:
    absence = fresh_plan(client, time)
    org.ui_create(seriesCode="FREE")

    for time.now in (1000.0, 1030.0):
        assert (True, []) == (absence.fresh("FREE"), absence.bearers("FREE"))
    assert 0 == client.requests.read

    time.now = 1030.1
    assert (False, ["FREE"]) == (absence.fresh("FREE"), named(absence.bearers("FREE")))
    assert (True, []) == (absence.fresh("FREE"), absence.bearers("NEW"))


def test_a_saved_plan_is_asked_for_at_once(org: Store, client: Client, time: FakeTime) -> None:
    absence = saved_plan(client, time)
    org.ui_create(seriesCode="FREE")

    assert not any(absence.fresh(code) for code in CODES)
    assert ["FREE"] == named(absence.bearers("FREE"))
    assert [True, False, False] == [absence.fresh(code) for code in CODES]


def test_codes_of_one_batch_take_one_look(org: Store, client: Client, time: FakeTime) -> None:
    absence = saved_plan(client, time)

    assert [] == absence.bearers("FREE", ["FREE", "NEW"])
    first = client.requests.read
    assert [] == absence.bearers("NEW", ["FREE", "NEW"])
    assert (first, False) == (client.requests.read, absence.fresh("THIRD"))

    assert [] == absence.bearers("THIRD")  # by the API v1.1, and the look-up by code
    assert first + 1 + 1 == client.requests.read
    assert all(absence.fresh(code) for code in CODES)


def test_each_later_look_costs_a_call_and_one_for_each_code(
    org: Store, client: Client, time: FakeTime
) -> None:
    absence = saved_plan(client, time)
    absence.bearers("FREE", CODES)

    for _ in range(3):
        time.now += 30.1
        before = client.requests.read
        assert [] == absence.bearers("NEW", ["FREE", "NEW"])
        assert before + 1 + 2 == client.requests.read


def test_a_later_look_finds_a_code_that_came_and_one_that_was_given_away(
    org: Store, client: Client, time: FakeTime
) -> None:
    absence = saved_plan(client, time)
    assert [] == absence.bearers("FREE", CODES)
    org.ui_create(seriesCode="FREE")
    org.ui_edit(org.rows()[0]["id"], seriesCode="new")
    assert [] == absence.bearers("FREE", CODES) == absence.bearers("NEW", CODES)

    time.now += 30.1
    assert ["FREE"] == named(absence.bearers("FREE", CODES))
    assert ["new"] == named(absence.bearers("NEW", CODES))


def test_a_code_comes_before_those_that_are_the_same_for_people(
    org: Store, client: Client, time: FakeTime
) -> None:
    for code in ("free ", "FREE", " Free"):
        org.ui_create(seriesCode=code)

    found = named(saved_plan(client, time).bearers("FREE"))

    assert ("FREE", {"free ", " Free"}) == (found[0], {*found[1:]})


def test_a_look_is_as_old_as_its_beginning(org: Store, target: Target, time: FakeTime) -> None:
    def slow(_request: httpx.Request) -> None:
        time.now += 8

    with talking(target, Wire(org, after=slow)) as api:
        absence = saved_plan(api, time)

        assert ([], False) == (absence.bearers("FREE"), absence.fresh("FREE"))
        assert ([], True) == (absence.bearers("FREE"), absence.fresh("FREE"))  # two calls, 16 s


def test_an_error_is_no_look(org: Store, client: Client, time: FakeTime) -> None:
    absence = saved_plan(client, time)
    org.add_fault(NEVER_ANSWERED)
    with pytest.raises(ServerFaultError):
        absence.bearers("FREE")
    assert not absence.fresh("FREE")

    org.clear_faults()
    asked = len(org.requests())
    with pytest.raises(ServerFaultError):  # five attempts were enough for the whole run
        absence.bearers("OTHER")
    assert asked == len(org.requests())


def test_an_error_of_a_later_look_leaves_nothing_free_and_nothing_forgotten(
    org: Store, client: Client, time: FakeTime
) -> None:
    org.ui_create(seriesCode=ORPHAN, tag=TOKEN)
    absence = saved_plan(client, time)
    absence.bearers("FREE")
    time.now += 30.1
    org.add_fault(NEVER_ANSWERED)
    for _ in range(2):
        with pytest.raises(ServerFaultError):
            absence.bearers("FREE")

    assert (False, [ORPHAN]) == (absence.fresh("FREE"), named(absence.left_behind(TOKEN)))


def test_a_code_that_nothing_proves_free_is_an_error_until_something_does(time: FakeTime) -> None:
    broken = Fault("status", path=f"{OLD_SERIES}*", status=404)
    with sandbox(code_filter="error") as (api, store):
        filled(store)
        store.add_fault(broken)
        absence = saved_plan(api, time)
        for code in ("FREE", "NEW"):
            with pytest.raises(UnprovenAbsenceError, match=f"proves any more that {code} is free"):
                absence.bearers(code, CODES)
        assert ["A1"] == named(absence.bearers("A1"))  # what is there needs no proof

        store.clear_faults()
        time.now += 30.1
        assert [] == absence.bearers("FREE", CODES)

        store.add_fault(broken)
        time.now += 30.1
        with pytest.raises(UnprovenAbsenceError):
            absence.bearers("FREE", CODES)


def test_a_look_for_one_code_proves_no_other_free(time: FakeTime) -> None:
    with sandbox(code_filter="error") as (api, store):
        filled(store)
        store.add_fault(Fault("status", path=f"{OLD_SERIES}*", status=404))
        absence = saved_plan(api, time)
        with pytest.raises(UnprovenAbsenceError):
            absence.bearers("FREE", ["FREE", "NEW"])

        store.clear_faults()
        assert [] == absence.bearers("THIRD")
        with pytest.raises(UnprovenAbsenceError):
            absence.bearers("NEW")


def test_what_runs_left_behind_is_known_once_this_run_looked(
    org: Store, client: Client, time: FakeTime
) -> None:
    absence = fresh_plan(client, time)
    org.ui_create(seriesCode=ORPHAN, tag=TOKEN)
    org.ui_create(seriesCode="B1B2C3D4E5", tag="another token")
    assert ([], []) == (absence.bearers("FREE"), absence.left_behind(TOKEN))

    time.now += 30.1
    assert ([], [ORPHAN]) == (absence.bearers("FREE"), named(absence.left_behind(TOKEN)))

    org.ui_create(seriesCode="0123456789ABCDEF0123", tag=TOKEN)
    time.now += 30.1
    absence.bearers("FREE")
    assert [ORPHAN, "0123456789ABCDEF0123"] == named(absence.left_behind(TOKEN))


@pytest.mark.parametrize("codes", ["works", "ignored", "error"])
def test_what_runs_left_behind_is_found_where_lists_show_no_tag(codes: str, time: FakeTime) -> None:
    with sandbox(code_filter=codes, hides=("tag",)) as (api, store):
        filled(store)
        absence = saved_plan(api, time)
        absence.bearers("FREE")
        store.ui_create(seriesCode=ORPHAN, tag=TOKEN)
        time.now += 30.1
        absence.bearers("FREE")

    assert [ORPHAN] == named(absence.left_behind(TOKEN))


@pytest.mark.parametrize("hides", [(), ("tag",)], ids=["shown", "not shown"])
def test_what_a_lost_create_made_is_found_by_its_token(
    hides: tuple[str, ...], time: FakeTime
) -> None:
    with sandbox(hides=hides) as (api, store):
        filled(store)
        absence = saved_plan(api, time)
        assert absence.made(TOKEN) is None

        made = store.ui_create(seriesCode=ORPHAN, tag=TOKEN)
        found = absence.made(TOKEN)
        assert (made, TOKEN) == (found and found.id, found and found.raw["tag"])

        store.add_fault(NEVER_ANSWERED)
        assert absence.made(TOKEN) is None


def test_a_row_is_read_whole_or_not_at_all(org: Store, client: Client, time: FakeTime) -> None:
    absence = saved_plan(client, time)
    (row,) = absence.bearers("A1")
    org.ui_edit(row.id, description="edited")
    assert "edited" == absence.whole(row).raw["description"]

    org.reset()
    with pytest.raises(UnexpectedAnswerError, match="is listed and cannot be read by id"):
        absence.whole(row)
