"""One YAML document → plain values, with the place of each, and YAML's surprises refused.

The parser is libyaml's (CSafeLoader); the constructor is ours, because PyYAML's keeps the last of
two equal keys, turns `0123` into 83 and expands aliases without bound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.values import YamlDate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yaml.nodes import MappingNode, Node, ScalarNode

MOST_BYTES = 2**20
DEEPEST = 50

_TAG = "tag:yaml.org,2002:"
_STR, _INT, _BOOL, _NULL = f"{_TAG}str", f"{_TAG}int", f"{_TAG}bool", f"{_TAG}null"
_MAP, _SEQ, _FLOAT, _DATE = f"{_TAG}map", f"{_TAG}seq", f"{_TAG}float", f"{_TAG}timestamp"
_WHOLE = re.compile(r"[-+]?(?:0|[1-9]\d*)\Z", re.ASCII)
_LIKE_A_NUMBER = re.compile(
    r"[-+]?(?:\.\d+|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?\Z|0[box][\da-fA-F_]+\Z", re.ASCII
)
_MOST_DIGITS = 30


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong at a place of the document; line and column count from 1."""

    line: int
    column: int
    rule: str
    message: str
    hint: str = ""


class UnreadableError(Exception):
    """The text is not one usable YAML document. Carries the one complaint."""

    def __init__(self, complaint: Complaint) -> None:
        """Keep the complaint."""
        super().__init__(complaint.message)
        self.complaint = complaint


@dataclass(slots=True)
class Document:
    """A document's values, the complaints about them, and where everything stands."""

    root: Any
    values: dict[str, Any]
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
    if _may_be_deep(text):
        _refuse_depth(text)
    try:
        root = yaml.CSafeLoader(text).get_single_node()
    except yaml.YAMLError as error:
        raise UnreadableError(_complain(error, text)) from None
    if root is None:
        raise UnreadableError(
            Complaint(1, 1, "empty-file", "the file holds nothing", "a series, or delete the file")
        )
    if root.tag != _MAP:
        raise UnreadableError(
            Complaint(*place(root), "not-a-mapping", "a series is a mapping", "seriesCode: CODE")
        )
    document = Document(root, {})
    _Constructor(document, most=2 * len(text) + 1000).fill()
    return document


def place(node: Node | yaml.Event) -> tuple[int, int]:
    """Where a node or an event begins, counted from 1."""
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


