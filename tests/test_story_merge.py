"""From a pull request to live, run through the workflow files themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shop import opened, outcomes, series, steps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shop import World
    from shop_origin import Merging


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with opened(tmp_path, monkeypatch) as found:
        yield found


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_a_pull_request_is_opened_updated_approved_merged_and_applied_once(
    world: World, how: Merging
) -> None:
    number = world.open("more-diwali", series("DIWALI", discountValue=20))
    first = world.plan(number)
    print(first.log)
    assert "success" == first.conclusion
    said = world.comment(number)
    assert "`10%` → **`20%`**" in said
    world.push(number, series("DIWALI", discountValue=15))
    assert "success" == world.plan(number).conclusion
    assert "`10%` → **`15%`**" in world.comment(number)
    assert [] == world.writes()

    world.approve(number)
    world.merge(number, how)
    done = world.apply()
    print(done.log)
    assert "success" == done.conclusion
    assert {"DIWALI": "done"} == outcomes(done)
    assert {"DIWALI": 15, "EID": 10} == world.values() == world.recorded()
    assert ["DIWALI"] == world.writes()

    again = world.apply(attempt=2)
    assert "success" == again.conclusion
    assert {} == outcomes(again)
    assert "nothing to do" in again.job("merged").summary
    assert [] == world.writes()
