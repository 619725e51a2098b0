"""Where the allowances of a TOML file stand in its text, so that git can tell who wrote them.

The TOML parser tells no lines. What looks like an allowance is parsed alone, and counts where it
says the same; for any other spelling nobody is named.
"""

from __future__ import annotations

import re
import tomllib
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from reconciler.lifecycle import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_REASON = re.compile(r"""["']?\breason["']?\s*=""")
_MOST = 20  # in one line
_Found: TypeAlias = "tuple[dict[str, Any], int, Lines]"


class Places:
    """The allowances of one text, each until it is taken."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._found = [*self._tables(), *self._inline()]

    def take(self, entry: Mapping[str, Any]) -> tuple[int, Lines]:
        """The line of an allowance's reason, and all of its lines; 0 and none where they cannot be
        told. Equal ones are taken in their order.
        """
        for index, (said, line, lines) in enumerate(self._found):
            if said == entry:
                del self._found[index]
                return line, lines
        return 0, Lines()

    def _tables(self) -> Iterator[_Found]:
        """Tables of their own: everything up to the next one."""
        heads = [at for at, line in enumerate(self._lines) if line.lstrip().startswith("[")]
        for head, end in pairwise([*heads, len(self._lines)]):
            said = self._parsed(head + 1, end)
            if self._lines[head].lstrip().startswith("[[") and "reason" in said:
                own = [at for at in range(head + 1, end) if self._says(at)]
                reason = self._reason(own)
                entry = tuple(at + 1 for at in own)
                yield said, reason[0] if reason else 0, Lines(entry, reason)

    def _reason(self, own: list[int]) -> tuple[int, ...]:
        for at in own:
            if _REASON.match(self._lines[at].lstrip()):
                ends = (end for end in own if end >= at and self._parsed(at, end + 1))
                return tuple(range(at + 1, next(ends, at) + 2))
        return ()

    def _says(self, at: int) -> bool:
        text = self._lines[at].strip()
        return bool(text) and not text.startswith("#")

    def _parsed(self, start: int, end: int) -> dict[str, Any]:
        return _parsed("\n".join(self._lines[start:end]))

    def _inline(self) -> Iterator[_Found]:
        """Tables in braces, which stand on one line each."""
        for number, line in enumerate(self._lines, 1):
            if "{" not in line or line.lstrip().startswith("#"):
                continue
            for match in islice(_REASON.finditer(line), _MOST):
                start = line.rfind("{", 0, match.start())
                ends = (found.end() for found in re.finditer("}", line[match.end() :]))
                for end in islice(ends if start >= 0 else (), _MOST):
                    said = _parsed(f"it = {line[start : match.end() + end]}")
                    if said:
                        yield said["it"], number, Lines((number,), (number,))
                        break


def _parsed(text: str) -> dict[str, Any]:
    """What a piece of a text says; nothing where it is no TOML by itself."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def line_of(key: str, text: str) -> int:
    """The first line that says something of a key ("max_percent", "rules.no-minimum",
    "allow.max-changes"), as far as that can be told; 1 where none does.
    """
    table, _, name = key.rpartition(".")
    said = rf"""rule["']?\s*=\s*["']{re.escape(name)}["']""" if table == "allow" else ""
    pattern = re.compile(said or rf"""(^|[\s{{,."'])["']?{re.escape(name)}["']?\s*=""")
    lines = enumerate(text.split("\n"), 1)
    found = (at for at, line in lines if pattern.search(line.partition("#")[0]))
    return next(found, 1)
