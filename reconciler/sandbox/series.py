"""What the server makes of a body: a series as it is stored (API page, sections 5 and 6).

Decided where the page is silent, the worse way for the caller: a PUT that changes a create-only
field succeeds and leaves that field as it was; null counts as left out, but is -1 in
`redemptionPerCouponMaxLimit`; in merge mode dates that are left out are cut all the same, and
objects are replaced whole.
"""

from __future__ import annotations

import secrets
import string
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from reconciler.sandbox import dates, rules
from reconciler.sandbox.fields import (
    CONVERTERS,
    CREATE_ONLY,
    OMITTED,
    OWNED,
    REQUIRED_TO_CREATE,
    REQUIRED_TO_UPDATE,
    Series,
)

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.sandbox.dates import Zone

_MIXED = string.ascii_letters + string.digits
_UI_VALIDITY = timedelta(days=365, hours=5, minutes=17, seconds=23)


def created(body: Series, moment: datetime, zone: Zone) -> Series:
    """Make the series that a POST stores: a code of the server's own, defaults for the rest."""
    sent = _taken({name: value for name, value in body.items() if name != "seriesCode"})
    rules.require(sent, REQUIRED_TO_CREATE)
    stamp = zone.shown(moment)
    series = {
        **OWNED,
        "createdOn": stamp,
        "lastUsed": stamp,
        **_defaults(sent, moment, zone),
        **sent,
        "seriesCode": generated_code(),
    }
    return _settled(series, moment, zone)


def updated(
    old: Series, body: Series, moment: datetime, zone: Zone, put: Literal["replace", "merge"]
) -> Series:
    """Make the series that a PUT over `old` stores (section 6)."""
    sent = _taken(body)
    rules.require_code(sent)
    rules.require(sent, REQUIRED_TO_UPDATE)
    owned = {name: value for name, value in old.items() if name not in CONVERTERS}
    kept = old if put == "merge" else {**owned, **_defaults(sent, moment, zone)}
    fixed = {name: old[name] for name in CREATE_ONLY}
    series = {**kept, **sent, **fixed, "lastUsed": _moved(old, moment, zone)}
    if "validTillDateTime" not in sent:
        series.pop("validTillDateTime", None)
    rules.check_issued(series)
    return _settled(series, moment, zone)


def ui_made(fields: Series, moment: datetime, zone: Zone) -> Series:
    """Make the series that the vendor's web UI stores: nothing is cut, `fields` stand as given."""
    stamp = zone.shown(moment)
    basis = {
        "description": "Made by hand",
        "discountCode": "NO_VALUE",
        "discountType": "ABS",
        "discountValue": 100,
        "validTillDate": zone.shown(moment + _UI_VALIDITY),
        "clientHandlingType": "DISC_CODE",
        "expiryStrategyType": "SERIES_EXPIRY",
        "anyUser": False,
        "smsTemplate": "Your code is {{voucher_code}}",
        "seriesCode": generated_code(),
        "minBillAmount": 0,
        "maxBillAmount": 2**53 - 1,
        **fields,
    }
    series = {
        **OWNED,
        "createdOn": stamp,
        "lastUsed": stamp,
        **_defaults(basis, moment, zone),
        **basis,
    }
    return {**series, **_derived(series, moment, zone), **fields}


def ui_edited(old: Series, fields: Series, moment: datetime, zone: Zone) -> Series:
    """Change a series the way the web UI does: nothing is cut, `fields` stand as given."""
    stale = {"validTillDateTime"} if "validTillDate" in fields else set()
    kept = {name: value for name, value in old.items() if name not in stale}
    series = {**kept, **fields, "lastUsed": _moved(old, moment, zone)}
    return {**series, **_derived(series, moment, zone), **fields}


def generated_code() -> str:
    """Make up a series code: 20 upper-case hex digits, or 10 letters and digits."""
    if secrets.randbelow(2):
        return secrets.token_hex(10).upper()
    return "".join(secrets.choice(_MIXED) for _ in range(10))


def _moved(old: Series, moment: datetime, zone: Zone) -> str:
    """Print the next `lastUsed`: now, yet always later than before, for it hints at each write."""
    return zone.shown(max(moment, dates.parsed(old["lastUsed"]) + timedelta(seconds=1)))


def _taken(body: Series) -> Series:
    """Take in what is writable and given; everything else is dropped silently."""
    sent = {
        name: CONVERTERS[name](name, value)
        for name, value in body.items()
        if name in CONVERTERS and value is not None
    }
    if "redemptionPerCouponMaxLimit" in body:
        sent.setdefault("redemptionPerCouponMaxLimit", -1)
    return sent


def _defaults(sent: Series, moment: datetime, zone: Zone) -> Series:
    """Give the column "omitted" of section 8 for one body."""
    return {
        **OMITTED,
        "validTillDate": zone.shown(dates.EPOCH),
        "redemptionValidFrom": zone.shown(zone.cut(moment)),
        "info": sent["description"],
        "tag": sent["description"],
    }


def _settled(series: Series, moment: datetime, zone: Zone) -> Series:
    """Cut the dates, derive what follows from them, and check the rules between fields."""
    end = zone.cut(dates.parsed(series["validTillDate"]))
    start = zone.cut(dates.parsed(series["redemptionValidFrom"]))
    cut = {"validTillDate": zone.shown(end), "redemptionValidFrom": zone.shown(start)}
    if "validTillDateTime" in series:
        clock = dates.parsed(series["validTillDateTime"])
        shown = clock if zone.cut(clock) == end else zone.end_of_day(end)
        cut["validTillDateTime"] = zone.shown(shown)
    settled = {**series, **cut, **_derived({**series, **cut}, moment, zone)}
    rules.check(settled)
    return settled


def _derived(series: Series, moment: datetime, zone: Zone) -> Series:
    """Derive what every write sets anew."""
    return {
        "fixedExpiryDate": dates.milliseconds(dates.parsed(series["validTillDate"])),
        "dvsExpiryDate": zone.shown(zone.cut(moment)),
        "numTotal": series["maxCreate"],
    }
