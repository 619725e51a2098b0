"""How stored series are shown (API page, sections 1 and 5)."""

from __future__ import annotations

import re
from typing import Final

from reconciler.sandbox.fields import HIDDEN, SHOWN_IF_SET, Series

_EMPTY: Final[tuple[object, ...]] = ("", [], {})
_WORD_START: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def row(stored: Series, *, hide: bool = False) -> Series:
    """Show one series: what is empty is absent, and with `hide` what lists may hide is, too."""
    return {name: value for name, value in stored.items() if _is_seen(name, value, hide=hide)}


def old_row(stored: Series) -> dict[str, str]:
    """Show one series the way of the API v1.1: snake_case keys, values as strings, no objects."""
    return {
        _WORD_START.sub("_", name).lower(): _old_value(value)
        for name, value in row(stored).items()
        if not isinstance(value, dict | list)
    }


def _is_seen(name: str, value: object, *, hide: bool) -> bool:
    return not (hide and name in HIDDEN) and not (name in SHOWN_IF_SET and value in _EMPTY)


def _old_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
