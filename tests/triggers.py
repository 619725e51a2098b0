"""What starts a workflow: `on:` as a value, and whether an event does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

PULLS = ("pull_request", "pull_request_target")
FILTERS: Mapping[str, frozenset[str]] = {
    "push": frozenset({"branches"}),
    "pull_request": frozenset({"branches", "types"}),
    "pull_request_target": frozenset({"branches", "types"}),
    "workflow_dispatch": frozenset({"inputs"}),
}
INPUT_KEYS = frozenset({"description", "type", "required", "default", "options"})
INPUT_TYPES = frozenset({"string", "boolean", "number", "choice", "environment"})


class WorkflowError(Exception):
    """A workflow that GitHub would refuse, or one that uses what these tests do not know."""


@dataclass(frozen=True)
class Event:
    """What happened. For pull_request_target `ref` and `sha` are the base branch and its tip.

    `inputs` are those that a person gave by hand, as texts.
    """

    name: str
    payload: Mapping[str, Any]
    ref: str
    sha: str
    actor: str = "priya"
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def pull(self) -> Mapping[str, Any]:
        """The pull request, empty if it is not about one."""
        found = self.payload.get("pull_request", {}) if self.name in PULLS else {}
        return found if isinstance(found, Mapping) else {}

    @property
    def is_fork(self) -> bool:
        """Whether the pull request comes from another repository, or from one that is gone."""
        return bool(self.pull) and head_of(self.pull) != self.pull["base"]["repo"]["full_name"]


def head_of(pull: Mapping[str, Any]) -> object:
    """The repository of a pull request's head, None if it was deleted."""
    return (pull["head"]["repo"] or {}).get("full_name")


def triggers(on: object) -> dict[str, dict[str, Any]]:
    """`on:` in its one full form: filters by the event's name."""
    if isinstance(on, str):
        on = [on]
    if isinstance(on, list):
        on = dict.fromkeys(on)
    if not isinstance(on, dict) or not on:
        raise WorkflowError(f"`on` is no event: {on!r}")
    return {name: one_trigger(name, value) for name, value in on.items()}


def one_trigger(name: str, value: object) -> dict[str, Any]:
    if name == "schedule":
        return {"schedule": schedule(value)}
    if name not in FILTERS:
        raise WorkflowError(f"the event {name} is not known here")
    value = {} if value is None else value
    if not isinstance(value, dict):
        raise WorkflowError(f"on.{name} is no mapping")
    unknown = set(value) - FILTERS[name]
    if unknown:
        raise WorkflowError(f"on.{name} has {sorted(unknown)}, which is not known here")
    for key, one in (value.get("inputs") or {}).items():
        check_input(key, one or {})
    return value


def schedule(value: object) -> list[str]:
    entries = value if isinstance(value, list) else []
    crons = [one["cron"] for one in entries if isinstance(one, dict) and set(one) == {"cron"}]
    wrong = [one for one in crons if not isinstance(one, str) or len(one.split()) != 5]
    if not crons or wrong or len(crons) != len(entries):
        raise WorkflowError(f"on.schedule is no list of `cron:` with five fields: {value!r}")
    return crons


def check_input(name: str, value: Mapping[str, Any]) -> None:
    kind = value.get("type", "string")
    if set(value) - INPUT_KEYS or kind not in INPUT_TYPES:
        raise WorkflowError(f"the input {name} has a key or a type that is not known here: {value}")
    if (kind == "choice") != bool(value.get("options")):
        raise WorkflowError(f"the input {name} is a choice without options, or has them unasked")


def starts(on: Mapping[str, Mapping[str, Any]], event: Event) -> bool:
    """Whether an event starts a workflow."""
    if event.name not in on:
        return False
    filters = on[event.name]
    branch = event.pull["base"]["ref"] if event.pull else event.ref.removeprefix("refs/heads/")
    is_branch = bool(event.pull) or event.ref.startswith("refs/heads/")
    if "branches" in filters and not (is_branch and matches(branch, filters["branches"])):
        return False
    types = filters.get("types", ["opened", "synchronize", "reopened"])
    return not event.pull or event.payload["action"] in (
        [types] if isinstance(types, str) else types
    )


def matches(branch: str, patterns: str | list[str] | tuple[str, ...]) -> bool:
    """Whether a branch is named by patterns; of patterns, only `*` as a whole or plain names."""
    patterns = [patterns] if isinstance(patterns, str) else patterns
    strange = [one for one in patterns if set(one) & set("!?+[]") or "*" in one.strip("*")]
    if strange:
        raise WorkflowError(f"patterns of branches that are not known here: {strange}")
    return any(fnmatchcase(branch, one) for one in patterns)


def given(on: Mapping[str, Mapping[str, Any]], event: Event) -> dict[str, object]:
    """The `inputs` context: empty unless the workflow was started by hand."""
    if event.name != "workflow_dispatch":
        return {}
    declared = on["workflow_dispatch"].get("inputs") or {}
    unknown = set(event.inputs) - set(declared)
    if unknown:
        raise WorkflowError(f"there is no input {sorted(unknown)}")
    return {name: one_input(name, value or {}, event.inputs) for name, value in declared.items()}


def one_input(name: str, declared: Mapping[str, Any], inputs: Mapping[str, str]) -> object:
    kind = declared.get("type", "string")
    options = declared.get("options", [])
    first = options[0] if kind == "choice" else {"boolean": False}.get(kind, "")
    value = inputs.get(name, declared.get("default", first))
    if declared.get("required") and value in {"", None}:
        raise WorkflowError(f"the input {name} is required")
    if kind == "choice" and value not in options:
        raise WorkflowError(f"the input {name} is {value!r}, none of {options}")
    if kind == "boolean":
        if str(value).lower() not in {"true", "false"}:
            raise WorkflowError(f"the input {name} is {value!r}, neither true nor false")
        return str(value).lower() == "true"
    return float(value) if kind == "number" and value != "" else str(value)
