"""Requests and answers are held against GitHub's published description."""

from __future__ import annotations

from typing import TYPE_CHECKING

import github_contract
import pytest
from github_desk import ALL, NOON, SHA, TOKEN, ask
from github_server import GitHubServer

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMENTS = "/repos/shop/coupons/issues/7/comments"
ISSUES = "/repos/shop/coupons/issues"


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    """A stand-in with pull request 7 and a token that may do it all."""
    with GitHubServer(now=NOON, tokens={TOKEN: ALL}) as opened:
        opened.add_pull(7, "priya", SHA)
        yield opened


@pytest.mark.parametrize(
    ("method", "path", "body", "violation"),
    [
        ("GET", f"{COMMENTS}?sort=created", None, "sort: no such query parameter"),
        ("GET", f"{COMMENTS}?per_page=many", None, "'many' is not of type 'integer'"),
        ("GET", f"{COMMENTS}?since=monday", None, "is not a 'date-time'"),
        ("GET", f"{ISSUES}?state=new", None, "'new' is not one of"),
        ("GET", "/repos/shop/coupons/issues/seven/comments", None, "issue_number"),
        ("POST", COMMENTS, {"text": "x"}, "'body' is a required property"),
        ("POST", COMMENTS, {"body": 7}, "7 is not of type 'string'"),
        ("POST", COMMENTS, {"body": "x", "labels": []}, "labels: no such field"),
        ("POST", COMMENTS, None, "None is not of type 'object'"),
        ("POST", ISSUES, {"title": "x", "labels": "drift"}, "'drift' is not of type 'array'"),
        ("PATCH", f"{ISSUES}/8", {"state": "done"}, "'done' is not one of"),
    ],
)
def test_a_request_that_is_not_as_described_is_a_violation(
    server: GitHubServer, method: str, path: str, body: object, violation: str
) -> None:
    assert 500 == ask(server, method, path, body).status_code
    assert violation in " ".join(server.violations)
    assert [] == server.comments[7]


def test_an_answer_that_is_not_as_described_is_a_violation(server: GitHubServer) -> None:
    server.comment(7, "sam", "hello")
    server.comments[7][0].id = "many"  # type: ignore[assignment] # on purpose

    assert 500 == ask(server, "GET", COMMENTS).status_code
    assert "'many' is not of type 'integer'" in server.violations[0]


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("issue-comment", "PATCH", "/repos/o/r/issues/comments/1"),
        ("issue", "PATCH", "/repos/o/r/issues/1"),
    ],
)
def test_an_empty_object_is_filled_with_what_the_description_needs(
    name: str, method: str, path: str
) -> None:
    made, asked = github_contract.filled(name, {}), github_contract.route(method, path)
    assert [] == github_contract.answer_faults(asked, 200, made)
    for key in made:
        less = {one: made[one] for one in made if one != key}
        assert github_contract.answer_faults(asked, 200, less)
