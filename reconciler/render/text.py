"""The plan and the apply for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.diff import recorded
from reconciler.fields import split
from reconciler.kinds import Kind
from reconciler.render.words import is_cut, many, members, shown, shown_pair
from reconciler.sideeffects import CAUSE
from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.change import Change
    from reconciler.diff import FieldChange
    from reconciler.plan import Plan
    from reconciler.render.ink import Ink
    from reconciler.report import ApplyReport, Outcome

_SIGNS = {"create": ("+", "green"), "update": ("~", "yellow"), "adopt": ("@", "cyan")}
_ENDS = {
    "done": ("✓", "green"),
    "already done": ("=", "green"),
    "blocked": ("!", "red"),
    "not attempted": ("-", "yellow"),
}


def plan_text(plan: Plan, ink: Ink, per_minute: int | None = None) -> str:
    """What would change, from what to what, in which file and line; the unchanged are counted.

    `per_minute` is how many requests the target takes; None for any number.
    """
    where = f" on {visible(plan.host)}" if plan.host != plan.target else ""
    lines = [f"Plan for {visible(plan.target)}{where}", ""]
    for change in plan.changes:
        lines += [*_change(change, ink), ""]
    for warning in plan.warnings:
        lines.append(f"{ink('warning', 'yellow')}: {visible(warning)}")
    if plan.warnings:
        lines.append("")
    return "\n".join([*lines, summary(plan, per_minute)])


def summary(plan: Plan, per_minute: int | None = None) -> str:
    """The counts, in one or two lines."""
    kept = f"{plan.unchanged:,} unchanged ({many(plan.fields_compared, 'field')} compared)"
    if plan.unmanaged:
        kept += f", {len(plan.unmanaged):,} live in no file"
    if not plan.changes:
        return f"No changes. {kept}."
    wanted = [
        f"{plan.count(action):,} to {action}"
        for action in ("create", "adopt", "update")
        if plan.count(action)
    ]
    if plan.blocked:
        wanted.append(f"{len(plan.blocked):,} blocked")
    calls = f"Applying it takes {many(plan.writes, 'write')}{_reads(plan, per_minute)}."
    return f"{', '.join(wanted)}; {kept}.\n{calls} Plan digest: {plan.digest}"


def _reads(plan: Plan, per_minute: int | None) -> str:
    """The reads that go with the writes, and how long the limit makes it all."""
    if not plan.writes:
        return ""
    calls = plan.writes + plan.more_reads
    said = f" and {many(plan.more_reads, 'read')}"
    minutes = -(-calls // per_minute) - 1 if per_minute else 0  # the first minute's start at once
    if minutes > 0:
        said += f", about {many(minutes, 'minute')} at {per_minute:,} requests a minute"
    return said


def _change(change: Change, ink: Ink) -> Iterator[str]:
    sign, colour = _SIGNS[change.action]
    number = f" (id {change.id})" if change.id is not None else ""
    if change.action == "adopt":
        number = f" (id {change.id}, {change.counters.issued:,} issued, {change.counters.redeemed:,} redeemed)"
    place = ink(visible(f"{change.file}:{change.line}"), "dim")
    action = ink(f"{sign} {change.action}", colour)
    yield f"{action} {ink(visible(change.code), 'bold')}{number}  {place}"
    width = max((len(visible(field.path)) for field in change.fields), default=0)
    for field in change.fields:
        yield from _field(change, field, width, ink)
    for why in change.blocked:
        yield f"    {ink(f'! blocked [{why.rule}]', 'red')} {visible(why.message)}"
    for why in change.allowed:
        yield f"    {ink(f'allowed [{why.rule}]', 'yellow')} {visible(why.message)}"
    for warning in change.warnings:
        yield f"    {ink('warning', 'yellow')}: {visible(warning)}"


def _field(change: Change, field: FieldChange, width: int, ink: Ink) -> Iterator[str]:
    name = visible(field.path).ljust(width)
    cause = f"  {ink(visible(field.cause), 'dim')}" if field.cause else ""
    if field.cause == CAUSE:
        before, after = shown_pair(field.before, field.after)
        yield f"    {ink('~', 'yellow')} {name}  {before} → {after}{cause}"
        return
    now, then = change.managed[field.path]
    applied = recorded(now)
    if change.action == "create":
        value = shown(field.after) + _kept(change, field)
        yield f"    {ink('+', 'green')} {name}  {value}  {ink(f'line {field.line}', 'dim')}"
    else:
        before, after = shown_pair(field.before, field.after)
        value = f"{before} → {after}{_kept(change, field)}"
        place = ink(visible(f"{change.file}:{field.line}"), "dim")
        yield f"    {ink('~', 'yellow')} {name}  {value}  {place}{cause}"
    if isinstance(now, list) or is_cut(field.after):
        for sign, member in members(field.path, now if applied is None else applied, then):
            yield f"        {ink(sign, 'green' if sign == '+' else 'red')} {member}"


def _kept(change: Change, field: FieldChange) -> str:
    """What the server keeps of a date, where the file does not already say just that."""
    _, then = change.managed[field.path]
    if split(field.path)[0].kind is not Kind.DAY or str(field.after) in str(then):
        return ""
    return f" (kept as {then})"


def outcome_text(found: Outcome, ink: Ink) -> str:
    """One line for one change's end."""
    sign, colour = _ENDS.get(found.status, ("✗", "red"))
    number = f" (id {found.id})" if found.id is not None else ""
    said = f": {visible(found.error)}" if found.error else ""
    status = ink(f"{sign} {found.status}", colour)
    return f"{status} {found.action} {visible(found.code)}{number}{said}"


def report_text(report: ApplyReport) -> str:
    """The last line of an apply."""
    counts = ", ".join(f"{count:,} {status}" for status, count in sorted(report.counts.items()))
    calls = sum(report.requests.values())
    words = {
        "applied": "Applied",
        "incomplete": "Incomplete",
        "refused": "Refused",
        "nothing to do": "Nothing to do",
    }
    return f"{words[report.result]}{f': {counts}' if counts else ''} ({many(calls, 'request')})."
