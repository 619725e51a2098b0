"""What a run of a workflow did, as values: the run, its jobs, their steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from logcommands import Command


@dataclass
class StepRun:
    """How a step ended. `env` are the variables that the workflow gave it, with their values."""

    name: str
    id: str = ""
    outcome: str = "skipped"
    conclusion: str = "skipped"
    exit_code: int | None = None
    output: str = ""
    raw: str = ""  # the output before anything was masked or taken out
    outputs: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    commands: list[Command] = field(default_factory=list)


@dataclass
class JobRun:
    """How a job ended: success, failure, cancelled, skipped, or waiting for a reviewer."""

    id: str
    name: str
    conclusion: str = "skipped"
    why: str = ""  # where the job never got as far as its steps
    matrix: dict[str, Any] = field(default_factory=dict)
    environment: str = ""
    url: str = ""
    permissions: Mapping[str, str] = field(default_factory=dict)
    concurrency: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    minutes: float = 0.0  # what timeout-minutes says
    steps: list[StepRun] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def summary(self) -> str:
        """What the job's steps wrote for the page of the run."""
        return "\n".join(step.summary for step in self.steps if step.summary)

    @property
    def commands(self) -> list[Command]:
        return [command for step in self.steps for command in step.commands]

    def step(self, name: str) -> StepRun:
        """The step of an id or a name."""
        return next(step for step in self.steps if name in {step.id, step.name})


@dataclass(frozen=True)
class Run:
    """What a run did. `jobs` are by id, one JobRun for each member of a matrix."""

    jobs: Mapping[str, list[JobRun]]
    artifacts: Mapping[str, Path]
    concurrency: Mapping[str, Any]
    calls: list[dict[str, Any]]  # what the stand-ins of gh and pip were asked, in order
    leaks: list[str]  # where the value of a secret is to be seen

    @property
    def all(self) -> list[JobRun]:
        return [job for jobs in self.jobs.values() for job in jobs]

    @property
    def conclusion(self) -> str:
        found = {job.conclusion for job in self.all}
        order = ("waiting", "failure", "cancelled", "success", "skipped")
        return next(one for one in order if one in found)

    @property
    def log(self) -> str:
        return "\n".join(job.log or job.why for job in self.all)

    @property
    def commands(self) -> list[Command]:
        """The annotations and other commands that the runner obeyed."""
        return [command for job in self.all for command in job.commands]

    def job(self, name: str) -> JobRun:
        """The only run of a job."""
        (found,) = self.jobs[name]
        return found


def need(runs: list[JobRun]) -> dict[str, Any]:
    """A job as those that need it see it."""
    results = {run.conclusion for run in runs}
    order = ("failure", "cancelled", "success", "skipped")
    outputs = {name: value for run in runs for name, value in run.outputs.items() if value}
    return {"result": next(one for one in order if one in results), "outputs": outputs}


def leaks(runs: Sequence[JobRun], artifacts: Mapping[str, Path]) -> list[str]:
    """Secrets whose value is in the log, a summary, an output or an artifact."""
    secrets = {value: name for run in runs for name, value in run.secrets.items() if value}
    shown = [
        (f"{run.id}: {step.name}", f"{step.raw}{step.summary}{step.outputs}{run.outputs}{run.url}")
        for run in runs
        for step in run.steps
    ]
    for name, folder in artifacts.items():
        for file in (file for file in folder.rglob("*") if file.is_file()):
            where = f"the artifact {name}: {file.relative_to(folder)}"
            shown.append((where, file.read_text(encoding="utf-8", errors="replace")))
    return [
        f"{name} in {where}"
        for value, name in secrets.items()
        for where, text in shown
        if value in text
    ]
