"""The published JSON Schema of a plan, and the plans that it describes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from conftest import MINIMAL
from jsonschema import Draft202012Validator, ValidationError
from scenes import LIVE, plan_of

from reconciler.effect import Effect
from reconciler.planjson import to_json
from reconciler.planmodel import EffectName, schema

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.sandbox import Store

PUBLISHED = Path(__file__).parent.parent / "docs" / "plan.schema.json"
TO_WRITE_IT_ANEW = "make schemas writes it anew"


def published() -> Any:  # noqa: ANN401 - JSON
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))


def test_the_published_schema_is_that_of_the_model() -> None:
    assert published() == schema(), TO_WRITE_IT_ANEW


def test_the_published_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(published())


def test_the_schema_names_every_effect() -> None:
    assert [one.value for one in Effect] == list(get_args(EffectName))


def document(client: Client, store: Store, desired: FromText) -> Any:  # noqa: ANN401 - JSON
    """A plan with an update, a create and what blocks and warns."""
    store.ui_create(**LIVE | {"numIssued": 3})
    files = desired(
        MINIMAL.replace("Type: ABS", "Type: PERC").replace("Value: 500", "Value: 70"),
        MINIMAL.replace("APRIL100", "NEW"),
    )
    return json.loads(json.dumps(to_json(plan_of(client, files))))


def test_a_plan_is_as_the_schema_says(client: Client, store: Store, desired: FromText) -> None:
    found = document(client, store, desired)

    Draft202012Validator(published()).validate(found)
    assert ["max-percent"] == [why["rule"] for why in found["changes"][0]["blocked"]]
    assert any(said.startswith("[retroactive-value] ") for said in found["changes"][0]["warnings"])


@pytest.mark.parametrize(
    "break_it",
    [
        lambda plan: plan.pop("digest"),
        lambda plan: plan.update(surprise=1),
        lambda plan: plan.update(commit="main"),
        lambda plan: plan["changes"][0].update(action="delete"),
        lambda plan: plan["changes"][0]["fields"][0].update(effect="cheap"),
        lambda plan: plan["changes"][0]["exposure"].update(after=-1),
        lambda plan: plan["summary"].pop("blocked"),
    ],
    ids=[
        "no digest",
        "a key that no plan has",
        "a branch for a commit",
        "an action that there is not",
        "an effect that there is not",
        "less than nothing",
        "no count of what is blocked",
    ],
)
def test_the_schema_refuses_what_is_no_plan(
    client: Client,
    store: Store,
    desired: FromText,
    break_it: Any,  # noqa: ANN401 - any edit
) -> None:
    found = document(client, store, desired)
    break_it(found)

    with pytest.raises(ValidationError):
        Draft202012Validator(published()).validate(found)
