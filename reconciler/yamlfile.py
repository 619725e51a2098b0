"""One YAML document → plain values, with the place of each, and YAML's surprises refused.

The parser is libyaml's (CSafeLoader); the constructor is ours, because PyYAML's keeps the last of
two equal keys, turns `0123` into 83 and expands aliases without bound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.text import clip
from reconciler.values import YamlDate
from reconciler.yamlsyntax import (
    DEEPEST,
    Complaint,
    UnreadableError,
    may_be_deep,
    place,
    refuse_depth,
    refuse_other_breaks,
    syntax_complaint,
    too_deep,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yaml.nodes import MappingNode, Node, ScalarNode

MOST_BYTES = 2**20
BOOLEAN = "yaml-boolean"  # the rule of no, yes, on and off

_TAG = "tag:yaml.org,2002:"
_STR, _INT, _BOOL, _NULL = f"{_TAG}str", f"{_TAG}int", f"{_TAG}bool", f"{_TAG}null"
_MAP, _SEQ, _FLOAT, _DATE = f"{_TAG}map", f"{_TAG}seq", f"{_TAG}float", f"{_TAG}timestamp"
_WHOLE = re.compile(r"[-+]?(?:0|[1-9]\d*)\Z", re.ASCII)
_LIKE_A_NUMBER = re.compile(
    r"[-+]?(?:\.\d+|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?\Z|0[box][\da-fA-F_]+\Z", re.ASCII
)
_MOST_DIGITS = 30


@dataclass(slots=True)
class Document:
    """A document's values, the complaints about them, and where everything stands."""

    root: Any
    values: dict[str, Any] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)

    def key_lines(self, nested: frozenset[str]) -> Iterator[tuple[str, int]]:
        """The line of each key, and of each key below the named ones as `key.part`."""
        for key, value in self.root.value:
            yield key.value, key.start_mark.line + 1
            if key.value in nested and value.tag == _MAP:
                for part, _ in value.value:
                    yield f"{key.value}.{part.value}", part.start_mark.line + 1

    def find(self, path: Sequence[str | int]) -> tuple[Node | None, Node]:
        """The key (None for a list's member) and the value nearest to a path."""
        key: Node | None = None
        node: Node = self.root
        for step in path:
            if node.tag == _MAP:
                found = [pair for pair in node.value if pair[0].value == step]
                if not found:
                    break
                key, node = found[0]
            elif node.tag == _SEQ and isinstance(step, int) and step < len(node.value):
                key, node = None, node.value[step]
            else:
                break
        return key, node


def parse(text: str) -> Document:
    """Read one document whose top is a mapping. Raise UnreadableError when there is none."""
    refuse_other_breaks(text)
    if may_be_deep(text):
        refuse_depth(text)
    try:
        root = yaml.CSafeLoader(text).get_single_node()
    except yaml.YAMLError as error:
        raise UnreadableError(syntax_complaint(error, text)) from None
    if root is None or (root.tag == _NULL and not root.value):
        message, hint = "the file holds nothing", "a series that begins with seriesCode: CODE"
        raise UnreadableError(Complaint(1, 1, "empty-file", message, hint))
    if not (isinstance(root, yaml.MappingNode) and root.tag == _MAP):
        message, hint = "a series is a list of keys with their values", "seriesCode: CODE"
        raise UnreadableError(Complaint(*place(root), "not-a-mapping", message, hint))
    document = Document(root)
    _Constructor(document, most=2 * len(text) + 1000).fill()
    return document


