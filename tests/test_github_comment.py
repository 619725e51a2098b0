"""One comment for each target: found again, kept by the newest run, and never somebody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from github_comments import BODY, methods, old, putting, texts, written
from github_state import BOT
from merged import ANOTHER, DIGEST, KEY, OTHER_KEY, TWENTY, Shop, shop

from reconciler.errors import GitHubError
from reconciler.github.comment import CREATED, NEWER, UPDATED
from reconciler.github.marker import claimed, comment, prefix, verified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Pull request 7, on a GitHub whose clock is ours."""
    with shop(tmp_path, monkeypatch, now=None) as opened:
        opened.open(7, {"diwali.yaml": TWENTY})
        yield opened


def test_the_first_run_makes_the_comment_and_the_next_ones_update_it(here: Shop) -> None:
    first = putting(here)
    second = putting(here, run=2, body="### Another plan\n")
    again = putting(here, run=2, attempt=2, body="### A third\n")

    assert [CREATED, UPDATED, UPDATED] == [first.how, second.how, again.how]
    assert 1 == len({first.url, second.url, again.url})
    assert (2, 2) == written(here).order
    assert texts(here)[0].endswith("### A third\n")


def test_it_is_found_on_whichever_page_of_comments_it_is(here: Shop) -> None:
    for number in range(230):
        here.server.comment(7, "priya", f"comment {number}")
    putting(here)
    for number in range(30):
        here.server.comment(7, "priya", f"later {number}")
    here.server.log.clear()

    assert UPDATED == putting(here, run=2).how
    assert ["GET", "GET", "GET", "PATCH"] == methods(here)
    assert 261 == len(texts(here))


def test_each_target_has_its_own(here: Shop) -> None:
    putting(here)
    putting(here, target="sandbox-2")
    putting(here, target="sand box")
    putting(here, run=2)

    assert 3 == len(texts(here))
    assert (2, 1) == (verified(texts(here)[0], KEY) or here.marker()).order


def loud(here: Shop) -> str:
    """What somebody else wrote, who says that it is of the last run of all."""
    text = comment(here.marker(run=10**9), BODY, None)
    here.server.comment(7, "mallory", text)
    here.server.comment(7, "mallory", f"{prefix('sandbox')}x.y -->\n")
    return text


def test_nobody_elses_comment_is_taken_for_it(here: Shop) -> None:
    before = loud(here)

    assert [CREATED, UPDATED] == [putting(here).how, putting(here, run=2).how]
    assert before == texts(here)[0]
    assert [BOT] == [row.author for row in here.server.comments[7][2:]]


def test_without_a_key_any_is_taken_for_it_and_what_it_says_is_not_believed(here: Shop) -> None:
    """A person's token may have written it; nothing but a comment hangs on it."""
    before = loud(here)

    assert UPDATED == putting(here, None).how
    assert 2 == len(texts(here))
    assert before not in texts(here)


def test_without_a_key_an_apps_comment_is_preferred(here: Shop) -> None:
    before = loud(here)
    mine = here.server.comment(7, BOT, comment(here.marker(), BODY, None))

    assert UPDATED == putting(here, None, run=2).how
    assert before == texts(here)[0]
    assert (2, 1) == (claimed(mine.body) or here.marker()).order


def test_a_copy_of_it_is_left_to_who_made_it(here: Shop) -> None:
    putting(here, run=3)
    copy = here.server.comment(7, "mallory", texts(here)[0])
    original = here.server.comments[7][0]
    here.server.edit(original.id, original.body.replace("Plan", "Nothing"))

    assert original.id != copy.id
    assert putting(here, run=4).url.endswith(f"-{original.id}")
    assert (3, 1) == (verified(copy.body, KEY) or here.marker()).order


def test_one_that_another_key_signed_is_written_anew(here: Shop) -> None:
    putting(here, OTHER_KEY, run=9)

    assert UPDATED == putting(here, run=1).how
    assert (1, 1) == written(here).order


