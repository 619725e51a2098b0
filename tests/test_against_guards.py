"""`plan --against REV`: the guardrails in force, what counts and protection."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pullrequest import (
    DATA,
    HIGHER,
    QUIET,
    SOON,
    TYPO,
    PullRequest,
    blocked,
    kinds,
    named,
    rules,
    saying,
    shown,
)
from repositories import git, isolate

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Cli


@pytest.fixture
def pull(project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> PullRequest:
    isolate(project, monkeypatch)
    return PullRequest(project, cli)


# The guardrails themselves

LOOSENED = "[guardrails]\nmax_percent = 100\n"


def test_a_guardrail_loosened_in_the_same_branch_changes_nothing_for_it(pull: PullRequest) -> None:
    pull.base(QUIET)
    pull.files(TYPO)
    pull.configure(LOOSENED)
    pull.commit()

    ran, plan = pull.plan()

    assert (5, [["max-percent"]]) == (
        ran.code,
        [rules(change["blocked"]) for change in plan["changes"]],
    )
    assert [("guardrail changed", "max_percent", 60, 100, "more generous")] == [
        shown(one) for one in plan["without_change"]
    ]
    assert ("", "reconciler.toml", 5) == tuple(
        plan["without_change"][0][key] for key in ("seriesCode", "file", "line")
    )


@pytest.mark.parametrize("named_by", ["where it is looked for", "--config"])
def test_a_guardrail_that_was_loosened_before_is_in_force(pull: PullRequest, named_by: str) -> None:
    pull.base(QUIET, config=LOOSENED)
    pull.files(TYPO)
    pull.configure("[guardrails]\nmax_percent = 5\n")
    pull.commit()

    options = ("--config", "reconciler.toml") if named_by == "--config" else ()
    ran = pull.cli(*options, "plan", "--against", "base", "--format", "json")

    plan = json.loads(ran.out)
    assert (0, [[]]) == (ran.code, [rules(change["blocked"]) for change in plan["changes"]])
    assert ["stricter"] == [one["effect"] for one in plan["without_change"]]


def test_a_configuration_elsewhere_is_in_force_as_it_is(
    pull: PullRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pull.base(QUIET, config=LOOSENED)
    pull.files(TYPO)
    pull.commit()
    elsewhere = tmp_path_factory.mktemp("main") / "reconciler.toml"
    elsewhere.write_text((pull.folder / "reconciler.toml").read_text().replace("100", "98"))

    ran = pull.cli("--config", str(elsewhere), "plan", "--against", "base")

    assert 5 == ran.code
    assert "98%" in ran.out


def test_a_configuration_that_is_taken_away_stays_in_force(
    pull: PullRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull.base(QUIET, config="[guardrails]\nmax_percent = 15\n")
    pull.files(HIGHER)
    (pull.folder / "reconciler.toml").unlink()
    pull.commit()
    monkeypatch.setenv("RECONCILER_API_URL", "sandbox:.reconciler/sandbox.db")

    ran, plan = pull.plan()

    assert (5, [("guardrail changed", "")]) == (ran.code, kinds(plan["without_change"]))
    assert ("max_percent", 15, 60) == shown(plan["without_change"][0])[1:4]


def test_a_base_whose_configuration_cannot_be_read_gives_the_default_guardrails(
    pull: PullRequest,
) -> None:
    pull.base(QUIET)
    pull.configure("[guardrails]\nmax_percent = 1000\n")
    pull.tagged()
    pull.files(TYPO)
    pull.configure(LOOSENED)
    pull.commit()

    ran, plan = pull.plan()

    assert (5, [("guardrail changed", "")]) == (ran.code, kinds(plan["without_change"]))


ALLOWED = (
    '[[guardrails.allow]]\nrule = "max-changes"\nvalue = {}\nreason = "tidying"\n'
    f'until = "{SOON}"\n'
)
GUARDS: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "an allowance over the plan": (
        "",
        ALLOWED.format(90),
        [("allow.max-changes", "more generous")],
    ),
    "an allowance taken away": (ALLOWED.format(90), "", [("allow.max-changes", "stricter")]),
    "an allowance of more": (
        ALLOWED.format(90),
        ALLOWED.format(91),
        [("allow.max-changes", "more generous")],
    ),
    "a rule that only warns": (
        "",
        '[guardrails.rules]\nmax-percent = "warn"\n',
        [("rules.max-percent", "more generous")],
    ),
    "a rule that blocks": (
        "",
        '[guardrails.rules]\nno-minimum = "block"\n',
        [("rules.no-minimum", "stricter")],
    ),
    "several figures": (
        "[guardrails]\nmax_changes = 7\n",
        "[guardrails]\nmax_exposure = 5\nmax_changes_share = 0.5\n",
        [
            ("max_changes", "more generous"),
            ("max_changes_share", "more generous"),
            ("max_exposure", "stricter"),
        ],
    ),
    "the same in other words": ("", "[guardrails]\nmax_percent = 60\n", []),
}


@pytest.mark.parametrize(("before", "after", "expected"), GUARDS.values(), ids=GUARDS)
def test_every_guardrail_that_moves_is_shown(
    pull: PullRequest, before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    pull.base(QUIET, config=before)
    pull.configure(after)
    pull.commit()

    assert expected == [(one["path"], one["effect"]) for one in pull.asides()]


# Protection


def test_what_is_unprotected_and_changed_at_once_is_blocked_until_the_next_commit(
    pull: PullRequest,
) -> None:
    pull.base(saying("protect: true"), named("OTHER"))
    git(pull.folder, "checkout", "--quiet", "-b", "branch")
    pull.files(HIGHER, named("OTHER", HIGHER))
    pull.commit()
    pull.folder.joinpath("unrelated").write_text("a second commit of the branch")
    pull.commit()

    ran, plan = pull.plan()
    git(pull.folder, "checkout", "--quiet", "main")
    git(pull.folder, "merge", "--quiet", "--no-ff", "branch", "-m", "merge")
    _, merged = pull.plan(against=None)
    applied = pull.cli("apply", "--yes")

    assert (5, {"DIWALI": ["protected"], "OTHER": []}) == (ran.code, blocked(plan))
    assert [one["digest"] for one in plan["changes"]] == [
        one["digest"] for one in merged["changes"]
    ]
    assert plan["digest"] == merged["digest"]
    assert (5, {"DIWALI": 10, "OTHER": 20}) == (applied.code, pull.values())
    pull.commit()
    assert 0 == pull.cli("apply", "--yes").code
    assert {"DIWALI": 20, "OTHER": 20} == pull.values()


def test_a_saved_plan_keeps_what_was_protected_a_commit_ago(pull: PullRequest) -> None:
    pull.base(saying("protect: true"), named("OTHER"))
    pull.files(HIGHER, named("OTHER"))
    pull.commit()
    assert 5 == pull.cli("plan", "--out", "plan.json").code
    file = pull.folder / "plan.json"

    applied = pull.cli("apply", "plan.json", "--yes")
    document = json.loads(file.read_text())
    document["changes"][0].update(seen=[], blocked=[])
    file.write_text(json.dumps(document))
    edited = pull.cli("apply", "plan.json", "--yes")

    assert (5, 5, 10) == (applied.code, edited.code, pull.values()["DIWALI"])
    assert "the file protected this series a commit ago" in applied.out
    assert "the plan was edited" in edited.err


def test_protection_that_is_taken_away_alone_is_shown_and_then_gone(pull: PullRequest) -> None:
    pull.base(saying("protect: true"))
    pull.files(QUIET)
    pull.commit()
    assert [("protect changed", "DIWALI")] == kinds(pull.asides())
    pull.files(HIGHER)
    pull.commit()

    assert {"DIWALI": []} == blocked(pull.plan(against=None)[1])
    assert {"DIWALI": []} == blocked(pull.plan(against="HEAD~1")[1])
    assert {"DIWALI": ["protected"]} == blocked(pull.plan(against="base")[1])


def test_an_adoption_that_was_protected_a_commit_ago_is_blocked(pull: PullRequest) -> None:
    pull.base(named("OTHER"))
    with Store(".reconciler/sandbox.db") as store:
        made = store.ui_create(**store.rows()[0] | {"seriesCode": "BY-HAND", "id": 9})
    claim = f"adopt: {made}"
    pull.files(named("OTHER"), saying(f"{claim}, protect: true", named("MINE")))
    pull.commit()
    assert {"MINE": ["protected"]} == blocked(pull.plan(against=None)[1])
    pull.files(named("OTHER"), saying(claim, named("MINE", HIGHER)))
    pull.commit()

    assert {"MINE": ["protected"]} == blocked(pull.plan(against=None)[1])


def four_changed(pull: PullRequest) -> None:
    pull.files(*(named(f"S{number}", HIGHER) for number in range(4)))


def four_drifted(pull: PullRequest) -> None:
    for number in range(4):
        pull.live(f"S{number}", discountValue=9)


COUNTED: dict[str, tuple[Callable[[PullRequest], None], int]] = {
    "its own": (four_changed, 5),
    "what drifted": (four_drifted, 0),
}


@pytest.mark.parametrize(("act", "code"), COUNTED.values(), ids=COUNTED)
def test_only_what_the_pull_request_owns_counts(
    pull: PullRequest, act: Callable[[PullRequest], None], code: int
) -> None:
    pull.base(*(named(f"S{n}") for n in range(4)))
    pull.configure("[guardrails]\nmax_changes = 3\n")
    pull.tagged()
    act(pull)
    pull.commit()

    assert code == pull.plan()[0].code
    assert 5 == pull.plan(against=None)[0].code


def test_protection_is_not_evaded_under_another_code(pull: PullRequest) -> None:
    pull.base(saying("protect: true"))
    with Store(".reconciler/sandbox.db") as store:
        number = store.rows()[0]["id"]
    pull.files(saying(f"adopt: {number}", named("OTHER", HIGHER)))
    pull.commit()

    for against in ("base", None):
        ran, plan = pull.plan(against=against)
        assert (5, {"OTHER": ["protected"]}) == (ran.code, blocked(plan))


@pytest.mark.parametrize("wrong", ["oops: 1\n", "twice"], ids=["an unknown key", "a code twice"])
def test_a_base_that_does_not_load_protects_all_the_same(pull: PullRequest, wrong: str) -> None:
    pull.base(saying("protect: true"), named("OTHER"))
    file = pull.folder / "series" / "diwali.yaml"
    if wrong == "twice":
        (pull.folder / "series" / "again.yaml").write_text(QUIET)
    else:
        file.write_text(file.read_text() + wrong)
    pull.tagged()
    pull.files(HIGHER, named("OTHER"))
    pull.commit()

    ran, plan = pull.plan()

    assert (5, {"DIWALI": ["protected"]}) == (ran.code, blocked(plan))
    assert [True] == ["DIWALI" in one or "diwali" in one for one in plan["warnings"]]


def test_only_the_base_protects_in_a_pull_request(pull: PullRequest) -> None:
    """What the branch protects and gives up again is not there when it is merged as one."""
    pull.base(QUIET)
    pull.files(saying("protect: true"))
    pull.commit()
    pull.files(HIGHER)
    pull.commit()

    ran, plan = pull.plan()

    assert (0, {"DIWALI": []}) == (ran.code, blocked(plan))


def test_what_a_branch_says_that_live_shows_is_not_believed_for_it(pull: PullRequest) -> None:
    """`reads_back` lets an update pass that might wipe what live hides."""
    pull.base(QUIET, config="reads_back = []\n")
    pull.configure('reads_back = ["productInfo"]\n')
    pull.files(HIGHER)
    pull.commit()

    ran, plan = pull.plan()

    assert (5, {"DIWALI": ["unproven-field"]}) == (ran.code, blocked(plan))
    assert ["reads_back"] == [one["path"] for one in plan["without_change"]]


def test_a_target_under_another_name_keeps_its_guardrails(pull: PullRequest) -> None:
    strict = "[targets.sandbox.guardrails]\nmax_percent = 15\n"
    pull.base(QUIET, config=strict)
    toml = pull.folder / "reconciler.toml"
    toml.write_text(toml.read_text().replace("sandbox]", "shop]").replace('"sandbox"', '"shop"'))
    toml.write_text(toml.read_text().replace("sandbox.guard", "shop.guard"))
    toml.write_text(toml.read_text().replace("= 15", "= 100"))
    pull.files(HIGHER)
    pull.commit()

    ran, plan = pull.plan()

    assert (5, {"DIWALI": ["max-percent"]}) == (ran.code, blocked(plan))
    assert [15, 100] == [plan["without_change"][0][side] for side in ("before", "after")]


SETTINGS = {
    "no review any more": ("require_approval = false", ("require_approval", True, False)),
    "another place": ('url = "https://eu.test"', ("url", f"sandbox:{DATA}", "https://eu.test")),
    "another zone": ('timezone = "Asia/Kolkata"', ("timezone", "UTC", "Asia/Kolkata")),
}


@pytest.mark.parametrize(("line", "moved"), SETTINGS.values(), ids=SETTINGS)
def test_what_a_review_rests_on_is_told_when_it_changes(
    pull: PullRequest, line: str, moved: tuple[str, object, object], tmp_path: Path
) -> None:
    pull.base(QUIET)
    mains = tmp_path.parent / f"{tmp_path.name}-main" / "reconciler.toml"
    mains.parent.mkdir()
    text = (pull.folder / "reconciler.toml").read_text()
    mains.write_text(text)
    key = line.partition(" ")[0]
    top = f"{line}\n{text}" if key == "require_approval" else text
    kept = "\n".join(one for one in top.split("\n") if not one.startswith(key) or one == line)
    more = "" if key == "require_approval" else f"{line}\n"
    (pull.folder / "reconciler.toml").write_text(f"{kept}\n{more}")

    ran = pull.cli("--config", str(mains), "plan", "--against", "base", "--format", "json")

    (aside,) = json.loads(ran.out)["without_change"]
    assert ("configuration changed", *moved) == (
        aside["kind"],
        aside["path"],
        aside["before"],
        aside["after"],
    )
