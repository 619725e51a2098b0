"""The issue about drift: one for each target, open while there is any."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from reconciler.drift import Drift
    from reconciler.github.rest import GitHub

LABEL = "reconciler-drift"  # who may only open issues cannot give one a label


def keep(github: GitHub, drift: Drift, title: str, body: str) -> str:
    """Open, update or close the target's issue, and say in words what was done. Several that are
    open become one. Raises GitHubError.
    """
    begin = f"<!-- reconciler:drift:{quote(drift.target, safe='')} -->"
    text = f"{begin}\n{body}"
    opened = [one for one in github.issues(LABEL) if one.body.startswith(begin)]
    if not opened:
        if not drift.series:
            return "no drift, and no issue is open"
        return f"opened {github.create_issue(title, text, [LABEL]).url}"
    first, *others = sorted(opened, key=lambda one: one.number)
    for one in others:
        github.update_issue(one.number, state="closed")
    if not drift.series:
        github.update_issue(first.number, body=text, title=title, state="closed")
        return f"no drift any more: closed {first.url}"
    if (first.title, first.body) != (title, text):
        github.update_issue(first.number, body=text, title=title)
        return f"updated {first.url}"
    return f"{first.url} says it already"
