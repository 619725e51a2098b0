from __future__ import annotations

import os
import select
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from origins import bare, jobs, run, script
from repositories import git, isolate
from triggers import Event, WorkflowError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path, monkeypatch)


def test_a_step_ends_at_the_first_command_that_fails(tmp_path: Path) -> None:
    done = run(tmp_path, jobs(a=script("echo before", "exit 3", "echo after")))
    assert ("failure", 3) == (done.conclusion, done.job("a").steps[0].exit_code)
    assert "before\nError: Process completed with exit code 3." == done.log


@pytest.mark.parametrize(
    ("shell", "outcome"),
    [
        pytest.param({}, "success", id="without a shell a pipe hides a failure"),
        pytest.param({"shell": "bash"}, "failure", id="with bash it does not"),
    ],
)
def test_a_named_bash_minds_the_whole_pipe(
    tmp_path: Path, shell: dict[str, str], outcome: str
) -> None:
    done = run(tmp_path, jobs(a=script("false | true", **shell)))
    assert outcome == done.conclusion


def test_steps_hand_on_outputs_variables_and_programs(tmp_path: Path) -> None:
    source = jobs(
        a="""\
outputs:
  all: ${{ steps.one.outputs.x }}/${{ steps.one.outputs.long }}
steps:
  - id: one
    run: |
      mkdir bin; printf '#!/bin/sh\\necho tool' > bin/tool; chmod +x bin/tool
      echo "$PWD/bin" >> "$GITHUB_PATH"
      echo 'x=a=b' >> "$GITHUB_OUTPUT"
      printf 'long<<END\\ntwo\\nlines=2\\nEND\\n' >> "$GITHUB_OUTPUT"
      echo NAME=kept >> "$GITHUB_ENV"
      echo '# Summary' >> "$GITHUB_STEP_SUMMARY"
  - run: echo "$(tool) $NAME ${{ env.NAME }} ${{ steps.one.outcome }}"
""",
        b="needs: a\n" + script("echo '${{ toJSON(needs.a.outputs) }}'"),
    )
    done = run(tmp_path, source)
    assert {"all": "a=b/two\nlines=2"} == done.job("a").outputs
    assert "tool kept kept success" == done.job("a").log
    assert "# Summary\n" == done.job("a").summary
    assert '{\n  "all": "a=b/two\\nlines=2"\n}' == done.job("b").log


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("no pair", id="no pair"),
        pytest.param("=value", id="no name"),
        pytest.param("x<<END", id="no end"),
    ],
)
def test_an_output_that_github_cannot_read_fails_its_step(tmp_path: Path, line: str) -> None:
    done = run(tmp_path, jobs(a=script(f"echo '{line}' >> \"$GITHUB_OUTPUT\"")))
    assert "failure" == done.conclusion
    assert "Unable to process file command" in done.log


def test_steps_after_a_failure_run_only_if_they_say_so(tmp_path: Path) -> None:
    source = jobs(
        a="""\
steps:
  - {name: tolerated, run: exit 1, continue-on-error: true}
  - {name: plain, run: "true"}
  - {name: fails, run: exit 1}
  - {name: skipped, run: "true"}
  - {name: at failure, if: failure(), run: "echo ${{ job.status }}"}
  - {name: always, if: "${{ always() && github.actor == 'PRIYA' }}", run: "true"}
  - {name: never, if: "always() && false", run: "true"}
"""
    )
    steps = run(tmp_path, source).job("a").steps
    assert {
        "tolerated": ("failure", "success"),
        "plain": ("success", "success"),
        "fails": ("failure", "failure"),
        "skipped": ("skipped", "skipped"),
        "at failure": ("success", "success"),
        "always": ("success", "success"),
        "never": ("skipped", "skipped"),
    } == {step.name: (step.outcome, step.conclusion) for step in steps}
    assert "failure\n" == steps[4].output


def test_jobs_after_a_failure_run_only_if_they_say_so(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        jobs(
            last="needs: [skipped, always]\n" + script("true"),
            fails=script("exit 1"),
            skipped="needs: fails\n" + script("true"),
            always="needs: fails\nif: always()\n" + script("echo ${{ needs.fails.result }}"),
            failure="needs: skipped\nif: failure()\n" + script("true"),
            cancelled="needs: fails\nif: cancelled()\n" + script("true"),
        ),
    )
    assert {
        "fails": "failure",
        "skipped": "skipped",
        "always": "success",
        "failure": "success",
        "cancelled": "skipped",
        "last": "skipped",
    } == {job.id: job.conclusion for job in done.all}
    assert "failure" == done.job("always").log


MATRIX = """\
needs: list
name: To ${{ matrix.target }}
concurrency: {group: "apply-${{ matrix.target }}", cancel-in-progress: false}
strategy:
  fail-fast: %s
  matrix:
    target: ${{ fromJSON(needs.list.outputs.targets) }}
steps:
  - run: test "${{ matrix.target }}" != us; echo "${{ strategy.job-index }}"
"""


def listed(targets: str) -> str:
    return "outputs: {targets: '${{ steps.one.outputs.x }}'}\n" + script(
        f"echo 'x={targets}' >> \"$GITHUB_OUTPUT\""
    )


