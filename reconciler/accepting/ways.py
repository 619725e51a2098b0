"""What a file is to say at a path, in the form that it already uses there; or why it cannot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler import values
from reconciler.diff import compare, unreadable
from reconciler.fields import FIELDS, split, wanted
from reconciler.forms import day, forms
from reconciler.kinds import Kind
from reconciler.live import LiveSeries
from reconciler.values import Mark, YamlDate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from zoneinfo import ZoneInfo

    from reconciler.config import Target
    from reconciler.declared import Desired
    from reconciler.values import Canonical

_JSON = frozenset({Kind.RANGE, Kind.IDS, Kind.EXCLUSIVE_IDS})
_BARE = len("2030-09-30")


def said_by_live(
    desired: Desired,
    row: LiveSeries,
    paths: Iterable[str],
    target: Target,
    shows: Collection[str],
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values to write by path, and why there is none for others. A path that is equal is in
    neither.
    """
    found = compare(desired.declared, row, target.zone, shows)
    differing = {change.path for change in found.changes}
    wishes: dict[str, Any] = {}
    refused: dict[str, str] = {}
    for path in dict.fromkeys(paths):
        if path not in desired.declared:
            refused[path] = "the file does not name it; write it there by hand to manage it"
        elif why := _hidden(path, found.managed[path][0]):
            refused[path] = why
        elif path == "seriesCode" and path in differing:
            refused[path] = "it is the identity of the series; rename it back, or edit the file"
        elif path in differing:
            value = _value(path, desired, row, target, found.managed[path][0])
            if value is Mark.ABSENT:
                refused[path] = f"{_UNDOCUMENTED}; put it right in the web UI"
            else:
                wishes[path] = value
    return wishes, refused


_UNDOCUMENTED = "nobody documented a value of the shape that live has"


def _hidden(path: str, now: Canonical) -> str:
    """Why what live shows of a path is nothing that a file could say; empty where it could."""
    if now is not Mark.ABSENT and not unreadable(now):
        return ""
    if isinstance(now, list):
        return "live shows ids where the file has codes; write the ids by hand"
    field, key = split(path)
    if key is None and field.required:
        return "live does not show it, and every file names it; look at it in the web UI"
    if now is Mark.UNREADABLE:
        return "live does not show it, and may have it all the same; look at it in the web UI"
    return "live does not have it, and no value says so; take it out of the file"


def _value(path: str, desired: Desired, row: LiveSeries, target: Target, now: Canonical) -> Any:  # noqa: ANN401 - any value of a file
    """The live value in the file's form; Mark.ABSENT for one of an unknown shape."""
    field, key = split(path)
    old, raw = desired.declared[path].value, row.value(path)
    if raw is Mark.ABSENT and field.kind is Kind.MOMENT:  # the end of the last day
        row = LiveSeries(row.id, row.code, {**row.raw, path: now})
    ways = forms(path, row, target)
    if not ways or now == values.unknown(raw):
        return Mark.ABSENT
    if field.kind in {Kind.DAY, Kind.MOMENT}:
        bare = day(now, target.zone)
        return YamlDate(bare) if _stays_bare(path, old, bare, now, target.zone) else ways[-1]
    if key is None and field.kind in _JSON and isinstance(old, str):
        return raw if isinstance(raw, str) else json.dumps(raw)
    if field.kind is Kind.RANGE and not isinstance(old, list) and len(ways[0]) == 1:
        return ways[0][0]
    if ways[0] == -1 and field.unlimited and _uses_words(desired):
        return values.UNLIMITED
    return ways[0]


def _stays_bare(path: str, old: str, bare: str, now: Canonical, zone: ZoneInfo) -> bool:
    """Whether a bare date of the file can be one afterwards: the day is all that live has."""
    return len(old) == len(bare) == _BARE and wanted(path, bare, zone)[0] == now


def _uses_words(desired: Desired) -> bool:
    """Whether the file writes `unlimited` where a limit is none."""
    found = [value for name, value in desired.values.items() if FIELDS[name].unlimited]
    return values.UNLIMITED in found and -1 not in found
