"""What a plan means in words: what it may cost, what a customer gets, what moves besides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from marketing import live, pull_request, series

from reconciler.change import Aside
from reconciler.exposure import Exposure
from reconciler.render.asidewords import aside_effect, aside_means, aside_words
from reconciler.render.meaning import amount, cost, cost_of, offer, total_cost

if TYPE_CHECKING:
    from reconciler.client import Client
    from reconciler.plan import Plan
    from reconciler.sandbox import Store


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


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            {"discountValue": 9, "discountUpto": 500},
            {"discountValue": 99, "discountUpto": 500},
            "unchanged at 250,000 (discountUpto holds each use at 500)",
            id="a cap holds",
        ),
        pytest.param(
            {"discountValue": 9, "discountUpto": 400, "maxBillAmount": 9000},
            {"discountValue": 9, "discountUpto": 400, "maxBillAmount": 90000},
            "unchanged at 200,000 (discountUpto holds each use at 400)",
            id="a cap holds larger bills",
        ),
        pytest.param(
            {"discountValue": 9, "discountUpto": 500, "maxBillAmount": 1000},
            {"discountValue": 10, "discountUpto": 500, "maxBillAmount": 1000},
            "45,000 → 50,000",
            id="a cap does not hold yet",
        ),
        pytest.param(
            {"discountValue": 9, "discountUpto": 500, "maxBillAmount": 1000},
            {"discountValue": 10, "discountUpto": 500, "maxBillAmount": 900},
            "unchanged at 45,000",
            id="a cap above what the largest bill gives",
        ),
        pytest.param(
            {"discountValue": 9, "discountUpto": 500},
            {"discountValue": 9, "discountUpto": 800},
            "250,000 → 400,000",
            id="a higher cap",
        ),
        pytest.param(
            {"minBillAmount": 1000},
            {"minBillAmount": -1},
            "unlimited, as before",
            id="without bound",
        ),
        pytest.param(
            {"discountType": "ABS", "minBillAmount": 1000},
            {"discountType": "ABS", "minBillAmount": 500},
            "unchanged at 50,000 (a minimum bill does not bound it)",
            id="a lower minimum",
        ),
        pytest.param(
            {"discountType": "ABS", "minBillAmount": 1000},
            {"discountType": "ABS", "minBillAmount": 2000},
            "unchanged at 50,000",
            id="a higher minimum",
        ),
        pytest.param(
            {"discountUpto": 70, "discountValue": 9, "minBillAmount": 1000},
            {"discountUpto": 70, "discountValue": 10, "minBillAmount": 500},
            "unchanged at 35,000 (discountUpto holds each use at 70; a minimum bill does not bound"
            " it)",
            id="both",
        ),
        pytest.param(
            {"discountType": "ABS", "validTillDate": "2026-06-30"},
            {"discountType": "ABS", "validTillDate": "2027-06-30"},
            "unchanged at 50,000 (it only lasts longer)",
            id="longer",
        ),
        pytest.param(
            {"discountType": "ABS", "validTillDate": "2026-06-30", "minBillAmount": 9},
            {"discountType": "ABS", "validTillDate": "2027-06-30", "minBillAmount": 8},
            "unchanged at 50,000 (a minimum bill does not bound it)",
            id="not only longer",
        ),
        pytest.param(
            {"discountType": "ABS", "maxRedeem": 900},
            {"discountType": "ABS", "maxRedeem": 950},
            "unchanged at 50,000",
            id="what is not known by name",
        ),
    ],
)
def test_a_cost_that_does_not_move_with_what_is_given_says_why(
    client: Client, store: Store, before: dict[str, object], after: dict[str, object], expected: str
) -> None:
    was, now = (series("A", **{"discountType": "PERC", **one}) for one in (before, after))
    live(store, was)

    (change,) = pull_request(client, [was], [now]).changes

    assert expected == cost_of(change, "UTC")


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


@pytest.mark.parametrize(
    ("kind", "path", "before", "after", "expected"),
    [
        pytest.param(
            "file deleted",
            None,
            None,
            None,
            "live goes on as it is, and nobody manages it any more; to end it, give it an end date"
            " first, and apply",
            id="a file",
        ),
        pytest.param(
            "no longer managed",
            "maxRedeem",
            300,
            300,
            "<maxRedeem> stays <300>, and nobody puts it back any more",
            id="a field",
        ),
        pytest.param(
            "no longer managed",
            "maxRedeem",
            300,
            5000,
            "<maxRedeem>: the file said <300>, live has <5,000>, which stays; nobody puts it back"
            " any more",
            id="a field that live has otherwise",
        ),
        pytest.param(
            "no longer managed",
            "maxRedeem",
            300,
            None,
            "<maxRedeem>: the file said <300>, live shows none, which stays; nobody puts it back"
            " any more",
            id="a field that live does not show",
        ),
        pytest.param("drift accepted", "maxRedeem", 300, 400, "live has this already", id="drift"),
        pytest.param("protect changed", None, True, None, "", id="what is plain"),
    ],
)
def test_an_aside_says_what_it_means(
    kind: str, path: str | None, before: object, after: object, expected: str
) -> None:
    aside = Aside(kind, "A", "f", 1, path, before, after, "neutral")

    assert expected == aside_means(aside, "UTC", "<{}>".format)


@pytest.mark.parametrize(
    ("code", "effect", "expected"),
    [
        ("A", "neutral", ""),
        ("A", "more generous", "more generous"),
        ("", "more generous", "guard loosened"),
        ("", "stricter", "guard tightened"),
        ("", "neutral", ""),
    ],
)
def test_the_effect_of_an_aside_is_told_where_it_has_one(
    code: str, effect: str, expected: str
) -> None:
    assert expected == aside_effect(Aside("kind", code, "f", 1, None, None, None, effect))
