"""Who moved, as a plan with a record tells it; and any plan, saved and applied, keeps its word."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from behind_the_wire import last_put, talking
from conftest import MINIMAL
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from scenes import LIVE, carried_out, change_of, moves, outcomes, plan_of, recorded, settled
from strategies import files, live_rows
from test_convergence import REWRITTEN, from_values

from reconciler.config import Target
from reconciler.fields import FIELDS
from reconciler.lifecycle import Lifecycle
from reconciler.live import read_series
from reconciler.planfile import from_json
from reconciler.planjson import to_json
from reconciler.record import Record
from reconciler.sandbox import Behaviour, Store, transport
from reconciler.snapshot import HIDING

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.plan import Plan

CHEAPER = MINIMAL.replace("Value: 500", "Value: 400")
PRODUCTS = "productInfo: [{{productType: SKU, productIds: [{}]}}]\n"
NO_OTHERS = "redemptionOrgEntityDetails: []\ntargetUserDetails: {}\ncustomPropertyMap: {}\n"

CAUSES: dict[str, tuple[int, int, str | None]] = {
    "the file moved": (400, 500, "pending"),
    "live moved": (500, 450, "drift"),
    "both moved": (400, 450, "conflict"),
    "both moved to the same": (400, 400, None),
}


@pytest.mark.parametrize(("file", "live", "cause"), CAUSES.values(), ids=CAUSES)
def test_a_record_tells_who_moved(
    client: Client, store: Store, desired: FromText, file: int, live: int, cause: str | None
) -> None:
    record = settled(client, desired(MINIMAL))
    store.ui_edit(store.rows()[0]["id"], discountValue=live)

    plan = plan_of(client, desired(MINIMAL.replace("Value: 500", f"Value: {file}")), record)

    found = [one for change in plan.changes for one in moves(change).values()]
    assert found == ([] if cause is None else [(live, file, cause)])
    assert plan.drifted == (cause in {"drift", "conflict"})
    assert plan.base == record.tip


def test_without_a_record_nothing_has_a_cause(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE)

    assert moves(change_of(client, desired(CHEAPER))) == {"discountValue": (500, 400, None)}


NEWLY_NAMED = {
    "a field that the record does not hold": "minBillAmount: 9\n",
    "a key that it does not hold": "redemptionRange: {dow: [6]}\n",
}


@pytest.mark.parametrize("added", NEWLY_NAMED.values(), ids=NEWLY_NAMED)
def test_what_was_never_applied_is_pending(client: Client, desired: FromText, added: str) -> None:
    record = settled(client, desired(MINIMAL))

    (found,) = moves(change_of(client, desired(MINIMAL + added), record)).values()

    assert "pending" == found[2]


def test_a_series_that_the_record_does_not_hold_is_pending(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE)
    other = settled(client, desired(MINIMAL.replace("APRIL100", "MAY100").replace("April", "May")))

    change = change_of(client, desired(CHEAPER), Record(other.entries, other.tip))

    assert {"pending"} == {cause for _, _, cause in moves(change).values()}


def test_what_the_server_cut_is_no_drift(client: Client, store: Store, desired: FromText) -> None:
    text = MINIMAL.replace("2035-06-12", "2035-06-12T10:00:00+05:30")
    record = settled(client, desired(text))
    assert plan_of(client, desired(text), record).changes == ()

    (found,) = moves(change_of(client, desired(MINIMAL.replace("-12", "-13")), record)).values()

    assert "pending" == found[2]


# What live does not show


@pytest.fixture
def hiding() -> Any:  # noqa: ANN401 - a generator
    with Store(":memory:", Behaviour(read_shows_hidden=False)) as opened:
        yield opened


@pytest.fixture
def blind(hiding: Store, target: Target) -> Any:  # noqa: ANN401 - a generator
    with talking(replace(target, reads_back=frozenset()), transport(hiding)) as opened:
        yield opened


UNSHOWN = {
    "products": (PRODUCTS.format(1), PRODUCTS.format(2), "productInfo"),
    "no products any more": (PRODUCTS.format(1), "productInfo: []\n", "productInfo"),
    "a custom property": (
        "customPropertyMap: {artwork: a.png}\n",
        "customPropertyMap: {artwork: b.png}\n",
        "customPropertyMap.artwork",
    ),
}


@pytest.mark.parametrize(("before", "after", "path"), UNSHOWN.values(), ids=UNSHOWN)
def test_a_value_that_live_hides_is_planned_from_what_was_recorded(
    blind: Client, hiding: Store, desired: FromText, before: str, after: str, path: str
) -> None:
    record = settled(blind, desired(MINIMAL + before))
    old, new = desired(MINIMAL + before), desired(MINIMAL + after)
    was, then = (one["APRIL100"].declared[path].value for one in (old, new))
    assert plan_of(blind, old, record).changes == ()
    assert plan_of(blind, new).changes == ()  # without a record, nobody can tell

    plan = plan_of(blind, new, record)

    (change,) = plan.changes
    assert moves(change) == {path: (was, then, "pending")}
    now = datetime.fromisoformat(plan.created_at)
    assert plan == from_json(json.dumps(to_json(plan)), blind.target, now)
    ended = outcomes(plan, blind)
    assert ["done"] == [found.status for found in ended]
    name, _, key = path.partition(".")
    sent = last_put(hiding)[name]
    assert then == (sent[key] if key else sent)
    assert plan_of(blind, new, recorded(plan, ended, blind, record)).changes == ()


def test_a_live_value_of_any_spelling_stands_for_no_mark(
    client: Client, store: Store, desired: FromText
) -> None:
    for spelled in ('["recorded"]', '["recorded","x"]', '["shown as ids"]'):
        store.reset()
        store.ui_create(**LIVE | {"mutualExclusiveSeriesIds": spelled})

        change = change_of(client, desired(MINIMAL + "mutualExclusiveSeriesIds: [3]\n"))

        assert list(moves(change)) == ["mutualExclusiveSeriesIds"]


def test_a_stray_series_of_a_run_that_broke_off_is_named(
    client: Client, store: Store, desired: FromText
) -> None:
    carried_out(plan_of(client, desired(MINIMAL)), client)
    posted = next(call.body for call in store.requests() if call.method == "POST")
    assert posted is not None
    tag = posted["CouponSeriesV2"]["tag"]
    stray = store.ui_create(**LIVE | {"seriesCode": "A1B2C3D4E5", "tag": tag})

    plan = plan_of(client, desired(MINIMAL))

    assert plan.changes == ()
    (said,) = plan.warnings
    assert f"APRIL100: id {stray} was created for it and never got the code" in said


# Any plan


def read_again(plan: Plan, target: Target) -> Plan:
    now = datetime.fromisoformat(plan.created_at)
    return from_json(json.dumps(to_json(plan)), target, now)


CLOCKS = st.sampled_from([0, 1, 36_000, 86_399])
LIFECYCLES = st.sampled_from(
    [
        Lifecycle(),
        Lifecycle(ignore_changes=("discountValue", "validTillDate")),
        Lifecycle(ignore_changes=("description", "expiryStrategyType", "productInfo")),
        Lifecycle(ignore_changes=("redemptionRange.dow", "customPropertyMap", "anyUser")),
        Lifecycle(protect=True),
    ]
)


def keeps_its_word(
    wanted: dict[str, Any], live: dict[str, Any], zone: str, lifecycle: Lifecycle, seconds: int
) -> None:
    """One example: what a plan does not tell of, an apply does not move."""
    target = Target("sandbox", "sandbox::memory:", ZoneInfo(zone), None, 4, frozenset(HIDING))
    for name in ("clientHandlingType", "expiryStrategyType"):  # which no update may change
        live = live | {name: wanted[name]}
    if wanted["clientHandlingType"] == "GENERIC":
        live = live | {"genericCode": "ALL", "redemptionPerCouponMaxLimit": -1}
    clock = {"redemptionValidFrom": _spelled(live, "redemptionValidFrom", zone, seconds)}
    end = {"validTillDate": _spelled(live, "validTillDate", zone, seconds)}
    desired = {"CODE": replace(from_values(wanted, zone), lifecycle=lifecycle)}
    with Store(":memory:", Behaviour(zone=zone)) as store, talking(target, transport(store)) as api:
        store.ui_create(**live | clock | end)
        before = store.rows()[0]
        plan = plan_of(api, desired)
        assert plan == read_again(plan, target)

        ended = {found.status for found in outcomes(plan, api)}

        after = store.rows()[0]
    told = {path.partition(".")[0] for change in plan.changes for path in moves(change)}
    if ended == {"done"}:
        # what live does not show is sent all the same, and said so
        told |= {path.partition(".")[0] for change in plan.changes for path in change.sent}
        told |= REWRITTEN - {"redemptionValidFrom", "validTillDate"}
        told |= {"validTillDateTime"} if "validTillDate" in told else set()
    event(f"ended {sorted(ended)}")
    assert ended <= {"done", "blocked"}
    old, new = read_series(before), read_series(after)
    for key in (before.keys() | after.keys()) - told:
        same = old.meaning(key) == new.meaning(key) if key in FIELDS else True
        assert same, (key, before.get(key), after.get(key))
        assert key in FIELDS or before.get(key) == after.get(key)


def _spelled(live: dict[str, Any], key: str, zone: str, seconds: int) -> str:
    """A moment as the UI keeps it: on the clock, in the server's zone."""
    there = ZoneInfo(zone)
    day = datetime.fromisoformat(live.get(key, "2031-04-05T00:00:00Z")).astimezone(there).date()
    moment = datetime(day.year, day.month, day.day, seconds // 3600, 7, tzinfo=there)
    spelled = (moment if seconds else moment.replace(hour=0, minute=0)).isoformat()
    return spelled.replace("+00:00", "Z")


ANY = {
    "wanted": files(),
    "live": live_rows(),
    "zone": st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York"]),
    "lifecycle": LIFECYCLES,
    "seconds": CLOCKS,
}
HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=40, deadline=None, suppress_health_check=HEALTH)
@given(**ANY)
def test_what_a_plan_does_not_tell_of_an_apply_does_not_move(
    wanted: dict[str, Any], live: dict[str, Any], zone: str, lifecycle: Lifecycle, seconds: int
) -> None:
    keeps_its_word(wanted, live, zone, lifecycle, seconds)


@pytest.mark.slow
@settings(max_examples=500, deadline=None, suppress_health_check=HEALTH)
@given(**ANY)
def test_what_hundreds_of_plans_do_not_tell_of_no_apply_moves(
    wanted: dict[str, Any], live: dict[str, Any], zone: str, lifecycle: Lifecycle, seconds: int
) -> None:
    keeps_its_word(wanted, live, zone, lifecycle, seconds)
