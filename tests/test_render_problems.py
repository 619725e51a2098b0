"""Problems for people, for programs and for GitHub: nothing in them can act."""

from __future__ import annotations

import pytest

from reconciler.problem import Problem
from reconciler.render.ink import Ink
from reconciler.render.problems import problems_github, problems_json, problems_text, verdict

PLAIN = Ink()
ONE = Problem("a.yaml", 2, 7, "percent", "too much", "100", source="value: 101")
WARNED = Problem("a.yaml", 3, 1, "day-moves", "it moves", severity="warning")


def test_a_problem_shows_its_place_its_line_and_what_to_write() -> None:
    assert problems_text([ONE], PLAIN).splitlines() == [
        "a.yaml:2:7: error [percent] too much",
        "    2 | value: 101",
        "              ^",
        "      write: 100",
    ]


def test_a_problem_without_line_or_hint_is_one_line() -> None:
    assert problems_text([WARNED], PLAIN) == "a.yaml:3:1: warning [day-moves] it moves"


def test_colour_marks_the_severity() -> None:
    shown = problems_text([ONE, WARNED], Ink(colour=True))

    assert "\x1b[31merror\x1b[0m" in shown
    assert "\x1b[33mwarning\x1b[0m" in shown


@pytest.mark.parametrize(
    ("source", "column", "under"),
    [
        pytest.param("a: 日本 x", 7, "x", id="wide characters"),
        pytest.param("a: \x1b x", 6, "x", id="an escape"),
        pytest.param("y" * 500 + "x" + "y" * 500, 501, "x", id="a long line"),
        pytest.param("y" * 500 + "x", 501, "x", id="a long line's end"),
        pytest.param("x" + "y" * 500, 1, "x", id="a long line's start"),
    ],
)
def test_the_caret_stands_under_its_place(source: str, column: int, under: str) -> None:
    wide = {"日", "本"}
    problem = Problem("a.yaml", 1, column, "rule", "message", source=source)

    _, line, caret = problems_text([problem], PLAIN).splitlines()
    cells = "".join(character + " " * (character in wide) for character in line)

    assert cells[caret.index("^")] == under
    assert len(line) < 200


NASTY = [
    pytest.param("::error::x", id="a workflow command"),
    pytest.param("x\n::error::x", id="a line of its own"),
    pytest.param("x\r::error::x", id="a carriage return"),
    pytest.param("##[error]x", id="an older command"),
    pytest.param("a\u2028::error::x", id="a line separator"),
    pytest.param("\x1b[2J\u202e", id="control and bidi characters"),
]


@pytest.mark.parametrize("nasty", NASTY)
def test_no_text_of_others_acts_in_text(nasty: str) -> None:
    shown = problems_text([Problem(nasty, 1, 1, "rule", nasty, nasty, source=nasty)], PLAIN)

    assert "::" not in shown
    assert "##[" not in shown
    assert len(shown.splitlines()) == 4
    assert shown.replace("\n", "").isprintable()


@pytest.mark.parametrize("nasty", NASTY)
def test_no_text_of_others_adds_a_command_for_github(nasty: str) -> None:
    shown = problems_github([Problem(nasty, 1, 1, "rule", nasty, nasty)])

    assert len(shown.splitlines()) == 1
    assert shown.startswith("::error file=")
    assert shown.count("::") == 2
    assert shown.isprintable()


def test_github_gets_place_rule_and_hint() -> None:
    problem = Problem("a,b:c%.yaml", 2, 7, "percent", "100% too much", "100")

    assert problems_github([problem, WARNED]).splitlines() == [
        "::error file=a%2Cb%3Ac%25.yaml,line=2,col=7,title=percent::100%25 too much; write: 100",
        "::warning file=a.yaml,line=3,col=1,title=day-moves::it moves",
    ]


def test_programs_get_every_part() -> None:
    assert problems_json([ONE, WARNED]) == [
        {
            "file": "a.yaml",
            "line": 2,
            "column": 7,
            "severity": "error",
            "rule": "percent",
            "message": "too much",
            "write": "100",
        },
        {
            "file": "a.yaml",
            "line": 3,
            "column": 1,
            "severity": "warning",
            "rule": "day-moves",
            "message": "it moves",
            "write": None,
        },
    ]


@pytest.mark.parametrize(
    ("problems", "files", "said"),
    [
        ([], 0, "0 files checked: no errors."),
        ([], 1, "1 file checked: no errors."),
        ([ONE], 2, "2 files checked: 1 error."),
        ([ONE, ONE, WARNED], 2, "2 files checked: 2 errors, 1 warning."),
        ([WARNED], 2, "2 files checked: no errors, 1 warning."),
    ],
    ids=["nothing", "one file", "one error", "errors and a warning", "a warning"],
)
def test_the_last_line_counts(problems: list[Problem], files: int, said: str) -> None:
    assert said == verdict(problems, files)
