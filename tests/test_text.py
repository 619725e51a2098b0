"""Text that is not ours: what may stand in a code, and how anything is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.text import clip, code_problem, folded, unseen, visible


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("50% off", "50% off", id="plain"),
        pytest.param("दिवाली 🎂 é", "दिवाली 🎂 é", id="letters of any script"),
        pytest.param("a\nb", "a\\nb", id="a line break"),
        pytest.param("a\x1b[31mb", "a\\x1b[31mb", id="a colour"),
        pytest.param("a\x9b31m", "a\\x9b31m", id="a C1 control"),
        pytest.param("a\u202eb", "a\\u202eb", id="a bidi override"),
        pytest.param("a\u200bb", "a\\u200bb", id="a zero-width space"),
        pytest.param("a\u2028b", "a\\u2028b", id="a line separator"),
        pytest.param("a\udcffb", "a\\udcffb", id="a byte that is not UTF-8"),
        pytest.param("::error::x", ":\\x3aerror:\\x3ax", id="a workflow command"),
        pytest.param("a ##[add-mask]b", "a #\\x23[add-mask]b", id="an older command"),
        pytest.param("##vso[task.x]", "#\\x23vso[task.x]", id="a command of Azure"),
        pytest.param(":::", ":\\x3a:", id="three colons"),
        pytest.param("# Terms: 10:30", "# Terms: 10:30", id="what only looks like one"),
    ],
)
def test_what_could_act_is_shown_escaped(raw: str, shown: str) -> None:
    assert shown == visible(raw)


@given(st.text())
def test_nothing_shown_can_act(raw: str) -> None:
    shown = visible(raw)

    assert not any(unseen(character) for character in shown)
    assert "::" not in shown
    assert "##[" not in shown


@given(st.text())
def test_what_is_shown_is_shown_alike_again(raw: str) -> None:
    assert visible(raw) == visible(visible(raw))


@pytest.mark.parametrize(
    ("code", "said", "write"),
    [
        pytest.param(
            "", "a code needs at least one visible", "a code such as APRIL100", id="empty"
        ),
        pytest.param(" \t", "a code needs at least one visible", "a code such as", id="blanks"),
        pytest.param("\u200b", "a code needs at least one visible", "a code such as", id="hidden"),
        pytest.param(
            "\u3164", "a code needs at least one visible", "a code such as", id="a filler"
        ),
        pytest.param(" A", "blanks at its ends", "A", id="a blank before"),
        pytest.param("A\u00a0", "blanks at its ends", "A", id="a hard blank after"),
        pytest.param("A\u200bB", "nobody sees: U+200B", "AB", id="a zero-width space"),
        pytest.param("A\tB", "nobody sees: U+0009", "AB", id="a tab"),
        pytest.param("A\u202eB", "nobody sees: U+202E", "AB", id="a bidi override"),
        pytest.param("A\ufe0f", "nobody sees: U+FE0F", "A", id="a variation selector"),
        pytest.param("A\u034fB", "nobody sees: U+034F", "AB", id="a grapheme joiner"),
        pytest.param("A\u2800B", "nobody sees: U+2800", "AB", id="a blank of Braille"),
    ],
)
def test_a_code_that_people_could_mistake_is_refused(code: str, said: str, write: str) -> None:
    problem = code_problem(code)

    assert problem is not None
    assert said in problem[0]
    assert problem[1].startswith(write)


@pytest.mark.parametrize("code", ["APRIL100", "A B", "दिवाली", "é", "a-b_c.d/e"])
def test_an_ordinary_code_is_fine(code: str) -> None:
    assert code_problem(code) is None


@given(st.text())
def test_what_is_written_in_place_of_a_bad_code_is_a_good_one(code: str) -> None:
    problem = code_problem(code)

    assert problem is None or code_problem(problem[1]) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("April", "APRIL", id="case"),
        pytest.param("é", "e\u0301", id="composition"),
        pytest.param("É", "e\u0301", id="both"),
        pytest.param("straße", "STRASSE", id="a letter that folds to two"),
    ],
)
def test_codes_that_read_alike_are_one(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_codes_with_other_accents_are_two() -> None:
    assert folded("e") != folded("é")


def test_a_long_text_is_cut_in_a_message() -> None:
    assert clip("abcdef", 4) == "abc…"
    assert clip("abcd", 4) == "abcd"
