"""Who moved, told by the files of a commit or by the record; and what no file names any more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pullrequest import HIGHER, QUIET, UNNAMED, PullRequest, named
from repositories import git, isolate

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

NINE = QUIET.replace("Value: 10", "Value: 9")


@pytest.fixture
def repo(project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> PullRequest:
    """A project of which nothing is recorded, and whose commit `base` is applied."""
    isolate(project, monkeypatch)
    found = PullRequest(project, cli)
    found.base(QUIET, named("HOLI"))
    return found


def causes(plan: Any) -> dict[str, str | None]:  # noqa: ANN401 - JSON
    return {
        f"{one['seriesCode']}.{field['path']}": field["cause"]
        for one in plan["changes"]
        for field in one["fields"]
    }


CAUSES: dict[str, tuple[str, dict[str, Any], dict[str, str | None]]] = {
    "the file moved": (HIGHER, {}, {"DIWALI.discountValue": "pending"}),
    "live moved": (QUIET, {"discountValue": 15}, {"DIWALI.discountValue": "drift"}),
    "both moved": (HIGHER, {"discountValue": 15}, {"DIWALI.discountValue": "conflict"}),
    "both moved to the same": (HIGHER, {"discountValue": 20}, {}),
    "each moved another field": (
        HIGHER,
        {"maxRedeem": 5},
        {"DIWALI.discountValue": "pending", "DIWALI.maxRedeem": "drift"},
    ),
}


@pytest.mark.parametrize(("file", "live", "expected"), CAUSES.values(), ids=CAUSES)
def test_the_files_of_a_commit_tell_who_moved(
    repo: PullRequest, file: str, live: dict[str, Any], expected: dict[str, str | None]
) -> None:
    repo.files(file, named("HOLI"))
    repo.live(**live)

    ran, plan = repo.plan("--base", "base", against=None)

    assert 0 == ran.code, ran.err
    assert causes(plan) == expected
    assert git(repo.folder, "rev-parse", "base") == plan["base"]


def test_without_a_base_no_change_has_a_cause(repo: PullRequest) -> None:
    repo.live(discountValue=15)

    _, plan = repo.plan(against=None)

    assert causes(plan) == {"DIWALI.discountValue": None}
    assert plan["base"] is None


def test_a_series_that_the_base_has_not_is_pending(repo: PullRequest) -> None:
    repo.files(QUIET, named("HOLI"), named("EID"))

    _, plan = repo.plan("--base", "base", against=None)

    assert set(causes(plan).values()) == {"pending"}
    assert {one["seriesCode"]: one["action"] for one in plan["changes"]} == {"EID": "create"}


def test_a_field_that_the_base_did_not_name_is_pending(repo: PullRequest) -> None:
    repo.files(UNNAMED, named("HOLI"))
    repo.tagged()
    repo.files(QUIET, named("HOLI"))
    repo.live(discountUpto=50)

    _, plan = repo.plan("--base", "base", against=None)

    assert causes(plan) == {"DIWALI.discountUpto": "pending"}


def test_a_renamed_file_is_the_same_series(repo: PullRequest) -> None:
    (repo.folder / "series/diwali.yaml").rename(repo.folder / "series/zz.yaml")
    repo.live(discountValue=15)

    _, plan = repo.plan("--base", "base", against=None)

    assert causes(plan) == {"DIWALI.discountValue": "drift"}


def test_a_base_file_that_does_not_load_counts_as_absent_with_a_warning(
    repo: PullRequest,
) -> None:
    repo.files(QUIET.replace("PERC", "SOME"), named("HOLI"))
    repo.tagged()
    repo.files(QUIET, named("HOLI"))
    repo.live(discountValue=15)

    _, plan = repo.plan("--base", "base", against=None)

    assert causes(plan) == {"DIWALI.discountValue": "pending"}
    assert any("diwali.yaml counts as absent" in said for said in plan["warnings"])


@pytest.mark.parametrize("rev", ["", "nowhere"])
def test_a_base_that_is_none_is_refused(repo: PullRequest, rev: str) -> None:
    for command in ("plan", "drift"):
        ran = repo.cli(command, "--base", rev)

        assert 64 == ran.code
        assert "--base is empty" in ran.err if not rev else "nowhere" in ran.err


def test_the_work_tree_is_not_touched(repo: PullRequest) -> None:
    repo.files(HIGHER, named("HOLI"))
    before = git(repo.folder, "status", "--porcelain=v2", "--branch")

    repo.plan("--base", "base", against=None)

    assert git(repo.folder, "status", "--porcelain=v2", "--branch") == before


@pytest.mark.parametrize("recorded", [False, True], ids=["by a commit", "by the record"])
def test_a_file_that_is_gone_is_told_with_what_live_has(repo: PullRequest, recorded: bool) -> None:
    if recorded:
        assert 0 == repo.cli("apply", "--yes", "--record").code
    repo.files(named("HOLI"))
    held = () if recorded else ("--base", "base")

    for view in ("text", "markdown", "html"):
        shown = repo.cli("plan", "--format", view, *held)
        assert 0 == shown.code
        assert "no longer managed" in shown.out
        assert "give it an end date first" in " ".join(shown.out.split())
    _, plan = repo.plan(*held, against=None)

    (aside,) = plan["without_change"]
    assert ("no longer managed", "DIWALI", None) == (
        aside["kind"],
        aside["seriesCode"],
        aside["path"],
    )
    assert aside["before"]["live"] is True
    assert aside["exposure"] == {"before": 100_000, "after": 100_000}
    assert plan["changes"] == []


def test_a_file_that_this_pull_request_takes_away_is_told_once(repo: PullRequest) -> None:
    assert 0 == repo.cli("apply", "--yes", "--record").code
    repo.files(named("HOLI"))

    assert ["file deleted"] == [one["kind"] for one in repo.asides()]


def test_a_series_that_live_has_under_another_files_code_is_managed(
    repo: PullRequest,
) -> None:
    assert 0 == repo.cli("apply", "--yes", "--record").code
    _, plan = repo.plan(against=None)
    row_id = plan_id(repo)
    repo.files(named("HOLI"), f"{named('DIWALI26')}lifecycle: {{adopt: {row_id}}}\n")

    _, plan = repo.plan(against=None)

    assert [] == plan["without_change"]
    assert ["adopt"] == [one["action"] for one in plan["changes"]]


def plan_id(repo: PullRequest) -> int:
    return int(repo.values("id")["DIWALI"])


def test_one_series_alone_says_nothing_of_others(repo: PullRequest) -> None:
    repo.files(named("HOLI"))

    _, plan = repo.plan("--base", "base", "--only", "HOLI", against=None)

    assert [] == plan["without_change"]


def test_what_live_has_no_more_is_told_as_that(repo: PullRequest) -> None:
    repo.tagged()
    repo.files(QUIET, named("HOLI"), named("EID"))
    repo.tagged()
    repo.files(QUIET, named("HOLI"))

    ran = repo.cli("plan", "--base", "base", "--format", "json")

    (aside,) = json.loads(ran.out)["without_change"]
    assert {"id": None, "live": False} == aside["before"]
    assert "the list of live series does not show it" in repo.cli("plan", "--base", "base").out
