"""Who approves a pull request, and who cannot, from its events to what is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from merged import AUTHOR, REVIEWER, TWENTY, Shop, person, shop_now
from repositories import git
from stepped import applied, commented, marker, reviewed, values

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Cli

OFF = "require_approval = false\n"
MORE = TWENTY.replace("Upto: 100", "Upto: 90")


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> Iterator[Shop]:
    """Live is as main has it, and the record says so."""
    with shop_now(project, monkeypatch) as opened:
        assert 0 == cli("apply", "--yes", "--record").code
        yield opened


def asks_for_nobody(here: Shop) -> None:
    """From here on nobody else has to approve."""
    config = here.folder / "reconciler.toml"
    config.write_text(f"{OFF}{config.read_text()}")


def configured_by_main(here: Shop, cli: Cli) -> None:
    """Comment as the workflow does: on the pull request's files, with main's configuration."""
    here.event()
    main = here.folder / ".main.toml"
    main.write_text(git(here.folder, "show", "main:reconciler.toml") + "\n")
    with here.merge_result():
        planned = ("plan", "--against", "HEAD^1", "--out", "plan.json")
        assert 0 == cli("--config", ".main.toml", *planned).code
        assert 0 == cli("--config", ".main.toml", "github", "comment", "plan.json").code
    main.unlink()


# --- whether somebody else has to -----------------------------------------------------------------


def test_a_team_of_one_approves_by_merging(here: Shop, cli: Cli) -> None:
    asks_for_nobody(here)
    here.commit({})
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli)
    here.merge()

    reviewed(cli)

    assert (0, {"DIWALI": "done"}) == applied(cli)


def test_a_pull_request_that_asks_for_nobody_is_approved_by_somebody(here: Shop, cli: Cli) -> None:
    """It turns the rule off and moves a value at once."""
    git(here.folder, "checkout", "--quiet", "-b", "change-7")
    asks_for_nobody(here)
    here.heads[7] = here.commit({"diwali.yaml": TWENTY})
    git(here.folder, "checkout", "--quiet", "main")
    here.server.add_pull(7, AUTHOR, here.heads[7])
    configured_by_main(here, cli)
    here.merge()
    assert (here.folder / "reconciler.toml").read_text().startswith(OFF)

    lines, ran = reviewed(cli)

    assert ([], 0) == (lines, ran.code)
    assert "[review] pull request #7: DIWALI: nobody else approved" in ran.err
    assert (5, {"DIWALI": "blocked"}) == applied(cli)
    here.server.review(7, REVIEWER)
    assert 1 == len(reviewed(cli)[0])


def test_what_was_rejected_stays_rejected_when_nobody_is_asked_any_more(
    here: Shop, cli: Cli
) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli)
    here.merge()
    assert [] == reviewed(cli)[0]
    asks_for_nobody(here)
    here.commit({})

    lines, ran = reviewed(cli)

    assert [] == lines
    assert "[review] pull request #7" in ran.err
    assert {"DIWALI": 10} == values()


# --- who made it ----------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["reopened", "synchronize"])
@pytest.mark.parametrize(
    "sender",
    [person(REVIEWER), person("asha-of-old", was=REVIEWER), person("ASHA", was="nobody")],
    ids=["by their name", "renamed since", "spelled otherwise"],
)
def test_who_made_its_head_cannot_approve_it(
    here: Shop, cli: Cli, action: str, sender: dict[str, Any]
) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli, action=action, sender=sender)
    here.server.review(7, REVIEWER)
    here.merge()

    lines, ran = reviewed(cli)

    assert [] == lines
    assert "asha made it" in ran.err


def test_who_opened_it_cannot_approve_it_under_another_name(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TWENTY}, author="")  # GitHub names nobody any more
    commented(here, cli, user=person("asha-of-old", was=REVIEWER))
    here.server.review(7, REVIEWER)
    here.merge()

    assert [] == reviewed(cli)[0]


def test_who_pushed_cannot_approve_it_because_somebody_else_pushed_on_top(
    here: Shop, cli: Cli
) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli)
    here.push(7, {"diwali.yaml": TWENTY.replace("Value: 20", "Value: 40")})
    here.numbered(2)
    commented(here, cli, action="synchronize", sender=person("mallory"))
    here.push(7, {"diwali.yaml": MORE.replace("Value: 20", "Value: 40")})
    here.numbered(3)
    commented(here, cli, action="synchronize")
    assert {"priya", "mallory"} == {one for one in marker(here).authors if ":" not in one}
    here.server.review(7, "mallory")
    here.merge()

    lines, ran = reviewed(cli)

    assert [] == lines
    assert "mallory made it" in ran.err
    here.server.review(7, REVIEWER)
    assert 1 == len(reviewed(cli)[0])


# --- who may write --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("association", "level", "counts"),
    [
        ("COLLABORATOR", "read", False),
        ("MEMBER", "none", False),
        ("NONE", "write", True),
        ("CONTRIBUTOR", "admin", True),
    ],
)
def test_whoever_may_write_counts_whatever_they_are_called(
    here: Shop, cli: Cli, association: str, level: str, *, counts: bool
) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli)
    here.server.writers[REVIEWER] = level
    here.server.review(7, REVIEWER, association=association)
    here.merge()

    lines, ran = reviewed(cli)

    assert counts is (1 == len(lines))
    assert counts is not ("asha may not write here" in ran.err)


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize(("association", "counts"), [("MEMBER", True), ("NONE", False)])
def test_where_github_does_not_know_what_they_are_called_counts(
    here: Shop, cli: Cli, association: str, status: int, *, counts: bool
) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli)
    here.server.review(7, REVIEWER, association=association)
    here.merge()
    here.server.fail("GET", "/permission", status=status, message="Not Found")

    assert counts is (1 == len(reviewed(cli)[0]))
    asked = [one.path for one in here.server.log if one.path.endswith("/permission")]
    assert [f"/repos/shop/coupons/collaborators/{REVIEWER}/permission"] == asked


def test_nobody_is_asked_about_whose_review_does_not_count_anyway(here: Shop, cli: Cli) -> None:
    here.open(7, {"diwali.yaml": TWENTY})
    commented(here, cli)
    here.server.review(7, AUTHOR)
    here.server.review(7, "ravi", state="CHANGES_REQUESTED")
    here.merge()

    reviewed(cli)

    assert [] == [one.path for one in here.server.log if one.path.endswith("/permission")]
