"""The plan as JSON, and back: a file is checked on its own and judged again (design, section 5)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler.coherence import follows
from reconciler.diff import FieldChange, not_compared
from reconciler.errors import RefusedError
from reconciler.lifecycle import Lifecycle
from reconciler.plan import Change, Plan, encode
from reconciler.reason import Blocked
from reconciler.text import visible
from reconciler.values import Mark, cut, parse_instant, stamp

if TYPE_CHECKING:
    from reconciler.config import Target
    from reconciler.values import Canonical

FORMAT = "reconciler/plan/1"
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


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as the design prints it. Equal plans give equal JSON but for `created_at`."""
    return {
        "format": FORMAT,
        "tool": plan.tool,
        "target": plan.target,
        "host": plan.host,
        "created_at": plan.created_at,
        "commit": plan.commit,
        "base": plan.base,
        "against": None,
        "digest": plan.digest,
        "summary": {
            **{action: plan.count(action) for action in ("create", "adopt", "update")},
            "unchanged": plan.unchanged,
            "blocked": len(plan.blocked),
            "drifted": plan.drifted,
            "unmanaged": len(plan.unmanaged),
            "fields_compared": plan.fields_compared,
        },
        "changes": [_change(change) for change in plan.changes],
        "without_change": [],
        "unmanaged": [{"id": row_id, "seriesCode": code} for row_id, code in plan.unmanaged],
        "warnings": list(plan.warnings),
        "requests": {"read": plan.reads, "write": plan.writes},
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "seriesCode": change.code,
        "id": change.id,
        "file": change.file,
        "line": change.line,
        "owned": None,
        "fields": [
            {
                "path": field.path,
                "before": field.before,
                "after": field.after,
                "cause": field.cause,
                "line": field.line,
            }
            for field in change.fields
        ],
        "managed": {
            path: [encode(now), encode(then)] for path, (now, then) in change.managed.items()
        },
        "sent": change.sent,
        "money": {path: encode(now) for path, now in change.money.items()},
        "lifecycle": change.lifecycle.as_json(),
        "shown": list(change.shown),
        "vouched": change.vouched,
        "issued": change.issued,
        "redeemed": change.redeemed,
        **{
            key: [{"rule": why.rule, "message": why.message} for why in found]
            for key, found in (
                ("seen", change.seen),
                ("blocked", change.blocked),
                ("allowed", change.allowed),
            )
        },
        "warnings": list(change.warnings),
        "digest": change.digest,
    }


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


_Cause = Literal["pending", "drift", "conflict", "side effect"]
_Id = Annotated[int, Field(gt=0, lt=2**63)]
_Commit = Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]


class _Field(_Row):
    path: str
    before: Any
    after: Any
    cause: _Cause | None
    line: int


class _Blocked(_Row):
    rule: str
    message: str


class _Change(_Row):
    action: Literal["create", "adopt", "update"]
    seriesCode: str
    id: _Id | None
    file: str
    line: int
    owned: bool | None
    fields: list[_Field]
    managed: dict[str, Annotated[list[Any], Field(min_length=2, max_length=2)]]
    sent: dict[str, Any]
    money: dict[str, Any]
    lifecycle: dict[str, Any]
    shown: list[str]
    vouched: str | None
    issued: int
    redeemed: int
    seen: list[_Blocked]
    blocked: list[_Blocked]
    allowed: list[_Blocked]
    warnings: list[str]
    digest: str


class _Unmanaged(_Row):
    id: int
    seriesCode: str


class _Plan(_Row):
    format: Literal["reconciler/plan/1"]
    tool: str
    target: str
    host: str
    created_at: str
    commit: _Commit | None
    base: _Commit | None
    against: str | None
    digest: str
    summary: dict[str, int]
    changes: list[_Change]
    without_change: list[Any]
    unmanaged: list[_Unmanaged]
    warnings: list[str]
    requests: dict[str, int]


def from_json(text: str, target: Target, now: datetime | None = None) -> Plan:
    """Read a plan back. Raise RefusedError for another target or format, and for any edit of what
    a digest covers. Whether a change is blocked at `now` is not taken from the file but judged
    again.
    """
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
        read = _Plan.model_validate(raw)
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
    changes = [_judged(row, target, made_at, now or datetime.now(UTC)) for row in read.changes]
    plan = Plan(
        target=read.target,
        host=read.host,
        changes=tuple(changes),
        unchanged=read.summary.get("unchanged", 0),
        fields_compared=read.summary.get("fields_compared", 0),
        unmanaged=tuple((row.id, row.seriesCode) for row in read.unmanaged),
        warnings=tuple(read.warnings),
        reads=read.requests.get("read", 0),
        created_at=read.created_at,
        commit=read.commit,
        base=read.base,
        tool=read.tool,
    )
    codes = [change.code for change in changes]
    if plan.digest != read.digest or len(set(codes)) != len(codes):
        raise RefusedError(f"the plan was edited: its digest does not fit; {_AGAIN}")
    return plan


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _judged(row: _Change, target: Target, made_at: datetime, now: datetime) -> Change:
    """One change with what blocks it at `now`. Raise RefusedError for one that was edited."""
    code = visible(row.seriesCode)
    try:
        change = _read_change(row, target, made_at)
        if change is not None:
            return change.judged(target.zone, now)
    except _NONSENSE:
        raise RefusedError(f"the plan is damaged at {code}; {_AGAIN}") from None
    raise RefusedError(f"the plan was edited: {code} does not fit its digest; {_AGAIN}")


def _decode(value: Any) -> Canonical:  # noqa: ANN401 - any JSON
    for mark in Mark:
        if value == {mark.value: True}:
            return mark
    return value  # type: ignore[no-any-return] # JSON is what a canonical value is


def _read_change(row: _Change, target: Target, made_at: datetime) -> Change | None:
    """One change; None when something inside its digest was edited."""
    try:
        lifecycle = Lifecycle.from_json(row.lifecycle)
    except ValueError:
        return None
    managed = {path: (_decode(now), _decode(then)) for path, (now, then) in row.managed.items()}
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
        issued=row.issued,
        redeemed=row.redeemed,
        seen=tuple(Blocked(why.rule, why.message) for why in row.seen),
        warnings=(*unseen, *(said for said in row.warnings if said not in unseen)),
        target=target.name,
        host=target.host,
    )
    sound = change.digest == row.digest and follows(change, target, made_at)
    return change if sound else None
