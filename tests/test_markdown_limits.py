"""A page never outgrows its limit, and says so when it cannot hold what must not be cut."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from handmade import FREE, MORE, SAME, aside_with, change_with, plan_with
from hypothesis import given, settings
from hypothesis import strategies as st
from test_literal import HOSTILE

from reconciler.exposure import Exposure
from reconciler.render.links import Links
from reconciler.render.markdown import MOST, plan_markdown
from reconciler.render.story import PLAIN, risk
from reconciler.text import visible

if TYPE_CHECKING:
    from reconciler.change import Change
    from reconciler.plan import Plan

LINKS = Links("https://github.com/o/r/blob/" + "c" * 40, "series", "series")
WHERE = "the artifact plan.html of this run"
KINDS = ("blocked", "warned", "eased", "plain", "foreign", "create")
TEXTS = st.one_of(
    st.sampled_from([*HOSTILE.values()]),
    st.text(max_size=20),
    st.sampled_from(["`", "x", "é", "| ", "\u202e", "a b "]).map(lambda one: one * 2_000),
)


def change_of(kind: str, text: str, number: int) -> Change:
    """One of many changes; its code ends with a number that is no part of another."""
    code, file = f"{text[:30]} no. {number}.", f"series/{text}.yaml"
    money = {"maxRedeem": (1, 2)}
    words = {"smsTemplate": (text, f"{number % 3} {text}")}
    cost = (SAME, MORE, FREE, Exposure(None, None))[number % 4]
    match kind:
        case "blocked":
            return change_with(code, money, file=file, blocked=text, exposure=cost)
        case "warned":
            return change_with(code, words, file=file, warned=text, exposure=cost)
        case "eased":
            return change_with(code, money, file=file, effect="more generous", exposure=cost)
        case "foreign":
            return change_with(code, money, file=file, owned=False, exposure=cost)
        case "create":
            return change_with(code, {**money, **words}, action="create", file=file)
        case _:
            return change_with(code, words, file=file, warnings=[text] if number % 2 else [])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan of up to 3,000 changes, made of a few patterns."""
    patterns = draw(st.lists(st.tuples(st.sampled_from(KINDS), TEXTS), min_size=1, max_size=4))
    count = draw(st.sampled_from([0, 1, 2, 5, 20, 100, 3_000]) | st.integers(0, 400))
    changes = [change_of(*patterns[at % len(patterns)], at) for at in range(count)]
    texts = draw(st.lists(TEXTS, max_size=5))
    asides = [aside_with(f"{text[:30]} alone {at}.", text) for at, text in enumerate(texts)]
    plan = plan_with(changes, asides, texts * draw(st.integers(0, 9)), draw(TEXTS))
    return replace(plan, unmanaged=tuple(enumerate(texts * 3)))


@settings(max_examples=60, deadline=None)
@given(plans(), st.sampled_from([2_000, 65_000]) | st.integers(2_000, 65_000), TEXTS)
def test_a_page_is_never_over_its_limit_and_holds_what_matters(
    plan: Plan, most: int, where: str
) -> None:
    page = plan_markdown(plan, LINKS, most, where)

    assert len(page.text) <= most
    codes = [one.code for one in plan.changes if one.owned is False or risk(one) != PLAIN]
    codes += [one.code for one in plan.asides]
    missing = [code for code in codes if visible(code) not in page.text]
    if page.complete:
        assert [] == missing
    else:
        assert re.search(r"\*\*[\d,]+ more not shown\.\*\*", page.text)


def test_what_is_cut_is_cut_from_the_end_and_counted() -> None:
    changes = [change_of("plain", f"text {number}", number) for number in range(100)]
    plan = plan_with(changes, warnings=["one", "two", "three"])
    sizes = []
    for most in range(2_000, 62_000, 2_000):
        page = plan_markdown(plan, LINKS, most, WHERE)
        shown = [one.code for one in changes if one.code in page.text]
        warned = [one for one in plan.warnings if f"- {one}" in page.text]
        sizes.append(len(shown) + len(warned))

        assert len(shown) == 100 or not warned
        left = 103 - sizes[-1]
        assert (f"**{left} more not shown.**" in page.text) == bool(left)
        assert page.complete

    assert sizes == sorted(sizes)
    assert (sizes[0] < 10, sizes[-1]) == (True, 103)


def test_what_matters_falls_back_to_one_line_each_before_anything_of_it_is_left_out() -> None:
    changes = [
        change_with(f"C{number:03}", {"maxRedeem": (number, 9_999)}, blocked="It must not be.")
        for number in range(300)
    ]
    page = plan_markdown(plan_with(changes), LINKS, MOST, WHERE)

    assert page.complete
    assert "one line each" in page.text
    assert "](" not in page.text
    assert (
        "- `C007` update, blocked (`max-percent`): `maxRedeem` `7` → `9,999`, cost at worst"
        in page.text
    )
    assert [] == [one.code for one in changes if f"- `{one.code}` " not in page.text]


def test_where_not_even_that_fits_the_largest_exposures_come_first() -> None:
    changes = [
        change_with(
            f"C{number:04}",
            {"maxRedeem": (number, 9_999)},
            blocked="It must not be.",
            exposure=Exposure(number, 2 * number),
        )
        for number in range(3_000)
    ]
    changes.append(change_with("FREE", blocked="no bound", exposure=FREE))
    page = plan_markdown(plan_with(changes, [aside_with("ALONE")]), LINKS, MOST, WHERE)
    shown = re.findall(r"^- `(\w+)` blocked, cost at worst ", page.text, re.MULTILINE)

    assert not page.complete
    assert ["FREE", "C2999", "C2998"] == shown[:3]
    assert 1_000 < len(shown)
    assert f"**{3_002 - len(shown):,} more not shown.** The whole plan: the artifact" in page.text
    assert "3,001 blocked" in page.text
    assert len(page.text) > MOST - 100


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_of_3000_changes_takes_less_than_two_seconds(kind: str) -> None:
    text = "a text of others. " * 20
    changes = [change_of(kind, f"{number} {text}", number) for number in range(3_000)]
    start = time.perf_counter()
    plan_markdown(plan_with(changes), LINKS, MOST, WHERE)

    assert time.perf_counter() - start < 2
