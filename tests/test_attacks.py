"""Attacks on the approval: comments that the tool did not write, or not like this, or not here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from attacked import (
    assert_not_applied,
    assert_only_the_fair_one_is_applied,
    commit_to_main,
    proposed,
    rules,
)
from github_state import BOT, CommentRow
from shop import KEY, opened, series

from reconciler.github.marker import Marker, comment, verified

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from attacked import Attack
    from shop import World

EVES = "a-word-that-eve-made-up-and-that-is-long-enough"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """DIWALI and EID give 10 percent, live and in the record."""
    with opened(tmp_path, monkeypatch) as found:
        yield found


def agreed(world: World, number: int) -> None:
    """Sam approves, and it is merged."""
    world.approve(number)
    world.merge(number)


def row(world: World, number: int) -> CommentRow:
    """The tool's own comment."""
    (found,) = [one for one in world.server.comments[number] if one.author == BOT]
    return found


def marker(world: World, number: int) -> Marker:
    """What the tool's comment says."""
    found = verified(world.comment(number), KEY)
    assert found is not None
    return found


def body(text: str) -> str:
    return text.partition("\n")[2]


def signed_by(world: World, number: int, made: Marker, key: str | None) -> None:
    """Eve writes a comment in place of the tool's."""
    text = comment(made, body(world.comment(number)), key)
    world.server.comments[number].clear()
    world.server.comment(number, "eve", text)


def forged(world: World, code: str) -> None:
    number = proposed(world, code)
    signed_by(world, number, marker(world, number), EVES)
    agreed(world, number)


def unsigned(world: World, code: str) -> None:
    number = proposed(world, code)
    signed_by(world, number, marker(world, number), None)
    agreed(world, number)


def forged_beside_a_real_one(world: World, code: str) -> None:
    """The plan of this pull request is blocked, so the real comment approves nothing."""
    number = world.open("much", series(code, discountValue=70), "eve")
    assert "failure" == world.plan(number).conclusion
    shown = {code: "sha256:" + "d" * 64}
    made = replace(marker(world, number), changes=shown, run=10**6)
    world.server.comment(number, "eve", comment(made, body(world.comment(number)), EVES))
    agreed(world, number)


def edited(world: World, code: str) -> None:
    number = proposed(world, code)
    text = world.comment(number)
    assert "`20%`" in text
    world.server.edit(row(world, number).id, text.replace("`20%`", "`12%`"))
    agreed(world, number)


def edited_and_put_back(world: World, code: str) -> None:
    number = proposed(world, code)
    row(world, number).updated_at += timedelta(minutes=5)
    agreed(world, number)


def copied_and_edited(world: World, code: str) -> None:
    """Eve keeps what would verify under her own name. What Sam reads says less."""
    number = proposed(world, code)
    text = world.comment(number)
    world.server.comment(number, "eve", text)
    world.server.edit(row(world, number).id, text.replace("`20%`", "`12%`"))
    agreed(world, number)


def older_put_back(world: World, code: str) -> None:
    """What was shown first is shown again, while the head is another one."""
    number = proposed(world, code, 15)
    first = world.comment(number)
    world.push(number, series(code, discountValue=20))
    world.plan(number)
    world.server.edit(row(world, number).id, first)
    agreed(world, number)


def copied_from_another_pull_request(world: World, code: str) -> None:
    """Of the same change, which was approved there and never merged."""
    first = proposed(world, code)
    world.approve(first)
    text = world.comment(first)
    world.server.close(first)
    second = world.open("again", series(code, discountValue=20), "eve")
    world.server.comment(second, BOT, text)
    agreed(world, second)


def copied_from_another_target(world: World, code: str) -> None:
    """Of a target that has the same key."""
    number = proposed(world, code)
    signed_by(world, number, replace(marker(world, number), target="us"), KEY)
    agreed(world, number)


def made_to_look_like_this_target(world: World, code: str) -> None:
    number = proposed(world, code)
    signed_by(world, number, replace(marker(world, number), target="us"), KEY)
    (found,) = world.server.comments[number]
    found.body = found.body.replace("reconciler:plan:us ", "reconciler:plan:eu ")
    agreed(world, number)


def copied_from_another_repository(world: World, code: str) -> None:
    """Of one that has the same key, and a pull request of that number."""
    number = proposed(world, code)
    signed_by(world, number, replace(marker(world, number), repository="eve/coupons"), KEY)
    agreed(world, number)


def closed_and_pushed(world: World, code: str) -> None:
    """An approved pull request is closed, and its files are pushed to main."""
    number = proposed(world, code)
    world.approve(number)
    world.server.close(number)
    commit_to_main(world, series(code, discountValue=20))


ATTACKS: Mapping[str, tuple[Attack, str]] = {
    "a comment that is signed with another key": (forged, "marker"),
    "a comment that is not signed": (unsigned, "marker"),
    "an edited comment": (edited, "marker"),
    "a comment that was edited and put back": (edited_and_put_back, "marker"),
    "a copy beside an edited one": (copied_and_edited, "marker"),
    "an older comment, put back": (older_put_back, "last-head"),
    "a comment of another pull request": (copied_from_another_pull_request, "marker"),
    "a comment of another target": (copied_from_another_target, "marker"),
    "one made to look like of this target": (made_to_look_like_this_target, "marker"),
    "a comment of another repository": (copied_from_another_repository, "marker"),
    "a pull request that was closed": (closed_and_pushed, "merged-here"),
    # The last one: what is blocked in main is red in each plan from then on.
    "a forged comment beside one that approves nothing": (forged_beside_a_real_one, "not-shown"),
}


@pytest.mark.slow
def test_a_forged_comment_approves_nothing(world: World) -> None:
    forged(world, "DIWALI")
    done = world.apply()
    assert {"DIWALI": "marker"} == rules(done)
    assert_not_applied(done, "DIWALI")
    assert {"DIWALI": 10, "EID": 10} == world.values() == world.recorded()
    assert [] == world.writes()


@pytest.mark.slow
def test_no_comment_approves_but_the_tools_own_as_it_was_written_for_what_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = {f"A{number:02}": name for number, name in enumerate(ATTACKS)}
    with opened(tmp_path, monkeypatch, series("FAIR", *codes)) as world:
        assert_only_the_fair_one_is_applied(world, {c: ATTACKS[name] for c, name in codes.items()})
