"""Drift as a page: its golden file, what may run in it, and that no text of others is markup."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from drifted import DRIFTS, LINKS, NOTHING, SCENE, drift, field, series, without_base
from golden import check
from hypothesis import given, settings
from hypothesis import strategies as st
from test_render_html import KNOWN, Reader
from test_render_text_hostile import NASTY

from reconciler.exposure import Exposure
from reconciler.render.drift_html import drift_html
from reconciler.render.links import Links
from reconciler.text import unseen

if TYPE_CHECKING:
    from reconciler.drift import Drift

CASES = Path(__file__).parent / "cases" / "drift-html"
SAME = Exposure(5, 5)


def words(found: Drift) -> str:
    return Reader(drift_html(found)).words


def heads(found: Drift) -> list[list[str]]:
    """The columns of each table."""
    rows = re.findall("<thead>(.*?)</thead>", drift_html(found))
    return [re.findall('<th scope="col">(.*?)</th>', row) for row in rows]


def test_a_page_looks_like_its_golden_file() -> None:
    check(drift_html(SCENE, LINKS), CASES / "moved.html")


def test_equal_drifts_give_equal_bytes() -> None:
    assert drift_html(SCENE) == drift_html(replace(SCENE, tool="another"))


def test_the_worst_comes_first() -> None:
    order = ["Look here first", "WEEKEND 200", "1,000,000 → unlimited", "MEMBERS9", "MONSOON150"]
    order += ["STORE01", "VANISHED1", "not live any more", "The rest", "CALM001", "STORE02"]
    order += ["No longer managed", "LOYAL75", "give it an end date first", "Warnings"]

    _, _, told = words(SCENE).partition("Who is right")
    places = [told.index(word) for word in order]

    assert sorted(places) == places


def test_what_is_without_bound_is_counted_and_never_added_up() -> None:
    assert (
        "1,675,000 → unlimited 1 series without bound, 1 of them newly; the other 6:"
        " 675,000 → 1,115,000"
    ) in words(SCENE)


def test_a_conflict_shows_all_three_values() -> None:
    found = words(SCENE)

    assert ["Field", "As applied", "Live now", "The file wants", "Effect"] in heads(SCENE)
    assert "discountValue line 5 9% 900 12% ▲ more generous retroactive conflict" in found
    assert (
        "Accept it: reconciler --target eu-prod drift --accept MEMBERS9, or one field of it:"
        in found
    )


def test_without_a_base_the_columns_are_the_file_and_live() -> None:
    found = words(without_base(SCENE))

    assert ["Field", "The file", "Live now", "Effect"] == max(heads(without_base(SCENE)), key=len)
    assert "As applied" not in found
    assert "Nobody can tell who moved" in found
    assert "reconciler apply --record keeps that from now on" in found


def test_nothing_found_is_said_and_there_is_nothing_to_answer() -> None:
    found = words(NOTHING)

    assert "No drift: 8 series as applied (412 fields compared)" in found
    assert "Who is right" not in found
    assert "Cost at worst" not in found


def test_a_long_list_shows_only_what_comes_and_goes() -> None:
    assert "see what comes and goes" in words(SCENE)
    assert "- id 1000 + id 7" in words(SCENE)
    assert "1030" not in words(SCENE)


def test_many_that_give_nothing_more_stand_closed() -> None:
    calm = [series(f"C{number:02}", field("info", "a", "b"), cost=SAME) for number in range(13)]

    opened = [
        len([tag for tag, held in Reader(drift_html(drift(*some))).elements if "open" in held])
        for some in (calm[:12], calm)
    ]

    assert [12, 0] == opened


def test_only_its_own_style_may_be_used_and_nothing_runs() -> None:
    page = Reader(drift_html(SCENE, LINKS))
    policies = [
        attributes["content"]
        for _, attributes in page.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]

    digest = base64.b64encode(hashlib.sha256(page.sources["style"].encode()).digest()).decode()
    expected = f"default-src 'none'; style-src 'sha256-{digest}'"
    assert [f"{expected}; base-uri 'none'; form-action 'none'"] == policies
    assert [1, 0] == [[tag for tag, _ in page.elements].count(it) for it in ("style", "script")]


@settings(deadline=None)
@given(DRIFTS, NASTY)
def test_no_text_of_others_is_markup_or_hides(found: Drift, url: str) -> None:
    shown = drift_html(found, Links(url, "", ""))
    page = Reader(shown)

    assert [] == page.inside
    assert [] == [letter for letter in set(shown) - {"\n"} if unseen(letter)]
    names = {name for _, attributes in page.elements for name in attributes}
    assert [] == [name for name in names if not KNOWN.fullmatch(name)]
    tags = [tag for tag, _ in page.elements]
    assert (1, 0) == (tags.count("style"), tags.count("script"))
    links = [attributes["href"] or "" for tag, attributes in page.elements if tag == "a"]
    assert [] == [link for link in links if not link.startswith(("#", "http://", "https://"))]


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1))
def test_a_text_is_shown_to_the_letter(text: str) -> None:
    page = Reader(drift_html(replace(NOTHING, target=text, warnings=(text,))))

    assert 2 <= page.text.count(text)


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://github.com/o/r/blob/c", True),
        ("http://forge.example/r", True),
        ("javascript:alert(1)//", False),
        ("", False),
    ],
)
def test_only_the_web_is_linked_to(url: str, *, linked: bool) -> None:
    page = Reader(drift_html(SCENE, Links(url, "coupons", "series")))

    links = [attributes["href"] or "" for tag, attributes in page.elements if tag == "a"]

    assert linked == (f"{url}/coupons/members9.yaml#L5" in links)
    assert linked == any(not link.startswith("#") for link in links)


@pytest.mark.parametrize("found", [SCENE, without_base(SCENE), NOTHING], ids=["a", "b", "c"])
def test_headings_and_names_are_in_order(found: Drift) -> None:
    elements = Reader(drift_html(found)).elements
    levels = [int(tag[1]) for tag, _ in elements if re.match(r"h\d", tag)]
    names = [attributes["id"] for _, attributes in elements if "id" in attributes]
    asked = {
        name
        for tag, attributes in elements
        for name in (
            attributes.get("aria-labelledby"),
            (attributes.get("href") or "").partition("#")[2] if tag == "a" else None,
        )
        if name
    }

    assert 1 == levels[0]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(set(names)) == len(names)
    assert set() == asked - set(names)
