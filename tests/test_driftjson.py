"""Drift as JSON: its keys, and that what is read back is the same drift, or refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from drifted import DRIFTS, SCENE, without_base
from hypothesis import given, settings

from reconciler.driftjson import from_json, to_json
from reconciler.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.drift import Drift


def saved(drift: Drift = SCENE) -> Any:  # noqa: ANN401 - JSON
    return json.loads(json.dumps(to_json(drift)))


@settings(deadline=None)
@given(DRIFTS)
def test_a_drift_read_back_is_the_same_drift(drift: Drift) -> None:
    read = from_json(json.dumps(to_json(drift)))

    assert drift == read
    assert drift.tool == read.tool


def test_equal_drifts_give_equal_bytes_but_for_the_moment() -> None:
    later = saved(replace(SCENE, created_at="2026-01-02T00:00:00Z"))

    assert json.dumps(saved()) == json.dumps({**later, "created_at": SCENE.created_at})


def test_the_document_has_the_keys_that_programs_read() -> None:
    document = saved()

    assert {
        "format": "reconciler/drift/1",
        "tool": "test",
        "target": "eu-prod",
        "host": "eu.api.example.com",
        "created_at": "2026-01-01T00:00:00Z",
        "timezone": "UTC",
        "commit": "c" * 40,
        "base": "b" * 40,
        "requests": {"read": 3},
        "summary": {
            "drifted": 7,
            "fields": 9,
            "conflicts": 1,
            "missing": 1,
            "no_longer_managed": 1,
            "unchanged": 8,
            "unmanaged": 2,
            "fields_compared": 412,
        },
        "unmanaged": [
            {"id": 700_009, "seriesCode": "LOYAL75"},
            {"id": 700_010, "seriesCode": "BY-HAND"},
        ],
        "warnings": ["the zone of the target is not proven"],
    } == {key: one for key, one in document.items() if key not in {"changes", "without_change"}}
    members = next(one for one in document["changes"] if one["seriesCode"] == "MEMBERS9")
    assert members == {
        "seriesCode": "MEMBERS9",
        "id": 700_001,
        "file": "series/members9.yaml",
        "line": 1,
        "missing": None,
        "fields": [
            {
                "path": "discountType",
                "base": "PERC",
                "before": "ABS",
                "after": "PERC",
                "cause": "drift",
                "effect": "more generous",
                "line": 4,
            },
            {
                "path": "discountValue",
                "base": 9,
                "before": 900,
                "after": 12,
                "cause": "conflict",
                "effect": "more generous",
                "line": 5,
            },
        ],
        "exposure": {"base": 450_000, "live": 900_000},
        "issued": 120,
        "units": {},
    }
    (gone,) = document["without_change"]
    assert ("no longer managed", "LOYAL75", None) == (
        gone["kind"],
        gone["seriesCode"],
        gone["path"],
    )


def test_without_a_base_no_field_has_a_cause() -> None:
    document = saved(without_base(SCENE))

    causes = {field["cause"] for one in document["changes"] for field in one["fields"]}
    assert (None, {None}) == (document["base"], causes)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda one: one.update(format="reconciler/plan/1"), "its format is 'reconciler/plan/1'"),
        (lambda one: one.update(format=[]), "its format is not named"),
        (lambda one: one.pop("format"), "its format is not named"),
        (lambda one: one.update(surprise=1), "damaged at surprise"),
        (lambda one: one.pop("changes"), "damaged at changes"),
        (lambda one: one["changes"][0].update(line="1"), "damaged at changes.0.line"),
        (lambda one: one["changes"].pop(), "damaged at summary"),
        (lambda one: one["summary"].update(conflicts=0), "damaged at summary"),
        (lambda one: one.update(base="HEAD"), "damaged at base"),
        (lambda one: one.update(timezone="../UTC"), "damaged at timezone"),
        (lambda one: one.update(timezone="Mars/Olympus"), "damaged at timezone"),
        (lambda one: one.update(created_at="today"), "damaged at created_at"),
        (lambda one: one["changes"][1]["fields"][0].update(cause="me"), "fields.0.cause"),
        (lambda one: one["changes"][1]["fields"][0].update(effect="fun"), "fields.0.effect"),
        (lambda one: one["changes"][1]["fields"][1].update(path="fun"), "fields.1.path"),
        (lambda one: one["changes"][1]["fields"][0].update(path="maxRedeem.x"), "fields.0.path"),
        (lambda one: one["without_change"][0].update(path="maxRedeem"), "without_change.0"),
        (lambda one: one["without_change"][0].update(kind="fun"), "without_change.0"),
        (lambda one: one["without_change"][0].update(before=7), "without_change.0"),
        (
            lambda one: one["without_change"][0]["before"].update(issued="many"),
            "without_change.0",
        ),
    ],
    ids=[
        "a plan",
        "a format that is no text",
        "no format",
        "a key that no drift has",
        "no changes",
        "a line that is text",
        "a series less",
        "another count",
        "a base that is no commit",
        "a zone that leads elsewhere",
        "a zone that is none",
        "a moment that is none",
        "an unknown cause",
        "an unknown effect",
        "an unknown field",
        "a part of a field that has none",
        "an aside about a field",
        "an aside of another kind",
        "an aside about a number",
        "an aside that counts in words",
    ],
)
def test_what_is_no_drift_is_refused_with_the_next_step(
    edit: Callable[[Any], object], said: str
) -> None:
    document = saved()
    edit(document)

    with pytest.raises(RefusedError) as refused:
        from_json(json.dumps(document))

    assert said in str(refused.value)
    assert str(refused.value).endswith("; make a new one with `reconciler drift --format json`")


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "7", '{"format": NaN}', "[" * 100_000])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="this is not a drift"):
        from_json(text)
