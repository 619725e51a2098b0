"""For any files and any live state: plan, apply, plan is empty, and nothing else has moved."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from conftest import planned
from faketime import FakeTime
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import files, live_rows

from reconciler.apply import execute
from reconciler.client import Client
from reconciler.config import Target, sandbox_credentials
from reconciler.declared import Desired
from reconciler.fields import FIELDS, MANAGEABLE
from reconciler.kinds import Kind
from reconciler.live import read_series
from reconciler.sandbox import Behaviour, Store, transport
from reconciler.validation import Checked
from reconciler.yamlfile import parse

PutMode = Literal["replace", "merge"]
HIDING = frozenset(field.name for field in MANAGEABLE if field.hides)
# What any PUT rewrites (API page, section 5), and the unset values that it spells out.
REWRITTEN = {
    "lastUsed",
    "dvsExpiryDate",
    "numTotal",
    "fixedExpiryDate",
    "validTillDateTime",
    "redemptionValidFrom",
}


def from_values(values: dict[str, Any], zone: str) -> Desired:
    """A desired series by way of YAML, as a file would bring it."""
    document = parse(json.dumps(values, ensure_ascii=False))
    checked = Checked(document, ZoneInfo(zone))
    assert checked.errors == []
    lines = dict(document.key_lines(frozenset({"redemptionRange", *HIDING})))
    return Desired(values["seriesCode"], "x.yaml", lines, checked.values, ZoneInfo(zone))


def printed(live: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Live values with their dates as a server in a zone prints them."""
    days = {key for key in live if FIELDS.get(key, FIELDS["id"]).kind is Kind.DAY}
    return live | {
        key: datetime.fromisoformat(live[key]).astimezone(zone).isoformat().replace("+00:00", "Z")
        for key in days
    }


def converges(
    wanted: dict[str, Any],
    live: dict[str, Any] | None,
    zone: str,
    behaviour: Behaviour,
) -> None:
    """One example: what is not blocked is done, stays done, and moved nothing else."""
    shown = behaviour.read_shows_hidden
    known = HIDING if shown else frozenset()
    target = Target("sandbox", "sandbox::memory:", ZoneInfo(zone), None, 4, known)
    desired = {"CODE": from_values(wanted, zone)}
    with (
        Store(":memory:", behaviour) as store,
        Client(target, sandbox_credentials(), transport(store), clock=FakeTime().clock) as client,
    ):
        if live is not None:
            store.ui_create(**printed(live, ZoneInfo(zone)))
        before = store.rows()[0] if live is not None else {}
        plan = planned(client, desired)

        outcomes = execute(plan, client)

        ended = {found.status for found in outcomes}
        assert ended <= {"done", "blocked"}, outcomes
        after = store.rows()[0] if store.rows() else {}
        if ended != {"done"}:
            assert before == after
            return
        assert planned(client, desired).changes == ()
        written = client.requests.write
        assert [found.status for found in execute(plan, client)] == ["already done"]
        assert client.requests.write == written
        if live is None:
            return
        named = {path.partition(".")[0] for path in desired["CODE"].declared}
        old, new = read_series(before), read_series(after)
        hidden = frozenset() if shown else HIDING  # what a GET hides, a PUT wipes
        for key in before.keys() - named - REWRITTEN - hidden:
            same = old.meaning(key) == new.meaning(key) if key in FIELDS else True
            assert same, key
            assert key in FIELDS or before[key] == after.get(key)


ANY = {
    "wanted": files(),
    "live": st.none() | live_rows(),
    "zone": st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York"]),
    "put": st.sampled_from(["replace", "merge"]),
    "shown": st.booleans(),
}


@settings(
    max_examples=70,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(**ANY)
def test_plan_apply_plan_is_empty(
    wanted: dict[str, Any], live: dict[str, Any] | None, zone: str, put: PutMode, shown: bool
) -> None:
    converges(wanted, live, zone, Behaviour(zone=zone, put=put, read_shows_hidden=shown))


@pytest.mark.slow
@settings(
    max_examples=2000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(**ANY)
def test_plan_apply_plan_is_empty_for_thousands(
    wanted: dict[str, Any], live: dict[str, Any] | None, zone: str, put: PutMode, shown: bool
) -> None:
    converges(wanted, live, zone, Behaviour(zone=zone, put=put, read_shows_hidden=shown))
