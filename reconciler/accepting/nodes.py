"""A file's text as nodes that know where they stand, to the character: the composer of yamlfile
puts an anchor's node in place of its aliases, and ends a block where the next one begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ALIAS, FLOW, BLOCK = "alias", "flow", "block"
BLOCKS_OF_TEXT = frozenset({"|", ">"})
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+#[^\r\n]*(?=[\r\n]))?\s*){1,2}")
_BREAK = re.compile("\r\n|[\r\n]")


class Edit(NamedTuple):
    """What stands in the place of some characters."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Node:
    """One value or key. `outer` is where its anchor or tag begins, `start` its text. `style` is
    that of a scalar ("" for a plain one), or one of the words above.
    """

    outer: int
    start: int
    end: int
    style: str
    anchor: str | None = None
    tagged: bool = False
    members: list[Node] = field(default_factory=list)
    pairs: list[tuple[str, Node, Node]] = field(default_factory=list)
    is_list: bool = False

    def below(self) -> Iterator[Node]:
        """The node and everything in it."""
        yield self
        for part in [*self.members, *(node for _, *both in self.pairs for node in both)]:
            yield from part.below()

    def find(self, name: str) -> tuple[Node, Node] | None:
        """A mapping's key and value by the key's text."""
        return next(((key, value) for text, key, value in self.pairs if text == name), None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text, its nodes, and how it ends lines."""

    text: str
    root: Node
    newline: str

    def line_start(self, at: int) -> int:
        """Where the line of a character begins."""
        return max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1

    def line_end(self, at: int) -> int:
        """Where the line of a character ends, before its break."""
        found = _BREAK.search(self.text, at)
        return found.start() if found else len(self.text)

    def next_line(self, at: int) -> int:
        """Where the next line begins."""
        found = _BREAK.search(self.text, at)
        return found.end() if found else len(self.text)

    def has_break(self, start: int, end: int) -> bool:
        """Whether a stretch of the text goes over several lines."""
        return _BREAK.search(self.text, start, end) is not None


def read_sheet(text: str) -> Sheet:
    """The nodes of a text that `yamlfile.parse` has accepted."""
    events = yaml.parse(text, Loader=yaml.CSafeLoader)
    inside = (one for one in events if isinstance(one, yaml.NodeEvent | yaml.CollectionEndEvent))
    found = _BREAK.search(text)
    return Sheet(text, _node(next(inside), inside, text), found.group() if found else "\n")


def _node(event: yaml.Event, events: Iterator[yaml.Event], text: str) -> Node:
    start, end = _reach(event)
    if isinstance(event, yaml.AliasEvent):
        return Node(start, start, end, ALIAS, event.anchor)
    assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)  # noqa: S101 - yaml's events
    tagged = event.tag is not None
    skipped = _PROPERTIES.match(text, start) if tagged or event.anchor else None
    node = Node(start, skipped.end() if skipped else start, end, "", event.anchor, tagged)
    if isinstance(event, yaml.ScalarEvent):
        node.style = event.style or ""
        node.start = min(node.start, end)
        if node.style in BLOCKS_OF_TEXT:  # it reaches to what comes next; blank lines are not its
            filled = start + len(text[start:end].rstrip())
            found = _BREAK.search(text, filled)
            node.end = min(end, found.start() if found else end)
        return node
    node.style = FLOW if event.flow_style else BLOCK
    node.is_list = isinstance(event, yaml.SequenceStartEvent)
    while not isinstance(part := next(events), yaml.CollectionEndEvent):
        first = _node(part, events, text)
        if node.is_list:
            node.members.append(first)
        else:
            name = part.value if isinstance(part, yaml.ScalarEvent) else ""
            node.pairs.append((name, first, _node(next(events), events, text)))
    last = [*node.members, *(value for *_, value in node.pairs)][-1:]
    node.end = last[0].end if last and node.style == BLOCK else _reach(part)[1]
    return node


def _reach(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark  # noqa: S101 - what is read has marks
    assert event.end_mark  # noqa: S101 - the same
    return event.start_mark.index, event.end_mark.index


def spliced(text: str, edits: Iterable[Edit], start: int = 0, end: int | None = None) -> str:
    """A stretch of a text after the edits in it, which do not overlap; those at one place in
    their order.
    """
    parts, at = [], start
    for edit in sorted(edits, key=lambda edit: edit[:2]):
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at : len(text) if end is None else end]])
