"""The number of calls is the cost: what a plan takes of a target that has thousands of series."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from conftest import MINIMAL, applied, planned
from wire import client as talking
from wire import rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import FromText

    from reconciler.client import Client
    from reconciler.declared import Desired
    from reconciler.sandbox import Store

pytestmark = pytest.mark.no_cover  # so much at once takes twice as long measured

MANY = 5_000


@pytest.fixture
def files(desired: FromText) -> Mapping[str, Desired]:
    """So many desired series, which differ in their codes."""
    (one,) = desired(MINIMAL).values()
    codes = [f"CODE{number}" for number in range(MANY)]
    return {
        code: replace(one, code=code, values={**one.values, "seriesCode": code}) for code in codes
    }


class Listing:
    """An API v2 alone: a list of rows, found by code and by id as well."""

    def __init__(self, found: list[dict[str, Any]]) -> None:
        self.rows = found

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        if "v1.1" in request.url.path:
            return httpx.Response(404)
        if "seriesCode" in asked:
            return rows(*(one for one in self.rows if one["seriesCode"] == asked["seriesCode"]))
        if "ids" in asked:
            return rows(*(one for one in self.rows if str(one["id"]) in asked.get_list("ids")))
        at = int(asked["offset"])
        return rows(*self.rows[at : at + int(asked["limit"])])


@pytest.fixture
def listed(
    client: Client, store: Store, desired: FromText, files: Mapping[str, Desired]
) -> Listing:
    """Live series just as the files want them."""
    assert {"APRIL100": "done"} == applied(client, desired(MINIMAL))
    (row,) = store.rows()
    return Listing([row | {"id": n, "seriesCode": code} for n, code in enumerate(files, start=1)])


def test_a_plan_of_five_thousand_unchanged_series_takes_a_call_for_each_hundred_and_one(
    files: Mapping[str, Desired], listed: Listing
) -> None:
    with talking(listed) as api:
        plan = planned(api, files)

        assert ((), MANY) == (plan.changes, plan.unchanged)
        assert {"read": 51, "write": 0} == api.requests.counted()


def test_what_differs_takes_a_call_for_each_fifty_more(
    files: Mapping[str, Desired], listed: Listing
) -> None:
    for row in listed.rows[:120]:
        row["discountValue"] = 499
    with talking(listed) as api:
        assert 120 == len(planned(api, files).changes)
        assert 51 + 3 == api.requests.read


def test_a_code_that_is_not_listed_takes_a_call_for_itself_and_two_for_all(
    files: Mapping[str, Desired], listed: Listing
) -> None:
    del listed.rows[:3]
    with talking(listed) as api:
        assert ["create"] * 3 == [change.action for change in planned(api, files).changes]
        assert 51 + 3 + 2 == api.requests.read
