"""Text that is not ours in Markdown: shown letter by letter, and doing nothing.

GitHub reads mentions, references, links, emoji and math in the finished text, where a character
reference does not help: `&#64;name` notifies as well as `@name`. It reads none of them in code, so
all text of others is code, but for plain words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

_FENCES = 80  # GitHub's parser takes no longer run of backticks for the begin of code
_RUN = re.compile("`+")
# A word, or what belongs together although there are blanks in it: `key = value`, `key: {`.
_TOKEN = re.compile(r"\S+(?: = \S+| \{\S*)?")
# Words that mean nothing to a forge: lower case with hyphens, one capital or all of them, figures
# that are no commit, and what ends a phrase.
_WORD = re.compile(r"(?:[a-z]+(?:-[a-z]+)*|[A-Z]?[a-z]+|[A-Z]+|\d{1,6}%?|\d{1,3}(?:,\d{3})+%?|→)")
_COMMIT = re.compile(r"[0-9a-f]{7,64}|(?:ghsa|cve|gh)-.*")
_ENDS = 3  # signs that may end a word: `),` and the like


def code(text: str, most: int | None = None) -> str:
    """Any text as code on one line, cut to `most` characters; nothing in it acts."""
    shown = visible(text)
    if most is not None and len(shown) > most:
        shown = shown[: most - 1] + "…"
    if not shown:
        return "(empty)"
    if "`" not in shown:
        fence = "`"
    else:
        runs = {len(run) for run in _RUN.findall(shown)}
        free = next((size for size in range(1, _FENCES + 1) if size not in runs), 0)
        if not free:
            return code(shown.replace("`", "\\x60"))
        fence = "`" * free
    ends = shown[0] + shown[-1]
    # One blank at both ends is taken away by who reads it, where there is more than blanks.
    pad = " " if "`" in ends or (ends == "  " and shown.strip(" ")) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def prose(text: str) -> str:
    """A sentence of ours that holds text of others: plain words as they are, all else as code."""
    return "".join(_phrases(visible(text).strip())) or code(text)


def link(text: str, url: str) -> str:
    """A text as a link, or as code alone where there is no URL. The URL must be encoded."""
    return f"[{code(text)}]({url})" if url else code(text)


def _phrases(text: str) -> Iterator[str]:
    """A text in pieces: plain words with the blanks before them, and runs of all else as code."""
    told, start, end, depth = 0, -1, 0, 0  # -1: no run is open
    for found in _TOKEN.finditer(text):
        token = found[0]
        if depth == 0 and _plain(token, first=found.start() == 0):
            if start >= 0:
                yield text[told:start] + _phrase(text[start:end])
                told, start = end, -1
            yield text[told : found.end()]
            told = found.end()
        else:
            start, end = found.start() if start < 0 else start, found.end()
            depth = max(0, depth + _opened(token))
    if start >= 0:
        yield text[told:start] + _phrase(text[start:end])


def _phrase(held: str) -> str:
    """A run of what is not plain, as code; what stands around the phrase stays outside."""
    before, body, after = _parts(held)
    return f"{before}{code(body)}{after}" if body else code(held)


def _plain(token: str, *, first: bool) -> bool:
    if first and token[0].isdigit() and token[-1] in ".)":
        return False  # "1." would begin a list
    _, word, _ = _parts(token)
    return bool(_WORD.fullmatch(word)) and not _COMMIT.fullmatch(word)


def _parts(text: str) -> tuple[str, str, str]:
    """What stands before a word, the word, and what ends it."""
    start = text.startswith("(")
    end = max(len(text.rstrip(",.;:)")), len(text) - _ENDS, start)
    return text[:start], text[start:end], text[end:]


def _opened(token: str) -> int:
    """How many brackets a token leaves open: what is in them stays together."""
    return sum(map(token.count, "{[")) - sum(map(token.count, "}]"))
