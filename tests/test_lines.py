"""Words on lines of a width: broken at blanks, never inside a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.ink import Ink
from reconciler.render.lines import TIE, Span, columns, laid

TEXTS = st.text("ab é日 ", max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("abc", 3, id="letters"),
        pytest.param("日本", 4, id="wide letters"),
        pytest.param("e\u0301", 1, id="a mark over its letter"),
    ],
)
def test_columns_are_those_of_a_terminal(text: str, expected: int) -> None:
    assert expected == columns(text)


def test_further_lines_hang_below_the_first() -> None:
    lines = laid([Span("one two three four")], 13, Ink(), indent=2, hang=2)

    assert ["  one two", "    three", "    four"] == list(lines)


def test_a_word_longer_than_a_line_stands_alone() -> None:
    lines = laid([Span("a looooooong b")], 6, Ink(), hang=2)

    assert ["a", "  looooooong", "  b"] == list(lines)


def test_a_word_of_two_colours_is_not_broken() -> None:
    spans = [Span("aa bb", "red"), Span("cc dd", "green")]

    assert ["aa", "bbcc", "dd"] == list(laid(spans, 5, Ink(), hang=0))


def test_no_line_ends_at_a_tie() -> None:
    assert ["a", "line 6"] == list(laid([Span(f"a line{TIE}6")], 6, Ink(), hang=0))


def test_colour_ends_with_its_line() -> None:
    lines = laid([Span("aa bb", "red")], 3, Ink(colour=True), hang=0)

    assert ["\x1b[31maa\x1b[0m", "\x1b[31mbb\x1b[0m"] == list(lines)


def test_nothing_takes_no_line() -> None:
    assert [] == list(laid([Span("")], 80, Ink()))


@given(st.lists(st.builds(Span, TEXTS, st.sampled_from(["", "red"]))), st.integers(1, 30))
def test_every_word_is_there_in_its_order(spans: list[Span], width: int) -> None:
    lines = list(laid(spans, width, Ink(), indent=1))

    assert " ".join(lines).split() == "".join(one.text for one in spans).split()
    assert [] == [one for one in lines if columns(one) > width and " " in one.strip(" ")]
