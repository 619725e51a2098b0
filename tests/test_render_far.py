"""Every view of moments that some zones have no name for, at both ends of the calendar."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from drifted import drift, field, series
from handmade import MORE, change_with, plan_with

from reconciler.render.drift_html import drift_html
from reconciler.render.drift_markdown import drift_markdown
from reconciler.render.drift_text import drift_text
from reconciler.render.html import plan_html
from reconciler.render.ink import Ink
from reconciler.render.markdown import plan_markdown
from reconciler.render.text import plan_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.drift import Drift
    from reconciler.plan import Plan

ENDS = {"Asia/Kolkata": "9999-12-31T23:59:59Z", "America/Los_Angeles": "0001-01-01T00:00:00Z"}
PATHS = ("validTillDate", "validTillDateTime", "redemptionValidFrom")
PLANS: dict[str, Callable[[Plan], str]] = {
    "text": lambda plan: plan_text(plan, Ink()),
    "markdown": lambda plan: plan_markdown(plan).text,
    "html": plan_html,
}
DRIFTS: dict[str, Callable[[Drift], str]] = {
    "text": lambda found: drift_text(found, Ink()),
    "markdown": lambda found: drift_markdown(found).text,
    "html": drift_html,
}


@pytest.mark.parametrize("zone", ENDS)
@pytest.mark.parametrize("view", PLANS)
def test_a_plan_shows_a_moment_that_the_zone_does_not_reach(view: str, zone: str) -> None:
    end = ENDS[zone]
    both = dict.fromkeys(PATHS, ("2026-01-01T00:00:00Z", end))
    back = dict.fromkeys(PATHS, (end, "2026-01-01T00:00:00Z"))
    changes = [change_with("A", both, warned="x"), change_with("B", back, warned="x")]

    shown = PLANS[view](replace(plan_with(changes), zone=zone))

    assert end[:10] in shown


@pytest.mark.parametrize("zone", ENDS)
@pytest.mark.parametrize("view", DRIFTS)
def test_a_drift_shows_a_moment_that_the_zone_does_not_reach(view: str, zone: str) -> None:
    end = ENDS[zone]
    moved = [field(path, "2026-01-01T00:00:00Z", end, "longer") for path in PATHS]

    shown = DRIFTS[view](replace(drift(series("A", *moved, cost=MORE)), zone=zone))

    assert end[:10] in shown
