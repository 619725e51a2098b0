"""What GitHub refuses, or answers strangely: told in words, with what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from github_desk import SHA, TOKEN, Desk, answering, at_desk, opened, refused

from reconciler.redaction import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk of this test's own."""
    with at_desk() as opened_desk:
        yield opened_desk


@pytest.mark.parametrize(
    ("permissions", "needed"),
    [
        ({"issues": "read", "pull-requests": "read"}, "pull-requests: write"),
        ({"contents": "write"}, "pull-requests: write"),
    ],
    ids=["reads alone", "none of it"],
)
def test_a_missing_permission_is_named(
    desk: Desk, permissions: dict[str, str], needed: str
) -> None:
    desk.server.tokens[TOKEN] = permissions

    error = refused(lambda: desk.github.create_comment(7, "hello"))
    assert f"the permission `{needed}`" in str(error)
    assert "Resource not accessible by integration" in str(error)
    assert not error.may_have_happened
    assert [] == desk.server.comments[7]
    assert [] == desk.time.slept


def test_the_permission_that_is_named_is_enough(desk: Desk) -> None:
    desk.server.tokens[TOKEN] = {}
    assert "`issues: write`" in str(refused(lambda: desk.github.create_issue("a", "b", [])))
    assert "`issues: write`" in str(refused(lambda: desk.github.issues("drift")))
    desk.server.tokens[TOKEN] = {"issues": "write"}
    desk.github.create_issue("a", "b", ["drift"])
    assert 1 == len(desk.github.issues("drift"))

    assert "`pull-requests: read`" in str(refused(lambda: desk.github.reviews(7)))
    assert "`pull-requests: read`" in str(refused(lambda: desk.github.pulls_of(SHA)))
    desk.server.tokens[TOKEN] = {"pull-requests": "read"}
    assert [] == desk.github.reviews(7)
    assert 1 == len(desk.github.pulls_of(SHA))


def test_a_token_that_is_not_accepted_names_its_variable(desk: Desk) -> None:
    desk.server.tokens.clear()

    error = str(refused(lambda: [*desk.github.comments(7)]))
    assert "Bad credentials (HTTP 401); set GITHUB_TOKEN" in error


def test_what_is_not_there_says_what_to_look_at(desk: Desk) -> None:
    error = str(refused(lambda: desk.github.update_comment(1, "hello")))
    assert "PATCH /repos/shop/coupons/issues/comments/1: GitHub says no: Not Found" in error
    assert "is GITHUB_REPOSITORY right" in error


def test_a_text_that_is_too_long_is_told_in_githubs_words(desk: Desk) -> None:
    error = str(refused(lambda: desk.github.create_comment(7, 65_537 * "x")))
    assert "Body is too long (maximum is 65536 characters) (HTTP 422)" in error
    assert 65_536 == len(desk.github.create_comment(7, 65_536 * "✓").body)


def test_githubs_words_can_neither_command_a_runner_nor_show_the_token(desk: Desk) -> None:
    message = f"::error::no\n::set-env x\x1b[31m {TOKEN} " + 900 * "x"
    desk.server.fail("GET", "comments", status=403, message=message)

    error = str(refused(lambda: [*desk.github.comments(7)]))
    assert "::" not in error
    assert error.isprintable()
    assert TOKEN not in error
    assert HIDDEN in error
    assert len(error) < 600


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>", "GitHub says no (HTTP 403); give"),
        (b"[]", "GitHub says no (HTTP 403); give"),
        (b'{"message": "No", "errors": ["one", "two"]}', "says no: No; one; two (HTTP 403)"),
        (b'{"message": "No", "errors": "one"}', "says no: No; one (HTTP 403)"),
        (b'{"message": "No", "errors": [{"field": "a", "code": 7}]}', "says no: No; a 7 (HTTP"),
    ],
)
def test_a_refusal_is_told_in_whatever_words_it_has(desk: Desk, body: bytes, said: str) -> None:
    with opened(desk.server, [], desk.time.clock, answering(body, status=403)) as github:
        assert said in str(refused(lambda: [*github.comments(7)]))


def test_an_issue_without_a_title_is_told_by_its_field(desk: Desk) -> None:
    error = str(refused(lambda: desk.github.create_issue("", "text", [])))
    assert "Validation Failed; Issue title missing_field (HTTP 422)" in error


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(desk: Desk, status: int) -> None:
    there = {"Location": f"{desk.server.url}/elsewhere"}
    desk.server.fail("POST", "comments", status=status, headers=there)

    error = refused(lambda: desk.github.create_comment(7, "hello"))
    assert "renamed or moved" in str(error)
    assert not error.may_have_happened
    assert 1 == len(desk.server.log)


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.test/page",
        "http://127.0.0.1:1/page",
        "https://127.0.0.1/page",
        "https://127.0.0.1:PORT/page",
        "http://localhost:PORT/page",
        "http://user:word@127.0.0.1:PORT/page",
        "http://127.0.0.1:port/page",
        "//elsewhere.test/page",
        "file:///etc/page",
        "http://[",
    ],
)
def test_the_token_goes_to_no_other_host_for_a_page(desk: Desk, link: str) -> None:
    port = desk.server.url.rpartition(":")[2]
    answer = answering(b"[]", f'<{link.replace("PORT", port)}>; rel="next"')
    with opened(desk.server, [], desk.time.clock, answer) as github:
        assert "another host" in str(refused(lambda: [*github.comments(7)]))


def test_pages_that_go_round_in_a_circle_end(desk: Desk) -> None:
    answer = answering(b"[]", '</round>; rel="next"')
    with opened(desk.server, [], desk.time.clock, answer) as github:
        assert "in a circle" in str(refused(lambda: [*github.comments(7)]))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>", "not JSON"),
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (100_000 * b"[", "not JSON"),
        (b"{}", "no list"),
        (b"[3]", "a comment that is no object"),
        (b'[{"body": "x"}]', "a comment without `id`"),
        (b'[{"id": "7"}]', "`id` is not a whole number"),
        (b'[{"id": true}]', "`id` is not a whole number"),
        (b'[{"id": 7, "user": "sam"}]', "`user` is not an object"),
        (b'[{"id": 7, "user": {"login": ""}, "updated_at": "soon"}]', "not a time with a zone"),
        (b'[{"id": 7, "updated_at": "2026-03-01T00:00:00"}]', "not a time with a zone"),
    ],
)
def test_an_answer_that_cannot_be_read_is_told_in_words(desk: Desk, body: bytes, said: str) -> None:
    with opened(desk.server, [], desk.time.clock, answering(body)) as github:
        assert said in str(refused(lambda: [*github.comments(7)]))
        writing = refused(lambda: github.create_comment(7, "hello"))
        assert writing.may_have_happened
