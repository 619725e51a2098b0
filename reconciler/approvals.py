"""What somebody reviewed: the change digests of saved plans and of plain lists (design, section 4).

An unkeyed digest stops accidents, not attackers: where lists come from is the caller's to check.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.errors import UsageError
from reconciler.planfile import from_json
from reconciler.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.change import Change
    from reconciler.config import Target
    from reconciler.plan import Plan

_DIGEST = re.compile(r"sha256:([0-9a-f]{64}|[0-9a-f]{32})")
_SHORT = len("sha256:") + 32  # of a long list each digest has its first 128 bits alone


@dataclass(frozen=True, slots=True)
class Review:
    """One reviewed set of changes: of a plan what is the pull request's own and was not blocked
    when it was reviewed. A list of digests has no `plan` to compare with.
    """

    digests: frozenset[str]
    plan: Plan | None = None
    refused: frozenset[str] = frozenset()  # what else the pull request owns: it was blocked

    def approved(self, plan: Plan) -> frozenset[str]:
        """The digests that may run of a plan. What is still blocked as it was when it was reviewed
        has been seen, and needs no other reason. Who reviewed a create has reviewed what finishes
        it after a run that broke off.
        """
        seen = self.refused & {change.digest for change in plan.blocked}
        listed = {change.digest for change in plan.changes if any(self._names(change))}
        return frozenset(seen | listed)

    def _names(self, change: Change) -> Iterator[bool]:
        for digest in (change.digest, *change.finishes):
            yield digest in self.digests or digest[:_SHORT] in self.digests


def reviews(text: str, name: str, target: Target) -> list[Review]:
    """What a file approves: a plan, or a list with one change digest in each line. In a list an
    empty line begins another set, which guards over a plan judge alone.

    An empty list approves nothing. Raise RefusedError for a plan that is off or for another target,
    UsageError for a line that is no digest.
    """
    if text.lstrip().startswith("{"):
        plan = from_json(text, target)
        held = {row["digest"] for row in json.loads(text)["changes"] if row["blocked"]}
        own = {change.digest for change in plan.changes if change.owned is not False}
        return [Review(frozenset(own - held), plan, frozenset(own & held))]
    sets: list[set[str]] = [set()]
    for number, line in enumerate(text.splitlines(), 1):
        digest = line.strip()
        if digest and not _DIGEST.fullmatch(digest):
            shown = clip(visible(digest))
            raise UsageError(f"{name}:{number}: {shown} is no change digest (sha256:…)")
        if digest:
            sets[-1].add(digest)
        elif sets[-1]:
            sets.append(set())
    return [Review(frozenset(found)) for found in sets if found] or [Review(frozenset())]
