"""What a change does, may cost and is refused for: worked out from its values, wherever it is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from conftest import UTC
from judged import QUIET_LIVE, UNLIMITED
from pullrequest import HIGHER, QUIET, named
from scenes import change_of, outcomes, plan_of

from reconciler.change import counted
from reconciler.exposure import Counters, Exposure, exposure
from reconciler.guardrails import Guardrails
from reconciler.live import read_series
from reconciler.planjson import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import FromText

    from reconciler.client import Client
    from reconciler.plan import Plan
    from reconciler.sandbox import Store

NOW = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def saved(plan: Plan) -> Any:  # noqa: ANN401 - JSON
    return json.loads(json.dumps(to_json(plan)))


# What the JSON says


def test_each_field_says_what_it_does_and_whether_customers_have_it_in_their_hands(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**QUIET_LIVE | {"numIssued": 3, "validTillDate": "2036-06-12T00:00:00Z"})
    text = HIGHER.replace("Upto: 100", "Upto: 50").replace("Hi", "Bye")

    (change,) = saved(plan_of(client, desired(text)))["changes"]

    assert {
        "discountValue": ("more generous", True),
        "discountUpto": ("stricter", True),
        "validTillDate": ("shorter", False),
        "smsTemplate": ("messaging", False),
    } == {one["path"]: (one["effect"], one["retroactive"]) for one in change["fields"]}
    assert ["[retroactive-value]"] == [said.split()[0] for said in change["warnings"]]


def test_nothing_is_retroactive_where_nothing_was_issued_or_nothing_was(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**QUIET_LIVE)
    plan = plan_of(client, desired(HIGHER, named("NEW")))

    assert {False} == {one.retroactive for change in plan.changes for one in change.fields}


def test_an_adoption_is_retroactive_too(client: Client, store: Store, desired: FromText) -> None:
    made = store.ui_create(**QUIET_LIVE | {"seriesCode": "OLD", "numIssued": 3})
    change = change_of(client, desired(f"{HIGHER}lifecycle: {{adopt: {made}}}\n"))

    assert {"seriesCode": False, "discountValue": True} == {
        one.path: one.retroactive for one in change.fields
    }


def test_side_effects_have_an_effect_as_well(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**QUIET_LIVE | {"redemptionValidFrom": "2030-01-01T10:23:17Z"})
    change = change_of(client, desired(HIGHER))

    assert [("discountValue", "more generous"), ("redemptionValidFrom", "longer")] == [
        (one.path, one.effect) for one in change.fields
    ]


def test_exposure_stands_at_each_change_and_in_all_and_null_is_unlimited(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**QUIET_LIVE | {"numRedeemed": 400})
    bounded = saved(plan_of(client, desired(QUIET.replace("Upto: 100", "Upto: 150"), named("B"))))
    free = saved(plan_of(client, desired(UNLIMITED.replace("DIWALI", "FREE"), named("B"))))

    # 600 uses are left of the first series
    costs = [{"before": 0, "after": 100_000}, {"before": 60_000, "after": 90_000}]
    assert costs == [one["exposure"] for one in bounded["changes"]]
    assert {"before": 60_000, "after": 190_000} == bounded["summary"]["exposure"]
    assert [{"before": 0, "after": 100_000}, {"before": 0, "after": None}] == [
        one["exposure"] for one in free["changes"]
    ]
    assert {"before": 0, "after": None} == free["summary"]["exposure"]


def test_counters_are_outside_the_digest_and_inside_the_exposure(
    client: Client, store: Store, desired: FromText
) -> None:
    made = store.ui_create(**QUIET_LIVE)
    before = plan_of(client, desired(HIGHER))
    store.ui_edit(made, numIssued=9, numRedeemed=400, numUploadedTotal=50)
    after = plan_of(client, desired(HIGHER))

    assert before.digest == after.digest
    assert [Exposure(100_000, 100_000), Exposure(65_000, 65_000)] == [
        plan.exposure for plan in (before, after)
    ]
    assert Counters(9, 400, 50) == after.changes[0].counters


# Judged again, right before the write

MEANWHILE: dict[str, tuple[str, Mapping[str, int], Guardrails, str, str]] = {
    "as many were issued as may be": (
        QUIET.replace("Create: 1000", "Create: 900"),
        {"numIssued": 900},
        Guardrails(),
        "blocked",
        "maxCreate 900 is not above the 900 coupons already issued",
    ),
    "one less was issued": (
        QUIET.replace("Create: 1000", "Create: 900"),
        {"numIssued": 899},
        Guardrails(),
        "done",
        "",
    ),
    "codes were uploaded": (
        HIGHER,
        {"numUploadedTotal": 1},
        Guardrails(max_exposure=100_000),
        "blocked",
        "it may cost 100,100 at worst",
    ),
    "coupons were issued": (
        HIGHER,
        {"numIssued": 1},
        Guardrails(severity={"retroactive-value": "block"}),
        "blocked",
        "discountValue moves for the 1 coupons",
    ),
    "coupons were used": (
        HIGHER,
        {"numRedeemed": 400},
        Guardrails(max_exposure=100_000),
        "done",
        "",
    ),
}


@pytest.mark.parametrize(
    ("text", "counters", "rails", "status", "said"), MEANWHILE.values(), ids=MEANWHILE
)
def test_what_live_has_counted_meanwhile_is_judged_right_before_the_write(
    client: Client,
    store: Store,
    desired: FromText,
    text: str,
    counters: Mapping[str, int],
    rails: Guardrails,
    status: str,
    said: str,
) -> None:
    made = store.ui_create(**QUIET_LIVE)
    client.target = replace(client.target, guardrails=rails)
    plan = plan_of(client, desired(text))
    assert [] == plan.blocked
    store.ui_edit(made, **counters)

    (found,) = outcomes(plan, client)

    assert (status, True) == (found.status, said in (found.error or ""))
    wrote = [request.method for request in store.requests() if request.method == "PUT"]
    assert ([] if status == "blocked" else ["PUT"]) == wrote


# Counters that say something else than they seem to


def test_what_was_redeemed_while_a_coupon_had_many_uses_counts_no_coupons(
    client: Client, store: Store, desired: FromText
) -> None:
    """9,990 uses of 100 coupons leave far more than 10 coupons to give."""
    many = {"isMultipleUseAllowed": True, "numIssued": 100, "numRedeemed": 990}
    store.ui_create(**QUIET_LIVE | many)
    text = QUIET.replace("anyUser", "isMultipleUseAllowed: false\nanyUser")

    change = change_of(client, desired(text))

    assert Exposure(None, 100 * 1000) == change.exposure


@pytest.mark.parametrize(
    ("uploaded", "expected"),
    [(12, 100_000 + 1_200), (12.5, 100_000 + 1_300), ("12,000", None), ([12], None)],
    ids=["a number", "a fraction", "text", "a list"],
)
def test_uploaded_codes_that_nobody_can_read_bound_nothing(
    uploaded: object, expected: int | None
) -> None:
    row = read_series({"id": 1, "numUploadedTotal": uploaded})
    state: dict[str, Any] = {"discountType": "ABS", "discountValue": 100, "anyUser": False}
    state["maxRedeem"] = 1000

    assert expected == exposure(state, counted(row), UTC, NOW)


def test_a_series_of_the_web_ui_that_ends_is_purely_stricter(
    client: Client, store: Store, desired: FromText
) -> None:
    """Any update cuts its start; within the past nobody gains a day by that."""
    store.ui_create(**QUIET_LIVE | {"redemptionValidFrom": "2025-01-05T10:23:17Z"})

    change = change_of(client, desired(QUIET.replace("2035-06-12", "2025-06-12")))

    assert {"validTillDate": "ends", "redemptionValidFrom": "neutral"} == {
        one.path: one.effect for one in change.fields if one.path != "validTillDateTime"
    }
    assert change.purely_stricter
