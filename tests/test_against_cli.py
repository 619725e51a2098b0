"""`plan --against REV` in a real repository: what is owned, and what moves without a change."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pullrequest import QUIET, PullRequest, named, rules
from repositories import git, isolate

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Cli

SOON = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
HIGHER = QUIET.replace("Value: 10", "Value: 20")
TYPO = QUIET.replace("Value: 10", "Value: 99")
UNNAMED = QUIET.replace("discountUpto: 100\n", "")
NO_LIMIT = {"before": 100_000, "after": None}
SAME = {"before": 100_000, "after": 100_000}


def saying(lifecycle: str, text: str = QUIET) -> str:
    return f"{text}lifecycle: {{{lifecycle}}}\n"


def allowing(rule: str, more: str = "", until: str = SOON) -> str:
    return f"allow: [{{rule: {rule}, {more}reason: agreed with finance, until: {until}}}]"


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


def owned(plan: Any) -> dict[str, bool | None]:  # noqa: ANN401 - JSON
    return {change["seriesCode"]: change["owned"] for change in plan["changes"]}


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


def kinds(asides: list[Any]) -> list[tuple[str, str]]:
    return [(one["kind"], one["seriesCode"]) for one in asides]


# What moves without a change


def shown(aside: Any) -> tuple[Any, ...]:  # noqa: ANN401 - JSON
    names = ("kind", "path", "before", "after", "effect")
    return tuple(aside[name] for name in names)


ADOPTED = QUIET.replace("Ten percent", "11 percent")
WITHOUT_CHANGE: dict[str, tuple[str, dict[str, Any], str | None, tuple[Any, ...], Any]] = {
    "a field no longer managed": (
        QUIET,
        {},
        UNNAMED,
        ("no longer managed", "discountUpto", 100, 100, "neutral"),
        SAME,
    ),
    "a field no longer managed that live has elsewhere": (
        QUIET,
        {"discountUpto": -1},
        UNNAMED,
        ("no longer managed", "discountUpto", 100, -1, "more generous"),
        NO_LIMIT,
    ),
    "a key no longer managed": (
        QUIET + "redemptionRange: {dow: [6, 7]}\n",
        {},
        QUIET,
        ("no longer managed", "redemptionRange.dow", [6, 7], [6, 7], "neutral"),
        SAME,
    ),
    "a file deleted": (QUIET, {}, None, ("file deleted", None, None, None, "neutral"), SAME),
    "a file deleted that held live back": (
        QUIET,
        {"discountUpto": -1},
        None,
        ("file deleted", None, None, None, "more generous"),
        NO_LIMIT,
    ),
    "a field ignored from now on": (
        QUIET,
        {},
        saying("ignoreChanges: [discountUpto]"),
        ("ignoreChanges changed", None, None, ["discountUpto"], "neutral"),
        SAME,
    ),
    "a field ignored that live has elsewhere": (
        QUIET,
        {"discountUpto": -1},
        saying("ignoreChanges: [discountUpto]"),
        ("ignoreChanges changed", None, None, ["discountUpto"], "more generous"),
        NO_LIMIT,
    ),
    "protection taken away": (
        saying("protect: true"),
        {},
        QUIET,
        ("protect changed", None, True, None, "neutral"),
        SAME,
    ),
    "an allowance given": (
        QUIET,
        {},
        saying(allowing("max-percent", "value: 70, ")),
        (
            "allow changed",
            None,
            None,
            [
                {
                    "rule": "max-percent",
                    "value": 70,
                    "reason": "agreed with finance",
                    "until": SOON,
                }
            ],
            "neutral",
        ),
        SAME,
    ),
    "the id of what it is": (
        QUIET,
        {},
        saying("adopt: 700001"),
        ("adopt changed", None, None, 700001, "neutral"),
        SAME,
    ),
    "drift accepted": (
        QUIET,
        {"discountUpto": 150},
        QUIET.replace("Upto: 100", "Upto: 150"),
        ("drift accepted", "discountUpto", 100, 150, "more generous"),
        {"before": 100_000, "after": 150_000},
    ),
    "drift of words accepted": (
        QUIET,
        {"smsTemplate": "Bye"},
        QUIET.replace("Hi", "Bye"),
        ("drift accepted", "smsTemplate", "Hi", "Bye", "messaging"),
        SAME,
    ),
}


@pytest.mark.parametrize(
    ("before", "drift", "after", "aside", "cost"), WITHOUT_CHANGE.values(), ids=WITHOUT_CHANGE
)
def test_what_moves_without_a_change_is_shown_with_effect_and_exposure(
    pull: PullRequest,
    before: str,
    drift: dict[str, Any],
    after: str | None,
    aside: tuple[Any, ...],
    cost: object,
) -> None:
    pull.base(before, named("OTHER"))
    pull.live(**drift)
    pull.files(named("OTHER"), *([after] if after else []))
    pull.commit()

    ran, plan = pull.plan()

    assert ([], 0) == (plan["changes"], ran.code)
    found, *judged = plan["without_change"]
    assert aside == shown(found)
    assert {"no change needed"} >= {one["kind"] for one in judged}
    assert ("DIWALI", cost, "series/diwali.yaml") == (
        found["seriesCode"],
        found["exposure"],
        found["file"],
    )
    assert [] == pull.plan(against="HEAD")[1]["without_change"]


def test_a_change_beside_it_hides_nothing_that_moves_without_one(pull: PullRequest) -> None:
    pull.base(QUIET)
    pull.live(maxRedeem=500)
    pull.files(UNNAMED.replace("Value: 10", "Value: 20").replace("Redeem: 1000", "Redeem: 500"))
    pull.commit()

    _, plan = pull.plan()

    assert [["discountValue"]] == [
        [field["path"] for field in change["fields"]] for change in plan["changes"]
    ]
    assert [("no longer managed", "discountUpto"), ("drift accepted", "maxRedeem")] == [
        (one["kind"], one["path"]) for one in plan["without_change"]
    ]


def test_an_adoption_shows_what_the_adopted_series_costs(pull: PullRequest) -> None:
    pull.base(named("OTHER"))
    with Store(".reconciler/sandbox.db") as store:
        made = store.ui_create(**store.rows()[0] | {"seriesCode": "BY-HAND", "id": 9})
    pull.files(named("OTHER"), saying(f"adopt: {made}", named("MINE", HIGHER)))
    pull.commit()

    _, plan = pull.plan()

    assert [("adopt", True)] == [(one["action"], one["owned"]) for one in plan["changes"]]
    assert [("adopt changed", "MINE")] == kinds(plan["without_change"])
    assert SAME == plan["without_change"][0]["exposure"]


def test_a_series_that_is_not_live_moves_nothing_without_its_create(pull: PullRequest) -> None:
    pull.base(QUIET)
    pull.files(QUIET, named("NEW"))
    pull.tagged()
    pull.files(QUIET, named("NEW", UNNAMED))
    pull.commit()

    _, plan = pull.plan()

    assert (["create"], []) == (
        [one["action"] for one in plan["changes"]],
        plan["without_change"],
    )


def test_equal_inputs_give_equal_bytes(pull: PullRequest) -> None:
    pull.base(*(named(f"S{number}") for number in range(9)), saying("protect: true"))
    pull.live("S3", smsTemplate="Bye")
    allowed = saying(allowing("max-percent", "value: 70, "), named("S1", TYPO))
    pull.files(*(named(f"S{number}", UNNAMED) for number in range(2, 8)), allowed, HIGHER)
    pull.configure("[guardrails]\nmax_percent = 61\nmax_changes = 3\n")
    pull.commit()

    first, second = (pull.plan()[1] for _ in range(2))

    assert [first.pop("created_at"), second.pop("created_at")]
    assert json.dumps(first) == json.dumps(second)
    assert 11 < len(first["without_change"])


# A file that asks for what is live already


def test_a_guard_that_the_desired_state_breaks_refuses_although_nothing_changes(
    pull: PullRequest,
) -> None:
    pull.base(QUIET)
    pull.live(discountValue=99)
    pull.files(TYPO)
    pull.commit()

    ran, plan = pull.plan()

    assert (5, []) == (ran.code, plan["changes"])
    assert [("drift accepted", []), ("no change needed", ["max-percent"])] == [
        (one["kind"], rules(one["blocked"])) for one in plan["without_change"]
    ]
    assert 1 == plan["summary"]["blocked"]
    assert 5 == pull.cli("plan", "--against", "base").code
    assert 0 == pull.cli("plan").code


def test_the_same_is_allowed_in_the_file(pull: PullRequest) -> None:
    pull.base(QUIET)
    pull.live(discountValue=70)
    seventy = QUIET.replace("Value: 10", "Value: 70")
    pull.files(saying(allowing("max-percent", "value: 70, "), seventy))
    pull.commit()

    ran, plan = pull.plan()

    (found,) = [one for one in plan["without_change"] if one["kind"] == "no change needed"]
    assert (0, ["max-percent"], []) == (ran.code, rules(found["allowed"]), found["blocked"])
    assert f"allowed until {SOON}: agreed with finance" in found["allowed"][0]["message"]


def test_a_new_file_for_a_live_series_is_judged_as_it_is(pull: PullRequest) -> None:
    pull.base(QUIET, TYPO.replace("DIWALI", "WILD").replace("Value: 99", "Value: 50"))
    pull.live("WILD", discountValue=99)
    git(pull.folder, "rm", "--quiet", "series/wild.yaml")
    pull.tagged()
    pull.files(QUIET, named("WILD", TYPO))
    pull.commit()

    ran, plan = pull.plan()

    assert (5, [("no change needed", "WILD")]) == (ran.code, kinds(plan["without_change"]))


def test_an_ignored_field_is_judged_as_live_has_it(pull: PullRequest) -> None:
    pull.base(QUIET)
    pull.live(discountValue=99)
    pull.files(saying("ignoreChanges: [discountValue]"))
    pull.commit()

    ran, plan = pull.plan()

    assert [
        ("ignoreChanges changed", "more generous", []),
        ("no change needed", "more generous", ["max-percent"]),
    ] == [(one["kind"], one["effect"], rules(one["blocked"])) for one in plan["without_change"]]
    assert 5 == ran.code


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
    assert ("", "reconciler.toml") == tuple(
        plan["without_change"][0][key] for key in ("seriesCode", "file")
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


# What cannot be compared


def test_a_revision_that_git_does_not_know_sends_nothing(pull: PullRequest) -> None:
    pull.base(QUIET)
    with Store(".reconciler/sandbox.db") as store:
        before = len(store.requests())

    ran = pull.cli("plan", "--against", "no-such-branch")

    with Store(".reconciler/sandbox.db") as store:
        assert (64, before) == (ran.code, len(store.requests()))
    assert "no-such-branch" in ran.err


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


# Protection


def blocked(plan: Any) -> dict[str, list[str]]:  # noqa: ANN401 - JSON
    return {change["seriesCode"]: rules(change["blocked"]) for change in plan["changes"]}


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


# Who allowed what


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
