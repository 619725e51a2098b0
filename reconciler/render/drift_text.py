"""Drift for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.render.drift_words import RETIRED, UNNAMED, DriftStory
from reconciler.render.entries import aside_lines, warning_spans
from reconciler.render.lines import TIE, Span, columns, laid
from reconciler.render.meaning import cost
from reconciler.render.shortlines import exposures
from reconciler.render.story import AsideGroup
from reconciler.render.worddiff import shortened
from reconciler.render.words import few, many
from reconciler.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.drift import Drift, Drifted
    from reconciler.render.drift_words import Move
    from reconciler.render.ink import Ink

_INSIDE = 4
_WIDEST_NAME = 28  # a longer path pushes its own value along, not those of others
_COLOURS = {"▲": "yellow", "▼": "green", "~": ""}
_MARKS = {"=": ("", "", ""), "-": ("[-", "-]", "red"), "+": ("{+", "+}", "green")}


def drift_text(drift: Drift, ink: Ink, *, width: int = 80) -> str:
    """What moved in live, the most generous first, and both answers to it."""
    story = DriftStory(drift)
    if not (drift.series or drift.asides or drift.warnings):
        return "\n".join([f"{story.headline}.", *_laid_ends(drift, ink, width)])
    where = f" on {visible(drift.host)}" if drift.host != drift.target else ""
    lines = [f"Drift in {visible(drift.target)}{where}"]
    lines += [*laid([Span(_headline(story), "bold")], width, ink), ""]
    for sentences in story.lead:
        lines += [*laid([Span(sentences)], width, ink, hang=0), ""]
    for title, entries in _sections(story, ink, width):
        lines += [ink(title, "bold"), ""]
        for entry in entries:
            lines += [*entry, ""]
    for warning in drift.warnings:
        lines += laid(warning_spans(warning), width, ink)
    if drift.warnings:
        lines.append("")
    return "\n".join([*lines, *_laid_ends(drift, ink, width)]).rstrip("\n")


def _headline(story: DriftStory) -> str:
    series = story.drift.series
    costs = exposures([one.exposure for one in series])
    return f"{story.headline}; cost at worst {costs}" if series else f"{story.headline}."


def _sections(story: DriftStory, ink: Ink, width: int) -> Iterator[tuple[str, list[list[str]]]]:
    """The titles that have something below them, and what."""
    for title, some in story.parts.items():
        if some:
            yield title, [[*_series(story, one, ink, width)] for one in some]
    if story.drift.asides:
        groups = [AsideGroup((one,)) for one in story.drift.asides]
        yield RETIRED, [[*aside_lines(one, story.drift.zone, ink, width)] for one in groups]


def _series(story: DriftStory, one: Drifted, ink: Ink, width: int) -> Iterator[str]:
    """One series: what it may cost, what moved, and the command that accepts it."""
    yield from laid(_heading(one), width, ink, hang=_INSIDE)
    what = [Span(f"cost at worst {cost(one.exposure)}")]
    if one.missing is not None:
        what = [Span(f"✗ {story.gone}", "red"), Span(f": {visible(one.missing)}")]
    yield from laid(what, width, ink, _INSIDE)
    moves = story.moves(one)
    name = min(max((columns(visible(move.path)) for move in moves), default=0), _WIDEST_NAME)
    for move in moves:
        yield from laid(_field(one, move, name), width, ink, _INSIDE)
        for sign, member in move.members:
            found = [Span(sign, "green" if sign == "+" else "red"), Span(f" {member}")]
            yield from laid(found, width, ink, 2 * _INSIDE)
        if move.file:
            both = [Span("conflict", "red"), Span(f": the file wants {visible(move.file)} by now")]
            yield from laid(both, width, ink, 2 * _INSIDE)
    if moves:
        yield from laid(_answer(story, one), width, ink, _INSIDE)


def _heading(one: Drifted) -> Iterator[Span]:
    known = [f"id {one.id}"] if one.id is not None else []
    known += [f"{one.issued:,} issued"] if one.issued else []
    yield Span("≠", "yellow")
    yield Span(" ")
    yield Span(visible(one.code), "bold")
    yield Span(f" ({', '.join(known)})" if known else "")
    yield Span("  ")
    yield Span(visible(f"{one.file}:{one.line}"), "dim")


def _field(one: Drifted, move: Move, width: int) -> Iterator[Span]:
    path, colour = visible(move.path), _COLOURS[move.sign]
    yield Span(move.sign, colour)
    yield Span(f" {path}{' ' * max(width - columns(path), 0)}  ")
    if move.pieces:
        yield Span('"')
        for kind, text in shortened([*move.pieces]):
            start, end, shade = _MARKS[kind]
            yield Span(f"{start}{_unmarked(visible(text))}{end}", shade)
        yield Span('"')
    else:
        both = f"{visible(move.before)} → {visible(move.after)}"
        yield Span("see what comes and goes" if move.long else both)
    yield Span(f"  {visible(f'{one.file}:{move.line}')}", "dim")
    yield Span(f"  {move.does.replace(' ', TIE)}", colour)


def _unmarked(text: str) -> str:
    """A text in which nothing looks like a mark of what comes or goes."""
    for mark in ("[-", "-]", "{+", "+}"):
        text = text.replace(mark, f"{mark[0]}\\{mark[1]}")
    return text


def _answer(story: DriftStory, one: Drifted) -> Iterator[Span]:
    """The command that accepts it, in one piece to be copied."""
    whole, first = story.accept(one)
    if not whole:
        yield Span(UNNAMED)
        return
    yield Span(f"accept it: {whole.replace(' ', TIE)}")
    if first:
        yield Span(f" (one field: {first.rpartition(' --accept ')[2].replace(' ', TIE)})")


def _laid_ends(drift: Drift, ink: Ink, width: int) -> Iterator[str]:
    for end in _ends(drift):
        yield from laid([Span(end)], width, ink)


def _ends(drift: Drift) -> Iterator[str]:
    """What did not move, what is not managed, and what it was compared with."""
    kept = []
    if drift.series:
        count = many(drift.fields_compared, "field")
        word = "as applied" if drift.base else "as the files say"
        kept.append(f"{drift.unchanged:,} {word} ({count} compared)")
    if drift.unmanaged:
        codes = few([visible(clip(code)) or f"id {number}" for number, code in drift.unmanaged])
        kept.append(f"{len(drift.unmanaged):,} live in no file ({codes})")
    if kept:
        yield f"{', '.join(kept)}."
    if drift.base and drift.series:
        yield f"What was applied is known from {drift.base}."
