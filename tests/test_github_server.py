"""The stand-in for GitHub: it answers as GitHub does, and refuses what GitHub refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from github_desk import ALL, NOON, OTHER, SHA, TOKEN, ask
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


def test_a_good_request_is_answered_as_described(server: GitHubServer) -> None:
    made = ask(server, "POST", COMMENTS, {"body": "hello"})

    assert (201, "hello") == (made.status_code, made.json()["body"])
    assert "github-actions[bot]" == made.json()["user"]["login"]
    assert "2026-03-01T12:00:00Z" == made.json()["updated_at"]
    assert "Sun, 01 Mar 2026 12:00:00 GMT" == made.headers["Date"]
    assert [("POST", COMMENTS, {"body": "hello"}, "github-actions[bot]")] == server.log
    assert [] == server.violations + server.strange + server.refused


@pytest.mark.parametrize(
    ("body", "headers", "status", "message"),
    [
        ({"body": "x"}, {"User_Agent": "none"}, 403, "User-Agent"),
        ({"body": "x"}, {"Accept": "text/html"}, 415, "Must accept"),
        ({"body": "x"}, {"X_GitHub_Api_Version": "1999-01-01"}, 400, "not supported"),
        ("{", {}, 400, "Problems parsing JSON"),
        ("[1]", {}, 400, "Body should be a JSON object"),
        ({"body": " \n"}, {}, 422, "Validation Failed"),
        ({"body": 65_537 * "é"}, {}, 422, "Validation Failed"),
    ],
    ids=[
        "no user agent",
        "another media type",
        "another version",
        "no JSON",
        "a list",
        "blank",
        "too long",
    ],
)
def test_what_github_refuses_is_refused_and_remembered(
    server: GitHubServer, body: object, headers: dict[str, str], status: int, message: str
) -> None:
    answer = ask(server, "POST", COMMENTS, body, **headers)

    assert status == answer.status_code
    assert message in answer.json()["message"]
    assert 1 == len(server.refused)
    assert [] == server.violations + server.strange
    assert [] == server.comments[7]


@pytest.mark.parametrize("token", [None, "another"], ids=["without", "an unknown one"])
def test_a_request_without_a_good_token_is_refused(server: GitHubServer, token: str | None) -> None:
    assert 401 == ask(server, "GET", COMMENTS, token=token).status_code
    assert [None] == [one.actor for one in server.log]


@pytest.mark.parametrize(
    ("method", "path", "body", "enough"),
    [
        ("GET", COMMENTS, None, [{"issues": "read"}, {"pull-requests": "read"}]),
        ("POST", COMMENTS, {"body": "x"}, [{"issues": "write"}, {"pull-requests": "write"}]),
        ("GET", "/repos/shop/coupons/issues/8/comments", None, [{"issues": "read"}]),
        ("GET", ISSUES, None, [{"issues": "read"}]),
        ("POST", ISSUES, {"title": "x"}, [{"issues": "write"}]),
        ("PATCH", f"{ISSUES}/8", {"state": "closed"}, [{"issues": "write"}]),
        ("GET", f"/repos/shop/coupons/commits/{SHA}/pulls", None, [{"pull-requests": "read"}]),
        ("GET", "/repos/shop/coupons/pulls/7/reviews", None, [{"pull-requests": "read"}]),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_each_route_takes_a_permission_of_its_own(
    server: GitHubServer, method: str, path: str, body: object, enough: list[dict[str, str]]
) -> None:
    server.issue("sam", "an issue", "", [])
    every: list[dict[str, str]] = [{}]
    every += [{name: level} for name in (*ALL, "contents") for level in ("read", "write")]
    passed = []
    for allowed in every:
        server.tokens[TOKEN] = allowed
        answer = ask(server, method, path, body)
        if answer.status_code != 403:
            assert answer.is_success
            passed.append(allowed)

    reads = {name: "write" for one in enough for name, level in one.items() if level == "read"}
    expected = [*enough, *({name: level} for name, level in reads.items())]
    assert sorted(map(str, expected)) == sorted(map(str, passed))
    assert [] == server.violations


def test_an_edit_by_the_api_takes_the_permission_of_what_is_commented(server: GitHubServer) -> None:
    row = server.comment(7, "sam", "old")
    path = f"/repos/shop/coupons/issues/comments/{row.id}"
    server.tokens[TOKEN] = {"pull-requests": "read"}
    assert 403 == ask(server, "PATCH", path, {"body": "new"}).status_code
    server.tokens[TOKEN] = {"pull-requests": "write"}
    assert 200 == ask(server, "PATCH", path, {"body": "new"}).status_code
    assert "new" == row.body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/user"),
        ("DELETE", "/repos/shop/coupons/issues/comments/1"),
        ("GET", "/repos/other/coupons/issues/7/comments"),
        ("PUT", "/repos/shop/coupons/pulls/7/merge"),
        ("POST", "/repos/shop/coupons/pulls/7/reviews"),
    ],
)
def test_what_the_tool_has_no_business_with_is_remembered(
    server: GitHubServer, method: str, path: str
) -> None:
    answer = ask(server, method, path)

    assert (404, "Not Found") == (answer.status_code, answer.json()["message"])
    assert [f"{method} {path}"] == server.strange


@pytest.mark.parametrize("path", ["/issues/99/comments", "/pulls/99/reviews"])
def test_a_number_that_is_not_there_is_not_found_and_not_strange(
    server: GitHubServer, path: str
) -> None:
    assert 404 == ask(server, "GET", f"/repos/shop/coupons{path}").status_code
    assert [] == server.strange


def test_a_page_has_thirty_rows_unless_asked_and_a_hundred_at_most(server: GitHubServer) -> None:
    for number in range(205):
        server.comment(7, "sam", str(number))

    assert 30 == len(ask(server, "GET", COMMENTS).json())
    first = ask(server, "GET", f"{COMMENTS}?per_page=500")
    assert [str(number) for number in range(100)] == bodies(first)
    assert {"next", "last"} == {*first.links}
    second = ask(server, "GET", first.links["next"]["url"])
    assert {"prev", "next", "last", "first"} == {*second.links}
    third = ask(server, "GET", second.links["next"]["url"])
    assert ["200", "201", "202", "203", "204"] == bodies(third)
    assert {"prev", "first"} == {*third.links}
    assert [] == bodies(ask(server, "GET", f"{COMMENTS}?page=99"))


def bodies(answer: httpx.Response) -> list[Any]:
    return [one["body"] for one in answer.json()]


def test_links_name_the_repository_by_number_and_the_log_by_name(server: GitHubServer) -> None:
    for number in range(31):
        server.comment(7, "sam", str(number))
    there = ask(server, "GET", COMMENTS).links["next"]["url"]

    assert "/repositories/" in there
    assert ["30"] == bodies(ask(server, "GET", there))
    assert [COMMENTS, COMMENTS] == [one.path for one in server.log]


def test_a_commit_belongs_to_what_brought_it_or_else_to_what_holds_it(
    server: GitHubServer,
) -> None:
    server.add_pull(8, "sam", SHA)
    assert [7, 8] == numbers(server, SHA)
    server.merge(8, commits=[SHA], merge_commit_sha=OTHER)

    assert [8] == numbers(server, SHA)
    assert [8] == numbers(server, OTHER)


def test_a_pushed_head_is_added_and_a_forced_one_replaces(server: GitHubServer) -> None:
    server.push(7, OTHER)
    assert ([7], [7]) == (numbers(server, SHA), numbers(server, OTHER))
    server.push(7, "c" * 40, force=True)
    assert ([], []) == (numbers(server, SHA), numbers(server, OTHER))


def numbers(server: GitHubServer, commit: str) -> list[int]:
    answer = ask(server, "GET", f"/repos/shop/coupons/commits/{commit}/pulls")
    return sorted(one["number"] for one in answer.json())


def test_an_open_pull_request_shows_a_trial_merge_and_no_time(server: GitHubServer) -> None:
    (row,) = ask(server, "GET", f"/repos/shop/coupons/commits/{SHA}/pulls").json()
    assert row["merged_at"] is None
    assert 40 == len(row["merge_commit_sha"])


def test_an_edit_in_the_browser_moves_the_time(server: GitHubServer) -> None:
    row = server.comment(7, "sam", "old")
    server.now = NOON + timedelta(minutes=1)
    server.edit(row.id, "new")

    (found,) = ask(server, "GET", COMMENTS).json()
    assert ("2026-03-01T12:00:00Z", "2026-03-01T12:01:00Z", "new") == (
        found["created_at"],
        found["updated_at"],
        found["body"],
    )


def test_its_clock_is_the_real_one_unless_it_is_set(server: GitHubServer) -> None:
    server.now = None
    before = datetime.now(UTC)
    assert before <= server.comment(7, "sam", "now").created_at <= datetime.now(UTC)


def test_issues_are_listed_newest_first_with_pull_requests_among_them(
    server: GitHubServer,
) -> None:
    server.issue("sam", "first", "", ["drift"])
    server.now = NOON + timedelta(days=1)
    server.issue("sam", "second", "", ["drift", "bug"])

    rows = ask(server, "GET", ISSUES).json()
    assert [9, 8, 7] == [one["number"] for one in rows]
    assert [False, False, True] == ["pull_request" in one for one in rows]
    both = ask(server, "GET", f"{ISSUES}?labels=bug,drift&direction=asc").json()
    assert [9] == [one["number"] for one in both]


def test_a_fault_comes_as_often_as_asked_before_or_after_the_deed(server: GitHubServer) -> None:
    server.fail("POST", "comments", status=502)
    server.fail("POST", "comments", status=503, carried=True)

    answers = [ask(server, "POST", COMMENTS, {"body": str(n)}).status_code for n in range(3)]
    assert [502, 503, 201] == answers
    assert ["1", "2"] == [row.body for row in server.comments[7]]


def test_a_connection_can_break_after_the_deed(server: GitHubServer) -> None:
    server.fail("POST", "comments", carried=True)

    with pytest.raises(httpx.RemoteProtocolError):
        ask(server, "POST", COMMENTS, {"body": "hello"})
    assert ["hello"] == [row.body for row in server.comments[7]]
