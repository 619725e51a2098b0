"""What the tests of accepting share: a file, a live row that differs, and the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from reconciler.accepting import Accepted, accept
from reconciler.config import Target
from reconciler.desired import read
from reconciler.fields import MANAGEABLE
from reconciler.live import LiveSeries

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from reconciler.declared import Desired

HIDING = frozenset(field.name for field in MANAGEABLE if field.hides)
LIVE: dict[str, Any] = {
    "seriesCode": "CODE",
    "description": "April 100",
    "discountCode": "NO_VALUE",
    "discountType": "ABS",
    "discountValue": 100,
    "validTillDate": "2035-06-12T00:00:00Z",
    "expiryStrategyType": "SERIES_EXPIRY",
    "clientHandlingType": "DISC_CODE",
    "anyUser": False,
    "smsTemplate": "Hi",
}
# The nine fields and the code, on lines that the cases do not touch unless they say so.
HEAD = """\
# Our April series.
seriesCode: CODE
description: April 100
discountCode: NO_VALUE  # as the till has it

discountType: ABS
discountValue: 100
validTillDate: 2035-06-12
expiryStrategyType: SERIES_EXPIRY
clientHandlingType: 'DISC_CODE'
anyUser: false
smsTemplate: "Hi"
"""


def loaded(raw: bytes, zone: str = "UTC") -> Desired:
    """A file's series, which must be valid."""
    found, said = read("series/one.yaml", raw, ZoneInfo(zone))
    assert found is not None, said
    return found


def accepted(
    raw: bytes,
    live: dict[str, Any],
    *paths: str,
    zone: str = "UTC",
    shows: Collection[str] = HIDING,
) -> Accepted:
    """Accept what live has at some paths; at every path of the file when none is named."""
    desired = loaded(raw, zone)
    return accepted_into(raw, desired, live, paths or tuple(desired.declared), shows)


def accepted_into(
    raw: bytes,
    desired: Desired,
    live: dict[str, Any],
    paths: Sequence[str],
    shows: Collection[str] = HIDING,
) -> Accepted:
    """The same for a file that may differ from what was read of it."""
    row = LiveSeries(7, str(live.get("seriesCode", "CODE")), {"id": 7, **LIVE, **live})
    target = Target("sandbox", "sandbox::memory:", desired.zone)
    return accept(raw, desired, row, paths, target, shows)


def tail(text: str, live: dict[str, Any], *paths: str, zone: str = "UTC") -> str:
    """What a file says below its head, after all it can take was accepted."""
    after = accepted((HEAD + text).encode(), live, *paths, zone=zone)
    assert {} == after.refused
    written = after.raw.decode()
    assert written.startswith(HEAD)
    return written.removeprefix(HEAD)
