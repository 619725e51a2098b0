"""One scenario for every fault: a run that a fault disturbs, a second one in peace, and what has to
be true after each.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

from conftest import MINIMAL
from faketime import FakeTime
from wire import OAUTH

from reconciler.apply import execute
from reconciler.client import Client
from reconciler.errors import ApiError
from reconciler.planning import make_plan
from reconciler.report import ApplyReport
from reconciler.sandbox import Fault, Store, settle, transport
from reconciler.snapshot import take
from reconciler.watch import NOTHING_SEEN, Seen, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.config import Target
    from reconciler.declared import Desired
    from reconciler.plan import Plan
    from reconciler.report import Outcome
    from reconciler.sandbox import Request

    Row = dict[str, Any]

Way = Literal["at once", "waited", "saved"]
Put = Literal["replace", "merge"]

# --- the series ---------------------------------------------------------------------------------

CREATED, UPDATED, UNCHANGED = ("AUTUMN", "WINTER"), {"SPRING": 100, "SUMMER": 200}, "STEADY"
FIRST_CREATED = 700_000  # every id of a created series is above that of the unchanged one
_UNNAMED = {
    "minBillAmount": 250,
    "maxBillAmount": 9000,
    "maxCreate": 500,
    "numIssued": 7,
    "redemptionValidFrom": "2026-03-01T00:00:00Z",
    "redemptionRange": '{"dom": [1, 2], "dow": [-1], "hours": ["9"]}',
    "productInfo": [{"productType": "BRAND", "productIds": [3, 4]}],
    "redemptionOrgEntityDetails": [{"redemptionOrgEntityType": "STORE", "orgEntityId": 12}],
    "customPropertyMap": {"standard_terms_and_conditions": "Only on weekdays"},
    "targetUserDetails": {"validMaxUserTransactionLimit": 3},
    "mutualExclusiveSeriesIds": "[11, 12]",
    "info": "for the till",
    "tag": "spring sale",
    "keyOfTheFuture": {"kept": [1]},
}
# What every PUT rewrites (API page, section 5).
REWRITTEN = {"lastUsed", "dvsExpiryDate", "numTotal", "fixedExpiryDate", "validTillDateTime"}
WANTED = {"discountValue": 450, "maxRedeem": 40}


def texts() -> list[str]:
    """The files: two to create, two to update, one that is live as it should be."""
    files = [MINIMAL.replace("APRIL100", code) for code in (*CREATED, *UPDATED, UNCHANGED)]
    for at in (2, 3):
        files[at] = files[at].replace("discountValue: 500", "discountValue: 450\nmaxRedeem: 40")
    return files


def fill(store: Store) -> None:
    """What is live before: made in the web UI, with much that no file names."""
    shared = {
        "description": "April 100",
        "discountCode": "XYZ12345",
        "discountType": "ABS",
        "discountValue": 500,
        "validTillDate": "2035-06-12T00:00:00Z",
        "expiryStrategyType": "SERIES_EXPIRY",
        "clientHandlingType": "DISC_CODE",
        "anyUser": False,
        "smsTemplate": "Hi {{first_name}}",
        **_UNNAMED,
    }
    for code, number in {**UPDATED, UNCHANGED: FIRST_CREATED}.items():
        store.ui_create(id=number, seriesCode=code, **shared)


# --- the faults ---------------------------------------------------------------------------------

OPERATIONS: dict[str, tuple[Literal["GET", "POST", "PUT", "*"], str]] = {
    "sign-in": ("POST", "/v3/oauth/*"),
    "list": ("GET", "/v2/coupon/series?offset=*"),
    "by code": ("GET", "/v2/coupon/series?seriesCode=*"),
    "by id": ("GET", "/v2/coupon/series?ids=*"),
    "POST": ("POST", "/v2/coupon/series"),
    "claim PUT": ("PUT", "/v2/coupon/series/7*"),
    "update PUT": ("PUT", "/v2/coupon/series/[12]00"),
    "read-back": ("GET", "/v2/coupon/series?*ids=7*"),
    "request": ("*", "*"),
}
WRITES = ("POST", "claim PUT", "update PUT", "request")
_DATE = "Wed, 21 Oct 2015 07:28:00 GMT"  # is over: go on at once
_OPEN_STATUSES, _OPEN_CODES = (500, 502, 503, 504), (722, 730, 744, 748)
_OF_ALL: dict[str, dict[str, Any]] = {
    **{str(status): {"status": status} for status in (400, 401, 404, 408, 429, *_OPEN_STATUSES)},
    "201 with errors": {"status": 201, "code": 735},  # some of it failed
    "429 with seconds": {"status": 429, "retry_after": "7"},
    "429 with minutes": {"status": 429, "retry_after": "120"},
    "429 with a date": {"status": 429, "retry_after": _DATE},
    "429 for too long": {"status": 429, "retry_after": "3600"},
    "503 with seconds": {"status": 503, "retry_after": "40"},
    **{f"code {code}": {"kind": "error", "code": code} for code in (*_OPEN_CODES, 752, 1000)},
    "dropped": {"kind": "drop"},
    "stalled": {"kind": "stall"},
    "truncated": {"kind": "truncate"},
    "garbled": {"kind": "garble"},
}
_OF_WRITES: dict[str, dict[str, Any]] = {
    **{f"{one}, but done": {"status": one, "processed": True} for one in (408, *_OPEN_STATUSES)},
    "201 with errors, but done": {"status": 201, "code": 735, "processed": True},
    **{
        f"code {code}, but done": {"kind": "error", "code": code, "processed": True}
        for code in _OPEN_CODES
    },
    "done, then dropped": {"kind": "drop", "processed": True},
    "done, then stalled": {"kind": "stall", "processed": True},
    **{f"late by {after}": {"kind": "late", "after": after} for after in (1, 3, 1000)},
    **{f"lags by {after}": {"kind": "lag", "after": after} for after in (1, 3, 1000)},
}
_BEYOND = {"late by 1000", *(name for name in _OF_WRITES if name.startswith("lags"))}
# After these on a write, nobody can be sure that it did not happen.
_CLEAR = {"400", "401", "404", "code 752", "code 1000"} | {
    name for name in _OF_ALL if name.startswith("429")
}
CALLS: dict[str, tuple[int, ...] | None] = {"first": (1,), "second": (2,), "every": None}
# Of all requests alike: a run in peace makes 16.
ONLY_THE = {f"only the {n}.": (n,) for n in range(1, 17)}
FROM_THE = {f"from the {n}. on every": tuple(range(n, 500)) for n in range(1, 17)}
WAYS: tuple[Way, ...] = ("at once", "waited", "saved")
PUTS: tuple[Put, ...] = ("replace", "merge")


@dataclass(frozen=True)
class Case:
    """One combination. `way`: the plan is applied at once, or after some minutes at the question,
    or it is a saved one, and things go wrong only while it is applied.
    """

    operation: str
    fault: str
    call: str
    put: Put
    way: Way

    def set(self) -> Fault:
        method, path = OPERATIONS[self.operation]
        said: Row = {"kind": "status"} | (_OF_ALL | _OF_WRITES)[self.fault]
        calls = (CALLS | ONLY_THE | FROM_THE)[self.call]
        return Fault(**said, method=method, path=path, calls=calls)

    @property
    def leaves_open(self) -> bool:
        """Whether it may leave nobody the wiser about a write."""
        return self.operation in WRITES and self.fault not in _CLEAR

    @property
    def reads_tell(self) -> bool:
        """Whether a reading shows all that a write of this run did."""
        return self.operation != "request" and self.fault not in _BEYOND

    def __str__(self) -> str:
        where = f"{self.call} {self.operation}"
        return f"{where}: {self.fault}, applied {self.way}, PUT {self.put}s"


def cases(
    operations: Sequence[str] = tuple(OPERATIONS),
    calls: Sequence[str] = tuple(CALLS),
    puts: Sequence[Put] = PUTS,
    ways: Sequence[Way] = WAYS,
) -> Iterator[Case]:
    """Every combination. A fault that only a write can have meets no read."""
    for operation, call, put, way in product(operations, calls, puts, ways):
        for fault in (*_OF_ALL, *(_OF_WRITES if operation in WRITES else ())):
            yield Case(operation, fault, call, put, way)


# --- the runs -----------------------------------------------------------------------------------


@dataclass
class Run:
    """One run: how it ended, the requests it made, and live before and after it."""

    before: dict[int, Row]
    outcomes: tuple[Outcome, ...] = ()
    plan: Plan | None = None  # None: reading failed, which is exit 4
    sent: list[Request] = field(default_factory=list)
    after: dict[int, Row] = field(default_factory=dict)
    settled: dict[int, Row] = field(default_factory=dict)  # once all that is late has come

    def met(self, fault: Fault) -> bool:
        """Whether the fault struck any request."""
        matching = [one for one in self.sent if fault.matches(one.method, one.url)]
        return any(fault.strikes(number) for number in range(1, len(matching) + 1))

    @property
    def planned(self) -> bool:
        """Whether reading came to a plan."""
        return self.plan is not None

    @property
    def healed(self) -> bool:
        """Whether all was done, whatever went wrong."""
        return self.planned and {one.status for one in self.outcomes} <= {"done", "already done"}

    @property
    def report(self) -> ApplyReport:
        return ApplyReport(None, self.outcomes, {})


def _live(store: Store) -> dict[int, Row]:
    return {row["id"]: row for row in store.rows()}


def _planned(client: Client, files: Mapping[str, Desired], now: float) -> tuple[Plan, Seen]:
    snapshot = take(client, files)
    moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    plan = make_plan(
        client.target, files, snapshot, reads=0, created_at=moment, commit=None, tool="test"
    )
    return plan, Seen(snapshot.proven, now, snapshot.trusted, snapshot.other_offset)


def run(
    store: Store,
    files: Mapping[str, Desired],
    target: Target,
    way: Way = "at once",
    faults: Sequence[Fault] = (),
    *,
    settled: bool = True,
    clock: FakeTime | None = None,
) -> Run:
    """Plan and apply under faults, then let come what is late, unless it is to come later still."""
    found, clock = Run(_live(store)), clock or FakeTime()
    with Client(target, OAUTH, transport(store), clock=clock.clock) as client:
        seen = NOTHING_SEEN
        if way == "saved":
            found.plan, _ = _planned(client, files, clock.now)
        store.set_faults(faults)
        first = len(store.requests())
        with suppress(ApiError):
            if found.plan is None:
                found.plan, seen = _planned(client, files, clock.now)
        if found.plan is not None:
            clock.sleep(300 if way == "waited" else 0)
            with Client(target, OAUTH, transport(store), clock=clock.clock) as later:
                who = later if way == "saved" else client
                found.outcomes = execute(found.plan, who, seen, Watch(clock=clock.time))
    found.sent, found.after = store.requests()[first:], _live(store)
    store.clear_faults()
    if settled:
        settle(store)
    found.settled = _live(store)
    return found
