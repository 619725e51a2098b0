from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from origins import bare, commit, jobs, pull_request, run, script
from repositories import git, isolate
from runner import Environment
from triggers import Event, WorkflowError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path, monkeypatch)


PULL = """\
on: [pull_request, pull_request_target]
permissions: {contents: write}
jobs:
  a:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    environment: plan
    steps:
      - run: echo "${{ secrets.KEY != '' && secrets.OTHER != '' }} ${{ github.base_ref }}"
"""


@pytest.mark.parametrize(
    ("name", "fork", "said", "allowed"),
    [
        pytest.param("pull_request", "shop/coupons", "true main", "write", id="own branch"),
        pytest.param("pull_request", "eve/coupons", "false main", "read", id="a fork"),
        pytest.param("pull_request_target", "eve/coupons", "true main", "write", id="target"),
    ],
)
def test_a_forks_own_pull_request_sees_no_secret_and_only_reads(
    tmp_path: Path, name: str, fork: str, said: str, allowed: str
) -> None:
    origin = bare(tmp_path)
    head = commit(tmp_path / "work", "b", "more", "HEAD:refs/pull/7/merge")
    tokens: dict[str, Mapping[str, str]] = {}
    done = run(
        tmp_path,
        PULL,
        pull_request(origin, name, head, fork),
        secrets={"KEY": "the-key"},
        environments={"plan": {"OTHER": "the-other"}},
        on_token=tokens.__setitem__,
    )
    assert said == done.log
    assert {done.job("a").token: {"contents": allowed}} == tokens


ENVIRONMENT = jobs(
    a="environment: {name: apply, url: 'https://x.test/${{ steps.one.outputs.id }}'}\n"
    + script("echo ${{ vars.WHERE }}; echo id=5 >> $GITHUB_OUTPUT"),
    b="needs: a\nif: always()\n" + script("true"),
)


@pytest.mark.parametrize(
    ("environment", "approvers", "ends", "said"),
    [
        pytest.param(Environment(branches=("main",)), (), "success", "here", id="the branch"),
        pytest.param(
            Environment(branches=("release",)), (), "failure", "is not allowed", id="another branch"
        ),
        pytest.param(Environment(reviewers=("sam",)), (), "waiting", "waits", id="nobody approves"),
        pytest.param(
            Environment(reviewers=("sam",)), ("eve",), "waiting", "waits", id="a stranger"
        ),
        pytest.param(Environment(reviewers=("sam",)), ("sam",), "success", "here", id="approved"),
    ],
)
def test_an_environment_decides_who_may_use_it(
    tmp_path: Path, environment: Environment, approvers: tuple[str, ...], ends: str, said: str
) -> None:
    done = run(
        tmp_path,
        ENVIRONMENT,
        environments={"apply": environment},
        approvers=approvers,
        variables={"WHERE": "here"},
    )
    job = done.job("a")
    assert ends == job.conclusion
    assert said in (job.log or job.why)
    assert ("https://x.test/5" if ends == "success" else "") == job.url
    assert ("waiting" if ends == "waiting" else "success") == done.job("b").conclusion


DISPATCH = """\
on:
  workflow_dispatch:
    inputs:
      target: {type: choice, options: [eu, us], required: true}
      dry: {type: boolean, default: true}
      expect: {type: string}
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - run: echo "${{ inputs.target }} ${{ inputs.dry && 'dry' || 'wet' }} <${{ inputs.expect }}>"
"""


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        pytest.param({}, "eu dry <>", id="defaults"),
        pytest.param({"target": "us", "dry": "false", "expect": "x"}, "us wet <x>", id="all given"),
    ],
)
def test_a_run_by_hand_has_inputs(tmp_path: Path, inputs: dict[str, str], said: str) -> None:
    sha = git(bare(tmp_path), "rev-parse", "main")
    event = Event("workflow_dispatch", {}, "refs/heads/main", sha, inputs=inputs)
    assert said == run(tmp_path, DISPATCH, event).log


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        pytest.param({"target": "mars"}, "none of", id="no option"),
        pytest.param({"dry": "perhaps"}, "neither true nor false", id="no boolean"),
        pytest.param({"more": "x"}, "no input", id="unknown"),
    ],
)
def test_an_input_that_the_form_would_not_take_is_an_error(
    tmp_path: Path, inputs: dict[str, str], why: str
) -> None:
    sha = git(bare(tmp_path), "rev-parse", "main")
    event = Event("workflow_dispatch", {}, "refs/heads/main", sha, inputs=inputs)
    with pytest.raises(WorkflowError, match=why):
        run(tmp_path, DISPATCH, event)


@pytest.mark.parametrize(
    ("on", "event", "started"),
    [
        pytest.param("push: {branches: [main]}", "push", True, id="the branch"),
        pytest.param("push: {branches: ['release/*']}", "push", False, id="another branch"),
        pytest.param("schedule: [{cron: '0 5 * * *'}]", "schedule", True, id="the clock"),
        pytest.param("schedule: [{cron: '0 5 * * *'}]", "push", False, id="another event"),
    ],
)
def test_only_its_events_start_a_workflow(
    tmp_path: Path, on: str, event: str, started: bool
) -> None:
    sha = git(bare(tmp_path), "rev-parse", "main")
    source = jobs(a=script("true")).replace("on: push", f"on: {{{on}}}")
    happened = Event(event, {}, "refs/heads/main", sha)
    if started:
        assert "success" == run(tmp_path, source, happened).conclusion
    else:
        with pytest.raises(WorkflowError, match="does not start"):
            run(tmp_path, source, happened)