@pytest.mark.parametrize("key", [KEY, None], ids=["with a key", "without"])
@pytest.mark.parametrize(
    ("run", "attempt", "how"),
    [(4, 9, NEWER), (5, 1, NEWER), (5, 2, UPDATED), (5, 3, UPDATED), (6, 1, UPDATED)],
)
def test_an_older_run_does_not_overwrite_a_newer_one(
    here: Shop, key: str | None, run: int, attempt: int, how: str
) -> None:
    putting(here, key, run=5, attempt=2)
    before = texts(here)

    assert how == putting(here, key, "### Later\n", run=run, attempt=attempt).how
    assert (how == NEWER) is (before == texts(here))


SHOWS: dict[str, tuple[dict[str, Any], bool]] = {
    "the same": ({}, True),
    "less": ({"changes": {}}, True),
    "another change of the series": ({"changes": {"DIWALI": ANOTHER}}, False),
    "one more": ({"changes": {"DIWALI": DIGEST, "MAY": ANOTHER}}, False),
    "the same for another head": ({"head": "e" * 40}, False),
    "the same against another base": ({"base": "e" * 40}, True),
}


@pytest.mark.parametrize(("changed", "kept"), SHOWS.values(), ids=SHOWS)
def test_since_when_it_is_shown_stays_while_the_same_is_shown(
    here: Shop, changed: dict[str, Any], *, kept: bool
) -> None:
    before = old(here)

    putting(here, run=2, **changed)

    assert kept is (before.shown == written(here).shown)
    assert datetime.now(UTC) - written(here).written < timedelta(minutes=1)
    assert before.written < written(here).written


def test_what_was_shown_less_in_between_is_shown_anew(here: Shop) -> None:
    before = old(here)
    putting(here, run=2, changes={})
    putting(here, run=3)

    assert before.shown < written(here).shown


def test_who_made_a_head_is_never_forgotten(here: Shop) -> None:
    """Another head stands on all that was pushed before."""
    old(here, authors=("priya", "ravi"))
    putting(here, run=2)
    assert ("priya", "ravi") == written(here).authors

    putting(here, run=3, head="e" * 40, authors=("priya", "asha"))
    putting(here, run=4, head="f" * 40)
    assert {"priya", "ravi", "asha"} == set(written(here).authors)


def test_nobody_is_an_author_because_somebody_elses_comment_says_so(here: Shop) -> None:
    forged = here.marker(authors=("asha",), run=2)
    here.server.comment(7, BOT, comment(forged, BODY, OTHER_KEY))

    putting(here, run=3)

    assert ("priya",) == written(here).authors


def test_a_comment_whose_answer_was_lost_is_not_made_twice(here: Shop) -> None:
    here.server.fail("POST", "/comments", carried=True)

    assert CREATED == putting(here).how
    assert ["GET", "POST", "GET", "PATCH"] == methods(here)
    assert here.server.comments[7][0].id == written(here).comment


@pytest.mark.parametrize("status", [None, 502], ids=["the connection broke", "a bad gateway"])
def test_one_that_may_still_come_is_not_made_again(here: Shop, status: int | None) -> None:
    here.server.fail("POST", "/comments", status=status)

    with pytest.raises(GitHubError) as caught:
        putting(here)

    assert caught.value.may_have_happened
    assert ["GET", "POST", "GET"] == methods(here)


def test_an_older_comment_is_not_taken_for_one_whose_answer_was_lost(here: Shop) -> None:
    here.server.comment(7, "mallory", comment(here.marker(), BODY, OTHER_KEY))
    here.server.fail("POST", "/comments", status=502)

    with pytest.raises(GitHubError):
        putting(here)


@pytest.mark.parametrize(
    ("ahead", "late"), [(timedelta(seconds=30), False), (timedelta(minutes=10), True)]
)
def test_a_clock_that_is_behind_githubs_is_noticed(
    here: Shop, ahead: timedelta, *, late: bool
) -> None:
    here.server.now = datetime.now(UTC) + ahead

    assert [late, late] == [putting(here).late, putting(here, run=2).late]
    once_more = ["PATCH"] * late
    assert ["GET", "POST", "PATCH", *once_more, "GET", "PATCH", *once_more] == methods(here)


def test_without_a_key_it_is_updated_too_and_verifies_nothing(here: Shop) -> None:
    assert [CREATED, UPDATED] == [putting(here, None).how, putting(here, None, run=2).how]

    (text,) = texts(here)
    assert (2, 1) == (claimed(text) or here.marker()).order
    assert verified(text, KEY) is None
