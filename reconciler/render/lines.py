"""Coloured words on lines of a width: broken at blanks, never inside a word."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.render.ink import Ink

TIE = "\0"  # a blank of our own where no line ends; no safe text holds one
_CHUNK = re.compile(r" +|[^ ]+")
_NO_COLUMN = frozenset({"Mn", "Me"})


class Span(NamedTuple):
    """Text of one colour; safe to show, without an end of line."""

    text: str
    colour: str = ""


def columns(text: str) -> int:
    """How many columns a terminal gives a text."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(character) in _NO_COLUMN
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def laid(
    spans: Iterable[Span], width: int, ink: Ink, indent: int = 0, hang: int = 4
) -> Iterator[str]:
    """The lines of one paragraph, the further ones indented by `hang` more. A word that is longer
    than a line stands alone on one.
    """
    spans = [one for one in spans if one.text]
    whole = sum(columns(one.text) for one in spans)
    if spans and indent + whole <= width and not spans[-1].text.endswith(" "):
        yield _painted(spans, indent, ink)  # nearly all of them
        return
    line: list[Span] = []
    used, edge = indent, indent
    for gap, word in _words(spans):
        needed = sum(columns(one.text) for one in word)
        room = sum(len(one.text) for one in gap)
        if line and used + room + needed > width:
            yield _painted(line, edge, ink)
            edge = indent + hang
            line, used = list(word), edge + needed
        else:
            line += [*gap, *word]
            used += room + needed
    if line:
        yield _painted(line, edge, ink)


def _words(spans: Iterable[Span]) -> Iterator[tuple[list[Span], list[Span]]]:
    """Each word with the blanks before it; a word may go on from one span to the next."""
    gap: list[Span] = []
    word: list[Span] = []
    for text, colour in spans:
        for chunk in _CHUNK.findall(text):
            if chunk[0] != " ":
                word.append(Span(chunk, colour))
                continue
            if word:
                yield gap, word
                gap, word = [], []
            gap.append(Span(chunk, colour))
    if word:
        yield gap, word


def _painted(line: list[Span], edge: int, ink: Ink) -> str:
    runs = [
        (colour, "".join(one.text for one in run))
        for colour, run in groupby(line, key=lambda one: one.colour)
    ]
    painted = "".join(ink(text, colour) if colour else text for colour, text in runs)
    return " " * edge + painted.replace(TIE, " ")
