"""A plan read back: a file is checked on its own, and judged again (design, section 5)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from reconciler.change import Aside, Change
from reconciler.coherence import follows
from reconciler.diff import FieldChange, not_compared
from reconciler.errors import RefusedError
from reconciler.exposure import Counters, Exposure
from reconciler.lifecycle import Lifecycle
from reconciler.plan import Plan
from reconciler.planmodel import FORMAT, AsideRow, ChangeRow, PlanRow, ReasonRow
from reconciler.reason import Blocked
from reconciler.text import visible
from reconciler.values import Mark, cut, parse_instant, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.config import Target
    from reconciler.values import Canonical

_AGAIN = "make a new one with `reconciler plan --out FILE`"
# What comes of values that no plan has, before anything has told so.
_NONSENSE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def from_json(text: str, target: Target, now: datetime | None = None) -> Plan:
    """Read a plan back. Raise RefusedError for another target or format, and for any edit of what
    a digest covers. Whether a change is blocked at `now` is not taken from the file but judged
    again.
    """
    read, made_at = _checked(text, target)
    moment = now or datetime.now(UTC)
    changes = [_judged(row, target, made_at, moment) for row in read.changes]
    plan = Plan(
        target=read.target,
        host=read.host,
        changes=tuple(changes),
        unchanged=read.summary.unchanged,
        fields_compared=read.summary.fields_compared,
        unmanaged=tuple((row.id, row.seriesCode) for row in read.unmanaged),
        warnings=tuple(read.warnings),
        reads=read.requests.read,
        created_at=read.created_at,
        zone=read.timezone,
        commit=read.commit,
        base=read.base,
        against=read.against,
        asides=tuple(read_aside(row) for row in read.without_change),
        managed=read.summary.managed,
        tool=read.tool,
    )
    codes = [change.code for change in changes]
    if plan.digest != read.digest or len(set(codes)) != len(codes):
        raise RefusedError(f"the plan was edited: its digest does not fit; {_AGAIN}")
    return plan.guarded(target.guardrails, moment.astimezone(target.zone).date())


def _checked(text: str, target: Target) -> tuple[PlanRow, datetime]:
    """What a file holds, and when the plan was made, where it is one for the target."""
    try:
        raw = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise RefusedError(f"this is not a plan: it is not JSON; {_AGAIN}") from None
    found = raw.get("format") if isinstance(raw, dict) else None
    if found != FORMAT:
        raise RefusedError(
            f"this is not a plan that fits: its format is {found!r}, not {FORMAT!r}; {_AGAIN}"
        )
    try:
        read = PlanRow.model_validate(raw)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise RefusedError(f"the plan is damaged at {where}; {_AGAIN}") from None
    if (read.target, read.host) != (target.name, target.host):
        raise RefusedError(
            f"the plan is for the target {read.target} on {read.host}, and this is {target.name}"
            f" on {target.host}; name the target with --target, or {_AGAIN}"
        )
    try:
        made_at = parse_instant(read.created_at).astimezone(UTC)
        stamp(cut(made_at, target.zone))  # what the server makes of a start that nobody sends
    except (ValueError, OverflowError):
        raise RefusedError(f"the plan is damaged at created_at; {_AGAIN}") from None
    if read.timezone != target.zone.key:
        raise RefusedError(
            f"the plan cuts dates in {read.timezone}, and the timezone of {target.name} is"
            f" {target.zone.key} by now; {_AGAIN}"
        )
    return read, made_at


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _judged(row: ChangeRow, target: Target, made_at: datetime, now: datetime) -> Change:
    """One change with what blocks it at `now`. Raise RefusedError for one that was edited."""
    code = visible(row.seriesCode)
    try:
        change = _read_change(row, target, made_at)
        if change is not None:
            return change.judged(target.zone, now, target.guardrails)
    except _NONSENSE:
        raise RefusedError(f"the plan is damaged at {code}; {_AGAIN}") from None
    raise RefusedError(f"the plan was edited: {code} does not fit its digest; {_AGAIN}")


def _decode(value: Any) -> Canonical:  # noqa: ANN401 - any JSON
    for mark in Mark:
        if value == {mark.value: True}:
            return mark
    return value  # type: ignore[no-any-return] # JSON is what a canonical value is


def _read_change(row: ChangeRow, target: Target, made_at: datetime) -> Change | None:
    """One change; None when something inside its digest was edited."""
    try:
        lifecycle = Lifecycle.from_json(row.lifecycle)
    except ValueError:
        return None
    managed = {path: (_decode(now), _decode(then)) for path, (now, then) in row.managed.items()}
    others = row.warnings[: max(0, len(row.warnings) - len(row.warned))]  # those are judged again
    unseen = not_compared(row.seriesCode, managed)  # never left out: it is what a write hides
    change = Change(
        action=row.action,
        code=row.seriesCode,
        id=row.id,
        file=row.file,
        line=row.line,
        fields=tuple(
            FieldChange(field.path, field.before, field.after, field.line, field.cause)
            for field in row.fields
        ),
        managed=managed,
        sent=row.sent,
        money={path: _decode(now) for path, now in row.money.items()},
        lifecycle=lifecycle,
        shown=tuple(row.shown),
        vouched=row.vouched,
        counters=Counters(row.issued, row.redeemed, row.uploaded),
        seen=_read_reasons(row.seen),
        warnings=(*unseen, *(said for said in others if said not in unseen)),
        owned=row.owned,
        given=_read_given(row.allowed),
        target=target.name,
        host=target.host,
    )
    sound = change.digest == row.digest and follows(change, target, made_at)
    return change if sound else None


def read_aside(row: AsideRow) -> Aside:
    """What stands without a change: nothing of it is ever written, and so it is as it says."""
    return Aside(
        kind=row.kind,
        code=row.seriesCode,
        file=row.file,
        line=row.line,
        path=row.path,
        before=row.before,
        after=row.after,
        effect=row.effect,
        exposure=Exposure(row.exposure.before, row.exposure.after),
        blocked=_read_reasons(row.blocked),
        warned=_read_reasons(row.warned),
        allowed=_read_reasons(row.allowed),
        given=_read_given(row.allowed),
    )


def _read_given(rows: Iterable[ReasonRow]) -> dict[str, str]:
    return {why.rule: why.by for why in rows if why.by}


def _read_reasons(rows: Iterable[ReasonRow]) -> tuple[Blocked, ...]:
    return tuple(Blocked(why.rule, why.message) for why in rows)
