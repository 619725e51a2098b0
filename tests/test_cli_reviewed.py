"""`apply --reviewed`: only what stands in a reviewed plan or list is done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Ran, Write

DATA = ".reconciler/sandbox.db"
CHEAPER = MINIMAL.replace("Value: 500", "Value: 400")
FREE = MINIMAL.replace("Value: 500", "Value: 9000")
MAY = MINIMAL.replace("APRIL100", "MAY100")
REFUSED = MINIMAL.replace("SERIES_EXPIRY", "DAYS")


@pytest.fixture
def live(cli: Cli, write: Write, project: Path) -> Path:
    """A sandbox with one series, and the plan of a cheaper one in `plan.json`."""
    write(MINIMAL)
    assert cli("apply", "--yes").code == 0
    write(CHEAPER)
    assert cli("plan", "--out", "plan.json").code == 0
    return project


def reviewed(cli: Cli, *files: str, plan: str | None = None) -> tuple[Ran, dict[str, str]]:
    """Apply what is reviewed; how each change ended."""
    options = [option for file in files for option in ("--reviewed", file)]
    ran = cli("apply", *([plan] if plan else []), "--yes", "--report", "report.json", *options)
    with open("report.json", encoding="utf-8") as stream:  # noqa: PTH123 - in the current directory
        found = json.load(stream)["outcomes"]
    return ran, {one["seriesCode"]: one["status"] for one in found}


def values() -> dict[str, int]:
    with Store(DATA) as store:
        return {row["seriesCode"]: row["discountValue"] for row in store.rows()}


def digests(file: Path) -> list[str]:
    document: dict[str, Any] = json.loads(file.read_text())
    return [change["digest"] for change in document["changes"]]


@pytest.mark.parametrize("plan", [None, "plan.json"], ids=["planned afresh", "the plan itself"])
def test_what_the_reviewed_plan_holds_is_done(cli: Cli, live: Path, plan: str | None) -> None:
    ran, ended = reviewed(cli, "plan.json", plan=plan)

    assert (0, {"APRIL100": "done"}, {"APRIL100": 400}) == (ran.code, ended, values())


def test_a_later_edit_is_left_alone_and_named(cli: Cli, write: Write, live: Path) -> None:
    write(FREE)
    write(MAY, "may.yaml")

    ran, ended = reviewed(cli, "plan.json")

    assert (5, {"APRIL100": "blocked", "MAY100": "blocked"}) == (ran.code, ended)
    assert 2 == ran.out.count("! blocked [not-reviewed] no reviewed plan holds this change")
    assert {"APRIL100": 500} == values()


def test_what_is_reviewed_is_done_beside_what_is_not(cli: Cli, write: Write, live: Path) -> None:
    write(MAY, "may.yaml")

    ran, ended = reviewed(cli, "plan.json")

    assert (5, {"APRIL100": "done", "MAY100": "blocked"}) == (ran.code, ended)
    assert {"APRIL100": 400} == values()


def test_plans_and_lists_add_up(cli: Cli, write: Write, live: Path) -> None:
    write(MAY, "may.yaml")
    cli("plan", "--only", "MAY100", "--out", "may.json")
    (live / "list").write_text("\n".join(digests(live / "may.json")))

    ran, ended = reviewed(cli, "plan.json", "list")

    assert (0, {"APRIL100": "done", "MAY100": "done"}) == (ran.code, ended)


@pytest.mark.parametrize("text", ["", "\n\n"], ids=["no bytes", "empty lines"])
def test_an_empty_list_approves_nothing(cli: Cli, live: Path, text: str) -> None:
    (live / "list").write_text(text)

    ran, ended = reviewed(cli, "list")

    assert (5, {"APRIL100": "blocked"}, {"APRIL100": 500}) == (ran.code, ended, values())


def test_a_review_of_what_live_has_left_behind_approves_nothing(cli: Cli, live: Path) -> None:
    with Store(DATA) as store:
        store.ui_edit(store.rows()[0]["id"], discountValue=450)

    afresh, ended = reviewed(cli, "plan.json")
    saved, moved = reviewed(cli, "plan.json", plan="plan.json")

    assert (5, {"APRIL100": "blocked"}) == (afresh.code, ended)
    assert (6, {"APRIL100": "moved"}) == (saved.code, moved)
    assert {"APRIL100": 450} == values()


def test_a_review_lifts_no_other_block(cli: Cli, write: Write, live: Path) -> None:
    write(REFUSED)
    assert cli("plan", "--out", "plan.json").code == 5

    ran, ended = reviewed(cli, "plan.json")

    assert (5, {"APRIL100": "blocked"}) == (ran.code, ended)
    assert "immutable-field" in ran.out
    assert "not-reviewed" not in ran.out


def test_a_lifecycle_that_changed_is_to_be_reviewed_again(
    cli: Cli, write: Write, live: Path
) -> None:
    write(CHEAPER + "lifecycle: {ignoreChanges: [smsTemplate]}\n")

    ran, ended = reviewed(cli, "plan.json")

    assert (5, {"APRIL100": "blocked"}) == (ran.code, ended)


def test_a_plan_of_another_target_approves_nothing_here(cli: Cli, live: Path) -> None:
    file = live / "plan.json"
    file.write_text(file.read_text().replace('"target": "sandbox"', '"target": "eu-prod"'))

    ran, ended = reviewed(cli, "plan.json")

    assert (5, {}, {"APRIL100": 500}) == (ran.code, ended, values())
    assert "the plan is for the target eu-prod" in ran.err


def test_an_edited_plan_approves_nothing(cli: Cli, live: Path) -> None:
    file = live / "plan.json"
    file.write_text(file.read_text().replace("400", "4"))

    ran, _ = reviewed(cli, "plan.json")

    assert (5, {"APRIL100": 500}) == (ran.code, values())
    assert "the plan was edited" in ran.err


@pytest.mark.parametrize(
    ("text", "said"),
    [("yes\n", "list:1: yes is no change digest"), (None, "the review list cannot be read")],
    ids=["no digest", "no file"],
)
def test_a_list_that_is_none_is_a_mistake_of_usage(
    cli: Cli, live: Path, text: str | None, said: str
) -> None:
    if text is not None:
        (live / "list").write_text(text)

    ran, ended = reviewed(cli, "list")

    assert (64, {}, {"APRIL100": 500}) == (ran.code, ended, values())
    assert said in ran.err
