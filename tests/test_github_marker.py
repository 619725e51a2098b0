"""The marker of a comment: what is signed comes back, and nothing that was touched does."""

from __future__ import annotations

import random
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from merged import KEY, OTHER_KEY

from reconciler.github.marker import Marker, claimed, comment, cut, digests, prefix, verified

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BODY = "### Plan for eu-prod\n\n- `DIWALI` 10% → 20%\n\nThe end.  \n"
NASTY = (
    "-->",
    "<!--",
    '"',
    "'",
    " ",
    "a b",
    "\n",
    "\u202e",
    "é",
    "💥",
    "\x00",
    "--",
    "\\",
    "\ud800",
)


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def marker(changes: dict[str, str], **changed: Any) -> Marker:  # noqa: ANN401 - any of its fields
    usual: dict[str, Any] = {
        "repository": "shop/coupons",
        "number": 7,
        "head": "a" * 40,
        "base": "b" * 40,
        "target": "eu-prod",
        "run": 12,
        "attempt": 1,
        "shown": SHOWN,
        "written": SHOWN,
        "authors": ("priya", "asha"),
        "changes": changes,
    }
    return Marker(**{**usual, **changed})


def many(count: int) -> dict[str, str]:
    return {f"CODE{number:04}": digest(number + 2**250) for number in range(count)}


SIGNED = comment(marker(many(3)), BODY, KEY)
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=12))


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(TEXTS, st.integers(0, 2**256 - 1).map(digest), max_size=6),
    st.sampled_from([0, 1, 200, 201, 600]),
    TEXTS,
    st.lists(TEXTS, max_size=3),
    st.one_of(st.none(), st.just("b" * 40)),
    st.booleans(),
    st.one_of(st.none(), st.integers(1, 2**53)),
)
def test_what_was_signed_comes_back(
    odd: dict[str, str],
    count: int,
    target: str,
    authors: list[str],
    base: str | None,
    strict: bool,
    number: int | None,
) -> None:
    target = target.encode("utf-8", "replace").decode()  # a name of the configuration
    changes = digests(many(count) | odd)
    about_it = {"authors": tuple(authors), "base": base, "strict": strict, "comment": number}
    about_it["forgotten"] = not strict
    made = marker(changes, target=target, **about_it)

    text = comment(made, BODY, KEY)

    assert made == verified(text, KEY)
    assert made == claimed(text)
    assert text.startswith(prefix(target))
    assert 1 == text.split("\n")[0].count("-->")


@pytest.mark.parametrize(("count", "width"), [(0, 0), (1, 64), (200, 64), (201, 32), (600, 32)])
def test_of_more_than_200_changes_each_digest_has_its_first_128_bits(
    count: int, width: int
) -> None:
    changes = many(count)
    held = digests(changes)

    assert sorted(changes) == list(held)
    assert {width} - {0} == {len(one) for one in (value[7:] for value in held.values())}
    assert all(changes[code].startswith(one) for code, one in held.items())
    assert all(cut(changes[code]) in {one, cut(one)} for code, one in held.items())


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(SIGNED) - 1), st.characters(codec="utf-8"))
def test_any_other_character_anywhere_does_not_verify(at: int, put: str) -> None:
    edited = SIGNED[:at] + put + SIGNED[at + 1 :]
    blank = {" ", "\t", "\r"} & {put, SIGNED[at]} and is_end(at)

    if edited != SIGNED and not blank:
        assert verified(edited, KEY) is None


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 30))
def test_nothing_can_be_left_out(at: int, count: int) -> None:
    gone = SIGNED[at : at + count]

    if gone.strip(" \n") and SIGNED.replace(gone, "", 1) != SIGNED:
        assert verified(SIGNED[:at] + SIGNED[at + count :], KEY) is None


@pytest.mark.parametrize(
    "separator", ["\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\r", "", " "]
)
def test_two_lines_do_not_become_one(separator: str) -> None:
    head, body = SIGNED.split("\n", 1)

    assert verified(f"{head}\n{body.replace(chr(10), separator, 1)}", KEY) is None


