"""The routes of the stand-in for GitHub: what each takes, changes and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import github_contract as contract
import github_state as shown
from github_http import BAD
from github_state import CommentRow, IssueRow, PullRow, of_commit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from github_contract import Route
    from github_http import Came
    from github_server import GitHubServer

LONGEST = 65_536  # characters of a comment or an issue
LONGEST_TITLE = 256
_MOST = 100  # rows of a page
_USUAL = 30
_ACCEPTED = {"application/vnd.github+json", "application/json", "*/*"}
_VERSION = "2022-11-28"


class Refusal(Exception):  # noqa: N818 - it is no error of the stand-in
    """GitHub says no."""

    def __init__(self, status: int, message: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(message)
        self.status, self.message, self.errors = status, message, errors

    @property
    def document(self) -> dict[str, Any]:
        """What GitHub says then."""
        told = {"message": self.message, "documentation_url": "https://docs.github.com/rest"}
        errors = {"errors": [*self.errors]} if self.errors else {}
        return {**told, **errors, "status": str(self.status)}


@dataclass(frozen=True)
class Request:
    """A request that may be carried out."""

    route: Route
    query: Mapping[str, str]
    body: Mapping[str, Any]
    actor: str
    allowed: Mapping[str, str]

    def number(self, name: str) -> int:
        """A number in the path; GitHub knows nothing under anything else."""
        text = self.route.path[name]
        if not text.isdigit():
            raise Refusal(404, "Not Found")
        return int(text)

    def may(self, level: str, *names: str) -> None:
        """Refuse a token that has none of the permissions."""
        enough = {"read": {"read", "write"}, "write": {"write"}}[level]
        if not any(self.allowed.get(name) in enough for name in names):
            raise Refusal(403, "Resource not accessible by integration")


def admitted(server: GitHubServer, asked: Route | None, came: Came) -> Request:
    """A request that may be carried out, or else the Refusal of GitHub."""
    if not came.headers.get("user-agent"):
        raise Refusal(403, "Request forbidden by administrative rules. No User-Agent header.")
    if came.token not in server.tokens:
        raise Refusal(401, "Bad credentials" if came.token else "Requires authentication")
    if asked is None or home_of(asked) != server.repository:
        raise Refusal(404, "Not Found")
    if not {one.strip() for one in came.headers.get("accept", "*/*").split(",")} & _ACCEPTED:
        raise Refusal(415, "Unsupported 'Accept' header: Must accept 'application/json'.")
    if came.headers.get("x-github-api-version", _VERSION) != _VERSION:
        raise Refusal(400, "The version in X-GitHub-Api-Version is not supported.")
    body = came.body
    if body is BAD:
        raise Refusal(400, "Problems parsing JSON")
    if body is not None and not isinstance(body, dict):
        raise Refusal(400, "Body should be a JSON object")
    faults = contract.request_faults(asked, came.query, body)
    if faults:
        server.violations += [f"{asked.name} {came.path}: {fault}" for fault in faults]
        raise Refusal(500, "; ".join(faults))
    actor = server.actors.get(came.token, shown.BOT)
    return Request(asked, came.query, body or {}, actor, server.tokens[came.token])


def home_of(asked: Route) -> str:
    """The repository that a request is about."""
    return f"{asked.path['owner']}/{asked.path['repo']}"


def perform(server: GitHubServer, request: Request) -> tuple[int, Any, dict[str, str]]:
    """Carry a request out: the status, the document and the headers of the answer."""
    return _ROUTES[request.route.name](server, request)


def _talk(server: GitHubServer, request: Request, level: str, number: int) -> None:
    """Refuse what may not see or change the comments of an issue or pull request."""
    if number in server.pulls:
        request.may(level, "issues", "pull-requests")
        return
    request.may(level, "issues")
    if number not in server.issues:
        raise Refusal(404, "Not Found")


def _list_comments(server: GitHubServer, request: Request) -> tuple[int, Any, dict[str, str]]:
    number = request.number("issue_number")
    _talk(server, request, "read", number)
    return _page(server, request, [_comment(server, row) for row in server.comments[number]])


def _create_comment(server: GitHubServer, request: Request) -> tuple[int, Any, dict[str, str]]:
    number = request.number("issue_number")
    _talk(server, request, "write", number)
    _check_text(request.body["body"], "IssueComment", blank=False)
    return 201, _comment(server, server.comment(number, request.actor, request.body["body"])), {}


def _update_comment(server: GitHubServer, request: Request) -> tuple[int, Any, dict[str, str]]:
    row = server.found_comment(request.number("comment_id"))
    if row is None:
        request.may("write", "issues", "pull-requests")
        raise Refusal(404, "Not Found")
    _talk(server, request, "write", row.number)
    _check_text(request.body["body"], "IssueComment", blank=False)
    server.edit(row.id, request.body["body"])
    return 200, _comment(server, row), {}


def _list_pulls(server: GitHubServer, request: Request) -> tuple[int, Any, dict[str, str]]:
    request.may("read", "pull-requests")
    found = of_commit([*server.pulls.values()], request.route.path["commit_sha"])
    return _page(server, request, [shown.pull(row, server.url, server.repository) for row in found])


def _list_reviews(server: GitHubServer, request: Request) -> tuple[int, Any, dict[str, str]]:
    request.may("read", "pull-requests")
    number = request.number("pull_number")
    if number not in server.pulls:
        raise Refusal(404, "Not Found")
    found = server.pulls[number].reviews
    rows = [shown.review(row, number, server.url, server.repository) for row in found]
    return _page(server, request, rows)


def _permission(server: GitHubServer, request: Request) -> tuple[int, Any, dict[str, str]]:
    login = request.route.path["username"]
    inside = any(
        one.author == login and one.association in {"OWNER", "MEMBER", "COLLABORATOR"}
        for pull in server.pulls.values()
        for one in pull.reviews
    )
    found = server.writers.get(login, "write" if inside else "read")
    return 200, shown.permission(found), {}


def _list_issues(server: GitHubServer, request: Request) -> tuple[int, Any, dict[str, str]]:
    request.may("read", "issues")
    state = request.query.get("state", "open")
    wanted = {name.strip().lower() for name in request.query.get("labels", "").split(",")} - {""}
    every: list[IssueRow | PullRow] = [*server.issues.values(), *server.pulls.values()]
    found = [
        row
        for row in every
        if state in {row.state, "all"} and wanted <= {name.lower() for name in row.labels}
    ]
    newest_first = request.query.get("direction", "desc") == "desc"
    found.sort(key=lambda row: (row.created_at, row.number), reverse=newest_first)
    return _page(server, request, [_issue(server, row) for row in found])


def _create_issue(server: GitHubServer, request: Request) -> tuple[int, Any, dict[str, str]]:
    request.may("write", "issues")
    title, body = str(request.body["title"]), request.body.get("body") or ""
    _check_title(title)
    _check_text(body, "Issue", blank=True)
    given = request.body.get("labels", ())
    labels = [one if isinstance(one, str) else one["name"] for one in given]
    return 201, _issue(server, server.issue(request.actor, title, body, labels)), {}


def _update_issue(server: GitHubServer, request: Request) -> tuple[int, Any, dict[str, str]]:
    number = request.number("issue_number")
    _talk(server, request, "write", number)
    row = server.issues.get(number)
    if row is None:  # the tool changes no pull request by this route
        raise Refusal(422, "the stand-in changes issues alone here")
    changed = request.body
    title, body = str(changed.get("title") or row.title), changed.get("body") or ""
    _check_title(title)
    _check_text(body, "Issue", blank=True)
    row.title, row.body = title, body if "body" in changed else row.body
    row.state = changed.get("state", row.state)
    return 200, _issue(server, row), {}


def _comment(server: GitHubServer, row: CommentRow) -> dict[str, Any]:
    return shown.comment(row, server.url, server.repository)


def _issue(server: GitHubServer, row: IssueRow | PullRow) -> dict[str, Any]:
    return shown.issue(row, server.url, server.repository)


def _check_text(text: str, resource: str, *, blank: bool) -> None:
    wrong = {"resource": resource, "code": "unprocessable", "field": "data"}
    if not (blank or text.strip()):
        raise Refusal(422, "Validation Failed", [{**wrong, "message": "Body cannot be blank"}])
    if len(text) > LONGEST:
        said = f"Body is too long (maximum is {LONGEST} characters)"
        raise Refusal(422, "Validation Failed", [{**wrong, "message": said}])


def _check_title(title: str) -> None:
    wrong = {"resource": "Issue", "field": "title"}
    if not title.strip():
        raise Refusal(422, "Validation Failed", [{**wrong, "code": "missing_field"}])
    if len(title) > LONGEST_TITLE:
        said = f"title is too long (maximum is {LONGEST_TITLE} characters)"
        raise Refusal(422, "Validation Failed", [{**wrong, "code": "custom", "message": said}])


def _page(
    server: GitHubServer, request: Request, rows: Sequence[Any]
) -> tuple[int, Any, dict[str, str]]:
    """One page, and where the others are. GitHub's links name the repository by its number."""
    size = min(max(int(request.query.get("per_page", _USUAL)), 1), _MOST)
    page = max(int(request.query.get("page", 1)), 1)
    last = max(-(-len(rows) // size), 1)
    links = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    shown_links = [
        f'<{server.link(request, number)}>; rel="{name}"'
        for name, number in links.items()
        if (page > 1 if name in {"prev", "first"} else page < last)
    ]
    headers = {"Link": ", ".join(shown_links)} if shown_links else {}
    return 200, rows[(page - 1) * size : page * size], headers


_ROUTES: Mapping[str, Callable[[GitHubServer, Request], tuple[int, Any, dict[str, str]]]] = {
    "issues/list-comments": _list_comments,
    "issues/create-comment": _create_comment,
    "issues/update-comment": _update_comment,
    "repos/list-pull-requests-associated-with-commit": _list_pulls,
    "pulls/list-reviews": _list_reviews,
    "repos/get-collaborator-permission-level": _permission,
    "issues/list-for-repo": _list_issues,
    "issues/create": _create_issue,
    "issues/update": _update_issue,
}
