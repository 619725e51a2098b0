"""What GitHub shows beside the lines of a pull request: what is blocked, and what gives more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.effect import Effect
from reconciler.render.meaning import cost, sides
from reconciler.render.problems import command
from reconciler.render.story import BLOCKED, RISKY, Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.change import Change
    from reconciler.plan import Plan

MOST = 50  # GitHub shows fewer; the comment has them all


def plan_annotations(plan: Plan) -> str:
    """A workflow command for each blocked or dangerous line, the worst first."""
    story = Story(plan)
    found: list[str] = []
    for risk, severity in ((BLOCKED, "error"), (RISKY, "warning")):
        for group in story.of(risk):
            for change in group.changes:
                found += [
                    command(severity, change.file, line, title, said)
                    for line, title, said in _lines(change, plan.zone)
                ]
    for aside in story.asides:
        severity = "error" if aside.blocked else "warning"
        said = "; ".join(why.message for why in aside.blocked) or "moves without a change of live"
        found.append(command(severity, aside.file, aside.line, f"{aside.code} {aside.kind}", said))
    return "\n".join(found[:MOST])


def _lines(change: Change, zone: str) -> Iterator[tuple[int, str, str]]:
    """Each field that eases something, at its line; else the change at that of its code."""
    reasons = "; ".join(f"[{why.rule}] {why.message}" for why in change.blocked)
    eased = [one for one in change.fields if one.effect and Effect(one.effect).eases]
    if reasons or not eased:
        yield change.line, f"{change.code} {change.action}", reasons or _cost(change)
    for one in eased:
        before, after = sides(change, one, zone)
        yield one.line, f"{change.code} {one.path}", f"{before} → {after}, {one.effect}"


def _cost(change: Change) -> str:
    return f"cost at worst {cost(change.exposure)}"
