"""Stories of pull requests, from the first plan to live, run through the workflow files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from runner import Environment
from shop import LIVE, SIGNED, opened, outcomes, secrets, series, steps, target
from shop_people import FORK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from outcomes import Run
    from shop import World
    from shop_origin import Merging

SANDBOX = '[targets.sandbox]\nurl = "sandbox:.reconciler/sandbox.db"\n'
WAYS = pytest.mark.parametrize("how", ["merge", "squash", "rebase"])


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """DIWALI and EID give 10 percent, live and in the record."""
    with opened(tmp_path, monkeypatch) as found:
        yield found


def proposed(world: World, files: dict[str, str | None], branch: str = "a-change") -> int:
    """A pull request that was planned and approved."""
    number = world.open(branch, files)
    assert "success" == world.plan(number).conclusion
    world.approve(number)
    return number


def targets(run: Run) -> dict[str, str]:
    """How each job ended."""
    return {job.id: job.conclusion for job in run.all}


def test_what_was_approved_is_applied_once_it_is_merged(world: World) -> None:
    number = world.open("more", series("DIWALI", discountValue=20))
    planned = world.plan(number)
    assert "success" == planned.conclusion
    assert [] == world.writes()
    world.approve(number)
    world.merge(number)
    done = world.apply()
    assert {"targets": "success", "merged": "success", "by-hand": "skipped"} == targets(done)
    assert {"DIWALI": "done"} == outcomes(done)
    assert {"DIWALI": 20, "EID": 10} == world.values() == world.recorded()
    assert ["DIWALI"] == world.writes()
    token, key, live = {"GITHUB_TOKEN"}, {"RECONCILER_APPROVAL_KEY"}, set(LIVE)
    assert {
        "Fetch the record": token,
        "Plan": live,
        "Comment": token | key,
        "Say that there is no plan": token | key,
    } == secrets(planned.job("target"))
    assert "skipped" == planned.job("target").step("Say that there is no plan").conclusion
    assert {"Read what was approved": token | key, "Apply it": token | live} == secrets(
        done.job("merged")
    )


@pytest.mark.slow
@WAYS
def test_a_pull_request_is_opened_updated_merged_and_applied_and_then_nothing_is_left_to_do(
    world: World, how: Merging
) -> None:
    number = world.open("more", series("DIWALI", discountValue=20))
    first = world.plan(number)
    assert {"targets": "success", "target": "success", "planned": "success"} == targets(first)
    assert "`10%` → **`20%`**" in world.comment(number)
    assert {"plan.json", "plan.html"} == {one.name for one in first.artifacts["plan-eu"].iterdir()}
    world.push(number, series("DIWALI", discountValue=15))
    assert "success" == world.plan(number).conclusion
    assert "`10%` → **`15%`**" in world.comment(number)
    assert [] == world.writes()

    world.approve(number)
    world.merge(number, how)
    done = world.apply()
    assert ("success", {"DIWALI": "done"}) == (done.conclusion, outcomes(done))
    assert {"DIWALI": 15, "EID": 10} == world.values() == world.recorded()
    assert ["DIWALI"] == world.writes()

    again = world.apply(attempt=2)
    assert ("success", {}) == (again.conclusion, outcomes(again))
    assert "Nothing to do" in again.job("merged").summary
    assert [] == world.writes()


@pytest.mark.slow
@WAYS
def test_a_pull_request_that_reverts_another_is_planned_approved_and_applied(
    world: World, how: Merging
) -> None:
    world.merge(proposed(world, series("DIWALI", discountValue=20)), how)
    world.apply()
    number = proposed(world, series("DIWALI"), "revert")
    assert "`20%` → **`10%`**" in world.comment(number)
    world.merge(number, how)
    assert "success" == world.apply().conclusion
    assert {"DIWALI": 10, "EID": 10} == world.values() == world.recorded()
    assert ["DIWALI", "DIWALI"] == world.writes()


@pytest.mark.slow
def test_a_blocked_change_is_not_applied_though_it_is_merged_and_the_rest_is(
    world: World,
) -> None:
    both = {**series("DIWALI", discountValue=99), **series("EID", discountValue=20)}
    number = world.open("typo", both)
    planned = world.plan(number)
    assert {"targets": "success", "target": "failure", "planned": "failure"} == targets(planned)
    found = steps(planned.job("target"))
    assert (5, 0) == (found["Plan"], found["Comment"])
    assert "max-percent" in world.comment(number)
    errors = [one.properties["file"] for one in planned.commands if one.name == "error"]
    assert {"series/diwali.yaml"} == set(errors)

    world.approve(number)
    world.merge(number, "squash")
    done = world.apply()
    assert "failure" == done.conclusion
    assert 5 == steps(done.job("merged"))["Apply it"]
    assert {"DIWALI": "blocked", "EID": "done"} == outcomes(done)
    assert "`DIWALI`" in done.job("merged").summary
    assert {"DIWALI": 10, "EID": 20} == world.values() == world.recorded()
    assert ["EID"] == world.writes()


@pytest.mark.slow
@WAYS
def test_two_pull_requests_merged_before_any_apply_are_each_within_max_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Merging
) -> None:
    files = series("DIWALI", "EID", "HOLI", "ONAM")
    with opened(tmp_path, monkeypatch, files) as world:
        limited = target(world.url) + "[guardrails]\nmax_changes = 2\n"
        world.push_to_main({"reconciler.toml": limited})
        one = proposed(world, series("DIWALI", "EID", discountValue=20), "one")
        other = proposed(world, series("HOLI", "ONAM", discountValue=20), "other")
        world.merge(one, how)
        world.merge(other, how)
        done = world.apply()
        assert "success" == done.conclusion
        assert {"DIWALI": 20, "EID": 20, "HOLI": 20, "ONAM": 20} == world.values()
        assert ["DIWALI", "EID", "HOLI", "ONAM"] == sorted(world.writes())
        again = world.apply(push=-2, attempt=2)
        assert ("success", {}) == (again.conclusion, outcomes(again))


@pytest.mark.slow
def test_an_approval_does_not_count_for_what_was_pushed_by_force_after_it(
    world: World,
) -> None:
    number = proposed(world, series("DIWALI", discountValue=20))
    world.push(number, series("DIWALI", discountValue=25), force=True)
    assert "success" == world.plan(number).conclusion
    world.merge(number, "rebase")
    done = world.apply()
    assert "failure" == done.conclusion
    assert {"DIWALI": "blocked"} == outcomes(done)
    assert f"[review] pull request #{number}: DIWALI" in done.log
    assert {"DIWALI": 10, "EID": 10} == world.values()
    assert [] == world.writes()


@pytest.mark.slow
def test_a_fork_is_refused_in_a_sentence_and_planned_where_a_maintainer_lets_it(
    world: World,
) -> None:
    number = world.open("gift", series("DIWALI", discountValue=20), author="eve", home=FORK)
    refused = world.plan(number)
    assert {"targets": "success", "target": "failure", "planned": "failure"} == targets(refused)
    check = refused.job("target").step("check")
    (said,) = [line for line in check.output.splitlines() if line.startswith("error: ")]
    assert "comes from a fork" in said
    assert "a maintainer who has read it pushes its branch" in said
    assert [] == world.store.requests()[world.looked :]
    assert [] == world.server.comments[number]

    world.environments["forks-eu"] = Environment(
        SIGNED, ("main",), reviewers=("sam",), variables={"RECONCILER_FORKS": "allowed"}
    )
    assert "waiting" == world.plan(number).job("target").conclusion
    assert "success" == world.plan(number, approvers=("sam",)).conclusion
    assert "`10%` → **`20%`**" in world.comment(number)
    world.approve(number)
    world.merge(number)
    assert "success" == world.apply().conclusion
    assert {"DIWALI": 20, "EID": 10} == world.values()


@pytest.mark.slow
@pytest.mark.parametrize("home", ["shop/coupons", FORK], ids=["a branch", "a fork"])
def test_a_pull_request_that_changes_no_series_is_green_and_gets_no_comment(
    world: World, home: str
) -> None:
    number = world.open("words", {"docs/words.md": "Words.\n"}, home=home)
    planned = world.plan(number)
    assert {"targets": "success", "target": "success", "planned": "success"} == targets(planned)
    assert "skipped" == planned.job("target").step("Plan").conclusion
    assert [] == world.server.comments[number]
    world.merge(number)
    done = world.apply()
    assert ("success", {}) == (done.conclusion, outcomes(done))
    assert [] == world.writes()


def test_without_a_target_but_a_sandbox_everything_is_green_and_nothing_is_planned(
    world: World,
) -> None:
    world.push_to_main({"reconciler.toml": SANDBOX})
    number = world.open("more", series("DIWALI", discountValue=20))
    planned = world.plan(number)
    assert {"targets": "success", "target": "skipped", "planned": "success"} == targets(planned)
    world.merge(number)
    assert ["success", "skipped", "skipped"] == [*targets(world.apply()).values()]
    assert "success" == world.drift().conclusion
    assert [] == world.server.log
    assert [] == world.store.requests()[world.looked :]
