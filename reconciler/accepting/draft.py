"""The new file in the making: values laid into the text, and what speaks against it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from reconciler.accepting.lists import list_edits
from reconciler.accepting.nodes import ALIAS, FLOW, Edit, Node, Sheet, read_sheet, spliced
from reconciler.accepting.spelling import replaced
from reconciler.desired import NESTED, read
from reconciler.diff import compare
from reconciler.fields import split
from reconciler.yamlfile import parse
from reconciler.yamlsyntax import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from reconciler.config import Target
    from reconciler.declared import Desired
    from reconciler.live import LiveSeries

_BOM = "\ufeff"
_FIGURE = {"discountType", "discountValue"}  # each says what the other one means
_STALE = "the file is no longer what was read; run again"


@dataclass(frozen=True)
class Draft:
    """A file and what live has of its series."""

    raw: bytes
    desired: Desired
    row: LiveSeries
    target: Target
    shows: Collection[str]

    def settle(self, wishes: dict[str, Any]) -> dict[str, str]:
        """Drop the wishes that the file cannot take, until it holds with the others; why, by path.

        `wishes` are the values to write.
        """
        if wishes and not self._is_what_was_read:
            refused = dict.fromkeys(wishes, _STALE)
            wishes.clear()
            return refused
        refused = {path: why for path in wishes if (why := self._no_place(path, wishes))}
        for path in refused:
            del wishes[path]
        while wrong := self._wrong(wishes):
            path, why = self._culprit(wishes, wrong)
            refused[path] = why
            del wishes[path]
        return refused

    def raw_with(self, wishes: Mapping[str, Any]) -> bytes:
        """The file's bytes with the values in it."""
        if not wishes:
            return self.raw
        edits = [edit for path in wishes for edit in self._edits(path, wishes[path])]
        text = spliced(self._sheet.text, edits)
        if not self._sheet.text.endswith(("\n", "\r")):  # and no removed line changes that
            text = text.removesuffix(self._sheet.newline)
        return (self._mark + text).encode()

    @property
    def _mark(self) -> str:
        """The byte order mark that the file begins with; most have none."""
        return _BOM if self.raw.startswith(_BOM.encode()) else ""

    @cached_property
    def _sheet(self) -> Sheet:
        return read_sheet(self.raw.decode("utf-8-sig"))

    def reread(self, raw: bytes) -> Desired | None:
        """What the project's own reader makes of bytes; None where it refuses them."""
        return read(self.desired.file, raw, self.target.zone)[0]

    @cached_property
    def _is_what_was_read(self) -> bool:
        now = self.reread(self.raw)
        return now is not None and now.values == self.desired.values

    def _place(self, path: str) -> tuple[Node, Node] | None:
        """The key and the value of a path; None where an alias stands for the mapping around it."""
        field, key = split(path)
        found = self._sheet.root.find(field.name)
        return found if key is None or not found else found[1].find(key)

    def _no_place(self, path: str, wishes: Mapping[str, Any]) -> str:
        """Why the text has no place of its own for a value; empty where it has one."""
        found = self._place(path)
        if found is None:
            return "an alias stands for the mapping around it; write the mapping out first"
        inside = found[1]
        rewritten = {place[1].start for one in wishes if (place := self._place(one))}
        names = {node.anchor for node in inside.below() if node.style != ALIAS and node.anchor}
        for node in self._sheet.root.below():
            ours = inside.outer <= node.start < inside.end or node.start in rewritten
            if node.style == ALIAS and node.anchor in names and not ours:
                return (
                    f"another place of the file shares its value (*{node.anchor});"
                    " write the value out there first"
                )
        return ""

    def _edits(self, path: str, value: Any) -> list[Edit]:  # noqa: ANN401 - any value of a file
        found = self._place(path)
        assert found  # noqa: S101 - `_no_place` has looked
        key, node = found
        old = self.desired.declared[path].value
        if node.is_list and isinstance(old, list) and isinstance(value, list):
            return list_edits(node, old, value, self._sheet, key)
        root, (field, part) = self._sheet.root, split(path)
        around = root if part is None else (root.find(field.name) or found)[1]
        inside = FLOW in {root.style, around.style}
        return replaced(node, value, self._sheet, key, inside=inside)

    def _wrong(self, wishes: Mapping[str, Any]) -> list[tuple[str | None, str]]:
        """What the project's own reader and diff have against the file, with the path where it
        shows.
        """
        raw = self.raw_with(wishes)
        now, said = read(self.desired.file, raw, self.target.zone)
        if now is None:
            errors = [problem for problem in said if problem.severity == "error"]
            lines = _lines(raw)
            return [(_path_at(lines, problem.line), problem.message) for problem in errors]
        compared = compare(now.declared, self.row, self.target.zone, self.shows)
        wrong = [
            (change.path, "no spelling of a file means the same")
            for change in compared.changes
            if change.path in wishes
        ]
        differing = {change.path for change in compared.changes}
        if len(_FIGURE & differing) == 1 and _FIGURE & wishes.keys():
            (other,) = _FIGURE & differing
            (half,) = _FIGURE - differing
            wrong.append((half, f"a discount that nobody gave, for {other} differs as well"))
        return [*wrong, *self._moved(now, raw, wishes)]

    def _moved(
        self, now: Desired, raw: bytes, wishes: Mapping[str, Any]
    ) -> Iterator[tuple[str | None, str]]:
        """The other paths that do not mean what they meant."""
        before, after = self.desired.declared, now.declared
        for path in {**before, **after}:
            same = path in before and path in after and before[path].value == after[path].value
            if path not in wishes and not same:
                yield None, f"{path} would change as well"
        if _values(self.raw).get("lifecycle") != _values(raw).get("lifecycle"):
            yield None, "lifecycle would change as well"

    def _culprit(
        self, wishes: Mapping[str, Any], wrong: list[tuple[str | None, str]]
    ) -> tuple[str, str]:
        """The wish without which least speaks against the file, and why it has to go. One at a
        place where something shows comes first.
        """
        shown = {path: None for path, _ in wrong if path in wishes}
        best = best_left = None
        for path in [*shown, *(path for path in wishes if path not in shown)]:
            left = self._wrong({one: value for one, value in wishes.items() if one != path})
            if best_left is None or len(left) < len(best_left):
                best, best_left = path, left
            if path in shown and not left:
                break
        assert best is not None  # noqa: S101 - nothing is wrong without a wish
        if best_left is not None and len(best_left) >= len(wrong):  # one hides another
            alone = ((one, self._wrong({one: wishes[one]})) for one in wishes)
            best, wrong = next(filter(itemgetter(1), alone), (best, wrong))
        own = next((said for path, said in wrong if path == best), None)
        gone = next((said for said in wrong if said not in (best_left or ())), wrong[0])
        return best, _why(own or (f"{gone[0]}: {gone[1]}" if gone[0] else gone[1]))


def _why(said: str) -> str:
    return (
        f"the file would be wrong with it: {said}; accept what it goes with too, or put live right"
    )


def _values(raw: bytes) -> dict[str, Any]:
    return parse(raw.decode("utf-8-sig")).values


def _path_at(lines: list[tuple[int, str]], line: int) -> str | None:
    """The path that a line belongs to."""
    before = bisect_right(lines, line, key=lambda one: one[0])
    return lines[before - 1][1] if before else None


def _lines(raw: bytes) -> list[tuple[int, str]]:
    """At which line each path begins; nothing of a text that is no YAML."""
    try:
        document = parse(raw.decode("utf-8-sig"))
    except UnreadableError:
        return []
    return sorted((line, path) for path, line in document.key_lines(NESTED))
