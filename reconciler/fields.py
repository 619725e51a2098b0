"""The one table of the API's fields (API page, section 8). Everything else asks it.

A row says who owns the field, what its values are, how two of them compare, and what a change of it
does to money. The desired model, the reading of live, the PUT body and the risk classes follow.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from reconciler import values
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from reconciler.values import Canonical

I32 = (-(2**31), 2**31 - 1)
I64 = (-(2**63), 2**63 - 1)


class Access(Enum):
    """Who may write a field."""

    WRITABLE = "writable"
    CREATE_ONLY = "create-only"  # cannot change later; sent unchanged in every PUT
    SERVER = "server-owned"  # never sent, never compared, an error in a file
    UNCLEAR = "unclear"  # writable in samples only: managed when a file names it


class Kind(Enum):
    """What a field's values are, and so how two of them compare."""

    TEXT = "text"
    NUMBER = "number"
    LIMIT = "limit"  # a number whose -1 says none
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DAY = "day"  # a date-time that the server cuts to 00:00:00 of its zone
    MOMENT = "moment"  # a date-time that is kept
    IDS = "ids"  # a string that holds a JSON list of ids
    EXCLUSIVE_IDS = "exclusive ids"  # the same, where [] and [-1] are one
    RANGE = "range"  # a string that holds a JSON object of three lists
    PRODUCTS = "products"
    PLACES = "places"
    TEXTS = "texts"  # an object of texts, any keys
    NUMBERS = "numbers"  # an object of numbers, known keys


class Money(Enum):
    """What a change of a field does to money: the reading of its direction is in `risk`."""

    NONE = "none"
    MESSAGE = "message"
    KIND = "kind"  # what the figure means: neither direction is the cheaper one
    VALUE = "value"  # more is more generous
    CAP = "cap"  # a value whose 0 says none
    LIMIT = "limit"  # more is more generous, -1 the most
    MINIMUM = "minimum"  # less is more generous
    LONGER = "longer"  # later or more is longer
    START = "start"  # earlier is longer
    GENEROUS = "generous"  # true is more generous
    STRICT = "strict"  # true is stricter
    REACH = "reach"  # true, or more members, reaches wider
    SCOPE = "scope"  # empty reaches widest, then more members
    EXCLUSION = "exclusion"  # more members reach narrower


@dataclass(frozen=True, slots=True)
class Field:
    """One row.

    `unset` is what an answer without the field means, where that is known; `omitted` what the
    server fills in when a body leaves it out. Both are canonical.
    """

    name: str
    access: Access
    kind: Kind
    money: Money = Money.NONE
    required: bool = False  # to create, and so in every file
    bounds: tuple[int, int] = I64
    choices: tuple[str, ...] = ()
    members: tuple[str, ...] = ()  # the keys of an object, where they are known
    unset: Canonical | None = None
    omitted: Canonical | None = None
    unlimited: bool = False  # `unlimited` is a way to write -1
    nullable: bool = False
    hides: bool = False  # may be set and not shown (API page, 9.5)

    def canonical(self, raw: object) -> Canonical:
        """What a value of this field means. Never raises."""
        return CANONICAL[self.kind](raw)

    @property
    def default(self) -> Canonical:
        """What stands for an answer without the field, where only a move of it matters."""
        known = self.omitted if self.unset is None else self.unset
        return Mark.ABSENT if known is None else known

    @property
    def manageable(self) -> bool:
        """Whether a file may name it."""
        return self.access is not Access.SERVER

    @property
    def by_key(self) -> bool:
        """Whether its keys are managed one by one when a file writes a mapping."""
        return self.kind in BY_KEY

    @property
    def paths(self) -> tuple[str, ...]:
        """The field's own path, or those of its keys where they are managed one by one."""
        return tuple(f"{self.name}.{key}" for key in self.members) or (self.name,)

    @property
    def moves_money(self) -> bool:
        """Whether its live value counts although no file names it."""
        return self.money not in {Money.NONE, Money.MESSAGE}


BY_KEY = frozenset({Kind.TEXTS, Kind.NUMBERS, Kind.RANGE})


def _as_is(raw: object) -> Canonical:
    return values.unknown(raw)


CANONICAL: dict[Kind, Callable[[object], Canonical]] = {
    Kind.TEXT: values.text,
    Kind.CHOICE: values.text,
    Kind.NUMBER: values.number,
    Kind.LIMIT: values.number,
    Kind.BOOLEAN: values.boolean,
    Kind.DAY: values.instant,
    Kind.MOMENT: values.instant,
    Kind.IDS: values.ids,
    Kind.EXCLUSIVE_IDS: values.exclusive_ids,
    Kind.RANGE: values.redemption_range,
    Kind.PRODUCTS: values.products,
    Kind.PLACES: values.places,
    Kind.TEXTS: _as_is,
    Kind.NUMBERS: _as_is,
}

# How one key of an object that is managed per key compares.
PART: dict[Kind, Callable[[object], Canonical]] = {
    Kind.RANGE: values.range_part,
    Kind.TEXTS: values.text,
    Kind.NUMBERS: values.number,
}

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
    _choice("expiryStrategyType", C, "SERIES_EXPIRY", "MONTHS_END", "DAYS", money=M.KIND),
    _number("expiryStrategyValue", money=M.LONGER, omitted=-1),
    Field("redemptionValidFrom", W, K.DAY, M.START),
    _number("redemptionValidAfterDays", money=M.MINIMUM, omitted=0),
    # the codes
    _choice("clientHandlingType", C, "DISC_CODE", "GENERIC", "DISC_CODE_PIN", money=M.KIND),
    Field("genericCode", W, K.TEXT, M.KIND, unset=""),
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
        M.KIND,
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
            "externalIssual",
        )
    ),
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
