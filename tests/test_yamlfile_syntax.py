"""Texts that are no YAML document: where each breaks off, and what to write instead."""

from __future__ import annotations

import pytest

from reconciler.yamlfile import parse
from reconciler.yamlsyntax import Complaint, UnreadableError

EMPTY = "a series that begins with seriesCode: CODE"


def refused(text: str) -> Complaint:
    with pytest.raises(UnreadableError) as caught:
        parse(text)
    return caught.value.complaint


@pytest.mark.parametrize(
    ("text", "line", "column", "rule", "write"),
    [
        pytest.param("", 1, 1, "empty-file", EMPTY, id="empty"),
        pytest.param(
            "# x\n",
            1,
            1,
            "empty-file",
            EMPTY,
            id="a comment",
        ),
        pytest.param("---\n", 1, 1, "empty-file", EMPTY, id="a start"),
        pytest.param("- a\n", 1, 1, "not-a-mapping", "seriesCode: CODE", id="a list"),
        pytest.param("a\n", 1, 1, "not-a-mapping", "seriesCode: CODE", id="a word"),
        pytest.param("!!map a\n", 1, 1, "not-a-mapping", "seriesCode: CODE", id="a false mapping"),
        pytest.param(
            "a: 1\n---\nb: 1\n", 2, 1, "one-document", "one file for each series", id="two"
        ),
        pytest.param(
            "a: 1\n...\nb: 1\n", 3, 1, "one-document", "one file for each series", id="an end"
        ),
        pytest.param("a: &x [*x]\n", 1, 4, "nesting", "a flat series", id="a list in itself"),
        pytest.param("a: &x {b: *x}\n", 1, 4, "nesting", "a flat series", id="a mapping in itself"),
        pytest.param("&x\na: *x\n", 1, 1, "nesting", "a flat series", id="a document in itself"),
        pytest.param("a: @x y\n", 1, 4, "yaml-syntax", 'a: "@x y"', id="an at sign"),
        pytest.param("a: `x`\n", 1, 4, "yaml-syntax", 'a: "`x`"', id="a backtick"),
        pytest.param("a: Terms: none\n", 1, 9, "yaml-syntax", 'a: "Terms: none"', id="two colons"),
        pytest.param("a: *x\n", 1, 4, "yaml-syntax", 'a: "*x"', id="an asterisk"),
        pytest.param('a: {{b}} "x"\n', 1, 10, "yaml-syntax", 'a: "{{b}} \\"x\\""', id="braces"),
        pytest.param("a: [x\nb: y\n", 1, 4, "yaml-syntax", 'a: "[x"', id="an open bracket"),
        pytest.param(
            "a: 'x\nb: y\n",
            1,
            4,
            "yaml-syntax",
            "the same quote at the text's end",
            id="an open quote",
        ),
        pytest.param("a:\n\tb: 1\n", 2, 1, "yaml-syntax", "blanks", id="a tab"),
        pytest.param(
            "a: - b\n", 1, 4, "yaml-syntax", "valid YAML: check quotes and indents", id="a dash"
        ),
        pytest.param(
            'a: "\\ud83d"\n', 1, 7, "yaml-syntax", "the character itself", id="half a character"
        ),
        pytest.param(
            'a: "🎂"\nb: "\x07"\n',
            2,
            5,
            "yaml-syntax",
            'nothing in its place, or \\x07 inside "…"',
            id="a bell",
        ),
        pytest.param(
            "a: \uffff\n",
            1,
            4,
            "yaml-syntax",
            'nothing in its place, or \\uffff inside "…"',
            id="no character",
        ),
        pytest.param(
            "a: 1\nb: x\x85y\n", 2, 5, "yaml-line-break", 'a blank, or \\N inside "…"', id="NEL"
        ),
        pytest.param(
            "a: x\u2028y\n",
            1,
            5,
            "yaml-line-break",
            'a blank, or \\L inside "…"',
            id="a line separator",
        ),
        pytest.param(
            "a: x\u2029y\n",
            1,
            5,
            "yaml-line-break",
            'a blank, or \\P inside "…"',
            id="a paragraph separator",
        ),
    ],
)
def test_a_text_that_is_no_document_is_refused_at_its_place(
    text: str, line: int, column: int, rule: str, write: str
) -> None:
    said = refused(text)

    assert (line, column, rule, write) == (said.line, said.column, said.rule, said.hint)
