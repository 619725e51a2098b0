"""What is said of guardrails in `reconciler.toml` that cannot be."""

from __future__ import annotations

import pytest

from reconciler.configfile import MOST, parse
from reconciler.errors import UsageError
from reconciler.guardrails import ALWAYS, RULES

EU = '[targets.eu]\nurl = "https://eu.test"\n'
US = '[targets.us]\nurl = "https://us.test"\n'
ALLOW = """\
[[guardrails.allow]]
rule = "max-changes"
value = 120
reason = "yearly tidying, agreed with finance"
until = 2026-12-01
"""


def refused(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        parse(text, "reconciler.toml")
    assert 64 == caught.value.exit_code
    return str(caught.value)


@pytest.mark.parametrize("rule", ALWAYS)
def test_a_rule_that_nothing_passes_cannot_be_told_to_warn(rule: str) -> None:
    why, instead = ALWAYS[rule]

    assert (
        f"reconciler.toml: guardrails.rules.{rule}: it always blocks, because {why}:"
        f" {instead} instead"
    ) == refused(f'[guardrails.rules]\n{rule} = "warn"\n')


GUARD = "[guardrails]\n"
RULE = "[guardrails.rules]\n"
ENTRY = "[[guardrails.allow]]\n"
NAMES = "max_percent, max_changes, max_changes_share, max_exposure, max_plan_exposure, rules, allow"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("guardrails = 5", ": write a table, [guardrails]"),
        (GUARD + "max_percnt = 5", ".max_percnt: there is no such key: did you mean max_percent?"),
        (
            GUARD + "max-changes = 5",
            ".max-changes: there is no such key: did you mean max_changes?",
        ),
        (GUARD + "budget = 5", f".budget: there is no such key: write one of {NAMES}"),
        (GUARD + "max_percent = 101", ".max_percent: write a whole number from 0 to 100, not 101"),
        (GUARD + "max_percent = -1", ".max_percent: write a whole number from 0 to 100, not -1"),
        (
            GUARD + "max_percent = 60.0",
            ".max_percent: write a whole number from 0 to 100, not 60.0",
        ),
        (
            GUARD + "max_percent = true",
            ".max_percent: write a whole number from 0 to 100, not true",
        ),
        (
            GUARD + 'max_changes = "5"',
            '.max_changes: write a whole number from 0 to 1_000_000_000_000_000, not "5"',
        ),
        (
            GUARD + f"max_exposure = {MOST + 1}",
            (
                ".max_exposure: write a whole number from 0 to 1_000_000_000_000_000,"
                " not 1000000000000001"
            ),
        ),
        *(
            (
                GUARD + f"max_changes_share = {share}",
                f".max_changes_share: write a share above 0 and up to 1, such as 0.3, not {share}",
            )
            for share in ("0", "1.01", "30", "nan", "inf", "true", '"0.3"')
        ),
        (
            GUARD + f"max_changes = 0x{'f' * 4_000}",
            (
                ".max_changes: write a whole number from 0 to 1_000_000_000_000_000, not so large"
                " a number"
            ),
        ),
        (GUARD + "rules = 5", '.rules: write a table of rules, each "block" or "warn"'),
        (
            RULE + 'no-minimun = "warn"',
            ".rules.no-minimun: there is no such rule: did you mean no-minimum?",
        ),
        (
            RULE + '"a\\u001bb::c" = "warn"',
            ".rules.a\\x1bb:\\x3ac: there is no such rule: write one of " + ", ".join(RULES),
        ),
        (
            RULE + "max-percent = 70",
            (
                '.rules.max-percent: write "block" or "warn", not 70'
                " (its figure is max_percent, outside of rules)"
            ),
        ),
        (RULE + 'vanished = "off"', '.rules.vanished: write "block" or "warn", not "off"'),
        (RULE + "vanished = [1]", '.rules.vanished: write "block" or "warn", not [1]'),
        (GUARD + "allow = 5", ".allow: write each as a table, [[guardrails.allow]]"),
        (GUARD + "allow = [5]", ".allow: write each as a table, [[guardrails.allow]]"),
        (
            ENTRY,
            (
                ".allow[1].rule: write one of max-changes, max-changes-share, max-plan-exposure;"
                " guardrails.allow[1].reason: write why, and who agreed;"
                " guardrails.allow[1].until: write a day, such as 2026-12-01"
            ),
        ),
        (
            ALLOW.replace("max-changes", "max-percent"),
            (
                ".allow[1].rule: max-percent is about one series: allow it in that series' file,"
                " under lifecycle"
            ),
        ),
        (
            ALLOW.replace("max-changes", "protected"),
            (
                ".allow[1].rule: nothing passes protected, because it keeps approval real: take"
                " protect: true away in a commit of its own instead"
            ),
        ),
        (
            ALLOW.replace("max-changes", "max-change"),
            '.allow[1].rule: there is no rule "max-change": did you mean max-changes?',
        ),
        (
            ALLOW.replace('"max-changes"', '["max-changes"]'),
            ".allow[1].rule: write one of max-changes, max-changes-share, max-plan-exposure",
        ),
        *(
            (
                ALLOW.replace("120", value),
                (
                    ".allow[1].value: write up to where max-changes is allowed: a whole number"
                    f" from 1 to 1_000_000_000_000_000, not {value}"
                ),
            )
            for value in ("0", "-1", "0.5", "true", '"120"')
        ),
        (
            ALLOW.replace("value = 120\n", ""),
            (
                ".allow[1].value: write up to where max-changes is allowed: a whole number from"
                " 1 to 1_000_000_000_000_000"
            ),
        ),
        (
            ALLOW.replace("max-changes", "max-changes-share"),
            (
                ".allow[1].value: write up to where max-changes-share is allowed: a share above"
                " 0 and up to 1, such as 0.3, not 120"
            ),
        ),
        (
            ALLOW.replace("yearly tidying, agreed with finance", " \\u200b"),
            '.allow[1].reason: write why, and who agreed, not " \\u200b"',
        ),
        (
            ALLOW.replace("2026-12-01", '"soon"'),
            '.allow[1].until: write a day, such as 2026-12-01, not "soon"',
        ),
        (
            ALLOW.replace("2026-12-01", "2026-12-01T00:00:00Z"),
            ".allow[1].until: write a day, such as 2026-12-01, not 2026-12-01 00:00:00+00:00",
        ),
        (
            ALLOW + "unti = 2026-12-01",
            ".allow[1].unti: there is no such key: did you mean until?",
        ),
    ],
)
def test_a_wrong_table_is_refused_with_its_place_and_what_to_write(
    text: str, expected: str
) -> None:
    assert f"reconciler.toml: guardrails{expected}" == refused(text)


@pytest.mark.parametrize(
    "text", ["x =", f"x = {'[' * 99_999}", f"x = {'9' * 5_000}"], ids=["syntax", "depth", "digits"]
)
def test_what_cannot_be_parsed_is_refused(text: str) -> None:
    assert refused(text).startswith("reconciler.toml is not TOML: ")


def test_every_mistake_is_said_at_once() -> None:
    said = refused(
        f"[guardrails]\nmax_percent = -1\n{EU}retries = 3\n[targets.eu.guardrails]\nmax_changes"
        f" = -1\n{US}guardrails = 5\n"
    )

    assert [
        (
            "reconciler.toml: targets.eu.retries: there is no such key: write one of url,"
            " timezone, requests_per_minute, parallelism, reads_back, guardrails"
        ),
        "guardrails.max_percent: write a whole number from 0 to 100, not -1",
        (
            "targets.eu.guardrails.max_changes: write a whole number from 0 to"
            " 1_000_000_000_000_000, not -1"
        ),
        "targets.us.guardrails: write a table, [targets.us.guardrails]",
    ] == said.split("; ")
