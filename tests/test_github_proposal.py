"""What a pull request's comment proposes: all that matters, and no more than may be approved."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import marketing
import pytest
from conftest import LOOSE
from handmade import change_with, plan_with
from merged import KEY, REPOSITORY, TWENTY, Shop, shop

from reconciler.approvals import Review
from reconciler.github.comment import CREATED, find, put
from reconciler.github.event import PullRequest, Run
from reconciler.github.marker import comment
from reconciler.github.proposal import Asked, Proposal, propose
from reconciler.github.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.plan import Plan
    from reconciler.sandbox import Store


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Pull request 7."""
    with shop(tmp_path, monkeypatch, now=None) as opened:
        opened.open(7, {"diwali.yaml": TWENTY})
        yield opened


@pytest.fixture
def target(target: Target) -> Target:
    """Guardrails are tested elsewhere."""
    return replace(target, guardrails=LOOSE)


RUN = Run(Site("https://api.github.test", REPOSITORY, "t"), 1, 1, "https://g.test/run/1", "main")


def pull_of(here: Shop, **changed: Any) -> PullRequest:  # noqa: ANN401 - any of its fields
    usual = PullRequest(
        7,
        here.heads[7],
        "priya",
        "priya",
        fork=False,
        base_sha=None,
        base_ref="main",
        authors=("priya", "id:1"),
    )
    return replace(usual, **changed)


def proposed(
    here: Shop,
    plan: Plan,
    pull: PullRequest | None = None,
    *,
    signed: bool = True,
    strict: bool = True,
    forgotten: bool = False,
) -> Proposal:
    own = frozenset(change.digest for change in plan.changes if change.owned is not False)
    series = here.folder / "series"
    asked = Asked(RUN, pull or pull_of(here), series, "series", signed, strict, forgotten)
    return propose(Review(own, plan), plan, asked)


def large(client: Client, store: Store, count: int, risky: int) -> Plan:
    """A plan of as many series; some of them give more, the others say something else."""
    before = [marketing.series(f"STORE-{number:04}-MUMBAI") for number in range(count)]
    for fields in before:
        marketing.live(store, fields)
    worse: list[dict[str, object]] = [{"discountValue": 101 + number} for number in range(risky)]
    other: list[dict[str, object]] = [{"smsTemplate": marketing.NEW_SMS}] * (count - risky)
    after = [{**one, **moved} for one, moved in zip(before, [*worse, *other], strict=True)]
    return marketing.pull_request(client, before, after)


@pytest.mark.no_cover  # measuring is what takes the longest
def test_600_changes_fit_with_every_dangerous_line(
    here: Shop, client: Client, store: Store
) -> None:
    plan = replace(large(client, store, 600, 450), commit=here.heads[7])
    start = time.process_time()
    made = proposed(here, plan)
    took = time.process_time() - start
    text = comment(made.marker, made.page.text, KEY)

    assert 600 == len(made.marker.changes)
    assert (True, 0) == (made.page.complete, made.page.cut)
    assert 40_000 < len(text) <= 65_536
    told = [
        f"`STORE-{number:04}-MUMBAI` update: `discountValue` `100` → `{101 + number}`"
        for number in range(450)
    ]
    assert [] == [one for one in told if one not in made.page.text]
    assert "approves 600 changes of this comment, once merged" in made.page.text
    assert took < 3
    found = find(here.github, made.marker, KEY)
    assert CREATED == put(here.github, found, made.marker, made.page.text, KEY).how
    assert len(here.server.comments[7][0].body) <= 65_536


def test_what_is_signed_and_does_not_fit_is_told_where_to_read(here: Shop) -> None:
    """None of it is dangerous, and yet nobody can have read it here."""
    changes = [
        change_with(
            f"STORE-{number:04}", {"smsTemplate": ("Hi", f"Shop {number}. " * 20)}, owned=True
        )
        for number in range(600)
    ]
    plan = replace(plan_with(changes), commit=here.heads[7])

    made = proposed(here, plan)
    shown = [one.code for one in changes if f"`{one.code}`" in made.page.text]

    assert 600 == len(made.marker.changes)
    assert made.page.complete
    assert 0 < len(shown) < 600
    assert 600 - len(shown) == made.page.cut
    told = f"({made.page.cut} of them stand in the files of the run alone: read them there)"
    assert f"approves 600 changes of this comment {told}, once merged" in made.page.text
    assert len(comment(made.marker, made.page.text, KEY)) <= 65_536


