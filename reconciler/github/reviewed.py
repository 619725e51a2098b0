"""Which changes merged pull requests have approved (design, section 7).

A comment's marker names the changes that were shown; everything else here asks whether that was
seen, by whom, and whether it still counts. What does not pass is told with the rule that it fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from reconciler import git
from reconciler.github.event import known_by
from reconciler.github.marker import Marker, prefix, verified
from reconciler.touched import touches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from reconciler.config import Target
    from reconciler.github.rest import GitHub
    from reconciler.github.rows import Comment, Pull, Review
    from reconciler.record import Record
    from reconciler.touched import Touch

LIFE = timedelta(days=14)
_SLACK = timedelta(minutes=10)  # between our clock and GitHub's
_INSIDERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_PERSONS = frozenset({"User", ""})  # "": GitHub does not say
_AGAIN = (
    "run the apply workflow by hand with the digest that its report names, or revert this and bring"
    " it again in a new pull request"
)
_NOT_SHOWN = (
    "its comment shows no change of it that could run; nothing is to do if live is as it should be,"
    " and the apply names what is not"
)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why something does not approve series: the rule, what it is about, and what to do."""

    rule: str
    what: str
    codes: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Approval:
    """What one pull request approves: the digests of its changes, by code."""

    number: int
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What approvals are for: the files, the target, the branch that they are merged into, and the
    key that signs markers, all in one repository ("owner/name"). `record` says what is spent, and
    nothing counts up to `since`.
    """

    repository: str
    series: Path
    target: Target
    branch: str
    key: str
    require_approval: bool
    record: Record
    since: str | None
    now: datetime


def approvals(asked: Asked, github: GitHub) -> tuple[list[Approval], list[Rejection]]:
    """What is approved by pull requests merged into the branch, the oldest first, and what is not.

    Raises GitHubError, RecordError, and UsageError without a repository.
    """
    after = asked.now - LIFE - _SLACK
    found = list(touches(asked.series, asked.target.zone, after, asked.since))
    judge = _Judge(asked, github, found)
    return judge.all()


class _Judge:
    def __init__(self, asked: Asked, github: GitHub, found: list[Touch]) -> None:
        self.asked, self.github, self.found = asked, github, found
        self.last: dict[str, str] = {}  # by code, the last commit that touched it
        for touch in found:
            for code in touch.codes:
                self.last.setdefault(code, touch.commit)
        self.rejected: list[Rejection] = []
        self._follows: dict[tuple[str, str], bool | None] = {}

    def all(self) -> tuple[list[Approval], list[Rejection]]:
        pulls: dict[int, Pull] = {}
        commits: dict[int, list[Touch]] = {}
        for touch in reversed(self.found):
            spent = {code for code in touch.codes if self.is_spent(touch.commit, code)}
            if spent:
                self.reject("spent", f"commit {touch.commit[:12]}", spent, "it was applied already")
            if spent == touch.codes:
                continue
            merged = [one for one in self.github.pulls_of(touch.commit) if self.merged_here(one)]
            for pull in merged:
                pulls[pull.number] = pull
                commits.setdefault(pull.number, []).append(touch)
            if not merged:
                message = f"no pull request merged into {self.asked.branch} brought it; {_AGAIN}"
                what = f"commit {touch.commit[:12]}"
                self.reject("merged-here", what, touch.codes - spent, message)
        made = (self.of(pull, commits[number]) for number, pull in pulls.items())
        return [one for one in made if one.digests], self.rejected

    def reject(self, rule: str, what: str, codes: Iterable[str], message: str) -> None:
        self.rejected.append(Rejection(rule, what, tuple(sorted(codes)), message))

    def is_spent(self, commit: str, code: str) -> bool:
        """Whether what was applied to a series holds a commit already."""
        entry = self.asked.record.entries.get(code)
        if entry is None or entry.commit is None:
            return False
        pair = entry.commit, commit
        if pair not in self._follows:
            self._follows[pair] = git.descends(self.asked.series, *pair)
        return self._follows[pair] is not False  # where nobody can tell, it approves nothing

    def merged_here(self, pull: Pull) -> bool:
        repository = self.is_ours(pull)
        merged = pull.merged_at is not None and pull.merge_commit_sha is not None
        if not (merged and repository and pull.base_ref == self.asked.branch):
            return False
        return git.descends(self.asked.series, "HEAD", str(pull.merge_commit_sha)) is True

    def is_ours(self, pull: Pull) -> bool:
        return pull.base_repository.casefold() == self.asked.repository.casefold()

    def of(self, pull: Pull, brought: list[Touch]) -> Approval:
        """What one merged pull request approves."""
        what = f"pull request #{pull.number}"
        codes = frozenset[str]().union(*(touch.codes for touch in brought))
        codes = frozenset(
            code for code in codes if not all(self.is_spent(one.commit, code) for one in brought)
        )
        marker = self.marker(pull, what, codes)
        if marker is None or not self.seen(pull, marker, what, codes):
            return Approval(pull.number, {})
        mine = {touch.commit for touch in brought}
        later = {code for code in codes if self.last[code] not in mine}
        unseen = codes - later - marker.changes.keys()
        if later:
            message = f"a later commit touched it too; only the last one counts: {_AGAIN}"
            self.reject("last-to-touch", what, later, message)
        if unseen:
            self.reject("not-shown", what, unseen, _NOT_SHOWN)
        ready = sorted(codes - later - unseen)
        return Approval(pull.number, {code: marker.changes[code] for code in ready})

    def marker(self, pull: Pull, what: str, codes: frozenset[str]) -> Marker | None:
        """The newest marker of the pull request's comment that counts; else why there is none."""
        begin = prefix(self.asked.target.name)
        written = [one for one in self.github.comments(pull.number) if one.body.startswith(begin)]
        good = [found for one in written if (found := self.sound(one, pull))]
        if good:
            newest = max(good, key=lambda one: one.order)
            if newest.head == pull.head_sha:
                return newest
            message = (
                f"its comment is about {newest.head[:12]}, and its last head is"
                f" {pull.head_sha[:12]}, which nobody planned; {_AGAIN}"
            )
            self.reject("last-head", what, codes, message)
        else:
            why = (
                "no comment of it verifies: it was edited, copied or made by somebody else, or the"
                " approval key is another by now"
                if written
                else "it has no comment with a plan for this target"
            )
            self.reject("marker", what, codes, f"{why}; {_AGAIN}")
        return None

    def sound(self, comment: Comment, pull: Pull) -> Marker | None:
        """The marker of a comment that is as it was written, for this very pull request."""
        found = verified(comment.body, self.asked.key)
        if found is None or not found.is_untouched(comment.updated_at):
            return None
        if found.comment != comment.id:  # a copy: what people read may stand in another one
            return None
        here = found.repository.casefold() == self.asked.repository.casefold()
        same = (found.number, found.target) == (pull.number, self.asked.target.name)
        return found if here and same else None

    def judged(self, pull: Pull, marker: Marker) -> tuple[list[datetime], list[str]]:
        """When each reviewer approved whose last word it is and counts, and why others' do not."""
        found: list[datetime] = []
        said: list[str] = []
        for name, one in _last_words(self.github.reviews(pull.number)).items():
            why = _fault(one, pull, marker)
            if why is None and self.may_write(one) and one.submitted_at:
                found.append(one.submitted_at)
            else:
                said.append(f"{name or 'an account that is gone'} {why or 'may not write here'}")
        return found, said

    def may_write(self, one: Review) -> bool:
        """Whether a reviewer may write here; where GitHub does not know, what it shows counts."""
        found = self.github.may_write(one.author)
        return one.association in _INSIDERS if found is None else found

    def seen(self, pull: Pull, marker: Marker, what: str, codes: frozenset[str]) -> bool:
        """Whether somebody else approved what the marker shows, and not too long ago."""
        moments = [marker.written]
        moments += [pull.merged_at] if pull.merged_at else []
        if self.asked.require_approval or marker.strict:
            reviews, others = self.judged(pull, marker)
            if not reviews:
                shown = f"{marker.shown:%Y-%m-%d %H:%M} UTC"
                told = "; ".join([f"its plan was shown ({shown})", *others])
                message = f"nobody else approved {marker.head[:12]} after {told}; {_AGAIN}"
                self.reject("review", what, codes, message)
                return False
            moments.append(max(reviews))
        if self.asked.now - min(moments) > LIFE:
            message = f"it was approved more than {LIFE.days} days ago; {_AGAIN}"
            self.reject("too-old", what, codes, message)
            return False
        return True


def _last_words(reviews: Iterable[Review]) -> dict[str, Review]:
    """The review of each reviewer that counts: the last that says yes or no."""
    decided = {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}
    return {one.author: one for one in reviews if one.state in decided}


def _fault(one: Review, pull: Pull, marker: Marker) -> str | None:
    """Why a review does not count, whoever may write here: neither that of who made the pull
    request or its head does, nor a bot's.
    """
    if one.state != "APPROVED":
        return f"last said {one.state}"
    own = {*known_by(pull.author, pull.author_id), *marker.authors}
    if {*known_by(one.author, one.author_id)} & {name.casefold() for name in own}:
        return "made it"
    if one.author_type not in _PERSONS or not one.author:
        return "is no person"
    if not one.commit_id == pull.head_sha == marker.head:
        return f"approved {(one.commit_id or 'nothing')[:12]}"
    if one.submitted_at is None or one.submitted_at < marker.shown:
        return "approved before that"
    return None
