"""What git's history says of a plan: what was protected a commit ago, and who allowed what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import revision
from reconciler.gitobjects import shallow

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.config import Target
    from reconciler.plan import Plan
    from reconciler.revision import AtRevision

_SHALLOW = (
    "this clone has not the whole history: where it lacks the commit before this one, nobody can"
    " tell what `protect: true` was taken away from just now; fetch the whole history"
)


def protected(
    plan: Plan, series: Path, base: AtRevision | None
) -> tuple[frozenset[str], list[str]]:
    """The codes of a plan's changes whose files were protected a commit ago, or at the base, and
    what is said where git cannot tell.
    """
    files = {change.code: change.file for change in plan.changes if change.action != "create"}
    at_base = base.series if base else {}
    held = {code for code in files if code in at_base and at_base[code].lifecycle.protect}
    said = [_SHALLOW] if files and plan.commit and base is None and shallow(series) else []
    return revision.protected_before(series, files) | held, said


def credited(plan: Plan, series: Path, config: Path | None, target: Target) -> Plan:
    """The plan, in which each allowance says who wrote it, where git tells."""
    passed = {why.rule for change in plan.changes for why in change.allowed}
    lines = {
        (change.file, one.line)
        for change in plan.changes
        for one in change.lifecycle.allow
        if any(why.rule == one.rule for why in change.allowed)
    }
    authors = revision.blame(series, lines) if lines else {}
    rails = {one.rule: one.line for one in target.guardrails.allow if one.rule in passed}
    if config is None or not rails:
        return plan.credited(authors, {}) if authors else plan
    places = {rule: (str(config), line) for rule, line in rails.items()}
    found = revision.blame(config.parent, places.values())
    return plan.credited(authors, {rule: found[at] for rule, at in places.items() if at in found})