def is_end(at: int) -> bool:
    """Whether nothing but blanks follows in the line."""
    return not SIGNED[at + 1 :].split("\n")[0].strip(" \t\r")


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="line ends of a browser"),
        pytest.param(lambda text: text.replace("\n", " \t\n"), id="blanks at the ends of lines"),
        pytest.param(lambda text: text.rstrip(), id="no line end at the end"),
        pytest.param(lambda text: f"{text}\n\n", id="empty lines at the end"),
    ],
)
def test_what_a_browser_does_to_blanks_is_no_edit(edit: Callable[[str], str]) -> None:
    first, rest = SIGNED.split("\n", 1)

    assert marker(many(3)) == verified(f"{first}\n{edit(rest)}", KEY)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda text: f" {text}", id="a blank before it"),
        pytest.param(lambda text: f"x\n{text}", id="a line before it"),
        pytest.param(lambda text: f"{text}and more", id="a word after it"),
        pytest.param(lambda text: text.replace(" -->\n", " -->"), id="no line end behind it"),
        pytest.param(lambda text: text.replace(" -->\n", " --> 5\n"), id="a word behind it"),
        pytest.param(lambda text: text.replace(" -->", "= -->"), id="another spelling of its end"),
        pytest.param(lambda text: text.split("\n")[0], id="the marker alone"),
        pytest.param(lambda text: text.replace("eu-prod ", "us-prod ", 1), id="another target"),
        pytest.param(lambda text: text.replace("20%", "90%"), id="another value"),
        pytest.param(lambda text: text[:0], id="nothing"),
    ],
)
def test_an_edited_comment_does_not_verify(edit: Callable[[str], str]) -> None:
    assert verified(edit(SIGNED), KEY) is None


def test_neither_another_key_nor_none_verifies() -> None:
    made = marker(many(3))

    assert verified(SIGNED, OTHER_KEY) is None
    assert verified(comment(made, BODY, OTHER_KEY), KEY) is None
    assert verified(comment(made, BODY, None), KEY) is None
    assert made == claimed(comment(made, BODY, None))


def test_a_marker_does_not_go_with_another_text() -> None:
    other = comment(marker(many(3)), "### Nothing to see\n", KEY)
    first = SIGNED.split("\n", 1)[0]

    assert verified(f"{first}\n{other.split(chr(10), 1)[1]}", KEY) is None


def test_600_changes_take_less_than_20000_characters() -> None:
    random.seed(4)
    words = ("DIWALI", "WELCOME", "STORE", "MEMBERS", "MONSOON", "BIRTHDAY", "WEEKEND", "LOYALTY")
    cities = ("MUMBAI", "DELHI", "PUNE", "CHENNAI", "KOLKATA", "JAIPUR", "INDORE", "SURAT")
    codes = {
        f"{random.choice(words)}-{random.choice(cities)}-{number}{random.choice(string.ascii_uppercase)}"  # noqa: S311 - made up codes
        for number in range(600)
    }
    changes = {code: digest(random.getrandbits(256)) for code in codes}

    size = len(comment(marker(digests(changes)), "", KEY))

    assert 600 == len(changes)
    assert 14_000 < size < 20_000


@pytest.mark.parametrize(
    ("after", "untouched"),
    [(timedelta(seconds=-90), True), (timedelta(seconds=119), True), (timedelta(minutes=3), False)],
    ids=["clocks differ", "at once", "later"],
)
def test_a_comment_that_was_updated_later_than_written_was_edited(
    after: timedelta, *, untouched: bool
) -> None:
    assert untouched is marker({}).is_untouched(SHOWN + after)


def test_later_runs_and_attempts_are_greater() -> None:
    first, again, next_one = (
        replace(marker({}), run=run, attempt=attempt) for run, attempt in ((9, 1), (9, 2), (10, 1))
    )

    assert first.order < again.order < next_one.order
