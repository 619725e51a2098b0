"""Which requests a fault meets, what becomes of several, and what late writes and lags do."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sandbox_client import MINIMAL, SERIES, TOKEN, Api, refusal, sandbox

from reconciler.sandbox import Behaviour, Fault, Store, settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALLER = """
import sys, httpx
from reconciler.sandbox import Store, transport
with Store(sys.argv[1]) as store, httpx.Client(transport=transport(store)) as http:
    answers = [http.get("http://x/nothing").status_code for _ in range(20)]
print(answers.count(503))
"""


@pytest.fixture
def api() -> Iterator[Api]:
    with sandbox() as opened:
        yield opened


def lost(api: Api, *faults: Fault, **fields: object) -> None:
    """Send a create whose answer is lost, and let nothing go wrong after it."""
    api.store.set_faults(faults)
    with pytest.raises(httpx.TransportError):
        api.post(**{**MINIMAL, **fields})
    api.store.clear_faults()


@pytest.mark.parametrize(
    ("where", "struck"),
    [
        ({}, ["POST", "GET ids", "GET offset", "PUT", "TOKEN"]),
        ({"method": "GET"}, ["GET ids", "GET offset"]),
        ({"method": "POST"}, ["POST", "TOKEN"]),
        ({"path": SERIES}, ["POST"]),
        ({"path": f"{SERIES}?ids=*"}, ["GET ids"]),
        ({"path": f"{SERIES}/*"}, ["PUT"]),
        ({"path": f"{SERIES}/1"}, ["PUT"]),
        ({"path": f"{SERIES}/700001"}, []),
        ({"path": "/V2/*"}, []),
        ({"path": "/v3/oauth/*"}, ["TOKEN"]),
    ],
)
def test_a_fault_meets_the_requests_that_it_matches(
    api: Api, where: dict[str, Any], struck: list[str]
) -> None:
    api.store.add_fault(Fault("status", status=418, **where))
    answers = {
        "POST": api.post(**MINIMAL),
        "GET ids": api.get(ids=1),
        "GET offset": api.get(offset=0),
        "PUT": api.put(1, **MINIMAL),
        "TOKEN": api.http.post(TOKEN, json={"key": "a", "secret": "b"}),
    }

    assert struck == [name for name, answer in answers.items() if answer.status_code == 418]


def test_calls_are_counted_from_when_the_fault_was_set(api: Api) -> None:
    api.get(offset=0)
    api.store.add_fault(Fault("status", method="GET", calls=(2, 4)))

    statuses = []
    for _ in range(5):
        api.post()
        statuses.append(api.get(offset=0).status_code)

    assert [200, 503, 200, 503, 200] == statuses


def test_of_several_the_first_counts_and_all_count_calls(api: Api) -> None:
    api.store.set_faults(
        [
            Fault("status", status=500, calls=(1,)),
            Fault("status", status=501, calls=(1, 2)),
            Fault("slow", seconds=3600),
        ]
    )

    assert [500, 501, 200] == [api.get(offset=0).status_code for _ in range(3)]


def test_a_fault_strikes_an_unknown_route(api: Api) -> None:
    api.store.add_fault(Fault("status"))

    assert (503, 503) == refusal(api.http.get("/nothing"))


def test_processes_count_the_calls_of_a_fault_together(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with Store(path) as store:
        store.add_fault(Fault("status", calls=(1, 30, 55, 80)))
        command = [sys.executable, "-W", "error", "-c", CALLER, str(path)]
        callers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        struck = [int(caller.communicate(timeout=60)[0]) for caller in callers]

        assert (4, 80) == (sum(struck), len(store.requests()))


def test_only_answers_bring_a_late_write_nearer(api: Api) -> None:
    lost(api, Fault("late", after=1))
    lost(api, Fault("drop"))
    assert [] == api.store.rows()

    api.get(offset=0)

    assert 1 == len(api.store.rows())


def test_a_late_update_overwrites_what_came_before_it(api: Api) -> None:
    series_id = api.create()["id"]
    api.store.add_fault(Fault("late", method="PUT", calls=(1,)))
    with pytest.raises(httpx.ReadTimeout):
        api.put(series_id, **MINIMAL, seriesCode="LATE")

    api.update(series_id, seriesCode="SOONER")

    assert "LATE" == api.store.row(series_id)["seriesCode"]


def test_a_late_write_may_be_refused(api: Api) -> None:
    lost(api, Fault("late"), description=None)
    api.get(offset=0)

    assert [] == api.store.rows()
    assert [(True, None), (True, None)] == [
        (one.processed, one.made) for one in api.store.requests()
    ]


def test_what_is_no_signed_in_write_is_never_processed_late(api: Api) -> None:
    api.store.add_fault(Fault("late"))
    sent = {"CouponSeriesV2": MINIMAL}
    with pytest.raises(httpx.ReadTimeout):
        api.http.post(SERIES, json=sent, headers={"Authorization": "nobody"})
    with pytest.raises(httpx.ReadTimeout):
        api.http.post(TOKEN, json={"key": "a", "secret": "b"})
    with pytest.raises(httpx.ReadTimeout):
        api.http.post("/nothing", json=sent)
    settle(api.store)

    assert [] == api.store.rows()
    assert [False] * 3 == [one.processed for one in api.store.requests()]


def test_all_that_is_late_can_be_let_in_at_once(api: Api) -> None:
    lost(api, Fault("late", after=9))
    api.store.add_fault(Fault("lag", after=9))
    made = api.create()["id"]
    assert [] == api.read(offset=0)

    settle(api.store)

    assert 2 == len(api.read(offset=0))
    assert [made] == [row["id"] for row in api.read(ids=made)]


def test_no_read_shows_a_new_series_while_it_lags(api: Api) -> None:
    api.store.add_fault(Fault("lag", after=6))
    place = [{"redemptionOrgEntityType": "STORE", "orgEntityId": 1}]
    made = api.create(redemptionOrgEntityDetails=place)

    reads = [
        refusal(api.get(ids=made["id"])),
        refusal(api.get(seriesCode=made["seriesCode"])),
        api.read(offset=0),
        api.read(orgEntityType="STORE", orgEntityIds=1),
    ]
    old = api.http.get("/v1.1/coupon/series", params={"format": "json"}).json()

    assert [(200, 502), (200, 502), [], []] == reads
    assert [] == old["response"]["series"]["items"]["item"]
    assert [made["id"]] == [row["id"] for row in api.store.rows()]
    assert [] == api.read(offset=0)
    assert [made["id"]] == [row["id"] for row in api.read(offset=0)]


def test_reads_lag_behind_each_write_in_turn(api: Api) -> None:
    series_id = api.create(maxRedeem=1)["id"]
    api.store.add_fault(Fault("lag", after=3))
    api.update(series_id, maxRedeem=2)
    api.update(series_id, maxRedeem=3)

    assert [1, 1, 2, 3] == [api.read_one(series_id)["maxRedeem"] for _ in range(4)]


def test_a_write_sees_what_reads_do_not() -> None:
    with sandbox(Behaviour(put="merge")) as api:
        api.store.add_fault(Fault("lag", after=9))
        made = api.create(maxRedeem=7)["id"]

        assert 7 == api.update(made)["maxRedeem"]


def test_a_write_that_is_refused_leaves_no_lag(api: Api) -> None:
    series_id = api.create()["id"]
    api.store.add_fault(Fault("lag", after=9))
    api.put(series_id, seriesCode="X")
    api.store.ui_edit(series_id, maxRedeem=5)

    assert 5 == api.read_one(series_id)["maxRedeem"]


def test_the_log_tells_which_series_a_request_made(api: Api) -> None:
    api.store.add_fault(Fault("drop", method="POST", processed=True, calls=(3,)))
    made = api.create()["id"]
    api.update(made)
    api.post()
    with pytest.raises(httpx.RemoteProtocolError):
        api.post(**MINIMAL)

    expected = [made, None, None, api.store.rows()[-1]["id"]]
    assert expected == [one.made for one in api.store.requests()]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "error"}, "an error needs its code"),
        ({"kind": "status", "status": 200}, "no status of an error"),
        ({"kind": "status", "status": 600}, "no status of an error"),
        ({"kind": "late", "processed": True}, "only with status, error, drop, stall"),
        ({"kind": "lag", "method": "GET"}, "only writes are late or lag"),
        ({"kind": "drop", "calls": ()}, "calls count from 1"),
        ({"kind": "drop", "calls": (1, 0)}, "calls count from 1"),
        ({"kind": "drop", "retry_after": "5"}, "retry_after needs a status"),
        ({"kind": "status", "retry_after": "5\r\nX: y"}, "no text of a header"),
        ({"kind": "slow", "seconds": -1}, "seconds are 0 or more"),
        ({"kind": "slow", "seconds": float("nan")}, "seconds are 0 or more"),
        ({"kind": "late", "after": 0}, "after is 1 or more"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Fault(**given)
