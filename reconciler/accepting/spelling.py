"""A value in the spelling of the one that it replaces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.accepting.nodes import BLOCKS_OF_TEXT, FLOW, Edit, Node
from reconciler.values import YamlDate
from reconciler.yamltext import entry, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.accepting.nodes import Sheet

_HEADER = re.compile(r"[|>][-+\d]*", re.ASCII)
_QUOTES = frozenset({'"', "'"})
_WIDEST_INDENT = 9  # that a block of text can tell


def in_line(value: Any, like: Node | None, sheet: Sheet, *, inside: bool) -> str:  # noqa: ANN401 - any value of a file
    """A value in one line. `like` is the node whose style it takes, `inside`: within brackets."""
    if isinstance(value, list):
        sample = like.members[-1] if like and like.members else None
        return f"[{', '.join(in_line(item, sample, sheet, inside=True) for item in value)}]"
    if isinstance(value, dict):
        return _braces(value, like, sheet)
    style = like.style if like else ""
    if isinstance(value, YamlDate):
        return f"{style}{value.text}{style}" if style in _QUOTES else value.text
    if isinstance(value, str):
        return _text(value, style, inside=inside)
    spelled = scalar(value)
    if isinstance(value, bool) and like:
        was = sheet.text[like.start : like.end]
        return spelled.title() if was.istitle() else spelled.upper() if was.isupper() else spelled
    return spelled


def _text(value: str, style: str, *, inside: bool) -> str:
    plain = value.replace("\\", "\\\\").replace('"', '\\"')
    spelled = scalar(value, inside=inside)
    double = spelled if spelled[:1] == '"' else f'"{plain}"'
    if style == "'" and double == f'"{plain}"':  # no escape but those of the quotes' own
        return "'" + value.replace("'", "''") + "'"
    return double if style in _QUOTES else spelled


def ordered(value: dict[str, Any], like: Node | None) -> dict[str, Any]:
    """A mapping with its keys in the order of another one."""
    names = [name for name, _, _ in like.pairs] if like else []
    first = {name: value[name] for name in names if name in value}
    return first | value


def _braces(value: dict[str, Any], like: Node | None, sheet: Sheet) -> str:
    flow = like is not None and like.style == FLOW
    edge = " " if like and flow and sheet.text[like.start + 1] == " " else ""
    return f"{{{edge}{', '.join(_pairs(ordered(value, like), like, sheet))}{edge}}}"


def _pairs(value: dict[str, Any], like: Node | None, sheet: Sheet) -> Iterator[str]:
    for name, part in value.items():
        found = like.find(name) if like else None
        key = sheet.text[found[0].start : found[0].end] if found else scalar(name, inside=True)
        yield f"{key}: {in_line(part, found[1] if found else None, sheet, inside=True)}"


def replaced(node: Node, value: Any, sheet: Sheet, key: Node, *, inside: bool) -> list[Edit]:  # noqa: ANN401 - any value of a file
    """The edits that put a value in the place of a scalar or an alias."""
    head = ""
    start = node.start
    if node.tagged:  # which a spelled value does not need
        start, head = node.outer, f"&{node.anchor} " if node.anchor else ""
    elif start == node.end and not sheet.text[start - 1].isspace():  # nothing stands there
        head = " "
    if node.style in BLOCKS_OF_TEXT:
        return _over_block(node, value, sheet, key, Edit(start, node.start, head))
    return [Edit(start, node.end, head + in_line(value, node, sheet, inside=inside))]


def _over_block(node: Node, value: Any, sheet: Sheet, key: Node, head: Edit) -> list[Edit]:  # noqa: ANN401 - any value of a file
    """The edits that put a value in the place of a block of text. A comment behind the block's
    indicator stays.
    """
    found = _HEADER.match(sheet.text, node.start)
    assert found  # noqa: S101 - a block begins with its indicator
    first = sheet.line_end(node.start)
    body = Edit(first, max(first, node.end), "")
    written = _block(value, node, sheet, key, body) if isinstance(value, str) else None
    header, lines = written or (in_line(value, None, sheet, inside=False), [])
    text = "".join(sheet.newline + line for line in lines)
    return [Edit(head.start, found.end(), head.text + header), body._replace(text=text)]


def _block(
    value: str, node: Node, sheet: Sheet, key: Node, body: Edit
) -> tuple[str, list[str]] | None:
    """A block's header and lines that give the text back; None where no block can."""
    bare = value.removesuffix("\n")
    suits = bare and entry("k", f"{bare}\n").startswith("k: |")
    at_the_end = body.end == len(sheet.text)
    if not suits or (value != bare and at_the_end):  # a file without a last line break
        return None
    column = key.start - sheet.line_start(key.start)
    indent = _indent(node, sheet, column, body)
    told = str(indent - column) if bare.lstrip("\n").startswith(" ") else ""
    if indent - column > _WIDEST_INDENT and told:
        return None
    for style in dict.fromkeys([node.style, "|"]):
        shown = re.sub("\n+", lambda found: found[0] + "\n", bare) if style == ">" else bare
        header = f"{style}{told}{'' if value != bare else '-'}"
        lines = shown.split("\n")
        beside = "\n".join(" " * (indent - column) + line if line else "" for line in lines)
        if _gives(f"k: {header}\n{beside}\n", value):
            return header, [" " * indent + line if line else "" for line in lines]
    return None


def _gives(text: str, value: str) -> bool:
    """Whether a mapping of one key holds the value."""
    try:
        return bool(yaml.load(text, yaml.CBaseLoader) == {"k": value})  # noqa: S506 - texts alone
    except yaml.YAMLError:
        return False


def _indent(node: Node, sheet: Sheet, column: int, body: Edit) -> int:
    """The columns that a block's lines are indented by."""
    told = re.search(r"\d", sheet.text[node.start : node.start + 3])
    if told:
        return column + int(told.group())
    for line in re.split("\r\n|[\r\n]", sheet.text[body.start : body.end]):
        if line.strip(" "):
            return len(line) - len(line.lstrip(" "))
    return column + 2
