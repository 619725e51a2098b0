"""Guards over one series, as a plan and an apply meet them: configured, allowed, run out."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from judged import MOMENT, QUIET_LIVE, SEVENTY, TODAY, UNLIMITED, allowing
from pullrequest import QUIET, TYPO
from pullrequest import rules as named_rules
from scenes import change_of, outcomes, plan_of, rules

from reconciler.exposure import Exposure
from reconciler.planfile import from_json
from reconciler.planjson import to_json

if TYPE_CHECKING:
    from conftest import Cli, FromText, Write

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.sandbox import Store

# Guards over one series


def test_a_block_is_about_the_state_and_a_warning_about_money(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**QUIET_LIVE | {"discountValue": 99, "maxRedeem": -1, "maxCreate": -1})
    words = UNLIMITED.replace("Value: 10", "Value: 99").replace("Hi", "Bye")
    still = change_of(client, desired(words))
    money = change_of(client, desired(words + "minBillAmount: 50\n"))

    assert (["max-percent"], ()) == (rules(still), still.warned)
    assert (["max-percent"], ["unlimited-exposure"]) == (
        rules(money),
        [why.rule for why in money.warned],
    )


def test_a_field_that_no_file_names_counts_for_the_state(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**QUIET_LIVE | {"maxRedeem": 400})

    change = change_of(client, desired(UNLIMITED.replace("Value: 10", "Value: 20")))

    assert (Exposure(40_000, 40_000), ()) == (change.exposure, change.warned)


CONFIGURED: dict[str, tuple[str, str, int, list[str], list[str]]] = {
    "by default": ("", TYPO, 5, ["max-percent"], []),
    "a higher figure": ("[guardrails]\nmax_percent = 99\n", TYPO, 0, [], []),
    "a lower figure": ("[guardrails]\nmax_percent = 9\n", QUIET, 5, ["max-percent"], []),
    "for this target": (
        "[targets.sandbox.guardrails]\nmax_percent = 9\n",
        QUIET,
        5,
        ["max-percent"],
        [],
    ),
    "told to warn": (
        '[guardrails.rules]\nmax-percent = "warn"\n',
        TYPO,
        0,
        [],
        ["[max-percent]"],
    ),
    "warned by default": ("", UNLIMITED, 0, [], ["[unlimited-exposure]"]),
    "told to block": (
        '[guardrails.rules]\nunlimited-exposure = "block"\n',
        UNLIMITED,
        5,
        ["unlimited-exposure"],
        [],
    ),
}


@pytest.mark.parametrize(
    ("config", "text", "code", "blocked", "warned"), CONFIGURED.values(), ids=CONFIGURED
)
def test_a_guard_does_what_the_configuration_says(
    cli: Cli, write: Write, config: str, text: str, code: int, blocked: list[str], warned: list[str]
) -> None:
    file = write(text).parent.parent / "reconciler.toml"
    file.write_text(file.read_text() + config)

    ran = cli("plan", "--format", "json")

    (change,) = json.loads(ran.out)["changes"]
    assert (code, blocked, warned) == (
        ran.code,
        named_rules(change["blocked"]),
        [said.split()[0] for said in change["warnings"]],
    )
    assert code == cli("apply", "--yes").code


ALLOWANCES: dict[str, tuple[str, list[str], list[str]]] = {
    "up to its figure": (
        allowing(SEVENTY, "max-percent", more="value: 70, "),
        [],
        ["max-percent"],
    ),
    "above its figure": (
        allowing(SEVENTY, "max-percent", more="value: 69, "),
        ["max-percent"],
        [],
    ),
    "of another rule": (
        allowing(SEVENTY, "max-exposure", more="value: 70, "),
        ["max-percent"],
        [],
    ),
    "that ended yesterday": (
        allowing(SEVENTY, "max-percent", TODAY - timedelta(days=1), "value: 70, "),
        ["max-percent"],
        [],
    ),
    "of a warning": (
        allowing(UNLIMITED, "unlimited-exposure"),
        [],
        ["unlimited-exposure"],
    ),
}


@pytest.mark.parametrize(("text", "blocked", "allowed"), ALLOWANCES.values(), ids=ALLOWANCES)
def test_an_allowance_passes_a_rule_up_to_its_figure_and_its_day(
    client: Client, desired: FromText, text: str, blocked: list[str], allowed: list[str]
) -> None:
    change = change_of(client, desired(text))

    assert (blocked, allowed) == (rules(change), [why.rule for why in change.allowed])
    assert () == change.warned
    for why in change.allowed:
        assert why.message.startswith(f"allowed until {TODAY}: agreed with finance (")


def test_an_allowance_that_ends_between_plan_and_apply_blocks_again(
    client: Client, store: Store, desired: FromText, target: Target
) -> None:
    store.ui_create(**QUIET_LIVE)
    plan = plan_of(client, desired(allowing(SEVENTY, "max-percent", more="value: 70, ")))
    late = (MOMENT + timedelta(days=1)).isoformat()
    assert [] == plan.blocked

    (found,) = outcomes(plan, client, late)

    assert ("blocked", 10) == (found.status, store.rows()[0]["discountValue"])
    again = from_json(json.dumps(to_json(plan)), target, datetime.fromisoformat(late))
    assert [["max-percent"]] == [rules(change) for change in again.changes]


WIDE = (
    QUIET.replace("Upto: 100", "Upto: 1000")
    .replace("Redeem: 1000", "Redeem: 50000")
    .replace("Create: 1000", "Create: 50000")
)
TAKEN: dict[str, tuple[dict[str, Any], str]] = {
    "a percent that is still too high": (
        {"discountValue": 99},
        QUIET.replace("Value: 10", "Value: 70"),
    ),
    "a bound that is still too wide": (
        {"discountUpto": 1000, "maxRedeem": -1, "maxCreate": -1},
        WIDE,
    ),
}


@pytest.mark.parametrize(("live", "text"), TAKEN.values(), ids=TAKEN)
def test_what_only_takes_away_is_warned_of_and_not_held_up(
    client: Client, store: Store, desired: FromText, live: dict[str, Any], text: str
) -> None:
    store.ui_create(**QUIET_LIVE | live)

    change = change_of(client, desired(text))

    assert () == change.blocked
    assert {"max-percent", "max-exposure"} & {why.rule for why in change.warned}
