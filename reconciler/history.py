"""What git's history says of a plan: what was protected a commit ago, and who allowed what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import revision
from reconciler.gitobjects import shallow
from reconciler.guardrails import PLAN_RULES
from reconciler.plan import allowing

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from reconciler.guardrails import Guardrails
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


def credited(plan: Plan, series: Path, config: Path | None, rails: Guardrails, today: date) -> Plan:
    """The plan, in which each allowance says who wrote it, where git tells. `config` is where
    `rails` stand in the work tree, if they do.
    """
    told = [(one, allowing(one)) for one in plan.changes] + [(a, a.lines) for a in plan.asides]
    places = {
        (thing.file, lines[why.rule])
        for thing, lines in told
        for why in thing.allowed
        if why.rule in lines
    }
    authors = revision.blame(series, places) if places else {}
    passed = {why.rule for change in plan.changes for why in change.allowed} & {*PLAN_RULES}
    found = {rule: rails.allows(rule, today) for rule in passed} if config else {}
    lines = {rule: (str(config), one.lines) for rule, one in found.items() if one}
    who = revision.blame(config.parent, lines.values()) if config and lines else {}
    return plan.credited(authors, {rule: who[at] for rule, at in lines.items() if at in who})
