"""The issue about drift: one for each target, open while there is any."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from drifted import SCENE
from github_desk import Desk, at_desk, methods
from github_state import BOT

from reconciler.errors import GitHubError
from reconciler.github.issue import LABEL, keep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github_state import IssueRow

CLEAN = replace(SCENE, series=())
ELSEWHERE = replace(SCENE, target="us/prod -->")
TITLE, PAGE = "Drift in eu-prod: 9 series", "### Drift\n"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with at_desk() as opened:
        yield opened


def states(desk: Desk) -> dict[int, str]:
    return {number: row.state for number, row in desk.server.issues.items()}


def opened(desk: Desk) -> IssueRow:
    """The issue of a drift."""
    keep(desk.github, SCENE, TITLE, PAGE)
    desk.server.log.clear()
    return desk.server.issues[max(desk.server.issues)]


def writes(desk: Desk) -> list[str]:
    return [method for method in methods(desk.server) if method != "GET"]


def test_the_first_drift_opens_an_issue_with_the_label(desk: Desk) -> None:
    said = keep(desk.github, SCENE, TITLE, PAGE)

    (row,) = desk.server.issues.values()
    assert (BOT, TITLE, (LABEL,), "open") == (row.author, row.title, row.labels, row.state)
    assert row.body == f"<!-- reconciler:drift:eu-prod -->\n{PAGE}"
    assert said.startswith("opened https://")


def test_another_drift_updates_it_in_place(desk: Desk) -> None:
    row = opened(desk)

    assert keep(desk.github, SCENE, "Drift in eu-prod: 1 series", "less\n").startswith("updated ")
    assert ("Drift in eu-prod: 1 series", "open") == (row.title, row.state)
    assert row.body.endswith("-->\nless\n")
    assert ["PATCH"] == writes(desk)


def test_the_same_drift_leaves_it_as_it_is(desk: Desk) -> None:
    opened(desk)

    assert keep(desk.github, SCENE, TITLE, PAGE).endswith("says it already")
    assert [] == writes(desk)


def test_it_is_closed_when_there_is_no_drift_any_more(desk: Desk) -> None:
    row = opened(desk)

    assert keep(desk.github, CLEAN, "Drift in eu-prod: 0 series", "none\n").startswith("no drift")
    assert "closed" == row.state
    assert row.body.endswith("none\n")


def test_without_drift_and_without_an_issue_nothing_is_written(desk: Desk) -> None:
    assert "no drift, and no issue is open" == keep(desk.github, CLEAN, TITLE, PAGE)
    assert ["GET"] == methods(desk.server)


def test_a_closed_issue_stays_closed_and_another_drift_opens_another(desk: Desk) -> None:
    first = opened(desk)
    keep(desk.github, CLEAN, TITLE, PAGE)
    keep(desk.github, SCENE, TITLE, PAGE)

    assert {first.number: "closed", first.number + 1: "open"} == states(desk)


@pytest.mark.parametrize(
    ("drift", "left"), [(SCENE, "open"), (CLEAN, "closed")], ids=["drift", "none"]
)
def test_of_several_only_the_oldest_stays(desk: Desk, drift: object, left: str) -> None:
    first = opened(desk)
    second = desk.server.issue(BOT, "again", first.body, [LABEL])
    third = desk.server.issue(BOT, "and again", first.body, [LABEL, "other"])

    keep(desk.github, SCENE if drift is SCENE else CLEAN, "another title", PAGE)

    assert {first.number: left, second.number: "closed", third.number: "closed"} == states(desk)


def test_what_somebody_else_opened_is_left_alone(desk: Desk) -> None:
    row = opened(desk)
    same = desk.server.issue("mallory", "Drift", row.body, [])
    other = desk.server.issue("asha", "Is this drift?", "Our label, another text", [LABEL])
    quoted = desk.server.issue("asha", "About it", f"> {row.body}", [LABEL])

    keep(desk.github, CLEAN, TITLE, PAGE)

    assert ["open"] * 3 == [one.state for one in (same, other, quoted)]
    assert "closed" == row.state


def test_an_issue_without_the_label_takes_nothing_over(desk: Desk) -> None:
    desk.server.issue("mallory", "Drift", f"<!-- reconciler:drift:eu-prod -->\n{PAGE}", [])

    assert keep(desk.github, SCENE, TITLE, PAGE).startswith("opened ")


def test_each_target_has_its_own(desk: Desk) -> None:
    row = opened(desk)
    keep(desk.github, ELSEWHERE, "Drift", PAGE)
    other = desk.server.issues[max(desk.server.issues)]

    assert other.body.startswith("<!-- reconciler:drift:us%2Fprod%20--%3E -->\n")
    keep(desk.github, CLEAN, TITLE, PAGE)
    assert ("closed", "open") == (row.state, other.state)


def test_one_whose_answer_was_lost_is_found_by_the_next_run(desk: Desk) -> None:
    desk.server.fail("POST", "/issues", carried=True)
    with pytest.raises(GitHubError):
        keep(desk.github, SCENE, TITLE, PAGE)
    assert 1 == len(desk.server.issues)

    assert keep(desk.github, SCENE, TITLE, PAGE).endswith("says it already")
