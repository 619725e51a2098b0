"""Where in a workflow which context may be used, as GitHub documents it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from expressions import condition, holes, walk
from loose import STATUS, ExpressionError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from expressions import Node

RUN = frozenset({"github", "vars", "inputs"})
JOB = RUN | {"needs", "strategy", "matrix"}
STEP = JOB | {"job", "runner", "env", "secrets", "steps"}
PLACES: Mapping[str, frozenset[str]] = {
    "run-name": RUN,
    "concurrency": RUN,
    "env": RUN | {"secrets"},
    "job if": RUN | {"needs"},
    "job strategy": RUN | {"needs"},
    "job": JOB,
    "job defaults": JOB | {"env"},
    "job url": STEP - {"secrets"},
    "job env": JOB | {"secrets"},
    "job outputs": STEP,
    "step": STEP,
    "step if": STEP - {"secrets"},
    "nothing": frozenset(),
}
KNOWN: Mapping[str, frozenset[str]] = {
    "github": frozenset(
        [
            "action",
            "actor",
            "actor_id",
            "api_url",
            "base_ref",
            "env",
            "event",
            "event_name",
            "event_path",
            "graphql_url",
            "head_ref",
            "job",
            "path",
            "ref",
            "ref_name",
            "ref_protected",
            "ref_type",
            "repository",
            "repository_id",
            "repository_owner",
            "run_attempt",
            "run_id",
            "run_number",
            "secret_source",
            "server_url",
            "sha",
            "token",
            "triggering_actor",
            "workflow",
            "workflow_ref",
            "workflow_sha",
            "workspace",
        ]
    ),
    "job": frozenset({"status"}),
    "runner": frozenset({"name", "os", "arch", "temp", "tool_cache", "environment", "debug"}),
    "strategy": frozenset({"fail-fast", "job-index", "job-total", "max-parallel"}),
}


@dataclass(frozen=True)
class Names:
    """The names that expressions may use: steps so far, jobs that are needed, inputs."""

    inputs: Collection[str] = ()
    needs: Collection[str] = ()
    steps: Collection[str] = ()

    def of(self, context: str) -> Collection[str] | None:
        """The properties that a context has; None if that is not known beforehand."""
        own = {"inputs": self.inputs, "needs": self.needs, "steps": self.steps}
        return own.get(context, KNOWN.get(context))


def check(value: object, place: str, names: Names) -> None:
    """Refuse an expression that uses what is not there, whether or not it would ever be run."""
    for found in texts_in(value):
        for node in holes(found):
            check_node(node, place, names)


def check_condition(source: str, place: str, names: Names) -> None:
    check_node(condition(source), place, names)


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from texts_in(one)


def check_node(node: Node, place: str, names: Names) -> None:
    for part in walk(node):
        if part.kind == "context" and part.value not in PLACES[place]:
            raise ExpressionError(f"{part.value!r} cannot be used here ({place})")
        if part.kind == "call" and part.value in STATUS and not place.endswith("if"):
            raise ExpressionError(f"{part.value}() has a meaning only in `if`, not here ({place})")
        if part.kind == "child" and part.parts[0].kind == "context":
            check_name(str(part.parts[0].value), part.parts[1], names)


def check_name(context: str, key: Node, names: Names) -> None:
    known = names.of(context)
    if known is None or key.kind != "literal":
        return
    if str(key.value).lower() not in {name.lower() for name in known}:
        raise ExpressionError(f"there is no {context}.{key.value}")
