"""A page never outgrows its limit, and says so when it cannot hold what must not be cut."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from hashlib import sha256
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
    from collections.abc import Callable

    from reconciler.change import Change
    from reconciler.plan import Plan

LINKS = Links("https://github.com/o/r/blob/" + "c" * 40, "series", "series")
WHERE = "the artifact plan.html of this run"
AMOUNTS = ("discountValue", "maxRedeem", "maxCreate", "minBillAmount")
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


MARKER = 20_000  # characters: what a marker of 600 random codes takes
CODES = {
    "codes in a row": lambda number: f"SUMMER-SALE-{number:03}",
    "random codes": lambda number: sha256(bytes(number)).hexdigest()[:12].upper(),
}


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_600_dangerous_changes_fit_beside_their_marker(code: Callable[[int], str]) -> None:
    changes = [
        change_with(
            code(number),
            {"discountValue": (1_000 + number, 5_000 + 7 * number)},
            effect="more generous",
            exposure=Exposure(1_000_000 + number, 5_000_000 + number),
        )
        for number in range(600)
    ]
    page = plan_markdown(plan_with(changes), LINKS, MOST - MARKER, WHERE)

    assert (True, 0) == (page.complete, page.cut)
    lines = set(page.text.split("\n"))
    assert [] == [
        one.code
        for one in changes
        if f"- `{one.code}` `{one.fields[0].before:,}` → `{one.fields[0].after:,}`" not in lines
    ]


def test_600_changes_of_several_dangerous_fields_and_a_text_fit_with_all_values_of_money() -> None:
    moved = [
        {
            "discountValue": (100 + number, 300 + number),
            "maxRedeem": (1_000, 2_000 + number),
            "smsTemplate": (f"Our offer no. {number} of the year", f"Only today: no. {number}!"),
        }
        for number in range(600)
    ]
    changes = [
        change_with(f"C{number:05}", one, effect="more generous", exposure=MORE)
        for number, one in enumerate(moved)
    ]
    page = plan_markdown(plan_with(changes), LINKS, MOST - MARKER + 2_000, WHERE)

    assert page.complete
    values = "`{:,}` → `{:,}`, `{:,}` → `{:,}`, "
    assert [] == [
        number
        for number, one in enumerate(moved)
        if f"- `C{number:05}` {values}".format(*one["discountValue"], *one["maxRedeem"])
        not in page.text
    ]


def test_many_creates_and_some_updates_fit_beside_their_marker() -> None:
    def create(number: int) -> Change:
        amounts = {name: (None, 1_000 + at * number) for at, name in enumerate(AMOUNTS, 2)}
        same = {"discountType": (None, "ABS"), "anyUser": (None, False)}
        most = Exposure(0, 1_000 * number + 1_000)
        return change_with(
            CODES["random codes"](number),
            {**amounts, **same},
            action="create",
            effect="activates",
            exposure=most,
        )

    updates = [change_of("eased", "HOLI", number) for number in range(553, 600)]
    changes = [*map(create, range(553)), *updates]
    page = plan_markdown(plan_with(changes), LINKS, MOST - MARKER, WHERE)

    assert page.complete
    assert [] == [one.code for one in changes if f"`{one.code}`" not in page.text]
    assert f"- `{changes[52].code}` `1,104`, `1,156`, `1,208`, `1,260`" in page.text


def test_what_cannot_be_told_whole_is_told_as_far_as_there_is_room_the_most_costly_first() -> None:
    word = "a word that no money moves without " * 2
    changes = [
        change_with(
            f"C{number:03}",
            {"clientHandlingType": (f"{word}{number}", f"{number} {word}")},
            blocked="It must not be.",
            exposure=Exposure(number, 2 * number),
        )
        for number in range(600)
    ]
    page = plan_markdown(plan_with(changes, warnings=["a", "b"]), LINKS, MOST, WHERE)
    listed = re.findall(r"^- `C(\d+)` (?:blocked|update), ", page.text, re.MULTILINE)
    bare = re.findall(r"^- `C(\d+)` blocked, cost at worst ", page.text, re.MULTILINE)

    assert not page.complete
    assert [f"{number:03}" for number in reversed(range(600))] == listed
    assert listed[-len(bare) :] == bare
    assert 100 < 600 - len(bare) < 600
    assert f"**{len(bare) + 2} more not shown.** The whole plan: the artifact" in page.text
    assert "what it may cost" in page.text
    assert MOST - 300 < len(page.text) <= MOST


def test_what_is_of_others_is_marked_so_where_not_all_fits() -> None:
    changes = [
        change_with(f"C{number}", {"genericCode": ("x" * 60, "y" * 60 + str(number))}, owned=False)
        for number in range(12)
    ]
    page = plan_markdown(plan_with(changes), LINKS, 2_000, WHERE)
    told = [line for line in page.text.split("\n") if line.startswith("- ")]

    assert (False, 12) == (page.complete, len(told))
    assert 0 < sum("`genericCode`" in line for line in told) < 12
    assert [] == [line for line in told if "not of this pull request" not in line]


@pytest.mark.no_cover  # measuring is what takes the longest
@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_of_3000_changes_takes_less_than_two_seconds(kind: str) -> None:
    text = "a text of others. " * 20
    changes = [change_of(kind, f"{number} {text}", number) for number in range(3_000)]
    start = time.process_time()
    plan_markdown(plan_with(changes), LINKS, MOST, WHERE)

    assert time.process_time() - start < 2
