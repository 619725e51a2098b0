"""GitHub's JSON → rows: lenient about what is not needed, an error in words about what is.

Every reader raises GitHubError. A login is empty where GitHub names nobody: that account is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from reconciler.errors import GitHubError

if TYPE_CHECKING:
    from collections.abc import Mapping

_Kind = TypeVar("_Kind")
_NAMES = {dict: "an object", int: "a whole number", str: "a text"}


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment of an issue or pull request. `updated_at` moves with every edit."""

    id: int
    body: str
    author: str
    updated_at: datetime
    url: str
    by_app: bool = False


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull request. `head_repository` is None where the fork is gone; `merged_at` is None
    where it was not merged, and only then `merge_commit_sha` may be a mere trial of GitHub's.
    """

    number: int
    author: str
    head_sha: str
    head_repository: str | None
    base_ref: str
    base_repository: str
    merged_at: datetime | None
    merge_commit_sha: str | None
    url: str
    author_id: int | None = None  # stays when a login changes


@dataclass(frozen=True, slots=True)
class Review:
    """One review. `author_type` is "User" or "Bot", `association` what the author is to the
    repository ("COLLABORATOR"), `state` is as GitHub has it ("APPROVED").
    """

    author: str
    author_type: str
    association: str
    state: str
    commit_id: str | None
    submitted_at: datetime | None
    author_id: int | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue."""

    number: int
    title: str
    body: str
    url: str
    author: str


def comment(raw: object) -> Comment:
    """A comment, as any of its routes shows it."""
    row = _Row("a comment", raw)
    login = row.login("user")
    kind = _Row("a user", row.get("user", dict) or {}).get("type", str)
    return Comment(
        row.need("id", int),
        row.get("body", str) or "",
        login,
        row.need_moment("updated_at"),
        row.get("html_url", str) or "",
        kind == "Bot" or login.endswith("[bot]"),
    )


def pull(raw: object) -> Pull:
    """A pull request, as lists show it."""
    row = _Row("a pull request", raw)
    head, base = row.part("head"), row.part("base")
    head_repository = head.get("repo", dict)
    return Pull(
        row.need("number", int),
        row.login("user"),
        head.need("sha", str),
        _Row("a repository", head_repository).need("full_name", str) if head_repository else None,
        base.need("ref", str),
        base.part("repo").need("full_name", str),
        row.moment("merged_at"),
        row.get("merge_commit_sha", str),
        row.get("html_url", str) or "",
        _Row("a user", row.get("user", dict) or {}).get("id", int),
    )


def review(raw: object) -> Review:
    """A review; one that is not submitted yet has no time."""
    row = _Row("a review", raw)
    user = _Row("a user", row.get("user", dict) or {})
    return Review(
        user.get("login", str) or "",
        user.get("type", str) or "",
        row.get("author_association", str) or "",
        row.need("state", str),
        row.get("commit_id", str),
        row.moment("submitted_at"),
        user.get("id", int),
    )


def issue(raw: object) -> Issue:
    """An issue, as any of its routes shows it."""
    row = _Row("an issue", raw)
    return Issue(
        row.need("number", int),
        row.need("title", str),
        row.get("body", str) or "",
        row.get("html_url", str) or "",
        row.login("user"),
    )


def is_pull(raw: object) -> bool:
    """Whether a row of the list of issues is a pull request: GitHub lists those too."""
    return isinstance(raw, dict) and raw.get("pull_request") is not None


class _Row:
    """One object of an answer, and what it is called in errors."""

    def __init__(self, name: str, raw: object) -> None:
        if not isinstance(raw, dict):
            message = f"GitHub's answer shows {name} that is no object: the tool cannot read it"
            raise GitHubError(message)
        self._name, self._raw = name, cast("Mapping[str, Any]", raw)

    def need(self, key: str, kind: type[_Kind]) -> _Kind:
        """The value of a key, which must be there."""
        found = self.get(key, kind)
        if found is None:
            message = f"GitHub's answer shows {self._name} without `{key}`: the tool cannot read it"
            raise GitHubError(message)
        return found

    def get(self, key: str, kind: type[_Kind]) -> _Kind | None:
        """The value of a key; None where it is null or absent."""
        found = self._raw.get(key)
        if found is None:
            return None
        if not isinstance(found, kind) or isinstance(found, bool):
            raise self._wrong(key, _NAMES[kind])
        return found

    def part(self, key: str) -> _Row:
        """An object inside of this one, which must be there."""
        return _Row(f"{self._name}'s `{key}`", self.need(key, dict))

    def login(self, key: str) -> str:
        """Who did it; empty where GitHub names nobody."""
        user = self.get(key, dict)
        return _Row("a user", user).need("login", str) if user else ""

    def need_moment(self, key: str) -> datetime:
        """A time that must be there."""
        return self._time(key, self.need(key, str))

    def moment(self, key: str) -> datetime | None:
        """A time; None where it is null or absent."""
        found = self.get(key, str)
        return None if found is None else self._time(key, found)

    def _time(self, key: str, text: str) -> datetime:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise self._wrong(key, "a time with a zone")
        return found

    def _wrong(self, key: str, wanted: str) -> GitHubError:
        shown = f"GitHub's answer shows {self._name} whose `{key}` is not {wanted}"
        return GitHubError(f"{shown}: the tool cannot read it")
