"""The members of a job's matrix."""

from __future__ import annotations

import itertools
from typing import Any

from triggers import WorkflowError


def matrix(raw: object) -> list[dict[str, Any]]:
    """The members of a matrix; one empty member without any. An empty vector is an error."""
    if raw is None:
        return [{}]
    if not isinstance(raw, dict) or "exclude" in raw:
        raise WorkflowError(f"a matrix that is none, or is not known here: {raw!r}")
    vectors = {name: values for name, values in raw.items() if name != "include"}
    for name, values in vectors.items():
        if not isinstance(values, list) or not values:
            raise WorkflowError(f"Matrix vector {name!r} does not contain any values")
    members = [
        dict(zip(vectors, values, strict=True)) for values in itertools.product(*vectors.values())
    ]
    if "include" not in raw:
        return members
    return included(members if vectors else [], raw["include"], set(vectors))


def included(
    members: list[dict[str, Any]], entries: list[dict[str, Any]], own: set[str]
) -> list[dict[str, Any]]:
    """Each entry is added to the members that it does not contradict, else it is one of its own."""
    if not entries:
        raise WorkflowError("Matrix vector 'include' does not contain any values")
    found, extra = [dict(one) for one in members], []
    for entry in entries:
        fitting = [
            one
            for one, first in zip(found, members, strict=True)
            if all(first[name] == entry[name] for name in own & set(entry))
        ]
        for fit in fitting:
            fit.update(entry)
        extra += [] if fitting else [dict(entry)]
    return found + extra
