"""What a change of each field does to money, reach and time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.effect import Effect, effects, is_value
from reconciler.fields import MANAGEABLE
from reconciler.kinds import Kind, Money
from reconciler.values import Mark

if TYPE_CHECKING:
    from reconciler.values import Canonical

ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
GENEROUS, STRICTER = Effect.GENEROUS, Effect.STRICTER
WIDER, NARROWER = Effect.WIDER, Effect.NARROWER
LONGER, SHORTER = Effect.LONGER, Effect.SHORTER
ACTIVATES, ENDS = Effect.ACTIVATES, Effect.ENDS
MESSAGING, NEUTRAL = Effect.MESSAGING, Effect.NEUTRAL
ABSENT, UNREADABLE = Mark.ABSENT, Mark.UNREADABLE

# For each path of each manageable field: two values, the effect of going from the first to the
# second, and that of going back.
BOTH_WAYS: dict[str, tuple[Canonical, Canonical, Effect, Effect]] = {
    "seriesCode": ("A", "B", NEUTRAL, NEUTRAL),
    "description": ("A", "B", MESSAGING, MESSAGING),
    "discountCode": ("A", "B", NEUTRAL, NEUTRAL),
    "discountType": ("ABS", "PERC", GENEROUS, GENEROUS),
    "discountValue": (10, 12.5, GENEROUS, STRICTER),
    "discountUpto": (500, 750, GENEROUS, STRICTER),
    "discountOn": ("BILL", "ITEM", GENEROUS, GENEROUS),
    "validTillDate": ("2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z", LONGER, SHORTER),
    "validTillDateTime": ("2027-01-01T23:59:58Z", "2027-01-01T23:59:59Z", LONGER, SHORTER),
    "expiryStrategyType": ("DAYS", "SERIES_EXPIRY", LONGER, SHORTER),
    "expiryStrategyValue": (7, 30, LONGER, SHORTER),
    "redemptionValidFrom": ("2026-07-02T00:00:00Z", "2026-07-01T00:00:00Z", LONGER, SHORTER),
    "redemptionValidAfterDays": (2, 1, GENEROUS, STRICTER),
    "clientHandlingType": ("DISC_CODE", "GENERIC", WIDER, NARROWER),
    "genericCode": ("", "ALL", WIDER, NARROWER),
    "alphaNumeric": (False, True, NEUTRAL, NEUTRAL),
    "randomCodeLength": (6, 8, NEUTRAL, NEUTRAL),
    "shortCodeLength": (6, 8, NEUTRAL, NEUTRAL),
    "couponPrefix": ("A", "B", NEUTRAL, NEUTRAL),
    "couponSuffix": ("A", "B", NEUTRAL, NEUTRAL),
    "isPrefixEnabled": (False, True, NEUTRAL, NEUTRAL),
    "isSuffixEnabled": (False, True, NEUTRAL, NEUTRAL),
    "orgPrefixOverride": (False, True, NEUTRAL, NEUTRAL),
    "orgSuffixOverride": (False, True, NEUTRAL, NEUTRAL),
    "maxCreate": (100, 101, GENEROUS, STRICTER),
    "maxRedeem": (100, 101, GENEROUS, STRICTER),
    "redemptionPerCouponMaxLimit": (1, 2, GENEROUS, STRICTER),
    "maxVouchersPerUser": (1, 2, GENEROUS, STRICTER),
    "maxRedemptionsInSeriesPerUser": (1, 2, GENEROUS, STRICTER),
    "minDaysBetweenVouchers": (7, 1, GENEROUS, STRICTER),
    "minDaysBetweenRedemption": (7, 1, GENEROUS, STRICTER),
    "sameUserMultipleRedeem": (False, True, GENEROUS, STRICTER),
    "isMultipleUseAllowed": (False, True, GENEROUS, STRICTER),
    "isMultipleVouchersPerUserAllowed": (False, True, GENEROUS, STRICTER),
    "isValidWithDiscountedItem": (False, True, GENEROUS, STRICTER),
    "isTransferrable": (False, True, GENEROUS, STRICTER),
    "isValidationRequired": (True, False, GENEROUS, STRICTER),
    "anyUser": (False, True, WIDER, NARROWER),
    "isReferralExistingUsersAllowed": (False, True, WIDER, NARROWER),
    "minBillAmount": (1500, 1499, GENEROUS, STRICTER),
    "maxBillAmount": (5000, 6000, GENEROUS, STRICTER),
    "mutualExclusiveSeriesIds": ([1, 2], [1], WIDER, NARROWER),
    "redemptionRange.dom": ([1], [1, 2], WIDER, NARROWER),
    "redemptionRange.dow": ([6], [-1], WIDER, NARROWER),
    "redemptionRange.hours": ([9, 10], [], WIDER, NARROWER),
    "productInfo": ([["SKU", "productIds", [1]]], [], WIDER, NARROWER),
    "redemptionOrgEntityDetails": ([["STORE", 1]], [["STORE", 1], ["STORE", 2]], WIDER, NARROWER),
    "targetUserDetails.validMaxUserTransactionLimit": (3, 4, WIDER, NARROWER),
    "targetUserDetails.validUserRegistrationStartTime": (2000, 1000, WIDER, NARROWER),
    "targetUserDetails.validUserRegistrationEndTime": (1000, 2000, WIDER, NARROWER),
    "storeIdsJson": ([1], [1, 2], WIDER, NARROWER),
    "redeemAtStore": ([1], [-1], WIDER, NARROWER),
    "smsTemplate": ("A", "B", MESSAGING, MESSAGING),
    "shortSMSTemplate": ("A", "B", MESSAGING, MESSAGING),
    "isSMSDisabled": (False, True, MESSAGING, MESSAGING),
    "resendMessageEnabled": (False, True, MESSAGING, MESSAGING),
    "doNotResendExistingVoucher": (False, True, MESSAGING, MESSAGING),
    "info": ("A", "B", MESSAGING, MESSAGING),
    "tag": ("A", "B", MESSAGING, MESSAGING),
    "termsAndConditions": ("A", "B", MESSAGING, MESSAGING),
    "customPropertyMap": (["?", {}], ["?", {"artwork": "A"}], MESSAGING, MESSAGING),
    "campaignId": (1, 2, NEUTRAL, NEUTRAL),
    "priority": (1, 2, NEUTRAL, NEUTRAL),
    "sourceOrgId": (1, 2, NEUTRAL, NEUTRAL),
    "dvsItems": ("A", "B", NEUTRAL, NEUTRAL),
    "isDvsEnabled": (False, True, NEUTRAL, NEUTRAL),
    "issueToLoyalty": (False, True, NEUTRAL, NEUTRAL),
    "offlineRedeemType": (False, True, NEUTRAL, NEUTRAL),
    "isOldFlowEnabled": (False, True, NEUTRAL, NEUTRAL),
    "isPreRedeemEventRequired": (False, True, NEUTRAL, NEUTRAL),
    "signalRedemptionEvent": (False, True, NEUTRAL, NEUTRAL),
    "syncToClient": (False, True, NEUTRAL, NEUTRAL),
    "showPinCode": (False, True, NEUTRAL, NEUTRAL),
    "updateProductData": (False, True, NEUTRAL, NEUTRAL),
    "externalIssual": (False, True, GENEROUS, STRICTER),
}


def effect(
    path: str, now: Canonical, then: Canonical, **others: tuple[Canonical, Canonical]
) -> Effect:
    """The effect of one move of an update, made together with others."""
    return effects("update", {path: (now, then), **others}, ZONE, NOW)[path]


def test_the_table_has_every_path_of_every_field_that_a_file_may_name() -> None:
    assert set(BOTH_WAYS) == {path for field in MANAGEABLE for path in field.paths}


@pytest.mark.parametrize("path", BOTH_WAYS)
def test_each_field_has_its_effect_in_both_directions(path: str) -> None:
    one, other, there, back = BOTH_WAYS[path]

    assert (there, back) == (effect(path, one, other), effect(path, other, one))


@pytest.mark.parametrize("path", BOTH_WAYS)
def test_a_value_that_stays_has_no_effect_on_money(path: str) -> None:
    one, *_ = BOTH_WAYS[path]

    assert effect(path, one, one) in {NEUTRAL, MESSAGING}


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [
        pytest.param("2026-05-31", "2026-06-01", ACTIVATES, id="to today, which is not over"),
        pytest.param("2026-06-01", "2026-05-31", ENDS, id="from today to yesterday"),
        pytest.param("2027-01-01", "1970-01-01", ENDS, id="at once"),
        pytest.param("1970-01-01", "2026-01-01", LONGER, id="later, and over all the same"),
        pytest.param("2026-01-01", "1970-01-01", SHORTER, id="earlier, and over before"),
        pytest.param("2026-06-01", "9999-12-31", LONGER, id="to the end of the calendar"),
        pytest.param("0001-01-01", "9999-12-31", ACTIVATES, id="from one end to the other"),
    ],
)
@pytest.mark.parametrize("path", ["validTillDate", "validTillDateTime"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
def test_an_end_date_brings_a_series_to_life_or_ends_it(
    path: str, zone: str, now: str, then: str, expected: Effect
) -> None:
    pair = (f"{now}T18:00:00Z", f"{then}T18:00:00Z")

    assert {path: expected} == effects("update", {path: pair}, ZoneInfo(zone), NOW)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param("2026-05-31T18:29:59+00:00", LONGER, id="its last second"),
        pytest.param("2026-05-31T18:30:00+00:00", ACTIVATES, id="a second later"),
    ],
)
def test_a_day_is_over_after_its_last_second_in_the_targets_zone(
    moment: str, expected: Effect
) -> None:
    pair = ("2026-05-30T18:30:00Z", "2026-06-30T18:30:00Z")  # May 31 and July 1 in India
    now = datetime.fromisoformat(moment)

    found = effects("update", {"validTillDate": pair}, ZoneInfo("Asia/Kolkata"), now)

    assert {"validTillDate": expected} == found


def test_another_kind_of_discount_makes_its_figure_generous() -> None:
    assert effect("discountValue", 500, 10, discountType=("ABS", "PERC")) is GENEROUS
    assert effect("discountValue", 500, 10, discountType=("PERC", "PERC")) is STRICTER


def test_another_expiry_strategy_makes_its_figure_longer() -> None:
    assert effect("expiryStrategyValue", 30, 3, expiryStrategyType=("DAYS", "MONTHS_END")) is LONGER
    assert effect("expiryStrategyValue", 30, 3, expiryStrategyType=("DAYS", "DAYS")) is SHORTER


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        pytest.param({"validTillDate": "2027-01-01T00:00:00Z"}, ACTIVATES, id="alive"),
        pytest.param({"validTillDate": "2026-06-01T00:00:00Z"}, ACTIVATES, id="its last day"),
        pytest.param({"validTillDate": "2026-05-31T00:00:00Z"}, NEUTRAL, id="over"),
        pytest.param({"validTillDateTime": "2026-06-01T11:59:59Z"}, NEUTRAL, id="just over"),
        pytest.param(
            {
                "validTillDate": "2026-05-31T00:00:00Z",
                "validTillDateTime": "2026-06-01T12:00:00Z",
            },
            ACTIVATES,
            id="the later of two",
        ),
        pytest.param({}, ACTIVATES, id="no end"),
        pytest.param({"validTillDate": ["?", 1]}, ACTIVATES, id="an end that nobody can read"),
    ],
)
def test_a_create_activates_what_moves_money(ends: dict[str, Canonical], expected: Effect) -> None:
    wanted = {"discountValue": 10, "smsTemplate": "Hi", "priority": 3, **ends}
    moves: dict[str, tuple[Canonical, Canonical]] = {
        path: (ABSENT, then) for path, then in wanted.items()
    }

    found = effects("create", moves, ZONE, NOW)

    assert found == {
        "discountValue": expected,
        "smsTemplate": MESSAGING,
        "priority": NEUTRAL,
        **dict.fromkeys(ends, expected),
    }


def test_an_adopt_is_judged_like_an_update() -> None:
    found = effects("adopt", {"maxCreate": (100, -1)}, ZONE, NOW)

    assert found == {"maxCreate": GENEROUS}


def test_a_key_of_an_object_of_texts_is_messaging() -> None:
    assert effect("customPropertyMap.a.b", UNREADABLE, "x") is MESSAGING


def test_every_effect_eases_or_tightens_or_does_neither() -> None:
    assert [one for one in Effect if one.eases] == [GENEROUS, WIDER, LONGER, ACTIVATES]
    assert [one for one in Effect if one.tightens] == [STRICTER, NARROWER, SHORTER, ENDS]


def test_four_fields_are_the_value_of_a_coupon() -> None:
    names = {field.name for field in MANAGEABLE if is_value(field.name)}

    assert names == {"discountValue", "discountUpto", "discountType", "discountOn"}


MONEY_PATHS = [path for field in MANAGEABLE if field.moves_money for path in field.paths]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
ANYTHING = st.one_of(
    st.sampled_from([*Mark, "2026-01-01T00:00:00Z", "DAYS", [-1], []]),
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=6),
    st.builds(lambda raw: ["?", raw], SCALARS | st.dictionaries(st.text(), SCALARS, max_size=2)),
)


@given(st.sampled_from([*MONEY_PATHS, "redemptionRange", "targetUserDetails"]), ANYTHING, ANYTHING)
def test_any_two_values_have_an_effect(path: str, now: Canonical, then: Canonical) -> None:
    assert effect(path, now, then) is not MESSAGING


@pytest.mark.parametrize("path", [*MONEY_PATHS, "redemptionRange", "targetUserDetails"])
@pytest.mark.parametrize("unknown", [UNREADABLE, ["?", "x"]], ids=["unreadable", "unknown shape"])
def test_nothing_unknown_counts_as_strict(path: str, unknown: Canonical) -> None:
    one = BOTH_WAYS.get(path, (["?", {}],))[0]

    assert effect(path, unknown, one).eases
    assert effect(path, one, unknown).eases
    assert effects("update", {path: (unknown, one)}, ZONE, NOW)[path] is not NEUTRAL


def test_every_class_of_money_is_in_the_table() -> None:
    seen = {field.money for field in MANAGEABLE if set(field.paths) <= BOTH_WAYS.keys()}

    assert seen == set(Money)
    assert {field.kind for field in MANAGEABLE} == set(Kind)
