"""The plan as a page: numbers that do not contradict each other, and equal things told once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from marketing import live, pull_request, scene, series
from test_render_html import Reader

from reconciler.reason import Blocked
from reconciler.render.html import plan_html

if TYPE_CHECKING:
    from reconciler.client import Client
    from reconciler.plan import Plan
    from reconciler.sandbox import Store


@pytest.fixture
def marketing(client: Client, store: Store) -> Plan:
    """The plan that every view has to tell well."""
    return scene(client, store)


def test_the_numbers_of_the_headline_are_those_of_the_filter(marketing: Plan) -> None:
    """Of changes, however many of them are told as one, and of what stands without one."""
    why = Blocked("max-changes", "too many at once")
    held = tuple(replace(one, blocked=(*one.blocked, why)) for one in marketing.changes)
    asides = tuple(replace(marketing.asides[0], code=code, blocked=(why,)) for code in "AB")

    words = Reader(plan_html(replace(marketing, changes=held, asides=asides))).words

    assert "44 changes, 2 moves without a change: 46 blocked Cost at worst" in words
    assert "All 46 Blocked 46 Moves without a change 2 Open all" in words
    assert "Blocked 44 Apply refuses these by name. MEMBERS9" in words
    assert "The rest can go on" not in words
    assert 4 == words.count("Held up with the whole plan max-changes ")


def test_the_rest_can_go_on_where_there_is_a_rest(marketing: Plan) -> None:
    assert "Apply refuses these by name. The rest can go on." in Reader(plan_html(marketing)).words


def test_a_cost_that_a_cap_holds_says_so(client: Client, store: Store) -> None:
    before = series("A100", discountType="PERC", discountValue=9, discountUpto=500)
    live(store, before)

    plan = pull_request(client, [before], [{**before, "discountValue": 99}])

    words = Reader(plan_html(plan)).words
    assert "unchanged at 250,000 (discountUpto holds each use at 500) 99% off" in words


def test_equal_asides_are_one_entry_with_all_their_files(marketing: Plan) -> None:
    (aside,) = marketing.asides
    more = replace(aside, code="LOYAL80", file="series/loyal80.yaml")

    words = Reader(plan_html(replace(marketing, asides=(aside, more)))).words

    assert (
        "Moves without a change 2 Nothing is written for these, and money may move all the same."
        " The same in 2 series no longer managed unchanged at 45,000"
        " maxRedeem stays 300, and nobody puts it back any more"
        " LOYAL75 series/loyal75.yaml:1 LOYAL80 series/loyal80.yaml:1 The rest"
    ) in words


def test_a_guard_is_loosened_and_gives_nothing_itself(marketing: Plan) -> None:
    guard = replace(
        marketing.asides[0],
        kind="guardrails changed",
        code="",
        path="max_percent",
        before=60,
        after=99,
        effect="more generous",
    )

    words = Reader(plan_html(replace(marketing, changes=(), asides=(guard,)))).words

    assert "Nothing to write, 1 move without a change" in words
    assert "guardrails changed ▲ guard loosened" in words
    assert "max_percent 60 99 ▲ guard loosened" in words


def test_many_windows_that_do_not_move_are_folded(marketing: Plan) -> None:
    words = Reader(plan_html(marketing)).words
    few = replace(marketing, changes=marketing.changes[:12])

    _, _, drawn = words.partition("When they can be used 44")
    rows, _, folded = drawn.partition("42 windows do not move")
    assert "2 series" in rows
    assert ["MONSOON150", "NEWYEAR50"] == sorted(set(re.findall(r"[A-Z]+\d+", rows)))
    assert {"MEMBERS9", "STORE01", "STORE40"} <= set(re.findall(r"[A-Z]+\d+", folded))
    assert "do not move" not in Reader(plan_html(few)).words
