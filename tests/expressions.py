"""GitHub's expression language: what stands inside `${{ }}`, read and evaluated."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loose import (
    FUNCTIONS,
    STATUS,
    ExpressionError,
    child,
    equal,
    is_list,
    less,
    number,
    text,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TOKEN = re.compile(
    r"""(?P<number>[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.]))
      | (?P<text>'(?:[^']|'')*')
      | (?P<name>[A-Za-z_][\w-]*)
      | (?P<sign>&&|\|\||==|!=|<=|>=|[!<>()\[\].,*])""",
    re.VERBOSE,
)
HOLE = re.compile(r"\$\{\{((?:[^'}]|'[^']*'|\}(?!\}))*)\}\}")
WORDS: Mapping[str, object] = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": float("nan"),
    "Infinity": float("inf"),
}
LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="))  # the loosest first


@dataclass(frozen=True)
class Node:
    """A part of an expression: what it is (a kind, or an operator), its value, its parts."""

    kind: str
    value: object = None
    parts: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Scope:
    """What an expression may use: contexts by name, and what success(), failure() and so on say."""

    contexts: Mapping[str, object]
    status: Mapping[str, bool] = field(default_factory=dict)


class Filtered(list[object]):
    """What `.*` gave: the next property is taken of each member."""


def parse(source: str) -> Node:
    """Read one expression; an ExpressionError where GitHub would refuse it."""
    parser = Parser(source, list(tokens(source)))
    node = parser.level(0)
    if parser.tokens:
        raise ExpressionError(f"unexpected {parser.tokens[0][1]!r} in {source!r}")
    return node


def tokens(source: str) -> Iterator[tuple[str, str]]:
    at = 0
    while rest := source[at:].lstrip():
        at = len(source) - len(rest)
        found = TOKEN.match(source, at)
        if found is None or found.lastgroup is None:
            raise ExpressionError(f"unexpected {rest[0]!r} in {source!r}")
        yield found.lastgroup, found[0]
        at = found.end()


@dataclass
class Parser:
    """Recursive descent over the tokens that are left."""

    source: str
    tokens: list[tuple[str, str]]

    def level(self, depth: int) -> Node:
        if depth == len(LEVELS):
            return self.unary()
        node = self.level(depth + 1)
        while sign := self.taken(*LEVELS[depth]):
            node = Node(sign, None, (node, self.level(depth + 1)))
        return node

    def unary(self) -> Node:
        if self.taken("!"):
            return Node("!", None, (self.unary(),))
        node = self.primary()
        while sign := self.taken(".", "["):
            if self.taken("*"):
                node = Node("star", None, (node,))
            elif sign == ".":
                node = Node("child", None, (node, Node("literal", self.expect("name"))))
            else:
                node = Node("child", None, (node, self.level(0)))
            if sign == "[":
                self.closed("]")
        return node

    def primary(self) -> Node:
        if self.taken("("):
            node = self.level(0)
            self.closed(")")
            return node
        kind, found = self.tokens.pop(0) if self.tokens else ("end", "the end")
        if kind == "number":
            return Node("literal", number(found))
        if kind == "text":
            return Node("literal", found[1:-1].replace("''", "'"))
        if kind != "name":
            raise ExpressionError(f"unexpected {found!r} in {self.source!r}")
        if self.taken("("):
            return self.call(found.lower())
        return Node("literal", WORDS[found]) if found in WORDS else Node("context", found.lower())

    def call(self, name: str) -> Node:
        parts: list[Node] = []
        while not self.taken(")"):
            if parts and not self.taken(","):
                raise ExpressionError(f"an argument of {name}() does not end in {self.source!r}")
            parts.append(self.level(0))
        if name not in FUNCTIONS and name not in STATUS:
            raise ExpressionError(f"there is no function {name}() in {self.source!r}")
        fewest, most = (0, 0) if name in STATUS else FUNCTIONS[name][1:]
        if not fewest <= len(parts) <= most:
            raise ExpressionError(f"{name}() does not take {len(parts)} arguments")
        return Node("call", name, tuple(parts))

    def taken(self, *signs: str) -> str:
        if self.tokens and self.tokens[0][0] == "sign" and self.tokens[0][1] in signs:
            return self.tokens.pop(0)[1]
        return ""

    def expect(self, kind: str) -> str:
        if not self.tokens or self.tokens[0][0] != kind:
            raise ExpressionError(f"a {kind} is missing in {self.source!r}")
        return self.tokens.pop(0)[1]

    def closed(self, sign: str) -> None:
        if not self.taken(sign):
            raise ExpressionError(f"{sign!r} is missing in {self.source!r}")


COMPARE: Mapping[str, Callable[[object, object], bool]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": less,
    "<=": lambda left, right: less(left, right) or equal(left, right),
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: less(right, left) or equal(left, right),
}


def evaluate(node: Node, scope: Scope) -> object:
    """The value of an expression. `&&` and `||` give the operand that decided."""
    if node.kind == "literal":
        return node.value
    if node.kind == "context":
        return context(str(node.value), scope)
    if node.kind == "call":
        return called(node, scope)
    return operated(node, evaluate(node.parts[0], scope), scope)


def operated(node: Node, left: object, scope: Scope) -> object:
    if node.kind == "!":
        return not truth(left)
    if node.kind == "star":
        return Filtered(members(left))
    if node.kind in {"&&", "||"} and truth(left) == (node.kind == "||"):
        return left
    right = evaluate(node.parts[1], scope)
    if node.kind in COMPARE:
        return COMPARE[node.kind](left, right)
    return picked(left, right) if node.kind == "child" else right


def picked(left: object, key: object) -> object:
    if isinstance(left, Filtered):
        return Filtered(one for one in (child(each, key) for each in left) if one is not None)
    return child(left, key)


def members(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []


def context(name: str, scope: Scope) -> object:
    if name not in scope.contexts:
        raise ExpressionError(f"there is no context {name!r} here")
    return scope.contexts[name]


def called(node: Node, scope: Scope) -> object:
    name = str(node.value)
    if name not in STATUS:
        return FUNCTIONS[name][0](*(evaluate(part, scope) for part in node.parts))
    if name not in scope.status:
        raise ExpressionError(f"{name}() has a meaning only in `if`")
    return scope.status[name]


def walk(node: Node) -> Iterator[Node]:
    yield node
    for part in node.parts:
        yield from walk(part)


def holes(template: str) -> list[Node]:
    """The expressions of a text, in order."""
    if "${{" in HOLE.sub("", template):
        raise ExpressionError(f"`${{{{` is never closed in {template!r}")
    return [parse(found) for found in HOLE.findall(template)]


def fill(template: str, scope: Scope) -> object:
    """A text with its expressions evaluated; a lone expression gives its value as it is."""
    holes(template)
    alone = HOLE.fullmatch(template.strip())
    if alone:
        return evaluate(parse(alone[1]), scope)
    return HOLE.sub(lambda found: plain(evaluate(parse(found[1]), scope), template), template)


def filled(value: object, scope: Scope) -> object:
    """A tree of YAML with the expressions of all of its texts evaluated."""
    if isinstance(value, dict):
        return {name: filled(one, scope) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, scope) for one in value]
    return fill(value, scope) if isinstance(value, str) else value


def texts(value: object, scope: Scope) -> dict[str, str]:
    """A mapping of names to texts, as in `env:` and `with:`."""
    found = filled(value, scope)
    assert isinstance(found, dict)
    return {str(name): plain(one, f"{name}: …") for name, one in found.items()}


def plain(value: object, template: str) -> str:
    """A value as text; an object in the place of a text is an error, as on GitHub."""
    if isinstance(value, dict) or is_list(value):
        raise ExpressionError(f"an object or a list in a text: {template!r}")
    return text(value)


def condition(source: str) -> Node:
    """What `if:` says, in `${{ }}` or bare. Without a status function, success() is asked too."""
    alone = HOLE.fullmatch(source.strip())
    if alone is None and "${{" in source:
        raise ExpressionError(f"text around an expression is always true: {source!r}")
    node = parse(alone[1] if alone else source)
    if any(one.kind == "call" and one.value in STATUS for one in walk(node)):
        return node
    return Node("&&", None, (Node("call", "success"), node))
