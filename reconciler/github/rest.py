"""GitHub's REST API, as far as the tool needs it: comments, reviews, and issues of one repository.

Every method raises GitHubError.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import httpx

from reconciler.errors import GitHubError
from reconciler.github import rows
from reconciler.github.answer import Answer, Call, next_page
from reconciler.github.site import Site, address
from reconciler.github.wire import Wire
from reconciler.limiter import REAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from reconciler.limiter import Clock
    from reconciler.redaction import Redactor

__all__ = ["GitHub", "Site"]

PATIENCE = 60.0  # seconds that a request takes at most
_PAGE = 100  # rows: the most that GitHub shows at once
_TALK = "pull-requests: write"
_PULLS = "pull-requests: read"
_ISSUES = "issues: write"
_Row = TypeVar("_Row")


class GitHub:
    """One repository. Use it as a context manager, in one thread."""

    def __init__(  # noqa: PLR0913 - each is one thing that a test or a command replaces
        self,
        site: Site,
        *,
        note: Callable[[str, int], None],
        redactor: Redactor,
        transport: httpx.BaseTransport | None = None,
        clock: Clock = REAL,
        patience: float = PATIENCE,
    ) -> None:
        """Open nothing yet. `note` hears of waits, at level 0, of attempts that failed, at 1, and
        of each request, at 2; `redactor` learns the token; `transport` replaces the network;
        `patience` is how long a request may take, in seconds.
        """
        redactor.add(site.token)
        self._base = address(site)
        http = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(patience / 3, connect=patience / 6),
            follow_redirects=False,
            trust_env=self._base.scheme == "https",  # else a proxy would read the token
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {site.token}",
                "User-Agent": "coupon-series-reconciler",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        for_body = patience * 2 / 3  # one more wait for bytes may follow
        self._wire = Wire(http, note, redactor.hide, clock, for_body)

    def __enter__(self) -> Self:
        """Nothing to open: the first request connects."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._wire.close()

    def comments(self, number: int) -> Iterator[rows.Comment]:
        """All comments of an issue or pull request, oldest first, a page at a time."""
        return map(rows.comment, self._list(f"issues/{number}/comments", _TALK))

    def create_comment(self, number: int, body: str) -> rows.Comment:
        """One more comment."""
        path = f"issues/{number}/comments"
        return self._write(Call("POST", _TALK), path, {"body": body}, rows.comment)

    def update_comment(self, comment_id: int, body: str) -> rows.Comment:
        """Another text for a comment."""
        path = f"issues/comments/{comment_id}"
        return self._write(Call("PATCH", _TALK), path, {"body": body}, rows.comment)

    def pulls_of(self, commit: str) -> list[rows.Pull]:
        """The pull requests that a commit belongs to: the one that brought it into the default
        branch, or else all that hold it, merged or open.
        """
        path = f"commits/{quote(commit, safe='')}/pulls"
        return [rows.pull(raw) for raw in self._list(path, _PULLS)]

    def reviews(self, number: int) -> list[rows.Review]:
        """All reviews of a pull request, oldest first."""
        return [rows.review(raw) for raw in self._list(f"pulls/{number}/reviews", _PULLS)]

    def may_write(self, login: str) -> bool | None:
        """Whether somebody may write to the repository, whatever shows of a membership; None where
        GitHub does not know.
        """
        url = self._url(f"collaborators/{quote(login, safe='')}/permission")
        untold = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
        call = Call("GET", "metadata: read, which each token has", untold)
        answer = self._wire.ask(call, url)
        if answer.status in untold:
            return None
        found = _document(answer, call, url)
        return isinstance(found, dict) and found.get("permission") in {"admin", "write"}

    def issues(self, label: str) -> list[rows.Issue]:
        """The open issues with a label, oldest first, without the pull requests among them."""
        found = self._list(
            "issues", _ISSUES, state="open", labels=label, sort="created", direction="asc"
        )
        return [rows.issue(raw) for raw in found if not rows.is_pull(raw)]

    def create_issue(self, title: str, body: str, labels: Sequence[str]) -> rows.Issue:
        """One more issue; a label that is not there yet comes into being."""
        fields = {"title": title, "body": body, "labels": [*labels]}
        return self._write(Call("POST", _ISSUES), "issues", fields, rows.issue)

    def update_issue(
        self,
        number: int,
        *,
        body: str | None = None,
        title: str | None = None,
        state: str | None = None,
    ) -> rows.Issue:
        """Change what is given of an issue. `state` is "open" or "closed"."""
        given = {"body": body, "title": title, "state": state}
        fields = {key: value for key, value in given.items() if value is not None}
        return self._write(Call("PATCH", _ISSUES), f"issues/{number}", fields, rows.issue)

    def _list(self, path: str, needs: str, **query: str) -> Iterator[Any]:
        """The rows of every page. GitHub says where the next one is."""
        call = Call("GET", needs)
        page: httpx.URL | None = self._url(path).copy_merge_params({**query, "per_page": _PAGE})
        seen: set[httpx.URL] = set()
        while page is not None:
            seen.add(page)
            answer = self._wire.ask(call, page)
            found = _document(answer, call, page)
            if not isinstance(found, list):
                message = f"{call.what(page)}: GitHub's answer is no list; is GITHUB_API_URL right?"
                raise GitHubError(message)
            yield from found
            page = next_page(answer, page)
            if page in seen:
                message = f"{call.what(page)}: GitHub's pages go round in a circle: run again"
                raise GitHubError(message)

    def _write(
        self, call: Call, path: str, fields: dict[str, Any], read: Callable[[object], _Row]
    ) -> _Row:
        """What GitHub shows of what it wrote. It did write it, whatever it shows."""
        url = self._url(path)
        answer = self._wire.ask(call, url, fields)
        try:
            return read(_document(answer, call, url))
        except GitHubError as error:
            raise GitHubError(str(error), may_have_happened=True) from None

    def _url(self, path: str) -> httpx.URL:
        return self._base.copy_with(raw_path=self._base.raw_path + b"/" + path.encode())


def _document(answer: Answer, call: Call, url: httpx.URL) -> Any:  # noqa: ANN401 - any JSON
    try:
        return answer.document()
    except ValueError:
        message = f"{call.what(url)}: GitHub's answer is not JSON; is GITHUB_API_URL right?"
        raise GitHubError(message, may_have_happened=call.writes) from None
