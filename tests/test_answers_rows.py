"""Where the rows of an answer are, and what is no list of rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.answers import entity, old_entity
from reconciler.errors import UnexpectedAnswerError


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"entity": [{"id": 1}, {"id": 2}]}, [{"id": 1}, {"id": 2}]),
        ({"entity": [], "warnings": []}, []),
        ({"entity": {"id": 1}}, [{"id": 1}]),
        ({"id": 1, "warnings": []}, [{"id": 1, "warnings": []}]),
    ],
)
def test_rows_are_found_in_every_shape(body: Any, expected: list[Any]) -> None:  # noqa: ANN401 - any JSON
    assert expected == entity(body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"warnings": []},
        {"entity": None},
        {"entity": {}},
        {"entity": "x"},
        [],
        [{"id": 1}],
        5,
        "x",
        True,
    ],
)
def test_other_shapes_are_no_rows(body: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match="neither an entity list nor a series"):
        entity(json.loads(json.dumps(body)))


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ({"items": {"item": [{"id": "1"}, {"id": "2"}]}}, [{"id": "1"}, {"id": "2"}]),
        ({"items": {"item": {"id": "1"}}}, [{"id": "1"}]),
        ({"items": [{"id": "1"}]}, [{"id": "1"}]),
        ({"items": {"item": []}}, []),
        ({"items": {"item": None}}, []),
        ({"items": {}}, []),
        ({"items": ""}, []),
        ({"items": None}, []),
    ],
    ids=str,
)
def test_rows_of_the_old_api_are_found_in_every_shape(series: object, expected: list[Any]) -> None:
    status = {"success": "true", "code": 200}

    assert expected == old_entity({"response": {"status": status, "series": series}})
    assert expected == old_entity({"response": {"series": series}})


EMPTY: dict[str, object] = {"items": {"item": []}}


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        [],
        {"entity": []},
        {"response": None},
        {"response": []},
        {"response": {}},
        {"response": {"series": None}},
        {"response": {"series": ""}},
        {"response": {"series": {}}},
        {"response": {"series": [{"id": "1"}]}},
        {"response": {"status": {"success": "false"}, "series": EMPTY}},
        {"response": {"status": {"success": False}, "series": EMPTY}},
    ],
    ids=str,
)
def test_what_is_no_list_of_the_old_api_is_not_taken_for_an_empty_one(body: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match=r"v1\.1 holds no list"):
        old_entity(body)
