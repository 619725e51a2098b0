"""What holds after any apply, judged from behind the wire: rows and requests, never the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.fields import FIELDS, split
from reconciler.kinds import Kind
from reconciler.live import read_series
from reconciler.plan import claim_token
from reconciler.sideeffects import CAUSE
from reconciler.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from reconciler.change import Change
    from reconciler.config import Target
    from reconciler.plan import Plan
    from reconciler.report import Outcome
    from reconciler.sandbox import Request

Rows = dict[int, dict[str, Any]]
WANTED = {"done", "already done"}
UNTOUCHED = {"moved", "blocked", "already done", "not attempted", "failed"}
# What every PUT writes anew, or what follows from a field that it cuts (API page, section 5).
_STAMPS = {"lastUsed", "dvsExpiryDate", "numTotal", "fixedExpiryDate", "validTillDateTime"}
_PLAIN = {Kind.TEXT, Kind.CHOICE, Kind.BOOLEAN, Kind.NUMBER}


@dataclass(frozen=True)
class Run:
    """One apply: all rows when free codes were looked for, before it and after it, what reached the
    server, and what was said of each series. Of a run that was killed `ended` holds what it said
    until then.
    """

    plan: Plan
    target: Target
    looked: Rows
    before: Rows
    after: Rows
    requests: Sequence[Request]
    ended: Mapping[str, Outcome]
    now: datetime


def check(run: Run) -> None:
    """Assert all of it."""
    _posted_once_and_only_what_was_absent(run)
    _nothing_else_is_touched(run)
    free = [change.id for change in run.plan.changes if change.id and not change.blocked]
    assert sorted(set(free)) == sorted(free), "two changes of one series"
    for change in run.plan.changes:
        if change.id in run.before and not (change.blocked and change.id in free):
            _only_what_was_planned_has_moved(run, change)
        _what_is_said_is_true(run, change)


def _posted_once_and_only_what_was_absent(run: Run) -> None:
    codes = {_token(run.target, change.code): change.code for change in run.plan.changes}
    made: dict[int, str] = {}
    for call in run.requests:
        if call.method == "POST" and call.made is not None:
            made[call.made] = codes[call.body["CouponSeriesV2"]["tag"]]
    assert sorted(set(made.values())) == sorted(made.values()), "two POSTs for one code"
    assert run.after.keys() - run.before.keys() == made.keys()
    for code in made.values():
        there = [row for row in run.looked.values() if row["seriesCode"] == code]
        left = orphans(run.looked, run.target, code, {code})
        assert [] == there + left, f"{code} was there already"


def _nothing_else_is_touched(run: Run) -> None:
    planned = {change.id for change in run.plan.changes if not change.blocked}
    claimed = {found.id for found in run.ended.values() if found.action == "create"}
    tokens = {_token(run.target, change.code) for change in run.plan.changes}
    for series_id, row in run.before.items():
        if series_id not in planned | claimed and row["tag"] not in tokens:
            assert row == run.after[series_id]


def _only_what_was_planned_has_moved(run: Run, change: Change) -> None:
    old, new = run.before[change.id or 0], run.after[change.id or 0]
    found = run.ended.get(change.code)
    kept = change.lifecycle.protect and not change.made_here
    if change.blocked or kept or (found and found.status in UNTOUCHED):
        assert old == new, found
    if old != new:
        _was_where_the_plan_had_it(change, old)
    ignored = () if change.made_here else change.lifecycle.ignore_changes
    named = change.managed.keys() - set(ignored)
    for key in (old.keys() | new.keys()) - named - _STAMPS:
        parts = {path.partition(".")[2] for path in named if path.startswith(f"{key}.")}
        if key == "redemptionRange" and parts:
            continue  # a string that is written as a whole
        was, now = _without(old.get(key), parts), _without(new.get(key), parts)
        if key == "redemptionValidFrom":
            was, now = was[:10], now[:10]  # any PUT cuts it
        assert was == now, f"{change.code}: {key} was {was!r}, nobody names it, and it is {now!r}"


def _was_where_the_plan_had_it(change: Change, old: dict[str, Any]) -> None:
    """What is plain to compare, of all that a plan is held to, the money that no file names too."""
    planned = {path: (now, now) for path, now in change.money.items()} | dict(change.managed)
    for path, pair in planned.items():
        field, key = split(path)
        if field.kind in _PLAIN | {Kind.LIMIT} and key is None and path in old:
            either_way = path == "expiryStrategyValue" and old[path] in {1, -1}
            assert old[path] in pair or either_way, f"{change.code}: {path} had moved"


def _without(value: Any, parts: Collection[str]) -> Any:  # noqa: ANN401 - any JSON
    """A value less the keys that a file names; what is empty is as good as absent."""
    if isinstance(value, dict):
        value = {key: part for key, part in value.items() if key not in parts}
    return value or None if isinstance(value, dict | list) else value


def _what_is_said_is_true(run: Run, change: Change) -> None:
    found = run.ended.get(change.code)
    if found is None or found.status not in WANTED:
        return
    row = run.after[found.id or 0]
    shown = frozenset(field.name for field in FIELDS.values() if field.hides)
    held = Standing(change, change.eyes(run.target.zone, shown), run.now)
    assert [] == held.pending(read_series(row)), found
    for one in change.fields:  # and once more without any code of ours
        field, key = split(one.path)
        if one.cause != CAUSE and field.kind in _PLAIN and key is None:
            assert one.after == row.get(one.path) or one.after in {-1, ""}, (found, one.path)
    assert change.code == row["seriesCode"]
    assert change.id or row["tag"] != _token(run.target, change.code)


def orphans(rows: Rows, target: Target, code: str, wanted: Collection[str]) -> list[dict[str, Any]]:
    """The series that bear a code's claim token and none of the wanted codes."""
    token = _token(target, code)
    return [row for row in rows.values() if row["tag"] == token and row["seriesCode"] not in wanted]


def _token(target: Target, code: str) -> str:
    return claim_token(target.name, target.host, code)
