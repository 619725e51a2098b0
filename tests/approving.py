"""The story of a pull request, step by step, any of which can be done otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from merged import DIGEST, HOUR, REVIEWER, TWENTY, Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    Step: TypeAlias = Callable[[Shop], object]

HOWS = ("merge", "squash", "rebase")
MINUTE = timedelta(minutes=1)
APPROVED = {7: {"DIWALI": DIGEST}}


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
