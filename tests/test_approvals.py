"""What counts as reviewed: the changes of saved plans, and lists of change digests."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from conftest import MINIMAL
from scenes import plan_of

from reconciler.approvals import reviews
from reconciler.errors import RefusedError, UsageError
from reconciler.guardrails import DEFAULT
from reconciler.planjson import to_json

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.client import Client
    from reconciler.config import Target

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64

LISTS: dict[str, tuple[str, list[set[str]]]] = {
    "one a line": (f"{ONE}\n{TWO}\n", [{ONE, TWO}]),
    "two sets": (f"{ONE}\n\n\n{TWO}\n", [{ONE}, {TWO}]),
    "128 bits": (ONE[:39], [{ONE[:39]}]),
    "blanks, empty lines and Windows": (f"\r\n  {ONE} \r\n\r\n", [{ONE}]),
    "no last newline": (ONE, [{ONE}]),
    "an empty list": ("", [set()]),
    "nothing but blanks": (" \n\n", [set()]),
}


@pytest.mark.parametrize(("text", "expected"), LISTS.values(), ids=LISTS)
def test_a_list_approves_what_it_names(target: Target, text: str, expected: list[set[str]]) -> None:
    assert [one.digests for one in reviews(text, "list", target)] == expected


@pytest.mark.parametrize(
    "line",
    ["all", "sha256:12", ONE.upper(), f"{ONE} {TWO}", f"# {ONE}", "[]", f"{ONE}\x1b"],
    ids=["a word", "too short", "upper case", "two in a line", "a comment", "JSON", "more"],
)
def test_a_line_that_is_no_digest_is_named(target: Target, line: str) -> None:
    with pytest.raises(UsageError, match=r"^list:2: .* is no change digest") as refused:
        reviews(f"{TWO}\n{line}\n", "list", target)

    assert str(refused.value).isprintable()


def test_a_plan_approves_its_changes(client: Client, target: Target, desired: FromText) -> None:
    plan = plan_of(client, desired(MINIMAL, MINIMAL.replace("APRIL100", "MAY100")))

    (found,) = [one.digests for one in reviews(json.dumps(to_json(plan)), "plan.json", target)]

    assert found == {change.digest for change in plan.changes}
    assert 2 == len(found)
    assert plan.digest not in found


def test_a_plan_of_another_target_or_an_edited_one_is_refused(
    client: Client, target: Target, desired: FromText
) -> None:
    document = to_json(plan_of(client, desired(MINIMAL)))

    with pytest.raises(RefusedError, match="for the target sandbox"):
        reviews(json.dumps(document), "plan.json", replace(target, name="eu"))
    document["changes"][0]["managed"]["discountValue"][1] = 499
    with pytest.raises(RefusedError, match="edited"):
        reviews(json.dumps(document), "plan.json", target)


def test_what_is_not_approved_is_blocked_by_name_and_digest(
    client: Client, desired: FromText
) -> None:
    plan = plan_of(client, desired(MINIMAL, MINIMAL.replace("APRIL100", "MAY100")))
    april, may = plan.changes

    held = plan.reviewed([{april.digest}], DEFAULT, date(2026, 1, 1))

    assert [[], ["not-reviewed"]] == [[why.rule for why in one.blocked] for one in held.changes]
    assert may.digest in held.changes[1].blocked[0].message
    assert plan.digest == held.digest
