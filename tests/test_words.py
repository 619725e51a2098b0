"""Values in words: what is shown of them, what is left out, and what a list gains and loses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.ink import Ink
from reconciler.render.words import cut, many, members, shown
from reconciler.text import unseen
from reconciler.values import Mark

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        pytest.param(0, "0 writes", id="none"),
        pytest.param(1, "1 write", id="one"),
        pytest.param(12_345, "12,345 writes", id="grouped with commas"),
    ],
)
def test_counts_agree_with_their_noun(count: int, said: str) -> None:
    assert many(count, "write") == said


def test_a_plural_of_its_own_is_taken() -> None:
    assert many(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("a", '"a"', id="a text"),
        pytest.param("दिवाली", '"दिवाली"', id="letters of any script"),
        pytest.param(5, "5", id="a number"),
        pytest.param(False, "false", id="a boolean"),
        pytest.param(None, "null", id="nothing"),
        pytest.param({"dow": [6, 7]}, '{"dow": [6, 7]}', id="a structure"),
        pytest.param("a\n::error::b", '"a\\n:\\x3aerror:\\x3ab"', id="a command"),
        pytest.param(None, "null", id="null"),
    ],
)
def test_a_value_is_shown_on_one_line(value: object, text: str) -> None:
    assert shown(value) == text


def test_what_is_cut_is_counted() -> None:
    assert cut("x" * 1_300) == "x" * 200 + "… 1,100 more not shown"
    assert cut("x" * 200) == "x" * 200


@given(ANYTHING)
def test_no_value_acts_on_a_terminal_or_a_runner(value: object) -> None:
    assert not any(unseen(character) for character in shown(value))
    assert "::" not in shown(value)


SKU = ["SKU", "productIds", [1, 2]]
LONG = "c" * 300


@pytest.mark.parametrize(
    ("path", "now", "then", "expected"),
    [
        pytest.param("discountValue", 1, 2, [], id="no list"),
        pytest.param(
            "productInfo",
            [SKU],
            [["SKU", "productIds", [2, 3]]],
            ["- SKU productIds 1", "+ SKU productIds 3"],
            id="products",
        ),
        pytest.param(
            "productInfo",
            [["BRAND", "productCodes", [LONG]]],
            [],
            [f'- BRAND productCodes "{LONG}"'],
            id="a long member, whole",
        ),
        pytest.param(
            "redemptionOrgEntityDetails",
            [["TILL", 7]],
            [["TILL", 8], ["ZONE", 7]],
            ["- TILL 7", "+ TILL 8", "+ ZONE 7"],
            id="places",
        ),
        pytest.param("mutualExclusiveSeriesIds", [1], [1, 2], ["+ id 2"], id="ids"),
        pytest.param(
            "productInfo",
            Mark.ABSENT,
            [SKU],
            ["+ SKU productIds 1", "+ SKU productIds 2"],
            id="from unset",
        ),
        pytest.param(
            "mutualExclusiveSeriesIds",
            ["?", "odd"],
            [3],
            ["+ id 3"],
            id="from an undocumented shape",
        ),
    ],
)
def test_a_list_shows_every_member_that_comes_or_goes(
    path: str, now: object, then: object, expected: list[str]
) -> None:
    assert [f"{sign} {member}" for sign, member in members(path, now, then)] == expected


def test_a_hundred_members_are_a_hundred_lines() -> None:
    assert len(list(members("mutualExclusiveSeriesIds", [], list(range(100))))) == 100


def test_ink_paints_only_where_colour_is_wanted() -> None:
    assert (Ink()("a", "red"), Ink(colour=True)("a", "red")) == ("a", "\x1b[31ma\x1b[0m")
