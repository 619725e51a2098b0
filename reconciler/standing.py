"""Where live stands between a change's planned `before` and `after`, in words (principle 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.diff import unreadable
from reconciler.values import Mark

if TYPE_CHECKING:
    from reconciler.diff import Reading
    from reconciler.live import LiveSeries
    from reconciler.plan import Change
    from reconciler.values import Canonical


def pending(change: Change, row: LiveSeries, eyes: Reading) -> list[str]:
    """The managed paths at which live is not as wanted; empty when it is at the planned after."""
    said = []
    for path, (_, then) in change.managed.items():
        now = eyes.meaning(row, path, then)
        if not eyes.agrees(path, now, then):
            said.append(f"{path} should be {_shown(then)} and is {_shown(now)}")
    return said


def moved(change: Change, row: LiveSeries, eyes: Reading) -> str:
    """Where live is at neither the planned before nor the planned after; empty if nowhere."""
    said = []
    for path, (before, after) in change.managed.items():
        now = eyes.meaning(row, path, after)
        if now != before and _elsewhere(path, before, now, after, eyes):
            said.append(f"{path} was {_shown(before)} and is {_shown(now)}")
    for path, before in change.money.items():
        now = eyes.money_at(row, path)
        if not eyes.agrees(path, now, before):
            said.append(f"{path} was {_shown(before)} and is {_shown(now)}")
    if said:
        said.append("it was left alone; plan again")
    return "; ".join(said)


def _elsewhere(
    path: str, before: Canonical, now: Canonical, after: Canonical, eyes: Reading
) -> bool:
    """Whether a value that left its `before` is not at its `after` either."""
    if unreadable(now):
        return unreadable(before)  # else it is only not shown any more
    return not eyes.agrees(path, now, after)


def _shown(value: Canonical) -> str:
    return value.value if isinstance(value, Mark) else repr(value)
