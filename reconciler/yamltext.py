"""Values → YAML text as a person would write it, which our own reader gives back to the letter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from reconciler.text import unseen
from reconciler.values import YamlDate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WIDEST = 100  # columns of a list or block in one line
LONGEST_KEY = 1000  # characters as spelled; YAML takes a little more
_INDENT = "  "
# Words that one YAML reader or another does not take for text.
_WORDS = frozenset({"yes", "no", "on", "off", "y", "n", "true", "false", "null"})
# Numbers in any notation, hours and dates; also a few plain texts, which quotes do not hurt.
_LIKE_A_NUMBER = re.compile(r"[+\d][\d.,_:+\-a-fA-FoOxXtTzZ]*\Z|\d{4}-\d\d?-\d\d?[\sTt]", re.ASCII)
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`=<~.")
_NAME = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", '"': '\\"', "\\": "\\\\"}
_JOINERS = frozenset("\u200c\u200d")  # join emoji, and letters of India
_NEVER = frozenset("\ufffe\uffff")  # no characters: YAML refuses them outside escapes


def mapping(values: Mapping[str, Any], depth: int = 0) -> str:
    """A mapping as whole lines, a key each."""
    return "".join(entry(key, value, depth) for key, value in values.items())


def entry(key: str, value: Any, depth: int = 0) -> str:  # noqa: ANN401 - any value of a file
    """One key with its value, as whole lines at a depth of nesting."""
    head = f"{_INDENT * depth}{scalar(key)}:"
    if isinstance(value, dict) and value:
        return f"{head}\n{mapping(value, depth + 1)}"
    if isinstance(value, list) and value:
        line = f"{head} {_flow(value)}\n"
        if len(line) <= WIDEST and not any(isinstance(item, dict) for item in value):
            return line
        return f"{head}\n" + "".join(_item(item, depth + 1) for item in value)
    if isinstance(value, str) and _suits_a_block(value):
        return f"{head} {_block(value, _INDENT * (depth + 1))}"
    return f"{head} {_flow(value)}\n"


def comment(text: str) -> str:
    """A comment in one line, whatever the text holds."""
    return f"# {_escaped(text, also='')}\n"


def scalar(value: Any, *, inside: bool = False) -> str:  # noqa: ANN401 - any value of a file
    """A value in one line. `inside` brackets, text gets along without quotes only if it is a name.

    A lone surrogate, which no YAML can hold, becomes an escape that YAML refuses.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, YamlDate):
        return value.text
    if not isinstance(value, str):
        return str(value)
    return value if _is_plain(value, inside=inside) else f'"{_escaped(value)}"'


def _is_plain(text: str, *, inside: bool) -> bool:
    """Whether every YAML reader takes it for this very text without quotes."""
    if not text or text != text.strip() or not _is_seen(text):
        return False
    if text.lower() in _WORDS or text[0] in _INDICATORS or _LIKE_A_NUMBER.match(text):
        return False
    if inside:
        return bool(_NAME.match(text))
    return ": " not in text and " #" not in text and not text.endswith(":")


def _is_seen(text: str) -> bool:
    return all(_shows(text, at) for at in range(len(text)))


def _shows(text: str, at: int) -> bool:
    """Whether a character may stand as it is: it shows, or joins two that do."""
    character = text[at]
    if character in _JOINERS and 0 < at < len(text) - 1:
        return all(
            beside > "\x7f" and not unseen(beside) for beside in (text[at - 1], text[at + 1])
        )
    return not unseen(character) and character not in _NEVER


def _escaped(text: str, also: str = '"\\') -> str:
    """The text with escapes for what does not show, and for the characters in `also`."""
    return "".join(
        character if _shows(text, at) and character not in also else _escape(character)
        for at, character in enumerate(text)
    )


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    return f"\\u{code:04x}" if code < 2**16 else f"\\U{code:08x}"


def _suits_a_block(text: str) -> bool:
    """Whether a literal block gives the text back, also after an editor has trimmed blanks."""
    lines = text.removesuffix("\n").split("\n")
    return (
        "\n" in text
        and lines[-1] != ""
        and all(line == line.rstrip() and _is_seen(line) for line in lines)
    )


def _block(text: str, indent: str) -> str:
    """A literal block behind its key. Where its text begins with blanks, it tells the indent."""
    lines = text.removesuffix("\n").split("\n")
    first = next(filter(None, lines))
    told = str(len(_INDENT)) if first.startswith(" ") else ""
    end = "" if text.endswith("\n") else "-"
    return f"|{told}{end}\n" + "".join(f"{indent}{line}\n" if line else "\n" for line in lines)


def _flow(value: Any) -> str:  # noqa: ANN401 - any value of a file
    if isinstance(value, list):
        return f"[{_joined(_inside(item) for item in value)}]"
    if isinstance(value, dict):
        pairs = (f"{scalar(key, inside=True)}: {_inside(part)}" for key, part in value.items())
        return f"{{{_joined(pairs)}}}"
    return scalar(value)


def _inside(value: Any) -> str:  # noqa: ANN401 - any value of a file
    return _flow(value) if isinstance(value, list | dict) else scalar(value, inside=True)


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _item(value: Any, depth: int) -> str:  # noqa: ANN401 - any value of a file
    """One member of a list in a line, or a long block of them over several."""
    line = f"{_INDENT * depth}- {_inside(value)}\n"
    if len(line) <= WIDEST or not isinstance(value, dict):
        return line
    return f"{_INDENT * depth}- {mapping(value, depth + 1).lstrip(' ')}"
