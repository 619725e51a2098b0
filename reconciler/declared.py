"""What a file says, in values: the desired series and each path that it manages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reconciler.fields import FIELDS, wanted
from reconciler.lifecycle import NONE, Lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from reconciler.values import Canonical


@dataclass(frozen=True, slots=True)
class Declared:
    """What a file says about one path.

    `value` is as the file has it. `canonical` of a day is what the server will keep of it, `exact`
    the moment as written; for every other kind the two are one.
    """

    value: Any
    canonical: Canonical
    exact: Canonical
    line: int


@dataclass(frozen=True)
class Desired:
    """One desired series and where it stands. `values` has passed every check of `validation`;
    `lifecycle` is no part of them, for nothing of it is sent.
    """

    code: str
    file: str
    lines: Mapping[str, int]
    values: Mapping[str, Any]
    zone: ZoneInfo
    lifecycle: Lifecycle = NONE

    @property
    def line(self) -> int:
        """The line of the seriesCode."""
        return self.lines["seriesCode"]

    @cached_property
    def declared(self) -> dict[str, Declared]:
        """What the file manages, by path: a mapping's keys one by one, a list as a whole."""
        return {
            path: Declared(value, *wanted(path, value, self.zone), self.lines[path])
            for path, value in self._paths()
        }

    def _paths(self) -> Iterator[tuple[str, Any]]:
        for name, value in self.values.items():
            if FIELDS[name].by_key and isinstance(value, dict):
                for key, part in value.items():
                    yield f"{name}.{key}", part
            else:
                yield name, value


def names(values: Mapping[str, Any], path: str) -> bool:
    """Whether a file's values name a path: a field, or one key of it."""
    name, dot, key = path.partition(".")
    found = values.get(name)
    return name in values and (not dot or (isinstance(found, dict) and key in found))