class _Constructor:
    """Turns nodes into values. `most` bounds what aliases may expand to."""

    def __init__(self, document: Document, most: int) -> None:
        self.document, self.left = document, most

    def fill(self) -> None:
        """Construct the whole document."""
        self.document.values = self.mapping(self.document.root, depth=2)

    def complain(self, node: Node, rule: str, message: str, hint: str = "") -> None:
        self.document.complaints.append(Complaint(*place(node), rule, message, hint))

    def mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        """A mapping's values, which stand at a depth of nesting."""
        found: dict[str, Any] = {}
        first: dict[str, Node] = {}
        for key, value in node.value:
            name = key.value
            if (key.tag != _STR or type(name) is not str) and not self.usable_key(key):
                continue
            if name in first:
                message = f"{clip(name)} stands here and on line {place(first[name])[0]}"
                self.complain(key, "duplicate-key", message, "one of the two")
                continue
            first[name] = key
            found[name] = self.value(value, depth)
        return found

    def usable_key(self, key: Node) -> bool:
        """Complain about a key that is not text; a number or a boolean among the keys of an
        object of texts would be a surprise as well.
        """
        if key.tag == f"{_TAG}merge":
            self.complain(key, "merge-key", "merge keys hide what is managed", "write the keys out")
        elif isinstance(key, yaml.ScalarNode) and key.value:
            message = f"the key {clip(key.value)} is not text"
            self.complain(key, "wrong-type", message, f'"{clip(key.value)}"')
        else:
            braces = isinstance(key, yaml.MappingNode)
            hint = '"…" around a text that begins with {' if braces else "a key: its value"
            self.complain(key, "wrong-type", "a key is text", hint)
        return False

    def value(self, node: Any, depth: int) -> Any:  # noqa: ANN401 - YAML holds anything
        tag, shape = node.tag, type(node)
        if shape is yaml.ScalarNode:
            if tag == _STR:
                return self.string(node)
            read = _SCALARS.get(tag)
            return read(self, node) if read and node.style in _PLAIN else self.odd_scalar(node)
        self.left -= len(node.value)
        if self.left < 0:
            message = "its aliases (the values that begin with *) expand to too much"
            hint = "the values themselves in place of aliases"
            raise UnreadableError(Complaint(*place(node), "alias-bomb", message, hint))
        if depth > DEEPEST:
            raise UnreadableError(too_deep(*place(node)))
        if shape is yaml.MappingNode and tag == _MAP:
            return self.mapping(node, depth + 1)
        if shape is yaml.SequenceNode and tag == _SEQ:
            return [self.value(item, depth + 1) for item in node.value]
        self.complain(node, "yaml-tag", f"{_tag(tag)} is not used here", "the value without it")
        return None

    def odd_scalar(self, node: ScalarNode) -> None:
        """Complain about a tag that the file writes, or a word that YAML keeps for itself."""
        text = clip(node.value)
        if node.tag in {f"{_TAG}value", f"{_TAG}merge"} and node.style in _PLAIN:
            self.complain(node, "yaml-tag", f"YAML keeps {text} for itself", f'"{text}"')
            return
        hint = text if _WHOLE.match(text) or text.lower() in _BOOLEANS else f'"{text}"'
        self.complain(node, "yaml-tag", f"{_tag(node.tag)} is not used here", hint)

    def string(self, node: ScalarNode) -> str:
        text: str = node.value
        if node.style in _PLAIN and text[:1] in _NUMBER_STARTS and _LIKE_A_NUMBER.match(text):
            self.complain(
                node,
                "yaml-number",
                f"{clip(text)} is text to one YAML reader and a number to another",
                _number_hint(clip(text)),
            )
        return text

    def integer(self, node: ScalarNode) -> int:
        text: str = node.value
        if len(text) > _MOST_DIGITS:
            message = f"no field takes a number of {len(text)} digits"
            self.complain(node, "number-range", message, "a smaller number")
            return 0
        if _WHOLE.match(text):
            return int(text)
        try:
            read = int(yaml.SafeLoader.construct_yaml_int(_READER, node))
        except (ValueError, IndexError):  # the tag !!int on something else
            self.odd_scalar(node)
            return 0
        message = f"YAML reads {text} as {read}"
        self.complain(node, "yaml-number", message, _number_hint(text, read))
        return read

    def floating(self, node: ScalarNode) -> float:
        try:
            return float(node.value.replace("_", ""))
        except ValueError:  # .inf, .nan and sexagesimal numbers: no field takes any of them
            return float("nan")

    def boolean(self, node: ScalarNode) -> bool:
        read = _BOOLEANS.get(node.value.lower())
        if read is None:  # the tag !!bool on something else
            self.odd_scalar(node)
        elif node.value.lower() not in _WRITTEN:
            meant = str(read).lower()
            message = f"YAML reads {node.value} as {meant}"
            self.complain(node, BOOLEAN, message, f'{meant}, or "{node.value}" for text')
        return bool(read)

    def nothing(self, node: ScalarNode) -> None:
        if node.value.lower() not in _NOTHING:  # the tag !!null on something else
            self.odd_scalar(node)

    def date(self, node: ScalarNode) -> YamlDate:
        return YamlDate(node.value)


_PLAIN = frozenset({None, ""})
_NUMBER_STARTS = frozenset("+-.0123456789")
_WRITTEN = frozenset({"true", "false"})
_BOOLEANS = yaml.SafeLoader.bool_values
_NOTHING = frozenset({"", "~", "null"})
_READER = yaml.SafeLoader("")
_SCALARS: dict[str, Any] = {
    _INT: _Constructor.integer,
    _BOOL: _Constructor.boolean,
    _NULL: _Constructor.nothing,
    _FLOAT: _Constructor.floating,
    _DATE: _Constructor.date,
}


def _tag(tag: str) -> str:
    return f"the tag {clip(tag.replace(_TAG, '!!'))}"


def _number_hint(text: str, read: int | None = None) -> str:
    """What was meant by a number: 0123 is 123 to people, and 83 to YAML."""
    try:
        number = float(text.replace("_", ""))
    except ValueError:  # another base, or 1:30
        whole = "" if read is None else str(read)
    else:
        whole = str(int(number)) if number.is_integer() else ""
    return f'{whole} for the number, "{text}" for text' if whole else f'"{text}" for text'
