"""The store behind the wire: the web UI, threads, processes, and the transport without a port."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest
from sandbox_client import MINIMAL, SERIES, accepted, basic, sandbox

import reconciler.sandbox
from reconciler.sandbox import Behaviour, Store, transport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRITER = """
import sys
from reconciler.sandbox import Store
with Store(sys.argv[1]) as store:
    for number in range(20):
        store.ui_create(seriesCode=f"{sys.argv[2]}-{number}")
"""


@pytest.fixture
def store() -> Iterator[Store]:
    with Store(":memory:") as opened:
        yield opened


def test_the_web_ui_stores_what_it_is_given(store: Store) -> None:
    given = {
        "validTillDate": "2120-02-11T10:23:17Z",
        "redemptionValidFrom": "2020-01-01T11:11:11+05:30",
        "numIssued": 12,
        "maxRedeem": 2**40,
        "createdOn": "2019-01-01T00:00:00Z",
        "redemptionPerCouponMaxLimit": None,
        "madeUp": {"deep": [1.5, None]},
    }

    row = store.row(store.ui_create(**given))

    assert given == {name: row[name] for name in given}
    assert ("NO_VALUE", 0, 2**53 - 1) == (
        row["discountCode"],
        row["minBillAmount"],
        row["maxBillAmount"],
    )
    assert 4737090197000 == row["fixedExpiryDate"]


def test_the_web_ui_keeps_a_clock_time(store: Store) -> None:
    row = store.row(store.ui_create())

    assert not row["validTillDate"].endswith("T00:00:00Z")


def test_an_edit_in_the_web_ui_cuts_nothing_and_moves_last_used(store: Store) -> None:
    series_id = store.ui_create(validTillDateTime="2030-01-01T10:00:00Z")
    before = store.row(series_id)

    store.ui_edit(series_id, discountValue=99.5)
    store.ui_edit(series_id, validTillDate="2031-01-01T18:00:00Z")

    after = store.row(series_id)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    expected = {
        "discountValue",
        "validTillDate",
        "validTillDateTime",
        "fixedExpiryDate",
        "lastUsed",
    }
    assert expected == changed
    assert ("2031-01-01T18:00:00Z", 99.5) == (after["validTillDate"], after["discountValue"])
    assert before["lastUsed"] < after["lastUsed"]


def test_an_edit_may_empty_what_is_shown_only_when_set(store: Store) -> None:
    series_id = store.ui_create(productInfo=[{"productType": "SKU", "productIds": [1]}])
    store.ui_edit(series_id, productInfo=[])

    assert "productInfo" not in store.row(series_id)


def test_the_web_ui_refuses_a_code_or_an_id_in_use(store: Store) -> None:
    first, second = store.ui_create(seriesCode="Code"), store.ui_create()

    with pytest.raises(ValueError, match="CODE"):
        store.ui_create(seriesCode="CODE")
    with pytest.raises(ValueError, match="CODE"):
        store.ui_edit(second, seriesCode="CODE")
    with pytest.raises(ValueError, match=f"id {first} is in use"):
        store.ui_create(id=first)
    assert [first, second] == [row["id"] for row in store.rows()]


def test_an_id_may_be_given(store: Store) -> None:
    assert 698948 == store.ui_create(id=698948)
    assert [698948] == [row["id"] for row in store.rows()]


def test_an_unknown_id_is_a_key_error(store: Store) -> None:
    for unknown in (1, 2**63):
        with pytest.raises(KeyError):
            store.row(unknown)
        with pytest.raises(KeyError):
            store.ui_edit(unknown, description="x")


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(LookupError):
        Store(":memory:", Behaviour(zone="Nowhere/Land"))


def test_a_reset_forgets_everything() -> None:
    with sandbox() as api:
        api.create()
        api.store.reset()

        assert ([], []) == (api.store.rows(), api.store.requests())


def test_nothing_is_opened_before_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "sandbox.db"
    with Store(path) as store:
        assert not path.parent.exists()

        store.ui_create()
        assert path.exists()


def test_a_closed_file_opens_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "sandbox.db")
    series_id = store.ui_create()
    store.close()
    store.close()

    assert [series_id] == [row["id"] for row in store.rows()]
    store.close()


def test_a_refused_write_leaves_nothing_behind() -> None:
    with sandbox() as api:
        created = api.create()
        before = api.store.rows()

        api.put(created["id"], **{**MINIMAL, "seriesCode": "X", "redemptionRange": "{"})
        api.post(**{**MINIMAL, "redemptionPerCouponMaxLimit": 1})

        assert before == api.store.rows()


def test_threads_share_a_transport_and_lose_no_write(tmp_path: Path) -> None:
    with sandbox(path=tmp_path / "sandbox.db") as api, ThreadPoolExecutor(8) as threads:
        created = list(threads.map(lambda _: api.create()["id"], range(40)))
        list(threads.map(lambda one: api.update(one, seriesCode=f"C{one}"), created))

        assert sorted(created) == [row["id"] for row in api.store.rows()]
        assert {f"C{one}" for one in created} == {row["seriesCode"] for row in api.store.rows()}
        assert 80 == len(api.store.requests())


def test_processes_share_a_new_file_and_lose_no_write(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    command = [sys.executable, "-W", "error", "-c", WRITER, str(path)]
    writers = [subprocess.Popen([*command, f"writer{number}"]) for number in range(4)]
    assert [0, 0, 0, 0] == [writer.wait(60) for writer in writers]

    with Store(path) as store:
        assert 80 == len({row["seriesCode"] for row in store.rows()})


def test_one_file_shows_the_requests_of_others(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with sandbox(path=path) as api, Store(path) as other:
        api.create()

        assert ["POST"] == [request.method for request in other.requests()]


def test_a_transport_reads_streamed_bodies(store: Store) -> None:
    with httpx.Client(transport=transport(store), base_url="http://x", headers=basic()) as http:
        answer = http.post(SERIES, content=iter([b"{", b"}"]))

    assert 400 == answer.status_code


def test_a_transport_works_inside_a_running_event_loop(store: Store) -> None:
    async def inside() -> int:
        await asyncio.sleep(0)
        with httpx.Client(transport=transport(store), headers=basic()) as http:
            answer = http.get(f"http://x{SERIES}", params={"offset": 0})  # noqa: ASYNC212 - the point
            return answer.status_code

    assert 200 == asyncio.run(inside())


def test_a_closed_transport_leaves_no_thread_and_answers_no_more(store: Store) -> None:
    before = set(threading.enumerate())
    closed = transport(store)
    unused = transport(store)
    request = httpx.Request("GET", f"http://x{SERIES}", headers=basic())
    assert 200 == closed.handle_request(request).status_code
    assert 1 == len(set(threading.enumerate()) - before)

    for one in (closed, closed, unused):
        one.close()

    assert set() == set(threading.enumerate()) - before
    with pytest.raises(RuntimeError, match="closed"):
        closed.handle_request(request)


def test_a_forgotten_transport_leaves_no_thread(store: Store) -> None:
    before = set(threading.enumerate())
    transport(store).handle_request(httpx.Request("GET", f"http://x{SERIES}", headers=basic()))
    gc.collect()

    assert set() == set(threading.enumerate()) - before


def test_a_store_is_read_while_it_is_written(tmp_path: Path) -> None:
    with sandbox(path=tmp_path / "sandbox.db") as api:
        series_id = api.store.ui_create()
        api.store.ui_edit(series_id, discountValue=7)

        answer = accepted(api.get(ids=series_id))["entity"][0]

    assert 7 == answer["discountValue"]


def test_the_package_has_no_other_names() -> None:
    for name in reconciler.sandbox.__all__:
        assert getattr(reconciler.sandbox, name) is not None
    with pytest.raises(AttributeError, match="nothing"):
        _ = reconciler.sandbox.nothing  # type: ignore[attr-defined]


def test_looking_at_a_store_imports_no_web_framework() -> None:
    code = (
        "import sys, reconciler.sandbox; print(sorted({'httpx', 'starlette'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )

    assert "[]\n" == answer.stdout
