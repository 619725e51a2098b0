"""Text of others in Markdown, read by GitHub's own parser: it is shown, and does nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rendered import Rendered

from reconciler.render.literal import code, link, prose
from reconciler.text import visible

HOSTILE = {
    "an element": "<img src=x onerror=alert(1)>",
    "an end of an element": "</code></li></details><h1>hi",
    "a comment": "<!-- reconciler:plan --> <!-- ",
    "emphasis": "**bold** _it_ ~~gone~~ __init__",
    "a link": "[click](javascript:alert(1)) ![x](https://example.com/x.png)",
    "a bare URL": "see https://example.com, http://a.b or www.example.com.",
    "an address": "me@example.com and mailto:me@example.com",
    "an autolink": "<https://example.com>",
    "a mention": "@octocat and @org/team, (@octocat)",
    "an issue": "fixes #1, GH-2, owner/repo#3 and TICKET-4",
    "a commit": "deadbeefcafe1234567 owner/repo@deadbeefcafe 1234567 is 7654321% defaced.",
    "an emoji": ":smile: :+1: a:rocket:b",
    "math": "$x$ $$y$$ $`z`$ \\(x\\)",
    "a table": "| a | b |\n|---|---|\n| \\| | \\\\| |",
    "a fence": "```mermaid\ngraph TD\n```\n~~~\n",
    "backticks": "`a` ``b`` ```c``` `",
    "backticks at the ends": "`x`",
    "a run of backticks that no parser takes": "`" * 200,
    "runs of all lengths": " ".join("`" * size for size in range(1, 90)),
    "blanks at the ends": " x ",
    "blanks alone": "   ",
    "blanks that begin code": "    indented",
    "nothing": "",
    "a list": "- one\n- two",
    "a numbered list": "1. one\n2. two",
    "a number that begins": "2026. It was",
    "a quote": "> said",
    "a heading": "# big\n===\n---",
    "a definition": "[a]: https://example.com\n\n[^1]: note [^1]",
    "a task": "[ ] do [x] done",
    "a character reference": "&lt;b&gt; &#64;octocat &nbsp;",
    "backslashes": "\\*x\\* \\` \\\\` C:\\new",
    "an order to a runner": "::error::x ##[group]",
    "control and bidi characters": "\x00\x1b[2J\r\n\t\x85\u200b\u202e\u2028\u2066\ud800\ufeff",
    "letters of the world": "Größe 1€, हिन्दी, 日本語, 🎉",
    "an alert": "[!WARNING]\nx",
    "a slash": "/close\n/assign @octocat",
    "an open bracket": "lifecycle: {allow: [@octocat",
}
TEXT = st.one_of(
    st.text(),
    st.text("`\\ |<>@#*_~[]()!:-1a\n$&;./w", max_size=30),
    st.lists(st.sampled_from([*HOSTILE.values(), " ", "\n", "x"]), max_size=3).map("".join),
)
SLOWLY = settings(deadline=None)  # long runs of backticks take their time under coverage
# What a forge reads in finished text that is not code.
ACTS = re.compile(r"[@#<>/_*~`\\\[\]|$&{}]|:[\w+-]|\bwww\.|\b[0-9a-f]{7,}\b|\S-\d")


def begins(text: str) -> tuple[str, ...]:
    """A text at all places of a page where one may stand."""
    return text, f"- {text}", f"- x\n  - {text} · {text}", f"**x**: {text}\n- x", f"| {text}"


@pytest.mark.parametrize("case", HOSTILE)
def test_code_shows_a_text_letter_by_letter(case: str) -> None:
    shown(HOSTILE[case])


@SLOWLY
@given(TEXT)
@example("`" * 80)
@example("``` `")
@example(" `")
def test_code_shows_any_text_letter_by_letter(text: str) -> None:
    shown(text)


def shown(text: str) -> None:
    found = Rendered(f"x {code(text)} **{code(text)}** ~~{code(text)}~~ y")

    assert ["p", "code", "strong", "code", "del", "code"] == found.tags or not text
    assert "x    y\n" == found.plain or not text
    alike = {one.replace("\\x60", "`") for one in found.code}
    assert alike <= {visible(text).replace("\\x60", "`")}


def test_nothing_is_said_to_be_nothing() -> None:
    assert "(empty)" == code("")


def test_a_text_may_be_cut() -> None:
    assert ("`abcdef`", "`ab…`") == (code("abcdef", 6), code("abcdef", 3))


@pytest.mark.parametrize("case", HOSTILE)
def test_a_sentence_that_holds_a_text_does_nothing(case: str) -> None:
    said(HOSTILE[case])


@SLOWLY
@given(TEXT)
def test_a_sentence_that_holds_any_text_does_nothing(text: str) -> None:
    said(text)


def said(text: str) -> None:
    for place in begins("{}"):
        found = Rendered(place.format(*[prose(text)] * 2))
        harmless = Rendered(place.format(*["x"] * 2))

        assert harmless.tags == [tag for tag in found.tags if tag != "code"]
        assert not ACTS.search(found.plain.replace("| ", ""))
    assert letters(f"x {visible(text) or '(empty)'}") == letters(Rendered(f"x {prose(text)}").text)


def letters(text: str) -> str:
    """A text without blanks, which a page runs together; a backtick may stand as an escape."""
    return "".join(text.split()).replace("\\x60", "`")


def test_plain_words_stay_words() -> None:
    sentence = "it may cost 4,998,000 at worst, and 60% pass: have it re-read, or ask QA"

    assert sentence == prose(sentence)


def test_what_belongs_together_stays_together() -> None:
    assert (
        "write `lifecycle: {allow: [{rule: no-minimum, reason: WHY}]}`, or (`maxRedeem`)"
        == prose("write lifecycle: {allow: [{rule: no-minimum, reason: WHY}]}, or (maxRedeem)")
    )
    assert "before: `[[guardrails.allow]] value = 1.0, until = DATE`; then" == prose(
        "before: [[guardrails.allow]] value = 1.0, until = DATE; then"
    )


@SLOWLY
@given(TEXT)
def test_the_text_of_a_link_is_literal(text: str) -> None:
    found = Rendered(f"x {link(text or 'x', 'https://example.com/a%20b')} y")

    assert ["p", "a", "code"] == found.tags
    assert ["https://example.com/a%20b"] == found.links


def test_without_a_url_there_is_no_link() -> None:
    assert "`x:1`" == link("x:1", "")
