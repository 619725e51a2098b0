"""What the tests of judged changes share: a series that no guard has anything to say about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pullrequest import QUIET
from scenes import NOW

MOMENT = datetime.fromisoformat(NOW)
TODAY = MOMENT.date()
QUIET_LIVE: dict[str, Any] = {
    "seriesCode": "DIWALI",
    "description": "Ten percent for Diwali",
    "discountCode": "POS1",
    "discountType": "PERC",
    "discountValue": 10,
    "discountUpto": 100,
    "validTillDate": "2035-06-12T00:00:00Z",
    "redemptionValidFrom": "2026-01-01T00:00:00Z",
    "expiryStrategyType": "SERIES_EXPIRY",
    "clientHandlingType": "DISC_CODE",
    "anyUser": False,
    "maxCreate": 1000,
    "maxRedeem": 1000,
    "smsTemplate": "Hi",
}
UNLIMITED = QUIET.replace("maxCreate: 1000\nmaxRedeem: 1000\n", "")
SEVENTY = QUIET.replace("Value: 10", "Value: 70")


def allowing(text: str, rule: str, until: date = TODAY, more: str = "") -> str:
    said = f"{{rule: {rule}, {more}reason: agreed with finance, until: {until}}}"
    return f"{text}lifecycle: {{allow: [{said}]}}\n"
