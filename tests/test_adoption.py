"""`adopt: ID` claims a live series that nobody else claims; an own orphan needs no word."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from behind_the_wire import writes
from conftest import MINIMAL
from scenes import LIVE, carried_out, moves, outcomes, plan_of, settled

from reconciler.plan import claim_token
from reconciler.record import Record
from reconciler.sandbox import Store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, FromText, Write

    from reconciler.client import Client

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


UNKNOWN_SHAPE = {"seriesCode": "0f1e2d3c4b5a6978", "tag": TOKEN}
LONG_AGO = {"createdOn": "2020-01-01T00:00:00Z"}


def test_an_own_orphan_is_known_whatever_code_the_server_made_up(
    client: Client, store: Store, desired: FromText
) -> None:
    series_id = store.ui_create(**LIVE | UNKNOWN_SHAPE)

    plan = plan_of(client, desired(MINIMAL))

    assert [("adopt", series_id, ())] == [(one.action, one.id, one.blocked) for one in plan.changes]
    assert carried_out(plan, client) == {"APRIL100": "done"}
    assert ["APRIL100"] == [row["seriesCode"] for row in store.rows()]


def test_an_own_orphan_that_somebody_gave_a_code_is_left_to_them(
    client: Client, store: Store, desired: FromText
) -> None:
    store.ui_create(**LIVE | UNKNOWN_SHAPE | LONG_AGO | {"seriesCode": "BY-HAND"})

    plan = plan_of(client, desired(MINIMAL))

    assert carried_out(plan, client) == {"APRIL100": "blocked"}
    assert [] == writes(store)


@pytest.mark.parametrize("tag", ["", "tag: spring\n"], ids=["no tag", "a tag"])
def test_a_code_that_is_edited_after_a_crash_makes_no_second_series(
    client: Client, store: Store, desired: FromText, tag: str
) -> None:
    series_id = store.ui_create(**LIVE | {"seriesCode": "A1B2C3D4E5", "tag": TOKEN})

    plan = plan_of(client, desired(OTHER + tag))

    (change,) = plan.changes
    assert ["lookalike"] == [why.rule for why in change.blocked]
    assert f"adopt: {series_id}" in change.blocked[0].message
    left = f"id {series_id} (A1B2C3D4E5) was created by an apply that broke off"
    assert [True] == [one.startswith(left) for one in plan.warnings]


def test_what_was_created_for_another_file_is_not_offered(
    cli: Cli, project: Path, write: Write
) -> None:
    write(MINIMAL)
    write(OTHER, "may.yaml")
    (project / ".reconciler").mkdir()
    with Store(".reconciler/sandbox.db") as store:
        store.ui_create(**LIVE | {"seriesCode": "A1B2C3D4E5", "tag": TOKEN})

    ran = cli("plan", "--only", "MAY100", "--format", "json")

    assert (0, ["create"]) == (ran.code, [one["action"] for one in json.loads(ran.out)["changes"]])
