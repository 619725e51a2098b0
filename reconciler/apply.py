"""Carrying a plan out: the only module that causes writes.

Each series is read again right before it is written. At the planned `before` it is written, at the
planned `after` it is already done, anywhere else it moved and is left alone.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from reconciler.bodies import claim_body, create_body, reading, update_body
from reconciler.errors import ApiError, SignInError, UnreachableError
from reconciler.plan import Change, Plan, claim_token
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
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.client import Client
    from reconciler.live import LiveSeries

BATCH = 10
FRESH = 30.0  # seconds that a reading may be old when its series is written


def execute(
    plan: Plan,
    client: Client,
    *,
    absence_proven_at: float | None = None,
    stopped: Callable[[], bool] = lambda: False,
    tell: Callable[[Outcome], None] = lambda _: None,
) -> tuple[Outcome, ...]:
    """Write what the plan says, one outcome for each change in the plan's order.

    `absence_proven_at` is when (time.monotonic) this run asked for the codes to create; None asks
    again. `stopped` is asked before each write and ends the run; `tell` hears of each end.
    """
    run = _Run(client, absence_proven_at, stopped, tell)
    ready = [change for change in plan.changes if not change.blocked]
    for change in plan.changes:
        if change.blocked:
            run.end(outcome(change, BLOCKED, "; ".join(why.message for why in change.blocked)))
    for start in range(0, len(ready), BATCH):
        run.batch(ready[start : start + BATCH])
    run.read_back({change.code: change for change in ready})
    return tuple(run.ended[change.code] for change in plan.changes)


class _Run:
    def __init__(
        self,
        client: Client,
        absence_proven_at: float | None,
        stopped: Callable[[], bool],
        tell: Callable[[Outcome], None],
    ) -> None:
        self.client, self.zone = client, client.target.zone
        self.absence_proven_at, self.stopped, self.tell = absence_proven_at, stopped, tell
        self.ended: dict[str, Outcome] = {}
        self.unsettled: set[str] = set()  # written, and the answer did not show every value
        self.dead: ApiError | None = None  # the target is out of reach: nothing more is tried

    def end(self, found: Outcome) -> None:
        self.ended[found.code] = found
        self.tell(found)

    def batch(self, changes: Sequence[Change]) -> None:
        """Read up to ten series at once, then write them one by one."""
        rows: dict[int, LiveSeries] = {}
        unread: ApiError | None = None
        read_at = time.monotonic()
        ids = [change.id for change in changes if change.id is not None]
        try:
            if ids and not self.dead and not self.stopped():
                rows = self.client.by_ids(ids)
        except ApiError as error:
            unread = error
            self.gone(error)
        for change in changes:
            if self.dead or self.stopped() or (unread and change.id is not None):
                why = self.dead or unread or "the run was interrupted"
                self.end(outcome(change, NOT_ATTEMPTED, str(why)))
                continue
            try:
                self.end(self.change(change, rows, read_at))
            except ApiError as error:
                self.gone(error)
                self.end(outcome(change, FAILED, str(error)))

    def gone(self, error: ApiError) -> None:
        """Remember an error after which no other change can do better."""
        if isinstance(error, SignInError | UnreachableError):
            self.dead = error

    def change(self, change: Change, rows: dict[int, LiveSeries], read_at: float) -> Outcome:
        """One change, from its last reading to its end. Raises what fails before the write."""
        if change.id is None:
            return self.create(change)
        if time.monotonic() - read_at > FRESH:
            rows = self.client.by_ids([change.id])
        return self.update(change, rows.get(change.id))

    def update(self, change: Change, row: LiveSeries | None) -> Outcome:
        if row is None:
            return outcome(change, MOVED, f"live has no series with id {change.id} any more")
        if moved := self.moved(change, row):
            return outcome(change, MOVED, moved)
        if not self.pending(change, row):
            return outcome(change, ALREADY_DONE)
        issued = row.counter("numIssued")
        if blocked := list(judge(change.managed, change.money, issued, self.zone)):
            return outcome(change, BLOCKED, "; ".join(why.message for why in blocked))
        return self.put(change, row, update_body(change, row, self.zone))

    def create(self, change: Change) -> Outcome:
        """Claim what an earlier run left behind, or POST once and claim it."""
        token = claim_token(change.target, change.host, change.code)
        proven_at = self.absence_proven_at
        if proven_at is None or time.monotonic() - proven_at > FRESH:
            if found := self.taken(change):
                return found
            row = self.find(token) if proven_at is None else None
            if row:
                return self.claim(change, row)
        row = None
        try:
            row = self.client.create(create_body(change, token, self.zone)).row
        except ApiError as error:
            if not error.may_have_happened:
                raise
            said = str(error)
        else:
            said = "the API answered that it created the series, and does not show it"
        row = row or self.find_quietly(token)
        if row is None:
            return outcome(change, UNKNOWN, f"{said}; the next run finds it and goes on")
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
        found = self.put(change, row, claim_body(change, row, self.zone))
        if found.status != FAILED:
            return found
        said = f"created as id {row.id} and not given its code: {found.error}"
        return found.turned(FAILED, f"{said}; the next run goes on there")

    def find(self, token: str) -> LiveSeries | None:
        """The series that a create left behind, known by its token; None when nothing shows it."""
        rows = [row for row in self.client.list_series() if row.raw.get("tag") == token]
        return next(iter(self.client.by_ids([row.id for row in rows]).values()), None)

    def find_quietly(self, token: str) -> LiveSeries | None:
        """The same, where an error means that nothing was found out."""
        try:
            return self.find(token)
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
                return ended.turned(FAILED, f"{error}; live does not show the new values")
            return ended
        if self.pending(change, answer):
            self.unsettled.add(change.code)
        return ended

    def read_back(self, changes: dict[str, Change]) -> None:
        """Read everything written again, and say field by field what is not as wanted."""
        written = [found for found in self.ended.values() if found.status == DONE]
        if not written:
            return
        try:
            rows = self.client.by_ids([found.id for found in written if found.id is not None])
        except ApiError as error:
            for found in written:
                if found.code in self.unsettled:
                    self.end(found.turned(NOT_CONVERGED, f"it could not be read back: {error}"))
            return
        for found in written:
            row = rows.get(found.id or 0)
            if row is None:
                self.end(found.turned(NOT_CONVERGED, "live does not show it any more"))
            elif wrong := self.pending(changes[found.code], row):
                self.end(found.turned(NOT_CONVERGED, "; ".join(wrong)))

    def pending(self, change: Change, row: LiveSeries) -> list[str]:
        """The managed paths at which live is not as wanted, in words."""
        eyes = reading(change, self.zone)
        said = []
        for path, (_, then) in change.managed.items():
            now = eyes.meaning(row, path, then)
            if now is not Mark.UNREADABLE and not eyes.agrees(path, now, then):
                said.append(f"{path} should be {_shown(then)} and is {_shown(now)}")
        return said

    def moved(self, change: Change, row: LiveSeries) -> str:
        """Where live is at neither the planned before nor the planned after; empty if nowhere."""
        eyes = reading(change, self.zone)
        said = []
        for path, (before, after) in change.managed.items():
            now = eyes.meaning(row, path, after)
            if now != before and not eyes.agrees(path, now, after):
                said.append(f"{path} was {_shown(before)} and is {_shown(now)}")
        for path, before in change.money.items():
            now = row.meaning(path)
            if not eyes.agrees(path, now, before):
                said.append(f"{path} was {_shown(before)} and is {_shown(now)}")
        if said:
            said.append("it was left alone; plan again")
        return "; ".join(said)


def _shown(value: object) -> str:
    return value.value if isinstance(value, Mark) else repr(value)
