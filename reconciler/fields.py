"""The one table of the API's fields (API page, section 8). Everything else asks it.

A row says who owns the field, what its values are, how two of them compare, and what a change of it
does to money. The desired model, the reading of live, the PUT body and the risk classes follow.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from reconciler import values
from reconciler.kinds import I32, I64, PART, Access, Field, Kind, Money
from reconciler.values import Mark

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from reconciler.values import Canonical

W, C, S, U = Access.WRITABLE, Access.CREATE_ONLY, Access.SERVER, Access.UNCLEAR
K, M = Kind, Money


def _limit(name: str, money: Money = M.LIMIT) -> Field:
    return Field(name, W, K.LIMIT, money, bounds=I32, unlimited=money is M.LIMIT, omitted=-1)


def _flag(name: str, access: Access = U, money: Money = M.NONE) -> Field:
    return Field(name, access, K.BOOLEAN, money, omitted=False)


def _text(name: str, access: Access = W, money: Money = M.MESSAGE) -> Field:
    return Field(name, access, K.TEXT, money)


def _number(
    name: str, access: Access = W, money: Money = M.NONE, omitted: int | None = None
) -> Field:
    return Field(name, access, K.NUMBER, money, bounds=I32, omitted=omitted)


def _choice(name: str, access: Access, *choices: str, money: Money = M.NONE) -> Field:
    return Field(name, access, K.CHOICE, money, required=True, choices=choices)


_ROWS = (
    # identity and name
    _number("id", S),
    _number("orgId", S),
    Field("seriesCode", W, K.TEXT, required=True),
    Field("description", W, K.TEXT, M.MESSAGE, required=True),
    Field("discountCode", W, K.TEXT, required=True),
    # the discount
    _choice("discountType", W, "ABS", "PERC", money=M.KIND),
    Field("discountValue", W, K.NUMBER, M.VALUE, required=True, bounds=(0, I64[1])),
    Field("discountUpto", U, K.NUMBER, M.CAP, omitted=0),
    replace(_text("discountOn", U, M.KIND), omitted="BILL"),
    # how long
    Field("validTillDate", W, K.DAY, M.LONGER, required=True),
    Field("validTillDateTime", W, K.MOMENT, M.LONGER),
    _number("validDaysFromCreation", S),
    _number("fixedExpiryDate", S),
    _choice("expiryStrategyType", C, "SERIES_EXPIRY", "MONTHS_END", "DAYS", money=M.LONGER),
    _number("expiryStrategyValue", money=M.LONGER, omitted=-1),
    Field("redemptionValidFrom", W, K.DAY, M.START),
    _number("redemptionValidAfterDays", money=M.MINIMUM, omitted=0),
    # the codes
    _choice("clientHandlingType", C, "DISC_CODE", "GENERIC", "DISC_CODE_PIN", money=M.REACH),
    Field("genericCode", W, K.TEXT, M.REACH, unset=""),
    _flag("alphaNumeric", W),
    _number("randomCodeLength", omitted=0),
    _number("shortCodeLength", U, omitted=0),
    Field("couponPrefix", W, K.TEXT, unset=""),
    Field("couponSuffix", W, K.TEXT, unset=""),
    *(
        Field(name, W, K.BOOLEAN, unset=False)
        for name in ("isPrefixEnabled", "isSuffixEnabled", "orgPrefixOverride", "orgSuffixOverride")
    ),
    # how many, how often
    _limit("maxCreate"),
    _limit("maxRedeem"),
    replace(_limit("redemptionPerCouponMaxLimit"), unset=-1, nullable=True),
    _limit("maxVouchersPerUser"),
    _limit("maxRedemptionsInSeriesPerUser"),
    _limit("minDaysBetweenVouchers", M.MINIMUM),
    _limit("minDaysBetweenRedemption", M.MINIMUM),
    _flag("sameUserMultipleRedeem", W, M.GENEROUS),
    _flag("isMultipleUseAllowed", W, M.GENEROUS),
    _flag("isMultipleVouchersPerUserAllowed", W, M.GENEROUS),
    _flag("isValidWithDiscountedItem", W, M.GENEROUS),
    _flag("isTransferrable", U, M.GENEROUS),
    _flag("isValidationRequired", U, M.STRICT),
    # for whom, for what, where, when
    Field("anyUser", W, K.BOOLEAN, M.REACH, required=True),
    _flag("isReferralExistingUsersAllowed", W, M.REACH),
    Field("minBillAmount", W, K.LIMIT, M.MINIMUM, omitted=-1),
    Field("maxBillAmount", W, K.LIMIT, M.LIMIT, unlimited=True, omitted=-1),
    Field("mutualExclusiveSeriesIds", W, K.EXCLUSIVE_IDS, M.EXCLUSION, omitted=[]),
    Field("redemptionRange", W, K.RANGE, M.SCOPE, members=values.RANGE_KEYS, omitted=values.ANY),
    Field("productInfo", W, K.PRODUCTS, M.SCOPE, unset=[], hides=True),
    Field("redemptionOrgEntityDetails", W, K.PLACES, M.SCOPE, unset=[], hides=True),
    Field(
        "targetUserDetails",
        W,
        K.NUMBERS,
        M.SCOPE,
        members=(
            "validMaxUserTransactionLimit",
            "validUserRegistrationStartTime",
            "validUserRegistrationEndTime",
        ),
        hides=True,
    ),
    Field("storeIdsJson", U, K.IDS, M.SCOPE, omitted=values.ANY),
    Field("redeemAtStore", U, K.IDS, M.SCOPE, omitted=values.ANY),
    # what people read
    Field("smsTemplate", W, K.TEXT, M.MESSAGE, required=True),
    _text("shortSMSTemplate", U),
    _flag("isSMSDisabled", W, M.MESSAGE),
    replace(_flag("resendMessageEnabled", W, M.MESSAGE), omitted=True),
    _flag("doNotResendExistingVoucher", W, M.MESSAGE),
    _text("info"),
    _text("tag", U),
    replace(_text("termsAndConditions", U), omitted="T&C"),
    Field("customPropertyMap", W, K.TEXTS, M.MESSAGE, hides=True),
    # the platform
    _number("campaignId", U, omitted=-1),
    _number("priority", U, omitted=0),
    _number("sourceOrgId", U, omitted=-1),
    replace(_text("dvsItems", U, M.NONE), omitted="items"),
    *(
        _flag(name)
        for name in (
            "isDvsEnabled",
            "issueToLoyalty",
            "offlineRedeemType",
            "isOldFlowEnabled",
            "isPreRedeemEventRequired",
            "signalRedemptionEvent",
            "syncToClient",
            "showPinCode",
            "updateProductData",
        )
    ),
    _flag("externalIssual", U, M.GENEROUS),  # a series managed elsewhere takes no per-coupon limit
    # the server's own
    *(
        _number(name, S)
        for name in (
            "maxReferralsPerReferee",
            "ownerId",
            "ownerValidity",
            "createdBy",
            "numIssued",
            "numRedeemed",
            "numTotal",
            "numUploadedNonIssued",
            "numUploadedTotal",
            "latestIssualTime",
            "latestRedemptionTime",
        )
    ),
    *(
        _text(name, S, M.NONE)
        for name in ("redeemStoreType", "ownedBy", "seriesType", "campaignName", "warnings")
    ),
    *(Field(name, S, K.MOMENT) for name in ("dvsExpiryDate", "createdOn", "lastUsed")),
)

FIELDS: dict[str, Field] = {row.name: row for row in _ROWS}
MANAGEABLE: tuple[Field, ...] = tuple(row for row in _ROWS if row.manageable)
MONEY: tuple[Field, ...] = tuple(row for row in MANAGEABLE if row.moves_money)
HIDING: tuple[Field, ...] = tuple(row for row in MANAGEABLE if row.hides)


@cache
def split(path: str) -> tuple[Field, str | None]:
    """The row of a path and, for `customPropertyMap.KEY` and its like, the key."""
    name, dot, key = path.partition(".")
    return FIELDS[name], key if dot else None


def canonical(path: str, raw: object) -> Canonical:
    """What a file's or live's value at a path means; `unlimited` is -1."""
    field, key = split(path)
    if raw is Mark.ABSENT or raw is Mark.UNREADABLE:
        return raw
    if raw == values.UNLIMITED and field.unlimited:
        return -1
    return field.canonical(raw) if key is None else PART[field.kind](raw)


def wanted(path: str, raw: object, zone: ZoneInfo) -> tuple[Canonical, Canonical]:
    """What a file's value means: as the server will keep it, and as written.

    The two differ for a day, which the server cuts in its zone (API page, section 5). The value
    must have passed the checks of `series`.
    """
    field, _ = split(path)
    if field.kind not in {Kind.DAY, Kind.MOMENT}:
        meaning = canonical(path, raw)
        return meaning, meaning
    moment = values.desired_moment(str(raw), zone)
    exact = values.stamp(moment)
    return values.stamp(values.cut(moment, zone)) if field.kind is Kind.DAY else exact, exact


def wire(path: str, raw: Any, zone: ZoneInfo) -> Any:  # noqa: ANN401 - any JSON
    """A file's value in the API's form. What is in that form already stays to the letter."""
    field, key = split(path)
    if raw == values.UNLIMITED and field.unlimited:
        return -1
    if field.kind in {Kind.DAY, Kind.MOMENT}:
        return raw if "T" in raw else values.desired_moment(raw, zone).isoformat()
    if field.kind in {Kind.IDS, Kind.EXCLUSIVE_IDS} and isinstance(raw, list):
        return json.dumps(raw, separators=(",", ":"))
    if field.kind is Kind.RANGE and key is not None:
        return raw if isinstance(raw, list) else [raw]
    return raw


def last_of(path: str, value: Canonical, zone: ZoneInfo) -> datetime | None:
    """The last moment of an end date: that of its day in the zone where the field is a day. None
    for what is no moment.
    """
    try:
        moment = values.parse_instant(str(value))
    except ValueError:
        return None
    if split(path)[0].kind is not Kind.DAY:
        return moment
    try:
        return values.end_of_day(moment, zone)
    except OverflowError:  # a day that the zone has no name for
        return moment
