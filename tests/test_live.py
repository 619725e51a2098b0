"""One row of an answer: its identity, and what it says about a path."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from wire import row

from reconciler.errors import UnexpectedAnswerError
from reconciler.live import read_series
from reconciler.values import Mark


@pytest.mark.parametrize("number", [5, "5", 5.0, "005"], ids=repr)
def test_an_id_may_be_spelled_as_text(number: object) -> None:
    found = read_series({"id": number, "seriesCode": "A"})

    assert (5, "A") == (found.id, found.code)


@pytest.mark.parametrize(
    "number",
    [None, True, "", "CS-789012", "5 ", 5.5, 0, -1, "-1", float("nan"), float("inf"), [5], {}],
    ids=repr,
)
def test_a_row_without_an_id_cannot_be_told_apart(number: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match="no integer id"):
        read_series({"id": number, "seriesCode": "A"})


@pytest.mark.parametrize("raw", [None, {}, {"seriesCode": "A"}, [], "x", 5], ids=repr)
def test_what_is_no_row_is_an_error(raw: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match="no integer id"):
        read_series(raw)


@pytest.mark.parametrize(("code", "expected"), [(None, ""), ("", ""), (123, "123"), ("É", "É")])
def test_a_code_is_text(code: object, expected: str) -> None:
    assert expected == read_series({"id": 1, "seriesCode": code}).code


def test_every_key_is_kept_and_the_unknown_ones_are_known() -> None:
    raw = row(1) | {"zebra": [1], "apple": None, "maxRedeem": 5}
    found = read_series(raw)

    assert raw == found.raw
    assert ["apple", "zebra"] == found.unknown_keys


@pytest.mark.parametrize(
    ("fields", "path", "expected"),
    [
        ({"maxRedeem": 5}, "maxRedeem", 5),
        ({"maxRedeem": None}, "maxRedeem", Mark.ABSENT),
        ({}, "maxRedeem", Mark.ABSENT),
        ({"redemptionPerCouponMaxLimit": None}, "redemptionPerCouponMaxLimit", None),
        ({}, "redemptionPerCouponMaxLimit", Mark.ABSENT),
        ({"customPropertyMap": {"a": "b"}}, "customPropertyMap.a", "b"),
        ({"customPropertyMap": {"a": "b"}}, "customPropertyMap.c", Mark.ABSENT),
        ({"customPropertyMap": {"a": None}}, "customPropertyMap.a", Mark.ABSENT),
        ({"customPropertyMap": None}, "customPropertyMap.a", Mark.ABSENT),
        ({}, "customPropertyMap.a", Mark.ABSENT),
        ({"customPropertyMap": "b"}, "customPropertyMap.a", ["?", "b"]),
        ({"redemptionRange": '{"dom": [1]}'}, "redemptionRange.dom", [1]),
        ({"redemptionRange": '{"dom": [1]}'}, "redemptionRange.dow", [-1]),
        ({"redemptionRange": {"dom": "1"}}, "redemptionRange.dom", "1"),
        ({"redemptionRange": "{"}, "redemptionRange.dom", ["?", "{"]),
        ({"redemptionRange": "[1]"}, "redemptionRange.dom", ["?", "[1]"]),
        ({}, "redemptionRange.dom", Mark.ABSENT),
        ({"redemptionRange": None}, "redemptionRange.dom", Mark.ABSENT),
    ],
)
def test_a_path_shows_what_live_says(
    fields: dict[str, object], path: str, expected: object
) -> None:
    found = read_series(row(1) | fields)

    assert expected == found.value(path)
    assert (expected is not Mark.ABSENT) == found.shows(path)


@pytest.mark.parametrize(
    ("fields", "path", "expected"),
    [
        ({"maxRedeem": "5"}, "maxRedeem", 5),
        ({"redemptionPerCouponMaxLimit": None}, "redemptionPerCouponMaxLimit", -1),
        ({"validTillDate": "2030-01-01T05:30:00+05:30"}, "validTillDate", "2030-01-01T00:00:00Z"),
        ({"redemptionRange": '{"dom": ["2", 1]}'}, "redemptionRange.dom", [1, 2]),
        ({}, "validTillDate", Mark.ABSENT),
    ],
)
def test_a_meaning_has_one_spelling(fields: dict[str, object], path: str, expected: object) -> None:
    assert expected == read_series(row(1) | fields).meaning(path)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(5, 5), ("5", 5), (-1, -1), (None, 0), ("", 0), ("many", 0), (2.5, 0)],
    ids=repr,
)
def test_a_counter_is_a_number(raw: object, expected: int) -> None:
    assert expected == read_series(row(1) | {"numIssued": raw}).counter("numIssued")
    assert 0 == read_series(row(1)).counter("numIssued")


@pytest.mark.parametrize(
    ("end", "zone", "expected"),
    [
        ("2030-01-01T00:00:00Z", "UTC", None),
        ("2030-01-01T00:00:00+05:30", "Asia/Kolkata", None),
        ("2030-01-01T00:00:00+05:30", "UTC", "+05:30"),
        ("2030-07-01T00:00:00Z", "Europe/London", "+00:00"),
        ("2030-01-01", "UTC", None),
        ("9999-12-31T23:59:59Z", "Asia/Kolkata", None),
        (None, "UTC", None),
    ],
)
def test_another_offset_than_the_zones_is_named(
    end: str | None, zone: str, expected: str | None
) -> None:
    assert expected == read_series(row(1) | {"validTillDate": end}).other_offset(ZoneInfo(zone))
