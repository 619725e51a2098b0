"""What merged pull requests approve, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from approving import APPROVED, HOWS, MINUTE, forged, in_turn, later, reviewing, story
from github_state import BOT
from merged import (
    ANOTHER,
    DAY,
    DIGEST,
    HOUR,
    KEY,
    REVIEWER,
    TEN,
    TWENTY,
    Shop,
    shop,
)
from pullrequest import named
from repositories import git

from reconciler.record import Entry, Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from approving import Step


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with shop(tmp_path, monkeypatch) as opened:
        yield opened


def rules(rejected: list[Any]) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.rule, one.codes) for one in rejected]


@pytest.mark.parametrize("how", HOWS)
def test_what_a_review_saw_is_approved_once_it_is_merged(here: Shop, how: str) -> None:
    story(here, {}, how)

    assert (APPROVED, []) == here.judged()


@pytest.mark.parametrize("how", HOWS)
def test_all_commits_of_a_pull_request_count_as_one(here: Shop, how: str) -> None:
    first = {"diwali.yaml": TWENTY.replace("Upto: 100", "Upto: 90")}
    story(here, {"open": lambda one: one.open(7, first, {"diwali.yaml": TWENTY})}, how)

    assert (APPROVED, []) == here.judged()


APPROVING: dict[str, dict[str, Step]] = {
    "a rename of the file afterwards": {
        "then": later({"diwali.yaml": None, "deeper/other.yml": TWENTY})
    },
    "a remark in the file afterwards": {"then": later({"diwali.yaml": f"# agreed\n{TWENTY}"})},
    "other quotes afterwards": {"then": later({"diwali.yaml": TWENTY.replace("Hi", '"Hi"')})},
    "another series afterwards": {"then": later({"may.yaml": named("MAY")}, number=8)},
    "a later review that only comments": {
        "review": in_turn(reviewing(), reviewing(state="COMMENTED"))
    },
    "a second thought that approves": {
        "review": in_turn(reviewing(state="CHANGES_REQUESTED"), reviewing())
    },
    "somebody else who is not content": {
        "review": in_turn(reviewing(), reviewing("ravi", state="CHANGES_REQUESTED"))
    },
    "an older comment beside it": {
        "show": lambda one: (one.show(changes={"DIWALI": ANOTHER}), one.show(run=2))
    },
    "a newer comment that was edited": {
        "show": lambda one: (one.show(), one.server.comment(7, BOT, f"{one.show(run=2).body}!")),
    },
    "somebody's comment with the same begin": {
        "show": in_turn(forged, Shop.show),
    },
    "a review after the merge": {
        "review": lambda _: None,
        "then": reviewing(),
    },
    "a run that was repeated after the review": {
        "merge": lambda one: (one.show(run=2, shown=one.server.time() - HOUR * 2), one.merge())
    },
}


@pytest.mark.parametrize("steps", APPROVING.values(), ids=APPROVING)
def test_it_still_approves(here: Shop, steps: dict[str, Step]) -> None:
    story(here, steps)

    assert APPROVED == here.judged()[0]


@pytest.mark.parametrize(
    ("shown", "now", "needed"),
    [(True, True, True), (True, False, True), (False, True, True), (False, False, False)],
    ids=["both", "when it was shown", "now", "never"],
)
def test_a_review_is_needed_where_it_was_when_shown_or_is_now(
    here: Shop, *, shown: bool, now: bool, needed: bool
) -> None:
    """Else a pull request could turn it off for itself, or bring back what was not approved."""
    story(here, {"review": lambda _: None, "show": lambda one: one.show(strict=shown)})

    approved, rejected = here.judged(require_approval=now)

    assert ({} if needed else APPROVED) == approved
    assert (["review"] if needed else []) == [one.rule for one in rejected]


def not_strict_and_edited(here: Shop) -> None:
    row = here.show(strict=False)
    here.server.edit(row.id, row.body.replace("20%", "15%"))


def test_a_team_of_one_keeps_every_other_rule(here: Shop) -> None:
    story(here, {"review": lambda _: None, "show": not_strict_and_edited})

    assert {} == here.judged(require_approval=False)[0]


def recorded(commit: str | None, code: str = "DIWALI") -> Record:
    entry = Entry(code, 7, {"seriesCode": code}, commit, DIGEST, True, None, ())  # noqa: FBT003 - made
    return Record({code: entry}, "f" * 40)


@pytest.mark.parametrize("how", HOWS)
def test_what_was_applied_is_spent(here: Shop, how: str) -> None:
    story(here, {}, how)
    tip = git(here.folder, "rev-parse", "HEAD")

    approved, rejected = here.judged(record=recorded(tip))

    assert {} == approved
    assert {("spent", ("DIWALI",))} == set(rules(rejected))


def test_it_is_spent_by_any_later_commit_and_by_one_that_nobody_knows(here: Shop) -> None:
    story(here, {})
    after = here.commit({"may.yaml": named("MAY")})

    assert {} == here.judged(record=recorded(after))[0]
    assert {} == here.judged(record=recorded("e" * 40))[0]


def test_what_was_applied_before_spends_nothing(here: Shop) -> None:
    before = git(here.folder, "rev-parse", "HEAD")
    story(here, {})

    assert APPROVED == here.judged(record=recorded(before))[0]
    assert APPROVED == here.judged(record=recorded(git(here.folder, "rev-parse", "HEAD"), "MAY"))[0]


def test_since_narrows_what_the_record_leaves(here: Shop) -> None:
    before = git(here.folder, "rev-parse", "HEAD")
    story(here, {})
    tip = git(here.folder, "rev-parse", "HEAD")

    assert (APPROVED, []) == here.judged(since=before)
    assert ({}, []) == here.judged(since=tip)
    approved, rejected = here.judged(since=before, record=recorded(tip))
    assert ({}, [("spent", ("DIWALI",))]) == (approved, rules(rejected))


def test_a_part_of_a_pull_request_can_be_spent_or_overtaken(here: Shop) -> None:
    codes = ("DIWALI", "MAY", "JUNE")
    files = {f"{code.lower()}.yaml": named(code, TWENTY) for code in codes}
    changes = dict.fromkeys(codes, DIGEST)
    story(
        here,
        {
            "open": lambda one: one.open(7, files),
            "show": lambda one: one.show(changes=changes),
            "then": later({"may.yaml": named("MAY")}),
        },
    )
    merged = git(here.folder, "rev-parse", "HEAD^")

    approved, rejected = here.judged(record=recorded(merged, "JUNE"))

    assert APPROVED == approved
    told = {("spent", ("JUNE",)), ("merged-here", ("MAY",)), ("last-to-touch", ("MAY",))}
    assert told == set(rules(rejected))


def test_two_pull_requests_are_told_in_the_order_of_their_merges(here: Shop) -> None:
    for number, code in ((9, "MAY"), (8, "JUNE"), (12, "JULY")):
        here.open(number, {f"{code}.yaml": named(code)})
        here.show(number, changes={code: DIGEST})
        here.later(MINUTE)
        here.server.review(number, REVIEWER)
    for number, how in zip((12, 9, 8), HOWS, strict=True):
        here.later(MINUTE)
        here.merge(number, how)

    approved, rejected = here.judged()

    assert [12, 9, 8] == list(approved)
    assert [{"JULY": DIGEST}, {"MAY": DIGEST}, {"JUNE": DIGEST}] == list(approved.values())
    assert [] == rejected


def test_a_pull_request_of_an_unreviewed_one_approves_only_its_own_head(here: Shop) -> None:
    """One branch grows out of another: merging the second merges the first on GitHub too."""
    here.open(7, {"diwali.yaml": TWENTY})
    here.show(changes={"DIWALI": DIGEST})
    git(here.folder, "branch", "change-8", "change-7")
    here.heads[8] = here.heads[7]
    here.server.add_pull(8, "ravi", here.heads[8])
    here.push(8, {"diwali.yaml": TWENTY.replace("Value: 20", "Value: 25")})
    here.show(8, changes={"DIWALI": ANOTHER})
    here.later(MINUTE)
    here.server.review(7, REVIEWER)
    made = here.merge(8)
    here.server.merge(7, made[:1], made[-1])

    approved, rejected = here.judged()

    assert {} == {number: one for number, one in approved.items() if number == 8}
    assert ANOTHER not in {one for found in approved.values() for one in found.values()}
    assert "review" in {one.rule for one in rejected}


def test_a_series_of_a_hidden_file_touches_nothing(here: Shop) -> None:
    story(here, {"then": later({".hidden/x.yaml": TEN, "notes.txt": TEN})})

    assert APPROVED == here.judged()[0]


def test_no_comment_is_asked_for_where_nothing_was_touched(here: Shop) -> None:
    here.commit({"notes.txt": "nothing"})
    here.later(DAY * 20)

    assert ({}, []) == here.judged()
    assert [] == here.server.log
    assert KEY not in repr(here.server.log)
