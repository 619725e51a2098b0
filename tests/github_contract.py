"""GitHub's published description of its REST API, as far as the tool uses it: what it says of a
request, and of an answer. See cases/github/README.md.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import urlsplit

from jsonschema import Draft4Validator, FormatChecker

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).with_name("cases") / "github" / "openapi.json"
_EPOCH = "2020-01-01T00:00:00Z"
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(found: object) -> bool:
    return not isinstance(found, str) or datetime.fromisoformat(found).tzinfo is not None


@_FORMATS.checks("uri", raises=ValueError)
def _is_url(found: object) -> bool:
    return not isinstance(found, str) or bool(urlsplit(found).scheme)


@dataclass(frozen=True)
class Route:
    """One operation, and the values that a path holds for it."""

    name: str
    operation: Mapping[str, Any]
    path: Mapping[str, str]


def route(method: str, path: str) -> Route | None:
    """The operation that a request is for; None where the tool has no business."""
    for template, operations in _document()["paths"].items():
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
        found = re.fullmatch(pattern, path)
        if found and method.lower() in operations:
            operation = operations[method.lower()]
            return Route(operation["operationId"], operation, found.groupdict())
    return None


def request_faults(asked: Route, query: Mapping[str, str], body: object) -> list[str]:
    """What of a request is not as described: parameters, and the fields of its body."""
    faults = []
    known = [_resolved(one) for one in asked.operation.get("parameters", ())]
    given = {"path": asked.path, "query": query}
    for one in known:
        if one["in"] in given and one["name"] in given[one["in"]]:
            value = _typed(given[one["in"]][one["name"]], one["schema"])
            faults += [f"{one['name']}: {fault}" for fault in _faults(one["schema"], value)]
    named = {one["name"] for one in known if one["in"] == "query"}
    faults += [f"{name}: no such query parameter" for name in query if name not in named]
    described = asked.operation.get("requestBody")
    if described is None:
        return faults + ["a body, where none is described"] * (body is not None)
    schema = described["content"]["application/json"]["schema"]
    unknown = [key for key in body if key not in schema["properties"]] if _is_map(body) else []
    return faults + _faults(schema, body) + [f"{key}: no such field" for key in unknown]


def answer_faults(asked: Route | None, status: int, body: object) -> list[str]:
    """What of an answer is not as described; a status that is not described is a plain error."""
    responses = asked.operation["responses"] if asked else {}
    described = _resolved(responses.get(str(status), {}))
    if asked and status < 400 and not described:
        return [f"{asked.name} never answers {status}"]
    content = described.get("content", {}).get("application/json", {})
    return _faults(content.get("schema", {"$ref": "#/components/schemas/basic-error"}), body)


def filled(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """An object of a named schema: what is given, and a plain value for all else that it needs."""
    made: dict[str, Any] = _laid_over(_plain(f"#/components/schemas/{name}"), given)
    return made


@cache
def _document() -> dict[str, Any]:
    """The description, in the words of JSON Schema."""
    found: dict[str, Any] = _as_schema(json.loads(FILE.read_text(encoding="utf-8")))
    head = found["components"]["schemas"]["pull-request-simple"]["properties"]["head"]
    # Not described, and yet so: where the fork was deleted there is no repository any more.
    head["properties"]["repo"] = {"anyOf": [head["properties"]["repo"], {"type": "null"}]}
    return found


def _as_schema(part: Any) -> Any:  # noqa: ANN401 - any JSON
    """OpenAPI 3.0 says `nullable` beside a type; JSON Schema has a type for it."""
    if isinstance(part, list):
        return [_as_schema(item) for item in part]
    if not isinstance(part, dict):
        return part
    found = {key: _as_schema(value) for key, value in part.items() if key != "nullable"}
    return {"anyOf": [found, {"type": "null"}]} if part.get("nullable") is True else found


def _faults(schema: Mapping[str, Any], body: object) -> list[str]:
    whole = {"allOf": [schema], "components": _document()["components"]}
    checker = Draft4Validator(whole, format_checker=_FORMATS)
    return [
        f"{'.'.join(map(str, one.path))}: {one.message[:200]}" for one in checker.iter_errors(body)
    ]


def _resolved(part: Mapping[str, Any]) -> Mapping[str, Any]:
    return _at(part["$ref"]) if "$ref" in part else part


def _at(reference: str) -> dict[str, Any]:
    found: Any = _document()
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def _typed(text: str, schema: Mapping[str, Any]) -> object:
    """A parameter in the type that is described, if it can be read as that."""
    number = schema.get("type") == "integer" and re.fullmatch(r"-?[0-9]{1,18}", text)
    return int(text) if number else text


@cache
def _plain(reference: str) -> Any:  # noqa: ANN401 - any JSON
    return _sample(_at(reference))


def _sample(schema: Mapping[str, Any]) -> Any:  # noqa: ANN401, PLR0911 - any JSON, one line for each type
    """The plainest value that a schema takes."""
    if "$ref" in schema:
        return _plain(schema["$ref"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            options = schema[several]
            return None if {"type": "null"} in options else _sample(options[0])
    if "allOf" in schema:
        return _sample(schema["allOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            return {key: _sample(properties[key]) for key in schema.get("required", ())}
        case "string":
            words = {"date-time": _EPOCH, "uri": "https://github.test/"}
            return words.get(schema.get("format", ""), "")
        case kind:
            return {"array": [], "boolean": False, "integer": 0, "number": 0}.get(str(kind))


def _laid_over(plain: Any, given: Any) -> Any:  # noqa: ANN401 - any JSON
    if not (_is_map(plain) and _is_map(given)):
        return given
    return {**plain, **{key: _laid_over(plain.get(key), value) for key, value in given.items()}}


def _is_map(found: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(found, dict)
