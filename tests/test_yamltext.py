"""Values → YAML text: as a person would write it, and read back to the letter."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.values import YamlDate
from reconciler.yamlfile import parse
from reconciler.yamlsyntax import UnreadableError
from reconciler.yamltext import comment, mapping


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("April 100", "key: April 100", id="plain words"),
        pytest.param("15% off for Diwali, up to 750", None, id="words that begin with a number"),
        pytest.param("T&C apply; don't ask", None, id="marks that YAML leaves alone inside"),
        pytest.param("Für dich 🎂 नमस्ते", None, id="letters and emoji of anywhere"),
        pytest.param("👩\u200d🚀 क्\u200dष", None, id="joined emoji and letters"),
        pytest.param("a#b:c", None, id="a hash and a colon without blanks"),
        pytest.param("Sale: now", 'key: "Sale: now"', id="a colon"),
        pytest.param("Sale #1", 'key: "Sale #1"', id="a hash"),
        pytest.param("Sale:", 'key: "Sale:"', id="a colon at the end"),
        pytest.param('{{name}}, "hi"', 'key: "{{name}}, \\"hi\\""', id="braces and quotes"),
        pytest.param("C:\\", "key: C:\\", id="a backslash in plain words"),
        pytest.param("yes", 'key: "yes"', id="a word that YAML reads as true"),
        pytest.param("n", 'key: "n"', id="a letter that other readers take for false"),
        pytest.param("null", 'key: "null"', id="a word that YAML reads as nothing"),
        pytest.param("~", 'key: "~"', id="a tilde"),
        pytest.param("", 'key: ""', id="nothing"),
        pytest.param(" a ", 'key: " a "', id="blanks at the ends"),
        pytest.param("007", 'key: "007"', id="leading zeros"),
        pytest.param("1e3", 'key: "1e3"', id="a number to some readers"),
        pytest.param("0x10", 'key: "0x10"', id="a hexadecimal number"),
        pytest.param("12:30", 'key: "12:30"', id="an hour"),
        pytest.param("2030-09-30", 'key: "2030-09-30"', id="a date"),
        pytest.param("2030-09-30 10:00:00 Z", 'key: "2030-09-30 10:00:00 Z"', id="a moment"),
        pytest.param("a\tb\x07\u202e", 'key: "a\\tb\\u0007\\u202e"', id="control and bidi"),
        pytest.param("zero\u200dwidth", 'key: "zero\\u200dwidth"', id="a joiner of nothing"),
        pytest.param("Hi\nthere", "key: |-\n  Hi\n  there", id="two lines"),
        pytest.param("Hi\nthere\n", "key: |\n  Hi\n  there", id="a newline at the end"),
        pytest.param("Hi\n\n", 'key: "Hi\\n\\n"', id="newlines that an editor would trim"),
        pytest.param("Hi \nthere", 'key: "Hi \\nthere"', id="a blank that an editor would trim"),
        pytest.param(
            "\n  Hi\n# no", "key: |2-\n\n    Hi\n  # no", id="lines that begin with blanks"
        ),
        pytest.param("\n", 'key: "\\n"', id="a newline alone"),
        pytest.param(True, "key: true", id="a boolean"),
        pytest.param(-7, "key: -7", id="a number"),
        pytest.param(None, "key: null", id="no value"),
        pytest.param(YamlDate("2030-09-30"), "key: 2030-09-30", id="a day"),
        pytest.param([], "key: []", id="an empty list"),
        pytest.param([1, 2], "key: [1, 2]", id="a short list"),
        pytest.param(["sku", "a, b"], 'key: [sku, "a, b"]', id="a list of texts"),
        pytest.param({}, "key: {}", id="an empty mapping"),
        pytest.param({"no": "a"}, 'key:\n  "no": a', id="a key that YAML reads as false"),
        pytest.param({"a": "b\nc"}, "key:\n  a: |-\n    b\n    c", id="lines below a key"),
        pytest.param([{"a": "B", "c": [1]}], "key:\n  - {a: B, c: [1]}", id="a block in a line"),
    ],
)
def test_a_value_is_written_as(value: object, text: str | None) -> None:
    expected = f"key: {value}\n" if text is None else f"{text}\n"
    assert expected == mapping({"key": value})
    assert {"key": value} == parse(expected).values


def test_what_does_not_fit_into_a_line_is_a_list_of_lines() -> None:
    ids = list(range(100_000, 100_020))
    members = "".join(f"      - {one}\n" for one in ids)
    expected = f"key:\n  - productType: SKU\n    productIds:\n{members}  - {{b: 1}}\n"
    assert expected == mapping({"key": [{"productType": "SKU", "productIds": ids}, {"b": 1}]})


def test_a_long_text_is_not_folded() -> None:
    assert f"key: {'long ' * 99}text\n" == mapping({"key": "long " * 99 + "text"})


def test_a_comment_stays_in_its_line() -> None:
    assert '# "a" 🎂\\nkey: b\\u2028\\ud800\n' == comment('"a" 🎂\nkey: b\u2028\ud800')


def test_half_a_character_is_refused_and_never_another_text() -> None:
    with pytest.raises(UnreadableError):
        parse(mapping({"key": "\ud800"}))


_WORDS = "no ~ null 0123 1_000 1e3 0x1F 0o7 +5 .5 - 1:30 2030-09-30 = << .inf !x &a *a % @ ` | > '"
_MARKS = '\\"\n\r\t \x85\u2028\ufeff\x00\x7f\xa0{}[],\u200d\u202e\ufffe🎂नमZ\ue000'
_HARD = st.sampled_from([*_WORDS.split(), *_MARKS, ": ", " #", "? ", "--- "])
_TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.lists(_HARD, max_size=6).map("".join),
)
_SCALARS = st.one_of(_TEXTS, st.integers(-(10**20), 10**20), st.booleans(), st.none())
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_TEXTS, inner, max_size=4)
    ),
    max_leaves=12,
)


def comes_back(values: dict[str, Any]) -> None:
    text = mapping(values)
    document = parse(text)
    assert [] == document.complaints
    assert values == document.values
    assert text == text.encode().decode()


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(_TEXTS, _VALUES, min_size=1, max_size=5))
@example({"a": "\n b", "c": {"d": " e\nf\n"}})
def test_any_values_come_back(values: dict[str, Any]) -> None:
    comes_back(values)


@pytest.mark.slow
@settings(max_examples=5_000, deadline=None)
@given(st.dictionaries(_TEXTS, _VALUES, min_size=1, max_size=5))
def test_any_values_come_back_by_the_thousands(values: dict[str, Any]) -> None:
    comes_back(values)
