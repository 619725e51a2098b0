"""Values of GitHub's expressions: what is true, equal or text, and the functions on them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence

Function = Callable[..., object]
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
HOLE = re.compile(r"\{\{|\}\}|\{(\d+)\}|[{}]")


class ExpressionError(Exception):
    """An expression that GitHub would refuse, or one that these tests do not know."""


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def truth(value: object) -> bool:
    """Falsy are null, false, 0, NaN and the empty text; each object and array is true."""
    if isinstance(value, float) and math.isnan(value):
        return False
    return is_list(value) or isinstance(value, Mapping) or bool(value)


def number(value: object) -> float:
    """A value as a number, NaN where it is none."""
    if isinstance(value, bool | int | float):
        return float(value)
    if value is None:
        return 0.0
    return number_of_text(value.strip()) if isinstance(value, str) else math.nan


def number_of_text(stripped: str) -> float:
    if not stripped:
        return 0.0
    if NUMBER.fullmatch(stripped):
        return float(stripped)
    if re.fullmatch(r"0x[0-9a-fA-F]+|0o[0-7]+", stripped):
        return float(int(stripped, 0))
    return {"Infinity": math.inf, "-Infinity": -math.inf}.get(stripped, math.nan)


def text(value: object) -> str:
    """A value inside of a text. An object is called Object, as GitHub does."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return text_of_number(float(value))
    if isinstance(value, str):
        return value
    return "Array" if is_list(value) else "Object"


def text_of_number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return "0" if value == 0 else f"{value:.15g}".upper()


def equal(left: object, right: object) -> bool:
    """Texts without regard to case, objects by identity, unlike kinds as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        return left.upper() == right.upper()
    if is_list(left) or is_list(right) or isinstance(left, Mapping) or isinstance(right, Mapping):
        return left is right
    if left is None and right is None:
        return True
    return number(left) == number(right)


def less(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.upper() < right.upper()
    return number(left) < number(right)


def child(value: object, key: object) -> object:
    """A property or a member, null where there is none. The case of names is no matter."""
    if isinstance(value, Mapping):
        wanted = text(key)
        if wanted in value:
            return value[wanted]
        if isinstance(value, Exact):
            return None
        return next((one for name, one in value.items() if equal(name, wanted)), None)
    if isinstance(value, Sequence) and not isinstance(value, str):
        at = number(key)
        inside = not math.isnan(at) and 0 <= math.floor(at) < len(value)
        return value[math.floor(at)] if inside else None
    return None


class Exact(dict[str, object]):
    """A context whose names are told apart by case: the environment, on Linux."""


def contains(search: object, item: object) -> bool:
    if isinstance(search, Sequence) and not isinstance(search, str):
        return any(equal(one, item) for one in search)
    if isinstance(search, Mapping):
        return False
    return text(item).upper() in text(search).upper()


def starts_with(search: object, value: object) -> bool:
    return text(search).upper().startswith(text(value).upper())


def ends_with(search: object, value: object) -> bool:
    return text(search).upper().endswith(text(value).upper())


def formatted(template: object, *values: object) -> str:
    """`{N}` is the argument N; doubled braces stand for one."""

    def fill(found: re.Match[str]) -> str:
        if found[0] in {"{{", "}}"}:
            return found[0][0]
        if found[1] is None or int(found[1]) >= len(values):
            raise ExpressionError(f"format has no argument for {found[0]} in {text(template)!r}")
        return text(values[int(found[1])])

    return HOLE.sub(fill, text(template))


def join(value: object, separator: object = ",") -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return text(separator).join(text(one) for one in value)
    return text(value)


def to_json(value: object) -> str:
    return json.dumps(wire(value), indent=2, ensure_ascii=False)


def wire(value: object) -> object:
    """A value for json: whole numbers without a point."""
    if isinstance(value, Mapping):
        return {name: wire(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [wire(one) for one in value]
    whole = isinstance(value, float) and value.is_integer()
    return int(value) if whole and isinstance(value, float) else value


def from_json(value: object) -> object:
    try:
        return json.loads(text(value))
    except ValueError as wrong:
        raise ExpressionError(f"fromJSON: {wrong}: {text(value)!r}") from wrong


# By name in lower case: the function, and how many arguments it takes at least and at most.
FUNCTIONS: Mapping[str, tuple[Function, int, int]] = {
    "contains": (contains, 2, 2),
    "startswith": (starts_with, 2, 2),
    "endswith": (ends_with, 2, 2),
    "format": (formatted, 1, 255),
    "join": (join, 1, 2),
    "tojson": (to_json, 1, 1),
    "fromjson": (from_json, 1, 1),
}
STATUS = frozenset({"success", "failure", "always", "cancelled"})
