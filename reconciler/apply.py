"""Carrying a plan out: the only module that causes writes.

Each series is read again right before it is written. At the planned `before` it is written, at the
planned `after` it is already done, anywhere else it moved and is left alone.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.bodies import claim_body, create_body, reading, update_body
from reconciler.errors import (
    ApiError,
    SignInError,
    UnexpectedAnswerError,
    UnreachableError,
    UsageError,
)
from reconciler.live import first_other_offset
from reconciler.plan import Change, Plan, claim_token, other_zone
from reconciler.report import (
    ALREADY_DONE,
    BLOCKED,
    DONE,
    FAILED,
    MOVED,
    NOT_ATTEMPTED,
    NOT_CONVERGED,
    UNKNOWN,
    Outcome,
    outcome,
)
from reconciler.risk import judge
from reconciler.standing import moved, pending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reconciler.client import Client
    from reconciler.diff import Reading
    from reconciler.live import LiveSeries

BATCH = 10
FRESH = 30.0  # seconds that a reading may be old when its series is written


@dataclass(frozen=True, slots=True)
class Seen:
    """What this run has seen of the target."""

    proven: frozenset[str] = frozenset()  # the fields that it shows when they are set
    absent_at: float | None = None  # time.monotonic when the codes to create were asked for
    other_offset: str | None = None  # that it prints dates with, when it is not the zone's


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches a run: `stopped` is asked before each write and ends it, `tell` hears of each
    change's end, `clock` says how old a reading is, in seconds.
    """

    stopped: Callable[[], bool] = lambda: False
    tell: Callable[[Outcome], None] = lambda _: None
    clock: Callable[[], float] = time.monotonic


NOTHING_SEEN = Seen()
NOBODY = Watch()


def execute(
    plan: Plan,
    client: Client,
    seen: Seen = NOTHING_SEEN,
    watch: Watch = NOBODY,
) -> tuple[Outcome, ...]:
    """Write what the plan says, one outcome for each change in the plan's order.

    Raises UsageError, before any write, where live prints dates in another zone than the target's.
    """
    if seen.other_offset:
        raise UsageError(other_zone(client.target, seen.other_offset))
    run = _Run(client, seen, watch)
    ready = [change for change in plan.changes if not change.blocked]
    for change in plan.changes:
        if change.blocked:
            run.end(outcome(change, BLOCKED, "; ".join(why.message for why in change.blocked)))
    for start in range(0, len(ready), BATCH):
        run.batch(ready[start : start + BATCH])
    run.read_back({change.code: change for change in ready})
    if run.bug:
        raise run.bug
    return tuple(run.ended[change.code] for change in plan.changes)


