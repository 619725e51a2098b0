"""Values and counts in words, safe to show wherever they come from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler.fields import split
from reconciler.kinds import Kind
from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deepdiff.model import DiffLevel

_LONGEST = 200
_FEW = 5
_LISTS = frozenset({Kind.PRODUCTS, Kind.PLACES, Kind.IDS, Kind.EXCLUSIVE_IDS})


def many(count: int, noun: str, plural: str = "") -> str:
    """`1 problem`, `2 problems`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def few(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - _FEW:,} more" if len(names) > _FEW else ""
    return f"{', '.join(names[:_FEW])}{more}"


def shown(value: Any) -> str:  # noqa: ANN401 - any JSON
    """A value on one line: text in quotes, structures as JSON, nothing that acts on a terminal."""
    return cut(_whole(value))


def _whole(value: Any) -> str:  # noqa: ANN401 - any JSON
    return visible(json.dumps(value, ensure_ascii=False))


def cut(text: str) -> str:
    """A text that is not too long to be read; what is left out is counted."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}… {len(text) - _LONGEST:,} more not shown"


def members(path: str, now: object, then: object) -> Iterator[tuple[str, str]]:
    """What a list gains (`+`) and loses (`-`), every member, none cut. A side that is no list of
    members, unset or undocumented, has none.
    """
    if split(path)[0].kind not in _LISTS:
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
            f"{visible(str(item.path(output_format='list')[0]))} {_whole(_item(item, sign))}"
            for item in found.get(kind, ())
        ]
        yield from ((sign, line) for line in sorted(lines))


def _item(item: DiffLevel, sign: str) -> object:
    return item.t1 if sign == "-" else item.t2


def _grouped(items: object) -> dict[str, set[Any]]:
    """A canonical list by what its members are: product type and key, entity type, or ids."""
    grouped: dict[str, set[Any]] = {}
    for item in items if isinstance(items, list) and items[:1] != ["?"] else ():
        *group, value = item if isinstance(item, list) and item else ("id", item)
        members_ = value if isinstance(value, list) else [value]
        grouped.setdefault(" ".join(map(str, group)), set()).update(map(_hashable, members_))
    return grouped


def _hashable(member: Any) -> Any:  # noqa: ANN401 - any JSON
    return member if isinstance(member, str | int) else json.dumps(member, sort_keys=True)
