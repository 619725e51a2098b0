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
STAYS = "a newer run has commented already: its comment stays"


@dataclass(frozen=True, slots=True)
class Found:
    """The comment to update, and its marker where that can be believed. `altered`: an app's own
    comment is there that cannot, and what it knew of who made what is lost.
    """

    comment: Comment | None
    marker: Marker | None
    altered: bool = False

    @property
    def forgotten(self) -> bool:
        """Whether nobody knows any more who made earlier heads; that is so for good."""
        return self.altered or (self.marker is not None and self.marker.forgotten)


@dataclass(frozen=True, slots=True)
class Put:
    """What came of it: created, updated, or left to a newer run. `url` is the comment's. `late`:
    GitHub's clock is so far ahead of ours that the comment looks edited, and approves nothing.
    """

    how: str
    url: str
    late: bool = False


def find(github: GitHub, marker: Marker, key: str | None) -> Found:
    """The comment of a marker's target, of several an app's newest. Raises GitHubError.

    With a key that is one that verifies and that nobody has edited since; without a key any, which
    nobody's approval rests on, and of which an app's own alone is believed.
    """
    begin = prefix(marker.target)
    written = [one for one in github.comments(marker.number) if one.body.startswith(begin)]
    if key is None:
        return Found(*_newest((one, claimed(one.body) if one.by_app else None) for one in written))
    judged = [(one, _believed(one, marker, key)) for one in written]
    altered = any(one.by_app and read is None for one, read in judged)
    return Found(*_newest((one, read) for one, read in judged if read or one.by_app), altered)


def put(github: GitHub, found: Found, marker: Marker, body: str, key: str | None) -> Put:
    """Write the comment of a target, unless a newer run has. Raises GitHubError.

    A new one is written twice: its marker names it only after GitHub has given it an id. If that
    breaks off, what is there approves nothing, and the next run makes it whole.
    """
    mine, before = found.comment, found.marker
    if mine and before and before.order > marker.order:
        return Put(NEWER, mine.url)
    draft = _Draft(*_after(marker, found), body, key)
    if mine is None:
        made = _create(github, draft)
        return Put(CREATED, made.url, _update(github, made, draft))
    return Put(UPDATED, mine.url, _update(github, mine, draft))


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a comment is to say, and since when it says so already."""

    marker: Marker
    since: datetime | None
    body: str
    key: str | None

    def at(self, now: datetime, comment_id: int | None) -> Marker:
        """The marker of what is written at that time."""
        return replace(self.marker, comment=comment_id, shown=self.since or now, written=now)

    def text(self, marker: Marker) -> str:
        return comment(marker, self.body, self.key)


def _create(github: GitHub, draft: _Draft) -> Comment:
    """A new comment. Where nobody knows whether it was made, look before it is made again."""
    marker = draft.at(_now(), None)
    try:
        return github.create_comment(marker.number, draft.text(marker))
    except GitHubError as error:
        if not error.may_have_happened:
            raise
        found = find(github, marker, draft.key)
        if not (found.comment and found.marker and found.marker.order == marker.order):
            raise
        return found.comment


def _update(github: GitHub, mine: Comment, draft: _Draft) -> bool:
    """Write a comment that is there; whether it looks edited all the same. A request that had to
    wait for GitHub comes later than it says, and goes once more.
    """
    late = True
    for _ in range(2):
        marker = draft.at(_now(), mine.id)
        made = github.update_comment(mine.id, draft.text(marker))
        late = not marker.is_untouched(made.updated_at)
        if not late:
            break
    return late


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _believed(one: Comment, marker: Marker, key: str) -> Marker | None:
    """The marker of a comment that is as it was written; a new one's may not name it yet."""
    found = verified(one.body, key)
    if found is None or not (_same(found, marker) and found.is_untouched(one.updated_at)):
        return None
    return found if found.comment in {None, one.id} else None


def _same(one: Marker, other: Marker) -> bool:
    return (one.repository.casefold(), one.number, one.target) == (
        other.repository.casefold(),
        other.number,
        other.target,
    )


def _newest(
    found: Iterable[tuple[Comment, Marker | None]],
) -> tuple[Comment | None, Marker | None]:
    def order(pair: tuple[Comment, Marker | None]) -> tuple[bool, tuple[int, int]]:
        return pair[0].by_app, pair[1].order if pair[1] else (0, 0)

    return max(found, key=order, default=(None, None))


def _after(marker: Marker, found: Found) -> tuple[Marker, datetime | None]:
    """The marker with what the one before knows: who made what; and since when this is shown.

    A review counts from when its changes were first shown, whatever a later run counted anew. Who
    has pushed once is among the authors for good: a head has all that was pushed before. Where
    that is lost, nothing is approved any more.
    """
    if found.forgotten:
        marker = replace(marker, changes={}, forgotten=True)
    before = found.marker
    if before is None:
        return marker, None
    authors = tuple(dict.fromkeys((*marker.authors, *before.authors)))
    stays = before.comment is not None and marker.shows_no_more_than(before)
    return replace(marker, authors=authors), before.shown if stays else None
