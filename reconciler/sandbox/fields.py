"""The fields of a series as the server sees them (API page, section 8).

Three tables: how each writable field is taken in, what stands in for a field that is left out, and
what the server starts its own fields with. A key that is not writable is dropped when it is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reconciler.sandbox import values

if TYPE_CHECKING:
    from collections.abc import Callable

Series = dict[str, Any]
"""One series as it is stored and answered: field name to JSON value."""

REQUIRED_TO_CREATE: Final = (
    "description",
    "discountCode",
    "validTillDate",
    "anyUser",
    "smsTemplate",
    "discountValue",
    "clientHandlingType",
    "expiryStrategyType",
    "discountType",
)
REQUIRED_TO_UPDATE: Final = tuple(name for name in REQUIRED_TO_CREATE if name != "validTillDate")
CREATE_ONLY: Final = ("clientHandlingType", "expiryStrategyType")
SHOWN_IF_SET: Final = (
    "productInfo",
    "redemptionOrgEntityDetails",
    "customPropertyMap",
    "targetUserDetails",
    "genericCode",
    "couponPrefix",
    "couponSuffix",
)

_FALSE: Final = (
    "alphaNumeric",
    "sameUserMultipleRedeem",
    "isMultipleUseAllowed",
    "isMultipleVouchersPerUserAllowed",
    "doNotResendExistingVoucher",
    "isReferralExistingUsersAllowed",
    "isValidWithDiscountedItem",
    "isTransferrable",
    "isValidationRequired",
    "isSMSDisabled",
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
_MINUS_ONE: Final = (
    "expiryStrategyValue",
    "maxCreate",
    "maxRedeem",
    "redemptionPerCouponMaxLimit",
    "maxVouchersPerUser",
    "minDaysBetweenVouchers",
    "maxRedemptionsInSeriesPerUser",
    "minDaysBetweenRedemption",
    "campaignId",
    "sourceOrgId",
)
_ZERO: Final = ("randomCodeLength", "shortCodeLength", "redemptionValidAfterDays", "priority")

CONVERTERS: Final[dict[str, Callable[[str, object], object]]] = {
    **dict.fromkeys(_FALSE, values.flag),
    **dict.fromkeys(_MINUS_ONE, values.wrapped),
    **dict.fromkeys(_ZERO, values.wrapped),
    **dict.fromkeys(
        ("seriesCode", "description", "discountCode", "discountOn", "genericCode"), values.text
    ),
    **dict.fromkeys(
        ("smsTemplate", "shortSMSTemplate", "info", "tag", "termsAndConditions"), values.text
    ),
    **dict.fromkeys(("storeIdsJson", "redeemAtStore", "dvsItems"), values.text),
    **dict.fromkeys(
        ("anyUser", "resendMessageEnabled", "isPrefixEnabled", "isSuffixEnabled"), values.flag
    ),
    **dict.fromkeys(("orgPrefixOverride", "orgSuffixOverride"), values.flag),
    **dict.fromkeys(("couponPrefix", "couponSuffix"), values.affix),
    **dict.fromkeys(("minBillAmount", "maxBillAmount"), values.whole),
    **dict.fromkeys(("validTillDate", "validTillDateTime", "redemptionValidFrom"), values.instant),
    "discountType": values.one_of("ABS", "PERC"),
    "clientHandlingType": values.one_of("DISC_CODE", "GENERIC", "DISC_CODE_PIN"),
    "expiryStrategyType": values.one_of("SERIES_EXPIRY", "MONTHS_END", "DAYS"),
    "discountValue": values.rounded,
    "discountUpto": values.amount,
    "redemptionRange": values.redemption_range,
    "mutualExclusiveSeriesIds": values.series_ids,
    "productInfo": values.products,
    "redemptionOrgEntityDetails": values.org_entities,
    "targetUserDetails": values.target_user,
    "customPropertyMap": values.custom_properties,
}

OMITTED: Final[Series] = {
    **dict.fromkeys(_FALSE, False),
    **dict.fromkeys(_MINUS_ONE, -1),
    **dict.fromkeys(_ZERO, 0),
    "discountUpto": 0,
    "discountOn": "BILL",
    "minBillAmount": -1,
    "maxBillAmount": -1,
    "redemptionRange": '{"dom" : [-1], "dow": [-1], "hours": [-1]}',
    "mutualExclusiveSeriesIds": "[-1]",
    "shortSMSTemplate": "Hello {{cust_name}}, your voucher code is {{voucher_code}}",
    "resendMessageEnabled": True,
    "termsAndConditions": "T&C",
    "storeIdsJson": "[-1]",
    "redeemAtStore": "[-1]",
    "dvsItems": "items",
}

OWNED: Final[Series] = {
    "orgId": 100737,
    "createdBy": 75154383,
    "validDaysFromCreation": 30,
    "redeemStoreType": "redeemable_stores",
    "maxReferralsPerReferee": -1,
    "ownedBy": "NONE",
    "ownerId": -1,
    "ownerValidity": 0,
    "seriesType": "UNDEFINED",
    "numIssued": 0,
    "numRedeemed": 0,
    "numUploadedNonIssued": 0,
    "numUploadedTotal": 0,
    "latestIssualTime": 0,
    "latestRedemptionTime": 0,
}
