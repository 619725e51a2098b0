"""A workflow file as a value: what starts it, its jobs and their steps, expressions not yet run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from actions import check_inputs, check_use
from loose import ExpressionError
from places import Names, check, check_condition
from triggers import WorkflowError, triggers
from workflowyaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

WORKFLOW_KEYS = frozenset(
    {"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}
)
JOB_KEYS = frozenset(
    [
        "name",
        "permissions",
        "needs",
        "if",
        "runs-on",
        "environment",
        "concurrency",
        "outputs",
        "env",
        "defaults",
        "steps",
        "timeout-minutes",
        "strategy",
    ]
)
STEP_KEYS = frozenset(
    [
        "id",
        "if",
        "name",
        "uses",
        "run",
        "working-directory",
        "shell",
        "with",
        "env",
        "continue-on-error",
        "timeout-minutes",
    ]
)
PERMISSIONS = frozenset(
    [
        "actions",
        "attestations",
        "checks",
        "contents",
        "deployments",
        "discussions",
        "id-token",
        "issues",
        "models",
        "packages",
        "pages",
        "pull-requests",
        "security-events",
        "statuses",
    ]
)
IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*")


@dataclass(frozen=True)
class Step:
    """One step. `name` is what the log shows if the file has none."""

    name: str
    id: str
    condition: str
    uses: str
    run: str
    inputs: Mapping[str, Any]
    env: Mapping[str, Any]
    shell: str | None
    folder: str
    continue_on_error: object
    timeout: object


@dataclass(frozen=True)
class Job:
    """One job, or a matrix of them."""

    id: str
    name: str
    needs: tuple[str, ...]
    condition: str
    environment: Mapping[str, Any]  # name and url; empty without one
    permissions: Mapping[str, str]
    concurrency: Mapping[str, Any]
    env: Mapping[str, Any]
    matrix: object  # a mapping, or an expression that gives one; None without
    strategy: Mapping[str, Any]
    timeout: object
    outputs: Mapping[str, str]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Workflow:
    """A file below .github/workflows."""

    path: str
    name: str
    on: Mapping[str, Mapping[str, Any]]
    env: Mapping[str, Any]
    concurrency: Mapping[str, Any]
    jobs: Mapping[str, Job]  # in the order of `needs`


def load(file: Path) -> Workflow:
    """Read a workflow; a WorkflowError for whatever GitHub, or this, does not know."""
    source = file.read_text(encoding="utf-8")
    try:
        return workflow(f".github/workflows/{file.name}", source)
    except ExpressionError as wrong:
        raise WorkflowError(f"{file.name}: {wrong}") from wrong


def workflow(path: str, source: str) -> Workflow:
    raw = read_yaml(source)
    known(raw, WORKFLOW_KEYS, "the workflow")
    on = triggers(raw.get("on"))
    by_hand = on.get("workflow_dispatch", {}).get("inputs") or {}
    names = Names(inputs=tuple(by_hand))
    check(raw.get("run-name"), "run-name", names)
    check(raw.get("concurrency"), "concurrency", names)
    check(raw.get("env"), "env", names)
    defaults = {key: raw.get(key) for key in ("permissions", "defaults")}
    jobs = {key: job(key, value, defaults, names) for key, value in raw["jobs"].items()}
    check_uses(source, [step for one in jobs.values() for step in one.steps if step.uses])
    return Workflow(
        path=path,
        name=raw.get("name", path),
        on=on,
        env=raw.get("env") or {},
        concurrency=concurrency(raw.get("concurrency")),
        jobs={key: jobs[key] for key in ordered({key: jobs[key].needs for key in jobs})},
    )


def check_uses(source: str, steps: list[Step]) -> None:
    """Refuse a step whose action, pin, comment with the version, or input is not known."""
    lines = re.findall(r"^\s*(?:- )?uses:[ ]+(\S+)[ ]*(.*?)\s*$", source, re.MULTILINE)
    if sorted(uses for uses, _ in lines) != sorted(step.uses for step in steps):
        raise WorkflowError(f"a `uses:` that does not stand on a line of its own, plain: {lines}")
    for uses, comment in lines:
        check_use(uses, comment)
    for step in steps:
        check_inputs(step.uses, step.inputs)


def known(raw: object, keys: Collection[str], what: str) -> None:
    if not isinstance(raw, dict):
        raise WorkflowError(f"{what} is no mapping")
    unknown = set(raw) - set(keys)
    if unknown:
        raise WorkflowError(f"{what} has {sorted(map(str, unknown))}, which is not known here")


def ordered(needs: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The jobs, each after those that it needs."""
    done: list[str] = []
    while len(done) < len(needs):
        ready = [key for key in needs if key not in done and set(needs[key]) <= set(done)]
        if not ready:
            raise WorkflowError(f"jobs that need each other, or one that is not there: {needs}")
        done.append(ready[0])
    return done