def plan_at(here: Shop, *codes: str) -> Plan:
    """A plan of the pull request's head that gives more, for each of these codes."""
    moved = {"discountValue": (100, 500)}
    changes = [change_with(code, moved, effect="more generous", owned=True) for code in codes]
    return replace(plan_with(changes), commit=here.heads[7])


def test_what_cannot_be_shown_is_not_approved(here: Shop) -> None:
    made = proposed(here, plan_at(here, *(f"{number:04}-{'x' * 80}" for number in range(900))))

    assert {} == made.marker.changes
    assert not made.page.complete
    assert len(comment(made.marker, made.page.text, KEY)) <= 65_536
    assert "**This comment approves nothing:** it cannot show all" in made.page.text


def test_a_marker_that_leaves_no_room_is_left_out(here: Shop) -> None:
    odd = [f"{number:04}{number * 7919**9:x}{number * 104729**9:x}" for number in range(1500)]
    made = proposed(here, plan_at(here, *odd))

    assert {} == made.marker.changes
    assert len(comment(made.marker, made.page.text, KEY)) <= 65_536
    assert "approves nothing" in made.page.text


def test_only_what_is_owned_and_not_blocked_can_be_approved(here: Shop) -> None:
    plan = plan_at(here, "A", "B", "C")
    first, second, third = plan.changes
    blocked = replace(first, blocked=change_with("A", blocked="too much").blocked)
    made = proposed(here, replace(plan, changes=(blocked, replace(second, owned=False), third)))

    assert {third.code: third.digest} == dict(made.marker.changes)
    assert "approves 1 change of this comment" in made.page.text


def test_a_plan_of_another_head_approves_nothing(here: Shop) -> None:
    plan = plan_at(here, "A")
    earlier = here.heads[7]
    here.push(7, {"diwali.yaml": TWENTY.replace("20", "25")})
    on_top = here.heads[7]

    for commit, head in ((earlier, on_top), (on_top, earlier), ("e" * 40, earlier)):
        made = proposed(here, replace(plan, commit=commit), pull_of(here, head=head))

        assert {} == made.marker.changes
        said = f"the plan is of `{commit[:12]}`, and nobody knows that as `{head[:12]}`"
        assert f"**This comment approves nothing:** {said}." in made.page.text


def test_a_plan_of_the_heads_merge_into_its_base_may_approve(here: Shop) -> None:
    with here.merge_result() as tried:
        made = proposed(here, replace(plan_at(here, "A"), commit=tried))

    assert ["A"] == list(made.marker.changes)


def test_a_plan_that_was_made_outside_of_git_is_of_what_the_event_says(here: Shop) -> None:
    made = proposed(here, replace(plan_at(here, "A"), commit=None))

    assert (["A"], here.heads[7]) == (list(made.marker.changes), made.marker.head)
    assert "approves 1 change of this comment" in made.page.text


def test_the_marker_says_who_made_it_and_whether_somebody_else_has_to_approve(here: Shop) -> None:
    strict, loose = (proposed(here, plan_at(here, "A"), strict=one) for one in (True, False))

    assert [True, False] == [strict.marker.strict, loose.marker.strict]
    assert ("priya", "id:1") == strict.marker.authors
    head = f"`{here.heads[7][:12]}`"
    assert f"An approving review of {head} by somebody else approves 1 change" in strict.page.text
    assert f"Merging {head} approves 1 change of this comment, for 14 days." in loose.page.text


def test_where_nothing_is_ready_no_review_approves_anything(here: Shop) -> None:
    made = proposed(here, plan_at(here))

    assert "There is nothing here that a review could approve." in made.page.text


def test_what_a_bot_pushed_on_top_of_others_approves_nothing(here: Shop) -> None:
    plan = plan_at(here, "A")
    made = proposed(here, plan, pull_of(here, pusher="format[bot]", unclear=True))

    assert {} == made.marker.changes
    assert "approves nothing:** GitHub does not say who made" in made.page.text


def test_where_nobody_knows_who_made_earlier_heads_it_approves_nothing(here: Shop) -> None:
    made = proposed(here, plan_at(here, "A"), forgotten=True)

    assert {} == made.marker.changes
    assert "approves nothing:** somebody altered the comment before" in made.page.text
    assert "open another pull request." in made.page.text


def test_without_a_key_it_says_that_it_approves_nothing(here: Shop) -> None:
    plan = plan_at(here, "A")
    made = proposed(here, plan, signed=False)

    assert {} == made.marker.changes
    assert "**This comment approves nothing:** the workflow has no approval key" in made.page.text
