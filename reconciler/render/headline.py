"""The first and the last lines of a plan's Markdown page: counts, total exposure, what it is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.render.literal import code, prose
from reconciler.render.meaning import total_cost
from reconciler.render.passages import SIGNS
from reconciler.render.shortlines import exposures
from reconciler.render.story import BLOCKED, PLAIN, RISKY
from reconciler.render.words import few, many

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.change import Aside, Change
    from reconciler.exposure import Exposure
    from reconciler.plan import Plan
    from reconciler.render.story import Group, Story

ALONE, FOREIGN = "Moves without a change", "Not of this pull request"
TITLES = {BLOCKED: "Blocked", RISKY: "Look here first", PLAIN: "The rest"}
_COUNTED = {BLOCKED: "blocked", RISKY: "to look at first", PLAIN: "in the rest"}
_NAME = 60  # characters of a target's or a host's name
_CODE = 40  # of the code of a series in no file
_COMMIT = 12  # and of a commit's


def changes_of(groups: Sequence[Group]) -> list[Change]:
    """The changes of several groups."""
    return [change for group in groups for change in group.changes]


def top(story: Story) -> str:
    """What it is the plan of, how many changes of what risk, and what they may cost together."""
    plan = story.plan
    found = {kind: changes_of(story.of(kind)) for kind in TITLES}
    host = f" on {code(plan.host, _NAME)}" if plan.host != plan.target else ""
    lines = [f"## Plan for {code(plan.target, _NAME)}{host}: {_counts(story, found)}"]
    if plan.changes:
        lines += ["", f"**Cost at worst: {total_cost(plan)}**"]
    costs = {TITLES[kind]: [one.exposure for one in some] for kind, some in found.items()}
    costs[ALONE] = _alone(story.asides)
    costs[FOREIGN] = [one.exposure for one in changes_of(story.foreign)]
    table = [
        f"| {title} | {len(some):,} | {exposures(some)} |" for title, some in costs.items() if some
    ]
    if table:
        lines += ["", "| | Series | Cost at worst |", "|---|--:|---|", *table]
    return "\n".join(lines)


def _counts(story: Story, found: Mapping[str, Sequence[Change]]) -> str:
    said = [f"{len(some):,} {_COUNTED[kind]}" for kind, some in found.items() if some]
    foreign = len(changes_of(story.foreign))
    said += [f"{foreign:,} not of this pull request"] if foreign else []
    said = said or ["nothing to write" if story.asides else "no changes"]
    refused = sum(bool(one.blocked) for one in story.asides)
    alone = f"{len(story.asides):,} without a change"
    said += [f"{alone} ({refused:,} blocked)" if refused else alone] if story.asides else []
    return ", ".join(said)


def _alone(asides: Sequence[Aside]) -> list[Exposure]:
    """One for each series: all asides of a series bear its exposure. A guard has none."""
    return list({one.code: one.exposure for one in asides if one.code}.values())


def whole(story: Story) -> Iterator[str]:
    """What guards over the whole plan say."""
    for kind, why in story.whole:
        giver = story.givers.get(why.rule) if kind == "allowed" else None
        by = f" (written by {code(giver)})" if giver else ""
        yield f"- {SIGNS[kind]} **{kind}** {code(why.rule)}{by}: {prose(why.message)}"


def whole_names(story: Story) -> str:
    """Their names alone; "" where they say nothing."""
    return ", ".join(f"{SIGNS[kind]} {kind} {code(why.rule)}" for kind, why in story.whole)


def end(plan: Plan, room: int) -> str:
    """What was left alone, and what would be applied; by name where that takes at most `room`."""
    kept = f"{plan.unchanged:,} unchanged ({many(plan.fields_compared, 'field')} compared)"
    if plan.unmanaged:
        codes = few([code(one, _CODE) for _, one in plan.unmanaged])
        kept += f", {len(plan.unmanaged):,} live in no file"
        kept += f" ({codes})" if len(codes) <= room else ""
    digest = f"plan digest {code(plan.digest)}" if plan.changes else "nothing to apply"
    commits = f", files of {code(plan.commit[:_COMMIT])}" if plan.commit else ""
    commits += f" compared with {code(plan.against[:_COMMIT])}" if plan.against else ""
    return f"---\n\n{kept} · {digest}{commits}"
