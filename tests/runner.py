"""Runs a workflow file as GitHub does, with real scripts and git, and stand-ins for the rest."""

from __future__ import annotations

import json
import sysconfig
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expressions import Scope, condition, evaluate, fill, filled, plain
from githost import GitHost, serving
from jobs import JobExecution
from loose import ExpressionError, number, truth
from machine import HERE, Machine
from matrix import matrix
from outcomes import JobRun, Run, leaks, need
from triggers import WorkflowError, given, matches, starts
from workflow import Workflow, load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from triggers import Event
    from workflow import Job

LONGEST = 360
PROGRAMS = Path(sysconfig.get_path("scripts"))
SHIMS: Mapping[str, Path] = {
    "reconciler": PROGRAMS / "reconciler",
    "gh": HERE / "shims" / "gh.py",
    "pip": HERE / "shims" / "pip.py",
    "pip3": HERE / "shims" / "pip.py",
    "python": HERE / "shims" / "python.py",
    "python3": HERE / "shims" / "python.py",
}


@dataclass(frozen=True)
class Environment:
    """An environment: its secrets, and who may use them. Without branches any ref may."""

    secrets: Mapping[str, str] = field(default_factory=dict)
    branches: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Runner:
    """A workflow file, an event, and the repository's settings. Call execute() once.

    `before` is called with the job and the step before each step runs; `on_token` with the token of
    each job and what it may do. `env` are variables that the machine itself has.
    """

    file: Path
    event: Event
    origin: Path  # a bare repository
    workspace: Path  # where the machines' folders are made; it must not exist
    secrets: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    environments: Mapping[str, Environment | Mapping[str, str]] = field(default_factory=dict)
    approvers: tuple[str, ...] = ()  # the reviewers that let waiting jobs go on
    env: Mapping[str, str] = field(default_factory=dict)
    shims: Mapping[str, Path] = field(default_factory=dict)
    run_id: int = 1001
    run_number: int = 1
    run_attempt: int = 1
    repository: str = "shop/coupons"
    server_url: str = "https://github.com"
    api_url: str = "https://api.github.com"
    on_token: Callable[[str, Mapping[str, str]], None] = lambda _token, _permissions: None
    before: Callable[[str, str], None] = lambda _job, _step: None
    patience: float = 120.0  # seconds that a step may take
    artifacts: dict[str, Path] = field(default_factory=dict)

    @cached_property
    def workflow(self) -> Workflow:
        return load(self.file)

    @property
    def calls(self) -> Path:
        return self.workspace / "calls.jsonl"

    def execute(self) -> Run:
        """Run the workflow; a WorkflowError if GitHub would not, or if that is unknown."""
        if not starts(self.workflow.on, self.event):
            raise WorkflowError(f"{self.event.name} does not start {self.workflow.path}")
        self.workspace.mkdir(parents=True)
        contexts: dict[str, Any] = {
            "github": self.github(),
            "inputs": given(self.workflow.on, self.event),
            "vars": dict(self.variables),
        }
        jobs: dict[str, list[JobRun]] = {}
        with serving(self.origin, self.repository) as host:
            for job in self.workflow.jobs.values():
                try:
                    jobs[job.id] = self.one(job, jobs, contexts, host)
                except ExpressionError as wrong:
                    raise WorkflowError(f"the job {job.id}: {wrong}") from wrong
        calls = self.calls.read_text().splitlines() if self.calls.exists() else []
        concurrency = dict_of(filled(self.workflow.concurrency, Scope(contexts)))
        read = [json.loads(line) for line in calls]
        all_jobs = [run for runs in jobs.values() for run in runs]
        return Run(jobs, self.artifacts, concurrency, read, leaks(all_jobs, self.artifacts))

    def github(self) -> dict[str, Any]:
        """The `github` context; numbers of the run are texts there."""
        event, pull, path = self.event, self.event.pull, self.workflow.path
        kind = "tag" if event.ref.startswith("refs/tags/") else "branch"
        return {
            "actor": event.actor,
            "api_url": self.api_url,
            "base_ref": pull["base"]["ref"] if pull else "",
            "event": json.loads(json.dumps(event.payload)),
            "event_name": event.name,
            "graphql_url": f"{self.api_url}/graphql",
            "head_ref": pull["head"]["ref"] if pull else "",
            "ref": event.ref,
            "ref_name": event.ref.split("/", 2)[2],
            "ref_type": kind,
            "repository": self.repository,
            "repository_owner": self.repository.partition("/")[0],
            "run_attempt": str(self.run_attempt),
            "run_id": str(self.run_id),
            "run_number": str(self.run_number),
            "server_url": self.server_url,
            "sha": event.sha,
            "triggering_actor": event.actor,
            "workflow": self.workflow.name,
            "workflow_ref": f"{self.repository}/{path}@{event.ref}",
            "workflow_sha": event.sha,
        }

    def one(
        self,
        job: Job,
        done: Mapping[str, list[JobRun]],
        contexts: Mapping[str, Any],
        host: GitHost,
    ) -> list[JobRun]:
        """Run a job, or each member of its matrix one after the other."""
        before = [run for name in self.ancestors(job) for run in done[name]]
        results = {run.conclusion for run in before}
        if "waiting" in results:
            return [JobRun(job.id, job.name, "waiting", "it needs a job that waits")]
        contexts = {**contexts, "needs": {name: need(done[name]) for name in job.needs}}
        status = {
            "success": results <= {"success"},
            "failure": "failure" in results,
            "always": True,
            "cancelled": "cancelled" in results,
        }
        if not truth(evaluate(condition(job.condition), Scope(contexts, status))):
            return [JobRun(job.id, job.name)]
        members = matrix(filled(job.matrix, Scope(contexts)))
        fail_fast = truth(filled(job.strategy.get("fail-fast", True), Scope(contexts)))
        runs: list[JobRun] = []
        for at, member in enumerate(members):
            strategy = {
                "fail-fast": fail_fast,
                "job-index": at,
                "job-total": len(members),
                "max-parallel": job.strategy.get("max-parallel", len(members)),
            }
            known = {**contexts, "strategy": strategy, "matrix": member or None}
            run = self.started(job, member, known)
            runs.append(run)
            if fail_fast and any(one.conclusion == "failure" for one in runs[:-1]):
                run.conclusion, run.why = "cancelled", "another one of the matrix failed"
            else:
                self.member(job, run, at, known, host)
        return runs

    def ancestors(self, job: Job) -> set[str]:
        """Every job that comes before, not only those that are named."""
        return set(job.needs).union(*(self.ancestors(self.workflow.jobs[one]) for one in job.needs))

    def started(self, job: Job, member: Mapping[str, Any], known: Mapping[str, Any]) -> JobRun:
        named = job.environment.get("name", "")
        return JobRun(
            job.id,
            plain(fill(job.name, Scope(known)), job.name),
            matrix=dict(member),
            environment=plain(fill(named, Scope(known)), named),
            concurrency=dict_of(filled(job.concurrency, Scope(known))),
            permissions=self.permissions(job),
            minutes=minutes(filled(job.timeout, Scope(known))),
        )

    def permissions(self, job: Job) -> dict[str, str]:
        """What the token may do: for a fork's own pull request, reading at most."""
        only_read = self.event.name == "pull_request" and self.event.is_fork
        found = job.permissions.items()
        return {name: "read" if only_read else value for name, value in found}

    def member(
        self, job: Job, run: JobRun, at: int, known: Mapping[str, Any], host: GitHost
    ) -> None:
        """Run a job, if its environment lets it."""
        environment = self.environment(run.environment)
        branch = self.event.ref.removeprefix("refs/heads/")
        if environment.branches and not (
            branch != self.event.ref and matches(branch, environment.branches)
        ):
            run.conclusion = "failure"
            run.why = f"{self.event.ref} is not allowed to deploy to {run.environment}"
            return
        if environment.reviewers and not set(environment.reviewers) & set(self.approvers):
            run.conclusion, run.why = "waiting", f"{run.environment} waits for a reviewer"
            return
        run.token = f"token-of-job-{job.id}-{at}-of-run-{self.run_id}-{self.run_attempt}"
        self.on_token(run.token, run.permissions)
        host.tokens[run.token] = run.permissions
        run.secrets = {"GITHUB_TOKEN": run.token}
        if not (self.event.name == "pull_request" and self.event.is_fork):
            run.secrets = {**self.secrets, **environment.secrets, **run.secrets}
        machine = self.machine(job, at, run.token, host.url)
        github = {
            **known["github"],
            "token": run.token,
            "job": job.id,
            "workspace": str(machine.workspace),
            "event_path": str(machine.event_file()),
        }
        variables = {**known["vars"], **environment.variables}
        contexts = {**known, "github": github, "secrets": run.secrets, "vars": variables}
        JobExecution(job, run, machine, contexts, self.before).execute(self.workflow.env)
        del host.tokens[run.token]  # a token lives as long as its job

    def environment(self, name: str) -> Environment:
        if not name:
            return Environment()
        if name not in self.environments:
            raise WorkflowError(f"there is no environment {name!r}")
        found = self.environments[name]
        return found if isinstance(found, Environment) else Environment(found)

    def machine(self, job: Job, at: int, token: str, git_host: str) -> Machine:
        return Machine(
            self.workspace / f"{job.id}-{at}",
            self.repository,
            self.event,
            self.server_url,
            git_host,
            token,
            self.artifacts,
            self.workspace / "artifacts",
            {**SHIMS, **self.shims},
            {"STAND_IN_CALLS": str(self.calls), **self.env},
            self.patience,
        )


def minutes(value: object) -> float:
    """A timeout: more than nothing, and at most the six hours that a machine may have."""
    found = number(value)
    if not 0 < found <= LONGEST:
        raise WorkflowError(f"timeout-minutes is {value!r}")
    return found


def dict_of(value: object) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value
