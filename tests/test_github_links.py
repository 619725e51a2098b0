"""A series behind a link: what stands in the other file counts as what stands in its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from approving import APPROVED, story
from merged import DIGEST, TEN, TWENTY, Shop, shop
from repositories import git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TARGETS = {"beside it": "diwali.txt", "hidden": ".diwali", "out of the folder": "../shared/diwali"}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with shop(tmp_path, monkeypatch) as opened:
        yield opened


def linked(here: Shop, target: str, text: str) -> None:
    """The series is what another file says from now on."""
    file = here.folder / "series" / "diwali.yaml"
    file.unlink(missing_ok=True)
    file.symlink_to(target)
    here.write({target: text})


def opened(here: Shop, target: str) -> None:
    """A pull request that brings the link, and 20 percent."""
    git(here.folder, "checkout", "--quiet", "-b", "change-7")
    linked(here, target, TWENTY)
    here.heads[7] = here.commit({})
    git(here.folder, "checkout", "--quiet", "main")
    here.server.add_pull(7, "priya", here.heads[7])


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_link_that_brings_another_value_is_approved_like_any_change(
    here: Shop, target: str
) -> None:
    story(here, {"open": lambda one: opened(one, target)})

    assert (APPROVED, []) == here.judged()


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_reviewed_change_behind_a_link_is_approved(here: Shop, target: str) -> None:
    linked(here, target, TEN)
    here.commit({})
    story(here, {"open": lambda one: one.open(7, {target: TWENTY})})

    assert APPROVED == here.judged(since="HEAD^1")[0]


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_an_approval_is_overtaken_by_what_happens_behind_the_link(here: Shop, target: str) -> None:
    """Approved at 20, stopped by the next pull request, and put back to 20 by a direct push."""
    story(here, {"open": lambda one: opened(one, target)})
    assert APPROVED == here.judged()[0]
    here.open(8, {target: TEN})
    here.show(8, changes={"DIWALI": DIGEST.replace("d", "a")})
    here.merge(8)
    here.commit({target: TWENTY})

    approved, rejected = here.judged()

    assert {} == approved
    assert {"last-to-touch", "merged-here"} <= {one.rule for one in rejected}


def test_a_direct_push_behind_a_link_is_approved_by_nobody(here: Shop) -> None:
    linked(here, "diwali.txt", TEN)
    here.commit({})
    story(here, {})
    git(here.folder, "tag", "merged")
    linked(here, "diwali.txt", TWENTY)
    here.commit({})
    here.commit({"diwali.txt": TWENTY.replace("Value: 20", "Value: 40")})

    assert {} == here.judged()[0]
