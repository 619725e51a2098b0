"""What a plan means in words: what it may cost, what a customer gets, what moves besides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from marketing import pull_request, series

from reconciler.change import Aside
from reconciler.exposure import Exposure
from reconciler.render.meaning import amount, aside_words, cost, offer, total_cost

if TYPE_CHECKING:
    from reconciler.client import Client
    from reconciler.plan import Plan


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(999_600, 4_998_000, "999,600 → 4,998,000", id="more"),
        pytest.param(0, None, "0 → unlimited", id="without bound"),
        pytest.param(None, 5, "unlimited → 5", id="bounded"),
        pytest.param(999_600, 999_600, "unchanged at 999,600", id="the same"),
        pytest.param(None, None, "unlimited, as before", id="never bounded"),
    ],
)
def test_a_cost_is_told_before_and_after(
    before: int | None, after: int | None, expected: str
) -> None:
    assert expected == cost(Exposure(before, after))


def test_an_amount_is_grouped_and_none_is_unlimited() -> None:
    assert ("4,998,000", "unlimited") == (amount(4_998_000), amount(None))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {
                "discountType": "PERC",
                "discountValue": 15,
                "discountUpto": 750,
                "minBillAmount": 1500,
                "maxCreate": 20000,
            },
            "15% off, at most 750, bills from 1,500; for the customer it was issued to; until"
            " 2027-12-31 23:59:59 UTC; at most 20,000 coupons",
            id="a percentage with a cap",
        ),
        pytest.param(
            {"minBillAmount": None, "maxCreate": None},
            "100 off, any bill; for the customer it was issued to; until 2027-12-31 23:59:59 UTC;"
            " any number of coupons",
            id="without any bound",
        ),
        pytest.param(
            {"discountType": "PERC", "minBillAmount": None, "maxBillAmount": 9000},
            "100% off, no cap, bills up to 9,000; for the customer it was issued to; until"
            " 2027-12-31 23:59:59 UTC; at most 500 coupons",
            id="only small bills",
        ),
        pytest.param(
            {"anyUser": True, "redemptionPerCouponMaxLimit": 3, "maxRedeem": 80},
            "100 off, bills from 1,000; for anybody with a code; until 2027-12-31 23:59:59 UTC;"
            " at most 500 coupons, at most 80 redeemed, each used at most 3 times",
            id="for anybody, several times",
        ),
        pytest.param(
            {"sameUserMultipleRedeem": True},
            "100 off, bills from 1,000; for the customer it was issued to; until"
            " 2027-12-31 23:59:59 UTC; at most 500 coupons, each used any number of times",
            id="several times by the same customer",
        ),
        pytest.param(
            {"clientHandlingType": "GENERIC", "genericCode": "GO", "anyUser": True},
            "100 off, bills from 1,000; one code for everybody; until 2027-12-31 23:59:59 UTC;"
            " any number of times",
            id="one code",
        ),
        pytest.param(
            {
                "discountOn": "ITEM",
                "storeIdsJson": "[4]",
                "productInfo": [{"productType": "SKU", "productIds": [1]}],
            },
            "100 off (on ITEM), bills from 1,000; for the customer it was issued to; for certain"
            " products, at certain places; until 2027-12-31 23:59:59 UTC; at most 500 coupons",
            id="on some things",
        ),
    ],
)
def test_an_offer_is_one_sentence(client: Client, fields: dict[str, object], expected: str) -> None:
    plan = pull_request(client, [], [series("A", **fields)])

    assert expected == offer(plan.changes[0], plan.zone)


def test_an_offer_is_told_of_what_live_keeps(client: Client) -> None:
    (made,) = _plan(client, [series("A")]).changes
    made = replace(made, money={"discountType": "PERC", "maxCreate": 7})
    made = replace(made, action="update", managed={"discountValue": (10, 20)})

    assert offer(made, "UTC").startswith("20% off, no cap, any bill; until a moment that is not")
    assert offer(made, "UTC").endswith("at most 7 coupons, each used any number of times")


def test_unlimited_costs_are_counted_and_never_added_up(client: Client) -> None:
    asked = [series("A"), series("B", maxCreate=None), series("C", maxCreate=10)]

    assert [
        "0 → unlimited (1 series without bound; the other 2: 51,000)",
        "0 → unlimited (1 series without bound)",
        "0 → 50,000",
        "unchanged at 0",
    ] == [total_cost(_plan(client, some)) for some in (asked, asked[1:2], asked[:1], [])]


def _plan(client: Client, files: list[dict[str, object]]) -> Plan:
    return pull_request(client, [], files)


@pytest.mark.parametrize(
    ("path", "code", "before", "after", "expected"),
    [
        pytest.param("maxRedeem", "A", 300, None, ("300", "(not set)"), id="a field"),
        pytest.param(
            "validTillDate",
            "A",
            "2036-01-01",
            "2037-01-01T00:00:00Z",
            ("2036-01-01 (last moment 23:59:59 UTC)", "2037-01-01 (last moment 23:59:59 UTC)"),
            id="drift that a file accepts",
        ),
        pytest.param(None, "A", True, None, ("true", "(not set)"), id="protection"),
        pytest.param(
            None, "A", ["maxRedeem", "tag"], [], ("maxRedeem; tag", ""), id="fields to ignore"
        ),
        pytest.param(
            None,
            "A",
            None,
            [{"rule": "max-percent", "value": 99, "reason": "fun", "until": "2026-02-01"}],
            ("(not set)", 'max-percent up to 99 until 2026-02-01 ("fun")'),
            id="an allowance",
        ),
        pytest.param(
            "max_exposure", "", 10_000_000, 99_000_000, ("10,000,000", "99,000,000"), id="a guard"
        ),
        pytest.param("max_changes_share", "", 0.3, 0.5, ("0.3", "0.5"), id="a share"),
        pytest.param("rules.max-percent", "", "block", "warn", ('"block"', '"warn"'), id="a rule"),
    ],
)
def test_an_aside_is_told_in_words(
    path: str | None, code: str, before: object, after: object, expected: tuple[str, str]
) -> None:
    aside = Aside("kind", code, "f", 1, path, before, after, "neutral")

    assert expected == aside_words(aside, "UTC")
