"""Stories of heads that no plan came of: their comment says so, and nobody is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attacked import assert_not_applied, rules
from github_state import BOT
from shop import opened, outcomes, series, steps

from reconciler.sandbox import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from outcomes import Run
    from shop import World

WRONG: dict[str, str | None] = {"series/bad.yaml": "x: : y\n"}
NOTHING = "**This comment approves nothing:**"
SAYS = "Say that there is no plan"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """DIWALI and EID give 10 percent, live and in the record."""
    with opened(tmp_path, monkeypatch) as found:
        yield found


def shown(world: World, value: int = 11) -> int:
    """A pull request of Priya's that was planned."""
    number = world.open("a-change", series("DIWALI", discountValue=value))
    assert "success" == world.plan(number).conclusion
    return number


def approved_by_eve(world: World, number: int) -> Run:
    world.approve(number, "eve")
    world.merge(number)
    return world.apply()


@pytest.mark.slow
def test_who_pushed_a_head_with_a_wrong_file_cannot_approve_what_stands_on_it(
    world: World,
) -> None:
    number = shown(world)
    world.push(number, {**series("DIWALI", discountValue=50), **WRONG}, by="eve")
    planned = world.plan(number)
    assert "failure" == planned.conclusion
    assert {"Validate the files": 3, SAYS: 0}.items() <= steps(planned.job("target")).items()
    assert NOTHING in world.comment(number)
    assert "11%" not in world.comment(number)
    world.push(number, {"series/bad.yaml": None})
    assert "success" == world.plan(number).conclusion

    done = approved_by_eve(world, number)
    assert {"DIWALI": "review"} == rules(done)
    assert "eve made it" in done.log
    assert_not_applied(done, "DIWALI")


@pytest.mark.slow
def test_who_pushed_cannot_be_forgotten_by_altering_the_comment(world: World) -> None:
    number = shown(world)
    world.push(number, series("DIWALI", discountValue=50), by="eve")
    assert "success" == world.plan(number).conclusion
    (row,) = [one for one in world.server.comments[number] if one.author == BOT]
    world.server.edit(row.id, row.body.replace("50%", "51%"))
    for words in ("Hello.\n", "Hello again.\n"):
        world.push(number, {"README.md": words})
        assert "success" == world.plan(number).conclusion
        assert f"{NOTHING} somebody altered the comment before" in world.comment(number)

    done = approved_by_eve(world, number)
    assert {"DIWALI": "not-shown"} == rules(done)
    assert_not_applied(done, "DIWALI")


@pytest.mark.slow
def test_who_pushed_while_live_could_not_be_read_is_known(world: World) -> None:
    number = shown(world)
    world.push(number, series("DIWALI", discountValue=50), by="eve")
    world.store.add_fault(Fault("error", method="GET", code=715))
    planned = world.plan(number)
    world.store.clear_faults()
    found = steps(planned.job("target"))
    assert (4, 0) == (found["Plan"], found[SAYS])
    assert NOTHING in world.comment(number)
    world.push(number, {"README.md": "Hello.\n"})
    assert "success" == world.plan(number).conclusion

    done = approved_by_eve(world, number)
    assert {"DIWALI": "review"} == rules(done)
    assert_not_applied(done, "DIWALI")


@pytest.mark.slow
def test_a_plan_that_github_did_not_take_at_first_leaves_nobody_out(world: World) -> None:
    number = shown(world)
    world.push(number, series("DIWALI", discountValue=50), by="eve")
    world.server.fail("PATCH", "/comments", status=403)
    planned = world.plan(number)
    found = steps(planned.job("target"))
    assert (7, 0) == (found["Comment"], found[SAYS])
    assert NOTHING in world.comment(number)
    world.push(number, {"README.md": "Hello.\n"})
    assert "success" == world.plan(number).conclusion
    assert {"DIWALI": "review"} == rules(approved_by_eve(world, number))


@pytest.mark.slow
def test_a_head_that_changes_no_series_any_more_invites_no_review(world: World) -> None:
    number = shown(world)
    world.push(number, series("DIWALI"))
    planned = world.plan(number)
    assert "success" == planned.conclusion
    assert 0 == steps(planned.job("target"))[SAYS]
    assert f"{NOTHING} `{world.head(number)[:12]}` changes nothing" in world.comment(number)
    world.push(number, series("DIWALI", discountValue=12))
    assert "success" == world.plan(number).conclusion
    assert "`10%` → **`12%`**" in world.comment(number)


@pytest.mark.slow
def test_an_approval_stays_when_main_moves_and_the_plan_is_made_again(world: World) -> None:
    """The same run, once more: what it shows is what was approved."""
    number = shown(world, 20)
    world.approve(number)
    other = world.open("other", series("EID", discountValue=30))
    world.plan(other)
    world.approve(other)
    world.merge(other)
    world.apply()
    assert "success" == world.plan(number).conclusion
    world.merge(number)

    done = world.apply()
    assert ("success", {"DIWALI": "done"}) == (done.conclusion, outcomes(done))
    assert {"DIWALI": 20, "EID": 30} == world.values()


@pytest.mark.slow
def test_a_file_that_was_taken_away_leaves_nothing_to_do(world: World) -> None:
    number = world.open("gone", {"series/diwali.yaml": None})
    assert "success" == world.plan(number).conclusion
    world.approve(number)
    world.merge(number)

    done = world.apply()
    assert ("success", {"DIWALI": "not-shown"}) == (done.conclusion, rules(done))
    assert "nothing is to do if live is as it should be" in done.log
    assert "revert this" not in done.log
