"""What a guardrail says: what is wrong, the figure, the limit, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from test_guards import PERCENT, QUIET, case

from reconciler.guardrails import DEFAULT
from reconciler.guards import value_guards

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.guards import Judged


def said(judged: Judged, rule: str) -> str:
    (message,) = [why.message for why in value_guards(judged, DEFAULT) if why.rule == rule]
    return message


@pytest.mark.parametrize(
    ("state", "rule", "expected"),
    [
        (
            PERCENT | {"discountValue": 99},
            "max-percent",
            (
                "discountValue is 99%, and the limit (max_percent) is 60%; write 60 or less, or"
                " write in its file lifecycle: {allow: [{rule: max-percent, value: 99, reason: WHY,"
                " until: DATE}]}"
            ),
        ),
        (
            PERCENT | {"discountValue": 990},
            "max-percent",
            "discountValue is 990%, and the limit (max_percent) is 60%; write 60 or less",
        ),
        (
            QUIET | {"discountValue": 12_000},
            "max-exposure",
            (
                "it may cost 12,000,000 at worst, and the limit (max_exposure) is 10,000,000 for"
                " one series; lower the discount or a limit, or write in its file"
                " lifecycle: {allow: [{rule: max-exposure, value: 12000000, reason: WHY,"
                " until: DATE}]}"
            ),
        ),
        (
            QUIET | {"maxRedeem": -1, "maxCreate": -1},
            "unlimited-exposure",
            (
                "what it may cost at worst is unlimited: nothing bounds it; set a limit"
                " (maxRedeem), or write in its file lifecycle: {allow: [{rule: unlimited-exposure,"
                " reason: WHY, until: DATE}]}"
            ),
        ),
        (
            QUIET | {"minBillAmount": -1},
            "no-minimum",
            (
                "100 off without a minimum bill: a customer may get a small bill for free; write a"
                " minBillAmount above 100, or lifecycle: {allow: [{rule: no-minimum, reason: WHY,"
                " until: DATE}]}"
            ),
        ),
    ],
    ids=["percent", "more than the whole price", "exposure", "unlimited", "no minimum"],
)
def test_a_message_says_what_the_limit_and_the_way_out(
    state: Mapping[str, Any], rule: str, expected: str
) -> None:
    assert expected == said(case(state), rule)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"maxRedeem": -1, "maxCreate": -1}, "(maxRedeem)"),
        ({"discountType": "PERC", "maxBillAmount": -1}, "(discountUpto)"),
        (
            {"discountType": "PERC", "maxBillAmount": -1, "maxRedeem": 0, "maxCreate": 0},
            "(maxRedeem and discountUpto)",
        ),
        ({"anyUser": True}, "(redemptionPerCouponMaxLimit)"),
        (
            {"sameUserMultipleRedeem": True},
            "(anyUser, isMultipleUseAllowed and sameUserMultipleRedeem: false)",
        ),
        ({"discountType": ["?", 1]}, "(see docs/exposure.md)"),
    ],
    ids=["coupons", "a cap", "both", "uses for any user", "uses", "an unknown kind"],
)
def test_what_is_unlimited_is_told_the_fewest_limits_that_bound_it(
    state: Mapping[str, Any], expected: str
) -> None:
    assert f"set a limit {expected}, or" in said(case({**QUIET, **state}), "unlimited-exposure")
