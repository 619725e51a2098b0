from __future__ import annotations

from pathlib import Path

import pytest
from origins import CHECKOUT, jobs, script
from triggers import WorkflowError
from workflow import load, workflow

GOOD = jobs(
    a="permissions: {contents: read}\nenvironment: plan\n" + script("true", env="{A: b}"),
    b=f"needs: a\nsteps:\n  - uses: {CHECKOUT}\n    with: {{path: x}}\n",
)
CASES = {
    "a key of the workflow": ("on: push", "jbos: 1\non: push", "jbos"),
    "a key of a job": ("environment: plan", "environments: plan", "environments"),
    "a job that goes on after errors": ("environment: plan", "continue-on-error: true", "continue"),
    "a key of a step": ("env: {A: b}", "envs: {A: b}", "envs"),
    "a step that runs and uses": ("run: |", f"uses: {CHECKOUT}\n        run: |", "either"),
    "a step with inputs for nothing": ("env: {A: b}", "with: {A: b}", "with"),
    "no timeout": ("timeout-minutes: 5", "name: x", "no timeout-minutes"),
    "no permissions": ("permissions: {}", "name: x", "permissions"),
    "an unknown permission": ("contents: read", "content: read", "content"),
    "a permission of no kind": ("contents: read", "contents: all", "read, write or none"),
    "an unknown event": ("on: push", "on: pushed", "pushed"),
    "an unknown filter": ("on: push", "on: {push: {paths: [a]}}", "paths"),
    "a broken schedule": ("on: push", "on: {schedule: [{cron: daily}]}", "schedule"),
    "a choice without options": (
        "on: push",
        "on: {workflow_dispatch: {inputs: {x: {type: choice}}}}",
        "choice",
    ),
    "an unknown job": ("needs: a", "needs: c", "not there"),
    "jobs in a circle": ("needs: a", "needs: b", "need each other"),
    "an unknown action": ("actions/checkout@", "actions/cache@", "not known"),
    "a moved pin": ("@3d3c42e5", "@00000000", "is pinned as"),
    "a comment of another version": ("# v7.0.1", "# v7.0.0", "is pinned as"),
    "no comment of the version": (" # v7.0.1", "", "is pinned as"),
    "an unknown input": ("path: x", "submodules: x", "submodules"),
    "an unknown shell": ("env: {A: b}", "shell: pwsh", "pwsh"),
    "an unknown system": ("ubuntu-latest", "windows-latest", "windows"),
    "a key twice": ("env: {A: b}", "env: {A: b, A: c}", "twice"),
    "an unknown context": ("env: {A: b}", "env: {A: '${{ gihub.ref }}'}", "gihub"),
    "an unknown function": ("env: {A: b}", "env: {A: '${{ hashFiles() }}'}", "hashfiles"),
    "a secret in a condition": ("env: {A: b}", "if: secrets.A", "secrets"),
    "a secret in the name of an environment": ("plan", "${{ secrets.A }}", "secrets"),
    "a step that is not there": ("env: {A: b}", "if: steps.two.outputs.x", "steps.two"),
    "an id that is none": ("id: one", "id: 1 a", "id"),
    "a concurrency of more keys": ("on: push", "on: push\nconcurrency: {groups: a}", "groups"),
    "YAML that is none": ("on: push", "on: [push", "expected"),
}


def test_the_workflow_that_the_cases_change_is_read() -> None:
    assert ["a", "b"] == list(workflow("x", GOOD).jobs)


@pytest.mark.parametrize(("old", "new", "why"), CASES.values(), ids=CASES)
def test_what_is_not_known_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    file = tmp_path / "one.yml"
    assert old in GOOD
    file.write_text(GOOD.replace(old, new))
    with pytest.raises(WorkflowError) as refused:
        load(file)
    assert why in str(refused.value)


def test_a_word_of_yaml_1_1_is_a_text() -> None:
    found = workflow("x", GOOD.replace("{A: b}", "{A: yes, B: 010, C: 1:30, D: 2026-01-01}"))
    env = found.jobs["a"].steps[0].env
    assert {"A": "yes", "B": "010", "C": "1:30", "D": "2026-01-01"} == env


def test_this_projects_workflows_are_read() -> None:
    folder = Path(__file__).parents[1] / ".github" / "workflows"
    assert {"ci.yml"} <= {file.name for file in folder.iterdir() if load(file).jobs}
