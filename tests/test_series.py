"""What a series file may say, field by field: every refusal with its place and what to write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
import yaml
from conftest import MINIMAL

from reconciler.desired import load
from reconciler.series import Series

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

    from reconciler.problem import Problem

CASES = Path(__file__).parent / "cases" / "refused-lines"
EXAMPLES = sorted((Path(__file__).parent.parent / "series").glob("*.yaml"))
IDS = "mutualExclusiveSeriesIds"


def cases(name: str) -> list[ParameterSet]:
    """A table of cases: the first column names each."""
    table = (CASES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [pytest.param(*row, id=case) for case, *row in (line.split("\t") for line in table)]


def check(folder: Path, text: str, zone: str = "UTC") -> list[Problem]:
    (folder / "one.yaml").write_text(text, encoding="utf-8")
    return list(load([folder], ZoneInfo(zone)).problems)


def told(problems: list[Problem]) -> list[tuple[int, int, str, str]]:
    return [(said.line, said.column, said.rule, said.hint) for said in problems]


def replaced(key: str, value: str) -> str:
    """The smallest series with another value on the line of a key."""
    lines = [
        f"{key}: {value}" if line.startswith(f"{key}:") else line for line in MINIMAL.splitlines()
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("line", "column", "rule", "write"), cases("lines"))
def test_a_line_is_refused_at_its_place(
    tmp_path: Path, line: str, column: str, rule: str, write: str
) -> None:
    assert told(check(tmp_path, MINIMAL + line + "\n")) == [(11, int(column), rule, write)]


@pytest.mark.parametrize(("key", "value", "rule", "write"), cases("values"))
def test_a_value_is_refused_at_its_place(
    tmp_path: Path, key: str, value: str, rule: str, write: str
) -> None:
    line = [at.partition(":")[0] for at in MINIMAL.splitlines()].index(key) + 1
    column = len(key) + (3 if value else 2)

    assert told(check(tmp_path, replaced(key, value))) == [(line, column, rule, write)]


def test_text_that_begins_with_braces_wants_quotes(tmp_path: Path) -> None:
    assert told(check(tmp_path, MINIMAL + "info: {{name}}\n")) == [
        (11, 7, "wrong-type", '"…" around the text'),
        (11, 8, "wrong-type", '"…" around a text that begins with {'),
    ]


@pytest.mark.parametrize(
    ("value", "zone", "one", "other"),
    [
        ("2030-01-01T00:00:00", "UTC", "Z", "2030-01-01T00:00:00+05:30 (your own offset)"),
        ("2030-01-01 00:00", "Asia/Kolkata", "+05:30", "2030-01-01T00:00:00Z (UTC)"),
        ("2030-07-01T00:00:00", "America/New_York", "-04:00", "2030-07-01T00:00:00Z (UTC)"),
    ],
    ids=["in UTC", "with a blank", "in summer"],
)
def test_a_time_without_a_zone_shows_both_readings(
    tmp_path: Path, value: str, zone: str, one: str, other: str
) -> None:
    said = told(check(tmp_path, replaced("validTillDate", value), zone))
    day = value[:10]
    write = f"{day}T00:00:00{one} ({zone}, the target's zone) or {other}"

    assert said == [(6, 16, "date-without-zone", write)]


def test_a_day_that_moves_is_a_warning_with_the_effective_end(tmp_path: Path) -> None:
    (said,) = check(tmp_path, replaced("validTillDate", "2030-09-30T00:00:00+05:30"))

    assert said.severity == "warning"
    assert (said.line, said.column, said.rule) == (6, 16, "day-moves")
    assert said.hint == "2030-09-29 if that day is meant, or 2030-09-30"
    assert said.message == (
        "the server cuts this to 2030-09-29T00:00:00Z: its day in UTC is 2030-09-29, not 2030-09-30"
    )


@pytest.mark.parametrize(
    "line",
    [
        "maxCreate: unlimited",
        "maxCreate: -1",
        "maxCreate: 2147483647",
        "redemptionPerCouponMaxLimit: ~",
        "maxBillAmount: 9223372036854775807",
        "discountUpto: 0",
        "isSMSDisabled: TRUE",
        'info: "no"',
        f"{IDS}: [10, 11]",
        f"{IDS}: []",
        f'{IDS}: "[]"',
        f"{IDS}: '[\"-1\"]'",
        f'{IDS}: "10"',
        'storeIdsJson: "[-1]"',
        "redemptionRange: {}",
        "redemptionRange: {dom: 1, dow: [1, 7], hours: [0, 23]}",
        "redemptionRange: {dow: [-1]}",
        'redemptionRange: \'{"dom" : [-1], "dow": ["6"], "hours": 5}\'',
        "productInfo: []",
        "productInfo: [{productType: SKU, productCodes: [a, b]}]",
        "redemptionOrgEntityDetails: [{redemptionOrgEntityType: STORE, orgEntityId: 1}]",
        "targetUserDetails: {validMaxUserTransactionLimit: 0}",
        "customPropertyMap: {any.key: text}",
        "validTillDateTime: 2035-06-12T23:59:59Z",
        "redemptionValidFrom: 1970-01-01",
        "couponPrefix: ABC\nisPrefixEnabled: true\norgPrefixOverride: false",
    ],
)
def test_a_line_in_any_accepted_form_is_fine(tmp_path: Path, line: str) -> None:
    assert check(tmp_path, MINIMAL + line + "\n") == []


@pytest.mark.parametrize(
    ("value", "zone"),
    [
        ("0001-01-01", "UTC"),
        ("9999-12-31", "America/New_York"),
        ("2018-11-04", "America/Sao_Paulo"),
        ('"2030-01-01"', "UTC"),
        ("2030-01-01T00:00:00.5Z", "UTC"),
    ],
    ids=["the first day", "the last day", "no midnight", "in quotes", "with a fraction"],
)
def test_a_date_at_an_edge_is_fine(tmp_path: Path, value: str, zone: str) -> None:
    assert check(tmp_path, replaced("validTillDate", value), zone) == []


def test_every_missing_key_is_told(tmp_path: Path) -> None:
    assert [said.hint for said in check(tmp_path, "{}\n")] == [
        'seriesCode: "…"',
        'description: "…"',
        'discountCode: "…"',
        "discountType: ABS or PERC",
        "discountValue: a whole number",
        "validTillDate: 2030-09-30",
        "expiryStrategyType: SERIES_EXPIRY or MONTHS_END or DAYS",
        "clientHandlingType: DISC_CODE or GENERIC or DISC_CODE_PIN",
        "anyUser: true or false",
        'smsTemplate: "…"',
    ]


@pytest.mark.parametrize("value", ["0.1", "12.5%", "ten"])
def test_a_discount_in_percent_is_asked_for_without_a_figure(tmp_path: Path, value: str) -> None:
    text = replaced("discountValue", value).replace("ABS", "PERC")

    assert ["a whole number, in percent"] == [said.hint for said in check(tmp_path, text)]


def test_every_problem_of_a_file_is_told(tmp_path: Path) -> None:
    text = MINIMAL.replace("ABS", "PERC").replace("false", "'false'") + "id: 5\nfoo: 1\n"

    rules = [said.rule for said in check(tmp_path, text)]

    assert rules == ["percent", "wrong-type", "server-owned", "unknown-key"]


def accepts(values: dict[str, Any]) -> bool:
    return jsonschema.Draft202012Validator(Series.model_json_schema()).is_valid(values)


def plain(text: str) -> dict[str, Any]:
    """A file as an editor sees it: dates are text."""
    read = yaml.load(text, Loader=yaml.CSafeLoader)
    found: dict[str, Any] = json.loads(json.dumps(read, default=lambda date: date.isoformat()))
    return found


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_validates_against_the_schema(file: Path) -> None:
    assert accepts(plain(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "line",
    [
        "foo: 1",
        "id: 5",
        "maxCreate: many",
        "maxCreate: 2147483648",
        "minBillAmount: unlimited",
        "redemptionRange: {dow: [8]}",
        "redemptionRange: {days: 1}",
        "redemptionRange: 5",
        f"{IDS}: [a]",
        "redemptionValidFrom: 2030-01-01T00:00:00",
        "productInfo: [{productType: SHOE, productIds: [1]}]",
        "customPropertyMap: {a: 1}",
    ],
)
def test_the_schema_refuses_what_loading_refuses(tmp_path: Path, line: str) -> None:
    text = MINIMAL + line + "\n"

    assert not accepts(plain(text))
    assert len(check(tmp_path, text)) == 1


def test_the_schema_accepts_both_forms() -> None:
    wire = {"maxCreate": -1, IDS: "[1]", "redemptionRange": '{"dow": 1}'}
    friendly = {"maxCreate": "unlimited", IDS: [1], "redemptionRange": {"dow": [6, 7]}}

    assert accepts(plain(MINIMAL) | wire)
    assert accepts(plain(MINIMAL) | friendly)
