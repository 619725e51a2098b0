"""`apply` held to what was reviewed: each set by itself, and what differs is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pullrequest import HIGHER, QUIET, TYPO, PullRequest, named
from repositories import isolate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Cli, Ran

FEW = "[guardrails]\nmax_changes = 2\n"
LOWER = QUIET.replace("Value: 10", "Value: 9")


@pytest.fixture
def pull(project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> PullRequest:
    """A project with one series that is live."""
    isolate(project, monkeypatch)
    found = PullRequest(project, cli)
    found.base(QUIET)
    return found


def planned(pull: PullRequest, file: str, *options: str) -> Any:  # noqa: ANN401 - JSON
    """Save a plan, and hand out its JSON."""
    pull.cli("plan", "--out", file, *options)
    return json.loads((pull.folder / file).read_text())


def applied(pull: PullRequest, *options: str) -> tuple[Ran, Any]:
    """Apply; how it ended, and its report."""
    ran = pull.cli("apply", "--yes", "--report", "report.json", *options)
    return ran, json.loads((pull.folder / "report.json").read_text())


def statuses(report: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    return {one["seriesCode"]: one["status"] for one in report["outcomes"]}


def reviewed(*files: str) -> list[str]:
    return [option for file in files for option in ("--reviewed", file)]


# Guards over each set


def test_two_sets_that_pass_apart_pass_together(pull: PullRequest) -> None:
    pull.configure(FEW)
    pull.files(QUIET, named("A"), named("B"), named("C"), named("D"))
    planned(pull, "one.json", "--only", "A", "--only", "B")
    planned(pull, "two.json", "--only", "C", "--only", "D")

    ran, report = applied(pull, *reviewed("one.json", "two.json"))

    assert (0, dict.fromkeys("ABCD", "done")) == (ran.code, statuses(report))


def test_one_set_of_all_does_not_pass(pull: PullRequest) -> None:
    pull.files(QUIET, named("A"), named("B"), named("C"))
    planned(pull, "all.json")
    pull.configure(FEW)

    ran, report = applied(pull, *reviewed("all.json"))

    assert (5, dict.fromkeys("ABC", "blocked")) == (ran.code, statuses(report))
    assert "[max-changes] held up with the whole plan" == report["outcomes"][0]["error"]
    assert "(max_changes)" in ran.out


def test_a_list_of_digests_is_a_set_of_its_own(pull: PullRequest) -> None:
    pull.files(QUIET, named("A"), named("B"), named("C"))
    digests = [change["digest"] for change in planned(pull, "all.json")["changes"]]
    pull.configure(FEW)
    (pull.folder / "list").write_text("\n".join(digests))
    (pull.folder / "first").write_text("\n".join(digests[:2]))
    (pull.folder / "last").write_text(digests[2])

    assert 5 == applied(pull, *reviewed("list"))[0].code
    assert 0 == applied(pull, *reviewed("first", "last"))[0].code


OWNED: dict[str, Callable[[dict[str, Any]], object]] = {
    "as it was planned": lambda _: None,
    "edited to be of nobody": lambda change: change.update(owned=False),
    "edited to be its own": lambda change: change.update(owned=True),
}


@pytest.mark.parametrize("edit", OWNED.values(), ids=OWNED)
def test_a_saved_plan_is_judged_as_a_whole_whatever_it_says_is_owned(
    pull: PullRequest, edit: Callable[[dict[str, Any]], object]
) -> None:
    pull.files(QUIET, named("A"), named("B"), named("C"))
    document = planned(pull, "plan.json")
    for change in document["changes"]:
        edit(change)
    (pull.folder / "plan.json").write_text(json.dumps(document))
    pull.configure(FEW)

    ran, report = applied(pull, "plan.json")

    assert (5, dict.fromkeys("ABC", "blocked")) == (ran.code, statuses(report))


def test_a_saved_plan_against_a_revision_is_judged_as_a_whole(pull: PullRequest) -> None:
    pull.files(QUIET, named("A"), named("B"))
    pull.tagged()
    pull.configure(FEW)
    pull.tagged()
    pull.files(QUIET, named("A"), named("B"), named("C"))
    document = planned(pull, "plan.json", "--against", "base")

    ran, report = applied(pull, "plan.json")

    assert [False, False, True] == [change["owned"] for change in document["changes"]]
    assert [[], [], []] == [change["blocked"] for change in document["changes"]]
    assert (5, dict.fromkeys("ABC", "blocked")) == (ran.code, statuses(report))


# What differs


def test_what_is_new_gone_and_different_is_shown_with_its_field(pull: PullRequest) -> None:
    pull.files(HIGHER, named("GONE"), named("SAME"))
    planned(pull, "plan.json")
    pull.files(QUIET.replace("Value: 10", "Value: 30"), named("NEW"), named("SAME"))

    ran, report = applied(pull, *reviewed("plan.json"))

    assert (5, {"DIWALI": "blocked", "NEW": "blocked", "SAME": "done"}) == (
        ran.code,
        statuses(report),
    )
    value = {"path": "discountValue", "reviewed": "10 → 20", "now": "10 → 30"}
    assert [
        {"kind": "different", "seriesCode": "DIWALI", "fields": [value]},
        {"kind": "gone", "seriesCode": "GONE", "fields": []},
        {"kind": "new", "seriesCode": "NEW", "fields": []},
    ] == report["differences"]
    said = ran.out.splitlines()
    start = said.index("The plan is not the reviewed one:")
    assert [
        "  ≠ DIWALI is different from what was reviewed",
        "      discountValue: reviewed 10 → 20",
        "                          now 10 → 30",
        "  - GONE is gone: it was reviewed, and there is nothing to do for it any more",
        "  + NEW is new: no reviewed plan has it",
    ] == said[start + 1 : start + 6]


@pytest.mark.parametrize("fewer", [False, True], ids=["the same", "a part"])
def test_a_fresh_plan_whose_changes_were_all_reviewed_passes(
    pull: PullRequest, *, fewer: bool
) -> None:
    pull.files(HIGHER, named("A"))
    planned(pull, "plan.json")
    if fewer:
        pull.files(HIGHER)

    ran, report = applied(pull, *reviewed("plan.json"))

    assert 0 == ran.code
    assert ["gone"] * fewer == [one["kind"] for one in report["differences"]]
    assert {"DIWALI": 20} | ({} if fewer else {"A": 10}) == pull.values()


def test_a_review_that_was_carried_out_already_leaves_nothing_to_do(pull: PullRequest) -> None:
    pull.files(HIGHER)
    planned(pull, "plan.json")
    applied(pull, *reviewed("plan.json"))

    ran, report = applied(pull, *reviewed("plan.json"))

    assert (0, "nothing to do", ["gone"]) == (
        ran.code,
        report["result"],
        [one["kind"] for one in report["differences"]],
    )


def test_what_a_list_approves_is_not_called_new(pull: PullRequest) -> None:
    pull.files(HIGHER, named("A"))
    planned(pull, "plan.json", "--only", "DIWALI")
    (change,) = planned(pull, "other.json", "--only", "A")["changes"]
    (pull.folder / "list").write_text(change["digest"])

    ran, report = applied(pull, *reviewed("plan.json", "list"))

    assert (0, []) == (ran.code, report["differences"])


# --expect


def test_another_digest_than_the_expected_one_is_refused_with_both(pull: PullRequest) -> None:
    pull.files(HIGHER)
    reviewed_digest = planned(pull, "plan.json")["digest"]
    pull.files(LOWER)
    fresh = planned(pull, "fresh.json")

    ran, report = applied(pull, "--expect", reviewed_digest)

    assert (5, "refused", {"DIWALI": 10}) == (ran.code, report["result"], pull.values())
    assert {"DIWALI": "not attempted"} == statuses(report)
    assert all(digest in ran.err for digest in (reviewed_digest, fresh["digest"]))
    assert fresh["changes"][0]["digest"] in ran.err


def test_the_expected_digest_passes(pull: PullRequest) -> None:
    pull.files(HIGHER)
    digest = planned(pull, "plan.json")["digest"]

    assert 0 == applied(pull, "--expect", digest)[0].code
    assert {"DIWALI": 20} == pull.values()


def test_a_part_of_the_expected_and_reviewed_plan_passes(pull: PullRequest) -> None:
    pull.files(HIGHER, named("A"))
    digest = planned(pull, "plan.json")["digest"]
    pull.files(HIGHER)

    alone = pull.cli("apply", "--yes", "--expect", digest)
    ran, report = applied(pull, "--expect", digest, *reviewed("plan.json"))

    assert (5, 0, {"DIWALI": "done"}) == (alone.code, ran.code, statuses(report))


@pytest.mark.parametrize(
    ("text", "kind"),
    [(LOWER, "different"), (HIGHER + "lifecycle: {ignoreChanges: [tag]}\n", "different")],
    ids=["another value", "another lifecycle"],
)
def test_more_than_the_expected_and_reviewed_plan_runs_nothing_at_all(
    pull: PullRequest, text: str, kind: str
) -> None:
    pull.files(HIGHER, named("A"))
    digest = planned(pull, "plan.json")["digest"]
    pull.files(text, named("A"))

    ran, report = applied(pull, "--expect", digest, *reviewed("plan.json"))

    assert (5, [kind], {"DIWALI": 10}) == (
        ran.code,
        [one["kind"] for one in report["differences"]],
        pull.values(),
    )


def test_another_reviewed_plan_than_the_expected_one_does_not_widen_it(pull: PullRequest) -> None:
    pull.files(HIGHER, named("A"))
    digest = planned(pull, "one.json", "--only", "DIWALI")["digest"]
    planned(pull, "two.json", "--only", "A")

    ran, _ = applied(pull, "--expect", digest, *reviewed("one.json", "two.json"))

    assert (5, {"DIWALI": 10}) == (ran.code, pull.values())


def test_what_a_guard_blocks_is_blocked_in_the_expected_plan_too(pull: PullRequest) -> None:
    pull.files(TYPO, named("A"))
    digest = planned(pull, "plan.json")["digest"]

    ran, report = applied(pull, "--expect", digest, *reviewed("plan.json"))

    assert (5, {"A": "done", "DIWALI": "blocked"}) == (ran.code, statuses(report))


def test_a_review_is_of_what_the_pull_request_owns(pull: PullRequest) -> None:
    """Drift, and what others pushed, is in the plan and was nobody's to approve there."""
    pull.live(discountValue=9)
    pull.files(QUIET, named("A"))
    pull.commit()
    assert 0 == pull.cli("plan", "--against", "base", "--out", "pr.json").code

    ran, report = applied(pull, *reviewed("pr.json"))

    assert (5, {"A": "done", "DIWALI": "blocked"}) == (ran.code, statuses(report))
    assert 9 == pull.values()["DIWALI"]


