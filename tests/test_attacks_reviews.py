"""Attacks on the review: of the wrong people, head or time, or none at all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from attacked import (
    assert_not_applied,
    assert_only_the_fair_one_is_applied,
    commit_to_main,
    proposed,
    rules,
)
from shop import opened, series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from attacked import Attack
    from shop import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """DIWALI and EID give 10 percent, live and in the record."""
    with opened(tmp_path, monkeypatch) as found:
        yield found


def by_nobody(world: World, code: str) -> None:
    world.merge(proposed(world, code))


def by_the_author(world: World, code: str) -> None:
    number = proposed(world, code, author="eve")
    world.approve(number, "Eve")  # GitHub's names are the same in any case
    world.merge(number)


def by_who_pushed(world: World, code: str) -> None:
    """Eve pushes to what Priya opened, and approves that."""
    number = proposed(world, code, 15)
    world.push(number, series(code, discountValue=20), by="eve")
    world.plan(number)
    world.approve(number, "eve")
    world.merge(number)


def by_who_reopened(world: World, code: str) -> None:
    number = proposed(world, code)
    change = world.changes[number]
    change.action, change.by = "reopened", "eve"
    world.plan(number)
    world.approve(number, "eve")
    world.merge(number)


def by_a_bot(world: World, code: str) -> None:
    number = proposed(world, code)
    world.server.review(number, "github-actions[bot]", author_type="Bot")
    world.merge(number)


def by_an_outsider(world: World, code: str) -> None:
    number = proposed(world, code)
    world.server.review(number, "mallory", association="NONE")
    world.merge(number)


def only_a_comment(world: World, code: str) -> None:
    number = proposed(world, code)
    world.server.review(number, "sam", "COMMENTED")
    world.merge(number)


def dismissed(world: World, code: str) -> None:
    number = proposed(world, code)
    world.approve(number)
    world.server.review(number, "sam", "DISMISSED")
    world.merge(number)


def before_it_was_shown(world: World, code: str) -> None:
    number = proposed(world, code)
    review = world.server.review(number, "sam")
    assert review.submitted_at is not None
    review.submitted_at -= timedelta(minutes=10)
    world.merge(number)


def one_more_commit_after_it(world: World, code: str) -> None:
    number = proposed(world, code, 15)
    world.approve(number)
    world.push(number, series(code, discountValue=20))
    world.plan(number)
    world.merge(number)


def one_more_commit_that_nobody_planned(world: World, code: str) -> None:
    """Merged before the run of the last push came to its end."""
    number = proposed(world, code, 15)
    world.approve(number)
    world.push(number, series(code, discountValue=20))
    world.approve(number)
    world.merge(number)


def pushed_to_main(world: World, code: str) -> None:
    commit_to_main(world, series(code, discountValue=20))


def another_one_of_the_series_later(world: World, code: str) -> None:
    """The first one is approved. The second one, which nobody approved, is merged after it."""
    number = proposed(world, code, 15)
    world.approve(number)
    world.merge(number)
    world.merge(proposed(world, code, 20))


ATTACKS: Mapping[str, tuple[Attack, str]] = {
    "nobody's": (by_nobody, "review"),
    "the author's": (by_the_author, "review"),
    "of who pushed the head": (by_who_pushed, "review"),
    "of who reopened it": (by_who_reopened, "review"),
    "a bot's": (by_a_bot, "review"),
    "an outsider's": (by_an_outsider, "review"),
    "no approval but a comment": (only_a_comment, "review"),
    "dismissed": (dismissed, "review"),
    "from before the plan was shown": (before_it_was_shown, "review"),
    "from before one more commit": (one_more_commit_after_it, "review"),
    "of a head that nobody planned": (one_more_commit_that_nobody_planned, "last-head"),
    "of nothing: a push to main": (pushed_to_main, "merged-here"),
    "of an earlier one": (another_one_of_the_series_later, "last-to-touch review"),
}


@pytest.mark.slow
def test_what_was_pushed_after_the_review_is_not_applied(world: World) -> None:
    one_more_commit_that_nobody_planned(world, "DIWALI")
    done = world.apply()
    assert {"DIWALI": "last-head"} == rules(done)
    assert_not_applied(done, "DIWALI")
    assert {"DIWALI": 10, "EID": 10} == world.values() == world.recorded()
    assert [] == world.writes()


@pytest.mark.slow
def test_no_review_approves_but_that_of_somebody_else_of_the_last_head_after_its_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = {f"A{number:02}": name for number, name in enumerate(ATTACKS)}
    with opened(tmp_path, monkeypatch, series("FAIR", *codes)) as world:
        assert_only_the_fair_one_is_applied(world, {c: ATTACKS[name] for c, name in codes.items()})


@pytest.mark.slow
def test_an_approval_is_of_the_whole_series_as_it_was_shown(world: World) -> None:
    """Another pull request, which nobody approved, brings another field of the series first."""
    number = proposed(world, "DIWALI")
    world.approve(number)
    world.merge(world.open("quiet", {"series/diwali.yaml": more(world)}, "eve"))
    world.merge(number)
    done = world.apply()
    assert "pull request #1 approves DIWALI" in done.log
    assert_not_applied(done, "DIWALI")
    assert {"DIWALI": 10, "EID": 10} == world.values() == world.recorded()
    assert {"DIWALI": 1000, "EID": 1000} == world.values("maxRedeem")
    assert [] == world.writes()


def more(world: World) -> str:
    """The file of DIWALI with a hundred times as many redemptions."""
    return world.origin.text("series/diwali.yaml").replace("maxRedeem: 1000", "maxRedeem: 100000")
