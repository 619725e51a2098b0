"""Who let a rule pass: an allowance is shown with its reason, its last day and its author."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pullrequest import QUIET, SOON, PullRequest, allowing, named, rules, saying
from repositories import git, isolate

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

ALLOWED = (
    '[[guardrails.allow]]\nrule = "max-changes"\nvalue = {}\nreason = "tidying"\n'
    f'until = "{SOON}"\n'
)


@pytest.fixture
def pull(project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> PullRequest:
    isolate(project, monkeypatch)
    return PullRequest(project, cli)


def test_an_allowance_is_shown_with_its_reason_its_day_and_who_wrote_it(pull: PullRequest) -> None:
    pull.base(QUIET)
    seventy = QUIET.replace("Value: 10", "Value: 70")
    pull.files(saying(allowing("max-percent", "value: 70, "), seventy))
    head = pull.commit()

    ran, plan = pull.plan()

    (change,) = plan["changes"]
    assert (0, [], ["max-percent"]) == (ran.code, change["blocked"], rules(change["allowed"]))
    (why,) = change["allowed"]
    assert f"allowed until {SOON}: agreed with finance" in why["message"]
    assert f"A, {head[:7]}" == why["by"]
    text = pull.cli("plan", "--against", "base").out
    assert all(said in text for said in (f"until {SOON}", "agreed with finance", f"A, {head[:7]}"))


def test_a_plan_guard_that_the_configuration_allows_shows_its_reason(pull: PullRequest) -> None:
    pull.base(QUIET, config=f"[guardrails]\nmax_changes = 1\n{ALLOWED.format(2)}")
    pull.files(QUIET, named("A"), named("B"))
    pull.commit()

    ran, plan = pull.plan()

    assert (0, [[], []]) == (ran.code, [change["blocked"] for change in plan["changes"]])
    whys = [why for change in plan["changes"] for why in change["allowed"]]
    assert ["max-changes", "max-changes"] == [why["rule"] for why in whys]
    assert {True} == {f"allowed until {SOON}: tidying" in why["message"] for why in whys}


def test_who_allowed_a_plan_guard_is_who_wrote_the_line_in_force(pull: PullRequest) -> None:
    """A pull request that shifts the lines of the configuration puts nobody else's name there."""
    config = f"[guardrails]\nmax_changes = 1\n{ALLOWED.format(2)}"
    pull.base(QUIET, config=config)
    head = git(pull.folder, "rev-parse", "HEAD")
    pull.files(QUIET, named("A"), named("B"))
    pull.commit()

    _, plan = pull.plan()
    assert {f"A, {head[:7]}"} == {why["by"] for one in plan["changes"] for why in one["allowed"]}

    pull.configure(f"# shifted\n# shifted\n{config}")
    pull.commit()
    _, plan = pull.plan()
    said = {why.get("by") for one in plan["changes"] for why in one["allowed"]}
    assert said <= {None, f"A, {head[:7]}"}


def test_who_raises_an_allowance_is_named_beside_who_gave_its_reason(pull: PullRequest) -> None:
    """Mallory stretches what Priya agreed to with finance."""
    given = "lifecycle:\n  allow:\n    - rule: max-percent\n      value: 70\n"
    given += f"      reason: agreed with finance\n      until: {SOON}\n"
    pull.base(QUIET)
    pull.files(QUIET.replace("Value: 10", "Value: 80") + given)
    priya = by("Priya", pull)
    pull.files(QUIET.replace("Value: 10", "Value: 80") + given.replace("70", "80"))
    mallory = by("Mallory", pull)

    _, plan = pull.plan()

    said = f"Mallory, {mallory} (the reason: Priya, {priya})"
    assert [said] == [why["by"] for one in plan["changes"] for why in one["allowed"]]
    pull.live(discountValue=80)
    _, plan = pull.plan()
    (aside,) = [one for one in plan["without_change"] if one["kind"] == "no change needed"]
    assert [said] == [why["by"] for why in aside["allowed"]]


def test_who_raises_an_allowance_over_the_plan_is_named_as_well(pull: PullRequest) -> None:
    config = f"[guardrails]\nmax_changes = 1\n{ALLOWED}"
    pull.base(QUIET, config=config.format(1))
    pull.files(QUIET, named("A"), named("B"))
    head = git(pull.folder, "rev-parse", "HEAD")
    pull.configure(config.format(2))
    mallory = by("Mallory", pull)

    _, plan = pull.plan(against=None)

    assert {f"Mallory, {mallory} (the reason: A, {head[:7]})"} == {
        why["by"] for one in plan["changes"] for why in one["allowed"]
    }


def by(name: str, pull: PullRequest) -> str:
    """Commit everything as somebody."""
    git(pull.folder, "add", "--all")
    git(pull.folder, "commit", "--quiet", f"--author={name} <x@shop.test>", "-m", "a commit")
    return git(pull.folder, "rev-parse", "HEAD")[:7]


def test_an_allowance_of_what_needs_no_change_says_who_wrote_it(pull: PullRequest) -> None:
    pull.base(QUIET)
    pull.live(discountValue=70)
    seventy = QUIET.replace("Value: 10", "Value: 70")
    pull.files(saying(allowing("max-percent", "value: 70, "), seventy))
    head = pull.commit()

    ran, plan = pull.plan()

    (aside,) = [one for one in plan["without_change"] if one["kind"] == "no change needed"]
    assert (0, [f"A, {head[:7]}"]) == (ran.code, [why["by"] for why in aside["allowed"]])
    for shape in ("text", "markdown", "html"):
        assert f"A, {head[:7]}" in pull.cli("plan", "--against", "base", "--format", shape).out
