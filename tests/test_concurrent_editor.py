"""Somebody edits live while a plan is applied: a server, an editor and the apply, each a process.

Everything is judged by the order of the server's log, which holds the edits too; never by time.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from conftest import LOOSE, planned
from editor import FIRST, KINDS, UI
from test_convergence import HIDING, from_values
from test_end_to_end import serving
from wire import BASIC

from reconciler.apply import execute
from reconciler.client import Client
from reconciler.config import Target
from reconciler.fields import FIELDS
from reconciler.sandbox import Request, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.change import Change
    from reconciler.report import Outcome

EDITOR = Path(__file__).with_name("editor.py")
WANTED = {"discountValue": 20, "smsTemplate": "Hi {{first_name}}, now twenty"}
HELD = {*WANTED, "maxRedeem"}  # an edit of these is seen: managed, or money that no file names
UNCARRIED = {"validTillDateTime"}  # the server derives it from the end


def ui_series(number: int) -> dict[str, Any]:
    return {
        "seriesCode": f"CODE{number:04}",
        "description": "Ten off",
        "discountCode": "TEN",
        "discountType": "ABS",
        "discountValue": 10,
        "validTillDate": "2035-06-12T00:00:00Z",
        "redemptionValidFrom": "2026-01-02T00:00:00Z",
        "expiryStrategyType": "SERIES_EXPIRY",
        "clientHandlingType": "DISC_CODE",
        "anyUser": False,
        "smsTemplate": "Hi {{first_name}}",
    }


def file_of(number: int) -> dict[str, Any]:
    unnamed = {"redemptionValidFrom"}
    shown = {key: value for key, value in ui_series(number).items() if key not in unnamed}
    return {**shown, **WANTED, "validTillDate": "2035-06-12"}


@contextmanager
def editing(data: Path, seed: int, first: int) -> Iterator[None]:
    """An editor at work, its first edits made; it ends with the block."""
    command = [sys.executable, "-W", "error", str(EDITOR), str(data), str(seed), str(first)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline().strip() == FIRST
        try:
            yield
        finally:
            process.stdin.close()
        assert process.wait(timeout=60) == 0


@dataclass(frozen=True)
class Story:
    """What happened to one series after it was planned, as places in the log."""

    change: Change
    before: dict[str, Any]  # when it was planned
    after: dict[str, Any]  # when all was over
    found: Outcome
    reads: list[int]
    puts: list[tuple[int, dict[str, Any]]]
    edits: list[tuple[int, dict[str, Any]]]

    def at(self, place: int) -> dict[str, Any]:
        """The series as the edits up to a place in the log left it, without any write of ours."""
        row = dict(self.before)
        for when, fields in self.edits:
            row |= fields if when < place else {}
        return row

    def edited(self, start: int, end: int) -> set[str]:
        """The fields that were edited between two places."""
        return {name for when, fields in self.edits if start < when < end for name in fields}


def told(change: Change, before: Any, after: Any, found: Outcome, log: list[Request]) -> Story:  # noqa: ANN401 - rows
    path = f"/v2/coupon/series/{change.id}"
    return Story(
        change,
        before,
        after,
        found,
        [
            at
            for at, call in enumerate(log)
            if str(change.id) in parse_qs(call.query).get("ids", [])
        ],
        [
            (at, call.body["CouponSeriesV2"])
            for at, call in enumerate(log)
            if (call.method, call.path) == ("PUT", path)
        ],
        [(at, call.body) for at, call in enumerate(log) if (call.method, call.path) == (UI, path)],
    )


def left_alone(story: Story) -> None:
    """It moved before its last reading: nothing is written, all edits are there, and it says so."""
    assert story.found.status == "moved"
    assert story.puts == []
    seen = story.edited(-1, story.reads[-1]) & HELD
    assert seen
    assert all(f"{name} was" in str(story.found.error) for name in seen)
    assert {name: story.after[name] for name in story.before} == story.at(sys.maxsize) | {
        "lastUsed": story.after["lastUsed"]
    }


def written(story: Story) -> None:
    """It was where the plan had it: the write carries what was read last, and nothing is half."""
    ((put, body),) = story.puts
    read = max(at for at in story.reads if at < put)
    assert story.edited(-1, read) & HELD == set()
    live = story.at(read)
    carried = {
        key: value
        for key, value in live.items()
        if key not in UNCARRIED and (key not in FIELDS or FIELDS[key].manageable)
    }
    assert carried | WANTED == body

    last = carried | WANTED
    for when, fields in story.edits:
        last |= fields if when > put else {}
    assert last == {key: story.after[key] for key in last}

    back = max(story.reads)
    if story.edited(put, back) & HELD:
        assert story.found.status == "not converged"
        assert "changed by someone else meanwhile" in str(story.found.error)
    else:
        assert story.found.status == "done"


def judged(tmp_path: Path, series: int, seed: int) -> list[Story]:
    """Plan for many series, apply while somebody edits, and judge each of them."""
    data = tmp_path / "live.db"
    files = {file["seriesCode"]: from_values(file, "UTC") for file in map(file_of, range(series))}
    with Store(data) as store:
        with store.transaction():
            for number in range(series):
                store.ui_create(**ui_series(number))
        with serving(data) as url:
            target = Target("local", url, ZoneInfo("UTC"), None, 4, HIDING, LOOSE)
            with Client(target, BASIC) as client:
                plan = planned(client, files)
                start = len(store.requests())
                before = {row["id"]: row for row in store.rows()}
                with editing(data, seed, series // 4):
                    ended = execute(plan, client)
        after = {row["id"]: row for row in store.rows()}
        log = store.requests()[start:]
    assert series == len(ended)
    stories = [
        told(change, before[change.id or 0], after[change.id or 0], found, log)
        for change, found in zip(plan.changes, ended, strict=True)
    ]
    for story in stories:
        (written if story.puts else left_alone)(story)
    return stories


def survived(stories: list[Story]) -> int:
    """How many series were written whose edits of other fields came before the last reading."""
    return sum(
        bool(story.puts and story.edited(-1, max(at for at in story.reads if at < put)))
        for story in stories
        for put, _ in story.puts
    )


def test_no_edit_made_before_the_last_reading_is_lost_and_none_is_half_overwritten(
    tmp_path: Path,
) -> None:
    stories = judged(tmp_path, 20 * KINDS, seed=1)

    ended = {story.found.status for story in stories}
    assert {"done", "moved"} <= ended
    assert survived(stories) > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 5))
def test_no_edit_is_lost_in_long_runs(tmp_path: Path, seed: int) -> None:
    stories = judged(tmp_path, 60 * KINDS, seed)

    assert {"done", "moved"} <= {story.found.status for story in stories}
    assert survived(stories) > 0
