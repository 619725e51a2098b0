"""A stand-in for GitHub's REST API: a real server on this machine, with its state in memory.

It behaves as GitHub does for the routes that the tool uses, refuses what GitHub refuses, and holds
every request and every answer of its own against GitHub's description (`violations`). Everything
that the tool has no business with is a 404, and remembered (`strange`).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import github_contract as contract
from github_http import BAD, Listener, Reply
from github_routes import Refusal, admitted, home_of, perform
from github_state import BOT, CommentRow, IssueRow, PullRow, ReviewRow, number_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from github_http import Came
    from github_routes import Request


class Asked(NamedTuple):
    """One request, as tests look at it. `actor` is None where no good token came with it."""

    method: str
    path: str
    body: Any
    actor: str | None


@dataclass
class Fault:
    """What goes wrong with requests, for as many `times`. Without a status nothing is answered."""

    method: str
    path_part: str
    status: int | None
    headers: Mapping[str, str]
    message: str
    carried: bool
    times: int


@dataclass
class GitHubServer:
    """Use it as a context manager. What is public may be looked at and changed by tests."""

    repository: str = "shop/coupons"
    now: datetime | None = None  # its clock; the real time while None
    tokens: dict[str, Mapping[str, str]] = field(default_factory=dict)  # permissions of each
    actors: dict[str, str] = field(default_factory=dict)  # whose token it is, if not the bot's
    writers: dict[str, str] = field(default_factory=dict)  # "write", "read": else by association
    pulls: dict[int, PullRow] = field(default_factory=dict)
    issues: dict[int, IssueRow] = field(default_factory=dict)
    comments: defaultdict[int, list[CommentRow]] = field(default_factory=lambda: defaultdict(list))
    log: list[Asked] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)  # of each request in `log`
    headers: list[dict[str, str]] = field(default_factory=list)  # the same, names in lower case
    strange: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # why something was answered with 4xx
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nothing listens yet."""
        self._lock = threading.RLock()
        self._ids = 1000
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        """Listen on a free port of this machine."""
        self._listener = Listener(self.answer)
        return self

    def __exit__(self, *_error: object) -> None:
        """Close every connection."""
        assert self._listener is not None
        self._listener.close()

    @property
    def url(self) -> str:
        """What GITHUB_API_URL is to be."""
        assert self._listener is not None
        return f"http://127.0.0.1:{self._listener.port}"

    # --- what people do in the browser ---------------------------------------------------------

    def add_pull(
        self,
        number: int,
        author: str,
        head: str,
        base: str = "main",
        head_repository: str | None = "shop/coupons",
        title: str = "Another discount",
        labels: Sequence[str] = (),
    ) -> PullRow:
        """Open a pull request."""
        with self._lock:
            row = PullRow(
                number, author, title, head, head_repository, base, tuple(labels), self.time()
            )
            row.branch.add(head)
            self.pulls[number] = row
            return row

    def push(self, number: int, head: str, *, force: bool = False) -> None:
        """Another head for a pull request. With force, what was there before is gone."""
        with self._lock:
            row = self.pulls[number]
            row.head, row.branch = head, {head} if force else row.branch | {head}

    def merge(self, number: int, commits: Sequence[str], merge_commit_sha: str) -> None:
        """Merge a pull request: `commits` are those that it brought to the base branch."""
        with self._lock:
            row = self.pulls[number]
            row.state, row.merged_at = "closed", self.time()
            row.merge_commit_sha, row.brought = merge_commit_sha, {*commits, merge_commit_sha}

    def close(self, number: int) -> None:
        """Close a pull request without merging it, or an issue."""
        with self._lock:
            (self.pulls.get(number) or self.issues[number]).state = "closed"

    def review(
        self,
        number: int,
        author: str,
        state: str = "APPROVED",
        commit: str | None = None,
        association: str = "COLLABORATOR",
        author_type: str = "User",
    ) -> ReviewRow:
        """Review a pull request, at its head unless said otherwise. PENDING is not submitted."""
        with self._lock:
            at = None if state == "PENDING" else self.time()
            where = self.pulls[number].head if commit is None else commit
            row = ReviewRow(self._next_id(), author, author_type, association, state, where, at)
            self.pulls[number].reviews.append(row)
            return row

    def comment(self, number: int, author: str, body: str) -> CommentRow:
        """Somebody comments."""
        with self._lock:
            now = self.time()
            row = CommentRow(self._next_id(), number, author, body, now, now)
            self.comments[number].append(row)
            return row

    def edit(self, comment_id: int, body: str) -> None:
        """Somebody edits a comment."""
        with self._lock:
            row = self.found_comment(comment_id)
            assert row is not None
            row.body, row.updated_at = body, self.time()

    def issue(self, author: str, title: str, body: str, labels: Sequence[str]) -> IssueRow:
        """Somebody opens an issue; issues and pull requests are numbered together."""
        with self._lock:
            number = max([0, *self.pulls, *self.issues]) + 1
            row = IssueRow(number, author, title, body, tuple(labels), self.time())
            self.issues[number] = row
            return row

    # --- what a test sets up -------------------------------------------------------------------

    def fail(
        self,
        method: str,
        path_part: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        message: str = "Server Error",
        carried: bool = False,
        times: int = 1,
    ) -> None:
        """Let the next requests fail: with a status, or else by a connection that breaks.
        `carried`: what they ask for is done all the same.
        """
        self.faults.append(Fault(method, path_part, status, headers or {}, message, carried, times))

    def time(self) -> datetime:
        """The time by its clock."""
        return self.now or datetime.now(UTC)

    def found_comment(self, comment_id: int) -> CommentRow | None:
        """A comment by its id."""
        every = (row for rows in self.comments.values() for row in rows)
        return next((row for row in every if row.id == comment_id), None)

    def link(self, request: Request, page: int) -> str:
        """Where a page of a list is, by the repository's number, as GitHub has it."""
        rest = self.log[-1].path.removeprefix(f"/repos/{self.repository}")
        query = urlencode({**request.query, "page": page})
        return f"{self.url}/repositories/{number_of(self.repository)}{rest}?{query}"

    def _next_id(self) -> int:
        self._ids += 1
        return self._ids

    # --- answering -----------------------------------------------------------------------------

    def answer(self, came: Came) -> Reply | None:
        """The answer to a request; None breaks the connection."""
        with self._lock:
            home, numbered = f"/repos/{self.repository}/", number_of(self.repository)
            path = came.path.replace(f"/repositories/{numbered}/", home, 1)
            came = replace(came, path=path)
            actor = self.actors.get(came.token, BOT) if came.token in self.tokens else None
            body = None if came.body is BAD else came.body
            self.log.append(Asked(came.method, path, body, actor))
            self.queries.append(came.query)
            self.headers.append(came.headers)
            fault = self._fault(came)
            if fault and not fault.carried:
                return self._failed(fault)
            reply = self._judged(came)
            return self._failed(fault) if fault else reply

    def _fault(self, came: Came) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.method == came.method and fault.path_part in came.path:
                fault.times -= 1
                return fault
        return None

    def _failed(self, fault: Fault) -> Reply | None:
        if fault.status is None:
            return None
        document = {"message": fault.message, "documentation_url": "https://docs.github.com/rest"}
        return Reply(fault.status, document, {**fault.headers}, self.time())

    def _judged(self, came: Came) -> Reply:
        """What GitHub would answer, held against its description."""
        asked, what = contract.route(came.method, came.path), f"{came.method} {came.path}"
        headers: dict[str, str] = {}
        try:
            status, document, headers = perform(self, admitted(self, asked, came))
        except Refusal as no:
            self.refused.append(f"{no.status} {what}: {no.message}")
            status, document = no.status, no.document
        if asked is None or home_of(asked) != self.repository:
            self.strange.append(what)
        faults = [] if status == 500 else contract.answer_faults(asked, status, document)
        if faults:
            self.violations += [f"answer to {what}: {fault}" for fault in faults]
            status, document = 500, {"message": "; ".join(faults)}
        return Reply(status, document, headers, self.time())
