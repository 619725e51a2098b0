"""The github commands, from a comment to the writes that it approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from merged import KEY, OTHER_KEY, REVIEWER, TWENTY, Shop, shop_now
from pullrequest import named
from repositories import git
from stepped import DATA, applied, commented, marker, merged, reviewed, values

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Cli


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> Iterator[Shop]:
    """Live is as main has it, and the record says so."""
    with shop_now(project, monkeypatch) as opened:
        assert 0 == cli("apply", "--yes", "--record").code
        yield opened


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_what_was_reviewed_is_applied_once_and_nothing_else(here: Shop, cli: Cli, how: str) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    merged(here, cli, how)
    here.commit({"may.yaml": named("MAY")})

    lines, ran = reviewed(cli)
    (digest,) = marker(here).changes.values()
    assert ([digest], 0) == (lines, ran.code)
    assert "pull request #7 approves DIWALI\n" in ran.err
    assert (5, {"DIWALI": "done", "MAY": "blocked"}) == applied(cli)
    assert {"DIWALI": 20} == values()

    lines, ran = reviewed(cli)
    assert ([], 0) == (lines, ran.code)
    assert (5, {"MAY": "blocked"}) == applied(cli)


def test_an_emergency_stop_in_live_is_not_undone_by_what_was_spent(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    merged(here, cli)
    reviewed(cli)
    assert (0, {"DIWALI": "done"}) == applied(cli)
    with Store(DATA) as store:
        store.ui_edit(store.rows()[0]["id"], discountValue=10)

    assert [] == reviewed(cli)[0]
    assert (5, {"DIWALI": "blocked"}) == applied(cli)
    assert {"DIWALI": 10} == values()


def test_what_was_applied_is_said_to_be_spent_with_v(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    merged(here, cli)
    reviewed(cli)
    applied(cli)

    assert "" == reviewed(cli)[1].err
    assert "[spent] commit" in cli("-v", "github", "reviewed").err


def test_since_leaves_out_what_came_before_and_brings_nothing_back(here: Shop, cli: Cli) -> None:
    base = git(here.folder, "rev-parse", "main")
    here.open(7, {"diwali.yaml": TWENTY})
    merged(here, cli)

    assert [] == reviewed(cli, "--since", "HEAD")[0]
    assert 64 == cli("github", "reviewed", "--since", "nowhere").code
    assert list(marker(here).changes.values()) == reviewed(cli, "--since", base)[0]
    assert 0 == applied(cli)[0]
    assert [] == reviewed(cli, "--since", base)[0]


def test_two_pull_requests_are_two_sets_the_oldest_first(here: Shop, cli: Cli) -> None:
    here.open(8, {"may.yaml": named("MAY"), "june.yaml": named("JUNE")})
    here.open(7, {"diwali.yaml": TWENTY})
    merged(here, cli, "merge", 8)
    merged(here, cli, "squash", 7)
    first, second = marker(here, 8).changes, marker(here, 7).changes

    lines, _ = reviewed(cli)

    assert [first["JUNE"], first["MAY"], "", second["DIWALI"]] == lines
    assert (0, dict.fromkeys(("DIWALI", "JUNE", "MAY"), "done")) == applied(cli)


def test_what_nobody_approved_is_told_by_its_rule_and_left_alone(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli)
    here.server.review(7, REVIEWER, association="NONE")
    here.merge()

    lines, ran = reviewed(cli)

    assert ([], 0) == (lines, ran.code)
    assert "[review] pull request #7: DIWALI: nobody else approved" in ran.err
    assert "asha may not write here" in ran.err
    assert "run the apply workflow by hand" in ran.err
    assert (5, {"DIWALI": "blocked"}) == applied(cli)
    assert {"DIWALI": 10} == values()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (None, "RECONCILER_APPROVAL_KEY is not set"),
        ("", "RECONCILER_APPROVAL_KEY is not set"),
        ("  \n", "RECONCILER_APPROVAL_KEY is not set"),
    ],
    ids=["none", "empty", "blanks"],
)
def test_without_a_key_nothing_is_approved(
    here: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch, key: str | None, said: str
) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    merged(here, cli)
    if key is None:
        monkeypatch.delenv("RECONCILER_APPROVAL_KEY")
    else:
        monkeypatch.setenv("RECONCILER_APPROVAL_KEY", key)
    here.server.log.clear()

    lines, ran = reviewed(cli)

    assert ([], 64, []) == (lines, ran.code, here.server.log)
    assert said in ran.err
    assert (5, {"DIWALI": "blocked"}) == applied(cli)


def test_a_key_that_can_be_guessed_is_used_with_a_warning(
    here: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_APPROVAL_KEY", "so short")
    here.open(7, {"diwali.yaml": TWENTY})
    merged(here, cli)

    lines, ran = reviewed(cli)

    assert (1, 0) == (len(lines), ran.code)
    assert "warning: RECONCILER_APPROVAL_KEY can be guessed: it has 8 characters" in ran.err
    assert "so short" not in ran.out + ran.err


def test_a_line_end_behind_the_key_is_no_part_of_it(
    here: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_APPROVAL_KEY", f"{KEY}\n")
    here.open(7, {"diwali.yaml": TWENTY})
    merged(here, cli)
    monkeypatch.setenv("RECONCILER_APPROVAL_KEY", KEY)

    assert 1 == len(reviewed(cli)[0])


def test_another_key_approves_nothing(
    here: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    merged(here, cli)
    monkeypatch.setenv("RECONCILER_APPROVAL_KEY", OTHER_KEY)

    lines, ran = reviewed(cli)

    assert [] == lines
    assert "[marker] pull request #7: DIWALI: no comment of it verifies" in ran.err


def test_a_comment_without_a_key_says_that_it_approves_nothing(
    here: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RECONCILER_APPROVAL_KEY")
    here.open(7, {"diwali.yaml": TWENTY})

    assert 0 == commented(here, cli).code
    (row,) = here.server.comments[7]
    assert "**This comment approves nothing:** the workflow has no approval key" in row.body


def test_where_github_fails_nothing_is_approved(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    merged(here, cli)
    here.server.fail("GET", "/reviews", status=403, message="no")

    lines, ran = reviewed(cli)

    assert ([], 7) == (lines, ran.code)
    assert "pull-requests: read" in ran.err
