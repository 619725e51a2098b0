"""What git's history says of a plan: what was protected a commit ago, and who allowed what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import git, revision
from reconciler.errors import RefusedError
from reconciler.gitobjects import shallow
from reconciler.guardrails import PLAN_RULES
from reconciler.plan import allowing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from reconciler.guardrails import Guardrails
    from reconciler.plan import Plan
    from reconciler.revision import AtRevision

_SHALLOW = (
    "this clone has not the whole history: where it lacks the commit before this one, nobody can"
    " tell what `protect: true` was taken away from just now; fetch the whole history"
)

MOST_BLAMED = 50  # allowances whose authors are looked for: each takes a git process


def protected(
    plan: Plan, series: Path, base: AtRevision | None
) -> tuple[frozenset[str], list[str]]:
    """The codes of a plan's changes whose files were protected: at the base of a pull request, else
    a commit ago. And what is said where git cannot tell. A claim is held by the code that the id
    bears so far, too.
    """
    named = {
        name: change
        for change in plan.changes
        for name in {change.code, str(change.managed["seriesCode"][0])}
        if change.action != "create" and not change.made_here
    }
    if base is not None:
        return frozenset(named[name].code for name in base.protected & named.keys()), []
    said = [_SHALLOW] if named and plan.commit and shallow(series) else []
    files = {name: change.file for name, change in named.items()}
    return frozenset(named[one].code for one in revision.protected_before(series, files)), said


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
    first = sorted(places)[:MOST_BLAMED]
    authors = revision.blame(series, first) if first else {}
    passed = {why.rule for change in plan.changes for why in change.allowed} & {*PLAN_RULES}
    found = {rule: rails.allows(rule, today) for rule in passed} if config else {}
    lines = {rule: (str(config), one.lines) for rule, one in found.items() if one}
    who = revision.blame(config.parent, lines.values()) if config and lines else {}
    return plan.credited(authors, {rule: who[at] for rule, at in lines.items() if at in who})


def follows(series: Path, commit: str, applied: Mapping[str, str], ref: str) -> None:
    """Raise RefusedError unless a commit follows all that were applied, which are given with one of
    the series each. `ref` is the record's.
    """
    for before, code in sorted(applied.items()):
        found = git.descends(series, commit, before)
        if found:
            continue
        said = f"{before}, which was applied already (to {code})"
        if found is None:
            said = f"this clone does not know {said}: fetch the whole history"
        else:
            said = f"{commit} does not follow {said}: apply from a commit that has both"
        raise RefusedError(
            f"{said}. Where that commit was dropped on purpose, `git update-ref -d {ref}`, here and"
            " at the remote, forgets what was applied"
        )
