"""The field table: how the values of each field compare, and how they are sent."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.fields import FIELDS, canonical, split, wanted, wire
from reconciler.kinds import Field, Kind
from reconciler.values import Mark

UTC = ZoneInfo("UTC")


def test_a_row_tells_its_paths() -> None:
    assert FIELDS["redemptionRange"].paths == (
        "redemptionRange.dom",
        "redemptionRange.dow",
        "redemptionRange.hours",
    )
    assert FIELDS["maxCreate"].paths == ("maxCreate",)
    assert FIELDS["customPropertyMap"].by_key
    assert not FIELDS["productInfo"].by_key


def test_a_path_splits_at_its_first_dot() -> None:
    assert split("customPropertyMap.a.b") == (FIELDS["customPropertyMap"], "a.b")
    assert split("maxCreate") == (FIELDS["maxCreate"], None)


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        pytest.param("maxCreate", "unlimited", -1, id="unlimited is -1"),
        pytest.param("redemptionPerCouponMaxLimit", None, -1, id="null is no limit"),
        pytest.param("discountValue", "500", 500.0, id="a number in any spelling"),
        pytest.param("anyUser", "true", True, id="a boolean as text"),
        pytest.param("mutualExclusiveSeriesIds", "[]", "[-1]", id="no exclusion"),
        pytest.param("mutualExclusiveSeriesIds", [2, 1], '["1", 2]', id="ids in any order"),
        pytest.param("mutualExclusiveSeriesIds", "10", [10], id="a scalar and a list of it"),
        pytest.param("storeIdsJson", "[-1]", '"-1"', id="-1 and its string"),
        pytest.param("redemptionRange.dow", 6, ["6"], id="a part as scalar and list"),
        pytest.param(
            "redemptionRange",
            '{"dom" : [-1], "dow": [-1], "hours": [-1]}',
            '{"dom":["-1"],"dow":-1}',
            id="any time in two spellings",
        ),
        pytest.param(
            "validTillDate", "2030-09-30T00:00:00+05:30", "2030-09-29T18:30:00Z", id="an instant"
        ),
        pytest.param(
            "productInfo",
            [{"productType": "SKU", "productIds": [2, 1]}],
            [{"productIds": [1, 2], "productType": "SKU", "productCodes": []}],
            id="products in any order",
        ),
        pytest.param(
            "redemptionOrgEntityDetails",
            [
                {"redemptionOrgEntityType": "STORE", "orgEntityId": 1},
                {"redemptionOrgEntityType": "TILL", "orgEntityId": 2},
            ],
            [
                {"redemptionOrgEntityType": "TILL", "orgEntityId": "2"},
                {"redemptionOrgEntityType": "STORE", "orgEntityId": 1.0},
            ],
            id="places in any order",
        ),
    ],
)
def test_values_that_mean_the_same_are_equal(path: str, one: object, other: object) -> None:
    assert canonical(path, one) == canonical(path, other)


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        pytest.param("storeIdsJson", "[]", "[-1]", id="store lists are no exclusion lists"),
        pytest.param("discountType", "ABS", "abs", id="text to the letter"),
        pytest.param("maxCreate", 0, -1, id="none and unlimited"),
        pytest.param("minBillAmount", "unlimited", -1, id="a minimum is never unlimited"),
        pytest.param("customPropertyMap.a", "1", "1.0", id="properties are text"),
        pytest.param("redemptionRange", '{"dow": 1, "dow": 2}', '{"dow": 2}', id="a key twice"),
        pytest.param("productInfo", [[1]], [], id="an undocumented shape"),
        pytest.param("productInfo", [{"productType": "SKU"}], [], id="a block without products"),
        pytest.param("redemptionOrgEntityDetails", [{}], [], id="a place without an id"),
        pytest.param("redemptionOrgEntityDetails", "x", [], id="places that are no list"),
        pytest.param("mutualExclusiveSeriesIds", {}, [], id="ids that are no list"),
        pytest.param("redemptionRange", "[]", "{}", id="a range that is no object"),
        pytest.param("targetUserDetails", {}, [], id="an object as a whole"),
    ],
)
def test_values_that_differ_stay_different(path: str, one: object, other: object) -> None:
    assert canonical(path, one) != canonical(path, other)


@pytest.mark.parametrize("mark", list(Mark))
def test_a_mark_stands_for_itself(mark: Mark) -> None:
    assert mark is canonical("maxCreate", mark)


def test_products_left_out_are_absent() -> None:
    assert canonical("productInfo", None) is Mark.ABSENT


@pytest.mark.parametrize(
    ("path", "raw", "sent"),
    [
        pytest.param("maxCreate", "unlimited", -1, id="unlimited"),
        pytest.param("mutualExclusiveSeriesIds", [10, 11], "[10,11]", id="a list of ids"),
        pytest.param("mutualExclusiveSeriesIds", "[ 10 ]", "[ 10 ]", id="ids in wire form"),
        pytest.param("redemptionRange.dow", 6, [6], id="one day"),
        pytest.param("redemptionRange.dow", [7, 6], [7, 6], id="days as ordered"),
        pytest.param("redemptionRange", '{"dow" : 6}', '{"dow" : 6}', id="a range in wire form"),
        pytest.param("validTillDate", "2030-09-30", "2030-09-30T00:00:00-04:00", id="a bare date"),
        pytest.param(
            "validTillDate", "2030-09-30T05:30:00+05:30", "2030-09-30T05:30:00+05:30", id="as is"
        ),
        pytest.param("description", "unlimited", "unlimited", id="a text that says unlimited"),
        pytest.param("redemptionPerCouponMaxLimit", None, None, id="null"),
    ],
)
def test_a_value_is_sent_in_the_form_of_the_api(path: str, raw: object, sent: object) -> None:
    assert sent == wire(path, raw, ZoneInfo("America/New_York"))


def test_a_day_is_wanted_as_the_server_will_keep_it() -> None:
    kept, exact = wanted("validTillDate", "2030-09-30T00:00:00+05:30", UTC)

    assert kept == "2030-09-29T00:00:00Z"
    assert exact == "2030-09-29T18:30:00Z"


def test_a_moment_is_wanted_as_written() -> None:
    kept, exact = wanted("validTillDateTime", "2030-09-30T23:59:59Z", UTC)

    assert kept == exact == "2030-09-30T23:59:59Z"


def test_any_other_value_is_wanted_by_its_meaning() -> None:
    assert wanted("maxCreate", "unlimited", UTC) == (-1, -1)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
RAW = JSON | JSON.map(json.dumps) | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
FLAT = [row for row in FIELDS.values() if row.kind not in {Kind.RANGE, Kind.PRODUCTS, Kind.PLACES}]
BLOCKS = [row for row in FIELDS.values() if row not in FLAT]


@given(st.sampled_from(FLAT), RAW)
def test_canonicalising_twice_changes_nothing(row: Field, raw: object) -> None:
    once = row.canonical(raw)

    assert once == row.canonical(once)


@given(st.sampled_from(BLOCKS), RAW)
def test_canonicalising_anything_ends_in_a_value(row: Field, raw: object) -> None:
    assert row.canonical(raw) == row.canonical(raw)


PRODUCTS = st.lists(
    st.tuples(
        st.sampled_from(["SKU", "CATEGORY", "BRAND", "ATTRIBUTE"]),
        st.sampled_from(["productIds", "productCodes"]),
        st.lists(st.integers() | st.text(), min_size=1, max_size=4),
    ),
    max_size=4,
)


@given(PRODUCTS)
def test_canonicalising_products_again_changes_nothing(blocks: list[tuple[str, str, Any]]) -> None:
    once = canonical("productInfo", [{"productType": a, b: c} for a, b, c in blocks])

    assert isinstance(once, list)
    assert once == canonical("productInfo", [{"productType": a, b: c} for a, b, c in once])


@given(st.dictionaries(st.sampled_from(["dom", "dow", "hours"]), st.lists(st.integers(-1, 31))))
def test_canonicalising_a_range_again_changes_nothing(raw: dict[str, list[int]]) -> None:
    once = canonical("redemptionRange", json.dumps(raw))

    assert isinstance(once, list)
    assert once == canonical("redemptionRange", dict(once))
