"""Stories of applies that something is in the way of, run through the workflow files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from shop import opened, outcomes, series, steps

from reconciler.sandbox import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from outcomes import Run
    from shop import World

pytestmark = pytest.mark.slow
CLOSED = Fault("error", method="PUT", code=715)  # permanent: it is not tried again


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """DIWALI and EID give 10 percent, live and in the record."""
    with opened(tmp_path, monkeypatch) as found:
        yield found


def merged(
    world: World, files: dict[str, str | None], branch: str, *, approved: bool = True
) -> int:
    """A pull request that was planned, approved and merged."""
    number = world.open(branch, files)
    assert "success" == world.plan(number).conclusion
    if approved:
        world.approve(number)
    world.merge(number)
    return number


def report(run: Run, artifact: str = "apply-eu") -> Any:  # noqa: ANN401 - JSON
    return json.loads((run.artifacts[artifact] / "apply.json").read_text())


def test_a_series_that_moved_in_live_is_left_alone_and_named_and_the_other_one_applied(
    world: World,
) -> None:
    merged(world, series("DIWALI", "EID", discountValue=20), "both")
    world.live("DIWALI", discountValue=12)
    done = world.apply()
    assert "failure" == done.conclusion
    assert {"DIWALI": "blocked", "EID": "done"} == outcomes(done)
    assert "`DIWALI`" in done.job("merged").summary
    assert {"DIWALI": 12, "EID": 20} == world.values()
    assert {"DIWALI": 10, "EID": 20} == world.recorded()
    assert ["EID"] == world.writes()


def test_what_an_apply_could_not_do_is_done_by_the_run_of_the_next_merge(world: World) -> None:
    merged(world, series("DIWALI", discountValue=20), "one")
    world.store.add_fault(CLOSED)
    failed = world.apply()
    assert "failure" == failed.conclusion
    assert 6 == steps(failed.job("merged"))["Apply it"]
    assert {"DIWALI": "failed"} == outcomes(failed)
    assert {"DIWALI": 10, "EID": 10} == world.values() == world.recorded()

    world.store.clear_faults()
    world.writes()
    merged(world, series("EID", discountValue=15), "other")
    healed = world.apply()
    assert "success" == healed.conclusion
    assert {"DIWALI": "done", "EID": "done"} == outcomes(healed)
    assert {"DIWALI": 20, "EID": 15} == world.values() == world.recorded()
    assert ["DIWALI", "EID"] == sorted(world.writes())


def test_a_run_that_is_run_again_a_month_later_applies_nothing_and_says_why(world: World) -> None:
    merged(world, series("DIWALI", discountValue=20), "one")
    world.store.add_fault(CLOSED)
    world.apply()
    world.store.clear_faults()
    world.writes()
    late = world.apply(attempt=2, days=31)
    assert "failure" == late.conclusion
    assert {"DIWALI": "blocked"} == outcomes(late)
    assert "14 days" in late.log
    assert {"DIWALI": 10, "EID": 10} == world.values() == world.recorded()
    assert [] == world.writes()


def test_a_run_of_an_older_merge_brings_back_nothing_of_it(world: World) -> None:
    merged(world, series("DIWALI", discountValue=20), "up")
    world.apply()
    merged(world, series("DIWALI", discountValue=5), "down")
    world.apply()
    world.writes()
    again = world.apply(push=-2, attempt=2)
    assert ("success", {}) == (again.conclusion, outcomes(again))
    assert {"DIWALI": 5, "EID": 10} == world.values() == world.recorded()
    assert [] == world.writes()


def test_a_value_that_was_cut_in_an_emergency_is_not_raised_again(world: World) -> None:
    merged(world, series("DIWALI", discountValue=20), "up")
    assert "success" == world.apply().conclusion
    world.live("DIWALI", discountValue=5)
    world.writes()
    again = world.apply(attempt=2)
    assert ("failure", {"DIWALI": "blocked"}) == (again.conclusion, outcomes(again))
    merged(world, series("EID", discountValue=15), "other")
    later = world.apply()
    assert "failure" == later.conclusion
    assert {"DIWALI": "blocked", "EID": "done"} == outcomes(later)
    assert {"DIWALI": 5, "EID": 15} == world.values()
    assert ["EID"] == world.writes()


def test_the_first_apply_of_a_repository_begins_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = {"series/.keep": ""}
    with opened(tmp_path, monkeypatch, nothing, recorded=False) as world:
        assert {} == world.recorded()
        merged(world, series("DIWALI", "EID", discountValue=20), "first")
        done = world.apply()
        assert "success" == done.conclusion
        assert {"DIWALI": "done", "EID": "done"} == outcomes(done)
        assert {"DIWALI": 20, "EID": 20} == world.values() == world.recorded()


def test_what_main_had_before_anybody_reviewed_anything_is_left_alone_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, monkeypatch, series("DIWALI"), recorded=False) as world:
        merged(world, series("EID"), "first")
        done = world.apply()
        assert "failure" == done.conclusion
        assert {"DIWALI": "blocked", "EID": "done"} == outcomes(done)
        assert "[merged-here] commit" in done.log
        assert ["DIWALI"] == report(done)["unreviewed"]["codes"]
        assert {"EID": 10} == world.values() == world.recorded()


def test_what_nobody_approved_is_left_alone_and_applied_by_hand_with_its_digest(
    world: World,
) -> None:
    both = series("DIWALI", "EID", discountValue=20)
    number = merged(world, both, "quick", approved=False)
    done = world.apply()
    assert "failure" == done.conclusion
    assert 5 == steps(done.job("merged"))["Apply it"]
    assert {"DIWALI": "blocked", "EID": "blocked"} == outcomes(done)
    assert f"[review] pull request #{number}: DIWALI, EID" in done.log
    left = report(done)["unreviewed"]
    assert ["DIWALI", "EID"] == left["codes"]
    assert left["expect"] in done.job("merged").summary
    assert [] == world.writes()

    found = world.by_hand(dry_run="false", expect=left["expect"])
    assert "success" == found.conclusion
    assert {"DIWALI": "done", "EID": "done"} == outcomes(found, "by-hand-eu")
    assert {"DIWALI": 20, "EID": 20} == world.values() == world.recorded()
    again = world.apply(attempt=2)
    assert ("success", {}) == (again.conclusion, outcomes(again))


def test_by_hand_a_dry_run_shows_a_digest_and_only_that_is_applied(world: World) -> None:
    world.push_to_main(series("DIWALI", "EID", discountValue=20))
    waits = world.by_hand(approvers=())
    assert "waiting" == waits.job("by-hand").conclusion
    dry = world.by_hand(codes="DIWALI")
    assert "success" == dry.conclusion
    plan = json.loads((dry.artifacts["by-hand-eu"] / "plan.json").read_text())
    assert ["DIWALI"] == [one["seriesCode"] for one in plan["changes"]]
    assert f"Plan digest: {plan['digest']}" in dry.log
    assert [] == world.writes()

    for inputs in (
        {"expect": plan["digest"]},  # of other codes
        {"expect": "sha256:" + "0" * 64, "codes": "DIWALI"},
        {"expect": "", "codes": "DIWALI"},
        {"expect": "$(reconciler apply --yes)", "codes": "DIWALI"},
    ):
        wrong = world.by_hand(dry_run="false", **inputs)
        assert "failure" == wrong.conclusion
        assert 5 == steps(wrong.job("by-hand"))["Apply it"]
    assert [] == world.writes()

    done = world.by_hand(dry_run="false", expect=plan["digest"], codes="DIWALI")
    assert ("success", {"DIWALI": "done"}) == (done.conclusion, outcomes(done, "by-hand-eu"))
    assert {"DIWALI": 20, "EID": 10} == world.values() == world.recorded()
    assert ["DIWALI"] == world.writes()
