"""Two texts → what stays, goes and comes, word by word."""

from __future__ import annotations

import re
from itertools import groupby

_SAME, _GONE, _NEW = "=", "-", "+"
# Blanks; a placeholder of a template; a figure; a run of anything; a punctuation mark.
_TOKEN = re.compile(
    r"\s+|\{\{\w+\}\}|\d+(?:[.,]\d+)*|[^\s\d!-/:-@\[-^`{-~][^\s!-/:-@\[-^`{-~]*|[!-/:-@\[-^`{-~]"
)
_MOST = 300  # words that come and go: beyond, two texts have too little in common to align
_CONTEXT = 4  # words beside a change that show where it is

Piece = tuple[str, str]  # ("=" | "-" | "+", text)


def word_diff(before: str, after: str) -> list[Piece]:
    """Pieces of text: `=` and `-` put together are the one, `=` and `+` the other."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    shortest = min(len(old), len(new))
    head = next((at for at in range(shortest) if old[at] != new[at]), shortest)
    rest = shortest - head
    tail = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    middle = _aligned(old[head : len(old) - tail], new[head : len(new) - tail])
    same = (
        [(_SAME, word) for word in old[:head]],
        [(_SAME, word) for word in old[len(old) - tail :]],
    )
    return _joined([*same[0], *middle, *same[1]])


def shortened(pieces: list[Piece], words: int = _CONTEXT) -> list[Piece]:
    """The same, where of what stays only the words beside a change are left, and `…` for the rest.

    A text without a change stays whole.
    """
    if all(kind == _SAME for kind, _ in pieces):
        return pieces
    last = len(pieces) - 1
    return [
        (kind, _around(text, words if at else 0, words if at < last else 0))
        if kind == _SAME
        else (kind, text)
        for at, (kind, text) in enumerate(pieces)
    ]


def _around(text: str, first: int, last: int) -> str:
    """A stretch's first and last words, blanks kept, and what is between them as `…`."""
    tokens = re.findall(r"\s+|\S+", text)  # every other one is a blank
    head = 2 * first - (not tokens[0].isspace()) if first else 0
    tail = 2 * last - (not tokens[-1].isspace()) if last else 0
    if len(tokens) <= head + tail + 1:
        return text
    return "".join([*tokens[:head], "…", *(tokens[-tail:] if tail else ())])


def _aligned(old: list[str], new: list[str]) -> list[Piece]:
    """The shortest way from one list of words to another (Myers), while it is short."""
    trace: list[dict[int, int]] = []
    reach = {1: 0}  # by diagonal: how far into `old` so many steps lead
    for steps in range(min(_MOST, len(old) + len(new)) + 1):
        trace.append(dict(reach))
        for diagonal in range(-steps, steps + 1, 2):
            at = _next(reach, diagonal, steps)
            while at < len(old) and at - diagonal < len(new) and old[at] == new[at - diagonal]:
                at += 1
            reach[diagonal] = at
            if at >= len(old) and at - diagonal >= len(new):
                return _walked(old, new, trace)
    return [*((_GONE, word) for word in old), *((_NEW, word) for word in new)]


def _down(reach: dict[int, int], diagonal: int, steps: int) -> bool:
    """Whether the best step to a diagonal takes in a new word, and not an old one away."""
    lowest = diagonal == -steps
    return lowest or (diagonal != steps and reach[diagonal - 1] < reach[diagonal + 1])


def _next(reach: dict[int, int], diagonal: int, steps: int) -> int:
    """How far into `old` one more step leads on a diagonal."""
    down = _down(reach, diagonal, steps)
    return reach[diagonal + 1] if down else reach[diagonal - 1] + 1


def _walked(old: list[str], new: list[str], trace: list[dict[int, int]]) -> list[Piece]:
    """The way that a trace took, from its end back to its start."""
    found: list[Piece] = []
    at, to = len(old), len(new)
    for steps in range(len(trace) - 1, -1, -1):
        reach, diagonal = trace[steps], at - to
        start = _next(reach, diagonal, steps)
        while at > start and to > start - diagonal:
            at, to = at - 1, to - 1
            found.append((_SAME, old[at]))
        if not steps:
            break
        if _down(reach, diagonal, steps):
            to -= 1
            found.append((_NEW, new[to]))
        else:
            at -= 1
            found.append((_GONE, old[at]))
    return found[::-1]


def _joined(words: list[Piece]) -> list[Piece]:
    """Words → pieces: what goes before what comes, and no blank alone between two changes."""
    found: list[Piece] = []
    runs = [
        (kind == _SAME, list(run))
        for kind, run in groupby(words, key=lambda one: _SAME if one[0] == _SAME else _NEW)
    ]
    changed: list[Piece] = []
    for number, (same, run) in enumerate(runs):
        text = "".join(word for _, word in run)
        if not same:
            changed += run
        elif text.isspace() and 0 < number < len(runs) - 1:
            changed += [(_GONE, text), (_NEW, text)]
        else:
            found += [*_sides(changed), (_SAME, text)]
            changed = []
    return [*found, *_sides(changed)]


def _sides(changed: list[Piece]) -> list[Piece]:
    """A changed stretch in two pieces: what goes, and what comes."""
    texts = [(kind, "".join(word for one, word in changed if one == kind)) for kind in "-+"]
    return [(kind, text) for kind, text in texts if text]