def test_what_was_blocked_when_it_was_reviewed_is_not_approved(pull: PullRequest) -> None:
    """A guard that the same pull request loosens is loose only for the next one."""
    pull.files(TYPO, named("A"))
    pull.configure("[guardrails]\nmax_percent = 100\n")
    pull.commit()
    assert 5 == pull.cli("plan", "--against", "base", "--out", "pr.json").code

    ran, report = applied(pull, *reviewed("pr.json"))

    assert (5, {"A": "done", "DIWALI": "blocked"}) == (ran.code, statuses(report))
    assert 10 == pull.values()["DIWALI"]


# A create that broke off


@pytest.mark.parametrize("by", ["plan", "list", "expect"])
@pytest.mark.parametrize("tag", ["", "tag: its own\n"], ids=["no tag", "a tag"])
def test_who_reviewed_a_create_reviewed_what_finishes_it(
    pull: PullRequest, by: str, tag: str
) -> None:
    pull.files(QUIET, named("NEW") + tag)
    plan = planned(pull, "plan.json")
    (pull.folder / "list").write_text(plan["changes"][0]["digest"])
    pull.cli("sandbox", "chaos", "--method", "put", "--error", "715")
    held = reviewed("list" if by == "list" else "plan.json")
    held += ["--expect", plan["digest"]] if by == "expect" else []
    ran, report = applied(pull, *held)
    assert (6, {"NEW": "failed"}) == (ran.code, statuses(report))
    pull.cli("sandbox", "chaos", "--clear")

    ran, report = applied(pull, *held)
    assert (0, {"NEW": "done"}) == (ran.code, statuses(report))
    assert [] == report["differences"]
    assert [] == planned(pull, "after.json")["changes"]
    assert 2 == planned(pull, "after.json")["summary"]["managed"]


def test_what_finishes_a_create_and_moves_more_is_held_for_a_review(pull: PullRequest) -> None:
    pull.files(QUIET, named("NEW"))
    planned(pull, "plan.json")
    pull.cli("sandbox", "chaos", "--method", "put", "--error", "715")
    assert 6 == applied(pull, *reviewed("plan.json"))[0].code
    pull.cli("sandbox", "chaos", "--clear")
    pull.files(QUIET, named("NEW").replace("Value: 10", "Value: 9"))

    ran, report = applied(pull, *reviewed("plan.json"))

    assert (5, {"NEW": "blocked"}) == (ran.code, statuses(report))
    assert "not-reviewed" in report["outcomes"][0]["error"]
