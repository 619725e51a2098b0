"""What the stand-in for GitHub knows, and how GitHub's JSON shows it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from github_contract import filled

if TYPE_CHECKING:
    from collections.abc import Sequence

BOT = "github-actions[bot]"
WEB = "https://github.test"


@dataclass
class CommentRow:
    """A comment of an issue or pull request."""

    id: int
    number: int
    author: str
    body: str
    created_at: datetime
    updated_at: datetime


@dataclass
class IssueRow:
    """An issue."""

    number: int
    author: str
    title: str
    body: str
    labels: tuple[str, ...]
    created_at: datetime
    state: str = "open"


@dataclass
class ReviewRow:
    """A review of a pull request."""

    id: int
    author: str
    author_type: str
    association: str
    state: str
    commit: str | None
    submitted_at: datetime | None


@dataclass
class PullRow:
    """A pull request. `branch` is every commit of its own, `brought` what merging it put on the
    base branch.
    """

    number: int
    author: str
    title: str
    head: str
    head_repository: str | None
    base: str
    labels: tuple[str, ...]
    created_at: datetime
    branch: set[str] = field(default_factory=set)
    brought: set[str] = field(default_factory=set)
    reviews: list[ReviewRow] = field(default_factory=list)
    state: str = "open"
    merged_at: datetime | None = None
    merge_commit_sha: str | None = None


def shown_time(moment: datetime) -> str:
    """GitHub's times are in UTC, in whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user(login: str | None, kind: str | None = None) -> dict[str, Any] | None:
    """An account; null for one that is gone."""
    if not login:
        return None
    kind = kind or ("Bot" if login.endswith("[bot]") else "User")
    given = {"login": login, "type": kind, "id": number_of(login)}
    return filled("simple-user", given)


def comment(row: CommentRow, site: str, repository: str) -> dict[str, Any]:
    """A comment as its routes show it."""
    home = f"{site}/repos/{repository}/issues"
    given = {
        "id": row.id,
        "body": row.body,
        "user": user(row.author),
        "created_at": shown_time(row.created_at),
        "updated_at": shown_time(row.updated_at),
        "url": f"{home}/comments/{row.id}",
        "issue_url": f"{home}/{row.number}",
        "html_url": f"{WEB}/{repository}/issues/{row.number}#issuecomment-{row.id}",
        "author_association": "NONE",
    }
    return filled("issue-comment", given)


def issue(row: IssueRow | PullRow, site: str, repository: str) -> dict[str, Any]:
    """An issue, or a pull request as the routes of issues show it."""
    is_pull = isinstance(row, PullRow)
    page = f"{WEB}/{repository}/{'pull' if is_pull else 'issues'}/{row.number}"
    url = f"{site}/repos/{repository}/{'pulls' if is_pull else 'issues'}/{row.number}"
    given: dict[str, Any] = {
        "id": 10_000 + row.number,
        "number": row.number,
        "title": row.title,
        "body": row.body if isinstance(row, IssueRow) else None,
        "state": row.state,
        "user": user(row.author),
        "labels": [{"id": number_of(name), "name": name} for name in row.labels],
        "created_at": shown_time(row.created_at),
        "updated_at": shown_time(row.created_at),
        "url": f"{site}/repos/{repository}/issues/{row.number}",
        "html_url": page,
        "author_association": "NONE",
    }
    if is_pull:
        given["pull_request"] = dict.fromkeys(("url", "html_url", "diff_url", "patch_url"), url)
    return filled("issue", given)


def pull(row: PullRow, site: str, repository: str) -> dict[str, Any]:
    """A pull request as lists show it. While it is open, GitHub tries the merge and shows that."""
    tried = hashlib.sha1(f"merge {row.head}".encode(), usedforsecurity=False).hexdigest()
    head_repository = row.head_repository and named(row.head_repository)
    owner = user((row.head_repository or "").partition("/")[0])
    given: dict[str, Any] = {
        "id": 20_000 + row.number,
        "number": row.number,
        "title": row.title,
        "state": row.state,
        "user": user(row.author),
        "created_at": shown_time(row.created_at),
        "updated_at": shown_time(row.merged_at or row.created_at),
        "merged_at": row.merged_at and shown_time(row.merged_at),
        "merge_commit_sha": row.merge_commit_sha if row.merged_at else tried,
        "head": {"sha": row.head, "ref": f"change-{row.number}", "repo": head_repository or None},
        "base": {"ref": row.base, "repo": named(repository), "user": user("shop")},
        "url": f"{site}/repos/{repository}/pulls/{row.number}",
        "html_url": f"{WEB}/{repository}/pull/{row.number}",
        "author_association": "NONE",
    }
    given["head"]["user"] = owner
    return filled("pull-request-simple", given)


def review(row: ReviewRow, number: int, site: str, repository: str) -> dict[str, Any]:
    """A review; one that is not submitted yet has no time."""
    given = {
        "id": row.id,
        "user": user(row.author, row.author_type),
        "state": row.state,
        "commit_id": row.commit,
        "author_association": row.association,
        "html_url": f"{WEB}/{repository}/pull/{number}#pullrequestreview-{row.id}",
        "pull_request_url": f"{site}/repos/{repository}/pulls/{number}",
    }
    if row.submitted_at is not None:
        given["submitted_at"] = shown_time(row.submitted_at)
    return filled("pull-request-review", given)


def named(repository: str) -> dict[str, Any]:
    """A repository, told by its name."""
    owner, _, name = repository.partition("/")
    return filled("repository", {"full_name": repository, "name": name, "owner": user(owner)})


def number_of(name: str) -> int:
    """A number that is always the same for a name."""
    return int(hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()[:7], 16)


def of_commit(pulls: Sequence[PullRow], commit: str) -> list[PullRow]:
    """The pull requests of a commit: on the base branch the one that brought it there, else all
    whose branch holds it.
    """
    brought = [row for row in pulls if commit in row.brought]
    return brought or [row for row in pulls if commit in row.branch]


def permission(level: str) -> dict[str, Any]:
    """What somebody may do here."""
    given = {"permission": level, "role_name": level, "user": None}
    return filled("repository-collaborator-permission", given)