def job(key: str, raw: Any, defaults: Mapping[str, Any], names: Names) -> Job:  # noqa: ANN401 - YAML
    known(raw, JOB_KEYS, f"the job {key}")
    for needed in ("runs-on", "timeout-minutes", "steps"):
        if not raw.get(needed):
            raise WorkflowError(f"the job {key} has no {needed}")
    if not str(raw["runs-on"]).startswith("ubuntu-"):
        raise WorkflowError(f"the job {key} runs on what is not known here: {raw['runs-on']!r}")
    needs = raw.get("needs", [])
    needs = (needs,) if isinstance(needs, str) else tuple(needs)
    names = Names(names.inputs, needs)
    check_condition(condition_of(raw), "job if", names)
    check(raw.get("strategy"), "job strategy", names)
    for place in ("name", "runs-on", "concurrency", "timeout-minutes"):
        check(raw.get(place), "job", names)
    check(raw.get("env"), "job env", names)
    shells = run_defaults(defaults["defaults"], raw.get("defaults"))
    check(shells, "job defaults", names)
    steps = steps_of(key, raw["steps"], shells, names)
    ids = tuple(step.id for step in steps if step.id)
    check(raw.get("outputs"), "job outputs", Names(names.inputs, needs, ids))
    environment = raw.get("environment") or {}
    environment = {"name": environment} if isinstance(environment, str) else environment
    known(environment, {"name", "url"}, f"the environment of {key}")
    check(environment.get("name"), "job", names)
    check(environment.get("url"), "job url", Names(names.inputs, needs, ids))
    strategy = raw.get("strategy") or {}
    known(strategy, {"matrix", "fail-fast", "max-parallel"}, f"the strategy of {key}")
    return Job(
        id=key,
        name=raw.get("name", key),
        needs=needs,
        condition=condition_of(raw),
        environment=environment,
        permissions=permissions(key, raw.get("permissions", defaults["permissions"])),
        concurrency=concurrency(raw.get("concurrency")),
        env=raw.get("env") or {},
        matrix=strategy.get("matrix"),
        strategy=strategy,
        timeout=raw["timeout-minutes"],
        outputs=raw.get("outputs") or {},
        steps=steps,
    )


def condition_of(raw: Mapping[str, Any]) -> str:
    found = raw.get("if", "success()")
    return str(found).lower() if isinstance(found, bool) else str(found)


def permissions(key: str, raw: object) -> dict[str, str]:
    """What the job's token may do. It has to be said: GitHub's default is a setting elsewhere."""
    if raw is None:
        raise WorkflowError(f"neither the job {key} nor the workflow says its permissions")
    known(raw, PERMISSIONS, f"permissions of {key}")
    assert isinstance(raw, dict)
    if not set(raw.values()) <= {"read", "write", "none"}:
        raise WorkflowError(f"permissions of {key} are read, write or none: {raw}")
    return {name: value for name, value in raw.items() if value != "none"}


def concurrency(raw: object) -> dict[str, Any]:
    value = {} if raw is None else {"group": raw} if isinstance(raw, str) else raw
    known(value, {"group", "cancel-in-progress"}, "concurrency")
    assert isinstance(value, dict)
    return value


def run_defaults(*levels: Any) -> dict[str, Any]:  # noqa: ANN401 - YAML
    found: dict[str, Any] = {}
    for level in levels:
        known(level or {}, {"run"}, "defaults")
        known((level or {}).get("run", {}), {"shell", "working-directory"}, "defaults.run")
        found |= (level or {}).get("run", {})
    return found


def steps_of(key: str, raw: list[Any], shells: Mapping[str, Any], names: Names) -> tuple[Step, ...]:
    """The steps; each may use the outputs of those before it."""
    steps: list[Step] = []
    for number, one in enumerate(raw, 1):
        where = f"step {number} of {key}"
        ids = tuple(step.id for step in steps if step.id)
        steps.append(step_of(where, one, shells, Names(names.inputs, names.needs, ids)))
        if steps[-1].id in ids:
            raise WorkflowError(f"{where}: the id {steps[-1].id} stands twice")
    return tuple(steps)


def step_of(where: str, raw: Any, shells: Mapping[str, Any], names: Names) -> Step:  # noqa: ANN401 - YAML
    known(raw, STEP_KEYS, where)
    if ("run" in raw) == ("uses" in raw):
        raise WorkflowError(f"{where} has to have either `run` or `uses`")
    foreign = {"with"} if "run" in raw else {"shell", "working-directory"}
    known(raw, STEP_KEYS - foreign, where)
    if "id" in raw and not IDENTIFIER.fullmatch(raw["id"]):
        raise WorkflowError(f"{where} has an id that is none: {raw['id']!r}")
    check_condition(condition_of(raw), "step if", names)
    for place in STEP_KEYS - {"id", "if", "uses", "shell"}:
        check(raw.get(place), "step", names)
    check(raw.get("uses"), "nothing", names)
    shells = shells if "run" in raw else {}
    shell = raw.get("shell", shells.get("shell"))
    if shell not in {None, "bash", "sh"}:
        raise WorkflowError(f"{where}: the shell {shell!r} is not known here")
    return Step(
        name=raw.get("name") or raw.get("uses") or f"Run {raw['run'].splitlines()[0]}",
        id=raw.get("id", ""),
        condition=condition_of(raw),
        uses=raw.get("uses", ""),
        run=raw.get("run", ""),
        inputs=raw.get("with") or {},
        env=raw.get("env") or {},
        shell=shell,
        folder=raw.get("working-directory", shells.get("working-directory", "")),
        continue_on_error=raw.get("continue-on-error", False),
        timeout=raw.get("timeout-minutes"),
    )
