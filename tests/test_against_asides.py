"""`plan --against REV`: what a pull request moves without a change of live."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pullrequest import (
    HIGHER,
    QUIET,
    SOON,
    TYPO,
    UNNAMED,
    PullRequest,
    allowing,
    kinds,
    named,
    rules,
    saying,
    shown,
)
from repositories import git, isolate

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

NO_LIMIT = {"before": 100_000, "after": None}
SAME = {"before": 100_000, "after": 100_000}


@pytest.fixture
def pull(project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> PullRequest:
    isolate(project, monkeypatch)
    return PullRequest(project, cli)


# What moves without a change


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


KNOWN = 'reads_back = ["targetUserDetails", "customPropertyMap", "redemptionOrgEntityDetails"]\n'
SCOPE = QUIET + "productInfo: [{productType: SKU, productIds: [1]}]\n"
OTHER_SCOPE = SCOPE.replace("SKU, productIds: [1]", "CATEGORY, productIds: [7]")


@pytest.mark.parametrize("text", ["Hi", "Bye"], ids=["nothing else", "beside a change"])
@pytest.mark.parametrize("shows", [True, False], ids=["shown", "hidden"])
def test_what_live_hides_and_a_pull_request_edits_is_never_silent(
    pull: PullRequest, text: str, *, shows: bool
) -> None:
    pull.base(SCOPE, config=KNOWN)
    if not shows:
        pull.cli("sandbox", "chaos", "--hidden", "hidden", "--hides", "productInfo")
    pull.files(OTHER_SCOPE.replace("Hi", text))
    pull.commit()

    _, plan = pull.plan()

    fields = [field["path"] for change in plan["changes"] for field in change["fields"]]
    beside = [(one["kind"], one["path"], one["effect"]) for one in plan["without_change"]]
    assert (["smsTemplate"] if text == "Bye" else []) == [
        path for path in fields if path != "productInfo"
    ]
    assert shows is ("productInfo" in fields)
    assert beside == ([] if shows else [("sent unseen", "productInfo", "wider reach")])


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
