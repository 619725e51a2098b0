"""Runs one job of a workflow, step by step, and tells how each ended."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import actions
from checkout import ActionError
from expressions import Scope, condition, evaluate, fill, filled, plain, texts
from logcommands import LARGEST_SUMMARY, Command, CommandFileError, Reader, pairs
from loose import Exact, ExpressionError, number, truth
from outcomes import StepRun
from triggers import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from machine import Ended, Machine
    from outcomes import JobRun
    from workflow import Job, Step


class JobExecution:
    """The steps of one job on one machine."""

    def __init__(
        self,
        job: Job,
        run: JobRun,
        machine: Machine,
        contexts: Mapping[str, Any],
        before: Callable[[str, str], None],
    ) -> None:
        self.job, self.run, self.machine, self.before = job, run, machine, before
        self.contexts = dict(contexts)
        self.github = dict(contexts["github"])
        self.reader = Reader([value for value in run.secrets.values() if value])
        self.failed = False
        self.env: dict[str, str] = {}
        self.log: list[str] = []

    def execute(self, workflow_env: Mapping[str, Any]) -> None:
        """Run every step that is to run; the outcome stands in the JobRun."""
        self.env = texts(workflow_env, Scope(self.contexts))
        self.env |= texts(self.job.env, Scope(self.contexts))
        for number_, step in enumerate(self.job.steps, 1):
            self.one(step, number_)
        self.run.conclusion = "failure" if self.failed else "success"
        scope = Scope(self.known(self.env))
        self.run.outputs = self.outputs(texts(self.job.outputs, scope))
        if self.job.environment.get("url"):
            self.run.url = plain(fill(self.job.environment["url"], scope), "url")
        self.run.log = "\n".join(self.log)

    def outputs(self, found: Mapping[str, str]) -> dict[str, str]:
        """What other jobs may see: GitHub drops an output that holds a secret."""
        hidden = [value for value in self.run.secrets.values() if value]
        return {
            name: value
            for name, value in found.items()
            if not any(secret in value for secret in hidden)
        }

    def known(self, env: Mapping[str, str]) -> dict[str, Any]:
        """The contexts at this moment."""
        shown = {
            step.id: {
                "outputs": step.outputs,
                "outcome": step.outcome,
                "conclusion": step.conclusion,
            }
            for step in self.run.steps
            if step.id
        }
        status = "failure" if self.failed else "success"
        return {
            **self.contexts,
            "github": self.github,
            "env": Exact(env),
            "steps": shown,
            "job": {"status": status},
            "runner": self.machine.runner(),
        }

    def one(self, step: Step, place: int) -> None:
        done = StepRun(step.name, step.id)
        self.github["action"] = step.id or f"__run_{place}"
        status = {
            "success": not self.failed,
            "failure": self.failed,
            "always": True,
            "cancelled": False,
        }
        try:
            done.env = texts(step.env, Scope(self.known(self.env)))
            scope = Scope(self.known(self.env | done.env))
            done.name = plain(fill(step.name, scope), step.name)
            wanted = truth(evaluate(condition(step.condition), Scope(scope.contexts, status)))
            if wanted:
                self.before(self.run.id, done.name)
                done.outcome = self.act(step, done, scope)
            done.conclusion = done.outcome
            if done.outcome == "failure" and truth(self.value(step.continue_on_error, scope)):
                done.conclusion = "success"
        except ExpressionError as wrong:
            self.say(done, f"Error: {wrong}")
            done.outcome = done.conclusion = "failure"
        self.failed = self.failed or done.conclusion == "failure"
        self.run.steps.append(done)

    def act(self, step: Step, done: StepRun, scope: Scope) -> str:
        """Do what a step does: success or failure."""
        if not step.uses:
            return self.script(step, done, scope)
        try:
            done.inputs = texts(step.inputs, scope)
            done.outputs = actions.use(step.uses, done.inputs, self.machine)
        except ActionError as failed:
            self.say(done, f"Error: {failed}")
            return "failure"
        return "success"

    def script(self, step: Step, done: StepRun, scope: Scope) -> str:
        folder = self.machine.workspace / plain(fill(step.folder, scope), step.folder)
        if not folder.is_dir():
            self.say(done, f"Error: there is no folder {folder} to work in")
            return "failure"
        minutes = number(self.value(step.timeout, scope)) if step.timeout else math.inf
        env = self.env | done.env | self.machine.variables(self.github)
        script = plain(fill(step.run, scope), step.run)
        ended = self.machine.run(script, step.shell, folder, env)
        if ended.timed_out:
            raise WorkflowError(f"{step.name!r} did not end in time (it has {minutes} minutes)")
        done.exit_code = ended.code
        lines, done.commands = self.reader.read(ended.output.removesuffix("\n"))
        done.raw = ended.output
        for line in lines if ended.output else ():
            self.say(done, line)
        taken = self.take(done, ended)
        if ended.code:
            self.say(done, f"Error: Process completed with exit code {ended.code}.")
        return "success" if taken and not ended.code else "failure"

    def take(self, done: StepRun, ended: Ended) -> bool:
        """Take in what a step left for later ones; False where GitHub could not read it."""
        old = [command for command in done.commands if command.name == "set-output"]
        done.outputs = {command.properties.get("name", ""): command.message for command in old}
        try:
            done.outputs |= pairs(ended.files["output"])
            new = pairs(ended.files["env"])
        except CommandFileError as wrong:
            self.say(done, f"Error: Unable to process file command: {wrong}")
            return False
        strange = [name for name in new if name.startswith(("GITHUB_", "RUNNER_", "NODE_OPTIONS"))]
        if strange:
            raise WorkflowError(f"{done.name!r} sets what GitHub does not let it set: {strange}")
        self.env |= new
        for line in filter(None, ended.files["path"].splitlines()):
            self.machine.paths.insert(0, line)
        done.summary = self.reader.hidden(ended.files["step_summary"])
        if len(done.summary.encode()) > LARGEST_SUMMARY:
            done.commands.append(
                Command("error", "$GITHUB_STEP_SUMMARY is too large: it is dropped")
            )
            done.summary = ""
        return True

    def value(self, raw: object, scope: Scope) -> object:
        return filled(raw, scope)

    def say(self, done: StepRun, line: str) -> None:
        done.output += line + "\n"
        self.log.append(line)
