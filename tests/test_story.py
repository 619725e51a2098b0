"""In which order a plan is told, and which changes are told as one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL
from handmade import FREE, MORE, SAME, aside_with, change_with, plan_with
from scenes import LIVE, plan_of

from reconciler.exposure import Exposure
from reconciler.reason import Blocked
from reconciler.render.story import BLOCKED, PLAIN, RISKY, Story

if TYPE_CHECKING:
    from conftest import FromText

    from reconciler.change import Aside, Change
    from reconciler.client import Client
    from reconciler.sandbox import Store

BOUNDED = "maxRedeem: 100\n"


def told(
    client: Client, store: Store, desired: FromText, *pairs: tuple[str, dict[str, Any]]
) -> list[tuple[str, list[str]]]:
    """Files with what is live for each → risk and codes of the groups, in order."""
    files = []
    for number, (text, live) in enumerate(pairs):
        code = f"CODE{number}"
        store.ui_create(**LIVE | {"maxRedeem": 100} | live | {"seriesCode": code})
        files.append(text.replace("APRIL100", code))
    story = Story(plan_of(client, desired(*files)))
    return [(one.risk, [change.code for change in one.changes]) for one in story.groups]


def file(**fields: object) -> str:
    """MINIMAL with other values."""
    lines = dict(line.split(": ", 1) for line in (MINIMAL + BOUNDED).splitlines())
    return "".join(f"{key}: {value}\n" for key, value in (lines | fields).items())


def test_blocked_comes_before_risky_and_that_before_the_rest(
    client: Client, store: Store, desired: FromText
) -> None:
    found = told(
        client,
        store,
        desired,
        (file(smsTemplate="Hello"), {}),
        (file(discountValue=600), {}),
        (file(discountType="PERC", discountValue=90), {"discountType": "PERC", "discountValue": 9}),
        (file(discountValue=400), {}),
    )

    assert [
        (BLOCKED, ["CODE2"]),
        (RISKY, ["CODE1"]),
        (PLAIN, ["CODE0"]),
        (PLAIN, ["CODE3"]),
    ] == found


def test_an_offer_that_ends_is_told_among_the_first(
    client: Client, store: Store, desired: FromText
) -> None:
    (found,) = told(client, store, desired, (file(validTillDate="2025-01-01"), {}))

    assert (RISKY, ["CODE0"]) == found


def test_what_loses_its_bound_comes_before_what_costs_much_more(
    client: Client, store: Store, desired: FromText
) -> None:
    found = told(
        client,
        store,
        desired,
        (file(discountValue=5000), {}),
        (file(discountValue=501), {}),
        (file(maxRedeem="unlimited"), {}),
    )

    assert [["CODE2"], ["CODE0"], ["CODE1"]] == [codes for _, codes in found]


def test_what_never_had_a_bound_and_gives_more_comes_before_what_costs_more(
    client: Client, store: Store, desired: FromText
) -> None:
    """Nobody can say by how much more; it costs no less than what can be said."""
    free = {"anyUser": True, "maxRedeem": -1}
    bare = {"anyUser": "true", "maxRedeem": "unlimited"}
    found = told(
        client,
        store,
        desired,
        (file(discountValue=5000), {}),
        (file(maxRedeem="unlimited"), {}),
        (file(discountValue=900, **bare), {"discountValue": 10, **free}),
        (file(smsTemplate="Hello", **bare), free),
    )

    assert [["CODE1"], ["CODE2"], ["CODE0"], ["CODE3"]] == [codes for _, codes in found]


def test_equal_changes_are_one_group(client: Client, store: Store, desired: FromText) -> None:
    new = file(smsTemplate="Hello")

    assert [(PLAIN, ["CODE0", "CODE1"])] == told(client, store, desired, (new, {}), (new, {}))


PERCENT: dict[str, Any] = {"discountType": "PERC", "discountValue": 10, "discountUpto": 5}
UNLIKE: dict[str, tuple[tuple[str, dict[str, Any]], tuple[str, dict[str, Any]]]] = {
    "from another value": (
        (file(discountValue=20), {"discountValue": 10}),
        (file(discountValue=20), {"discountValue": 11}),
    ),
    "to another value": (
        (file(discountValue=20), {"discountValue": 10}),
        (file(discountValue=21), {"discountValue": 10}),
    ),
    "in another unit": (
        (file(discountValue=20), {"discountValue": 10}),
        (file(discountValue=20, discountType="PERC"), PERCENT),
    ),
    "retroactive in one of them": (
        (file(discountValue=20), {"discountValue": 10, "numIssued": 5}),
        (file(discountValue=20), {"discountValue": 10}),
    ),
}


@pytest.mark.parametrize(("one", "other"), UNLIKE.values(), ids=UNLIKE)
def test_changes_that_differ_are_told_apart(
    client: Client,
    store: Store,
    desired: FromText,
    one: tuple[str, dict[str, Any]],
    other: tuple[str, dict[str, Any]],
) -> None:
    assert 2 == len(told(client, store, desired, one, other))


def test_a_figure_that_only_words_move_beside_has_no_unit(
    client: Client, store: Store, desired: FromText
) -> None:
    """A text changes in the same way whatever the series gives."""
    perc = file(discountType="PERC", discountValue=10, smsTemplate="Hello")

    found = told(client, store, desired, (file(smsTemplate="Hello"), {}), (perc, PERCENT))

    assert [(PLAIN, ["CODE0", "CODE1"])] == found


SHARE = Blocked("max-changes-share", "too many at once")


def held_up(change: Change) -> Change:
    """The same change, where a guard over the whole plan blocks as well."""
    return replace(change, blocked=(*change.blocked, SHARE))


def test_what_only_waits_for_the_whole_plan_comes_after_what_is_blocked_itself() -> None:
    """And in the order in which it would stand without that guard."""
    changes = [
        held_up(change_with("A-PLAIN")),
        held_up(change_with("B-RISKY", {"maxRedeem": (1, 2)}, effect="more generous")),
        held_up(change_with("C-TYPO", {"discountValue": (9, 99)}, blocked="99%")),
        change_with("D-FREE", {"maxRedeem": (1, 3)}, effect="more generous", exposure=MORE),
        change_with("E-WORDS"),
    ]

    told = Story(plan_with(changes)).groups

    assert [
        ("C-TYPO", BLOCKED, ()),
        ("B-RISKY", BLOCKED, ("max-changes-share",)),
        ("A-PLAIN", BLOCKED, ("max-changes-share",)),
        ("D-FREE", RISKY, ()),
        ("E-WORDS", PLAIN, ()),
    ] == [(one.first.code, one.risk, one.held) for one in told]


def test_equal_asides_are_one_group_with_the_blocked_first() -> None:
    blocked = aside_with("C")
    calm = [replace(blocked, code=code, blocked=()) for code in "ABE"]

    told = Story(plan_with([], [*calm[:2], blocked, calm[2]])).apart

    assert [["C"], ["A", "B", "E"]] == [[one.code for one in group.asides] for group in told]


def test_asides_that_give_more_come_first_and_the_most_before_all() -> None:
    eases, free = replace(aside_with("B"), blocked=()), Exposure(None, None)
    neutral = replace(eases, effect="neutral")
    asides = [
        replace(neutral, code="A", exposure=MORE),
        eases,
        replace(eases, code="C", exposure=Exposure(5, 900)),
        replace(eases, code="D", exposure=free),
        replace(eases, code="E", exposure=FREE),
        replace(eases, code="", path="max_percent", exposure=SAME),
        replace(neutral, code="F", blocked=(SHARE,)),
        replace(neutral, code="", path="max_changes", exposure=SAME),
    ]

    found = Story(plan_with([], asides)).asides

    loosened, moved = "max_percent", "max_changes"
    assert ["F", loosened, "E", "D", "C", "B", moved, "A"] == [
        one.code or one.path for one in found
    ]


def test_only_a_file_that_is_gone_is_that_of_the_commit_before() -> None:
    one = aside_with("A")
    asides = [one, replace(one, kind="file deleted", path=None)]

    found = Story(plan_with([], asides)).apart

    assert [(asides[0].kind, None), ("file deleted", "a" * 40)] == [
        (group.first.kind, group.commit) for group in found
    ]


ONE = replace(aside_with("A"), blocked=())
OTHERS: dict[str, Aside] = {
    "of another kind": replace(ONE, kind="no longer managed"),
    "of another field": replace(ONE, path="maxCreate"),
    "of the whole series": replace(ONE, path=None),
    "from another value": replace(ONE, before=1),
    "to another value": replace(ONE, after=True),
    "with another effect": replace(ONE, effect="neutral"),
    "with another cost": replace(ONE, exposure=SAME),
    "warned of": replace(ONE, warned=(SHARE,)),
    "allowed by somebody": replace(ONE, given={"max-percent": "Ann"}),
    "of no series": replace(ONE, code=""),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_asides_that_differ_are_told_apart(other: Aside) -> None:
    other = replace(other, code=other.code and "B")

    assert 2 == len(Story(plan_with([], [ONE, other])).apart)


def test_guards_are_told_one_by_one() -> None:
    guard = replace(ONE, code="")

    assert 2 == len(Story(plan_with([], [guard, guard])).apart)
