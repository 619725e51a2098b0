"""Where live stands between a change's planned `before` and `after`, in words (principle 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler import values
from reconciler.diff import recorded, unreadable
from reconciler.fields import split
from reconciler.kinds import Kind
from reconciler.values import Mark

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.change import Change
    from reconciler.diff import Reading
    from reconciler.live import LiveSeries
    from reconciler.values import Canonical


@dataclass(frozen=True, slots=True)
class Standing:
    """How to hold a live row to a change. `now` is the run's one reading of the clock."""

    change: Change
    eyes: Reading
    now: datetime

    def pending(self, row: LiveSeries) -> list[str]:
        """The managed paths at which live is not as wanted, in words that say what became of each
        value; empty when live is at the planned after, as far as it shows.
        """
        said = []
        for path, (_, then) in self.change.managed.items():
            now = self.eyes.meaning(row, path, then)
            if not self.eyes.agrees(path, now, then):
                said.append(f"{path} should be {_shown(then)} and is {_shown(now)}")
                said[-1] += explained(path, then, now)
        return said

    def blind(self, row: LiveSeries) -> list[str]:
        """The paths that the change moves and that live does not show: nothing tells whether they
        are as wanted.
        """
        return [
            path
            for path, (before, then) in self.change.managed.items()
            if recorded(before) is not None and unreadable(self.eyes.meaning(row, path, then))
        ]

    def unseen(self, row: LiveSeries) -> list[str]:
        """The paths that the change moves, and that a row does not show after it."""
        moves = {field.path for field in self.change.fields} & self.change.managed.keys()
        return [
            path
            for path in sorted(moves)
            if unreadable(self.eyes.meaning(row, path, self.change.managed[path][1]))
        ]

    def moved(self, row: LiveSeries) -> str:
        """Where live is at neither the planned before nor the planned after; empty if nowhere."""
        said = []
        for path, (before, after) in self.change.managed.items():
            now = self.eyes.meaning(row, path, after)
            if now != before and self._elsewhere(path, before, now, after):
                said.append(f"{path} was {_shown(before)} and is {_shown(now)}")
        said += self.strayed(row)
        for name in self.change.shown:
            if row.raw.get(name) is None and not self._names(name):
                said.append(f"{name} was shown and is not shown any more")
        if said:
            said.append("it was left alone; plan again")
        return "; ".join(said)

    def unvouched(self, row: LiveSeries) -> str:
        """Why nobody can tell any more that a write wipes nothing hidden; empty where one can."""
        then, now = self.change.vouched, row.meaning("lastUsed")
        if then is None or now == then:
            return ""
        return (
            f"lastUsed was {_shown(then)} and is {_shown(now)}: somebody wrote, and live may hide"
            " what; it was left alone; plan again"
        )

    def strayed(self, row: LiveSeries) -> list[str]:
        """The money that no file names and that is neither as planned from nor as the write makes
        it, in words.
        """
        made = self.change.side_effects(self.eyes.zone, self.now)
        said = []
        for path, before in self.change.money.items():
            now = self.eyes.money_at(row, path)
            after = made[path][1] if path in made else before
            if now != after and not self.eyes.agrees(path, now, before):
                said.append(f"{path} was {_shown(before)} and is {_shown(now)}")
        own = self.eyes.money(row, self.change.managed.keys())
        said += [  # what followed from another field, and does not any more
            f"{path} said no more than validTillDate and is {_shown(own[path])}"
            for path in sorted(own.keys() - self.change.money.keys())
        ]
        return said

    def _names(self, name: str) -> bool:
        return any(path.partition(".")[0] == name for path in self.change.managed)

    def _elsewhere(self, path: str, before: Canonical, now: Canonical, after: Canonical) -> bool:
        """Whether a value that left its `before` is not at its `after` either."""
        applied = recorded(before)
        if not unreadable(now):
            at_base = applied is not None and self.eyes.agrees(path, now, applied)
            return not at_base and not self.eyes.agrees(path, now, after)
        if applied is None or not isinstance(before, list):
            # Hidden now it moved; ids for the codes that were asked for say nothing.
            return now is Mark.UNREADABLE or unreadable(before)
        return before[2:] not in ([], [now])  # the ids that were shown beside the recorded codes


def explained(path: str, then: Canonical, now: Canonical) -> str:
    """What the server is known to do to values that makes this one of that (section 5)."""
    field, _ = split(path)
    if now is Mark.ABSENT:
        return " (the server dropped it)"
    if isinstance(then, int) and isinstance(now, int) and not isinstance(then, bool):
        if path == "discountValue" and values.float32_of(then) == now:
            return " (the server rounded it)"
        return " (the server wrapped it)" if values.wrapped(then) == now else ""
    if field.kind in {Kind.DAY, Kind.MOMENT} and values.hours_apart(then, now) <= values.DAY_HOURS:
        return " (the server cut it)"
    return ""


def _shown(value: Canonical) -> str:
    applied = recorded(value)
    if applied is not None:
        return f"{applied!r} as recorded"
    return value.value if isinstance(value, Mark) else repr(value)
