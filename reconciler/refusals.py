"""Saying what is wrong with one value, in the form that `validation` gives a place."""

from __future__ import annotations

import re
from typing import NoReturn

from pydantic_core import PydanticCustomError

from reconciler.text import clip
from reconciler.values import YamlDate


def fail(rule: str, message: str, hint: str = "") -> NoReturn:
    """Raise a problem in the form that `desired` turns into one with a place."""
    raise PydanticCustomError(
        rule, "{message}", {"message": message, "hint": hint}
    )  # one template for all: the words are data


def spell(value: object) -> str:
    """A value as people write it, short enough to stand in a message."""
    if isinstance(value, str):
        return f'"{clip(value)}"'
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping"
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    return value.text if isinstance(value, YamlDate) else clip(str(value))


def likely_whole(text: object) -> str | None:
    """The whole number that a text probably means: quoted, with thousands marks or a percent."""
    found = _LIKELY_WHOLE.match(text) if isinstance(text, str) else None
    return found.group(1).replace(",", "").replace("_", "") if found else None


_LIKELY_WHOLE = re.compile(
    r"\s*([-+]?(?:\d{1,18}|\d{1,3}(?:[,_]\d{3}){1,5}))(?:\.0{1,2})?\s*(?:%|percent)?\s*\Z"
)
