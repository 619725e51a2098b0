"""Attacks by a series that makes itself look like somebody else's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from attacked import assert_not_applied
from shop import opened, series, steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from shop import World

pytestmark = pytest.mark.slow  # each is several runs of a workflow

LOOKS_ALIKE = "DIW\u0410LI"  # with the Cyrillic letter


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """DIWALI and EID give 10 percent, live and in the record."""
    with opened(tmp_path, monkeypatch) as found:
        yield found


def claiming(code: str, more: str = "") -> dict[str, str | None]:
    """A file of Eve's that gives 50 percent under a code."""
    (text,) = series("MINE", discountValue=50).values()
    claimed = str(text).replace("seriesCode: MINE", f"seriesCode: {json.dumps(code)}")
    return {"series/mine.yaml": claimed + more}


INVALID: Mapping[str, tuple[str, str]] = {
    "the same code": ("DIWALI", "duplicate-code"),
    "the same code in other letters": ("Diwali", "similar-code"),
    "the same code with a blank": ("DIWALI ", "series-code"),
    "the same code with what nobody sees": ("DIWA\u200bLI", "series-code"),
}


@pytest.mark.parametrize(("code", "rule"), INVALID.values(), ids=INVALID)
def test_a_second_file_of_a_code_is_refused(world: World, code: str, rule: str) -> None:
    done = world.plan(world.open("mine", claiming(code), "eve"))
    assert 3 == steps(done.job("target"))["Validate the files"]
    assert [rule] == [one.properties["title"] for one in done.commands]
    assert [] == world.writes()


def test_a_code_in_letters_that_look_alike_is_a_series_of_its_own(world: World) -> None:
    number = world.open("mine", claiming(LOOKS_ALIKE), "eve")
    assert "success" == world.plan(number).conclusion
    assert f"**`{LOOKS_ALIKE}`** · create" in world.comment(number)
    assert "`DIWALI`" not in world.comment(number)
    world.merge(number)
    assert_not_applied(world.apply(), LOOKS_ALIKE)
    assert {"DIWALI": 10, "EID": 10} == world.values() == world.recorded()
    assert [] == world.writes()


def test_a_code_that_is_taken_over_is_an_update_that_nobody_approved(world: World) -> None:
    number = world.open("mine", {"series/diwali.yaml": None, **claiming("DIWALI")}, "eve")
    assert "success" == world.plan(number).conclusion
    said = world.comment(number)
    assert "**`DIWALI`** · update" in said
    assert "`10%` → **`50%`**" in said
    assert "file deleted" not in said
    world.merge(number)
    assert_not_applied(world.apply(), "DIWALI")
    assert {"DIWALI": 10, "EID": 10} == world.values() == world.recorded()
    assert [] == world.writes()


@pytest.mark.parametrize(
    ("deleted", "why"),
    [
        pytest.param((), "id {id} is DIWALI, which another file claims", id="whose file is there"),
        pytest.param(
            ("series/diwali.yaml",),
            "id {id} is DIWALI in the record, and so not free",
            id="whose file it deletes",
        ),
    ],
)
def test_a_series_is_not_adopted_from_another(
    world: World, deleted: tuple[str, ...], why: str
) -> None:
    (one,) = [row["id"] for row in world.store.rows() if row["seriesCode"] == "DIWALI"]
    taken = claiming("MINE", f"lifecycle: {{adopt: {one}}}\n")
    number = world.open("mine", {**dict.fromkeys(deleted), **taken}, "eve")
    done = world.plan(number)
    assert 5 == steps(done.job("target"))["Plan"]
    assert why.format(id=one) in world.comment(number)
    assert "There is nothing here that a review could approve." in world.comment(number)
    assert {"DIWALI": 10, "EID": 10} == world.values()
    assert [] == world.writes()
