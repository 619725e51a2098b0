"""The plan as JSON: the golden file of the scene that every view tells, as the schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from golden import check
from jsonschema import Draft202012Validator
from marketing import scene

from reconciler.planjson import to_json

if TYPE_CHECKING:
    from reconciler.client import Client
    from reconciler.sandbox import Store

CASE = Path(__file__).parent / "cases" / "plan-json" / "marketing.json"
SCHEMA = Path(__file__).parent.parent / "docs" / "plan.schema.json"


def test_the_pull_request_of_marketing_is_its_golden_file(client: Client, store: Store) -> None:
    found = json.dumps(to_json(scene(client, store)), ensure_ascii=False, indent=2)

    check(found + "\n", CASE)


def test_the_golden_file_is_as_the_published_schema_says() -> None:
    schema = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))

    schema.validate(json.loads(CASE.read_text(encoding="utf-8")))
