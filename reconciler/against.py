"""Two sets of files → which series differ between them, and what differs (design, section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler import values
from reconciler.declared import Declared
from reconciler.diff import until_series_ends
from reconciler.fields import FIELDS
from reconciler.kinds import Kind
from reconciler.lifecycle import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.declared import Desired
    from reconciler.lifecycle import Lifecycle
    from reconciler.values import Canonical

UNMANAGED = "no longer managed"
DELETED = "file deleted"
IGNORED = "ignoreChanges changed"
PROTECTED = "protect changed"
ALLOWED = "allow changed"
ADOPTED = "adopt changed"
VALUE = "value changed"
_LIFECYCLE = {
    IGNORED: "ignoreChanges",
    PROTECTED: "protect",
    ALLOWED: "allow",
    ADOPTED: "adopt",
}
RANGES = frozenset(field.name for field in FIELDS.values() if field.kind is Kind.RANGE)


@dataclass(frozen=True, slots=True)
class Edit:
    """What the files say differently at one place. `before` and `after` are JSON values as the
    files have them, None for nothing; `path` is None where it is about the whole series.
    """

    kind: str
    code: str
    file: str
    line: int
    path: str | None
    before: Any
    after: Any


def owned(old: Mapping[str, Desired], new: Mapping[str, Desired]) -> frozenset[str]:
    """The codes whose effective desired state differs: by meaning, wherever it stands."""
    return frozenset(
        code
        for code in old.keys() | new.keys()
        if code not in old or code not in new or _differ(old[code], new[code])
    )


def _differ(old: Desired, new: Desired) -> bool:
    return not _spelledalike(old, new) and _state(old) != _state(new)


def _spelledalike(old: Desired, new: Desired) -> bool:
    """Whether two files say the same to the letter, as most do: cheaper than by meaning."""
    return (old.values, old.lifecycle, old.zone) == (new.values, new.lifecycle, new.zone)


def edits(old: Mapping[str, Desired], new: Mapping[str, Desired]) -> tuple[Edit, ...]:
    """Every difference, sorted by code, then path. A new file says no value differently: what it
    wants is a change of its own.
    """
    found: list[Edit] = []
    for code in old.keys() | new.keys():
        if code not in new:
            gone = old[code]
            found.append(Edit(DELETED, code, gone.file, gone.line, None, None, None))
            continue
        was, now = old.get(code), new[code]
        if was is None or not _spelledalike(was, now):
            found += _lifecycle(was.lifecycle if was else NONE, now)
            found += _values(was, now) if was else ()
    return tuple(sorted(found, key=lambda edit: (edit.code, edit.path or "", edit.kind)))


def _state(desired: Desired) -> tuple[object, ...]:
    """What decides about a series: the meaning of each path, and the lifecycle in any order."""
    said = _by_key(desired, desired.declared)
    life = desired.lifecycle
    return (
        {path: _meaning(desired, path, one) for path, one in said.items()},
        (life.protect, life.adopt, frozenset(life.ignore_changes), frozenset(life.allow)),
    )


def _meaning(desired: Desired, path: str, said: Declared) -> tuple[Canonical, Canonical]:
    """A value as the server will keep it and as written: live may be at either."""
    until_end = until_series_ends(desired.declared["expiryStrategyType"].canonical)
    if path == "expiryStrategyValue" and until_end and said.canonical == -1:
        return 1, 1  # the two are one there (API page, section 5)
    return said.canonical, said.exact


def _values(old: Desired, new: Desired) -> Iterator[Edit]:
    """The differences of one series' values."""
    before, after = alike(old, new)
    for path, one in after.items():
        was = before.get(path)
        if was is None or _meaning(old, path, was) != _meaning(new, path, one):
            said = None if was is None else was.value
            yield Edit(VALUE, new.code, new.file, one.line, path, said, one.value)
    for path in before.keys() - after.keys():
        line = new.lines.get(path.partition(".")[0], new.line)
        yield Edit(UNMANAGED, new.code, new.file, line, path, before[path].value, None)


def alike(old: Desired, new: Desired) -> tuple[Mapping[str, Declared], Mapping[str, Declared]]:
    """What two files declare, the old one's range taken apart or put together as in the new."""
    before = old.declared
    for name in RANGES:
        now, was = new.values.get(name), old.values.get(name)
        if isinstance(now, dict) and isinstance(was, str):
            before = _by_key(old, before)
        elif isinstance(now, str) and isinstance(was, dict):
            before = _whole(old, name, before)
    return before, new.declared


def _by_key(desired: Desired, declared: Mapping[str, Declared]) -> dict[str, Declared]:
    """The same with each part of a whole range by itself: a part left out is any."""
    found = dict(declared)
    for name in RANGES & found.keys():
        whole = found.pop(name)
        shown = values.range_object(whole.value) or {}
        for key, part in (values.range_parts(whole.value) or {}).items():
            said = shown.get(key, values.ANY)
            found[f"{name}.{key}"] = Declared(said, part, part, desired.lines[name])
    return found


def _whole(desired: Desired, name: str, declared: Mapping[str, Declared]) -> dict[str, Declared]:
    """The same with the parts of one range as a whole, which lacks what the file does not name."""
    keys = [f"{name}.{key}" for key in values.RANGE_KEYS]
    meaning: list[Canonical] = [
        [key, declared[path].canonical]
        for key, path in zip(values.RANGE_KEYS, keys, strict=True)
        if path in declared
    ]
    others = {path: one for path, one in declared.items() if path not in keys}
    return others | {name: Declared(desired.values[name], meaning, meaning, desired.lines[name])}


def _lifecycle(was: Lifecycle, now: Desired) -> Iterator[Edit]:
    """The differences beside the fields, in any order."""
    said = now.lifecycle
    moved = {
        IGNORED: set(was.ignore_changes) != set(said.ignore_changes),
        PROTECTED: was.protect != said.protect,
        ALLOWED: set(was.allow) != set(said.allow),
        ADOPTED: was.adopt != said.adopt,
    }
    lines = [one.line for one in said.allow if one not in was.allow]
    for kind, key in _LIFECYCLE.items():
        if moved[kind]:
            line = (lines[0] if kind == ALLOWED and lines else said.line) or now.line
            before, after = was.as_json().get(key), said.as_json().get(key)
            yield Edit(kind, now.code, now.file, line, None, before, after)
