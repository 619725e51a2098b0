"""Stories of what somebody changes in live by hand, run through the workflow files."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from deadly import serving
from github_state import BOT
from runner import Environment
from shop import SIGNED, begin, opened, outcomes, steps, target
from workflow import load

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from github_state import IssueRow
    from outcomes import Run
    from shop import World

FILE = "series/diwali.yaml"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """DIWALI and EID give 10 percent, live and in the record."""
    with opened(tmp_path, monkeypatch) as found:
        yield found


def issues(world: World, state: str = "open") -> list[IssueRow]:
    return [row for row in world.server.issues.values() if row.state == state]


def pull_requests(run: Run) -> list[list[str]]:
    """The pull requests that were asked for, each as the arguments of `gh`."""
    return [one["arguments"] for one in run.calls if one["arguments"][:2] == ["pr", "create"]]


def kept(run: Run, artifact: str, file: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads((run.artifacts[artifact] / file).read_text())


@pytest.mark.slow
def test_drift_is_told_in_one_issue_until_somebody_puts_it_back(world: World) -> None:
    world.live("DIWALI", discountValue=30)
    first = world.drift()
    job = first.jobs["look"][0]
    assert ("success", "plan-eu") == (first.conclusion, job.environment)
    assert {"contents": "read", "issues": "write"} == dict(job.permissions)
    (told,) = issues(world)
    assert ("Drift in eu: 1 series", BOT) == (told.title, told.author)
    assert "`10%`" in told.body
    assert "`30%`" in told.body
    assert "`30%`" in job.summary
    assert {"drift.json", "drift.html"} == {
        one.name for one in first.artifacts["drift-eu"].iterdir()
    }

    assert "success" == world.drift().conclusion
    world.live("DIWALI", discountValue=10)
    last = world.drift()
    assert "success" == last.conclusion
    assert [told] == issues(world, "closed")
    assert [] == issues(world)
    assert "no drift any more: closed" in last.log
    assert [] == world.writes()


@pytest.mark.slow
def test_an_issue_that_is_open_is_updated_in_place(world: World) -> None:
    world.live("DIWALI", discountValue=30)
    world.drift()
    (told,) = issues(world)
    first = told.body
    world.drift()
    assert (first, [told]) == (told.body, issues(world))

    world.live("EID", discountValue=35)
    world.drift()
    assert [told] == issues(world)
    assert "Drift in eu: 2 series" == told.title
    assert "`35%`" in told.body
    assert 1 == len(world.server.issues)
    assert [] == world.writes()


@pytest.mark.slow
def test_drift_is_accepted_through_a_pull_request_and_the_issue_closed(world: World) -> None:
    world.live("DIWALI", discountValue=30)
    world.drift()
    done = world.drift(target="eu", accept="DIWALI")
    assert {"targets": "skipped", "look": "skipped", "accept": "success"} == {
        name: job.conclusion for name, jobs in done.jobs.items() for job in jobs
    }
    job = done.job("accept")
    assert {"contents": "write", "pull-requests": "write"} == dict(job.permissions)
    (asked,) = pull_requests(done)
    assert ["--base", "main", "--head"] == asked[2:5]
    branch = asked[5]
    assert branch.startswith(f"accept-drift-{1000 + len(world.runs)}")
    assert ["--title", "Accept drift of eu", "--body"] == asked[6:9]
    before, after = world.origin.text(FILE), world.origin.text(FILE, branch)
    assert before.replace("discountValue: 10", "discountValue: 30") == after

    number = adopted(world, branch)
    planned = world.plan(number)
    assert "success" == planned.conclusion
    assert [] == kept(planned, "plan-eu", "plan.json")["changes"]
    world.approve(number)
    world.merge(number)
    applied = world.apply()
    assert ("success", {}) == (applied.conclusion, outcomes(applied))
    assert {"DIWALI": 30, "EID": 10} == world.values() == world.recorded()

    assert 1 == len(issues(world))
    assert "success" == world.drift().conclusion
    assert [] == issues(world)
    assert [] == world.writes()


def adopted(world: World, branch: str) -> int:
    """The pull request that `gh` opened, as Priya closed and reopened it: so its checks start."""
    world.origin.switch(branch, world.origin.tip(branch))
    number = world.propose(branch, BOT)
    world.changes[number].action, world.changes[number].by = "reopened", "priya"
    return number


@contextmanager
def another(world: World, name: str) -> Iterator[Store]:
    """Another target that main has, with the same series in a live of its own."""
    with Store(world.folder / f"{name}.db") as store, serving(store) as live:
        more = target(live.url).replace("eu", name).replace(f'default_target = "{name}"\n', "")
        world.origin.switch("main", world.origin.tip())
        world.origin.commit({"reconciler.toml": target(world.url) + more})
        world.pushes.append(world.origin.publish("refs/heads/main"))
        world.environments[f"plan-{name}"] = Environment(SIGNED, ("main",))
        yield store


@pytest.mark.slow
def test_each_target_has_its_own_issue(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with another(world, "us") as store:
        monkeypatch.setenv("RECONCILER_TARGET", "us")
        begin(world.origin.work)
        (row,) = [one for one in store.rows() if one["seriesCode"] == "EID"]
        store.ui_edit(row["id"], discountValue=30)
        world.live("DIWALI", discountValue=30)
        done = world.drift()
        assert ["plan-eu", "plan-us"] == [job.environment for job in done.jobs["look"]]
        assert {"Drift in eu: 1 series": "DIWALI", "Drift in us: 1 series": "EID"} == {
            one.title: "DIWALI" if "`DIWALI`" in one.body else "EID" for one in issues(world)
        }

        world.live("DIWALI", discountValue=10)
        world.drift()
        assert ["Drift in us: 1 series"] == [one.title for one in issues(world)]


@pytest.mark.slow
def test_a_file_that_is_deleted_is_told_and_opens_no_issue(world: World) -> None:
    number = world.open("stop", {FILE: None})
    planned = world.plan(number)
    assert "success" == planned.conclusion
    assert "**`DIWALI`**: **file deleted**" in world.comment(number)
    assert "nobody manages it any more" in world.comment(number)
    world.approve(number)
    world.merge(number)
    applied = world.apply()
    assert ("success", {}) == (applied.conclusion, outcomes(applied))

    done = world.drift()
    assert "success" == done.conclusion
    (aside,) = kept(done, "drift-eu", "drift.json")["without_change"]
    assert ("DIWALI", "no longer managed") == (aside["seriesCode"], aside["kind"])
    assert "nobody manages it any more" in (done.artifacts["drift-eu"] / "drift.html").read_text()
    assert [] == issues(world)
    assert {"DIWALI": 10, "EID": 10} == world.values()
    assert [] == world.writes()


@pytest.mark.slow
def test_what_did_not_move_is_not_accepted_and_proposes_nothing(world: World) -> None:
    world.live("DIWALI", discountValue=30)
    branches = world.origin.bare / "refs" / "heads"
    before = sorted(one.name for one in branches.iterdir())
    done = world.drift(target="eu", accept="DIWALI EID")
    assert "failure" == done.conclusion
    assert 64 == steps(done.job("accept"))["Write live's values into the files"]
    assert "no such series moved" in done.log
    assert [] == pull_requests(done)
    assert before == sorted(one.name for one in branches.iterdir())


def test_accepting_without_a_target_does_nothing_and_the_form_says_so(world: World) -> None:
    done = world.drift(accept="DIWALI")
    assert {"skipped"} == {job.conclusion for job in done.all}
    inputs = load(world.folder / "drift.yml").on["workflow_dispatch"]["inputs"]
    assert "needs a target" in inputs["accept"]["description"]
    assert "accepts nothing" in inputs["target"]["description"]
