"""Values whose effect is not plain to see: none, any, unknown, several at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diff import AS_IDS, AS_RECORDED
from reconciler.effect import Effect, effects
from reconciler.values import Mark

if TYPE_CHECKING:
    from reconciler.values import Canonical

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
GENEROUS, STRICTER = Effect.GENEROUS, Effect.STRICTER
WIDER, NARROWER = Effect.WIDER, Effect.NARROWER
LONGER, SHORTER = Effect.LONGER, Effect.SHORTER
NEUTRAL = Effect.NEUTRAL
ABSENT, UNREADABLE = Mark.ABSENT, Mark.UNREADABLE


def effect(path: str, now: Canonical, then: Canonical) -> Effect:
    """The effect of the one move of an update."""
    return effects("update", {path: (now, then)}, ZoneInfo("UTC"), NOW)[path]


LIMITS = [
    "maxCreate",
    "maxRedeem",
    "redemptionPerCouponMaxLimit",
    "maxVouchersPerUser",
    "maxRedemptionsInSeriesPerUser",
    "maxBillAmount",
]
MINIMUMS = [
    "minBillAmount",
    "minDaysBetweenVouchers",
    "minDaysBetweenRedemption",
    "redemptionValidAfterDays",
]
SPECIAL: dict[str, tuple[str, Canonical, Canonical, Effect]] = {
    **{f"{path}: -1 is no limit": (path, 100, -1, GENEROUS) for path in LIMITS},
    **{f"{path}: 0 is no limit either": (path, 100, 0, GENEROUS) for path in LIMITS},
    **{f"{path}: 0 and -1 are one": (path, 0, -1, NEUTRAL) for path in LIMITS},
    **{f"{path}: -3 and -1 are one": (path, -3, -1, NEUTRAL) for path in LIMITS},
    **{f"{path}: a limit where there was none": (path, -1, 100, STRICTER) for path in LIMITS},
    **{f"{path}: 0 may have been a limit": (path, 0, 9, GENEROUS) for path in LIMITS[:-1]},
    "a bill that 0 did not bound": ("maxBillAmount", 0, 100, STRICTER),
    **{f"{path}: no minimum": (path, 100, -1, GENEROUS) for path in MINIMUMS},
    **{f"{path}: a minimum of 0 is none": (path, 0, -1, NEUTRAL) for path in MINIMUMS},
    **{f"{path}: a minimum at last": (path, -1, 1, STRICTER) for path in MINIMUMS},
    "a limit as a float": ("maxCreate", 100, 100.5, GENEROUS),
    "numbers past what a float holds": ("minBillAmount", 2**60 + 1, 2**60, GENEROUS),
    "a whole float and its int": ("maxBillAmount", 100.0, 100, NEUTRAL),
    "the UI's number for no highest bill": ("maxBillAmount", 2**53 - 1, -1, NEUTRAL),
    "a highest bill where there was none": ("maxBillAmount", 2**53 - 1, 5000, STRICTER),
    "no cap": ("discountUpto", 500, 0, GENEROUS),
    "no cap, below zero": ("discountUpto", 0, -1, NEUTRAL),
    "the UI's number for no cap": ("discountUpto", 500, 2**53 - 1, GENEROUS),
    "a cap where there was none": ("discountUpto", 0, 500, STRICTER),
    "a cap that live does not show": ("discountUpto", ABSENT, 500, STRICTER),
    "no cap where live shows none": ("discountUpto", ABSENT, -1, NEUTRAL),
    "a limit that live does not show": ("maxCreate", ABSENT, 100, STRICTER),
    "no limit where live shows none": ("maxCreate", ABSENT, -1, NEUTRAL),
    "a flag that live does not show": ("isMultipleUseAllowed", ABSENT, False, NEUTRAL),
    "a discount that live does not show": ("discountValue", ABSENT, 5, GENEROUS),
    "a reach that live does not show": ("anyUser", ABSENT, False, WIDER),
    "a discount on something else": ("discountOn", ABSENT, "ITEM", GENEROUS),
    "a discount on the bill, as ever": ("discountOn", ABSENT, "BILL", NEUTRAL),
    "an end that live does not show": ("validTillDate", ABSENT, "2027-01-01T00:00:00Z", LONGER),
    "a start that live does not show": (
        "redemptionValidFrom",
        ABSENT,
        "2027-01-01T00:00:00Z",
        LONGER,
    ),
    "at once": ("redemptionValidFrom", "2026-07-01T00:00:00Z", "1970-01-01T00:00:00Z", LONGER),
    "a microsecond, eight thousand years away": (
        "validTillDateTime",
        "9999-01-01T00:00:00.000002Z",
        "9999-01-01T00:00:00.000001Z",
        SHORTER,
    ),
    "coupons that never expire": ("expiryStrategyValue", 30, -1, LONGER),
    "coupons that expire at last": ("expiryStrategyValue", 0, 30, SHORTER),
    "coupons that never expired": ("expiryStrategyValue", 0, -1, NEUTRAL),
    "the end of the series, then months": (
        "expiryStrategyType",
        "SERIES_EXPIRY",
        "MONTHS_END",
        SHORTER,
    ),
    "months, then days": ("expiryStrategyType", "MONTHS_END", "DAYS", LONGER),
    "the end of the series, then anything": (
        "expiryStrategyType",
        "SERIES_EXPIRY",
        ["?", 1],
        LONGER,
    ),
    "a pin": ("clientHandlingType", "DISC_CODE", "DISC_CODE_PIN", GENEROUS),
    "no pin": ("clientHandlingType", "DISC_CODE_PIN", "DISC_CODE", GENEROUS),
    "one code for nobody knows whom": ("clientHandlingType", "GENERIC", ["?", 1], WIDER),
    "unknown codes, then one for all": ("clientHandlingType", ["?", 1], "GENERIC", WIDER),
    "another code for everybody": ("genericCode", "ALL", "EVERY", WIDER),
    "a first code for everybody": ("genericCode", ABSENT, "ALL", WIDER),
    "no code for everybody, as ever": ("genericCode", ABSENT, "", NEUTRAL),
    "no code in place of an unknown one": ("genericCode", ["?", 1], "", WIDER),
    "one exclusion instead of another": ("mutualExclusiveSeriesIds", [1], [2], WIDER),
    "a first exclusion": ("mutualExclusiveSeriesIds", [], [1], NARROWER),
    "no exclusion any more": ("mutualExclusiveSeriesIds", [1], [], WIDER),
    "a first exclusion where live shows nothing": (
        "mutualExclusiveSeriesIds",
        ABSENT,
        [1],
        NARROWER,
    ),
    "one day instead of another": ("redemptionRange.dow", [6], [7], WIDER),
    "any day in two spellings": ("redemptionRange.dow", [], [-1], NEUTRAL),
    "a day where live shows nothing": ("redemptionRange.dow", ABSENT, [6], NARROWER),
    "any day beside one": ("redemptionRange.dow", [-1, 5], [5], WIDER),
    "a whole range that is narrower in both parts": (
        "redemptionRange",
        [["dom", [-1]], ["dow", [6, 7]], ["hours", [-1]]],
        [["dom", [1]], ["dow", [6]], ["hours", [-1]]],
        NARROWER,
    ),
    "a whole range that is narrower in one part and spelled anew in another": (
        "redemptionRange",
        [["dow", [6, 7]], ["hours", []]],
        [["dow", [6]], ["hours", [-1]]],
        NARROWER,
    ),
    "a whole range that is wider in one part": (
        "redemptionRange",
        [["dom", [-1]], ["dow", [6]], ["hours", [-1]]],
        [["dom", [1]], ["dow", [6, 7]], ["hours", [-1]]],
        WIDER,
    ),
    "a whole range where live shows nothing": (
        "redemptionRange",
        ABSENT,
        [["dom", [-1]], ["dow", [6]], ["hours", [-1]]],
        NARROWER,
    ),
    "any time, where live shows nothing": (
        "redemptionRange",
        ABSENT,
        [["dom", [-1]], ["dow", [-1]], ["hours", [-1]]],
        NEUTRAL,
    ),
    "a whole range with a part that nobody knows": (
        "redemptionRange",
        [["dow", [6]]],
        [["dow", [6]], ["minutes", [0]]],
        WIDER,
    ),
    "a whole range of an unknown shape": ("redemptionRange", ["?", "x"], [["dow", [6]]], WIDER),
    "users as an object, one bound tighter": (
        "targetUserDetails",
        ["?", {"validMaxUserTransactionLimit": 5}],
        ["?", {"validMaxUserTransactionLimit": 3, "validUserRegistrationStartTime": 1000}],
        NARROWER,
    ),
    "users as an object, one bound looser": (
        "targetUserDetails",
        ["?", {"validMaxUserTransactionLimit": 5, "validUserRegistrationStartTime": 1000}],
        ["?", {"validMaxUserTransactionLimit": 3}],
        WIDER,
    ),
    "users of an unknown shape": ("targetUserDetails", ["?", "x"], ["?", {}], WIDER),
    "users of an unknown kind": ("targetUserDetails", ["?", {}], ["?", {"age": 18}], WIDER),
    "a first bound on transactions": (
        "targetUserDetails.validMaxUserTransactionLimit",
        ABSENT,
        3,
        NARROWER,
    ),
    "no bound on transactions": ("targetUserDetails.validMaxUserTransactionLimit", 3, -1, WIDER),
    "0 transactions may be no bound": (
        "targetUserDetails.validMaxUserTransactionLimit",
        3,
        0,
        WIDER,
    ),
    "0 transactions may have been nobody": (
        "targetUserDetails.validMaxUserTransactionLimit",
        0,
        3,
        WIDER,
    ),
    "a first bound on the registration": (
        "targetUserDetails.validUserRegistrationStartTime",
        ABSENT,
        1000,
        NARROWER,
    ),
    "registered at any time, in two spellings": (
        "targetUserDetails.validUserRegistrationStartTime",
        -1,
        0,
        NEUTRAL,
    ),
    "a last registration": (
        "targetUserDetails.validUserRegistrationEndTime",
        -1,
        1000,
        NARROWER,
    ),
    "fewer products of one group": (
        "productInfo",
        [["SKU", "productIds", [1, 2]]],
        [["SKU", "productIds", [1]]],
        NARROWER,
    ),
    "other products": (
        "productInfo",
        [["SKU", "productIds", [1]]],
        [["SKU", "productIds", [2]]],
        WIDER,
    ),
    "fewer products, more of another group": (
        "productInfo",
        [["BRAND", "productIds", [1]], ["SKU", "productIds", [1, 2]]],
        [["BRAND", "productIds", [1, 2]], ["SKU", "productIds", [1]]],
        WIDER,
    ),
    "fewer products of both groups": (
        "productInfo",
        [["BRAND", "productIds", [1, 2]], ["SKU", "productIds", [1, 2]]],
        [["BRAND", "productIds", [1]], ["SKU", "productIds", [1, 2]]],
        NARROWER,
    ),
    "a group less, which may have been an and": (
        "productInfo",
        [["BRAND", "productIds", [1]], ["SKU", "productIds", [1]]],
        [["SKU", "productIds", [1]]],
        WIDER,
    ),
    "a group more, which may be an or": (
        "productInfo",
        [["SKU", "productIds", [1]]],
        [["BRAND", "productIds", [1]], ["SKU", "productIds", [1]]],
        WIDER,
    ),
    "codes in place of ids": (
        "productInfo",
        [["SKU", "productIds", [1, 2]]],
        [["SKU", "productCodes", ["1"]]],
        WIDER,
    ),
    "two groups of one kind": (
        "productInfo",
        [["SKU", "productIds", [1]], ["SKU", "productIds", [2]]],
        [["SKU", "productIds", [1]]],
        WIDER,
    ),
    "products where there were none": ("productInfo", [], [["SKU", "productIds", [1]]], NARROWER),
    "products in place of an unknown shape": (
        "productInfo",
        ["?", "x"],
        [["SKU", "productIds", [1]]],
        WIDER,
    ),
    "products in place of some that nobody can read": (
        "productInfo",
        UNREADABLE,
        [["SKU", "productIds", [1]]],
        WIDER,
    ),
    "fewer products than were recorded": (
        "productInfo",
        [AS_RECORDED, [["SKU", "productCodes", ["a", "b"]]]],
        [["SKU", "productCodes", ["a"]]],
        NARROWER,
    ),
    "more products than were recorded, shown as ids": (
        "productInfo",
        [AS_RECORDED, [["SKU", "productCodes", ["a"]]], [AS_IDS, [["SKU", "productIds", [7]]]]],
        [["SKU", "productCodes", ["a", "b"]]],
        WIDER,
    ),
    "codes in place of ids that are shown": (
        "productInfo",
        [AS_IDS, [["SKU", "productIds", [7, 8]]]],
        [["SKU", "productCodes", ["a"]]],
        WIDER,
    ),
    "a place less of one kind": (
        "redemptionOrgEntityDetails",
        [["STORE", 1], ["STORE", 2], ["ZONE", 3]],
        [["STORE", 1], ["ZONE", 3]],
        NARROWER,
    ),
    "a kind of place less": (
        "redemptionOrgEntityDetails",
        [["STORE", 1], ["ZONE", 3]],
        [["STORE", 1]],
        WIDER,
    ),
    "any place beside one": ("redemptionOrgEntityDetails", [["STORE", -1]], [["STORE", 1]], WIDER),
    "a first place": ("redemptionOrgEntityDetails", ABSENT, [["STORE", 1]], NARROWER),
    "fewer stores": ("storeIdsJson", [1, 2], [2], NARROWER),
    "stores in another order": ("storeIdsJson", [1, 2], [2, 1], NEUTRAL),
    "any store in two spellings": ("storeIdsJson", [], [-1], NEUTRAL),
    "a store in place of any": ("redeemAtStore", ABSENT, [2], NARROWER),
}


@pytest.mark.parametrize("case", SPECIAL)
def test_a_special_value_has_its_own_effect(case: str) -> None:
    path, now, then, expected = SPECIAL[case]

    assert expected == effect(path, now, then)


IDS = st.lists(st.integers(1, 4), max_size=3, unique=True).map(sorted)
GROUPS = st.dictionaries(st.sampled_from(["SKU", "BRAND"]), IDS.filter(bool)).map(
    lambda groups: [[kind, "productIds", members] for kind, members in sorted(groups.items())]
)


def reached(groups: list[list[object]], *, every: bool) -> set[tuple[int, int]]:
    """The items (a SKU, a brand) that groups reach, where they are joined by and, or by or."""
    items = {(sku, brand) for sku in range(6) for brand in range(6)}
    kinds = ["SKU", "BRAND"]
    join = all if every else any
    return {
        item
        for item in items
        if not groups or join(item[kinds.index(str(g[0]))] in g[2] for g in groups)  # type: ignore[operator]
    }


@given(GROUPS, GROUPS, st.booleans())
def test_what_is_called_narrower_reaches_no_further(
    now: list[list[object]], then: list[list[object]], every: bool
) -> None:
    if effect("productInfo", now, then) in {NARROWER, NEUTRAL}:
        assert reached(then, every=every) <= reached(now, every=every)
