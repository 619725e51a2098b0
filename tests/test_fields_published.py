"""The field table against the published parameters: each has its place, and its class."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.fields import FIELDS, MANAGEABLE, MONEY
from reconciler.kinds import I32, Access, Money
from reconciler.series import OrgEntity, ProductInfo, Series

SEEDS = Path(__file__).parent / "cases" / "seeds"
REQUESTS = ("create-request", "update-request")
RESPONSES = ("create-response", "update-response")
# Names of the tables that are no field of their own, and what they count under.
MEMBERS = {
    "customPropertyMap.key1": "customPropertyMap",
    "customPropertyMap.key2": "customPropertyMap",
    "standard_terms_and_conditions": "customPropertyMap",
    "productInfo.productType": "productInfo",
    "productInfo.productIds": "productInfo",
    "redemptionOrgEntityType": "redemptionOrgEntityDetails",
    "orgEntityId": "redemptionOrgEntityDetails",
    "validMaxUserTransactionLimit": "targetUserDetails",
    "validUserRegistrationStartTime": "targetUserDetails",
    "validUserRegistrationEndTime": "targetUserDetails",
}
WRAPPER = "CouponSeriesV2"


def published(table: str) -> list[str]:
    """The parameter names of one published table."""
    names = (SEEDS / f"{table}.txt").read_text(encoding="utf-8").split()
    return [MEMBERS.get(name, name) for name in names if name != WRAPPER]


@pytest.mark.parametrize(
    ("table", "size"),
    [
        ("create-request", 50),
        ("create-response", 86),
        ("update-request", 50),
        ("update-response", 86),
    ],
)
def test_every_published_parameter_is_modelled(table: str, size: int) -> None:
    names = published(table)

    assert size == len(names) + (table in REQUESTS)  # the wrapper
    assert [] == [name for name in names if name not in FIELDS]


@pytest.mark.parametrize("table", REQUESTS)
def test_a_file_may_name_every_published_request_parameter(table: str) -> None:
    assert [] == [name for name in published(table) if name not in Series.model_fields]


def test_members_of_published_objects_are_keys_of_their_parent() -> None:
    keys = {
        "productInfo": set(ProductInfo.model_fields),
        "redemptionOrgEntityDetails": set(OrgEntity.model_fields),
        "targetUserDetails": set(FIELDS["targetUserDetails"].members),
    }
    lost = [
        name
        for name, parent in MEMBERS.items()
        if parent in keys and name.removeprefix(f"{parent}.") not in keys[parent]
    ]

    assert [] == lost


def test_the_model_and_the_table_hold_the_same_fields() -> None:
    assert {row.name for row in MANAGEABLE} == set(Series.model_fields) - {"lifecycle"}


def test_a_field_stands_in_the_table_once() -> None:
    names = [row.name for row in MANAGEABLE] + [
        name for name, row in FIELDS.items() if row.access is Access.SERVER
    ]

    assert sorted(FIELDS) == sorted(names)


def test_a_create_needs_the_code_and_nine_fields() -> None:
    required = {row.name for row in MANAGEABLE if row.required}

    assert required == {
        "seriesCode",
        "description",
        "discountCode",
        "discountType",
        "discountValue",
        "validTillDate",
        "expiryStrategyType",
        "clientHandlingType",
        "anyUser",
        "smsTemplate",
    }


def test_only_how_codes_are_made_and_expire_is_fixed_after_the_create() -> None:
    fixed = {name for name, row in FIELDS.items() if row.access is Access.CREATE_ONLY}

    assert fixed == {"clientHandlingType", "expiryStrategyType"}


@pytest.mark.parametrize(
    "name",
    [
        "maxCreate",
        "maxRedeem",
        "redemptionPerCouponMaxLimit",
        "maxVouchersPerUser",
        "maxRedemptionsInSeriesPerUser",
        "minDaysBetweenVouchers",
        "minDaysBetweenRedemption",
        "expiryStrategyValue",
        "randomCodeLength",
        "shortCodeLength",
        "redemptionValidAfterDays",
        "campaignId",
        "priority",
        "sourceOrgId",
    ],
)
def test_a_field_of_32_bits_is_bounded_so(name: str) -> None:
    assert FIELDS[name].bounds == I32


def test_what_hurts_counts_as_money() -> None:
    names = {row.name for row in MONEY}

    assert {"discountValue", "discountUpto", "maxCreate", "minBillAmount", "validTillDate"} <= names
    assert names.isdisjoint({"description", "smsTemplate", "seriesCode", "priority"})


def test_money_classes_are_all_used() -> None:
    assert set(Money) == {row.money for row in FIELDS.values()}
