"""`adopt: ID` claims a live series that nobody else claims; an own orphan needs no word."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from behind_the_wire import writes
from conftest import MINIMAL
from scenes import LIVE, carried_out, moves, outcomes, plan_of, settled

from reconciler.plan import claim_token
from reconciler.record import Record

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.sandbox import Store

CHEAPER = MINIMAL.replace("Value: 500", "Value: 400")
TOKEN = claim_token("sandbox", "sandbox", "APRIL100")
OTHER = MINIMAL.replace("APRIL100", "MAY100")


def saying(text: str, lifecycle: str) -> str:
    return f"{text}lifecycle: {{{lifecycle}}}\n"


def test_an_adopted_series_gets_code_and_values_and_keeps_the_rest(
    client: Client, store: Store, desired: FromText
) -> None:
    by_hand = LIVE | {"seriesCode": "BY-HAND", "minBillAmount": 70, "discountValue": 300}
    series_id = store.ui_create(**by_hand, numIssued=12, numRedeemed=3, keyOfTheFuture="kept")
    files = desired(saying(MINIMAL, f"adopt: {series_id}"))

    plan = plan_of(client, files)

    (change,) = plan.changes
    assert ("adopt", series_id, 12, 3) == (
        change.action,
        change.id,
        change.counters.issued,
        change.counters.redeemed,
    )
    assert moves(change) == {
        "seriesCode": ("BY-HAND", "APRIL100", None),
        "discountValue": (300, 500, None),
    }
    assert plan.unmanaged == ()
    assert carried_out(plan, client) == {"APRIL100": "done"}
    (row,) = store.rows()
    assert ("APRIL100", 500, 70) == (row["seriesCode"], row["discountValue"], row["minBillAmount"])
    assert ("as the UI wrote it", "kept") == (row["tag"], row["keyOfTheFuture"])
    assert writes(store) == ["PUT"]
    assert carried_out(plan, client) == {"APRIL100": "already done"}
    assert plan_of(client, files).changes == ()


def test_an_adopted_series_that_moved_meanwhile_is_left_alone(
    client: Client, store: Store, desired: FromText
) -> None:
    series_id = store.ui_create(**LIVE | {"seriesCode": "BY-HAND"})
    plan = plan_of(client, desired(saying(MINIMAL, f"adopt: {series_id}")))
    store.ui_edit(series_id, seriesCode="RENAMED")

    (found,) = outcomes(plan, client)

    assert found.status == "moved"
    assert "seriesCode was 'BY-HAND' and is 'RENAMED'" in str(found.error)


Staged = tuple[tuple[str, ...], Record]  # the texts of files, and the record
Scene = Callable[["Store", "Client", "FromText"], Staged]


def _another_file(store: Store, _client: Client, _desired: FromText) -> Staged:
    series_id = store.ui_create(**LIVE | {"seriesCode": "MAY100"})
    return (saying(MINIMAL, f"adopt: {series_id}"), OTHER), Record()


def _another_orphan(store: Store, _client: Client, _desired: FromText) -> Staged:
    tag = claim_token("sandbox", "sandbox", "MAY100")
    series_id = store.ui_create(**LIVE | {"seriesCode": "A1B2C3D4E5", "tag": tag})
    return (saying(MINIMAL, f"adopt: {series_id}"), OTHER), Record()


def _recorded(store: Store, client: Client, desired: FromText) -> Staged:
    record = settled(client, desired(OTHER))
    return (saying(MINIMAL, f"adopt: {store.rows()[0]['id']}"),), record


def _live_already(store: Store, _client: Client, _desired: FromText) -> Staged:
    store.ui_create(**LIVE)
    series_id = store.ui_create(**LIVE | {"seriesCode": "BY-HAND"})
    return (saying(MINIMAL, f"adopt: {series_id}"),), Record()


def _nothing_there(_store: Store, _client: Client, _desired: FromText) -> Staged:
    return (saying(MINIMAL, "adopt: 4711"),), Record()


ADOPT_REFUSED: dict[str, tuple[Scene, str]] = {
    "a series of another file": (_another_file, "is MAY100, which another file claims"),
    "what was created for another file": (_another_orphan, "is MAY100, which another file claims"),
    "a series of the record": (_recorded, "is MAY100 in the record, and so not free"),
    "while the code is live": (_live_already, "APRIL100 is live already, as id"),
    "what is not there": (_nothing_there, "live has no series with id 4711"),
}


@pytest.mark.parametrize(("scene", "said"), ADOPT_REFUSED.values(), ids=ADOPT_REFUSED)
def test_only_what_nobody_claims_can_be_adopted(
    client: Client,
    store: Store,
    desired: FromText,
    scene: Scene,
    said: str,
) -> None:
    texts, record = scene(store, client, desired)
    so_far = writes(store)

    plan = plan_of(client, desired(*texts), record)

    change = next(one for one in plan.changes if one.code == "APRIL100")
    (why,) = [one for one in change.blocked if one.rule == "adopt-refused"]
    assert said in why.message
    assert carried_out(plan, client)["APRIL100"] == "blocked"
    codes = [row["seriesCode"] for row in store.rows()]
    assert len(codes) == len(set(codes))
    assert "POST" not in writes(store)[len(so_far) :]


def test_an_adoption_that_has_been_done_may_stay_in_the_file(
    client: Client, store: Store, desired: FromText
) -> None:
    series_id = store.ui_create(**LIVE | {"seriesCode": "BY-HAND"})
    files = desired(saying(MINIMAL, f"adopt: {series_id}"))
    record = settled(client, files)

    assert plan_of(client, files, record).changes == ()
    assert not record.entries["APRIL100"].made


def test_an_own_orphan_is_brought_to_whatever_the_file_says_by_now(
    client: Client, store: Store, desired: FromText
) -> None:
    orphan = {"seriesCode": "A1B2C3D4E5", "tag": TOKEN, "description": "old", "discountValue": 9}
    store.ui_create(**LIVE | orphan)

    plan = plan_of(client, desired(saying(CHEAPER, "protect: true, ignoreChanges: [description]")))

    assert carried_out(plan, client) == {"APRIL100": "done"}
    (row,) = store.rows()
    assert ("APRIL100", "April 100", "April 100", 400) == tuple(
        row[key] for key in ("seriesCode", "tag", "description", "discountValue")
    )
