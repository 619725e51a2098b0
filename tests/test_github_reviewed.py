"""What merged pull requests approve, and each rule that rejects: one thing off at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from github_state import BOT
from merged import (
    ANOTHER,
    AUTHOR,
    DAY,
    DIGEST,
    HOUR,
    KEY,
    OTHER_KEY,
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
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import TypeAlias

    Step: TypeAlias = Callable[["Shop"], object]

HOWS = ("merge", "squash", "rebase")
MINUTE = timedelta(minutes=1)
APPROVED = {7: {"DIWALI": DIGEST}}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with shop(tmp_path, monkeypatch) as opened:
        yield opened


def usual(here: Shop) -> None:
    """What a pull request does, until it is shown."""
    here.open(7, {"diwali.yaml": TWENTY})


def story(here: Shop, steps: Mapping[str, Step], how: str = "merge") -> None:
    """A pull request is opened, shown, approved an hour later, and merged an hour after that. Each
    of it can be done otherwise, and anything `then`.
    """
    plain: dict[str, Step] = {
        "open": usual,
        "show": Shop.show,
        "review": lambda one: one.server.review(7, REVIEWER),
        "merge": lambda one: one.merge(how=how),
        "then": lambda _one: None,
    }
    for name, step in plain.items():
        steps.get(name, step)(here)
        here.later(HOUR)


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


def reviewing(who: str = REVIEWER, **options: Any) -> Step:  # noqa: ANN401 - the stand-in's own
    return lambda here: here.server.review(7, who, **options)


def in_turn(*steps: Step) -> Step:
    """Steps with a minute between them."""

    def all_of(here: Shop) -> None:
        for step in steps:
            step(here)
            here.later(MINUTE)

    return all_of


def forged(here: Shop) -> None:
    """Somebody writes a comment that would approve it."""
    here.show(author="mallory", key="a key that mallory made up for this one")


def edited(here: Shop) -> None:
    row = here.show()
    here.server.edit(row.id, row.body.replace("20%", "15%"))


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


def later(
    *commits: Mapping[str, str | None], number: int | None = None, how: str = "merge"
) -> Step:
    """Somebody touches it afterwards, directly or by a pull request."""

    def step(here: Shop) -> None:
        if number is None:
            for files in commits:
                here.commit(files)
            return
        here.open(number, *commits)
        here.merge(number, how)

    return step


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
LATE = timedelta(days=14, minutes=5) - HOUR  # so old is a merge an hour after it
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
        {"show": lambda one: (one.show(), moved(one), one.show(run=2, head="c" * 40))},
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
    "a review that is too old": (
        {
            "merge": in_turn(
                lambda one: one.later(FIFTEEN),
                lambda one: one.show(run=2, shown=one.server.time() - FIFTEEN - HOUR),
                Shop.merge,
            )
        },
        "too-old",
    ),
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
    next_steps = [one.message for one in rejected if one.rule != "spent"]
    assert [] == [said for said in next_steps if "run the apply workflow by hand" not in said]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"association": "CONTRIBUTOR"}, "asha is CONTRIBUTOR here (a membership counts where"),
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
        "show": lambda one: (forged(one), one.show()),
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


def test_a_team_of_one_needs_no_review(here: Shop) -> None:
    story(here, {"review": lambda _: None})

    assert (APPROVED, []) == here.judged(require_approval=False)
    assert "review" == here.judged()[1][0].rule


def test_a_team_of_one_keeps_every_other_rule(here: Shop) -> None:
    story(here, {"review": lambda _: None, "show": edited})

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


def test_since_stands_for_the_record(here: Shop) -> None:
    before = git(here.folder, "rev-parse", "HEAD")
    story(here, {})
    tip = git(here.folder, "rev-parse", "HEAD")

    assert APPROVED == here.judged(since=before, record=recorded(tip))[0]
    assert ({}, []) == here.judged(since=tip)


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
