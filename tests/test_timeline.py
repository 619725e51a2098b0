"""Windows of use on a scale: where bars begin and end, and what reaches beyond."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marketing import live, pull_request, series
from pages import sandbox

from reconciler.render.timeline import Timeline, timeline

if TYPE_CHECKING:
    from reconciler.change import Change
    from reconciler.client import Client
    from reconciler.sandbox import Store

ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def longer(client: Client, store: Store) -> Change:
    """A series that ends a year later."""
    before = series("A", validTillDate="2026-06-30")
    live(store, before, redemptionValidFrom="2025-07-01T00:00:00Z")
    plan = pull_request(client, [before], [{**before, "validTillDate": "2027-06-30"}])
    return plan.changes[0]


def ending(change: Change, start: str, end: str, clock: str = "00:00:00") -> Change:
    """The same with other days after it."""
    pairs = {
        "validTillDate": (change.managed["validTillDate"][0], f"{end}T{clock}Z"),
        "redemptionValidFrom": (f"{start}T{clock}Z", f"{start}T{clock}Z"),
    }
    return replace(change, managed={**change.managed, **pairs})


def drawn(*changes: Change, zone: ZoneInfo = ZONE) -> Timeline:
    return timeline([(f"entry-{number}", one) for number, one in enumerate(changes)], zone, NOW)


def test_a_window_is_told_by_its_first_and_last_day(longer: Change) -> None:
    (row,) = drawn(longer).rows

    assert "2025-07-01 to 2026-06-30" == row.was
    assert "2025-07-01 to 2027-06-30" == row.will
    assert row.moved


def test_a_longer_validity_is_a_wider_bar_with_the_same_start(longer: Change) -> None:
    chart = drawn(longer)
    (row,) = chart.rows

    assert row.before is not None
    assert row.before.x == row.after.x < chart.today
    assert row.before.width < row.after.width
    assert row.after.x + row.after.width < 100
    assert not row.after.goes_on


def test_a_create_has_no_window_before_and_starts_today(client: Client) -> None:
    plan = pull_request(client, [], [series("A")])

    chart = drawn(*plan.changes)

    assert chart.rows[0].before is None
    assert "2026-01-01 to 2027-12-31" == chart.rows[0].will
    assert chart.today == chart.rows[0].after.x


def test_today_is_the_day_in_the_zone_of_the_target(longer: Change) -> None:
    late = datetime(2026, 1, 1, 20, tzinfo=UTC)

    chart = timeline([("entry-1", longer)], ZoneInfo("Asia/Kolkata"), late)

    assert "2026-01-02" == chart.day


def test_what_ends_far_ahead_goes_on_at_the_edge_and_squeezes_nobody(longer: Change) -> None:
    far = ending(longer, "1980-01-01", "2120-02-11")

    near, beyond = drawn(longer, far).rows

    assert beyond.after.goes_on
    assert beyond.after.from_before
    assert (0, 100) == (beyond.after.x, beyond.after.width)
    assert near.after.width > 10


def test_a_start_at_the_epoch_is_at_once_and_an_end_that_cannot_be_read_is_unknown(
    longer: Change,
) -> None:
    odd = ending(longer, "1970-01-01", "some day")

    (row,) = drawn(odd).rows

    assert "at once to no known end" == row.will
    assert row.after.goes_on
    assert row.after.from_before


def test_a_window_that_is_over_before_it_begins_can_still_be_seen(longer: Change) -> None:
    (row,) = drawn(ending(longer, "2026-12-01", "2026-02-01")).rows

    assert row.after.width > 0


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/Los_Angeles"])
def test_a_day_that_the_zone_has_no_name_for_is_told_as_it_is(longer: Change, zone: str) -> None:
    last = ending(longer, "9999-12-31", "9999-12-31", "23:59:59")
    first = ending(longer, "0001-01-01", "0001-01-01")

    told = [row.will for row in drawn(last, first, zone=ZoneInfo(zone)).rows]

    assert ["9999-12-31 to 9999-12-31", "at once to 0001-01-01"] == told


DAYS = st.dates().map(str) | st.sampled_from(["0001-01-01", "9999-12-31"])
ZONES = st.sampled_from(["UTC", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Kiritimati"])
CLOCKS = st.sampled_from(["00:00:00", "23:59:59"])


@pytest.fixture(scope="module")
def some() -> Change:
    """Any change."""
    with sandbox() as (client, _):
        return pull_request(client, [], [series("A")]).changes[0]


@given(st.lists(st.tuples(DAYS, DAYS, CLOCKS), min_size=1, max_size=5), ZONES)
def test_nothing_is_drawn_outside_the_scale(
    some: Change, windows: list[tuple[str, str, str]], zone: str
) -> None:
    chart = drawn(*(ending(some, *moments) for moments in windows), zone=ZoneInfo(zone))

    for row in chart.rows:
        assert 0 <= row.after.x < row.after.x + row.after.width <= 100.01
    labels = [tick.label for tick in chart.ticks]
    assert len(set(labels)) == len(labels) <= 7
    places = [tick.x for tick in chart.ticks]
    assert all(one >= 13 for one in (after - before for before, after in pairwise(places)))
    assert all(8 < one < 92 for one in places)
    assert 0 <= chart.today <= 100
