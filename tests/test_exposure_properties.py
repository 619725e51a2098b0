"""What holds for the exposure of any series."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from reconciler.exposure import Counters, exposure
from reconciler.fields import FIELDS
from reconciler.kinds import NO_BOUND, Money
from reconciler.values import Mark

if TYPE_CHECKING:
    from reconciler.values import Canonical

ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
UNKNOWN = ["?", "x"]
NUMBERS = st.integers(-2, 60) | st.floats(-2, 60) | st.sampled_from([NO_BOUND, NO_BOUND - 1, 1e300])
FLAGS = st.booleans() | st.sampled_from([Mark.ABSENT, Mark.UNREADABLE, UNKNOWN])
KINDS = st.sampled_from(["DISC_CODE", "DISC_CODE_PIN", "GENERIC", Mark.ABSENT])
BOUNDS = (
    "discountUpto",
    "maxBillAmount",
    "maxCreate",
    "maxRedeem",
    "redemptionPerCouponMaxLimit",
)
COUNTS = st.integers(0, 30)
STATES = st.fixed_dictionaries(
    {
        "discountType": st.sampled_from(["ABS", "PERC"]),
        "discountValue": NUMBERS,
        "anyUser": FLAGS,
        "clientHandlingType": KINDS,
    },
    optional={
        **dict.fromkeys(BOUNDS, NUMBERS | st.sampled_from([Mark.ABSENT, UNKNOWN])),
        **dict.fromkeys(
            ("isMultipleUseAllowed", "sameUserMultipleRedeem", "externalIssual"), FLAGS
        ),
        "validTillDate": st.sampled_from(["1970-01-01T00:00:00Z", "2027-01-01T00:00:00Z"]),
    },
)
COUNTERS = st.builds(Counters, COUNTS, COUNTS, COUNTS)


def at_least(more: int | None, less: int | None) -> bool:
    """Whether one amount is no lower than another."""
    return more is None or (less is not None and more >= less)


def height(path: str, value: Canonical) -> float:
    """How high a number is where none is the highest."""
    field = FIELDS[path]
    found = value if field.money is Money.VALUE else field.bound(value)
    assert isinstance(found, int | float)
    return found


@given(STATES, COUNTERS)
def test_an_exposure_is_a_whole_number_that_is_not_negative(
    state: dict[str, Canonical], counters: Counters
) -> None:
    found = exposure(state, counters, ZONE, NOW)

    assert found is None or (type(found) is int and found >= 0)


@given(STATES, COUNTERS, st.sampled_from(["discountValue", *BOUNDS]), NUMBERS, NUMBERS)
def test_raising_a_limit_or_a_value_never_lowers_the_exposure(
    state: dict[str, Canonical], counters: Counters, path: str, one: Canonical, other: Canonical
) -> None:
    low, high = sorted([one, other], key=lambda value: height(path, value))
    before, after = (exposure(state | {path: value}, counters, ZONE, NOW) for value in (low, high))

    assert at_least(after, before)


@given(STATES, COUNTERS, COUNTS)
def test_redeeming_more_never_raises_the_exposure(
    state: dict[str, Canonical], counters: Counters, more: int
) -> None:
    later = Counters(counters.issued, counters.redeemed + more, counters.uploaded)

    assert at_least(exposure(state, counters, ZONE, NOW), exposure(state, later, ZONE, NOW))


@given(STATES, COUNTERS, st.sampled_from([*BOUNDS, "discountType", "discountValue", "anyUser"]))
def test_what_nobody_can_read_is_the_worst_case(
    state: dict[str, Canonical], counters: Counters, path: str
) -> None:
    hidden = exposure(state | {path: Mark.UNREADABLE}, counters, ZONE, NOW)

    assert at_least(hidden, exposure(state, counters, ZONE, NOW))
