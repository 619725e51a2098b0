"""`apply --record`: what stands in the git ref after it, who reads it, and where it is shared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL
from repositories import git, isolate

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Write

REF = "refs/reconciler/sandbox"
DATA = ".reconciler/sandbox.db"
CHEAPER = MINIMAL.replace("Value: 500", "Value: 400")
MAY = MINIMAL.replace("APRIL100", "MAY100").replace("April", "May")
REFUSED = MINIMAL.replace("SERIES_EXPIRY", "DAYS")


def commit(folder: Path) -> str:
    """Commit what is in `series/`, and say as which commit."""
    git(folder, "add", "series")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "Edit")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(project: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project as a repository with one series in it, and nobody known to git."""
    isolate(project, monkeypatch)
    git(project, "init", "--quiet", "--initial-branch=main")
    write(MINIMAL)
    commit(project)
    return project


def record(folder: Path, code: str = "APRIL100") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(git(folder, "show", f"{REF}:series/{code}.json"))
    return found


def codes(folder: Path) -> list[str]:
    names = git(folder, "ls-tree", "--name-only", REF, "series/").splitlines()
    return [name.removeprefix("series/").removesuffix(".json") for name in names]


def tip(folder: Path) -> str:
    return git(folder, "for-each-ref", "--format=%(objectname)", REF)


def report(name: str = "report.json") -> dict[str, Any]:
    with open(name, encoding="utf-8") as stream:  # noqa: PTH123 - in the current directory
        found: dict[str, Any] = json.load(stream)
    return found


def methods(data: str = DATA) -> list[str]:
    with Store(data) as store:
        return [call.method for call in store.requests() if call.method in {"POST", "PUT"}]


def edit(**fields: object) -> None:
    with Store(DATA) as store:
        store.ui_edit(store.rows()[0]["id"], **fields)


def test_an_apply_is_recorded_with_who_what_and_why(
    cli: Cli, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "asha")
    head = git(repository, "rev-parse", "HEAD")

    ran = cli("apply", "--yes", "--record", "--report", "report.json")

    (row,) = Store(DATA).rows()
    found = record(repository)
    assert (0, tip(repository)) == (ran.code, report()["record"])
    assert ("APRIL100", row["id"], head, True) == tuple(
        found[key] for key in ("code", "id", "commit", "made")
    )
    assert {"seriesCode": "APRIL100", "discountValue": 500} == {
        key: found["managed"][key] for key in ("seriesCode", "discountValue")
    }
    told = git(repository, "log", "--format=%an%n%B", REF)
    assert told.startswith("asha\nApply 1 change to sandbox\n\n")
    assert f"create APRIL100 (id {row['id']}): done\n" in told
    assert "  discountValue 500\n" in told
    plan = report()["plan_digest"]
    assert told.endswith(f"Plan: {plan}\nCommit: {head}\nTarget: sandbox\nResult: applied")


def test_a_second_run_has_nothing_to_record(cli: Cli, repository: Path) -> None:
    cli("apply", "--yes", "--record")
    before = tip(repository)

    ran = cli("apply", "--yes", "--record", "--report", "report.json")

    assert (0, before, before) == (ran.code, tip(repository), report()["record"])


def test_without_the_option_nothing_is_recorded(cli: Cli, repository: Path) -> None:
    assert 0 == cli("apply", "--yes", "--report", "report.json").code

    assert ("", None) == (tip(repository), report()["record"])


def test_what_was_live_as_wanted_is_recorded_too(cli: Cli, repository: Path) -> None:
    cli("apply", "--yes")

    ran = cli("apply", "--yes", "--record")

    assert (0, ["APRIL100"], False) == (ran.code, codes(repository), record(repository)["made"])


def test_a_blocked_change_stays_as_it_was_recorded(
    cli: Cli, repository: Path, write: Write
) -> None:
    cli("apply", "--yes", "--record")
    before = record(repository)
    write(REFUSED)
    write(MAY, "may.yaml")
    commit(repository)

    ran = cli("apply", "--yes", "--record")

    assert (5, ["APRIL100", "MAY100"]) == (ran.code, codes(repository))
    assert before == record(repository)
    assert "update APRIL100" in git(repository, "log", "-1", "--format=%B", REF)


def test_a_moved_series_is_not_recorded(cli: Cli, repository: Path, write: Write) -> None:
    cli("apply", "--yes", "--record")
    before = tip(repository)
    write(CHEAPER)
    commit(repository)
    cli("plan", "--out", "plan.json")
    edit(discountValue=450)

    ran = cli("apply", "plan.json", "--yes", "--record", "--report", "report.json")

    assert (6, "moved") == (ran.code, report()["outcomes"][0]["status"])
    assert before == tip(repository)


def test_a_plan_tells_drift_by_the_record(cli: Cli, repository: Path) -> None:
    cli("apply", "--yes", "--record")
    edit(discountValue=450)

    ran = cli("plan", "--format", "json")

    plan = json.loads(ran.out)
    (field,) = plan["changes"][0]["fields"]
    assert (450, 500, "drift") == (field["before"], field["after"], field["cause"])
    assert (tip(repository), 1) == (plan["base"], plan["summary"]["drifted"])


def test_a_series_that_was_renamed_in_the_ui_is_not_created_again(
    cli: Cli, repository: Path
) -> None:
    cli("plan", "--out", "plan.json")
    cli("apply", "--yes", "--record")
    edit(seriesCode="RENAMED", tag="x")
    so_far = methods()

    fresh = cli("apply", "--yes", "--record")
    saved = cli("apply", "plan.json", "--yes")

    assert (5, 5, so_far) == (fresh.code, saved.code, methods())
    assert "which is called RENAMED now" in fresh.out
    assert "it is not created again" in saved.out


