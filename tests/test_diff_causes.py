"""Who moved since a value was applied, and what a recorded value stands in for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL, UTC
from scenes import LIVE

from reconciler.diff import AS_RECORDED, Base, compare, recorded
from reconciler.live import LiveSeries
from reconciler.values import Mark

if TYPE_CHECKING:
    from conftest import FromText


def applied_before(**managed: Any) -> Base:  # noqa: ANN401 - any JSON
    return Base(managed, UTC)


CAUSES: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "the file moved": ("minBillAmount: 9", {"minBillAmount": 5}, {"minBillAmount": 5}, "pending"),
    "live moved": ("minBillAmount: 9", {"minBillAmount": 5}, {"minBillAmount": 9}, "drift"),
    "both moved": ("minBillAmount: 9", {"minBillAmount": 5}, {"minBillAmount": 7}, "conflict"),
    "never applied": ("minBillAmount: 9", {"minBillAmount": 5}, {}, "pending"),
    "recorded in another spelling": (
        "maxRedeem: unlimited",
        {"maxRedeem": 3},
        {"maxRedeem": -1},
        "drift",
    ),
    "recorded in a form that means nothing": (
        "redemptionValidFrom: 2030-01-02",
        {"redemptionValidFrom": "2030-01-01T00:00:00Z"},
        {"redemptionValidFrom": "soon"},
        "conflict",
    ),
    "a moment that was cut": (
        "redemptionValidFrom: 2030-01-05",
        {"redemptionValidFrom": "2030-01-02T00:00:00Z"},
        {"redemptionValidFrom": "2030-01-02T15:00:00Z"},
        "pending",
    ),
    "one and minus one under SERIES_EXPIRY": (
        "expiryStrategyValue: 1",
        {"expiryStrategyValue": 3},
        {"expiryStrategyValue": -1},
        "drift",
    ),
}


@pytest.mark.parametrize(("added", "live", "base", "cause"), CAUSES.values(), ids=CAUSES)
def test_what_was_applied_tells_who_moved(
    desired: FromText, added: str, live: dict[str, Any], base: dict[str, Any], cause: str
) -> None:
    declared = desired(MINIMAL + added + "\n")["APRIL100"].declared
    row = LiveSeries(7, "APRIL100", LIVE | live)

    (field,) = compare(declared, row, UTC, (), applied_before(**base)).changes

    assert field.cause == cause


PRODUCTS = [{"productType": "SKU", "productIds": [1]}]
OTHERS = [{"productType": "SKU", "productIds": [2]}]


@pytest.mark.parametrize(
    ("base", "before"),
    [({"productInfo": PRODUCTS}, [PRODUCTS]), ({"productInfo": OTHERS}, []), ({}, [])],
    ids=["moved away from", "still wanted", "not recorded"],
)
def test_what_live_hides_differs_from_what_was_recorded_alone(
    desired: FromText, base: dict[str, Any], before: list[Any]
) -> None:
    text = MINIMAL + "productInfo: [{productType: SKU, productIds: [2]}]\n"
    row = LiveSeries(7, "APRIL100", LIVE)

    found = compare(desired(text)["APRIL100"].declared, row, UTC, (), applied_before(**base))

    assert before == [field.before for field in found.changes]
    assert (recorded(found.managed["productInfo"][0]) is not None) == bool(before)


def test_no_value_is_taken_for_a_recorded_one() -> None:
    assert [1] == recorded([AS_RECORDED, [1]])
    values: list[Any] = [["recorded"], ["recorded", 1], ["?", 1], [], "recorded", Mark.UNREADABLE]
    for value in values:
        assert recorded(value) is None
