"""The guardrails that `reconciler.toml` sets, for all targets and for one."""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from reconciler.config import Target, as_in, load_target, zone_of
from reconciler.configfile import parse
from reconciler.errors import UsageError
from reconciler.guardrails import BLOCK, DEFAULT, PLAN_RULES, RULES, WARN, Guardrails
from reconciler.lifecycle import ALLOWABLE, Allowance
from reconciler.tomlplaces import line_of

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 9, 2)  # 90 days before 2026-12-01
LAST = date(2026, 12, 1)
URL = "https://eu.test"
EU = f'[targets.eu]\nurl = "{URL}"\n'
US = '[targets.us]\nurl = "https://us.test"\n'
FIGURES = """\
max_percent = 70
max_changes = 0
max_changes_share = 1
max_exposure = 5
max_plan_exposure = 6
"""
ALLOW = """\
[[guardrails.allow]]
rule = "max-changes"
value = 120
reason = "yearly tidying, agreed with finance"
until = 2026-12-01
"""
INLINE = (
    '{rule = "max-changes", value = 120, until = 2026-12-01,'
    ' reason = "yearly tidying, agreed with finance"}'
)

ODD = r'"r\u0065ason"'


def read(text: str, target: str | None = None, today: date = TODAY) -> Guardrails:
    return parse(text, "reconciler.toml").guardrails(target, today)


@pytest.mark.parametrize("text", ["", "[guardrails]", "[guardrails.rules]", EU])
def test_without_a_word_the_defaults_are_in_force(text: str) -> None:
    assert DEFAULT == read(text)


def test_every_figure_can_be_set() -> None:
    assert (70, 0, 1, 5, 6) == astuple(read("[guardrails]\n" + FIGURES))[:5]


@pytest.mark.parametrize("key", ["max_percent", "max_exposure", "max_changes_share"])
def test_a_figure_that_is_set_leaves_the_others(key: str) -> None:
    found = read(f"[guardrails]\n{key} = 1\n")

    assert [(key, getattr(DEFAULT, key), 1)] == list(DEFAULT.differences(found))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_told_to_block(rule: str) -> None:
    assert not read(f'[guardrails.rules]\n{rule} = "block"\n').warns(rule)


@pytest.mark.parametrize("rule", [*ALLOWABLE, *PLAN_RULES])
def test_a_rule_that_can_be_allowed_can_be_told_to_warn(rule: str) -> None:
    assert read(f'[guardrails.rules]\n{rule} = "warn"\n').warns(rule)


@pytest.mark.parametrize(
    "text",
    [
        ALLOW,
        ALLOW.replace("2026-12-01", '"2026-12-01"'),
        (
            "[guardrails]\nallow = [\n"
            '  {rule = "max-changes", value = 120, until = 2026-12-01,'
            ' reason = "yearly tidying, agreed with finance"},\n]\n'
        ),
    ],
    ids=["a day", "a day in quotes", "an inline list"],
)
def test_an_allowance_is_read(text: str) -> None:
    expected = Allowance("max-changes", "yearly tidying, agreed with finance", LAST, 120)

    assert (expected,) == read(text).allow


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ALLOW, [4]),
        (f'# reason = "yearly tidying, agreed with finance"\n{EU}{ALLOW}', [7]),
        (ALLOW.replace('"yearly', "'yearly").replace('finance"', "finance'"), [4]),
        (ALLOW.replace("yearly", r"\u0079early"), [4]),
        (ALLOW.replace('reason = "', 'reason = """').replace('finance"', 'finance"""'), [4]),
        (ALLOW.replace('reason = "', 'reason = """').replace('finance"', '\\\n  finance"""'), [4]),
        (f"# {{reason = 1}}\n[guardrails]\nallow = [{INLINE}, {INLINE}]\n", [3, 3]),
        (f"[guardrails]\nallow = [\n  {INLINE},\n]\n", [3]),
        (f"[guardrails]\nallow = [{INLINE.replace('reason', ODD)}]\n", [0]),
        (ALLOW + ALLOW.replace("yearly", "monthly") + ALLOW, [4, 9, 14]),
        ("# a\u2028b\n" + ALLOW, [5]),
        ('# was: reason = \'\' or reason = "\\q"\n[targets] # reason = "\\q"\n' + ALLOW, [6]),
        (EU + ALLOW.replace("[[guardrails", "[[targets.eu.guardrails"), [6]),
    ],
    ids=[
        "alone",
        "below a comment that says the same",
        "in other quotes",
        "with an escape",
        "in three quotes",
        "in three quotes, on two lines",
        "several on one line",
        "in a list",
        "in a form that is not looked for",
        "several, two of them alike",
        "below a line with another kind of line end",
        "below remarks that are no strings",
        "of a target",
    ],
)
def test_an_allowance_knows_the_line_of_its_reason(text: str, expected: list[int]) -> None:
    assert expected == [one.line for one in read(text, "eu").allow]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ALLOW, ((2, 3, 4, 5), (4,))),
        (
            f"{ALLOW}\n# the next\n[guardrails.rules]\n".replace("value", "# up to\n\nvalue"),
            ((2, 5, 6, 7), (6,)),
        ),
        (
            ALLOW.replace('reason = "', 'reason = """').replace('finance"', '\\\n finance"""'),
            ((2, 3, 4, 5, 6), (4, 5)),
        ),
        (f"[guardrails]\nallow = [\n  {INLINE},\n]\n", ((3,), (3,))),
        (ALLOW.replace("reason", '"reason"').replace("rule", "'rule'"), ((2, 3, 4, 5), (4,))),
    ],
    ids=["alone", "with remarks", "a reason on two lines", "in a list", "with keys in quotes"],
)
def test_an_allowance_knows_all_its_lines(
    text: str, expected: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    assert [expected] == [one.lines for one in read(text).allow]


def test_an_allowance_is_found_by_all_that_it_says() -> None:
    """Another one with its reason stands above it."""
    other = ALLOW.replace("120", "300").replace("[[g", "[[targets.eu.g")

    assert [(9, 120), (4, 300)] == [
        (one.line, one.value) for one in read(other + ALLOW + EU, "eu").allow
    ]


def test_an_expired_allowance_is_no_error_and_lets_nothing_pass() -> None:
    found = read(ALLOW.replace("2026-12-01", "2026-09-01"))

    assert 1 == len(found.allow)
    assert found.allows("max-changes", TODAY) is None


def test_an_allowance_lasts_at_most_90_days() -> None:
    wide = ALLOW.replace("120", "200").replace("2026-12-01", "2026-12-02")

    assert date(2026, 12, 1) == read(ALLOW).allow[0].until
    with pytest.raises(UsageError) as caught:
        read(ALLOW + wide)
    assert (
        "reconciler.toml: guardrails.allow: max-changes until 2026-12-02 is more than 90 days ahead"
        " of today, 2026-09-02: write 2026-12-01 at most"
    ) == str(caught.value)


def test_a_target_overrides_one_by_one_and_adds_allowances() -> None:
    base = (
        "[guardrails]\nmax_percent = 70\nmax_changes = 9\n[guardrails.rules]\n"
        'no-minimum = "block"\nlookalike = "warn"\n' + ALLOW
    )
    own = ALLOW.replace("[[guardrails", "[[targets.eu.guardrails").replace("120", "300")
    text = (
        f"{base}{EU}[targets.eu.guardrails]\nmax_percent = 5\n"
        f'[targets.eu.guardrails.rules]\nlookalike = "block"\n{own}{US}'
    )
    eu, us = read(text, "eu"), read(text, "us")

    assert ((5, 9), (70, 9)) == (
        (eu.max_percent, eu.max_changes),
        (us.max_percent, us.max_changes),
    )
    assert {"no-minimum": BLOCK, "lookalike": BLOCK} == eu.severity
    assert {"no-minimum": BLOCK, "lookalike": WARN} == us.severity
    assert ([120, 300], [120]) == (
        [one.value for one in eu.allow],
        [one.value for one in us.allow],
    )
    assert us == read(text) == read(text, "asia")


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [("eu", None, 5), ("us", None, 70), ("eu", "https://other.test", 5)],
)
def test_a_target_brings_its_guardrails(
    tmp_path: Path, name: str, url: str | None, expected: int
) -> None:
    file = tmp_path / "reconciler.toml"
    text = f"[guardrails]\nmax_percent = 70\n{EU}guardrails = {{max_percent = 5}}\n{US}"
    file.write_text(text, encoding="utf-8")

    assert expected == load_target(file, name, url).guardrails.max_percent
    found = load_target(file, name, url)
    assert found == as_in(text, "toml", found)


