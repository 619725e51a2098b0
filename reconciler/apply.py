"""Carrying a plan out, in batches: each series is read again right before it is written.

At the planned `before` it is written, at the planned `after` it is already done, anywhere else it
moved and is left alone. The writes themselves are in `writes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.absence import FRESH
from reconciler.errors import (
    ApiError,
    InterruptedRunError,
    UnexpectedAnswerError,
    UsageError,
)
from reconciler.live import LiveSeries, first_other_offset
from reconciler.plan import READ_AT_ONCE, Plan, claim_token, other_zone
from reconciler.readback import read_back
from reconciler.report import (
    BLOCKED,
    DONE,
    FAILED,
    NOT_ATTEMPTED,
    UNKNOWN,
    Outcome,
    outcome,
    refusal,
)
from reconciler.watch import NOBODY, NOTHING_SEEN, Seen, Watch
from reconciler.writes import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.change import Change
    from reconciler.client import Client


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
    with client.heeding(watch.stopped):
        return _execute(plan, client, seen, watch)


def _execute(plan: Plan, client: Client, seen: Seen, watch: Watch) -> tuple[Outcome, ...]:
    ready = [change for change in plan.changes if not change.blocked]
    run = _Run(client, seen, watch, [one.code for one in ready if one.id is None])
    for change in plan.changes:
        if change.blocked:
            run.end(outcome(change, BLOCKED, refusal(change.blocked)))
    for start in range(0, len(ready), READ_AT_ONCE):
        run.batch(ready[start : start + READ_AT_ONCE])
    changes = {change.code: change for change in ready}
    run.look_once_more(changes)

    def wrong(found: Outcome, row: LiveSeries) -> list[str]:
        change = changes[found.code]
        held = run.writer.standing(change)
        return held.pending(row) + (held.strayed(row) if change.id is not None else [])

    def unseen(found: Outcome, row: LiveSeries) -> list[str]:
        return run.writer.standing(changes[found.code]).unseen(row)

    client.stop.under_way = True
    try:
        read = list(read_back(client, run.ended, wrong, unseen))
    except InterruptedRunError as error:
        done = [one for one in run.ended.values() if one.status == DONE]
        read = [one.turned(DONE, f"it could not be read back: {error}") for one in done]
    for found in read:
        before = run.ended[found.code]
        if (found.status, found.error) == (before.status, before.error):
            run.ended[found.code] = found  # nothing new to say
        else:
            run.end(found)
    if run.bug:
        raise run.bug
    return tuple(run.ended[change.code] for change in plan.changes)


class _Run:
    def __init__(self, client: Client, seen: Seen, watch: Watch, creates: Sequence[str]) -> None:
        self.client, self.target, self.watch = client, client.target, watch
        self.writer = Writer(client, seen, watch, creates)
        self.ended: dict[str, Outcome] = {}
        self.bug: Exception | None = None  # ours: one change met it, the others go on

    def end(self, found: Outcome) -> None:
        self.ended[found.code] = found
        self.watch.tell(found)

    def batch(self, changes: Sequence[Change]) -> None:
        """Read up to ten series at once, then write them one by one."""
        rows: dict[int, LiveSeries] = {}
        unread: ApiError | InterruptedRunError | None = None
        self.client.stop.under_way = False
        self.writer.beside = [change.code for change in changes if change.id is None]
        read_at = self.watch.clock()
        ids = [change.id for change in changes if change.id is not None]
        try:
            if ids and not self.writer.dead and not self.watch.stopped():
                rows = self.client.by_ids(ids)
        except ApiError as error:
            unread = error
            self.writer.gone(error)
        except InterruptedRunError as error:
            unread = error
        self.check_zone(rows.values())
        for change in changes:
            if self.writer.dead or self.watch.stopped() or (unread and change.id is not None):
                why = self.writer.dead or unread or "the run was interrupted"
                self.end(outcome(change, NOT_ATTEMPTED, str(why)))
            else:
                self.end(self.attempt(change, rows, read_at))

    def attempt(self, change: Change, rows: dict[int, LiveSeries], read_at: float) -> Outcome:
        """One change, whatever happens on the way: what fails stops no other."""
        sent = self.client.requests.write
        self.client.stop.under_way = False
        try:
            return self.change(change, rows, read_at)
        except InterruptedRunError as error:
            return outcome(change, NOT_ATTEMPTED, str(error))
        except ApiError as error:
            self.writer.gone(error)
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
            self.writer.dead = UnexpectedAnswerError(other_zone(self.target, offset))

    def change(self, change: Change, rows: dict[int, LiveSeries], read_at: float) -> Outcome:
        """One change, from its last reading to its end. Raises what fails before the write."""
        if change.id is None:
            return self.writer.create(change)
        if self.watch.clock() - read_at > FRESH:
            read_at = self.watch.clock()
            rows = self.client.by_ids([change.id])
        return self.writer.update(change, rows.get(change.id), read_at)

    def look_once_more(self, changes: dict[str, Change]) -> None:
        """Creates whose end is unknown may show by now: go on with those that do."""
        for code, change in changes.items():
            ended = self.ended[code]
            if ended.status != UNKNOWN or change.id is not None or ended.id is not None:
                continue
            if self.writer.dead or self.watch.stopped():
                return
            self.client.stop.under_way = True
            row = self.writer.made(claim_token(change.target, change.host, code))
            if row is not None:
                self.end(self.writer.claim(change, row))
