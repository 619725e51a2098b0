"""`plan --against REV` in a real repository: what is owned, and what cannot be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pullrequest import HIGHER, QUIET, UNNAMED, PullRequest, kinds, named, owned
from repositories import git, isolate

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli


@pytest.fixture
def pull(project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> PullRequest:
    isolate(project, monkeypatch)
    return PullRequest(project, cli)


# What is owned


def test_a_change_of_a_changed_file_is_owned_and_drift_elsewhere_is_not(pull: PullRequest) -> None:
    pull.base(QUIET, named("DRIFTED"))
    pull.live("DRIFTED", discountValue=15)
    pull.files(HIGHER, named("DRIFTED"), named("NEW"))
    head = pull.commit()

    ran, plan = pull.plan()

    assert (0, git(pull.folder, "rev-parse", "base"), head) == (
        ran.code,
        plan["against"],
        plan["commit"],
    )
    assert {"DIWALI": True, "DRIFTED": False, "NEW": True} == owned(plan)
    assert {"DIWALI": None, "DRIFTED": None, "NEW": None} == owned(pull.plan(against=None)[1])


def test_what_is_not_committed_is_part_of_the_pull_request(pull: PullRequest) -> None:
    pull.base(QUIET)
    pull.files(HIGHER)

    assert {"DIWALI": True} == owned(pull.plan()[1])


def test_a_renamed_file_and_another_spelling_are_not_owned(pull: PullRequest) -> None:
    pull.base(QUIET, named("OTHER"))
    pull.live(discountValue=15)
    git(pull.folder, "mv", "series/diwali.yaml", "series/renamed.yaml")
    renamed = pull.folder / "series" / "renamed.yaml"
    renamed.write_text("# moved\n" + QUIET.replace("2035-06-12", '"2035-06-12"'))
    pull.commit()

    _, plan = pull.plan()

    assert {"DIWALI": False} == owned(plan)
    assert [] == plan["without_change"]


def test_only_looks_at_what_it_names(pull: PullRequest) -> None:
    pull.base(QUIET, named("OTHER"), named("GONE"))
    pull.files(UNNAMED, named("OTHER", UNNAMED.replace("Value: 10", "Value: 12")))
    pull.commit()

    _, plan = pull.plan("--only", "OTHER")

    assert {"OTHER": True} == owned(plan)
    assert [("no longer managed", "OTHER")] == kinds(plan["without_change"])


# What cannot be compared


def test_a_revision_that_git_does_not_know_sends_nothing(pull: PullRequest) -> None:
    pull.base(QUIET)
    with Store(".reconciler/sandbox.db") as store:
        before = len(store.requests())

    ran = pull.cli("plan", "--against", "no-such-branch")

    with Store(".reconciler/sandbox.db") as store:
        assert (64, before) == (ran.code, len(store.requests()))
    assert "no-such-branch" in ran.err


def test_an_empty_revision_is_not_taken_for_none(pull: PullRequest) -> None:
    """An unset variable in CI must not hide what moves without a change."""
    pull.base(QUIET)

    ran = pull.cli("plan", "--against", "")

    assert (64, "") == (ran.code, ran.out)
    assert "--against is empty" in ran.err


def test_without_a_repository_there_is_nothing_to_compare_with(
    project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(project, monkeypatch)
    (project / "series" / "one.yaml").write_text(QUIET)

    ran = cli("plan", "--against", "HEAD")

    assert (64, False) == (ran.code, (project / ".reconciler").exists())


def test_a_file_that_does_not_load_at_the_base_is_new(pull: PullRequest) -> None:
    pull.base(QUIET)
    pull.files(QUIET.replace("discountValue: 10", "discountValue: ten"))
    pull.tagged()
    pull.files(HIGHER)
    pull.commit()

    _, plan = pull.plan()

    assert ({"DIWALI": True}, []) == (owned(plan), plan["without_change"])
    assert any("counts as absent" in said for said in plan["warnings"])


def test_a_branch_is_compared_with_where_it_parted(pull: PullRequest) -> None:
    """What main did since then is not taken back by a branch that has not heard of it."""
    pull.base(QUIET)
    git(pull.folder, "checkout", "--quiet", "-b", "old")
    git(pull.folder, "checkout", "--quiet", "main")
    pull.files(HIGHER, named("NEW"))
    pull.commit()
    assert 0 == pull.cli("apply", "--yes").code
    git(pull.folder, "checkout", "--quiet", "old")
    pull.files(QUIET.replace("smsTemplate: Hi", "smsTemplate: Ho"))
    pull.commit()

    ran, plan = pull.plan(against="main")

    assert (0, {"DIWALI": True}) == (ran.code, owned(plan))
    assert [] == plan["without_change"]
    assert git(pull.folder, "rev-parse", "base") == plan["against"]
    assert "compared with where they parted" in " ".join(plan["warnings"])
