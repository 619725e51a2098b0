"""The plan as JSON, and back: a file is checked on its own and judged again (design, section 5)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler.diff import FieldChange, differs
from reconciler.errors import RefusedError
from reconciler.fields import FIELDS, canonical, wanted
from reconciler.plan import Change, Plan, encode
from reconciler.risk import Blocked, judge
from reconciler.values import Mark

if TYPE_CHECKING:
    from reconciler.config import Target
    from reconciler.values import Canonical

FORMAT = "reconciler/plan/1"
_AGAIN = "make a new one with `reconciler plan --out FILE`"


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as the design prints it. Equal plans give equal JSON but for `created_at`."""
    return {
        "format": FORMAT,
        "tool": plan.tool,
        "target": plan.target,
        "host": plan.host,
        "created_at": plan.created_at,
        "commit": plan.commit,
        "base": None,
        "against": None,
        "digest": plan.digest,
        "summary": {
            **{action: plan.count(action) for action in ("create", "adopt", "update")},
            "unchanged": plan.unchanged,
            "blocked": len(plan.blocked),
            "drifted": 0,
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
                "before": encode(field.before),
                "after": field.after,
                "cause": field.cause,
                "line": field.line,
            }
            for field in change.fields
        ],
        "managed": {
            path: [encode(now), encode(then)] for path, (now, then) in change.managed.items()
        },
        "money": {path: encode(now) for path, now in change.money.items()},
        "lifecycle": {},
        "issued": change.issued,
        "redeemed": change.redeemed,
        "blocked": [{"rule": why.rule, "message": why.message} for why in change.blocked],
        "warnings": list(change.warnings),
        "digest": change.digest,
    }


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Field(_Row):
    path: str
    before: Any
    after: Any
    cause: str | None
    line: int


class _Blocked(_Row):
    rule: str
    message: str


class _Change(_Row):
    action: Literal["create", "adopt", "update"]
    seriesCode: str
    id: int | None
    file: str
    line: int
    owned: bool | None
    fields: list[_Field]
    managed: dict[str, Annotated[list[Any], Field(min_length=2, max_length=2)]]
    money: dict[str, Any]
    lifecycle: dict[str, Any]
    issued: int
    redeemed: int
    blocked: list[_Blocked]
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
    commit: str | None
    base: str | None
    against: str | None
    digest: str
    summary: dict[str, int]
    changes: list[_Change]
    without_change: list[Any]
    unmanaged: list[_Unmanaged]
    warnings: list[str]
    requests: dict[str, int]


def from_json(text: str, target: Target) -> Plan:
    """Read a plan back. Raise RefusedError for another target or format, and for any edit of what
    a digest covers. Whether a change is blocked is not taken from the file but judged again.
    """
    try:
        raw = json.loads(text)
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
    changes = tuple(_read_change(row, target) for row in read.changes)
    plan = Plan(
        target=read.target,
        host=read.host,
        changes=changes,
        unchanged=read.summary.get("unchanged", 0),
        fields_compared=read.summary.get("fields_compared", 0),
        unmanaged=tuple((row.id, row.seriesCode) for row in read.unmanaged),
        warnings=tuple(read.warnings),
        reads=read.requests.get("read", 0),
        created_at=read.created_at,
        commit=read.commit,
        tool=read.tool,
    )
    codes = [change.code for change in changes]
    if plan.digest != read.digest or len(set(codes)) != len(codes):
        raise RefusedError(f"the plan was edited: its digest does not fit; {_AGAIN}")
    return plan


def _decode(value: Any) -> Canonical:  # noqa: ANN401 - any JSON
    for mark in Mark:
        if value == {mark.value: True}:
            return mark
    return value  # type: ignore[no-any-return] # JSON is what a canonical value is


def _read_change(row: _Change, target: Target) -> Change:
    managed = {path: (_decode(now), _decode(then)) for path, (now, then) in row.managed.items()}
    money = {path: _decode(now) for path, now in row.money.items()}
    fields = tuple(
        FieldChange(field.path, _decode(field.before), field.after, field.line, field.cause)
        for field in row.fields
    )
    blocked = [Blocked(why.rule, why.message) for why in row.blocked if why.rule in _SEEN_LIVE]
    if row.action != "create":
        blocked += judge(managed, money, row.issued, target.zone)
    change = Change(
        action=row.action,
        code=row.seriesCode,
        id=row.id,
        file=row.file,
        line=row.line,
        fields=fields,
        managed=managed,
        money=money,
        issued=row.issued,
        redeemed=row.redeemed,
        blocked=tuple(blocked),
        warnings=tuple(row.warnings),
        target=target.name,
        host=target.host,
    )
    if change.digest != row.digest or not _follows(change, target):
        raise RefusedError(
            f"the plan was edited: {row.seriesCode} does not fit its digest; {_AGAIN}"
        )
    return change


# Rules that live alone shows: they cannot be judged again from the change.
_SEEN_LIVE = frozenset({"lookalike", "duplicate-live"})


def _follows(change: Change, target: Target) -> bool:
    """Whether the fields are those that `managed` says differ, with values that mean the same."""
    if any(path.partition(".")[0] not in FIELDS for path in change.managed):
        return False
    needed = {"seriesCode", "expiryStrategyType"} <= set(change.managed)
    differing = [path for path, (now, then) in change.managed.items() if differs(now, then)]
    stated = [field.path for field in change.fields]
    return (
        needed
        and change.managed["seriesCode"][1] == change.code
        and sorted(differing) == sorted(stated)
        and (change.id is None) == (change.action == "create")
        and all(_means(field, change.managed[field.path], target) for field in change.fields)
    )


def _means(field: FieldChange, pair: tuple[Canonical, Canonical], target: Target) -> bool:
    """Whether a field's printed values are the canonical ones of `managed`."""
    now, then = pair
    try:
        meant = {
            json.dumps(encode(value)) for value in wanted(field.path, field.after, target.zone)
        }
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return False
    one_is_default = field.path == "expiryStrategyValue" and then == 1
    if json.dumps(encode(then)) not in meant and not (one_is_default and meant == {"-1"}):
        return False
    if isinstance(field.before, Mark) or isinstance(now, Mark):
        return isinstance(field.before, Mark)
    return canonical(field.path, field.before) in (now, -1 if now == 1 else now)
