"""How stored series are shown (API page, sections 1 and 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reconciler.sandbox.fields import SHOWN_IF_SET, Series

if TYPE_CHECKING:
    from collections.abc import Collection

_EMPTY: Final[tuple[object, ...]] = ("", [], {})
_WORD_START: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def row(stored: Series, hidden: Collection[str] = ()) -> Series:
    """Show one series: what is empty is absent, and what is hidden is, too."""
    return {
        name: value
        for name, value in stored.items()
        if name not in hidden and not (name in SHOWN_IF_SET and value in _EMPTY)
    }


def old_row(stored: Series) -> dict[str, str]:
    """Show one series the way of the API v1.1: snake_case keys, values as strings, no objects."""
    return {
        _WORD_START.sub("_", name).lower(): _old_value(value)
        for name, value in row(stored).items()
        if not isinstance(value, dict | list)
    }


def _old_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
