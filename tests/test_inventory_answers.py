"""What an inventory makes of an API v1.1 that knows more, or less, than v2 shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from wire import Scripted, client, refusal, row, rows

from reconciler.client import OLD_SERIES
from reconciler.errors import ServerFaultError
from reconciler.inventory import everything, news, survey
from reconciler.live import LiveSeries

if TYPE_CHECKING:
    from collections.abc import Mapping


class Api:
    """A list, rows by id and by code, and what the API v1.1 names; all apart from each other."""

    def __init__(
        self,
        listed: Mapping[int, str],
        named: Mapping[int | str, str | None],
        *,
        readable: Mapping[int, str] | None = None,
        filters: bool = True,
    ) -> None:
        self.listed, self.named, self.filters = listed, named, filters
        self.readable = listed if readable is None else readable

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        if request.url.path == OLD_SERIES:
            items = [{"id": one, "series_code": code} for one, code in self.named.items()]
            return httpx.Response(200, json={"response": {"series": {"items": {"item": items}}}})
        if "ids" in asked:
            found = [one for one in self.readable if str(one) in asked.get_list("ids")]
            return rows(*(row(one, self.readable[one]) for one in found))
        if "seriesCode" in asked and not self.filters:
            return refusal(1000, "filters not provided")
        if "seriesCode" in asked:
            code = asked["seriesCode"]
            return rows(*(row(one, known) for one, known in self.readable.items() if known == code))
        return rows(
            *(row(one, code) for one, code in self.listed.items() if asked["offset"] == "0")
        )


@pytest.mark.parametrize("filters", [True, False], ids=["filter", "no filter"])
def test_a_code_of_a_series_that_nobody_can_read_is_not_free(*, filters: bool) -> None:
    with client(Api({1: "A"}, {1: "A", 2: "B"}, filters=filters)) as api:
        found = survey(api, ["A", "B", "b", "FREE"])

        assert ({"B", "b"} if filters else {"B", "b", "FREE"}) == found.unproven
        again = news(api, ["B", "b", "FREE"], found.rows, trusted=found.trusted)
        assert found.unproven == again.unproven


@pytest.mark.parametrize("named", [{}, {2: "B"}], ids=["nothing", "another"])
def test_an_old_api_that_misses_a_listed_series_proves_nothing(
    named: Mapping[int | str, str | None],
) -> None:
    with client(Api({1: "A"}, named, readable={1: "A", 2: "B"}, filters=False)) as api:
        assert {"FREE"} == survey(api, ["FREE"]).unproven


def test_ids_as_text_are_ids() -> None:
    with client(Api({1: "A"}, {"1": "A", "2": "B"}, readable={1: "A", 2: "B"})) as api:
        assert [1, 2] == sorted(everything(api))


def test_a_row_of_the_old_api_without_an_id_proves_nothing() -> None:
    with client(Api({1: "A"}, {1: "A", "CS-2": "B"}, filters=False)) as api:
        assert {"FREE"} == survey(api, ["FREE"]).unproven


@pytest.mark.parametrize("unnamed", [None, ""])
def test_a_series_that_the_old_api_names_no_code_of_may_have_any(unnamed: str | None) -> None:
    with client(Api({}, {1: "A", 2: unnamed}, readable={1: "A", 2: "B"})) as api:
        for known in ({}, {1: LiveSeries(1, "A", {}), 2: LiveSeries(2, "OLD", {})}):
            found = news(api, ["B", "FREE"], known, trusted=False)

            assert ["B"] == [one.code for one in found.rows.values() if one.id == 2]
            assert frozenset() == found.unproven


def test_a_look_up_that_never_finds_anything_proves_nothing() -> None:
    def blind(request: httpx.Request) -> httpx.Response:
        if request.url.path == OLD_SERIES:
            return httpx.Response(404)
        return rows() if "seriesCode" in request.url.params else Api({1: "A"}, {})(request)

    with client(blind) as api:
        found = survey(api, ["A", "FREE"])

    assert (False, frozenset({"FREE"})) == (found.trusted, found.unproven)


def test_an_error_that_may_pass_is_no_answer() -> None:
    with client(lambda _request: httpx.Response(500)) as api, pytest.raises(ServerFaultError):
        survey(api, ["A"])


def test_which_way_was_used_is_told_on_asking() -> None:
    heard: list[tuple[str, int]] = []
    live = Api({1: "A"}, {1: "A"}, filters=False)
    with client(live, note=lambda text, level: heard.append((text, level))) as api:
        survey(api, ["FREE"])

    assert [text for text, level in heard if level == 1] == [
        "the list shows 1 series",
        "1 codes are not in the list: asking for each takes 1 calls",
        "eu takes no look-up by code, so nothing proves that FREE is free",
        "the API v1.1 names 0 series that the list does not show",
        "the API v1.1 proves which codes are free",
    ]


def test_many_look_ups_are_announced() -> None:
    heard: list[str] = []
    live = Api({1: "A"}, {1: "A"})
    with client(live, note=lambda text, level: None if level else heard.append(text)) as api:
        survey(api, [f"NEW{number}" for number in range(21)])

    assert ["21 codes are not in the list: asking for each takes 21 calls"] == heard


def test_a_list_whose_pages_move_is_read_until_nothing_new_comes() -> None:
    shift = Scripted(
        *(rows(row(1), row(2)), rows(row(2), row(4)), rows()),
        *(rows(), httpx.Response(404)),
        *(rows(row(1), row(2)), rows(row(3), row(4)), rows()),
        *(rows(row(1), row(2)), rows(row(3), row(4)), rows()),
        rows(row(1)),
    )
    with client(shift) as api:
        found = survey(api, ["FREE"])

    assert ([1, 2, 3, 4], []) == (sorted(found.rows), shift.answers)
