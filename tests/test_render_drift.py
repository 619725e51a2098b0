"""Drift as text and as Markdown: golden files, and that no text of others acts in either."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from drifted import LINKS, NOTHING, SCENE, drift, field, retired, series, without_base
from golden import check

from reconciler.exposure import Exposure
from reconciler.render.drift_markdown import drift_markdown
from reconciler.render.drift_text import drift_text
from reconciler.render.ink import Ink

if TYPE_CHECKING:
    from reconciler.drift import Drift, Drifted

CASES = Path(__file__).parent / "cases"
WHERE = "the artifact drift.html of this run"
SAME, MORE = Exposure(5, 5), Exposure(5, 90)
DRIFTS_ = {
    "moved": SCENE,
    "without-a-base": without_base(SCENE),
    "nothing": NOTHING,
    "nothing-without-a-base": replace(NOTHING, base=None),
    "nothing-but-what-nobody-manages": replace(
        NOTHING, unmanaged=((1, "BY-HAND"), (2, "")), asides=(retired("LOYAL75"),)
    ),
    "nothing-and-some-in-no-file": replace(NOTHING, unmanaged=((1, "BY-HAND"), (2, ""))),
}


def eased(count: int) -> Drift:
    """Series that all give more than what was applied, each some more than the one before."""
    return drift(
        *(
            series(
                f"SERIES{number:03}",
                field("discountValue", 100, 110 + number, "more generous"),
                cost=Exposure(1000, 2000 + number),
            )
            for number in range(count)
        )
    )


# A drift, how much room there is, and whether there are links.
PAGES = {
    **{case: (found, 65_000, LINKS) for case, found in DRIFTS_.items()},
    "moved-without-links": (SCENE, 65_000, None),
    "moved-cut": (SCENE, 4_500, LINKS),
    "moved-on-one-line-each": (SCENE, 3_000, LINKS),
    "too-much": (eased(60), 2_000, LINKS),
}


@pytest.mark.parametrize("case", DRIFTS_)
def test_a_drift_reads_like_its_golden_file(case: str) -> None:
    check(drift_text(DRIFTS_[case], Ink()) + "\n", CASES / "drift-text" / f"{case}.txt")


@pytest.mark.parametrize("case", PAGES)
def test_a_page_reads_like_its_golden_file(case: str) -> None:
    found, most, links = PAGES[case]

    page = drift_markdown(found, links, most, WHERE)

    assert len(page.text) <= most
    assert page.complete == (case != "too-much")
    check(page.text + "\n", CASES / "drift-markdown" / f"{case}.md")


def test_every_golden_file_has_its_case() -> None:
    assert {file.stem for file in (CASES / "drift-text").iterdir()} == set(DRIFTS_)
    assert {file.stem for file in (CASES / "drift-markdown").iterdir()} == set(PAGES)


@pytest.mark.parametrize("view", ["text", "markdown"])
def test_what_gives_more_comes_first_and_the_unlimited_one_before_all(view: str) -> None:
    shown = drift_text(SCENE, Ink()) if view == "text" else drift_markdown(SCENE).text
    order = ["Look here first", "WEEKEND 200", "unlimited", "MEMBERS9", "MONSOON150", "STORE01"]
    order += ["VANISHED1", "The rest", "CALM001", "STORE02"]

    _, _, told = shown.partition("review that.")
    places = [told.index(word) for word in order]

    assert sorted(places) == places


@pytest.mark.parametrize(
    ("moved", "first"),
    [
        (series("B", field("info", "a", "b", "messaging"), cost=SAME), False),
        (series("B", field("maxCreate", 9, 8, "stricter"), cost=Exposure(90, 5)), False),
        (series("B", field("maxCreate", 9, 10, "more generous"), cost=SAME), True),
        (series("B", field("validTillDate", "2027-01-01", "2025-01-01", "ends"), cost=SAME), True),
        (series("B", field("info", "a", "b", "neutral", desired="c"), cost=SAME), True),
        (series("B", field("info", "a", "b"), cost=MORE), True),
        (series("B", field("info", "a", "b"), cost=Exposure(5, None)), True),
        (series("B", field("info", "a", "b"), cost=Exposure(None, None)), False),
        (series("B", cost=SAME, missing="gone"), True),
    ],
    ids=[
        "other words",
        "less",
        "more",
        "an offer that ends",
        "a conflict",
        "a higher cost",
        "a cost without bound",
        "a cost without bound, as before",
        "a series that is gone",
    ],
)
def test_what_may_give_more_or_is_contested_is_to_be_looked_at_first(
    moved: Drifted, *, first: bool
) -> None:
    shown = drift_text(drift(moved), Ink())

    assert first == ("Look here first" in shown)
    assert first != ("The rest" in shown)


def test_what_never_had_a_bound_and_gives_more_comes_before_what_costs_more() -> None:
    free, more = Exposure(None, None), field("discountValue", 10, 900, "more generous")
    found = drift(
        series("A", more, cost=MORE),
        series("B", more, cost=free),
        series("C", more, cost=Exposure(5, None)),
        series("D", field("info", "a", "b", desired="c"), cost=free),
    )

    shown = drift_text(found, Ink())

    places = [shown.index(f"series/{code}.yaml") for code in "cbad"]
    assert sorted(places) == places


@pytest.mark.parametrize(
    ("code", "fields", "command"),
    [
        ("A-1", ["maxRedeem"], "reconciler --target eu-prod drift --accept A-1:maxRedeem"),
        ("A", ["info", "tag"], "reconciler --target eu-prod drift --accept A (one field: A:info)"),
        ("A; rm x", ["info"], "reconciler --target eu-prod drift --accept 'A; rm x:info'"),
        ("$(id)'`", ["info"], """reconciler --target eu-prod drift --accept '$(id)'"'"'`:info'"""),
        ("A\u202eB", ["info"], None),
        ("A\nB", ["info"], None),
        ("A::B", ["info"], None),
    ],
    ids=[
        "a plain code",
        "several fields",
        "a code with a command in it",
        "a code with quotes and substitutions",
        "a code that reorders",
        "a code of two lines",
        "a code that a runner would obey",
    ],
)
def test_the_command_that_accepts_is_safe_to_copy(
    code: str, fields: list[str], command: str | None
) -> None:
    found = drift(series(code, *(field(path, "a", "b") for path in fields), cost=SAME))

    shown = drift_text(found, Ink(), width=200)

    if command is None:
        assert "--accept" not in shown
        assert "by hand" in shown
    else:
        assert f"    accept it: {command}\n" in shown


def test_a_percent_is_one_on_the_side_where_the_type_says_so() -> None:
    shown = drift_text(SCENE, Ink())

    assert "▲ discountValue  9% → 900 " in shown


def test_an_expired_text_of_thousands_of_letters_is_cut_and_money_never() -> None:
    long = "word " * 1_000
    found = drift(
        series("A", field("info", None, long), field("genericCode", None, long), cost=SAME)
    )

    shown = " ".join(drift_text(found, Ink()).split())

    assert "more not shown" in shown
    assert f'"{long}"' in shown


def test_colour_changes_nothing_but_colour() -> None:
    painted = drift_text(SCENE, Ink(colour=True))

    assert "\x1b[31mconflict\x1b[0m" in painted
    assert drift_text(SCENE, Ink()) == re.sub(r"\x1b\[\d+m", "", painted)


def test_a_wider_terminal_takes_fewer_lines() -> None:
    narrow, wide = (drift_text(SCENE, Ink(), width=width) for width in (80, 160))

    assert wide.count("\n") < narrow.count("\n")
    assert narrow.split() == wide.split()


def test_a_page_of_600_series_that_give_more_names_each() -> None:
    page = drift_markdown(eased(600), LINKS, where=WHERE)

    assert page.complete
    assert "There is no room for all of it: what matters has one line each." in page.text
    assert 600 == len(set(re.findall(r"`(SERIES\d{3})`", page.text)))
    assert "not shown" not in page.text


def test_what_is_cut_is_counted_from_the_end() -> None:
    calm = [
        series(f"CALM{number:03}", field("info", "a", "b", "messaging"), cost=SAME)
        for number in range(300)
    ]

    page = drift_markdown(drift(*calm, warnings=("one",)), LINKS, 8_000, WHERE)

    shown = len(re.findall(r"^\*\*`CALM", page.text, re.MULTILINE))
    assert page.complete
    assert f"**{301 - shown:,} more not shown.** All of it: the artifact `drift.html`" in page.text
    assert 10 < shown
    assert len(page.text) > 7_500


def test_where_not_even_one_line_each_fits_the_largest_come_first() -> None:
    found = eased(600)
    free = series("FREE", field("maxRedeem", 5, -1, "more generous"), cost=Exposure(5, None))

    page = drift_markdown(replace(found, series=(*found.series, free)), LINKS, 5_000, WHERE)

    named = re.findall(r"^- `(\w+)` cost at worst ", page.text, re.MULTILINE)
    assert not page.complete
    assert ["FREE", "SERIES599", "SERIES598"] == named[:3]
    assert f"**{601 - len(named):,} more not shown.**" in page.text


def test_a_figure_is_told_in_what_live_measures_it_in() -> None:
    moved = field("discountValue", 10, 15, "more generous")
    one = series("A", moved, cost=Exposure(1, 1), units={"discountType": "PERC"})

    assert "10% → 15%" in drift_text(drift(one), Ink())
