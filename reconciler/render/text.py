"""The plan and the apply for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.render.entries import aside_lines, group_lines, reason_spans, warning_spans
from reconciler.render.lines import Span, laid
from reconciler.render.meaning import total_cost
from reconciler.render.story import BLOCKED, PLAIN, RISKY, AsideGroup, Story
from reconciler.render.words import few, many
from reconciler.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.plan import Plan
    from reconciler.render.ink import Ink
    from reconciler.render.story import Group
    from reconciler.report import ApplyReport, Outcome

_DIGEST = "Plan digest: "
_BLOCKED = "Blocked"
_RISKY = "Look here first"
_ASIDES = "Moves without a change"
_FOREIGN = "Not of this pull request"
_REST = "The rest"
_DID = frozenset({"done", "already done"})
_ENDS = {
    "done": ("✓", "green"),
    "already done": ("=", "green"),
    "blocked": ("!", "red"),
    "not attempted": ("-", "yellow"),
}


def plan_text(plan: Plan, ink: Ink, per_minute: int | None = None, width: int = 80) -> str:
    """What would change, the dangerous first; what moves without a change; the rest, counted.

    `per_minute` is how many requests the target takes, None for any number; `width` how many
    columns there are.
    """
    story = Story(plan)
    where = f" on {visible(plan.host)}" if plan.host != plan.target else ""
    lines = [f"Plan for {visible(plan.target)}{where}"]
    if plan.changes:
        headline = f"{_counts(plan)}; cost at worst {total_cost(plan)}"
        lines += laid([Span(headline, "bold")], width, ink)
    lines.append("")
    for kind, why in story.whole:
        by = story.givers.get(why.rule, "") if kind == "allowed" else ""
        lines += [*laid(reason_spans(kind, why, by), width, ink), ""]
    told = [*_sections(story, ink, width)]
    alone = len(told) == 1 and not plan.asides and not story.foreign
    for title, entries in told:
        lines += [*([] if alone and title == _REST else [ink(title, "bold"), ""])]
        for entry in entries:
            lines += [*entry, ""]
    for warning in plan.warnings:
        lines += laid(warning_spans(warning), width, ink)
    if plan.warnings:
        lines.append("")
    for line in summary(plan, per_minute).split("\n"):
        digest = line.startswith(_DIGEST)  # in one piece, to be found and copied
        lines += [line] if digest else laid([Span(line)], width, ink)
    return "\n".join(lines)


def _sections(story: Story, ink: Ink, width: int) -> Iterator[tuple[str, list[list[str]]]]:
    """The titles that have something below them, and what."""
    zone = story.plan.zone
    found: list[tuple[str, Sequence[Group | AsideGroup]]] = [
        (_BLOCKED, story.of(BLOCKED)),
        (_RISKY, story.of(RISKY)),
        (_ASIDES, story.apart),
        (_FOREIGN, story.foreign),
        (_REST, story.of(PLAIN)),
    ]
    for title, entries in found:
        if entries:
            yield title, [[*_entry(one, zone, ink, width)] for one in entries]


def _entry(one: Group | AsideGroup, zone: str, ink: Ink, width: int) -> Iterator[str]:
    if isinstance(one, AsideGroup):
        return aside_lines(one, zone, ink, width)
    return group_lines(one, zone, ink, width)


def summary(plan: Plan, per_minute: int | None = None) -> str:
    """The counts, what an apply takes, and the digest."""
    kept = f"{plan.unchanged:,} unchanged ({many(plan.fields_compared, 'field')} compared)"
    if plan.unmanaged:
        codes = few([visible(clip(code)) or f"id {number}" for number, code in plan.unmanaged])
        kept += f", {len(plan.unmanaged):,} live in no file ({codes})"
    if plan.asides:
        held = sum(bool(one.blocked) for one in plan.asides)
        kept += f"; {many(len(plan.asides), 'thing')} moved without a change"
        kept += f", {held:,} of them blocked" if held else ""
    if not plan.changes:
        return f"{'Nothing to write' if plan.asides else 'No changes'}. {kept}."
    calls = f"Applying it takes {many(plan.writes, 'write')}{_reads(plan, per_minute)}."
    return f"{_counts(plan)}; {kept}.\n{calls}{_compared(plan)}\n{_DIGEST}{plan.digest}"


def _counts(plan: Plan) -> str:
    """What there is to do."""
    wanted = [
        f"{plan.count(action):,} to {action}"
        for action in ("create", "adopt", "update")
        if plan.count(action)
    ]
    return ", ".join([*wanted, *([f"{len(plan.blocked):,} blocked"] if plan.blocked else [])])


def _compared(plan: Plan) -> str:
    """Which commits a pull request's plan is about."""
    if plan.against is None:
        return ""
    return f"\nFiles of {plan.commit or 'no commit'}\ncompared with {plan.against}."


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


def outcome_text(found: Outcome, ink: Ink) -> str:
    """One line for one change's end."""
    sign, colour = _ENDS.get(found.status, ("✗", "red"))
    number = f" (id {found.id})" if found.id is not None else ""
    said = f": {visible(found.error)}" if found.error else ""
    status = ink(f"{sign} {found.status}", colour)
    return f"{status} {found.action} {visible(found.code)}{number}{said}"


def report_text(report: ApplyReport) -> str:
    """The last lines of an apply."""
    found = sorted(report.counts, key=lambda one: (one not in _DID, one))
    counts = ", ".join(f"{report.counts[status]:,} {status}" for status in found)
    words = {
        "applied": "Applied",
        "incomplete": "Incomplete",
        "refused": "Applied, but for what is blocked" if _DID & set(found) else "Refused",
        "nothing to do": "Nothing to do",
    }
    calls = many(sum(report.requests.values()), "request")
    last = f"{words[report.result]}{f': {counts}' if counts else ''} ({calls})."
    left = report.unreviewed
    if left is None:
        return last
    codes = " ".join(visible(code) for code in left.codes)
    return (
        f"No review is of this as it is now: {codes}. Who has looked at it applies it by hand:"
        f" a plan of just that has the digest\n  {left.expect}\n{last}"
    )