@pytest.mark.parametrize(
    ("fail_fast", "ends"),
    [
        pytest.param("true", ["success", "failure", "cancelled"], id="the rest is cancelled"),
        pytest.param("false", ["success", "failure", "success"], id="the rest goes on"),
    ],
)
def test_a_matrix_comes_from_the_output_of_another_job(
    tmp_path: Path, fail_fast: str, ends: list[str]
) -> None:
    source = jobs(list=listed('["eu", "us", "in"]'), each=MATRIX % fail_fast)
    each = run(tmp_path, source).jobs["each"]
    assert ends == [job.conclusion for job in each]
    assert ["To eu", "To us", "To in"] == [job.name for job in each]
    assert "0" == each[0].log
    assert {"group": "apply-eu", "cancel-in-progress": False} == each[0].concurrency


def test_an_empty_matrix_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WorkflowError, match="does not contain any values"):
        run(tmp_path, jobs(list=listed("[]"), each=MATRIX % "true"))


def test_a_matrix_takes_in_what_is_included(tmp_path: Path) -> None:
    source = jobs(
        a="""\
strategy: {matrix: {x: [1, 2], include: [{x: 2, y: b}, {x: 3, y: c}]}}
steps: [{run: "echo ${{ matrix.x }}${{ matrix.y }}"}]
"""
    )
    assert "1\n2b\n3c" == run(tmp_path, source).log


def test_a_step_sees_its_own_environment_and_nothing_of_the_developers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", "leaked")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "leaked")
    source = "env: {A: workflow, B: workflow, GITHUB_REF: mine}\n" + jobs(
        a="env: {B: job, C: job}\n"
        + script(
            'echo "$A $B $C ${{ env.C }} $D $MINE$GIT_AUTHOR_NAME"',
            'echo "$GITHUB_REF $GITHUB_RUN_NUMBER.$GITHUB_RUN_ATTEMPT $CI $GITHUB_REPOSITORY"',
            'cat "$GITHUB_EVENT_PATH"; test "$PWD" = "$GITHUB_WORKSPACE"',
            env="{C: step}",
        )
    )
    event = Event("push", {"n": 1}, "refs/heads/main", git(bare(tmp_path), "rev-parse", "main"))
    done = run(tmp_path, source, event, env={"D": "machine"}, run_number=3, run_attempt=2)
    assert [
        "workflow job step step machine ",
        "refs/heads/main 3.2 true shop/coupons",
        '{"n": 1}',
    ] == done.log.splitlines()
    assert {"C": "step"} == done.job("a").steps[0].env


def test_a_secret_that_is_shown_is_hidden_in_the_log_and_counted_as_a_leak(tmp_path: Path) -> None:
    lines = [
        "echo see $KEY",
        "echo ::add-mask::other; echo other",
        "echo $KEY >> $GITHUB_STEP_SUMMARY",
    ]
    source = jobs(a=script(*lines, env="{KEY: '${{ secrets.KEY }}'}"), b=script("true"))
    done = run(tmp_path, source, secrets={"KEY": "the-key"})
    assert "see ***\n***" == done.log.strip()
    assert ["KEY in a: Run echo see $KEY"] == done.leaks


def test_only_lines_that_the_runner_would_obey_are_commands(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        jobs(
            a=script(
                "echo '  ::error file=a.yaml,line=2,title=x%2Cy::bad%0Athing'",
                "echo 'text ::error::not at the beginning'",
                "echo '::nothing::known'",
                "echo 'text ##[warning]old style, anywhere'",
                "printf 'one\\r::notice::after a carriage return\\n'",
                "echo '::stop-commands::halt'",
                "echo '::error::stopped'",
                "echo '::halt::'",
                "echo '::debug::again'",
            )
        ),
    )
    assert [
        ("error", "bad\nthing"),
        ("warning", "old style, anywhere"),
        ("notice", "after a carriage return"),
        ("debug", "again"),
    ] == [(command.name, command.message) for command in done.commands]
    assert {"file": "a.yaml", "line": "2", "title": "x,y"} == done.commands[0].properties


def test_a_step_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    with pytest.raises(WorkflowError, match="did not end in time"):
        run(tmp_path, jobs(a=script("sleep 60 & wait")), patience=0.3)


def test_what_a_step_leaves_running_is_ended(tmp_path: Path) -> None:
    left = int(run(tmp_path, jobs(a=script("sleep 60 &", "echo $!"))).log)
    with suppress(ProcessLookupError):  # it may be gone altogether
        ends, _, _ = select.select([os.pidfd_open(left)], [], [], 5)
        assert 1 == len(ends)


def test_programs_are_stand_ins_that_write_their_calls_down(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        jobs(
            a=script(
                "reconciler --version",
                "python -m pip install --quiet x",
                "python -c 'print(1 + 1)'",
                "gh pr create --title 'a b'",
                "gh auth git-credential get < /dev/null | grep -c password",
                "gh api /user || echo refused",
                env="{GH_TOKEN: '${{ github.token }}'}",
            )
        ),
    )
    assert [
        ["install", "--quiet", "x"],
        ["pr", "create", "--title", "a b"],
        ["auth", "git-credential", "get"],
        ["api", "/user"],
    ] == [call["arguments"] for call in done.calls]
    assert ["pip", "gh", "gh", "gh"] == [call["program"] for call in done.calls]
    assert "GH_TOKEN" in done.calls[1]["env"]
    said = done.log.splitlines()
    assert "2" == said[1]
    assert ["https://github.com/shop/coupons/pull/7", "1"] == said[2:4]
    assert "refused" == said[-1]


def test_the_test_may_act_before_a_step(tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []
    run(tmp_path, jobs(a=script("true")), before=lambda job, step: seen.append((job, step)))
    assert [("a", "Run true")] == seen