def test_a_target_without_a_table_of_its_own_has_those_for_all(tmp_path: Path) -> None:
    file = tmp_path / "reconciler.toml"
    file.write_text("[guardrails]\nmax_percent = 70\n", encoding="utf-8")

    assert 70 == load_target(file, None, URL).guardrails.max_percent
    assert DEFAULT == load_target(None, None, URL).guardrails


def test_the_guardrails_of_a_text_are_those_of_the_target_or_of_all() -> None:
    text = f"[guardrails]\nmax_percent = 70\n{EU}guardrails = {{max_percent = 5}}\n{US}"

    def most(name: str, url: str = "https://elsewhere.test") -> int:
        target = Target(name, url, ZoneInfo("UTC"))
        return as_in(text, "here", target).guardrails.max_percent

    assert [5, 70, 70] == [most("eu"), most("us"), most("asia")]
    with pytest.raises(UsageError, match=r"^here is not TOML: "):
        as_in("x =", "here", Target("eu", URL, ZoneInfo("UTC")))


def test_a_target_that_was_renamed_is_known_by_its_url(tmp_path: Path) -> None:
    file = tmp_path / "reconciler.toml"
    file.write_text(f"{EU}guardrails = {{max_percent = 5}}\n", encoding="utf-8")
    eu = load_target(file, "eu", None)

    assert 5 == as_in(file.read_text(), "here", replace(eu, name="europe")).guardrails.max_percent


def test_a_mistake_stops_a_run_that_talks_to_nobody_too(tmp_path: Path) -> None:
    file = tmp_path / "reconciler.toml"
    file.write_text("[guardrails]\nmax_percent = 101\n", encoding="utf-8")

    with pytest.raises(UsageError, match="max_percent"):
        zone_of(file, None)


def test_an_allowance_that_lasts_too_long_is_refused_for_its_target_alone(tmp_path: Path) -> None:
    file = tmp_path / "reconciler.toml"
    late = ALLOW.replace("2026-12-01", "9999-12-31").replace("[[g", "[[targets.us.g")
    file.write_text(EU + US + late, encoding="utf-8")

    assert () == load_target(file, "eu", None).guardrails.allow
    assert ZoneInfo("UTC") == zone_of(file, "us")
    with pytest.raises(UsageError, match="max-changes until 9999-12-31"):
        load_target(file, "us", None)


TOLD = """\
# max_percent = 1
[guardrails]
max_percent = 60
rules = { no-minimum = "block" }

[[guardrails.allow]]
rule = "max-changes"
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("max_percent", 3),
        ("rules.no-minimum", 4),
        ("allow.max-changes", 7),
        ("max_changes", 1),
        ("allow.max-plan-exposure", 1),
    ],
)
def test_a_key_is_told_where_it_stands(key: str, line: int) -> None:
    assert line == line_of(key, TOLD)
