"""What is wrong in files: for people, for programs, and as GitHub's annotations."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from reconciler.render.words import many
from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.problem import Problem
    from reconciler.render.ink import Ink

_LONGEST = 160


def problems_text(problems: Sequence[Problem], ink: Ink) -> str:
    """Each problem with its place, its rule, the source line, and what to write instead."""
    return "\n".join(_text(problem, ink) for problem in problems)


def _text(problem: Problem, ink: Ink) -> str:
    colour = "red" if problem.severity == "error" else "yellow"
    place = ink(visible(f"{problem.file}:{problem.line}:{problem.column}"), "bold")
    head = f"{place}: {ink(problem.severity, colour)} [{problem.rule}] {visible(problem.message)}"
    lines = [head]
    if problem.source.strip():
        before, source = _around(problem.source, problem.column - 1)
        number = f"{problem.line:>5} | "
        lines += [number + source, " " * (len(number) + _width(before)) + ink("^", colour)]
    if problem.hint:
        lines.append(f"      write: {visible(problem.hint)}")
    return "\n".join(lines)


def _around(source: str, at: int) -> tuple[str, str]:
    """The part of a line around a place, and what of it stands before the place, made visible."""
    start = max(0, min(at - _LONGEST // 2, len(source) - _LONGEST))
    lead, trail = "…" * (start > 0), "…" * (start + _LONGEST < len(source))
    part = source[start : start + _LONGEST]
    return lead + visible(part[: at - start]), lead + visible(part) + trail


def _width(text: str) -> int:
    """How many columns a terminal gives a text."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def verdict(problems: Sequence[Problem], files: int) -> str:
    """The last line of a check."""
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    said = many(errors, "error") if errors else "no errors"
    more = f", {many(warnings, 'warning')}" if warnings else ""
    return f"{many(files, 'file')} checked: {said}{more}."


def problems_json(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Each problem as an object."""
    return [
        {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "severity": problem.severity,
            "rule": problem.rule,
            "message": problem.message,
            "write": problem.hint or None,
        }
        for problem in problems
    ]


def problems_github(problems: Sequence[Problem]) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request."""
    return "\n".join(
        f"::{problem.severity} file={_property(problem.file)},line={problem.line},"
        f"col={problem.column},title={_property(problem.rule)}::{_data(_words(problem))}"
        for problem in problems
    )


def _words(problem: Problem) -> str:
    hint = f"; write: {problem.hint}" if problem.hint else ""
    return visible(problem.message + hint)


def command(severity: str, file: str, line: int, title: str, message: str) -> str:
    """One annotation of a line of a file, whatever the texts hold."""
    place = f"file={_property(file)},line={line},title={_property(title)}"
    return f"::{severity} {place}::{_data(visible(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
