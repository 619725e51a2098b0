"""A plan as a pull request's comment: its text within the limit, and the marker on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.github.checkout import is_of
from reconciler.github.marker import Marker, comment, digests, marked
from reconciler.render.fitting import GAP
from reconciler.render.literal import code
from reconciler.render.markdown import MOST, Page, plan_markdown
from reconciler.render.words import many

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.approvals import Review
    from reconciler.github.event import PullRequest, Run
    from reconciler.plan import Plan

_ROOM = 400  # characters of what is said about approving
_LEAST = 4_000  # of a page that says anything
FORGOTTEN = (
    "somebody altered the comment before, or the approval key was another one, so nobody knows who"
    " made what came earlier: open another pull request"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a comment goes, from which run. `prefix` is where the repository has `series`;
    `signed`: there is a key; `strict`: somebody else has to approve; `forgotten`: nobody knows who
    made earlier heads.
    """

    run: Run
    pull: PullRequest
    series: Path
    prefix: str | None
    signed: bool
    strict: bool
    forgotten: bool = False

    def doubt(self, plan: Plan) -> str:
        """Why the comment of a plan approves nothing; "" where nothing is in the way.

        A plan that was made outside of git is of what the event says.
        """
        pull, head = self.pull, code(self.pull.head[:12])
        if not self.signed:
            return "the workflow has no approval key (`RECONCILER_APPROVAL_KEY`)"
        if self.forgotten:
            return FORGOTTEN
        if plan.commit and is_of(self.series, plan.commit, pull.head) is not True:
            return f"the plan is of {code(plan.commit[:12])}, and nobody knows that as {head}"
        if pull.unclear:
            return (
                f"GitHub does not say who made {head}, or a bot pushed it on top of what others"
                " made. Push a commit, or open another pull request"
            )
        return ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be written."""

    page: Page
    marker: Marker


def propose(reviewed: Review, plan: Plan, asked: Asked) -> Proposal:
    """The comment of a plan. Only what the plan owns and does not block can be approved by it."""
    blocked = {change.digest for change in plan.blocked}
    ready = {
        change.code: change.digest
        for change in plan.changes
        if change.digest in reviewed.digests and change.digest not in blocked
    }
    doubt = asked.doubt(plan)
    marker = marked(
        asked.run,
        asked.pull,
        plan.target,
        strict=asked.strict,
        base=plan.against,
        changes={} if doubt else digests(ready),
    )
    fits = _size(marker) <= MOST - _LEAST
    marker = marker if fits else replace(marker, changes={})
    links = asked.run.links(asked.pull.head, asked.prefix, asked.series)
    page = plan_markdown(plan, links, most=MOST - _size(marker), where=asked.run.files)
    if not (page.complete and fits):
        doubt = "it cannot show all: split the pull request"
        marker = replace(marker, changes={})
    if doubt:
        said = f"**This comment approves nothing:** {doubt}."
    elif not ready:
        said = "There is nothing here that a review could approve."
    else:
        said = _approves(len(ready), page.cut, asked)
    text, complete = f"{page.text}{GAP}{said}", page.complete and fits
    return Proposal(Page(text, complete, page.cut), marker)


def _size(marker: Marker) -> int:
    return len(comment(marker, "", None)) + _ROOM


def _approves(ready: int, cut: int, asked: Asked) -> str:
    """What a review of the pull request does, in a sentence."""
    head, count = code(asked.pull.head[:12]), many(ready, "change")
    apart = f" ({cut:,} of them stand in the files of the run alone: read them there)"
    beside = apart if cut else ""
    if not asked.strict:
        return f"Merging {head} approves {count} of this comment{beside}, for 14 days."
    return (
        f"An approving review of {head} by somebody else approves {count} of this comment{beside},"
        " once merged, for 14 days."
    )
