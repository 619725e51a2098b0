"""The github commands as a workflow runs them, one after the other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from merged import KEY, REVIEWER, Shop

from reconciler.github.marker import Marker, verified
from reconciler.sandbox import Store

if TYPE_CHECKING:
    from conftest import Cli, Ran

DATA = ".reconciler/sandbox.db"


def values() -> dict[str, Any]:
    with Store(DATA) as store:
        return {row["seriesCode"]: row["discountValue"] for row in store.rows()}


def commented(here: Shop, cli: Cli, number: int = 7, **event: Any) -> Ran:  # noqa: ANN401 - any of an event's fields
    """Plan a pull request, and comment on it."""
    here.event(number, **event)
    with here.merge_result(number):
        planned = cli("plan", "--against", "HEAD^1", "--out", "plan.json")
        assert planned.code in {0, 5}, planned.err
        return cli("github", "comment", "plan.json")


def merged(here: Shop, cli: Cli, how: str = "merge", number: int = 7) -> None:
    """A pull request that does all as it should."""
    assert 0 == commented(here, cli, number).code
    here.server.review(number, REVIEWER)
    here.merge(number, how)


def reviewed(cli: Cli, *options: str) -> tuple[list[str], Ran]:
    """What is approved, and how the command ended; it stands in a file."""
    ran = cli("github", "reviewed", *options)
    with open("reviewed.txt", "w", encoding="utf-8") as stream:  # noqa: PTH123 - in the current directory
        stream.write(ran.out)
    return ran.out.splitlines(), ran


def applied(cli: Cli) -> tuple[int, dict[str, str]]:
    """Apply what is approved; how it ended, and how each change did."""
    options = ("--yes", "--reviewed", "reviewed.txt", "--record", "--report", "report.json")
    ran = cli("apply", *options)
    with open("report.json", encoding="utf-8") as stream:  # noqa: PTH123 - the same
        found = json.load(stream)["outcomes"]
    return ran.code, {one["seriesCode"]: one["status"] for one in found}


def marker(here: Shop, number: int = 7, key: str = KEY) -> Marker:
    (row,) = here.server.comments[number]
    found = verified(row.body, key)
    assert found is not None
    return found