class _Run:
    def __init__(self, client: Client, seen: Seen, watch: Watch) -> None:
        self.client, self.target = client, client.target
        self.stopped, self.tell, self.clock = watch.stopped, watch.tell, watch.clock
        self.proven = seen.proven | client.target.reads_back
        self.absence_proven_at = seen.absent_at
        self.ended: dict[str, Outcome] = {}
        self.dead: ApiError | None = None  # the target is out of reach: nothing more is tried
        self.bug: Exception | None = None  # ours: one change met it, the others go on
        self.left_behind: dict[str, LiveSeries] | None = None  # by tag, once listed

    def end(self, found: Outcome) -> None:
        self.ended[found.code] = found
        self.tell(found)

    def batch(self, changes: Sequence[Change]) -> None:
        """Read up to ten series at once, then write them one by one."""
        rows: dict[int, LiveSeries] = {}
        unread: ApiError | None = None
        read_at = self.clock()
        ids = [change.id for change in changes if change.id is not None]
        try:
            if ids and not self.dead and not self.stopped():
                rows = self.client.by_ids(ids)
        except ApiError as error:
            unread = error
            self.gone(error)
        self.check_zone(rows.values())
        for change in changes:
            if self.dead or self.stopped() or (unread and change.id is not None):
                why = self.dead or unread or "the run was interrupted"
                self.end(outcome(change, NOT_ATTEMPTED, str(why)))
            else:
                self.end(self.attempt(change, rows, read_at))

    def attempt(self, change: Change, rows: dict[int, LiveSeries], read_at: float) -> Outcome:
        """One change, whatever happens on the way: what fails stops no other."""
        sent = self.client.requests.write
        try:
            return self.change(change, rows, read_at)
        except ApiError as error:
            self.gone(error)
            return outcome(change, FAILED, str(error))
        except Exception as error:  # noqa: BLE001 - raised again when the others are done
            self.bug = error
            status = FAILED if self.client.requests.write == sent else UNKNOWN
            return outcome(change, status, f"a bug in the reconciler: {error!r}")

    def check_zone(self, rows: Iterable[LiveSeries]) -> None:
        """Raise UsageError while nothing has been written; later only the rest is given up."""
        offset = first_other_offset(rows, self.target.zone)
        if offset and not self.client.requests.write:
            raise UsageError(other_zone(self.target, offset))
        if offset:
            self.dead = UnexpectedAnswerError(other_zone(self.target, offset))

    def gone(self, error: ApiError) -> None:
        """Remember an error after which no other change can do better."""
        if isinstance(error, SignInError | UnreachableError):
            self.dead = error

    def eyes(self, change: Change) -> Reading:
        """How to read live for a change."""
        return reading(change, self.target.zone, self.proven)

    def pending(self, change: Change, row: LiveSeries) -> list[str]:
        """The managed paths at which live is not as wanted, in words."""
        return pending(change, row, self.eyes(change))

    def change(self, change: Change, rows: dict[int, LiveSeries], read_at: float) -> Outcome:
        """One change, from its last reading to its end. Raises what fails before the write."""
        if change.id is None:
            return self.create(change)
        if self.clock() - read_at > FRESH:
            rows = self.client.by_ids([change.id])
        return self.update(change, rows.get(change.id))

    def update(self, change: Change, row: LiveSeries | None) -> Outcome:
        if row is None:
            return outcome(change, MOVED, f"live has no series with id {change.id} any more")
        if said := moved(change, row, self.eyes(change)):
            return outcome(change, MOVED, said)
        if not self.pending(change, row):
            return outcome(change, ALREADY_DONE)
        issued = row.counter("numIssued")
        zone = self.target.zone
        if blocked := list(judge(change.action, change.managed, change.money, issued, zone)):
            return outcome(change, BLOCKED, "; ".join(why.message for why in blocked))
        return self.put(change, row, update_body(change, row, self.eyes(change)))

    def create(self, change: Change) -> Outcome:
        """Claim what an earlier run left behind, or POST once and claim it."""
        token = claim_token(change.target, change.host, change.code)
        proven_at = self.absence_proven_at
        if proven_at is None or self.clock() - proven_at > FRESH:
            if found := self.taken(change):
                return found
            if self.left_behind is None and proven_at is None:
                self.left_behind = self.listed()
            if row := (self.left_behind or {}).get(token):
                return self.claim(change, self.whole(row))
        row = None
        try:
            row = self.client.create(create_body(change, token, self.target.zone)).row
        except ApiError as error:
            if not error.may_have_happened:
                raise
            said = str(error)
        else:
            said = "the API answered that it created the series, and does not show it"
        row = row or self.find(token)
        if row is None:
            then = "the next run looks for it, and creates it only where it is not there"
            return outcome(change, UNKNOWN, f"{said}; {then}")
        return self.claim(change, row)

    def taken(self, change: Change) -> Outcome | None:
        """How a create ends whose code is live by now; None when it still is not."""
        found = self.client.by_code(change.code)
        if not found:
            return None
        row = self.client.by_ids([found[0].id]).get(found[0].id, found[0])
        if row.code == change.code and not self.pending(change, row):
            return Outcome(change.code, change.action, row.id, ALREADY_DONE)
        return outcome(change, MOVED, f"live has {row.code} now (id {row.id}); plan again")

    def claim(self, change: Change, row: LiveSeries) -> Outcome:
        """The second write of a create."""
        if offset := row.other_offset(self.target.zone):
            self.dead = UnexpectedAnswerError(other_zone(self.target, offset))
            said = f"created as id {row.id} and not given its code: {self.dead}"
            return outcome(change, FAILED, said)
        found = self.put(change, row, claim_body(change, row, self.eyes(change)))
        if found.status != FAILED:
            return found
        said = f"created as id {row.id} and not given its code: {found.error}"
        return found.turned(FAILED, f"{said}; the next run goes on there")

    def listed(self) -> dict[str, LiveSeries]:
        """Every series that the list shows, by its tag."""
        return {str(row.raw.get("tag")): row for row in self.client.list_series()}

    def whole(self, row: LiveSeries) -> LiveSeries:
        """A row of a list as a read by id shows it."""
        found = self.client.by_ids([row.id])
        if row.id not in found:
            raise UnexpectedAnswerError(f"series {row.id} is listed and cannot be read by id")
        return found[row.id]

    def find(self, token: str) -> LiveSeries | None:
        """The series that a create left behind, known by its token.

        None when nothing shows it, or when that cannot be found out.
        """
        try:
            row = self.listed().get(token)
            return self.whole(row) if row else None
        except ApiError:
            return None

    def put(self, change: Change, row: LiveSeries, body: dict[str, object]) -> Outcome:
        """Write, and settle what a lost answer left open by reading."""
        ended = Outcome(change.code, change.action, row.id, DONE)
        try:
            answer = self.client.update(row.id, body)
        except ApiError as error:
            if not error.may_have_happened:
                return ended.turned(FAILED, str(error))
            try:
                after = self.client.by_ids([row.id]).get(row.id)
            except ApiError:
                after = None
            if after is None:
                return ended.turned(UNKNOWN, f"{error}; the next run finds out")
            if self.pending(change, after):
                said = f"{error}; live does not show the new values yet"
                return ended.turned(UNKNOWN, f"{said}; the next run finds out")
            return ended
        wrong = self.pending(change, answer)
        return ended.turned(NOT_CONVERGED, "; ".join(wrong)) if wrong else ended

    def read_back(self, changes: dict[str, Change]) -> None:
        """Read everything written again, and say field by field what is not as wanted."""
        written = [one for one in self.ended.values() if one.status in {DONE, NOT_CONVERGED}]
        if not written:
            return
        try:
            rows = self.client.by_ids([one.id for one in written if one.id is not None])
        except ApiError as error:
            for one in written:
                if one.status == DONE:  # its answer showed every value
                    self.end(one.turned(DONE, f"it could not be read back: {error}"))
            return
        for one in written:
            row = rows.get(one.id or 0)
            if row is None:
                self.end(one.turned(NOT_CONVERGED, "live does not show it any more"))
                continue
            wrong = "; ".join(self.pending(changes[one.code], row))
            if wrong and wrong != one.error:
                self.end(one.turned(NOT_CONVERGED, wrong))
            elif not wrong and one.status == NOT_CONVERGED:
                self.end(Outcome(one.code, one.action, one.id, DONE))
