"""Canonical values: moments, days, numbers and JSON inside texts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import values

NEW_YORK = ZoneInfo("America/New_York")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
KOLKATA = ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize(
    ("raw", "zone", "kept"),
    [
        pytest.param("2030-09-30T00:00:00+05:30", "UTC", "2030-09-29T00:00:00Z", id="the seed's"),
        pytest.param("2030-09-30", "Asia/Kolkata", "2030-09-29T18:30:00Z", id="a bare date"),
        pytest.param("2030-09-30", "UTC", "2030-09-30T00:00:00Z", id="a bare date in UTC"),
        pytest.param(
            "2030-07-01T12:00:00Z", "America/New_York", "2030-07-01T04:00:00Z", id="summer"
        ),
        pytest.param(
            "2030-01-01T12:00:00Z", "America/New_York", "2030-01-01T05:00:00Z", id="winter"
        ),
        pytest.param("0001-01-01", "UTC", "0001-01-01T00:00:00Z", id="the first day"),
        pytest.param("9999-12-31T23:59:59Z", "UTC", "9999-12-31T00:00:00Z", id="the last day"),
    ],
)
def test_the_server_keeps_the_day_at_midnight_of_its_zone(raw: str, zone: str, kept: str) -> None:
    moment = values.desired_moment(raw, ZoneInfo(zone))

    assert kept == values.stamp(values.cut(moment, ZoneInfo(zone)))


def test_a_midnight_that_does_not_exist_still_names_its_day() -> None:
    first = values.midnight(date(2018, 11, 4), SAO_PAULO)  # clocks went from 00:00 to 01:00

    assert values.stamp(first) == "2018-11-04T03:00:00Z"
    assert values.stamp(values.cut(first, SAO_PAULO)) == "2018-11-04T03:00:00Z"


def test_the_last_second_of_a_day_follows_the_zone() -> None:
    noon = datetime(2030, 7, 1, 12, tzinfo=UTC)

    assert values.stamp(values.end_of_day(noon, NEW_YORK)) == "2030-07-02T03:59:59Z"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("2030-02-30T00:00:00Z", id="a day that is none"),
        pytest.param("2030-01-01T24:00:00Z", id="hour 24"),
        pytest.param("2030-12-31T23:59:60Z", id="a leap second"),
        pytest.param("2030-01-01T00:00:00", id="no offset"),
        pytest.param("2030-01-01 00:00:00Z", id="a blank for the T"),
        pytest.param("2030-01-01T00:00:00Z\n", id="a line break after it"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_date_time_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        values.parse_instant(raw)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("9999-12-31T23:59:59-05:00", id="after the last moment"),
        pytest.param("0001-01-01T00:00:00+05:30", id="before the first moment"),
        pytest.param("soon", id="a word"),
        pytest.param(5, id="a number"),
    ],
)
def test_what_has_no_moment_equals_only_itself(raw: object) -> None:
    assert values.instant(raw) == ["?", raw]


@pytest.mark.parametrize(
    ("raw", "meaning"),
    [
        pytest.param(1, 1, id="a number"),
        pytest.param(1.0, 1, id="a whole float"),
        pytest.param("+1", 1, id="a string"),
        pytest.param(None, -1, id="null"),
        pytest.param(0.5, 0.5, id="a fraction"),
        pytest.param(True, ["?", True], id="a boolean"),
        pytest.param("many", ["?", "many"], id="a word"),
        pytest.param(float("inf"), ["?", float("inf")], id="infinity"),
        pytest.param("9" * 31, ["?", "9" * 31], id="too many digits"),
    ],
)
def test_a_number_is_read_from_any_spelling(raw: object, meaning: object) -> None:
    assert meaning == values.number(raw)


@pytest.mark.parametrize(
    ("raw", "meaning"),
    [(True, True), ("FALSE", False), ("no", ["?", "no"]), (1, ["?", 1])],
    ids=["a boolean", "text of the old API", "another word", "a number"],
)
def test_a_boolean_is_read_from_two_spellings(raw: object, meaning: object) -> None:
    assert meaning == values.boolean(raw)


def test_a_text_that_is_no_text_is_unknown() -> None:
    assert values.text(5) == ["?", 5]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("[" * 100_000, id="nested without end"),
        pytest.param("[1", id="cut off"),
        pytest.param('{"a": 1, "a": 2}', id="a key twice"),
        pytest.param("9" * 5000, id="a number without end"),
    ],
)
def test_a_text_that_holds_no_plain_json_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        values.from_json(raw)


@pytest.mark.parametrize(
    ("raw", "meaning"),
    [
        pytest.param('[" 7 ", 6.0, "6"]', [6, 7], id="spellings of numbers"),
        pytest.param("[null, true]", ["null", "true"], id="what is no id"),
        pytest.param("null", ["?", None], id="null"),
        pytest.param("{}", ["?", {}], id="an object"),
        pytest.param("x", ["?", "x"], id="no JSON"),
    ],
)
def test_an_id_list_is_a_set_of_numbers(raw: str, meaning: object) -> None:
    assert meaning == values.ids(raw)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (16_777_216, True),
        (16_777_217, False),
        (16_777_218, True),
        (2**63 - 1, False),
        (2**200, False),
    ],
)
def test_float32_holds_whole_numbers_exactly_up_to_a_point(value: int, *, fits: bool) -> None:
    assert fits == values.fits_float32(value)


@given(st.integers(0, 2**24))
def test_float32_holds_every_ordinary_discount(value: int) -> None:
    assert values.fits_float32(value)


@given(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)),  # noqa: DTZ001 - the zone follows
    st.sampled_from([NEW_YORK, SAO_PAULO, KOLKATA, ZoneInfo("UTC")]),
)
def test_cutting_twice_is_cutting_once(moment: datetime, zone: ZoneInfo) -> None:
    once = values.cut(moment.replace(tzinfo=UTC), zone)

    assert values.stamp(once) == values.stamp(values.cut(once, zone))
