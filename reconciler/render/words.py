"""Values and counts in words, safe to show wherever they come from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler.fields import split
from reconciler.kinds import Kind
from reconciler.text import visible
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deepdiff.model import DiffLevel

_LONGEST = 200
_CONTEXT = 30
_LISTS = frozenset({Kind.PRODUCTS, Kind.PLACES, Kind.IDS, Kind.EXCLUSIVE_IDS})


def many(count: int, noun: str, plural: str = "") -> str:
    """`1 problem`, `2 problems`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def shown(value: Any) -> str:  # noqa: ANN401 - any JSON
    """A value on one line: text in quotes, structures as JSON, nothing that acts on a terminal."""
    if isinstance(value, Mark):
        return "(not set)" if value is Mark.ABSENT else "(not shown)"
    return _cut(visible(json.dumps(value, ensure_ascii=False)))


def shown_pair(before: Any, after: Any) -> tuple[str, str]:  # noqa: ANN401 - any JSON
    """Two values that differ; of long texts the part around the first difference."""
    if not isinstance(before, str) or not isinstance(after, str):
        return shown(before), shown(after)
    pairs = zip(before, after, strict=False)
    same = next((at for at, (old, new) in enumerate(pairs) if old != new), len(before))
    start = same - _CONTEXT if same > _CONTEXT and max(map(len, (before, after))) > _LONGEST else 0
    lead = "…" if start else ""
    return lead + shown(before[start:]), lead + shown(after[start:])


def _cut(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}… {len(text) - _LONGEST:,} more not shown"


def members(path: str, now: object, then: object) -> Iterator[tuple[str, str]]:
    """What a list gains (`+`) and loses (`-`), every member, where both sides are lists."""
    field, _ = split(path)
    if field.kind not in _LISTS or not isinstance(now, list) or not isinstance(then, list):
        return
    from deepdiff import DeepDiff  # 180 ms: only where lists differ

    before, after = _grouped(now), _grouped(then)
    groups = sorted(before.keys() | after.keys())
    found = DeepDiff(
        {group: before.get(group, set()) for group in groups},
        {group: after.get(group, set()) for group in groups},
        view="tree",
    )
    for kind, sign in (("set_item_removed", "-"), ("set_item_added", "+")):
        lines = [
            f"{visible(str(item.path(output_format='list')[0]))} {shown(_item(item, sign))}"
            for item in found.get(kind, ())
        ]
        yield from ((sign, line) for line in sorted(lines))


def _item(item: DiffLevel, sign: str) -> object:
    return item.t1 if sign == "-" else item.t2


def _grouped(items: list[Any]) -> dict[str, set[Any]]:
    """A canonical list by what its members are: product type and key, entity type, or ids."""
    grouped: dict[str, set[Any]] = {}
    for item in items:
        *group, value = item if isinstance(item, list) else ("id", item)
        members_ = value if isinstance(value, list) else [value]
        grouped.setdefault(" ".join(map(str, group)), set()).update(map(_hashable, members_))
    return grouped


def _hashable(member: Any) -> Any:  # noqa: ANN401 - any JSON
    return member if isinstance(member, str | int) else json.dumps(member, sort_keys=True)
