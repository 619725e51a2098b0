"""`github unplanned`: what the comment says where the last head has no plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from github_state import BOT
from merged import OTHER_KEY, REVIEWER, TWENTY, Shop, person, shop_now
from stepped import commented, marker, reviewed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Cli, Ran

WRONG = {"bad.yaml": "x: : y\n"}


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> Iterator[Shop]:
    """Live is as main has it, and the record says so."""
    with shop_now(project, monkeypatch) as opened:
        assert 0 == cli("apply", "--yes", "--record").code
        yield opened


def unplanned(here: Shop, cli: Cli, run: int = 2, by: str = "priya") -> Ran:
    """The step, after a push by somebody."""
    here.numbered(run)
    here.event(action="synchronize", sender=person(by))
    with here.merge_result():
        return cli("github", "unplanned")


def text(here: Shop) -> str:
    (row,) = here.server.comments[7]
    return row.body


def people(here: Shop) -> set[str]:
    return {one for one in marker(here).authors if ":" not in one}


def test_an_earlier_heads_comment_invites_no_review_any_more(
    here: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.test")
    monkeypatch.setenv("GITHUB_RUN_ID", "99")
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli)
    head = here.push(7, WRONG)

    ran = unplanned(here, cli, by="mallory")

    assert 0 == ran.code, ran.err
    assert f"## No plan for `sandbox`: `{head[:12]}`" in text(here)
    assert "**This comment approves nothing:** nobody knows what" in text(here)
    assert "(https://github.test/shop/coupons/actions/runs/99)" in text(here)
    assert "20%" not in text(here)
    assert (head, {}, {"priya", "mallory"}) == (
        marker(here).head,
        marker(here).changes,
        people(here),
    )


def test_who_pushed_a_head_that_was_not_planned_cannot_approve_a_later_one(
    here: Shop, cli: Cli
) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli)
    here.push(7, WRONG)
    unplanned(here, cli, by=REVIEWER)
    here.push(7, {"bad.yaml": None})
    here.numbered(3)
    commented(here, cli, action="synchronize")
    here.server.review(7, REVIEWER)
    here.merge()

    lines, ran = reviewed(cli)

    assert [] == lines
    assert "asha made it" in ran.err
    here.server.review(7, "ravi")
    assert 1 == len(reviewed(cli)[0])


def test_a_head_that_changes_no_series_any_more_is_said_to(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli)
    original = (here.folder / "series" / "diwali.yaml").read_text()
    here.push(7, {"diwali.yaml": original})

    assert 0 == unplanned(here, cli).code

    assert "changes nothing in `series/`" in text(here)
    assert {} == marker(here).changes


def test_a_pull_request_that_touches_no_series_stays_quiet(here: Shop, cli: Cli) -> None:
    here.open(7, {"../words.md": "Words."})

    assert 0 == unplanned(here, cli).code

    assert [] == here.server.comments[7]
    assert ["GET"] == [one.method for one in here.server.log]


def test_where_there_was_something_to_plan_it_makes_the_comment(here: Shop, cli: Cli) -> None:
    """Else who pushed it would be forgotten."""
    here.open(7, WRONG)

    assert 0 == unplanned(here, cli, by="mallory").code

    assert "This comment approves nothing" in text(here)
    assert {"priya", "mallory"} == people(here)


@pytest.mark.parametrize("run", [1, 2], ids=["an older run", "this very run"])
def test_what_this_run_or_a_newer_one_said_stays(here: Shop, cli: Cli, run: int) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    here.numbered(2)
    commented(here, cli)
    before = text(here)

    ran = unplanned(here, cli, run=run)

    assert (0, before) == (ran.code, text(here))
    assert "its comment stays" in ran.err


def test_what_this_run_began_to_say_and_did_not_end_is_no_plan(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    here.server.fail("PATCH", "/comments", status=403)
    assert 7 == commented(here, cli).code
    assert "An approving review" in text(here)

    assert 0 == unplanned(here, cli, run=1).code

    assert "This comment approves nothing" in text(here)
    assert here.server.comments[7][0].id == marker(here).comment


def test_what_was_forgotten_stays_forgotten(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    row = here.show(key=OTHER_KEY)
    unplanned(here, cli, run=2)
    assert (row.id, BOT) == (here.server.comments[7][0].id, row.author)
    here.numbered(3)
    commented(here, cli, action="synchronize")

    assert marker(here).forgotten
    assert "approves nothing:** somebody altered the comment before" in text(here)


def test_without_a_key_it_says_so_too(
    here: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    monkeypatch.delenv("RECONCILER_APPROVAL_KEY")
    commented(here, cli)
    here.push(7, WRONG)

    assert 0 == unplanned(here, cli).code
    assert "No plan for" in text(here)
