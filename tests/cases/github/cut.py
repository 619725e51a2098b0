"""Cut the routes that the tool uses out of GitHub's OpenAPI description; see README.md.

Run it as `python cut.py node_modules/@octokit/openapi`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROUTES = {
    "/repos/{owner}/{repo}/collaborators/{username}/permission": ("get",),
    "/repos/{owner}/{repo}/commits/{commit_sha}/pulls": ("get",),
    "/repos/{owner}/{repo}/issues": ("get", "post"),
    "/repos/{owner}/{repo}/issues/comments/{comment_id}": ("patch",),
    "/repos/{owner}/{repo}/issues/{issue_number}": ("patch",),
    "/repos/{owner}/{repo}/issues/{issue_number}/comments": ("get", "post"),
    "/repos/{owner}/{repo}/pulls/{pull_number}/reviews": ("get",),
}
KEPT = ("operationId", "parameters", "requestBody", "responses")
WORDS = frozenset({"description", "example", "examples", "externalDocs", "title", "summary"})
MAPS = frozenset(
    {"properties", "parameters", "responses", "schemas", "headers", "patternProperties"}
)


def cut(whole: dict[str, Any]) -> dict[str, Any]:
    """The description of the routes alone, with all that they refer to."""
    paths = {
        path: {
            method: {
                key: bare(part) for key, part in whole["paths"][path][method].items() if key in KEPT
            }
            for method in methods
        }
        for path, methods in ROUTES.items()
    }
    components: dict[str, dict[str, Any]] = {}
    waiting = sorted(references(paths))
    while waiting:
        _, _, kind, name = waiting.pop().split("/")
        if name in components.setdefault(kind, {}):
            continue
        components[kind][name] = bare(whole["components"][kind][name])
        waiting += sorted(references(components[kind][name]))
    return {
        "openapi": whole["openapi"],
        "info": {key: whole["info"][key] for key in ("title", "version", "license")},
        "paths": paths,
        "components": components,
    }


def bare(part: Any, *, names: bool = False) -> Any:  # noqa: ANN401 - any JSON
    """A part without the words for people. `names`: its keys are names, not OpenAPI's own words."""
    if isinstance(part, list):
        return [bare(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: bare(value, names=key in MAPS and not names)
        for key, value in part.items()
        if names or (key not in WORDS and not key.startswith("x-"))
    }


def references(part: Any) -> set[str]:  # noqa: ANN401 - any JSON
    """Everything that a part refers to."""
    if isinstance(part, list):
        return set().union(*map(references, part))
    if not isinstance(part, dict):
        return set()
    found = set().union(*map(references, part.values()))
    return found | {part["$ref"]} if isinstance(part.get("$ref"), str) else found


if __name__ == "__main__":
    source = Path(sys.argv[1], "generated", "api.github.com.json")
    text = json.dumps(cut(json.loads(source.read_text(encoding="utf-8"))), indent=1, sort_keys=True)
    Path(__file__).with_name("openapi.json").write_text(text + "\n", encoding="utf-8")
