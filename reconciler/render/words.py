"""Values and counts in words, safe to show wherever they come from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler.fields import Kind, split
from reconciler.text import visible
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 120
_LISTS = frozenset({Kind.PRODUCTS, Kind.PLACES, Kind.IDS, Kind.EXCLUSIVE_IDS})


def many(count: int, noun: str, plural: str = "") -> str:
    """`1 problem`, `2 problems`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def shown(value: Any) -> str:  # noqa: ANN401 - any JSON
    """A value on one line: text in quotes, structures as JSON, nothing that acts on a terminal."""
    if isinstance(value, Mark):
        return "(not set)" if value is Mark.ABSENT else "(not shown)"
    spelled = visible(json.dumps(value, ensure_ascii=False))
    return spelled if len(spelled) <= _LONGEST else spelled[: _LONGEST - 1] + "…"


def members(path: str, now: object, then: object) -> Iterator[tuple[str, str]]:
    """What a list gains (`+`) and loses (`-`), where both sides are lists of this field."""
    field, _ = split(path)
    if field.kind not in _LISTS or not isinstance(now, list) or not isinstance(then, list):
        return
    from deepdiff import DeepDiff  # 180 ms: only where lists differ

    found = DeepDiff(_keyed(now), _keyed(then), ignore_order=True, view="tree")
    for kind, sign in (
        ("iterable_item_removed", "-"),
        ("dictionary_item_removed", "-"),
        ("iterable_item_added", "+"),
        ("dictionary_item_added", "+"),
    ):
        for item in found.get(kind, ()):
            group = item.path(output_format="list")[0]
            value = item.t1 if sign == "-" else item.t2
            yield sign, f"{group} {shown(value)}"


def _keyed(items: list[Any]) -> dict[str, list[Any]]:
    """A canonical list by what its members are: product type and key, entity type, or ids."""
    keyed: dict[str, list[Any]] = {}
    for item in items:
        *group, value = item if isinstance(item, list) else ("id", item)
        keyed.setdefault(" ".join(map(str, group)), []).extend(
            value if isinstance(value, list) else [value]
        )
    return keyed
