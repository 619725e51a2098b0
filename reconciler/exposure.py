"""The most that a series can still cost, in whole currency units (docs/exposure.md).

None stands for "unlimited" throughout. What is not known counts as the worst case.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.fields import FIELDS, last_of
from reconciler.kinds import figure
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from reconciler.values import Canonical

    State = Mapping[str, Canonical]

_ENDS = ("validTillDate", "validTillDateTime")
_FOR_MANY = ("anyUser", "isMultipleUseAllowed", "sameUserMultipleRedeem")
_OWN_CODES = ("DISC_CODE", "DISC_CODE_PIN")


@dataclass(frozen=True, slots=True)
class Counters:
    """What live has counted of a series: 0 for a create."""

    issued: int = 0
    redeemed: int = 0
    uploaded: int | None = 0  # None: live shows something that nobody can read


@dataclass(frozen=True, slots=True)
class Exposure:
    """The exposure before and after a change; 0 before a create. None is unlimited."""

    before: int | None
    after: int | None

    @property
    def increase(self) -> int:
        """By how much it grows where both are bounded, else 0."""
        if self.before is None or self.after is None:
            return 0
        return max(0, self.after - self.before)


def exposure(state: State, counters: Counters, zone: ZoneInfo, moment: datetime) -> int | None:
    """The most that one side of a change can still cost; `state` holds its canonical values by
    path. A path that is missing stands for what the server fills in.
    """
    end = last_moment(state, zone)
    if end is not None and end < moment:
        return 0
    factors = (_one_use(state), _uses(state), _coupons(state, counters))
    return None if None in factors else math.prod(known for known in factors if known is not None)


def exposures(
    before: State, after: State, counters: Counters, zone: ZoneInfo, moment: datetime
) -> Exposure:
    """Both sides of a change; an empty `before` is a create's, which has cost nothing yet.

    What was redeemed counts uses. It says how many coupons are gone only where a coupon had one use
    so far.
    """
    single = not before or _uses(before) == 1
    count = counters if single else replace(counters, redeemed=0)
    was = exposure(before, counters, zone, moment) if before else 0
    return Exposure(was, exposure(after, count, zone, moment))


def last_moment(state: State, zone: ZoneInfo) -> datetime | None:
    """The last moment a customer can use a series: the later of its two ends. None where it has
    none, or one that cannot be read.
    """
    said = {path: state.get(path, Mark.ABSENT) for path in _ENDS}
    ends = [last_of(path, end, zone) for path, end in said.items() if end is not Mark.ABSENT]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def total(amounts: Iterable[int | None]) -> int | None:
    """The sum of the amounts of one target; unlimited as soon as one is."""
    found = list(amounts)
    return None if None in found else sum(amount for amount in found if amount is not None)


def _one_use(state: State) -> int | None:
    """The most that one use of a coupon takes off."""
    kind, value = _value(state, "discountType"), _whole(state, "discountValue")
    if kind == "ABS" or value is None:
        return value
    if kind != "PERC":
        return None
    cap, bill = _bound(state, "discountUpto"), _bound(state, "maxBillAmount")
    share = None if bill is None else -(-value * bill // 100)
    return _lowest(cap, share)


def _uses(state: State) -> int | None:
    """How often one coupon can be used."""
    if all(_value(state, path) is False for path in _FOR_MANY):
        return 1
    applies = (
        _value(state, "anyUser") is True
        and _value(state, "clientHandlingType") in _OWN_CODES
        and _value(state, "externalIssual") is False
    )
    return _bound(state, "redemptionPerCouponMaxLimit") if applies else None


def _coupons(state: State, counters: Counters) -> int | None:
    """How many coupons there can be: with one use each, how many can still be redeemed.

    With several uses `maxRedeem` counts coupons, and redemptions are none: nothing is taken off.
    """
    made = _bound(state, "maxCreate")
    if _value(state, "clientHandlingType") not in _OWN_CODES:
        made = None  # a GENERIC series has one code, whatever maxCreate says
    left = _bound(state, "maxRedeem")
    if left is not None and _uses(state) == 1:
        left = max(0, left - max(0, counters.redeemed))
    smallest = _lowest(made, left)
    if smallest is None or counters.uploaded is None:
        return None
    return smallest + max(0, counters.uploaded)


def _value(state: State, path: str) -> Canonical:
    """A canonical value; what the server fills in stands for what is not there."""
    found = state.get(path, Mark.ABSENT)
    return FIELDS[path].default if found is Mark.ABSENT else found


def _whole(state: State, path: str) -> int | None:
    """A number, rounded up and never below 0; None where it is not known."""
    found = figure(_value(state, path))
    return None if found is None else max(0, math.ceil(found))


def _bound(state: State, path: str) -> int | None:
    """What a limit or a cap bounds; None for no bound, and for one that is not known."""
    found = FIELDS[path].bound(_value(state, path))
    return None if found is None or math.isinf(found) else math.ceil(found)


def _lowest(*bounds: int | None) -> int | None:
    return min((bound for bound in bounds if bound is not None), default=None)
