"""A field's value in words: as a marketing lead would say it, and nothing that is not so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from reconciler.against import ADOPTED
from reconciler.change import Aside, Change
from reconciler.diff import FieldChange
from reconciler.exposure import Counters, Exposure
from reconciler.fields import canonical, wanted
from reconciler.lifecycle import NONE
from reconciler.render.asidewords import aside_words
from reconciler.render.meaning import sides
from reconciler.render.wording import moment_words
from reconciler.sideeffects import CAUSE

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_BOUND = 2**53 - 1
PERC = {"discountType": "PERC"}
DAYS, MONTHS = {"expiryStrategyType": "DAYS"}, {"expiryStrategyType": "MONTHS_END"}
SERIES = {"expiryStrategyType": "SERIES_EXPIRY"}


def change(after: Mapping[str, Any], zone: str = "UTC") -> Change:
    """An update to values as a file has them."""
    return Change(
        action="update",
        code="A",
        id=7,
        file="series/a.yaml",
        line=1,
        fields=tuple(FieldChange(path, None, value, 1) for path, value in after.items()),
        managed={
            path: ("before", wanted(path, value, ZoneInfo(zone))[0])
            for path, value in after.items()
        },
        sent={},
        money={},
        lifecycle=NONE,
        shown=(),
        counters=Counters(),
        seen=(),
        warnings=(),
        target="sandbox",
        host="sandbox",
    )


@pytest.mark.parametrize(
    ("path", "value", "beside", "expected"),
    [
        pytest.param("discountValue", 1500, {}, "1,500", id="an amount is grouped"),
        pytest.param("discountValue", 99, PERC, "99%", id="a percent"),
        pytest.param("discountValue", 12.5, PERC, "12.5%", id="a broken percent"),
        pytest.param("discountUpto", 7500, {}, "7,500", id="a cap"),
        pytest.param("discountUpto", 0, {}, "0 (read as no limit)", id="a cap of zero"),
        pytest.param("discountUpto", NO_BOUND, {}, "no limit", id="a cap as the UI spells none"),
        pytest.param("maxRedeem", -1, {}, "no limit", id="no limit"),
        pytest.param("maxCreate", "unlimited", {}, "no limit", id="no limit, as files may say it"),
        pytest.param("maxRedeem", 0, {}, "0 (read as no limit)", id="a limit of zero"),
        pytest.param("maxRedeem", -5, {}, "-5 (read as no limit)", id="a limit below none"),
        pytest.param("maxCreate", 20000, {}, "20,000", id="a limit"),
        pytest.param("minBillAmount", -1, {}, "no minimum", id="no minimum"),
        pytest.param("minBillAmount", 0, {}, "0", id="a minimum of zero"),
        pytest.param("minBillAmount", -2, {}, "-2 (read as no minimum)", id="a minimum below none"),
        pytest.param("minDaysBetweenVouchers", 1, {}, "1 day", id="a minimum of days"),
        pytest.param("redemptionValidAfterDays", 3, {}, "3 days", id="days"),
        pytest.param("expiryStrategyValue", 30, DAYS, "30 days", id="a life in days"),
        pytest.param("expiryStrategyValue", 1, MONTHS, "1 month", id="a life in months"),
        pytest.param(
            "expiryStrategyValue", -1, SERIES, "until the series ends", id="a life without end"
        ),
        pytest.param("expiryStrategyValue", 7, {}, "7", id="a life of who knows what"),
        pytest.param("campaignId", 1234567, {}, "1234567", id="an id is not grouped"),
        pytest.param("anyUser", True, {}, "true", id="a boolean"),
        pytest.param("smsTemplate", 'say "hi"\n', {}, '"say "hi"\n"', id="text to the letter"),
        pytest.param("discountType", "PERC", {}, '"PERC"', id="a choice"),
        pytest.param(
            "validTillDate",
            "2036-01-01",
            {},
            "2036-01-01 (last moment 23:59:59 UTC)",
            id="an end date",
        ),
        pytest.param(
            "validTillDate",
            "2036-01-01T20:00:00-08:00",
            {},
            "2036-01-01T20:00:00-08:00, kept as 2036-01-02 (last moment 23:59:59 UTC)",
            id="an end date that the server cuts",
        ),
        pytest.param(
            "validTillDateTime",
            "2036-01-01T18:00:00Z",
            {},
            "2036-01-01 18:00:00 UTC",
            id="a last moment",
        ),
        pytest.param("redemptionValidFrom", "1970-01-01", {}, "at once", id="at once"),
        pytest.param(
            "redemptionValidFrom", "2026-01-01", {}, "2026-01-01 00:00:00 UTC", id="a start"
        ),
        pytest.param("mutualExclusiveSeriesIds", "[3,4]", {}, "[3, 4]", id="ids in a string"),
        pytest.param("mutualExclusiveSeriesIds", [-1], {}, "none", id="shut out by none"),
        pytest.param("storeIdsJson", "[-1]", {}, "any", id="any store"),
        pytest.param("redemptionRange.dow", [6, 7], {}, "[6, 7]", id="days of a week"),
        pytest.param("redemptionRange.dow", -1, {}, "any", id="any day of a week"),
        pytest.param(
            "redemptionRange",
            '{"dom":[-1],"dow":["6"],"hours":[-1]}',
            {},
            "dom: any, dow: [6], hours: any",
            id="a whole range in a string",
        ),
        pytest.param("redemptionRange", "?", {}, '"?"', id="a range that is none"),
        pytest.param(
            "productInfo",
            [
                {"productType": "SKU", "productIds": [8, 7]},
                {"productType": "BRAND", "productCodes": ["X"]},
            ],
            {},
            'BRAND productCodes ["X"]; SKU productIds [7, 8]',
            id="products",
        ),
        pytest.param("productInfo", [], {}, "any", id="any product"),
        pytest.param(
            "redemptionOrgEntityDetails",
            [{"redemptionOrgEntityType": "TILL", "orgEntityId": 5}],
            {},
            "TILL 5",
            id="places",
        ),
        pytest.param(
            "targetUserDetails.validMaxUserTransactionLimit", -1, {}, "no limit", id="of users"
        ),
        pytest.param("customPropertyMap.a b", "x", {}, '"x"', id="a property"),
    ],
)
def test_a_value_is_told_in_words(
    path: str, value: object, beside: dict[str, object], expected: str
) -> None:
    made = change({path: value, **beside})

    assert ("(not set)", expected) == sides(made, made.fields[0], "UTC")


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        pytest.param("validTillDate", "soon", '"soon"', id="a date that is none"),
        pytest.param("maxRedeem", {"a": 1}, '{"a": 1}', id="a limit of another shape"),
        pytest.param("redemptionPerCouponMaxLimit", None, "no limit", id="a limit that is null"),
        pytest.param("maxRedeem", None, "(not set)", id="no such limit"),
        pytest.param("maxRedeem", "500", "500", id="a number in quotes"),
        pytest.param(
            "validTillDate",
            "2120-02-11T10:23:17Z",
            "2120-02-11 10:23:17 (last moment 23:59:59 UTC)",
            id="a date with a clock, as the UI makes it",
        ),
    ],
)
def test_what_live_has_is_told_in_words(path: str, value: object, expected: str) -> None:
    made = change({"discountValue": 1})
    field = FieldChange(path, value, value, 1)
    made = replace(made, managed={path: (canonical(path, value),) * 2})

    assert expected == sides(made, field, "UTC")[0]


def test_a_limit_that_a_file_takes_away_by_null_is_none() -> None:
    path = "redemptionPerCouponMaxLimit"
    made = change({"discountValue": 1})
    made = replace(made, managed={path: (3, -1)}, fields=(FieldChange(path, 3, None, 1),))
    new = replace(made, action="create", fields=(FieldChange(path, None, None, 1),))

    assert ("3", "no limit") == sides(made, made.fields[0], "UTC")
    assert ("(not set)", "no limit") == sides(new, new.fields[0], "UTC")


def test_an_id_to_adopt_is_not_grouped() -> None:
    aside = Aside(ADOPTED, "A", "series/a.yaml", 1, None, None, 700007, "neutral", Exposure(0, 0))

    assert ("(not set)", "700007") == aside_words(aside, "UTC")
    assert ("700007", "(not set)") == aside_words(replace(aside, before=700007, after=None), "UTC")


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        ("Asia/Kolkata", "9999-12-31T23:59:59+00:00", "9999-12-31 23:59:59+00:00"),
        ("America/Los_Angeles", "0001-01-01T00:00:00+00:00", "0001-01-01 00:00:00+00:00"),
        ("Asia/Kolkata", "0001-01-01T00:00:00+05:30", "0001-01-01 00:00:00+05:30"),
        ("UTC", "0001-01-01T00:00:00+00:00", "0001-01-01 00:00:00 UTC"),
    ],
)
def test_a_moment_that_a_clock_does_not_reach_is_told_as_it_is(
    zone: str, moment: str, expected: str
) -> None:
    assert expected == moment_words(datetime.fromisoformat(moment), ZoneInfo(zone))


def test_a_date_is_told_in_the_zone_that_cuts_it() -> None:
    made = change(
        {"validTillDate": "2036-01-01", "redemptionValidFrom": "1970-01-01"}, "Asia/Kolkata"
    )

    assert ["2036-01-01 (last moment 23:59:59 Asia/Kolkata)", "at once"] == [
        sides(made, field, "Asia/Kolkata")[1] for field in made.fields
    ]


def test_a_side_effect_is_told_from_what_the_server_makes_of_it() -> None:
    made = change({"discountValue": 1})
    field = FieldChange("validTillDate", "2036-01-01T10:00:00Z", "2036-01-01T00:00:00Z", 1, CAUSE)

    assert (
        "2036-01-01 10:00:00 (last moment 23:59:59 UTC)",
        "2036-01-01 (last moment 23:59:59 UTC)",
    ) == sides(made, field, "UTC")
