"""Comments that were copied, altered or cut off: none approves, and nobody is forgotten unsaid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from github_comments import BODY, HOUR, methods, old, putting, texts, written
from github_state import BOT
from merged import KEY, OTHER_KEY, TWENTY, Shop, shop

from reconciler.errors import GitHubError
from reconciler.github.comment import UPDATED, find
from reconciler.github.marker import comment, verified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Pull request 7, on a GitHub whose clock is ours."""
    with shop(tmp_path, monkeypatch, now=None) as opened:
        opened.open(7, {"diwali.yaml": TWENTY})
        yield opened


def test_a_new_comment_names_itself(here: Shop) -> None:
    """What people read stands in it, and in no copy."""
    putting(here)

    assert ["GET", "POST", "PATCH"] == methods(here)
    assert here.server.comments[7][0].id == written(here).comment


def test_a_new_comment_that_was_cut_off_names_nothing_and_the_next_run_makes_it_whole(
    here: Shop,
) -> None:
    here.server.fail("PATCH", "/comments", status=403)
    with pytest.raises(GitHubError):
        putting(here, authors=("priya", "ravi"))
    assert written(here).comment is None
    here.server.comments[7][0].updated_at -= HOUR
    before = replace(written(here), written=written(here).written - HOUR)
    before = replace(before, shown=before.written)
    here.server.comments[7][0].body = comment(before, BODY, KEY)

    assert UPDATED == putting(here, run=2).how
    found = written(here)
    assert here.server.comments[7][0].id == found.comment
    assert {"priya", "ravi"} == set(found.authors)
    assert before.shown < found.shown
    assert not found.forgotten


ALTERED: dict[str, Callable[[Shop], object]] = {
    "another text": lambda here: here.server.edit(
        here.server.comments[7][0].id, texts(here)[0].replace("Plan", "Nothing to see")
    ),
    "another key": lambda here: here.server.edit(
        here.server.comments[7][0].id, comment(here.marker(), BODY, OTHER_KEY)
    ),
    "no key": lambda here: here.server.edit(
        here.server.comments[7][0].id, comment(here.marker(), BODY, None)
    ),
}


@pytest.mark.parametrize("alter", ALTERED.values(), ids=ALTERED)
def test_once_it_was_altered_it_approves_nothing_for_good(
    here: Shop, alter: Callable[[Shop], object]
) -> None:
    """Who pushed could take themselves out of it, and approve."""
    old(here, authors=("priya", "ravi"))
    alter(here)
    found = find(here.github, here.marker(), KEY)

    assert (True, True) == (found.altered, found.forgotten)
    for run in (2, 3):
        putting(here, run=run)
        told = verified(texts(here)[0], KEY)
        assert told is not None
        assert ({}, True) == (told.changes, told.forgotten)
    assert find(here.github, here.marker(), KEY).forgotten


@pytest.mark.parametrize("author", [BOT, "mallory"])
def test_a_copy_of_the_comment_is_not_believed_where_that_is_gone(here: Shop, author: str) -> None:
    """Who has pushed since could bring back what did not know of them yet."""
    putting(here)
    here.server.comment(7, author, texts(here)[0])
    del here.server.comments[7][0]

    found = find(here.github, here.marker(), KEY)

    assert found.marker is None
    assert (author == BOT) is found.forgotten


def test_nobody_elses_copy_takes_anything_away(here: Shop) -> None:
    putting(here)
    here.server.comment(7, "mallory", texts(here)[0])
    here.server.comment(7, "mallory", texts(here)[0].replace("Plan", "Nothing to see"))

    found = find(here.github, here.marker(), KEY)

    assert (here.server.comments[7][0].id, False) == (
        found.comment and found.comment.id,
        found.forgotten,
    )


@pytest.mark.parametrize("back", [False, True], ids=["edited", "edited and put back"])
def test_an_edited_comment_is_shown_anew(here: Shop, *, back: bool) -> None:
    """Who may edit comments lets a reviewer read something else, and repeats the run."""
    before = old(here)
    row = here.server.comments[7][0]
    text = row.body
    here.server.edit(row.id, text.replace("Plan", "Nothing to see"))
    if back:
        here.server.edit(row.id, text)

    assert UPDATED == putting(here, run=2).how
    assert before.shown < written(here).shown
