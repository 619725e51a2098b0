"""Rules between fields, checked on a series as it would be stored (API page, section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.errors import (
    CODE_EMPTY,
    FIELD_MISSING,
    GENERIC_CODE_EMPTY,
    INVALID,
    RefusalError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.sandbox.fields import Series


def require(sent: Series, names: Iterable[str]) -> None:
    """Refuse a body in which a mandatory field is missing or null, naming each (section 7.7)."""
    missing = [name for name in names if name not in sent]
    if missing:
        raise RefusalError(FIELD_MISSING, f"Mandatory field missing: {', '.join(missing)}")


def require_code(sent: Series) -> None:
    """Refuse an update without a series code (error 753)."""
    if not sent.get("seriesCode", "").strip():
        raise RefusalError(CODE_EMPTY, "Series code cannot be empty")


def check(series: Series) -> None:
    """Refuse a series that breaks 7.1 or 7.2."""
    if series["clientHandlingType"] == "GENERIC" and not series.get("genericCode"):
        raise RefusalError(GENERIC_CODE_EMPTY, "Generic code cannot be empty")
    limit = series["redemptionPerCouponMaxLimit"]
    if limit == 0:
        raise RefusalError(INVALID, "redemptionPerCouponMaxLimit must be greater than 0")
    if limit is not None and limit > 0 and not _may_limit_coupons(series):
        raise RefusalError(
            INVALID,
            "redemptionPerCouponMaxLimit needs anyUser, DISC_CODE or DISC_CODE_PIN,"
            " and a series that is not externally managed",
        )


def check_issued(series: Series) -> None:
    """Refuse a `maxCreate` that is not greater than `numIssued` (7.5); below 0 is no limit."""
    issued = series["numIssued"]
    if 0 <= series["maxCreate"] <= issued:
        raise RefusalError(INVALID, f"maxCreate must be greater than {issued}, the number issued")


def _may_limit_coupons(series: Series) -> bool:
    """Tell whether a limit is allowed here; `externalIssual` means externally managed."""
    generated_or_uploaded = series["clientHandlingType"] in {"DISC_CODE", "DISC_CODE_PIN"}
    return bool(series["anyUser"] and generated_or_uploaded and not series["externalIssual"])
