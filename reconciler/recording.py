"""What an apply leaves in the record: an entry for each series that is as wanted, and the words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.fields import split, wire
from reconciler.obstacles import HIDING
from reconciler.record import RECORDED, Entry, Line, message
from reconciler.report import DONE
from reconciler.sideeffects import CAUSE
from reconciler.values import Mark

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from reconciler.live import LiveSeries
    from reconciler.plan import Change, Plan
    from reconciler.record import Record
    from reconciler.report import ApplyReport, Outcome


def entries(plan: Plan, report: ApplyReport, record: Record, zone: ZoneInfo) -> list[Entry]:
    """The entries that advance: only series that are done or already done."""
    changes = {change.code: change for change in plan.changes}
    return [
        _entry(plan, changes[found.code], found, found.row, record, zone)
        for found in report.outcomes
        if found.status in RECORDED and found.row is not None
    ]


def _entry(  # noqa: PLR0913, PLR0917 - an entry is made of all of this
    plan: Plan,
    change: Change,
    found: Outcome,
    row: LiveSeries,
    record: Record,
    zone: ZoneInfo,
) -> Entry:
    before = record.entries.get(change.code)
    stamp = row.meaning("lastUsed")
    ours = found.status == DONE and not found.foreign
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
        made=change.made_here or (before is not None and before.made),
        last_used=stamp if ours and isinstance(stamp, str) else None,
        shown=tuple(field.name for field in HIDING if row.raw.get(field.name)),
    )


def _wire(path: str, value: Any, then: Any, row: LiveSeries, zone: ZoneInfo) -> Any:  # noqa: ANN401 - any JSON
    """A managed value in the API's form: as the file has it, else as live shows it."""
    if value is not Mark.ABSENT:
        return wire(path, value, zone)
    shown = row.value(path)
    field, _ = split(path)
    if shown is Mark.ABSENT or (shown is None and not field.nullable):
        return then
    return shown


def audit(plan: Plan, report: ApplyReport) -> str:
    """The words of the record's commit: what was done to which series, by which plan."""
    changes = {change.code: change for change in plan.changes}
    lines = [
        Line(
            found.action,
            found.code,
            found.id,
            found.status,
            [(one.path, one.before, one.after) for one in changes[found.code].fields],
        )
        for found in report.outcomes
    ]
    return message(plan.target, plan.digest, plan.commit, lines, report.result)