def test_a_commit_that_does_not_follow_what_was_applied_is_refused(
    cli: Cli, repository: Path, write: Write
) -> None:
    first = git(repository, "rev-parse", "HEAD")
    write(CHEAPER)
    second = commit(repository)
    cli("apply", "--yes", "--record")
    so_far = methods()
    git(repository, "checkout", "--quiet", first)

    ran = cli("apply", "--yes")

    assert (5, so_far) == (ran.code, methods())
    assert f"{first} does not follow {second}, which was applied already" in ran.err


def test_a_revert_is_a_commit_that_follows(cli: Cli, repository: Path, write: Write) -> None:
    write(CHEAPER)
    commit(repository)
    cli("apply", "--yes", "--record")
    git(repository, "revert", "--no-edit", "HEAD")

    ran = cli("apply", "--yes", "--record")

    assert (0, 500) == (ran.code, record(repository)["managed"]["discountValue"])


@pytest.mark.parametrize("inited", [False, True], ids=["no repository", "no commit"])
def test_without_a_commit_there_is_nothing_to_record_in(
    cli: Cli, project: Path, write: Write, monkeypatch: pytest.MonkeyPatch, inited: bool
) -> None:
    isolate(project, monkeypatch)
    write(MINIMAL)
    if inited:
        git(project, "init", "--quiet")

    ran = cli("apply", "--yes", "--record", "--report", "report.json")

    assert (64, "refused") == (ran.code, report()["result"])
    assert "is in no repository with a commit" in ran.err
    assert not (project / DATA).exists()
    assert 0 == cli("apply", "--yes").code
    assert 0 == cli("plan", "--detailed-exitcode").code


# Shared with others


@pytest.fixture
def bare(repository: Path) -> Path:
    """The remote of the project's repository."""
    git(repository, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    folder = repository / "remote.git"
    git(repository, "remote", "add", "origin", folder.as_uri())
    git(repository, "push", "--quiet", "origin", "main")
    return folder


def test_the_record_is_pushed(cli: Cli, repository: Path, bare: Path) -> None:
    assert 0 == cli("apply", "--yes", "--record").code

    assert tip(repository) == tip(bare)
    assert git(repository, "rev-parse", "main") == git(bare, "rev-parse", "main")


def test_two_clones_apply_in_turn_and_know_of_each_other(
    cli: Cli, repository: Path, bare: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = repository / "other"
    git(repository, "clone", "--quiet", bare.as_uri(), "other")
    (other / "reconciler.toml").write_text((repository / "reconciler.toml").read_text())
    monkeypatch.setenv("RECONCILER_API_URL", f"sandbox:{repository / DATA}")
    assert 0 == cli("apply", "--yes", "--record").code
    first = tip(bare)
    (other / "series" / "may.yaml").write_text(MAY)
    commit(other)

    monkeypatch.chdir(other)
    ran = cli("apply", "--yes", "--record", "--report", "report.json")

    assert (0, ["MAY100"]) == (ran.code, [one["seriesCode"] for one in report()["outcomes"]])
    assert tip(bare) == tip(other) == report()["record"]
    assert [first] == git(bare, "rev-list", f"{REF}~1").split()
    assert ["APRIL100", "MAY100"] == codes(bare)
    git(other, "push", "--quiet", "origin", "main")
    monkeypatch.chdir(repository)
    git(repository, "pull", "--quiet", "origin", "main")
    assert 0 == cli("apply", "--yes", "--record").code
    assert tip(repository) == tip(bare)


def test_a_remote_that_is_gone_stops_it_before_any_write(
    cli: Cli, repository: Path, bare: Path
) -> None:
    git(repository, "remote", "set-url", "origin", (repository / "nowhere.git").as_uri())

    ran = cli("apply", "--yes", "--record", "--report", "report.json")

    assert (4, "refused", 0) == (ran.code, report()["result"], report()["requests"]["write"])
    assert "the record cannot be fetched from origin" in ran.err
    assert not (repository / DATA).exists() or methods() == []


def test_who_may_not_push_the_record_writes_nothing(cli: Cli, repository: Path, bare: Path) -> None:
    """What nobody records is not spent: an old approval would raise again what was cut since."""
    git(repository, "config", "remote.origin.receivepack", "false")

    ran = cli("apply", "--yes", "--record", "--report", "report.json")

    assert (4, "refused", 0) == (ran.code, report()["result"], report()["requests"]["write"])
    assert "the record could not be pushed to origin" in ran.err
    assert not (repository / DATA).exists() or methods() == []
    git(repository, "config", "--unset", "remote.origin.receivepack")
    assert 0 == cli("apply", "--yes", "--record").code
    assert tip(bare) == tip(repository)


def test_a_push_that_fails_is_incomplete_and_made_up_for(
    cli: Cli, repository: Path, bare: Path
) -> None:
    hook = bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)

    failed = cli("apply", "--yes", "--record", "--report", "report.json")

    found = report()
    assert (6, "incomplete", "done") == (
        failed.code,
        found["result"],
        found["outcomes"][0]["status"],
    )
    assert "the record cannot be pushed to origin" in found["error"]
    assert "what was done is not shared in the record" in failed.err
    assert ("", ["APRIL100"]) == (tip(bare), codes(repository))
    hook.unlink()
    assert 0 == cli("apply", "--yes", "--record").code
    assert tip(bare) == tip(repository)
    assert ["POST", "PUT"] == methods()
