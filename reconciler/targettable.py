"""The tables of `reconciler.toml` but for guardrails, and what to write instead of a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic_core import ErrorDetails

# What `fields` says may hide. The sandbox inside the process shows it all, unless told not to.
Hiding = Literal[
    "productInfo", "redemptionOrgEntityDetails", "targetUserDetails", "customPropertyMap"
]
MOST_AT_ONCE = 8


class _Strictly(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TargetTable(_Strictly):
    """`[targets.NAME]`, its guardrails apart."""

    url: str
    timezone: str = "UTC"
    requests_per_minute: Annotated[int, Field(ge=1)] = 600
    parallelism: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 4
    reads_back: list[Hiding] | None = None


class Tables(_Strictly):
    """The file, its guardrails apart."""

    default_target: str | None = None
    require_approval: bool = True
    targets: dict[str, TargetTable] = {}


_FORMS = {
    "require_approval": "true or false",
    "default_target": 'the name of a target, such as "prod"',
    "timezone": 'a zone such as "UTC" or "Asia/Kolkata"',
    "requests_per_minute": "a whole number from 1",
    "parallelism": f"a whole number from 1 to {MOST_AT_ONCE}",
    "reads_back": 'a list of fields, such as ["productInfo"]',
}
_URL = 'url = "https://HOST" (or "sandbox:FILE")'
_TOP = (*Tables.model_fields, "guardrails")
_OF_TARGET = (*TargetTable.model_fields, "guardrails")


def read(raw: Mapping[str, Any]) -> tuple[Tables, list[str]]:
    """What a file without guardrails says, and every mistake in it: where, and what to write."""
    try:
        return Tables.model_validate(raw), []
    except ValidationError as error:
        return Tables(), [_told(one, raw) for one in error.errors(include_url=False)]


def _told(error: ErrorDetails, raw: Mapping[str, Any]) -> str:
    path = error["loc"]
    steps = [f"[{step + 1}]" if isinstance(step, int) else f".{_safe(step)}" for step in path]
    return f"{''.join(steps).removeprefix('.')}: {_words(error, path, raw)}"


def _words(error: ErrorDetails, path: tuple[int | str, ...], raw: Mapping[str, Any]) -> str:
    key, given = path[-1], error["input"]
    if error["type"] == "extra_forbidden":
        if len(path) == 1 and isinstance(given, dict) and "url" in given:
            return f"did you mean [targets.{_safe(key)}]?"
        return f"there is no such key: {near(str(key), _TOP if len(path) == 1 else _OF_TARGET)}"
    if error["type"] == "missing":
        return _without_url(str(path[1]), raw)
    if isinstance(key, int):
        known = get_args(Hiding)
        many = f"write one of {', '.join(known)}, not {shown(given)}"
        return f"there is no such field: {near(given, known)}" if isinstance(given, str) else many
    if len(path) <= 2 and path[0] == "targets":  # noqa: PLR2004 - targets, and a target's name
        return f"write a table, [targets.{'NAME' if len(path) == 1 else _safe(key)}]"
    # A URL is never quoted: it may hold credentials.
    return f"write {_URL}" if key == "url" else f"write {_FORMS[key]}, not {shown(given)}"


def _without_url(name: str, raw: Mapping[str, Any]) -> str:
    """A target that stands nowhere: often the guardrails of one whose name was misspelled."""
    tables = raw["targets"].items()
    whole = [key for key, table in tables if isinstance(table, dict) and "url" in table]
    meant = closest(name, whole)
    or_else = f", or did you mean [targets.{_safe(meant)}]?" if meant else ""
    return f"it is missing: write {_URL} below [targets.{_safe(name)}]{or_else}"


def _safe(key: object) -> str:
    return clip(visible(str(key)))


def shown(raw: object) -> str:
    """A value as the file has it, safe and short."""
    try:
        text = str(raw)
    except ValueError:  # Python spells no number of more than 4,300 digits
        return "so large a number"
    quoted = f'"{text}"' if isinstance(raw, str) else text
    return clip(visible(text.lower() if isinstance(raw, bool) else quoted))


def near(given: str, known: Iterable[str]) -> str:
    """The name that was meant, where one is close, else all that there are."""
    names = tuple(known)
    meant = closest(given, names)
    return f"did you mean {meant}?" if meant else f"write one of {', '.join(names)}"


def closest(given: str, known: Iterable[str]) -> str | None:
    """The name that was probably meant, whatever its case."""
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in known}
    found = get_close_matches(given.casefold(), folded, 1)
    return folded[found[0]] if found else None
