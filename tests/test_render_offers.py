"""What the series of one group offer: once where it is equal, and else beside their codes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from handmade import change_with, plan_with
from marketing import live, pull_request, series
from test_render_html import Reader

from reconciler.render.html import plan_html
from reconciler.render.ink import Ink
from reconciler.render.markdown import plan_markdown
from reconciler.render.passages import Passages
from reconciler.render.story import Story
from reconciler.render.text import plan_text

if TYPE_CHECKING:
    from reconciler.client import Client
    from reconciler.plan import Plan
    from reconciler.sandbox import Store

FILES = [series("A1"), series("B1", minBillAmount=500), series("C1")]
FIRST = "120 off, bills from 1,000; for the customer it was issued to; until"
OTHER = "120 off, bills from 500; for the customer it was issued to; until"


@pytest.fixture
def dearer(client: Client, store: Store) -> Plan:
    """The same change in three series, of which one has another minimum."""
    return moved(client, store, discountValue=120)


def moved(client: Client, store: Store, **fields: object) -> Plan:
    for one in FILES:
        live(store, one)
    return pull_request(client, FILES, [{**one, **fields} for one in FILES])


def test_a_terminal_shows_each_offer_with_its_codes(dearer: Plan) -> None:
    shown = plan_text(dearer, Ink(), width=200)

    _, _, told = shown.partition("the same change in each\n")
    assert told.startswith(
        f"    cost at worst 50,000 → 60,000 each\n    A1, C1: {FIRST} 2027-12-31 23:59:59 UTC;"
        f" at most 500 coupons\n    B1: {OTHER} "
    )
    assert "    in " not in told


def test_a_page_shows_each_offer_with_its_codes(dearer: Plan) -> None:
    words = Reader(plan_html(dearer)).words

    assert f"A1, C1: {FIRST}" in words
    assert f"B1: {OTHER}" in words


def test_a_comment_shows_each_offer_with_its_codes(dearer: Plan) -> None:
    shown = plan_markdown(dearer).text

    assert f"- `A1` (`series/a1.yaml:1`), `C1` (`series/c1.yaml:1`): {FIRST} " in shown
    assert f"- `B1` (`series/b1.yaml:1`): {OTHER} " in shown


def test_where_only_words_move_the_offers_are_left_out(client: Client, store: Store) -> None:
    plan = moved(client, store, smsTemplate="Hello {{voucher}}")

    for shown in (plan_text(plan, Ink()), plan_html(plan), plan_markdown(plan).text):
        assert "100 off" not in shown


@pytest.mark.parametrize(("number", "told"), [(20, 20), (21, 0)])
def test_a_comment_does_not_tell_many_offers_one_by_one(number: int, told: int) -> None:
    cheap = change_with("A", {"discountValue": (100, 120)}, effect="more generous")
    changes = [
        replace(cheap, code=f"A{count}", money={"discountType": "ABS", "maxCreate": count})
        for count in range(1, number + 1)
    ]

    assert told == plan_markdown(plan_with(changes)).text.count("120 off")


def test_without_offers_equal_changes_take_less_room(dearer: Plan) -> None:
    (group,) = Story(dearer).groups

    whole, bare = (list(Passages("UTC", offers=told).group(group)) for told in (True, False))

    assert 1 == len(whole) - len(bare)
    assert "- `A1` (`series/a1.yaml:1`), `B1` (`series/b1.yaml:1`), `C1` (`series/c1.yaml:1`)" in (
        bare
    )
    assert "120 off" not in " ".join(bare)
