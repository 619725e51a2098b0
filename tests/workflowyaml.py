"""YAML as GitHub reads it."""

from __future__ import annotations

import re
from typing import Any

import yaml
from triggers import WorkflowError


class Loader(yaml.SafeLoader):
    """YAML as GitHub reads it: `on` is a name, a key stands once, nothing merges."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - yaml's

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT002 - yaml's
        keys = [one.value for one, _ in node.value]
        if len(keys) != len(set(keys)):
            raise WorkflowError(f"a key stands twice: {sorted(keys)}")
        return super().construct_mapping(node, deep=deep)


for kind, pattern, firsts in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", "[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", "-+0123456789."),
):
    Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{kind}", re.compile(f"^(?:{pattern})$"), list(firsts)
    )


def read_yaml(source: str) -> Any:  # noqa: ANN401 - any YAML
    try:
        return yaml.load(source, Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as wrong:
        raise WorkflowError(str(wrong)) from wrong
