"""What a file may say of a series' life: its checks, its value, and that nothing of it is sent."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from conftest import MINIMAL
from test_series import cases

from reconciler.desired import Files, load
from reconciler.lifecycle import ALLOWABLE, NONE, NOT_ALLOWABLE, Allowance, Lifecycle
from reconciler.series import Series

UTC = ZoneInfo("UTC")
TODAY = date(2026, 9, 2)  # 90 days before 2026-12-01
FULL = """\
lifecycle:
  protect: true
  adopt: 698948
  ignoreChanges: [smsTemplate, customPropertyMap.artwork]
  allow:
    - {rule: max-percent, value: 70, reason: "agreed", until: 2026-12-01}
    - rule: lookalike
      until: "2026-10-01"
      reason: "two on purpose"
customPropertyMap: {artwork: a.png}
"""
SAID = {
    "protect": True,
    "adopt": 698948,
    "ignoreChanges": ["smsTemplate", "customPropertyMap.artwork"],
    "allow": [
        {"rule": "max-percent", "value": 70, "reason": "agreed", "until": "2026-12-01"},
        {"rule": "lookalike", "reason": "two on purpose", "until": "2026-10-01"},
    ],
}


def read(folder: Path, *texts: str, today: date = TODAY) -> Files:
    for number, text in enumerate(texts):
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    return load([folder], UTC, today)


def told(files: Files) -> list[tuple[int, int, str, str]]:
    return [(said.line, said.column, said.rule, said.hint) for said in files.problems]


def test_a_file_says_all_of_it_with_its_lines(tmp_path: Path) -> None:
    files = read(tmp_path, MINIMAL + FULL)
    series = files.series["APRIL100"]

    assert [] == told(files)
    assert SAID == series.lifecycle.as_json()
    assert (11, [16, 17]) == (
        series.lifecycle.line,
        [one.line for one in series.lifecycle.allow],
    )
    assert [((16,), (16,)), ((17, 18, 19), (19,))] == [one.lines for one in series.lifecycle.allow]


def test_nothing_of_it_is_a_field(tmp_path: Path) -> None:
    series = read(tmp_path, MINIMAL + FULL).series["APRIL100"]

    assert "lifecycle" not in series.values
    assert [] == [path for path in series.declared if path.startswith("lifecycle")]


@pytest.mark.parametrize(
    "line",
    ["", "lifecycle: {}\n", "lifecycle: {protect: false, ignoreChanges: [], allow: []}\n"],
    ids=["absent", "empty", "empty inside"],
)
def test_a_file_that_sets_nothing_has_none(tmp_path: Path, line: str) -> None:
    assert NONE == read(tmp_path, MINIMAL + line).series["APRIL100"].lifecycle
    assert {} == NONE.as_json()


def test_it_stands_once(tmp_path: Path) -> None:
    said = read(tmp_path, MINIMAL + "lifecycle: {protect: true}\nlifecycle: {}\n")

    assert [(12, 1, "duplicate-key", "one of the two")] == told(said)


ALLOWED = {"rule": "lookalike", "reason": '"agreed"', "until": "2026-12-01"}
FIGURE = ALLOWED | {"rule": "max-percent", "value": "70"}


def allowing(*entries: dict[str, str]) -> str:
    """A file with allowances: one key a line, the first entry on lines 13 onwards."""
    lines = [
        f"    {'-' if number == 0 else ' '} {key}: {value}\n"
        for entry in entries
        for number, (key, value) in enumerate(entry.items())
    ]
    return MINIMAL + "lifecycle:\n  allow:\n" + "".join(lines)


@pytest.mark.parametrize(("allowance", "column", "rule", "write"), cases("allowances"))
def test_an_allowance_is_refused_at_its_place(
    tmp_path: Path, allowance: str, column: str, rule: str, write: str
) -> None:
    text = f"{MINIMAL}lifecycle: {{allow: [{{{allowance}}}]}}\n"

    assert [(11, int(column), rule, write)] == told(read(tmp_path, text))


def test_every_mistake_of_an_allowance_is_told_at_once(tmp_path: Path) -> None:
    wrong = {"rule": "max-percent", "reason": '""', "until": "2030-01-01", "why": "x"}

    rules = {said[2] for said in told(read(tmp_path, allowing(wrong)))}

    assert {"missing-key", "allowance-reason", "allowance-until", "unknown-key"} == rules


def test_two_allowances_of_one_rule_are_refused(tmp_path: Path) -> None:
    files = read(tmp_path, allowing(ALLOWED, FIGURE, ALLOWED))

    assert [(20, 13, "duplicate-allowance", "one of the two")] == told(files)


@pytest.mark.parametrize(
    ("reason", "lines"),
    [
        ("agreed\n        with finance", (14, 15)),
        (">\n        agreed\n        with finance\n    #  a remark", (14, 15, 16)),
        ('"agreed\n\n        with finance"', (14, 15, 16)),
    ],
    ids=["plain", "a block", "in quotes"],
)
def test_a_reason_may_take_several_lines(
    tmp_path: Path, reason: str, lines: tuple[int, ...]
) -> None:
    text = allowing(ALLOWED | {"reason": reason})
    (one,) = read(tmp_path, text).series["APRIL100"].lifecycle.allow

    assert (lines, {13, *lines, text.count("\n")}) == (one.lines.reason, {*one.lines.entry})


def test_an_expired_allowance_is_a_warning_and_allows_nothing(tmp_path: Path) -> None:
    files = read(tmp_path, allowing(ALLOWED | {"until": "2026-09-01"}))

    assert [] == files.errors
    assert [(15, 14, "allowance-expired", "2026-12-01 at most, or no allowance")] == told(files)
    assert ["the allowance of lookalike ended on 2026-09-01; take it out, or say until when"] == [
        said.message for said in files.problems
    ]
    assert files.series["APRIL100"].lifecycle.allows("lookalike", TODAY) is None


def test_an_allowance_on_its_last_day_is_not_warned_of(tmp_path: Path) -> None:
    assert [] == told(read(tmp_path, allowing(ALLOWED | {"until": "2026-09-02"})))


def test_an_allowance_counts_on_its_last_day_and_for_its_rule_alone() -> None:
    one = Allowance("max-percent", "agreed", date(2026, 12, 1), 70)
    found = Lifecycle(allow=(one,))

    assert one == found.allows("max-percent", date(2026, 12, 1))
    assert found.allows("max-percent", date(2026, 12, 2)) is None
    assert found.allows("max-exposure", TODAY) is None


def test_today_is_that_of_the_targets_zone(tmp_path: Path) -> None:
    far = "\n".join(allowing(ALLOWED | {"until": "2999-01-01"}).splitlines())
    (tmp_path / "one.yaml").write_text(far, encoding="utf-8")

    (said,) = load([tmp_path], ZoneInfo("Pacific/Kiritimati")).problems

    assert "allowance-until" == said.rule


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ("lifecycle: {ignoreChanges: [info]}\n", ["info"]),
        (
            "lifecycle: {ignoreChanges: [customPropertyMap.b]}\ncustomPropertyMap: {a: x}\n",
            ["customPropertyMap.b"],
        ),
        ("lifecycle: {ignoreChanges: [redemptionRange.dow]}\n", ["redemptionRange.dow"]),
        ("lifecycle: {ignoreChanges: [redemptionRange]}\nredemptionRange: '{\"dow\": 6}'\n", []),
        ("lifecycle: {ignoreChanges: [redemptionRange.dow]}\nredemptionRange: {dow: 6}\n", []),
    ],
    ids=["a field", "a key", "a key of nothing", "a wire form", "a part"],
)
def test_to_ignore_what_the_file_does_not_name_is_a_warning(
    tmp_path: Path, text: str, told_of: list[str]
) -> None:
    files = read(tmp_path, MINIMAL + text)
    message = "the file does not name {}: it is not managed anyway"

    assert [] == files.errors
    assert [("ignored-unmanaged", message.format(path)) for path in told_of] == [
        (said.rule, said.message) for said in files.warnings
    ]


def test_a_part_of_a_wire_form_cannot_be_ignored(tmp_path: Path) -> None:
    text = "lifecycle: {ignoreChanges: [redemptionRange.dow]}\nredemptionRange: '{\"dow\": 6}'\n"

    assert [(11, 29, "ignore-changes", "redemptionRange")] == told(read(tmp_path, MINIMAL + text))


def test_one_id_is_adopted_by_one_file(tmp_path: Path) -> None:
    one = MINIMAL + "lifecycle: {adopt: 7}\n"
    other = MINIMAL.replace("APRIL100", "MAY") + "foo: 1\nlifecycle:\n  adopt: 7\n"
    third = MINIMAL.replace("APRIL100", "JUNE") + "lifecycle: {adopt: 8}\n"

    found = read(tmp_path, one, other, third).problems

    assert [
        ("1.yaml", 11, 1, "unknown-key"),
        ("1.yaml", 13, 10, "duplicate-adopt"),
    ] == [(said.file.rpartition("/")[2], said.line, said.column, said.rule) for said in found]
    assert f"7 is adopted in {tmp_path}/0.yaml:11 as well" == found[1].message


def test_a_flood_is_bounded(tmp_path: Path) -> None:
    text = MINIMAL + "lifecycle: {ignoreChanges: [" + "smsTemplat, " * 50_000 + "]}\n"

    rules = [said.rule for said in read(tmp_path, text).problems]

    assert rules.count("too-many") == 1
    assert len(rules) < 500


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("info", True),
        ("customPropertyMap.a", True),
        ("customPropertyMap.b", False),
        ("redemptionRange.dow", True),
        ("tag", False),
    ],
)
def test_a_path_is_ignored_by_its_name_or_with_its_whole_field(path: str, *, ignored: bool) -> None:
    found = Lifecycle(ignore_changes=("info", "customPropertyMap.a", "redemptionRange"))

    assert ignored == found.ignores(path)


def test_a_lifecycle_comes_back_from_a_plan(tmp_path: Path) -> None:
    found = read(tmp_path, MINIMAL + FULL).series["APRIL100"].lifecycle

    assert found == Lifecycle.from_json(SAID)
    assert NONE == Lifecycle.from_json({})


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {"protect": False},
        {"protect": 1},
        {"adopt": "7"},
        {"adopt": True},
        {"adopt": -7},
        {"colour": "red"},
        {"ignoreChanges": "info"},
        {"ignoreChanges": [1]},
        {"ignoreChanges": ["info", "info"]},
        {"allow": [{"rule": "lookalike"}]},
        {"allow": [{"rule": "lookalike", "reason": "x", "until": "soon"}]},
        {"allow": [{"rule": "lookalike", "reason": "x", "until": "2026-12-01", "value": 7}]},
        {"allow": [{"rule": "max-percent", "reason": "x", "until": "2026-12-01"}]},
        {"allow": [{"rule": "not-reviewed", "reason": "x", "until": "2026-12-01"}]},
        {"allow": [{"rule": "max-percent", "value": "70", "reason": "x", "until": "2026-12-01"}]},
    ],
    ids=str,
)
def test_what_no_plan_holds_does_not_come_back(raw: Any) -> None:  # noqa: ANN401 - any JSON
    with pytest.raises(ValueError, match="not a lifecycle as a plan holds it"):
        Lifecycle.from_json(raw)


def test_no_rule_is_both_allowable_and_not() -> None:
    assert set() == set(ALLOWABLE) & set(NOT_ALLOWABLE)


def accepts(value: object) -> bool:
    part = Series.model_json_schema()
    schema = part["properties"]["lifecycle"] | {"$defs": part["$defs"]}
    return jsonschema.Draft202012Validator(schema).is_valid(value)


def test_the_schema_shows_it_to_editors() -> None:
    assert accepts(SAID)
    assert accepts({})
    assert not accepts({"protected": True})
    assert not accepts({"adopt": 0})
    assert not accepts({"ignoreChanges": "info"})
    assert not accepts({"allow": [{"rule": "protected", "reason": "x", "until": "2026-12-01"}]})
    assert not accepts({"allow": [{"rule": "lookalike", "reason": " ", "until": "2026-12-01"}]})
    assert not accepts({"allow": [{"rule": "lookalike", "reason": "x", "until": "soon"}]})


def test_the_page_names_every_rule() -> None:
    page = (Path(__file__).parent.parent / "docs" / "writing-series.md").read_text(encoding="utf-8")

    assert [] == [rule for rule in (*ALLOWABLE, *NOT_ALLOWABLE) if f"`{rule}`" not in page]


def test_the_example_of_the_page_is_valid(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "docs" / "writing-series.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml\n(lifecycle:\n.*?)^```", page, re.MULTILINE | re.DOTALL)

    files = read(tmp_path, MINIMAL + "customPropertyMap: {artwork: a.png}\n" + example)

    assert [] == told(files)
