"""Attacks by those who may start a workflow: from a branch, with words that a shell would obey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attacking import is_silent, more
from repositories import git
from runner import Environment
from shop import opened, steps
from triggers import Event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from outcomes import Run
    from shop import World


pytestmark = pytest.mark.slow  # each is several runs of a workflow


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """DIWALI gives 20 percent by main's files, which nobody approved; live and record have 10."""
    with opened(tmp_path, monkeypatch) as found:
        found.origin.switch("main", found.origin.tip())
        found.origin.commit(more("DIWALI"))
        found.origin.publish("refs/heads/main")
        yield found
        assert is_silent(found)
        assert {"DIWALI": 10, "EID": 10} == found.values() == found.recorded()
        assert [] == found.writes()


def orders(world: World) -> str:
    """What a shell would obey."""
    canary = f"touch {world.folder}/canary"
    return f"$({canary})`{canary}`x\"$({canary})'; {canary}; {canary} & {canary}\n{canary}\n#"


def from_branch(world: World, name: str, workflow: str, inputs: Mapping[str, str]) -> Run:
    """Start a workflow of a branch, as it is there."""
    payload: dict[str, Any] = {"inputs": dict(inputs), "ref": f"refs/heads/{name}"}
    tip = world.origin.tip(name)
    event = Event("workflow_dispatch", payload, f"refs/heads/{name}", tip, "eve", inputs)
    return world.run(workflow, event, approvers=("sam",))


def branched(world: World, name: str, files: dict[str, str | None]) -> None:
    world.origin.switch(name, world.origin.tip())
    world.origin.commit(files)
    world.origin.publish(f"refs/heads/{name}")


def test_a_target_that_is_not_there_meets_no_secret_and_writes_nothing(world: World) -> None:
    """GitHub makes an environment that nobody made: without secrets, and without reviewers."""
    for target in ("euu", "eu\n", f"eu; {orders(world)}"):
        world.environments[f"by-hand-{target}"] = Environment({})
        done = world.by_hand(target=target, dry_run="false")
        assert "failure" == done.conclusion
        assert 64 == steps(done.job("by-hand"))["Plan"]
        assert {"GITHUB_TOKEN"} == done.job("by-hand").secrets.keys()
        assert "no target" in done.log


@pytest.mark.parametrize(("given", "step"), [("codes", ("Plan", 64)), ("expect", ("Apply it", 5))])
def test_nothing_that_is_given_by_hand_reaches_a_shell(
    world: World, given: str, step: tuple[str, int]
) -> None:
    done = world.by_hand(**{"dry_run": "false", given: orders(world)})
    failed = [one for one in done.job("by-hand").steps if one.outcome == "failure"]
    assert step == (failed[0].name, failed[0].exit_code)


def test_an_apply_from_a_branch_is_skipped(world: World) -> None:
    branched(world, "mine", {})
    done = from_branch(world, "mine", "apply", {"target": "eu", "dry_run": "false"})
    assert {"skipped"} == {job.conclusion for job in done.all}


@pytest.mark.parametrize(("workflow", "job"), [("apply", "by-hand"), ("drift", "accept")])
def test_a_workflow_that_a_branch_changed_is_not_let_into_the_environment(
    world: World, workflow: str, job: str
) -> None:
    path = f".github/workflows/{workflow}.yml"
    changed = world.origin.text(path).replace("refs/heads/main", "refs/heads/mine")
    branched(world, "mine", {path: changed.replace("ref: main", "ref: mine")})
    inputs = {"apply": {"dry_run": "false"}, "drift": {"accept": "DIWALI"}}[workflow]
    done = from_branch(world, "mine", workflow, {"target": "eu", **inputs})
    assert "failure" == done.job(job).conclusion
    assert "refs/heads/mine is not allowed to deploy to" in done.job(job).why
    assert [] == done.job(job).steps


def test_by_hand_nothing_runs_before_a_reviewer_let_it(world: World) -> None:
    done = world.by_hand(approvers=(), dry_run="false")
    assert "waiting" == done.conclusion
    assert [] == done.job("by-hand").steps


@pytest.mark.parametrize("expect", ["", "sha256:" + "d" * 64])
def test_by_hand_a_digest_that_nobody_looked_up_writes_nothing(world: World, expect: str) -> None:
    done = world.by_hand(dry_run="false", expect=expect)
    assert "failure" == done.conclusion
    assert 5 == steps(done.job("by-hand"))["Apply it"]


@pytest.mark.parametrize("given", ["accept", "target"])
def test_nothing_that_is_given_to_accept_reaches_a_shell_or_a_pull_request(
    world: World, given: str
) -> None:
    world.environments[f"plan-{orders(world)}"] = world.environments["plan-eu"]
    before = git(world.origin.bare, "for-each-ref")
    done = world.drift(**{"target": "eu", "accept": "DIWALI", given: orders(world)})
    assert "failure" == done.conclusion
    assert 64 == steps(done.job("accept"))["Write live's values into the files"]
    assert [] == [one for one in done.calls if one["arguments"][:1] == ["pr"]]
    assert before == git(world.origin.bare, "for-each-ref")
