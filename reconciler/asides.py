"""What a pull request moves without a change of live: less managed, drift accepted, a guard eased.

Nothing of it is ever written, and so no plan would show it; money moves all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.against import IGNORED, VALUE, alike, edits, owned
from reconciler.change import Aside, counted
from reconciler.diff import Reading, unreadable, until_series_ends
from reconciler.effect import Effect, effects
from reconciler.exposure import Exposure, exposures
from reconciler.guards import Judged, value_guards
from reconciler.reason import Blocked
from reconciler.risk import Case, permitted
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from reconciler.against import Edit
    from reconciler.change import Change
    from reconciler.config import Target
    from reconciler.declared import Declared, Desired
    from reconciler.live import LiveSeries
    from reconciler.values import Canonical

ACCEPTED = "drift accepted"
UNSEEN = "sent unseen"
AS_IT_IS = "no change needed"
GUARDED_BEFORE = Blocked(
    "protected",
    "the file protected this series a commit ago: what takes `protect: true` away moves nothing"
    " yet; merge that alone, and change the series in the next pull request",
)


@dataclass(frozen=True, slots=True)
class Since:
    """What a pull request is compared with: a commit, its series, and by code the live rows, read
    by id, of the series whose files differ. `shows` are the fields that live shows when they are
    set.
    """

    commit: str
    series: Mapping[str, Desired]
    rows: Mapping[str, LiveSeries]
    guards: tuple[Aside, ...] = ()  # what it does to the guardrails themselves
    shows: frozenset[str] = frozenset()


def asides(
    since: Since,
    desired: Mapping[str, Desired],
    changes: Sequence[Change],
    target: Target,
    now: datetime,
) -> tuple[Aside, ...]:
    """All that moves without a change, sorted by code; the guardrails first."""
    planned = {change.code for change in changes}
    shown = {(change.code, field.path) for change in changes for field in change.fields}
    found: list[Aside] = []
    for edit in edits(since.series, desired):
        if edit.kind == VALUE and (edit.code, edit.path) in shown:
            continue
        found += _View(since, desired.get(edit.code), edit.code, target, now).told(edit)
    for code in owned(since.series, desired) & desired.keys() - planned:
        found += _View(since, desired[code], code, target, now).as_it_is()
    return (*since.guards, *sorted(found, key=lambda one: one.code))


@dataclass(frozen=True, slots=True)
class _View:
    """One series: as the commit had it, as the files have it, and as it is live."""

    since: Since
    wanted: Desired | None
    code: str
    target: Target
    now: datetime

    @property
    def row(self) -> LiveSeries | None:
        return self.since.rows.get(self.code)

    @property
    def old(self) -> Desired | None:
        return self.since.series.get(self.code)

    @property
    def held(self) -> Mapping[str, Declared]:
        """What the commit's file managed, its range taken apart as the file has it now."""
        if self.old is None:
            return {}
        return alike(self.old, self.wanted)[0] if self.wanted else self.old.declared

    def told(self, edit: Edit) -> Iterator[Aside]:
        """The edit as an aside; nothing where a change shows it, or it moves nothing."""
        kind, path = edit.kind, edit.path
        before, after = edit.before, edit.after
        if path is not None and self.row is None:
            return  # a create shows all there is
        moved: dict[str, tuple[Canonical, Canonical]] = {}
        if path is not None and kind == VALUE:
            kind, moved = self._valued(path)
            if not moved:
                return  # a change shows it
        elif path is not None and path in self.held:
            held = self.held[path].canonical
            moved, after = {path: (held, self._live(path, held))}, self._value(path)
        elif kind == IGNORED and self.wanted:
            moved = self._left(self.wanted, set(edit.after or ()) - set(edit.before or ()))
        elif self.old is not None and self.wanted is None:
            moved = self._left(self.old, self.old.values.keys())
            before = after = None if self.row else {"id": None, "live": False}
        yield Aside(
            kind,
            self.code,
            edit.file,
            edit.line,
            path,
            before,
            after,
            self._effect(moved),
            self._cost(),
        )

    def as_it_is(self) -> Iterator[Aside]:
        """What guards say of a series whose file changed and that live is already at. What the file
        gives up moves as well: from what it said to what live has.
        """
        if self.wanted is None or self.row is None:
            return
        before, after = self._state(self.old), self._state(self.wanted)
        moves = {
            path: (was.canonical, after[path])
            for path, was in self.held.items()
            if was.canonical != after.get(path, was.canonical)
        }
        count, zone = counted(self.row), self.target.zone
        found = effects("update", moves, zone, self.now)
        rails = self.target.guardrails
        guarded = Judged(before, after, "update", self._cost(), found, count, zone, self.now)
        case = Case("update", {}, {}, self.wanted.lifecycle, count.issued, zone, self.now)
        verdict = permitted(value_guards(guarded, rails), case, rails)
        if verdict.blocked or verdict.warned or verdict.allowed:
            yield Aside(
                AS_IT_IS,
                self.code,
                self.wanted.file,
                self.wanted.line,
                None,
                None,
                None,
                _worst(found.values()).value,
                self._cost(),
                verdict.blocked,
                verdict.warned,
                verdict.allowed,
                lines={one.rule: one.lines for one in self.wanted.lifecycle.allow},
            )

    def _valued(self, path: str) -> tuple[str, dict[str, tuple[Canonical, Canonical]]]:
        """What becomes of another value where no change shows it, and between what it moves: live
        has it already, or does not show it, and then every update sends it.
        """
        wish = self.wanted.declared.get(path) if self.wanted else None
        held = self.held[path].canonical if path in self.held else Mark.ABSENT
        if wish is not None and unreadable(self._live(path, wish.canonical)):
            return UNSEEN, {path: (held, wish.canonical)}
        now = self._live(path, held)
        if held is Mark.ABSENT or unreadable(now) or not self._accepted(path, now):
            return VALUE, {}
        return ACCEPTED, {path: (held, now)}

    def _accepted(self, path: str, now: Canonical) -> bool:
        """Whether live is at an edited value already, so that no change shows it."""
        if self.wanted is None:
            return False
        wish = self.wanted.declared[path]
        meant = wish.canonical != self.held[path].canonical
        return meant and self._eyes().agrees(path, now, wish.exact)

    def _left(
        self, file: Desired, names: Collection[str]
    ) -> dict[str, tuple[Canonical, Canonical]]:
        """What a file says at paths, or in whole fields, that live is left alone with."""
        if self.row is None:
            return {}
        return {
            path: (wish.canonical, self._live(path, wish.canonical))
            for path, wish in file.declared.items()
            if path in names or path.partition(".")[0] in names
        }

    def _live(self, path: str, held: Canonical) -> Canonical:
        return Mark.ABSENT if self.row is None else self._eyes().meaning(self.row, path, held)

    def _eyes(self) -> Reading:
        row = self.row
        path = "expiryStrategyType"
        ends = row is not None and until_series_ends(row.meaning(path))
        return Reading(self.target.zone, self.target.reads_back | self.since.shows, ends)

    def _value(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        found = Mark.ABSENT if self.row is None else self.row.value(path)
        return None if found is Mark.ABSENT else found

    def _state(self, file: Desired | None) -> dict[str, Canonical]:
        """The series with a file's values laid over live, but for those that it ignores."""
        if self.row is None:
            return {}
        held = {
            path: wish.canonical
            for path, wish in (file.declared if file else {}).items()
            if not (file and file.lifecycle.ignores(path) and self._shown(path, wish.canonical))
        }
        return {**self._eyes().money(self.row, ()), **held}

    def _shown(self, path: str, held: Canonical) -> bool:
        return not unreadable(self._live(path, held))

    def _cost(self) -> Exposure:
        if self.row is None:
            return Exposure(0, 0)
        count, zone = counted(self.row), self.target.zone
        before, after = (self._state(one) for one in (self.old, self.wanted))
        return exposures(before, after, count, zone, self.now)

    def _effect(self, moves: Mapping[str, tuple[Canonical, Canonical]]) -> str:
        known = {path: pair for path, pair in moves.items() if not unreadable(pair[1])}
        moved = {path: pair for path, pair in known.items() if pair[0] != pair[1]}
        return _worst(effects("update", moved, self.target.zone, self.now).values()).value


_WORST = (
    Effect.GENEROUS,
    Effect.WIDER,
    Effect.ACTIVATES,
    Effect.LONGER,
    Effect.ENDS,
    Effect.STRICTER,
    Effect.NARROWER,
    Effect.SHORTER,
    Effect.MESSAGING,
)


def _worst(found: Collection[Effect]) -> Effect:
    """The one of several effects that a reviewer must know of."""
    return next((one for one in _WORST if one in found), Effect.NEUTRAL)
