"""One YAML document: what it says, where it says it, and which surprises are refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.values import YamlDate
from reconciler.yamlfile import parse
from reconciler.yamlsyntax import Complaint, UnreadableError

LONGEST = 200_000


def refused(text: str) -> Complaint:
    with pytest.raises(UnreadableError) as caught:
        parse(text)
    return caught.value.complaint


def complained(text: str) -> list[tuple[int, int, str, str]]:
    return [(said.line, said.column, said.rule, said.hint) for said in parse(text).complaints]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("a: 1\n", {"a": 1}, id="a number"),
        pytest.param("a: -1\nb: +2\n", {"a": -1, "b": 2}, id="signs"),
        pytest.param(
            "a: TRUE\nb: False\nc: true\n", {"a": True, "b": False, "c": True}, id="booleans"
        ),
        pytest.param("a:\nb: ~\nc: null\n", {"a": None, "b": None, "c": None}, id="nothing"),
        pytest.param(
            "a: y\nb: n\nc: 1.2.3\nd: 1e\n",
            dict(zip("abcd", ["y", "n", "1.2.3", "1e"], strict=True)),
            id="plain words",
        ),
        pytest.param("a: '0123'\nb: \"no\"\n", {"a": "0123", "b": "no"}, id="quoted surprises"),
        pytest.param("a: !!str no\n", {"a": "no"}, id="a tag that says text"),
        pytest.param("a: 2030-09-30\n", {"a": YamlDate("2030-09-30")}, id="a date"),
        pytest.param("a: 1.5\n", {"a": 1.5}, id="a fraction"),
        pytest.param("a: &x [1]\nb: *x\n", {"a": [1], "b": [1]}, id="an alias"),
        pytest.param("a: {b: [c, 1]}\n", {"a": {"b": ["c", 1]}}, id="flow style"),
        pytest.param("a: |\n  b\n  c\n", {"a": "b\nc\n"}, id="a block"),
        pytest.param("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}, id="lines of Windows"),
        pytest.param("a: 1\rb: 2\r", {"a": 1, "b": 2}, id="lines of old"),
        pytest.param("\ufeffa: 1\n", {"a": 1}, id="a byte order mark"),
        pytest.param("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}, id="a directive"),
        pytest.param('a: "\\u2028\\0"\n', {"a": "\u2028\0"}, id="escapes"),
        pytest.param("a: ٣\n", {"a": "٣"}, id="digits of another script"),
    ],
)
def test_a_document_is_read_as_it_says(text: str, found: dict[str, Any]) -> None:
    document = parse(text)

    assert found == document.values
    assert document.complaints == []


@pytest.mark.parametrize("word", [".inf", "-.INF", ".nan", "1:30.5"])
def test_a_number_that_no_field_takes_is_still_read(word: str) -> None:
    assert isinstance(parse(f"a: {word}\n").values["a"], float)


@pytest.mark.parametrize(
    ("value", "rule", "write"),
    [
        pytest.param("0123", "yaml-number", '123 for the number, "0123" for text', id="octal"),
        pytest.param("0x1F", "yaml-number", '31 for the number, "0x1F" for text', id="hexadecimal"),
        pytest.param("0b11", "yaml-number", '3 for the number, "0b11" for text', id="binary"),
        pytest.param("1:30", "yaml-number", '90 for the number, "1:30" for text', id="sexagesimal"),
        pytest.param("1_000", "yaml-number", '1000 for the number, "1_000" for text', id="grouped"),
        pytest.param("1e3", "yaml-number", '1000 for the number, "1e3" for text', id="an exponent"),
        pytest.param("08", "yaml-number", '8 for the number, "08" for text', id="no octal at all"),
        pytest.param("0o17", "yaml-number", '"0o17" for text', id="octal of YAML 1.2"),
        pytest.param("1e400", "yaml-number", '"1e400" for text', id="an exponent without end"),
        pytest.param("9" * 31, "number-range", "a smaller number", id="31 digits"),
        pytest.param("0x" + "F" * 5000, "number-range", "a smaller number", id="5,000 digits"),
        pytest.param('!!int "5"', "yaml-tag", "5", id="a number in quotes with a tag"),
        pytest.param('!!int ""', "yaml-tag", '""', id="a tag on nothing"),
        pytest.param("!!int x", "yaml-tag", '"x"', id="a tag on a word"),
        pytest.param("!!int {a: 1}", "yaml-tag", "the value without it", id="a tag on a mapping"),
        pytest.param("!!bool maybe", "yaml-tag", '"maybe"', id="a boolean that is none"),
        pytest.param('!!bool "true"', "yaml-tag", "true", id="a boolean in quotes with a tag"),
        pytest.param("!!null x", "yaml-tag", '"x"', id="nothing that is something"),
        pytest.param('!!float "x"', "yaml-tag", '"x"', id="a float that is none"),
        pytest.param("!!str [a]", "yaml-tag", "the value without it", id="a text that is a list"),
        pytest.param("!!map x", "yaml-tag", '"x"', id="a mapping that is a word"),
        pytest.param("!!map [a, b]", "yaml-tag", "the value without it", id="a map of a list"),
        pytest.param("!!seq x", "yaml-tag", '"x"', id="a list that is a word"),
        pytest.param("!!seq {a: b}", "yaml-tag", "the value without it", id="a list of a mapping"),
        pytest.param("!!binary aGk=", "yaml-tag", '"aGk="', id="bytes"),
        pytest.param("!!set {a, b}", "yaml-tag", "the value without it", id="a set"),
        pytest.param("!!omap [a: b]", "yaml-tag", "the value without it", id="an ordered map"),
        pytest.param("!!python/name:os.system x", "yaml-tag", '"x"', id="Python"),
        pytest.param("!own x", "yaml-tag", '"x"', id="a tag of one's own"),
        pytest.param("=", "yaml-tag", '"="', id="an equals sign"),
        pytest.param("<<", "yaml-tag", '"<<"', id="a merge sign"),
    ],
)
def test_a_surprise_is_refused_at_its_place(value: str, rule: str, write: str) -> None:
    assert complained(f"x: 1\nabc: {value}\n") == [(2, 6, rule, write)]


@pytest.mark.parametrize(
    ("text", "line", "column", "rule", "write"),
    [
        pytest.param(
            "a: 1\nb: 2\na: 3\n", 3, 1, "duplicate-key", "one of the two", id="a key twice"
        ),
        pytest.param("a: {b: 1, b: 2}\n", 1, 11, "duplicate-key", "one of the two", id="deeper"),
        pytest.param("a: 1\n'a': 3\n", 2, 1, "duplicate-key", "one of the two", id="quoted once"),
        pytest.param("a: &x {}\n<<: *x\n", 2, 1, "merge-key", "write the keys out", id="a merge"),
        pytest.param("no: 1\n", 1, 1, "wrong-type", '"no"', id="a boolean key"),
        pytest.param("1: 1\n", 1, 1, "wrong-type", '"1"', id="a number key"),
        pytest.param("? [a]\n: 1\n", 1, 3, "wrong-type", "a key: its value", id="a list as key"),
        pytest.param(
            "? !!str {a}\n: 1\n",
            1,
            3,
            "wrong-type",
            '"…" around a text that begins with {',
            id="a false text",
        ),
        pytest.param("? \n: 1\n", 1, 2, "wrong-type", "a key: its value", id="no key"),
        pytest.param(
            "&x {*x : 1}\n",
            1,
            1,
            "wrong-type",
            '"…" around a text that begins with {',
            id="itself as key",
        ),
    ],
)
def test_a_key_that_hides_something_is_refused(
    text: str, line: int, column: int, rule: str, write: str
) -> None:
    assert complained(text) == [(line, column, rule, write)]


def test_a_duplicate_key_names_both_lines() -> None:
    (said,) = parse("info: a\n\ninfo: b\n").complaints

    assert said.message == "info stands here and on line 1"
    assert said.line == 3


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * LONGEST, id="brackets"),
        pytest.param("{" * LONGEST, id="braces"),
        pytest.param("- " * LONGEST, id="dashes"),
        pytest.param("? " * LONGEST, id="question marks"),
        pytest.param("a: [" + "{a: " * LONGEST, id="flow mappings"),
        pytest.param("[? " * LONGEST, id="flow keys"),
        pytest.param("".join(f"{' ' * deep}a:\n" for deep in range(500)), id="indents"),
        pytest.param("".join(f"{' ' * deep}-\n" for deep in range(500)), id="lists in lists"),
        pytest.param("".join(f"{' ' * deep}- a:\n" for deep in range(0, 999, 2)), id="both"),
    ],
)
def test_a_deep_text_is_refused_before_it_can_hurt(text: str) -> None:
    assert refused(text).rule == "nesting"


@pytest.mark.parametrize("text", ["-\t" * LONGEST, "?\t" * LONGEST], ids=["dashes", "questions"])
def test_tabs_do_not_hide_depth(text: str) -> None:
    assert refused(text).rule == "yaml-syntax"


def test_fifty_levels_are_the_most() -> None:
    fine, deep = "[" * 49 + "]" * 49, "[" * 50 + "]" * 50

    assert parse(f"a: {fine}\n").complaints == []
    assert refused(f"a: {deep}\n").rule == "nesting"


def test_an_alias_bomb_is_refused_before_it_expands() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )

    assert refused(bomb).rule == "alias-bomb"


def test_keys_of_an_object_know_their_lines() -> None:
    document = parse("a: 1\nb:\n  c: 2\n  d: 3\ne: {f: 4}\n")

    lines = {"a": 1, "b": 2, "b.c": 3, "b.d": 4, "e": 5}
    assert lines == dict(document.key_lines(frozenset({"a", "b"})))


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        pytest.param(("a", "b", 1), 2, 10, id="a member"),
        pytest.param(("a", "b", 7), 2, 6, id="no such member"),
        pytest.param(("a", "x", "y"), 2, 3, id="no such key"),
        pytest.param(("a", "b", 1, "c"), 2, 10, id="below a scalar"),
    ],
)
def test_the_place_nearest_to_a_path_is_found(
    path: tuple[str | int, ...], line: int, column: int
) -> None:
    _, node = parse("a:\n  b: [x, y]\n").find(path)

    assert (node.start_mark.line + 1, node.start_mark.column + 1) == (line, column)


SIGNS = "[]{}|>#\"'~=\n\t\r\x85\u2028\x00\ufeff"
WORDS = ("a: ", "  ", "- ", "? ", ": ", ", ", "&x ", "*x", "<<", "---\n", "...", "%YAML 1.1\n")
TAGS = ("!!int ", "!!map ", "!!str ", "!!set ", "!!seq ", "!!bool ", "!!null ", "!x ")
VALUES = ("b", "0x1", "1e3", "2030-01-01", "no", "\\ud800", "1:30", "0_", ".inf")
YAML_PIECES = st.sampled_from((*SIGNS, *WORDS, *TAGS, *VALUES))


def parse_or_refuse(text: str) -> None:
    try:
        complaints = parse(text).complaints
    except UnreadableError as error:
        complaints = [error.complaint]
    assert all(said.hint and said.line >= 1 and said.column >= 1 for said in complaints)


@given(st.lists(YAML_PIECES, max_size=25).map("".join) | st.text())
def test_parsing_raises_nothing_but_our_error(text: str) -> None:
    parse_or_refuse(text)


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None)
@given(st.lists(YAML_PIECES, max_size=60).map("".join) | st.text())
def test_parsing_raises_nothing_but_our_error_however_long_one_tries(text: str) -> None:
    parse_or_refuse(text)
