"""What does not approve: each rule alone, one thing off at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from approving import MINUTE, edited, forged, in_turn, later, reviewing, story
from github_state import BOT
from merged import (
    AUTHOR,
    DAY,
    DIGEST,
    HOUR,
    OTHER_KEY,
    REVIEWER,
    TEN,
    TWENTY,
    Shop,
    shop,
)
from repositories import git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from approving import Step


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with shop(tmp_path, monkeypatch) as opened:
        yield opened


def edited_and_put_back(here: Shop) -> None:
    """Whoever may edit comments lets the reviewer read something else."""
    row = here.show()
    text = row.body
    here.later(MINUTE)
    here.server.edit(row.id, text.replace("20%", "15%"))
    here.server.review(7, REVIEWER)
    here.later(MINUTE * 2)
    here.server.edit(row.id, text)


def copied_from_another(here: Shop) -> None:
    here.heads[8] = here.heads[7]
    here.server.add_pull(8, "mallory", here.heads[8])
    row = here.show(8)
    here.server.comment(7, BOT, row.body)


def copied_and_edited(here: Shop) -> None:
    """Who may comment keeps what would verify, and lets the reviewer read something else."""
    row = here.show()
    here.server.comment(7, "mallory", row.body)
    here.server.edit(row.id, row.body.replace("20%", "11%"))


def moved(here: Shop) -> None:
    here.push(7, {"diwali.yaml": TWENTY.replace("Upto: 100", "Upto: 90")})


def onto_another_branch(here: Shop) -> None:
    here.merge()
    here.server.pulls[7].base = "next"


def closed(here: Shop) -> None:
    """What it would bring comes without it."""
    here.server.close(7)
    here.commit({"diwali.yaml": TWENTY})


def applied_since(here: Shop) -> None:
    git(here.folder, "tag", "applied")


def reverted(here: Shop) -> None:
    git(here.folder, "revert", "--no-edit", "-m", "1", "HEAD")


def brought_back(here: Shop) -> None:
    """Reverted, and reverted again: the files say what was approved once."""
    reverted(here)
    here.later(MINUTE)
    git(here.folder, "revert", "--no-edit", "HEAD")


def crafted_name(here: Shop) -> None:
    """A file whose name looks as if what follows it were of the commit that was approved."""
    approved = git(here.folder, "rev-parse", "HEAD")
    here.commit({"diwali.yaml": TEN})
    here.later(MINUTE)
    here.commit({f"a\x01{approved}": "no series", "diwali.yaml": TWENTY})


FIFTEEN = DAY * 15
LATE = timedelta(days=14, minutes=5) - HOUR * 2  # after a merge, with the hours of the story


def merged_late_after_another_run(here: Shop) -> None:
    """The comment is of today, and shows what it showed when it was reviewed."""
    shown = here.server.time() - HOUR * 2
    here.later(FIFTEEN)
    here.show(run=2, shown=shown)
    here.merge()


REJECTED: dict[str, tuple[dict[str, Step], str]] = {
    "nobody commented": ({"show": lambda _: None}, "marker"),
    "a forged comment": ({"show": forged}, "marker"),
    "a comment without a key": ({"show": lambda one: one.show(key=None)}, "marker"),
    "a comment signed by another key": ({"show": lambda one: one.show(key=OTHER_KEY)}, "marker"),
    "an edited comment": ({"show": edited}, "marker"),
    "a comment that was edited and put back": (
        {"show": edited_and_put_back, "review": lambda _: None},
        "marker",
    ),
    "a comment copied from another pull request": ({"show": copied_from_another}, "marker"),
    "a copy, while the tool's own says something else": ({"show": copied_and_edited}, "marker"),
    "a new comment that was cut off": ({"show": lambda one: one.show(comment=None)}, "marker"),
    "a comment of another repository": (
        {"show": lambda one: one.show(repository="mallory/coupons")},
        "marker",
    ),
    "a comment of another target": ({"show": lambda one: one.show(target="other")}, "marker"),
    "a comment copied under this target's name": (
        {
            "show": lambda one: one.server.comment(
                7, BOT, one.show(target="other").body.replace(":other ", ":sandbox ")
            )
        },
        "marker",
    ),
    "the head moved after the comment": ({"merge": in_turn(moved, Shop.merge)}, "last-head"),
    "the head moved before the comment that stands": (
        {"show": in_turn(Shop.show, moved, lambda one: one.show(run=2, head="c" * 40))},
        "last-head",
    ),
    "closed, and not merged": ({"merge": closed}, "merged-here"),
    "merged into another branch": ({"merge": onto_another_branch}, "merged-here"),
    "a direct push": ({"merge": later({"diwali.yaml": TWENTY})}, "merged-here"),
    "a direct push afterwards": ({"then": later({"diwali.yaml": TEN})}, "last-to-touch"),
    "a revert": ({"then": reverted}, "last-to-touch"),
    "a revert of a revert": ({"then": brought_back}, "last-to-touch"),
    "a file afterwards that fakes a commit": ({"then": crafted_name}, "last-to-touch"),
    "a later pull request": (
        {"then": later({"diwali.yaml": TWENTY.replace("Upto: 100", "Upto: 90")}, number=8)},
        "last-to-touch",
    ),
    "the file deleted afterwards": ({"then": later({"diwali.yaml": None})}, "last-to-touch"),
    "the file deleted and brought back": (
        {"then": later({"diwali.yaml": None}, {"diwali.yaml": TWENTY})},
        "last-to-touch",
    ),
    "no review": ({"review": lambda _: None}, "review"),
    "a review by the author": ({"review": reviewing(AUTHOR)}, "review"),
    "a review by the author, spelled otherwise": ({"review": reviewing("PRIYA")}, "review"),
    "a review by who pushed the head": (
        {"show": lambda one: one.show(authors=(AUTHOR, REVIEWER))},
        "review",
    ),
    "a review by a bot": (
        {"review": reviewing("helper[bot]", author_type="Bot", association="MEMBER")},
        "review",
    ),
    "a review by no person": ({"review": reviewing("shop", author_type="Organization")}, "review"),
    "a review by somebody from outside": ({"review": reviewing(association="NONE")}, "review"),
    "a review by a contributor": ({"review": reviewing(association="CONTRIBUTOR")}, "review"),
    "a review by an account that is gone": ({"review": reviewing("")}, "review"),
    "a review of an older head": ({"review": reviewing(commit="e" * 40)}, "review"),
    "a review before the plan was shown": (
        {"show": reviewing(), "review": Shop.show},
        "review",
    ),
    "a review of less than is shown now": (
        {"review": in_turn(reviewing(), lambda one: one.show(run=2))},
        "review",
    ),
    "a comment and no approval": ({"review": reviewing(state="COMMENTED")}, "review"),
    "a review that was never submitted": ({"review": reviewing(state="PENDING")}, "review"),
    "a dismissed review": ({"review": reviewing(state="DISMISSED")}, "review"),
    "a review taken back by the same person": (
        {"review": in_turn(reviewing(), reviewing(state="CHANGES_REQUESTED"))},
        "review",
    ),
    "a comment that is too old": (
        {"review": in_turn(lambda one: one.later(FIFTEEN), reviewing())},
        "too-old",
    ),
    "a review that is too old": ({"merge": merged_late_after_another_run}, "too-old"),
    "a merge that is too old": ({"then": lambda one: one.later(LATE)}, "too-old"),
    "a change that the comment does not have": (
        {"show": lambda one: one.show(changes={"OTHER": DIGEST})},
        "not-shown",
    ),
    "a comment that approves nothing": ({"show": lambda one: one.show(changes={})}, "not-shown"),
}


@pytest.mark.parametrize(("steps", "rule"), REJECTED.values(), ids=REJECTED)
def test_each_rule_rejects_alone(here: Shop, steps: dict[str, Step], rule: str) -> None:
    story(here, steps)

    approved, rejected = here.judged()

    assert {} == approved
    assert rule in {one.rule for one in rejected}
    assert all(one.message and one.what for one in rejected)
    next_steps = [one.message for one in rejected if one.rule not in {"spent", "not-shown"}]
    assert [] == [said for said in next_steps if "run the apply workflow by hand" not in said]


def test_who_changed_what_live_has_already_is_told_that_nothing_is_to_do(here: Shop) -> None:
    story(here, {"show": lambda one: one.show(changes={})})

    (one,) = here.judged()[1]

    assert "its comment shows no change of it that could run" in one.message
    assert "nothing is to do if live is as it should be" in one.message
    assert "revert" not in one.message


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"association": "CONTRIBUTOR"}, "asha may not write here"),
        ({"commit": "e" * 40}, "asha approved eeeeeeeeeeee"),
        ({"state": "CHANGES_REQUESTED"}, "asha last said CHANGES_REQUESTED"),
        ({"author_type": "Bot"}, "asha is no person"),
    ],
    ids=["from outside", "an older head", "not content", "no person"],
)
def test_each_review_that_does_not_count_is_told_with_its_reason(
    here: Shop, options: dict[str, Any], said: str
) -> None:
    story(here, {"review": in_turn(reviewing(**options), reviewing(AUTHOR))})

    (one,) = here.judged()[1]

    assert said in one.message
    assert "priya made it" in one.message


OFF: dict[str, dict[str, Any]] = {
    "another repository": {"repository": "shop/other"},
    "another branch": {"branch": "release"},
    "another key": {"key": OTHER_KEY},
}


@pytest.mark.parametrize("changed", OFF.values(), ids=OFF)
def test_it_approves_nothing_elsewhere(here: Shop, changed: dict[str, Any]) -> None:
    story(here, {})

    assert {} == here.judged(**changed)[0]
