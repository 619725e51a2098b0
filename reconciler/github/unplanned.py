"""What a pull request's comment says where its last head has no plan: it approves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.github.comment import STAYS
from reconciler.render.literal import code

if TYPE_CHECKING:
    from reconciler.github.comment import Found
    from reconciler.github.event import PullRequest, Run
    from reconciler.github.marker import Marker


def text_of(run: Run, pull: PullRequest, target: str, *, plans: bool) -> str:
    """The comment's text. `plans`: there was something to plan, and no plan came of it."""
    head = code(pull.head[:12])
    of_it = f"[its run]({run.page}) says which" if run.page else "its run says which"
    why = (
        f"nobody knows what {head} would change. Its files are not valid, or live could not be"
        f" read, or GitHub did not take the comment: {of_it}"
        if plans
        else f"{head} changes nothing in `series/`"
    )
    return f"## No plan for {code(target)}: {head}\n\n**This comment approves nothing:** {why}.\n"


def leaves(found: Found, marker: Marker, *, plans: bool) -> str:
    """Why the comment stays as it is; "" where it is to be written. One of this run that was cut
    off approves nothing, and must not look as if it did.
    """
    before = found.marker
    if before and before.order > marker.order:
        return STAYS
    if before and before.order == marker.order and before.comment is not None:
        return "this run has commented already: its comment stays"
    if found.comment is None and not plans:
        return "there is nothing to plan, and no comment that says otherwise"
    return ""
