"""What the tests of plan and apply share: what MINIMAL looks like live, and plans with a record."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconciler.apply import execute
from reconciler.planning import make_plan
from reconciler.record import EMPTY, Record
from reconciler.recording import news
from reconciler.report import ApplyReport
from reconciler.snapshot import take
from reconciler.watch import NOTHING_SEEN, Seen, Watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.change import Change
    from reconciler.client import Client
    from reconciler.declared import Desired
    from reconciler.plan import Plan
    from reconciler.report import Outcome

NOW = "2026-01-01T00:00:00Z"
LIVE: dict[str, Any] = {
    "seriesCode": "APRIL100",
    "description": "April 100",
    "discountCode": "XYZ12345",
    "discountType": "ABS",
    "discountValue": 500,
    "validTillDate": "2035-06-12T00:00:00Z",
    "redemptionValidFrom": "2026-01-01T00:00:00Z",
    "expiryStrategyType": "SERIES_EXPIRY",
    "clientHandlingType": "DISC_CODE",
    "anyUser": False,
    "smsTemplate": "Hi {{first_name}}",
    "tag": "as the UI wrote it",
}


def plan_of(
    client: Client, files: Mapping[str, Desired], record: Record = EMPTY, at: str = NOW
) -> Plan:
    """A plan that knows a record, made at a moment; it also keeps what needs no change."""
    return make_plan(
        client.target,
        files,
        take(client, files, files.keys(), record),
        reads=client.requests.read,
        created_at=at,
        commit="c" * 40,
        tool="test",
        record=record,
        recording=True,
    )


def change_of(
    client: Client, files: Mapping[str, Desired], record: Record = EMPTY, at: str = NOW
) -> Change:
    """The only change of such a plan."""
    (change,) = plan_of(client, files, record, at).changes
    return change


def carried_out(
    plan: Plan, client: Client, at: str = NOW, seen: Seen = NOTHING_SEEN
) -> dict[str, str]:
    """Apply a plan at a moment; how each change ended, by code."""
    return {one.code: one.status for one in outcomes(plan, client, at, seen)}


def outcomes(
    plan: Plan, client: Client, at: str = NOW, seen: Seen = NOTHING_SEEN
) -> tuple[Outcome, ...]:
    return execute(plan, client, seen, Watch(today=lambda: datetime.fromisoformat(at)))


def recorded(
    plan: Plan, ended: Sequence[Outcome], client: Client, record: Record = EMPTY
) -> Record:
    """The record after an apply, as `apply --record` leaves it."""
    report = ApplyReport(plan.digest, tuple(ended), {})
    learnt = news(plan, report, record, client.target.zone).entries
    return Record({**record.entries, **{one.code: one for one in learnt}}, "d" * 40)


def settled(client: Client, files: Mapping[str, Desired], record: Record = EMPTY) -> Record:
    """Plan, apply and record; the record after it."""
    plan = plan_of(client, files, record)
    return recorded(plan, outcomes(plan, client), client, record)


def rules(change: Change) -> list[str]:
    """What blocks a change."""
    return [why.rule for why in change.blocked]


def moves(change: Change) -> dict[str, tuple[Any, Any, str | None]]:
    """What a change says it moves: before, after and cause, by path."""
    return {one.path: (one.before, one.after, one.cause) for one in change.fields}
