"""That no text of others acts in drift as text or Markdown, or breaks its lines or its limit."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from drifted import DRIFTS, LINKS, drift, field, retired, series
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered import Rendered
from test_literal import HOSTILE, SLOWLY, TEXT
from test_render_drift import MORE, SAME, WHERE
from test_render_text_hostile import inert

from reconciler.render.drift_markdown import drift_markdown
from reconciler.render.drift_text import drift_text
from reconciler.render.ink import Ink
from reconciler.render.lines import columns
from reconciler.text import unseen

if TYPE_CHECKING:
    from reconciler.drift import Drift


@settings(deadline=None, max_examples=40)
@given(DRIFTS, st.integers(40, 160))
def test_no_text_of_others_acts_or_begins_a_line(found: Drift, width: int) -> None:
    shown = drift_text(found, Ink(), width=width)
    ours = re.compile(
        r"Drift in |Live moved: |Differs: |No drift: |≠ |- no longer managed( |$)|warning:|    |$"
        r"|Look here first$|The rest$|No longer managed$|[\d,]+ (as |live in )|What was applied"
    )
    told = [line for line in shown.split("\n") if line not in _lead(found, width)]

    assert inert(shown)
    assert [] == [line for line in told if not ours.match(line)]


def _lead(found: Drift, width: int) -> set[str]:
    """The lines of how to read it, which are ours."""
    empty = replace(found, target="", host="", asides=(), warnings=(), unmanaged=())
    calm = tuple(series("A", *one.fields, cost=SAME) for one in found.series if one.fields)
    shown = drift_text(replace(empty, series=calm), Ink(), width=width)
    lead, _, _ = shown.partition("\nLook here first\n")
    lead, _, _ = lead.partition("\nThe rest\n")
    return set(lead.split("\n"))


@settings(deadline=None)
@given(DRIFTS, st.integers(40, 160))
def test_no_line_is_wider_than_the_terminal_but_for_what_is_in_one_piece(
    found: Drift, width: int
) -> None:
    lines = drift_text(found, Ink(), width=width).split("\n")[1:]  # without the target's name
    wide = [line for line in lines if columns(line) > width and " " in line.strip(" ")]

    assert [] == [line for line in wide if "--accept" not in line and "retroactive" not in line]


OURS = {
    *("h2", "h3", "p", "strong", "del", "code", "ul", "li", "hr", "br", "a"),
}


@pytest.mark.parametrize("most", [10_000_000, 65_000, 2_000])
@pytest.mark.parametrize("case", HOSTILE)
def test_a_text_of_others_does_nothing_in_a_page(case: str, most: int) -> None:
    dead(HOSTILE[case], most)


@SLOWLY
@given(TEXT, st.integers(2_000, 20_000))
def test_no_text_of_others_does_anything_in_a_page(text: str, most: int) -> None:
    dead(text, most)


def dead(text: str, most: int) -> None:
    """That a text does nothing wherever it stands in a page."""
    found = drift(
        series(
            f"{text}1",
            field(f"customPropertyMap.{text}", text, text + "x", desired=text + "y"),
            field("info", text, text + " and something that makes it long. " * 3),
            field("genericCode", None, text),
            cost=MORE,
            file=f"series/{text}",
        ),
        series(f"{text}2", field("tag", text, "x"), cost=SAME),
        series(f"{text}3", cost=SAME, missing=text),
        target=text,
        host=f"on {text}",
        asides=(replace(retired(text or "x"), file=text),),
        unmanaged=((1, text),),
        warnings=(text,),
    )

    shown = drift_markdown(found, LINKS, most, text).text
    read = Rendered(shown)

    assert len(shown) <= most
    assert set(read.tags) <= OURS
    assert read.attributes <= {"href"}
    assert all(str(url).startswith(f"{LINKS.url}/series/") for url in read.links)
    assert not set("@#<>[]`*_~$|&{}\\") & set(read.plain)
    assert 1 == read.tags.count("h2")


@SLOWLY
@given(DRIFTS, st.integers(2_000, 20_000))
def test_any_drift_fits(found: Drift, most: int) -> None:
    page = drift_markdown(found, None, most, WHERE)

    assert len(page.text) <= most
    assert not [letter for letter in set(page.text) - {"\n"} if unseen(letter)]
