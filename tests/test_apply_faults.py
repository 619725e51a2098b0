"""Apply where answers get lost, fail or lie: what is live, and what the report says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import httpx
import pytest
from behind_the_wire import Broken, forgetful, lost, refused, talking, writes
from conftest import MINIMAL, applied, planned

from reconciler.apply import execute
from reconciler.client import OLD_SERIES, Client
from reconciler.errors import UsageError
from reconciler.sandbox import Store, transport
from reconciler.watch import Seen, Watch

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.config import Target


def india(target: Target) -> Target:
    return replace(target, zone=ZoneInfo("Asia/Kolkata"))


def test_a_create_whose_answer_is_lost_goes_on_with_what_it_left(
    store: Store, target: Target, desired: FromText
) -> None:
    with talking(target, Broken(store, lost("POST"))) as client:
        assert applied(client, desired(MINIMAL)) == {"APRIL100": "done"}

    assert [row["seriesCode"] for row in store.rows()] == ["APRIL100"]
    assert writes(store) == ["POST", "PUT"]


def test_an_update_whose_answer_is_lost_is_done_when_live_shows_it(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))

    with talking(target, Broken(store, lost("PUT"))) as deaf:
        assert applied(deaf, desired(MINIMAL + "minBillAmount: 5\n")) == {"APRIL100": "done"}


def test_a_claim_that_fails_says_which_series_is_left_and_the_next_run_goes_on(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    class NeverPut(Broken):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "PUT":
                return refused("PUT", 788)(request, httpx.Response(200))
            return super().handle_request(request)

    with talking(target, NeverPut(store, lambda _, answer: answer)) as odd:
        (found,) = execute(planned(odd, desired(MINIMAL)), odd)
    row_id = store.rows()[0]["id"]
    assert ("failed", True) == (found.status, f"created as id {row_id}" in str(found.error))

    assert applied(client, desired(MINIMAL)) == {"APRIL100": "done"}
    assert [row["seriesCode"] for row in store.rows()] == ["APRIL100"]


def test_a_create_that_may_have_happened_and_shows_nowhere_is_unknown(
    target: Target, desired: FromText
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(500, json={"errors": [{"code": 730, "message": "unknown"}]})
        if request.url.path == OLD_SERIES:
            return httpx.Response(200, json={"response": {"series": {"items": {"item": []}}}})
        return httpx.Response(200, json={"entity": [], "warnings": []})

    with talking(target, httpx.MockTransport(answer)) as client:
        assert applied(client, desired(MINIMAL)) == {"APRIL100": "unknown"}


def test_one_change_that_fails_does_not_stop_the_others(
    store: Store, target: Target, desired: FromText
) -> None:
    other = MINIMAL.replace("APRIL100", "BOOM").replace("Hi", "explode")

    class Picky(Broken):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST" and b"explode" in request.content:
                return refused("POST", 735)(request, httpx.Response(200))
            return super().handle_request(request)

    with talking(target, Picky(store, lambda _, answer: answer)) as client:
        ended = applied(client, desired(other, MINIMAL.replace("APRIL100", "ZEBRA")))

    assert {"BOOM": "failed", "ZEBRA": "done"} == ended


def test_after_the_target_is_gone_the_rest_is_not_attempted(
    store: Store, target: Target, desired: FromText
) -> None:
    def gone(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method != "POST":
            return response
        response.close()
        raise httpx.ConnectError("refused", request=request)

    files = desired(MINIMAL, MINIMAL.replace("APRIL100", "MAY100"))
    with talking(target, Broken(store, gone)) as client:
        assert {"APRIL100": "failed", "MAY100": "not attempted"} == applied(client, files)


def test_a_run_that_is_stopped_starts_nothing_new(
    client: Client, store: Store, desired: FromText
) -> None:
    plan = planned(client, desired(MINIMAL, MINIMAL.replace("APRIL100", "MAY100")))

    outcomes = execute(plan, client, watch=Watch(stopped=lambda: bool(writes(store))))

    assert ["done", "not attempted"] == [found.status for found in outcomes]
    assert [row["seriesCode"] for row in store.rows()] == ["APRIL100"]


def test_what_the_server_does_not_keep_is_not_converged_and_named(
    store: Store, target: Target, desired: FromText
) -> None:
    with talking(target, Broken(store, forgetful)) as client:
        (found,) = execute(planned(client, desired(MINIMAL + "minBillAmount: 7\n")), client)

    assert ("not converged", "minBillAmount should be 7 and is -1") == (found.status, found.error)


def test_a_wrapped_create_answer_is_looked_up_by_its_token(
    store: Store, target: Target, desired: FromText
) -> None:
    def wrapped(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method != "POST":
            return response
        response.close()
        data = {"couponSeriesId": "CS-789012", "description": "April 100"}
        return httpx.Response(200, json={"status": "success", "message": "ok", "data": data})

    with talking(target, Broken(store, wrapped)) as client:
        assert applied(client, desired(MINIMAL)) == {"APRIL100": "done"}
    assert writes(store) == ["POST", "PUT"]


def test_a_zone_that_live_does_not_print_stops_a_saved_plan_before_any_write(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))
    plan = planned(client, desired(MINIMAL + "minBillAmount: 4\n"))
    so_far = writes(store)

    with (
        talking(india(target), transport(store)) as other,
        pytest.raises(UsageError, match=r"live prints dates with \+00:00"),
    ):
        execute(plan, other)
    assert writes(store) == so_far


def test_a_plan_warns_of_a_zone_that_live_does_not_print(
    client: Client, store: Store, target: Target, desired: FromText
) -> None:
    applied(client, desired(MINIMAL))

    with talking(india(target), transport(store)) as other:
        plan = planned(other, desired(MINIMAL))

    assert ["set timezone in reconciler.toml" in said for said in plan.warnings] == [True]


def test_an_error_of_ours_in_one_change_does_not_stop_the_others(
    store: Store, target: Target, desired: FromText
) -> None:
    class Buggy(Broken):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST" and b"explode" in request.content:
                raise ZeroDivisionError
            return super().handle_request(request)

    files = desired(MINIMAL.replace("Hi", "explode"), MINIMAL.replace("APRIL100", "MAY100"))
    heard: dict[str, str] = {}
    watch = Watch(tell=lambda one: heard.update({one.code: one.status}))
    with (
        talking(target, Buggy(store, lambda _, answer: answer)) as client,
        pytest.raises(ZeroDivisionError),
    ):
        execute(planned(client, files), client, watch=watch)

    assert heard == {"APRIL100": "unknown", "MAY100": "done"}


def test_a_fresh_plan_whose_zone_is_wrong_writes_nothing(
    client: Client, store: Store, desired: FromText
) -> None:
    plan = planned(client, desired(MINIMAL))

    with pytest.raises(UsageError, match=r"live prints dates with \+05:30"):
        execute(plan, client, Seen(other_offset="+05:30"))
    assert writes(store) == []


def test_a_zone_that_a_created_series_does_not_print_stops_before_its_claim(
    store: Store, target: Target, desired: FromText
) -> None:
    files = desired(MINIMAL, MINIMAL.replace("APRIL100", "MAY100"))
    with talking(india(target), transport(store)) as other:
        ended = {one.code: one for one in execute(planned(other, files), other)}

    assert ["failed", "not attempted"] == [one.status for one in ended.values()]
    assert "live prints dates with +00:00" in str(ended["APRIL100"].error)
    assert writes(store) == ["POST"]


def test_a_zone_that_any_listed_series_does_not_print_warns_in_the_plan(
    store: Store, target: Target, desired: FromText
) -> None:
    store.ui_create(seriesCode="BY-HAND", validTillDate="2035-06-12T00:00:00Z")
    with talking(india(target), transport(store)) as other:
        plan = planned(other, desired(MINIMAL))

    assert ["set timezone in reconciler.toml" in said for said in plan.warnings] == [True]
