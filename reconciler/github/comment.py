"""The pull request's comment: one for each target, found by its marker and updated in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.errors import GitHubError
from reconciler.github.marker import Marker, claimed, comment, prefix, verified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.github.rest import GitHub
    from reconciler.github.rows import Comment

CREATED, UPDATED, NEWER = "created", "updated", "newer"


@dataclass(frozen=True, slots=True)
class Put:
    """What came of it: created, updated, or left to a newer run. `url` is the comment's. `late`:
    GitHub's clock is so far ahead of ours that the comment looks edited, and approves nothing.
    """

    how: str
    url: str
    late: bool = False


def put(github: GitHub, marker: Marker, body: str, key: str | None) -> Put:
    """Write the comment of a target, unless a newer run has. Raises GitHubError."""
    found = _ours(github, marker, key)
    now = datetime.now(UTC).replace(microsecond=0)
    if found is None:
        return _create(github, replace(marker, shown=now, written=now), body, key)
    mine, before = found
    if before and before.order > marker.order:
        return Put(NEWER, mine.url)
    after = _after(replace(marker, shown=now, written=now), before)
    made = github.update_comment(mine.id, comment(after, body, key))
    return Put(UPDATED, made.url, late=not after.is_untouched(made.updated_at))


def _create(github: GitHub, marker: Marker, body: str, key: str | None) -> Put:
    """A new comment. Where nobody knows whether it was made, look before it is made again."""
    try:
        made = github.create_comment(marker.number, comment(marker, body, key))
    except GitHubError as error:
        if not error.may_have_happened:
            raise
        found = _ours(github, marker, key)
        if found is None or found[1] is None or found[1].order != marker.order:
            raise
        made = found[0]
    return Put(CREATED, made.url, late=not marker.is_untouched(made.updated_at))


def _ours(github: GitHub, marker: Marker, key: str | None) -> tuple[Comment, Marker | None] | None:
    """The comment to update, of several an app's newest, and its marker where that can be believed.

    With a key that is one that verifies and that nobody has edited since; without a key any, which
    nobody's approval rests on, and of which an app's own alone is believed.
    """
    begin = prefix(marker.target)
    written = [one for one in github.comments(marker.number) if one.body.startswith(begin)]
    if key is None:
        return _newest((one, claimed(one.body) if one.by_app else None) for one in written)
    judged = ((one, _believed(one, marker, key)) for one in written)
    return _newest((one, read) for one, read in judged if read or one.by_app)


def _believed(one: Comment, marker: Marker, key: str) -> Marker | None:
    found = verified(one.body, key)
    return found if found and _same(found, marker) and found.is_untouched(one.updated_at) else None


def _same(one: Marker, other: Marker) -> bool:
    return (one.repository.casefold(), one.number, one.target) == (
        other.repository.casefold(),
        other.number,
        other.target,
    )


def _newest(
    found: Iterable[tuple[Comment, Marker | None]],
) -> tuple[Comment, Marker | None] | None:
    def order(pair: tuple[Comment, Marker | None]) -> tuple[bool, tuple[int, int]]:
        return pair[0].by_app, pair[1].order if pair[1] else (0, 0)

    return max(found, key=order, default=None)


def _after(marker: Marker, before: Marker | None) -> Marker:
    """The marker with what the one before knows: since when this is shown, and who made what.

    A review counts from when its changes were first shown, whatever a later run counted anew. Who
    has pushed once is among the authors for good: a head has all that was pushed before.
    """
    if before is None:
        return marker
    authors = tuple(dict.fromkeys((*marker.authors, *before.authors)))
    shown = before.shown if marker.shows_no_more_than(before) else marker.shown
    return replace(marker, authors=authors, shown=shown)
