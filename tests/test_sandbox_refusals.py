"""Refusals: what the API does not take (API page, sections 4 and 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox_client import MINIMAL, SERIES, TOKEN, Api, refusal, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def api() -> Iterator[Api]:
    with sandbox() as opened:
        yield opened


@pytest.mark.parametrize("name", MINIMAL)
def test_a_missing_mandatory_field_is_named(api: Api, name: str) -> None:
    created = api.create()
    left_out = api.post(**{key: value for key, value in MINIMAL.items() if key != name})
    null = api.put(created["id"], **{**MINIMAL, "seriesCode": "CODE", name: None})

    assert (403, 403) == refusal(left_out)
    assert name in left_out.json()["errors"][0]["message"]
    assert null.is_success == (name == "validTillDate")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param({"clientHandlingType": "GENERIC"}, 754, id="generic without a code"),
        pytest.param(
            {"clientHandlingType": "GENERIC", "genericCode": ""}, 754, id="an empty generic code"
        ),
        pytest.param({"redemptionRange": "{"}, 729, id="a range that is no JSON"),
        pytest.param({"redemptionRange": "[]"}, 729, id="a range that is no object"),
        pytest.param({"redemptionRange": {"dom": 1}}, 729, id="a range that is no string"),
        pytest.param({"redemptionRange": '{"dom": 32}'}, 729, id="a day past the month"),
        pytest.param({"redemptionRange": '{"dow": [0]}'}, 729, id="a day before Monday"),
        pytest.param({"redemptionRange": '{"hours": [24]}'}, 729, id="an hour past the day"),
        pytest.param({"redemptionRange": '{"hours": []}'}, 729, id="no hours at all"),
        pytest.param({"redemptionRange": '{"dom": [true]}'}, 729, id="a range of booleans"),
        pytest.param({"redemptionRange": '{"minutes": [1]}'}, 729, id="an unknown part"),
        pytest.param(
            {"redemptionRange": "[" * 99_999 + "]" * 99_999}, 729, id="a range without bottom"
        ),
        pytest.param({"mutualExclusiveSeriesIds": "1,2"}, 756, id="ids that are no JSON"),
        pytest.param({"mutualExclusiveSeriesIds": '["x"]'}, 756, id="ids that are no numbers"),
        pytest.param({"mutualExclusiveSeriesIds": "[0]"}, 756, id="an id of nothing"),
        pytest.param({"mutualExclusiveSeriesIds": [1]}, 756, id="ids that are no string"),
        pytest.param({"redemptionPerCouponMaxLimit": 3}, 400, id="a limit for known users only"),
        pytest.param(
            {"redemptionPerCouponMaxLimit": 0, "anyUser": True}, 400, id="a limit of nothing"
        ),
        pytest.param(
            {
                "redemptionPerCouponMaxLimit": 3,
                "anyUser": True,
                "clientHandlingType": "GENERIC",
                "genericCode": "G",
            },
            400,
            id="a limit for a generic code",
        ),
        pytest.param(
            {"redemptionPerCouponMaxLimit": 3, "anyUser": True, "externalIssual": True},
            400,
            id="a limit for an external series",
        ),
        pytest.param({"clientHandlingType": "UPLOAD"}, 400, id="an unknown way of handling"),
        pytest.param({"expiryStrategyType": "NEVER"}, 400, id="an unknown expiry"),
        pytest.param({"discountType": "abs"}, 400, id="an unknown discount"),
        pytest.param({"discountType": 1}, 400, id="a number for a word"),
        pytest.param({"description": 1}, 400, id="a number for a text"),
        pytest.param({"anyUser": "true"}, 400, id="a text for a boolean"),
        pytest.param({"maxCreate": "5"}, 400, id="a text for an integer"),
        pytest.param({"maxCreate": True}, 400, id="a boolean for an integer"),
        pytest.param({"maxCreate": 1.5}, 400, id="a fraction for an integer"),
        pytest.param({"maxBillAmount": 2**63}, 400, id="an amount past 64 bits"),
        pytest.param({"discountValue": "5"}, 400, id="a text for a number"),
        pytest.param({"discountValue": 10**39}, 400, id="a discount past a float32"),
        pytest.param({"discountValue": 10**400}, 400, id="a discount past any float"),
        pytest.param({"discountUpto": 10**400}, 400, id="a cap past any float"),
        pytest.param({"discountUpto": [1]}, 400, id="a list for a number"),
        pytest.param({"validTillDate": "2030-09-30"}, 400, id="a date without a time"),
        pytest.param({"validTillDate": "2030-09-30T00:00:00"}, 400, id="a time without a zone"),
        pytest.param({"validTillDate": "2030-02-30T00:00:00Z"}, 400, id="a day that is not"),
        pytest.param({"validTillDate": "9999-12-31T23:59:59Z"}, 400, id="the end of time"),
        pytest.param({"validTillDate": 0}, 400, id="an epoch for a date"),
        pytest.param({"couponPrefix": "x" * 11}, 400, id="a long prefix"),
        pytest.param({"couponSuffix": "x y"}, 400, id="a suffix with a blank"),
        pytest.param({"couponSuffix": "ü"}, 400, id="a suffix of other letters"),
        pytest.param({"productInfo": {}}, 400, id="products that are no list"),
        pytest.param({"productInfo": [1]}, 400, id="products that are no objects"),
        pytest.param(
            {"productInfo": [{"productType": "SHOE", "productIds": [1]}]},
            400,
            id="an unknown kind of product",
        ),
        pytest.param(
            {"productInfo": [{"productType": "SKU", "productIds": [1], "productCodes": ["a"]}]},
            400,
            id="products by id and code",
        ),
        pytest.param({"productInfo": [{"productType": "SKU"}]}, 400, id="products by neither"),
        pytest.param(
            {"productInfo": [{"productType": "SKU", "productIds": []}]}, 400, id="no products"
        ),
        pytest.param(
            {"productInfo": [{"productType": "SKU", "productCodes": [1]}]},
            400,
            id="a number for a product code",
        ),
        pytest.param(
            {"redemptionOrgEntityDetails": [{"redemptionOrgEntityType": "STORE"}]},
            735,
            id="a store without an id",
        ),
        pytest.param(
            {
                "redemptionOrgEntityDetails": [
                    {"redemptionOrgEntityType": "STORE", "orgEntityId": True}
                ]
            },
            735,
            id="a store with a boolean",
        ),
        pytest.param(
            {"redemptionOrgEntityDetails": [{"redemptionOrgEntityType": "SHOP", "orgEntityId": 1}]},
            400,
            id="an unknown kind of place",
        ),
        pytest.param({"targetUserDetails": []}, 400, id="a list for the target user"),
        pytest.param(
            {"targetUserDetails": {"validMaxUserTransactionLimit": "1"}},
            400,
            id="a text for a transaction limit",
        ),
        pytest.param({"customPropertyMap": {"a": 1}}, 400, id="a number for a property"),
    ],
)
def test_a_bad_value_is_refused_and_nothing_is_stored(
    api: Api, sent: dict[str, Any], code: int
) -> None:
    assert (400, code) == refusal(api.post(**{**MINIMAL, **sent}))
    assert [] == api.store.rows()


@pytest.mark.parametrize(
    ("kind", "most"), [("SKU", 10_000), ("CATEGORY", 1_000), ("BRAND", 250), ("ATTRIBUTE", 250)]
)
def test_products_are_limited_by_kind(api: Api, kind: str, most: int) -> None:
    def block(count: int) -> list[dict[str, object]]:
        return [{"productType": kind, "productIds": list(range(1, count + 1))}]

    assert most == len(api.create(productInfo=block(most))["productInfo"][0]["productIds"])
    assert (400, 400) == refusal(api.post(**MINIMAL, productInfo=block(most + 1)))


def test_a_code_is_unique_ignoring_case(api: Api) -> None:
    first, second = api.create(), api.create()
    api.update(first["id"], seriesCode="Summer")

    taken = api.put(second["id"], **MINIMAL, seriesCode="sUMMER")

    assert (200, 751) == refusal(taken)
    assert second["seriesCode"] == api.read_one(second["id"])["seriesCode"]
    assert "SUMMER" == api.update(first["id"], seriesCode="SUMMER")["seriesCode"]


@pytest.mark.parametrize("code", [{}, {"seriesCode": ""}, {"seriesCode": " "}])
def test_an_update_without_a_code_is_refused(api: Api, code: dict[str, str]) -> None:
    assert (200, 753) == refusal(api.put(api.create()["id"], **MINIMAL, **code))


def test_an_update_of_an_unknown_series_is_refused(api: Api) -> None:
    assert (404, 707) == refusal(api.put(1, **MINIMAL, seriesCode="CODE"))
    assert (400, 755) == refusal(api.put("CS-789012", **MINIMAL, seriesCode="CODE"))


@pytest.mark.parametrize(
    ("wanted", "taken"), [(120, False), (121, True), (0, False), (-1, True), (-5, True)]
)
def test_the_maximum_stays_above_what_is_issued(api: Api, wanted: int, *, taken: bool) -> None:
    series_id = api.store.ui_create(numIssued=120, maxCreate=500)

    answer = api.put(series_id, **MINIMAL, seriesCode="CODE", maxCreate=wanted)

    assert taken == ("errors" not in answer.json())
    assert (wanted if taken else 500) == api.read_one(series_id)["maxCreate"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b'{"CouponSeriesV2": []}',
        b'{"CouponSeriesV2": {"description": NaN}}',
        b'{"CouponSeriesV2": {"description": "\\ud800"}}',
        b"\xff",
        b"[" * 99_999,
    ],
)
def test_a_body_without_a_series_is_refused(api: Api, raw: bytes) -> None:
    assert (400, 400) == refusal(api.http.post(SERIES, content=raw))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{SERIES}/700001", 405),
        ("DELETE", f"{SERIES}/700001", 405),
        ("DELETE", SERIES, 405),
        ("GET", TOKEN, 405),
        ("GET", f"{SERIES}/", 404),
        ("GET", "/", 404),
    ],
)
def test_what_the_api_does_not_have_is_refused(
    api: Api, method: str, path: str, status: int
) -> None:
    assert (status, status) == refusal(api.http.request(method, path))
