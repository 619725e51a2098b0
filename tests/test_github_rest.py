"""The client of GitHub, over a real socket against the stand-in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from github_desk import NOON, OTHER, SHA, TOKEN, Desk, at_desk, refused
from github_state import number_of

from reconciler.github.rows import Comment, Issue, Pull, Review

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk of this test's own."""
    with at_desk() as opened_desk:
        yield opened_desk


def test_a_comment_is_created_read_and_updated_in_place(desk: Desk) -> None:
    made = desk.github.create_comment(7, "first")
    desk.server.now = NOON + timedelta(hours=1)
    changed = desk.github.update_comment(made.id, "second ✓")

    url = f"https://github.test/shop/coupons/issues/7#issuecomment-{made.id}"
    assert Comment(made.id, "first", "github-actions[bot]", NOON, url, by_app=True) == made
    later = NOON + timedelta(hours=1)
    assert Comment(made.id, "second ✓", "github-actions[bot]", later, url, by_app=True) == changed
    assert [changed] == [*desk.github.comments(7)]


def test_every_page_of_comments_is_read_oldest_first(desk: Desk) -> None:
    for number in range(230):
        desk.server.comment(7, "sam", f"comment {number}")

    assert [f"comment {number}" for number in range(230)] == [
        one.body for one in desk.github.comments(7)
    ]
    assert [None, "2", "3"] == [query.get("page") for query in desk.server.queries]
    assert {"100"} == {query["per_page"] for query in desk.server.queries}


def test_pages_that_nobody_looks_at_are_not_asked_for(desk: Desk) -> None:
    for number in range(230):
        desk.server.comment(7, "sam", f"comment {number}")

    assert "comment 0" == next(desk.github.comments(7)).body
    assert 1 == len(desk.server.log)


def test_a_request_bears_what_github_asks_for(desk: Desk) -> None:
    [*desk.github.comments(7)]

    (headers,) = desk.server.headers
    assert "application/vnd.github+json" == headers["accept"]
    assert "2022-11-28" == headers["x-github-api-version"]
    assert f"Bearer {TOKEN}" == headers["authorization"]
    assert "coupon-series-reconciler" == headers["user-agent"]


def test_a_merged_pull_request_is_found_by_what_it_brought(desk: Desk) -> None:
    desk.server.now = NOON + timedelta(minutes=5)
    desk.server.merge(7, commits=[OTHER], merge_commit_sha=OTHER)

    url = "https://github.test/shop/coupons/pull/7"
    merged_at = NOON + timedelta(minutes=5)
    home, who = "shop/coupons", number_of("priya")
    expected = Pull(7, "priya", SHA, home, "main", home, merged_at, OTHER, url, who)
    assert [expected] == desk.github.pulls_of(OTHER)
    assert [expected] == desk.github.pulls_of(SHA)
    assert [] == desk.github.pulls_of("c" * 40)


def test_a_fork_that_is_gone_and_an_author_who_is_gone_are_told(desk: Desk) -> None:
    desk.server.add_pull(8, "", OTHER, head_repository=None)

    (found,) = desk.github.pulls_of(OTHER)
    assert (None, "", None) == (found.head_repository, found.author, found.merged_at)
    assert found.author_id is None


def test_reviews_come_in_order_with_who_and_at_which_commit(desk: Desk) -> None:
    desk.server.review(7, "sam", "CHANGES_REQUESTED")
    desk.server.review(7, "helper[bot]", commit=OTHER, association="NONE", author_type="Bot")
    desk.server.review(7, "sam", "PENDING")

    sam, helper = number_of("sam"), number_of("helper[bot]")
    assert [
        Review("sam", "User", "COLLABORATOR", "CHANGES_REQUESTED", SHA, NOON, sam),
        Review("helper[bot]", "Bot", "NONE", "APPROVED", OTHER, NOON, helper),
        Review("sam", "User", "COLLABORATOR", "PENDING", SHA, None, sam),
    ] == desk.github.reviews(7)


def test_all_reviews_are_read(desk: Desk) -> None:
    for _ in range(101):
        desk.server.review(7, "sam")

    assert 101 == len(desk.github.reviews(7))


@pytest.mark.parametrize(
    ("level", "may"), [("admin", True), ("write", True), ("read", False), ("none", False)]
)
def test_who_may_write_is_asked_by_login(desk: Desk, level: str, *, may: bool) -> None:
    desk.server.writers["sam"] = level

    assert may is desk.github.may_write("sam")
    assert "/repos/shop/coupons/collaborators/sam/permission" == desk.server.log[-1].path


@pytest.mark.parametrize("status", [403, 404])
def test_who_may_write_can_be_what_github_does_not_say(desk: Desk, status: int) -> None:
    desk.server.fail("GET", "/permission", status=status, message="Must have push access")

    assert None is desk.github.may_write("sam")


def test_github_that_asks_for_patience_has_not_said_who_may_write(desk: Desk) -> None:
    desk.server.fail("GET", "/permission", status=403, headers={"Retry-After": "2520"})

    assert "takes no more requests" in str(refused(lambda: desk.github.may_write("sam")))


def test_an_issue_is_opened_found_by_its_label_changed_and_closed(desk: Desk) -> None:
    made = desk.github.create_issue("Drift", "two fields", ["drift"])
    url = "https://github.test/shop/coupons/issues/8"
    assert Issue(8, "Drift", "two fields", url, "github-actions[bot]") == made
    assert [made] == desk.github.issues("drift")

    changed = desk.github.update_issue(8, body="one field")
    assert ("Drift", "one field") == (changed.title, changed.body)
    assert "Still drift" == desk.github.update_issue(8, title="Still drift").title
    desk.github.update_issue(8, body="none", state="closed")
    assert [] == desk.github.issues("drift")
    assert "closed" == desk.server.issues[8].state


def test_only_open_issues_with_the_label_are_found_and_no_pull_requests(desk: Desk) -> None:
    desk.server.add_pull(9, "sam", OTHER, labels=["drift"])
    desk.server.issue("sam", "another", "", ["bug"])
    desk.server.issue("sam", "wanted", "", ["Drift", "bug"])
    desk.server.issue("sam", "over", "", ["drift"])
    desk.server.close(12)

    assert ["wanted"] == [one.title for one in desk.github.issues("drift")]
