"""Two texts word by word: the pieces give both back, and only what moves is marked."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.worddiff import shortened, word_diff

WORDS = st.lists(
    st.sampled_from(["a", "b", "10", " ", "  ", "\n", ", ", ".", "{{x}}", "दिवाली", "_", "é"]),
    max_size=30,
).map("".join)


@given(WORDS | st.text(), WORDS | st.text())
def test_the_pieces_give_both_texts_back(before: str, after: str) -> None:
    pieces = word_diff(before, after)

    assert before == "".join(text for kind, text in pieces if kind != "+")
    assert after == "".join(text for kind, text in pieces if kind != "-")


@given(WORDS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert [("=", text)] * bool(text) == word_diff(text, text)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param("a b c", "a x c", "a [b|x] c", id="a word for another"),
        pytest.param("a c", "a b c", "a [|b ]c", id="a word more"),
        pytest.param("a b c", "a c", "a [b |]c", id="a word less"),
        pytest.param("a b c d", "a x y d", "a [b c|x y] d", id="words side by side are one piece"),
        pytest.param("1,500 off", "1,200 off", "[1,500|1,200] off", id="a figure is one word"),
        pytest.param("at {{a}}!", "at {{b}}!", "at [{{a}}|{{b}}]!", id="so is a placeholder"),
        pytest.param("the end.", "the end!", "the end[.|!]", id="a mark is a word"),
        pytest.param("", "new", "[|new]", id="from nothing"),
        pytest.param("", "", "", id="nothing"),
    ],
)
def test_what_moves_is_told_by_word(before: str, after: str, expected: str) -> None:
    shown, changed = "", {"-": "", "+": ""}
    for kind, text in [*word_diff(before, after), ("=", "")]:
        if kind == "=" and any(changed.values()):
            shown += f"[{changed['-']}|{changed['+']}]"
            changed = {"-": "", "+": ""}
        if kind == "=":
            shown += text
        else:
            changed[kind] += text

    assert expected == shown


def test_of_what_stays_only_the_words_beside_a_change_are_shown() -> None:
    one, two = "one two three four five six old seven eight nine ten eleven", "old"

    assert [
        ("=", "…five six "),
        ("-", "old"),
        ("+", "new"),
        ("=", " seven eight…"),
    ] == shortened(word_diff(one, one.replace(two, "new")), words=2)


def test_between_two_changes_both_ends_of_what_stays_are_shown() -> None:
    before, after = "x a b c d e f g y", "X a b c d e f g Y"

    assert " a b…f g " == shortened(word_diff(before, after), words=2)[2][1]


def test_a_text_without_a_change_stays_whole() -> None:
    assert [("=", "a b c d e f")] == shortened([("=", "a b c d e f")], words=1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a " * 10_000, "b " * 10_000, id="nothing in common"),
        pytest.param("a b " * 5_000, "b a c " * 3_300, id="everything repeats"),
        pytest.param("w " * 9_000 + "old", "w " * 9_000 + "new", id="one word at the end"),
    ],
)
def test_long_texts_take_no_time(before: str, after: str) -> None:
    start = time.process_time()

    word_diff(before, after)

    assert time.process_time() - start < 2
