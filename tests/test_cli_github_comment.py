"""What `github comment` and `github issue` say, where, and what never."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from github_desk import TOKEN
from github_state import BOT
from logcommands import Reader
from merged import KEY, REVIEWER, TEN, TWENTY, Shop, shop_now
from pullrequest import TYPO, named
from stepped import DATA, applied, commented, marker, merged, reviewed

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


@pytest.mark.parametrize("status", [403, 422])
def test_where_github_refuses_the_comment_the_plan_was_shown_first(
    here: Shop, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    here.open(7, {"diwali.yaml": TWENTY})
    here.server.fail("POST", "/comments", status=status, message="it says no")

    ran = commented(here, cli)

    assert 7 == ran.code
    assert "~ update DIWALI" in ran.out
    assert "▲ discountValue  10% → 20%" in ran.out
    assert "it says no" in ran.err
    assert "`DIWALI`" in (tmp_path / "summary.md").read_text()


def test_the_summary_says_what_the_comment_says(
    here: Shop, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli)
    (row,) = here.server.comments[7]

    assert row.body.split("\n", 1)[1] == (tmp_path / "summary.md").read_text().rstrip("\n")
    assert BOT == row.author
    assert "approves 1 change of this comment" in row.body


def test_a_plan_of_another_head_is_commented_and_approves_nothing(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli)
    assert ["DIWALI"] == list(marker(here).changes)
    with here.merge_result():
        cli("plan", "--against", "HEAD^1", "--out", "plan.json")
        here.numbered(2)
        here.heads[7] = "e" * 40
        here.event()
        ran = cli("github", "comment", "plan.json")

    assert 0 == ran.code
    assert "~ update DIWALI" in ran.out
    assert {} == marker(here).changes
    assert "**This comment approves nothing:** the plan is of" in here.server.comments[7][0].body


def test_a_blocked_change_is_shown_and_not_approved(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TYPO, "may.yaml": named("MAY")})

    ran = commented(here, cli)

    assert 0 == ran.code
    assert ["MAY"] == list(marker(here).changes)
    assert "Blocked" in here.server.comments[7][0].body


def test_a_list_is_no_plan(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    here.event()
    (here.folder / "list.txt").write_text("sha256:" + "d" * 64)

    assert 64 == cli("github", "comment", "list.txt").code


HOSTILE = "::error::pwned ##[error]pwned ::set-output name=a::b %0A::error::x \u202e ::warning"
OUR_WORDS = re.compile(r"::warning file=series/[^:,]+,line=\d+,title=[^:,]+::[^\r\n]+")


def test_no_text_of_others_speaks_to_the_runner(here: Shop, cli: Cli) -> None:
    name = "::error file=a,line=1::x%0A::add-mask::\n::warning::two.yaml"
    hostile = "Ten percent for Diwali", f'"{HOSTILE}"'
    told = named("X::error::y%0A::stop", TEN).replace(*hostile)
    told = told.replace("smsTemplate: Hi", f'smsTemplate: "a\\n::error::x\\r\\n::debug::{HOSTILE}"')
    here.open(7, {name: told, "diwali.yaml": TWENTY.replace(*hostile)})

    ran = commented(here, cli)
    output = f"{ran.out}\n{ran.err}"
    shown, commands = Reader().read(output)

    assert 0 == ran.code, ran.err
    ours = [line for line in shown if OUR_WORDS.fullmatch(line)]
    assert ["warning"] * len(ours) == [one.name for one in commands]
    others = [line for line in shown if line.lstrip().startswith(("::", "##["))]
    assert ours == others
    places = {(one.properties["file"], one.properties["line"]) for one in commands}
    assert ("series/diwali.yaml", "5") in places
    assert all(file.startswith("series/") and "\n" not in file for file, _ in places)
    assert all("\n" not in one.message for one in commands)


def test_dangerous_and_blocked_lines_are_told_at_their_place(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TYPO, "may.yaml": named("MAY")})

    _, commands = Reader().read(commented(here, cli).out)

    told = [(one.name, one.properties["file"], one.properties["line"]) for one in commands]
    assert ("error", "series/diwali.yaml", "1") in told
    assert ("error", "series/diwali.yaml", "5") in told
    assert "[max-percent]" in commands[0].message


def test_neither_token_nor_key_is_in_any_output(
    here: Shop, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    leaking = TWENTY.replace("Ten percent for Diwali", f"{TOKEN} and {KEY}")
    here.open(7, {"diwali.yaml": leaking})
    here.event()
    with here.merge_result():
        cli("plan", "--against", "HEAD^1", "--out", "plan.json")
        outputs = [cli("-vv", "github", "comment", "plan.json")]
    here.server.review(7, REVIEWER)
    here.merge()
    outputs.append(cli("-vv", "github", "reviewed"))
    here.server.fail("GET", "/commits", status=403, message=f"{TOKEN} and {KEY} may not")
    outputs.append(cli("-vv", "github", "reviewed"))

    said = "".join(one.out + one.err for one in outputs) + (tmp_path / "summary.md").read_text()
    assert [0, 0, 7] == [one.code for one in outputs]
    assert (0, 0) == (said.count(TOKEN), said.count(KEY))
    assert "***" in said


# --- the issue -----------------------------------------------------------------------------------


def test_an_issue_is_open_while_there_is_drift(here: Shop, cli: Cli) -> None:
    with Store(DATA) as store:
        store.ui_edit(store.rows()[0]["id"], discountValue=90)
    assert 0 == cli("drift", "--out", "drift.json").code
    assert 0 == cli("github", "issue", "drift.json").code
    (row,) = here.server.issues.values()
    assert ("Drift in sandbox: 1 series", "open") == (row.title, row.state)
    assert "`discountValue`" in row.body

    with Store(DATA) as store:
        store.ui_edit(store.rows()[0]["id"], discountValue=10)
    cli("drift", "--out", "drift.json")
    ran = cli("github", "issue", "drift.json")

    assert (0, "closed") == (ran.code, row.state)
    assert "no drift any more: closed" in ran.err


def test_the_summary_of_an_apply_is_shown_where_there_is_no_file_for_it(
    here: Shop, cli: Cli
) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    merged(here, cli)
    reviewed(cli)
    applied(cli)

    ran = cli("github", "summary", "report.json")

    assert 0 == ran.code
    assert "`DIWALI`" in ran.out
    assert 64 == cli("github", "summary", "plan.json").code
