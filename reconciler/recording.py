"""What an apply leaves in the record: an entry for each series that is as wanted, and the words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.diff import Base
from reconciler.fields import HIDING, split, wire
from reconciler.obstacles import is_set
from reconciler.record import RECORDED, Entry, Line, message
from reconciler.report import DONE
from reconciler.sideeffects import CAUSE
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from reconciler.change import Change
    from reconciler.live import LiveSeries
    from reconciler.plan import Plan
    from reconciler.record import Record
    from reconciler.report import ApplyReport, Outcome


@dataclass(frozen=True, slots=True)
class News:
    """What the record is to learn from an apply: entries of what was done, and of what was as
    wanted before.
    """

    done: Sequence[Entry]
    kept: Sequence[Entry]

    @property
    def entries(self) -> list[Entry]:
        """All of them."""
        return [*self.done, *self.kept]


def news(plan: Plan, report: ApplyReport, record: Record, zone: ZoneInfo) -> News:
    """The entries that advance: only series that are done or already done, and those that needed
    no change, where the record does not say so yet.
    """
    changes = {change.code: change for change in plan.changes}
    done = [
        _entry(plan, changes[found.code], found.row, record, zone, _wrote_last(found))
        for found in report.outcomes
        if found.status in RECORDED and found.row is not None
    ]
    kept = [_entry(plan, change, row, record, zone) for change, row in plan.settled]
    known = record.entries
    return News(done, [one for one in kept if _is_news(one, known.get(one.code), zone)])


def _wrote_last(found: Outcome) -> bool:
    """Whether the last write of a series was ours."""
    return found.status == DONE and not found.foreign


def _is_news(entry: Entry, before: Entry | None, zone: ZoneInfo) -> bool:
    """Whether an entry says something else than the one before."""
    if before is None or (before.id, before.managed.keys()) != (entry.id, entry.managed.keys()):
        return True
    was, now = Base(before.managed, zone), Base(entry.managed, zone)
    return any(was.meaning(path) != now.meaning(path) for path in entry.managed)


def _entry(  # noqa: PLR0913, PLR0917 - an entry is made of all of this
    plan: Plan,
    change: Change,
    row: LiveSeries,
    record: Record,
    zone: ZoneInfo,
    ours: bool = False,  # noqa: FBT001, FBT002 - the last write was
) -> Entry:
    before = record.entries.get(change.code)
    before = before if before and before.id == row.id else None
    stamp = row.meaning("lastUsed")
    ours = ours or (before is not None and before.last_used == stamp)
    named = {field.path: field.after for field in change.fields if field.cause != CAUSE}
    return Entry(
        code=change.code,
        id=row.id,
        managed={
            path: _wire(path, (change.sent | named).get(path, Mark.ABSENT), then, row, zone)
            for path, (_, then) in change.managed.items()
        },
        commit=plan.commit,
        digest=change.digest,
        made=change.made_here or (before is not None and before.made and _knows(change, before)),
        last_used=stamp if ours and isinstance(stamp, str) else None,
        shown=tuple(
            field.name
            for field in HIDING
            if row.raw.get(field.name) or (before and field.name in before.shown)
        ),
    )


def _knows(change: Change, before: Entry) -> bool:
    """Whether an entry will still say all that this tool has set of what live may hide."""
    left_out = before.managed.keys() - change.managed.keys()
    return not any(split(path)[0].hides and is_set(before.managed[path]) for path in left_out)


def _wire(path: str, value: Any, then: Any, row: LiveSeries, zone: ZoneInfo) -> Any:  # noqa: ANN401 - any JSON
    """A managed value in the API's form: as the file has it, else as live shows it."""
    if value is not Mark.ABSENT:
        return wire(path, value, zone)
    shown = row.value(path)
    field, _ = split(path)
    if shown is Mark.ABSENT or (shown is None and not field.nullable):
        return then
    return shown


def audit(plan: Plan, report: ApplyReport, found: News) -> str:
    """The words of the record's commit: what was done to which series, by which plan."""
    changes = {change.code: change for change in plan.changes}
    lines = [
        Line(
            one.action,
            one.code,
            one.id,
            one.status,
            [(field.path, field.before, field.after) for field in changes[one.code].fields],
        )
        for one in report.outcomes
    ]
    return message(plan.target, plan.digest, plan.commit, lines, report.result, kept=found.kept)
