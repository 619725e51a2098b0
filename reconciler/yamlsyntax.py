"""Text that is no usable YAML: what libyaml says of it, in words, with a place and a next step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from yaml.nodes import Node

DEEPEST = 50
_LINE = re.compile("\r\n|[\r\n]")
_OTHER_BREAK = re.compile("[\x85\u2028\u2029]")


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


def place(node: Node | yaml.Event) -> tuple[int, int]:
    """Where a node or an event begins, counted from 1."""
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def lines(text: str) -> list[str]:
    """The lines that places count."""
    return _LINE.split(text)


def end(text: str) -> tuple[int, int]:
    """The place right after a text."""
    before = lines(text)
    return len(before), len(before[-1]) + 1


def refuse_other_breaks(text: str) -> None:
    """Refuse what ends a line for this YAML reader, and for no editor."""
    found = None if text.isascii() else _OTHER_BREAK.search(text)
    if found:
        name = f"U+{ord(found.group()):04X}"
        message = f"{name} ends a line for one YAML reader and not for another"
        hint = f'a blank, or {_BREAK_ESCAPES[found.group()]} inside "…"'
        where = end(text[: found.start()])
        raise UnreadableError(Complaint(*where, "yaml-line-break", message, hint))


_BREAK_ESCAPES = {"\x85": r"\N", "\u2028": r"\L", "\u2029": r"\P"}
_NESTS = [mark + blank for mark in "-?" for blank in " \n\r\t"] + ["[", "{"]


def may_be_deep(text: str) -> bool:
    """A cheap upper bound: nesting takes a bracket, an indicator or much indentation a level."""
    return sum(map(text.count, _NESTS)) > DEEPEST or " " * DEEPEST in text


def refuse_depth(text: str) -> None:
    """Walk the events, which nest nothing, before a recursive parser sees the text."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                raise UnreadableError(too_deep(*place(event)))
    except yaml.YAMLError as error:
        raise UnreadableError(syntax_complaint(error, text)) from None


def too_deep(line: int, column: int) -> Complaint:
    """What is said of nesting that goes on too long."""
    return Complaint(line, column, "nesting", f"nested more than {DEEPEST} levels", "a flat series")


def syntax_complaint(error: yaml.YAMLError, text: str) -> Complaint:
    """A parser's error as a complaint with a place."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text.encode()[: error.position].decode(errors="replace")
        code = ord(text[len(before)])
        message = f"YAML does not allow the character U+{code:04X}"
        hint = f'nothing in its place, or {_escape(code)} inside "…"'
        return Complaint(*end(before), "yaml-syntax", message, hint)
    assert isinstance(error, yaml.MarkedYAMLError)  # noqa: S101 - libyaml has these two
    mark, problem, context = error.problem_mark, str(error.problem), str(error.context)
    opened = error.context_mark
    if opened and "while scanning a quoted scalar" in context and "escape" not in problem:
        mark, problem = opened, "quote"
    elif opened and mark and "while parsing a flow" in context and opened.line < mark.line:
        mark, problem = opened, "bracket"
    source = lines(text)
    where = (mark.line + 1, mark.column + 1) if mark and mark.line < len(source) else end(text)
    if "single document" in context or "<document start>" in problem:
        message = "the file holds several documents"
        return Complaint(*where, "one-document", message, "one file for each series")
    return Complaint(*where, "yaml-syntax", *_in_words(problem, source[where[0] - 1]))


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 2**8 else f"\\u{code:04x}"


def _in_words(problem: str, line: str) -> tuple[str, str]:
    """What libyaml complains about, and what to write: most often, a text that needs quotes."""
    said, hint = _SYNTAX.get(problem, (problem, "valid YAML: check quotes and indents"))
    if problem == "found character that cannot start any token" and "\t" in line:
        return "a tab stands where only blanks may indent", "blanks"
    unquoted = _UNQUOTED.match(line)
    if unquoted and problem in _WANTS_QUOTES:
        key, value = unquoted.groups()
        value = value.replace("\\", "\\\\").replace('"', '\\"')
        hint = f'{key}"{value}"'
    return said, hint


_UNQUOTED = re.compile(r"\s*(\w+: +)([^\s\"'|>].*?)\s*\Z")
_BEGINS = "a text with this character needs quotes"
_SYNTAX = {
    "found character that cannot start any token": (_BEGINS, '"…" around the text'),
    "mapping values are not allowed in this context": (
        "a second colon in one line, or a wrong indent",
        '"…" around a text that holds a colon',
    ),
    "found undefined alias": ("a text that begins with * needs quotes", '"…" around the text'),
    "did not find expected key": (
        "this does not fit the lines above",
        "the key at the indent of its neighbours; a text with quotes inside, wholly in quotes",
    ),
    "could not find expected ':'": ("a key without a colon", "key: value"),
    "quote": ("the quote that opens here does not close", "the same quote at the text's end"),
    "bracket": ("what opens here does not close", '] or } at its end, or "…" around a text'),
    "found invalid Unicode character escape code": (
        "this escape stands for no character",
        "the character itself",
    ),
}
_WANTS_QUOTES = frozenset(_SYNTAX) - {"quote", "found invalid Unicode character escape code"}
