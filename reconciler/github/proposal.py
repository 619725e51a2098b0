"""A plan as a pull request's comment: its text within the limit, and the marker on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.errors import RefusedError, UsageError
from reconciler.github.checkout import is_of
from reconciler.github.comment import authors
from reconciler.github.marker import Marker, comment, digests
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


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be written."""

    page: Page
    marker: Marker


def propose(  # noqa: PLR0913, PLR0917 - what is proposed, from where, and where to
    reviewed: Review,
    series: Path,
    prefix: str | None,
    run: Run,
    pull: PullRequest,
    signed: bool,  # noqa: FBT001 - whether there is a key to sign with
) -> Proposal:
    """The comment of a plan of files in `series`, which the repository has at `prefix`. Only what
    the plan owns, shows, and does not block can be approved by it.

    Raise RefusedError for a plan that is not of the pull request's head.
    """
    plan = reviewed.plan
    if plan is None:
        raise UsageError("there is no plan to comment")
    _check_head(plan, series, pull, signed=signed)
    blocked = {change.digest for change in plan.blocked}
    shown = {
        change.code: change.digest
        for change in plan.changes
        if change.digest in reviewed.digests and change.digest not in blocked
    }
    now = datetime.now(UTC).replace(microsecond=0)
    marker = Marker(
        repository=run.site.repository,
        number=pull.number,
        head=pull.head,
        base=plan.against,
        target=plan.target,
        run=run.number,
        attempt=run.attempt,
        shown=now,
        written=now,
        authors=authors(pull),
        changes=digests(shown) if signed and not pull.unclear else {},
    )
    fits = _size(marker) <= MOST - _LEAST
    marker = marker if fits else replace(marker, changes={})
    room = MOST - _size(marker)
    page = plan_markdown(plan, run.links(pull.head, prefix, series), most=room, where=run.files)
    complete = page.complete and fits
    if not complete:
        marker = replace(marker, changes={})
    said = _approves(marker, len(shown), pull, signed=signed, complete=complete)
    return Proposal(Page(f"{page.text}{GAP}{said}", complete), marker)


def _size(marker: Marker) -> int:
    return len(comment(marker, "", None)) + _ROOM


def _check_head(plan: Plan, series: Path, pull: PullRequest, *, signed: bool) -> None:
    """Raise RefusedError for a plan of another head; of one that is signed it must be certain."""
    of_head = is_of(series, plan.commit, pull.head) if plan.commit else None
    if of_head or (of_head is None and not signed):
        return
    if of_head is None:
        raise RefusedError(
            "git cannot tell here that the plan is of the pull request's head: run this in the"
            " checkout that the plan was made in"
        )
    raise RefusedError(
        f"the plan is not of the pull request's head {pull.head[:12]}: it has moved on, and its"
        " newer run plans it"
    )


def _approves(
    marker: Marker, ready: int, pull: PullRequest, *, signed: bool, complete: bool
) -> str:
    """What a review of the pull request does, in a sentence."""
    head = code(pull.head[:12])
    if not complete:
        return "**This comment approves nothing**, for it cannot show all: split the pull request."
    if not signed:
        why = "the workflow has no approval key (`RECONCILER_APPROVAL_KEY`)"
        return f"**This comment approves nothing:** {why}."
    if not ready:
        return "There is nothing here that a review could approve."
    if pull.unclear:
        return (
            f"**This comment approves nothing:** GitHub does not say who made {head}, or a bot"
            " pushed it on top of what others made. Push a commit, or open another pull request."
        )
    count = many(len(marker.changes), "change")
    return (
        f"An approving review of {head} by somebody else approves {count} of this comment, once"
        f" merged, for 14 days."
    )