class _Constructor:
    """Turns nodes into values. `most` bounds what aliases may expand to."""

    def __init__(self, document: Document, most: int) -> None:
        self.document, self.left = document, most

    def fill(self) -> None:
        """Construct the whole document."""
        self.document.values = self.mapping(self.document.root, 1)

    def complain(self, node: Node, rule: str, message: str, hint: str = "") -> None:
        self.document.complaints.append(Complaint(*place(node), rule, message, hint))

    def mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first: dict[str, Node] = {}
        for key, value in node.value:
            name = key.value
            if key.tag != _STR and not self.usable_key(key):
                continue
            if name in first:
                line = first[name].start_mark.line + 1
                self.complain(
                    key, "duplicate-key", f"{name} stands here and on line {line}", "keep one"
                )
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
        elif isinstance(key, yaml.ScalarNode):
            self.complain(key, "wrong-type", f"{key.value} is not text", f'"{key.value}"')
        else:
            self.complain(key, "wrong-type", "a key is text", "a plain key")
        return False

    def value(self, node: Any, depth: int) -> Any:  # noqa: ANN401 - YAML holds anything
        tag = node.tag
        if tag == _STR:
            return self.string(node)
        if tag in _SCALARS:
            return _SCALARS[tag](self, node)
        self.left -= len(node.value)
        if self.left < 0:
            raise UnreadableError(
                Complaint(
                    *place(node), "alias-bomb", "its aliases expand without end", "write it out"
                )
            )
        if depth > DEEPEST:
            raise UnreadableError(_too_deep(*place(node)))
        if tag == _MAP:
            return self.mapping(node, depth + 1)
        if tag == _SEQ:
            return [self.value(item, depth + 1) for item in node.value]
        self.complain(node, "yaml-tag", f"the tag {tag} is not used here", "a plain value")
        return None

    def string(self, node: ScalarNode) -> str:
        text: str = node.value
        if node.style in _PLAIN and text[:1] in _NUMBER_STARTS and _LIKE_A_NUMBER.match(text):
            self.complain(
                node,
                "yaml-number",
                f"{text} is text to one YAML reader and a number to another",
                _number_hint(text),
            )
        return text

    def integer(self, node: ScalarNode) -> int:
        text: str = node.value
        if len(text) > _MOST_DIGITS:
            self.complain(node, "number-range", "a number of so many digits is no field's")
            return 0
        if _WHOLE.match(text) and node.style in _PLAIN:
            return int(text)
        try:
            read = int(yaml.SafeLoader.construct_yaml_int(yaml.SafeLoader(""), node))
        except ValueError:  # an explicit tag on something else
            self.complain(node, "yaml-tag", f"{text} is not a number", f'"{text}" for the text')
            return 0
        self.complain(
            node, "yaml-number", f"YAML reads {text} as {read}", f'{read}, or "{text}" for the text'
        )
        return read

    def floating(self, node: ScalarNode) -> float:
        try:
            return float(node.value.replace("_", ""))
        except ValueError:  # .inf, .nan and sexagesimal numbers: no field takes any of them
            return float("nan")

    def boolean(self, node: ScalarNode) -> bool:
        return node.value.lower() in {"true", "yes", "on"}

    def nothing(self, _node: ScalarNode) -> None:
        return None

    def date(self, node: ScalarNode) -> YamlDate:
        return YamlDate(node.value)


_PLAIN = frozenset({None, ""})
_NUMBER_STARTS = frozenset("+-.0123456789")
_SCALARS: dict[str, Any] = {
    _INT: _Constructor.integer,
    _BOOL: _Constructor.boolean,
    _NULL: _Constructor.nothing,
    _FLOAT: _Constructor.floating,
    _DATE: _Constructor.date,
}


def _number_hint(text: str) -> str:
    try:
        number = float(text.replace("_", ""))
    except ValueError:
        return f'"{text}"'
    whole = f"{int(number)}, or " if number.is_integer() else ""
    return f'{whole}"{text}" for the text'


def _may_be_deep(text: str) -> bool:
    """A cheap upper bound: nesting takes a bracket, an indicator or much indentation a level."""
    marks = text.count("[") + text.count("{") + text.count("- ") + text.count("? ")
    return marks + text.count("-\n") + text.count("?\n") > DEEPEST or " " * DEEPEST in text


def _refuse_depth(text: str) -> None:
    """Walk the events, which nest nothing, before a recursive parser sees the text."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                raise UnreadableError(_too_deep(*place(event)))
    except yaml.YAMLError as error:
        raise UnreadableError(_complain(error, text)) from None


def _too_deep(line: int, column: int) -> Complaint:
    return Complaint(line, column, "nesting", f"nested more than {DEEPEST} levels", "a flat series")


def _complain(error: yaml.YAMLError, text: str) -> Complaint:
    """A parser's error as a complaint with a place."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text.encode()[: error.position].decode(errors="replace")
        line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
        message = "a character that YAML does not allow"
        return Complaint(line + 1, column + 1, "yaml-syntax", message, r'an escape such as "\x07"')
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    message = str(getattr(error, "problem", None) or error)
    if "single document" in str(getattr(error, "context", "")):
        message = "the file holds several documents"
        return Complaint(line, column, "one-document", message, "one file for each series")
    return Complaint(line, column, "yaml-syntax", message, "valid YAML: check quotes and indents")
