"""Drift in words: in which order it is told, what moved, and the two answers. As they are: each
view escapes for its own medium.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reconciler.diff import CONFLICT
from reconciler.effect import Effect, is_value
from reconciler.fields import canonical, split
from reconciler.kinds import Kind
from reconciler.render.story import costliest
from reconciler.render.worddiff import word_diff
from reconciler.render.wording import said
from reconciler.render.words import cut, many, members
from reconciler.text import visible
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.drift import Drift, Drifted, DriftedField
    from reconciler.render.worddiff import Piece
    from reconciler.render.wording import State
    from reconciler.values import Canonical

RISKY, REST, RETIRED = "Look here first", "The rest", "No longer managed"
EACH = "Each field: what was applied → what live has now."
EACH_OF_FILE = "Each field: what the file says → what live has now."
NOBODY_KNOWS = (
    "Nobody can tell who moved: nothing says what was applied. `reconciler apply --record` keeps"
    " that from now on; `reconciler drift --base REV` takes the files of a commit for it."
)
YOURS = "Who is right is yours to say."
PUT_BACK = (
    "Put it back: review `reconciler plan`, then run `reconciler apply`; live gets what the file"
    " says."
)
ACCEPT = "Accept it: the command at a series writes what live has into its file; review that."
UNNAMED = "Accept it: no command can hold this code; write what live has into its file by hand."
_TEXTS = frozenset({Kind.TEXT, Kind.TEXTS})
_LONG = 60  # characters of two texts from which on their words are compared
_LONG_LIST = 160  # and of two lists from which on only what comes and goes is told


@dataclass(frozen=True, slots=True)
class Move:
    """One field that moved: `before` was applied (or is the file's, without a base), `after` is
    live. `file` is what the file wants, where it moved as well; else "".

    `pieces` are a long text word by word, `members` what a list gains and loses; where the list is
    `long`, they alone are told.
    """

    path: str
    before: str
    after: str
    file: str
    pieces: tuple[Piece, ...]
    members: tuple[tuple[str, str], ...]
    effect: str
    retroactive: bool
    line: int

    @property
    def long(self) -> bool:
        """Whether its members are all there is room for."""
        return bool(self.members) and len(self.before) + len(self.after) > _LONG_LIST

    @property
    def sign(self) -> str:
        """The direction of live's move, as in a plan."""
        found = Effect(self.effect)
        return "▲" if found.eases else "▼" if found.tightens else "~"

    @property
    def does(self) -> str:
        """What live's move does."""
        return f"{self.effect}, retroactive" if self.retroactive else self.effect

    @property
    def moves_money(self) -> bool:
        """Whether its values must never be cut."""
        return split(self.path)[0].moves_money


@dataclass(frozen=True)
class DriftStory:
    """A drift in the order in which it is told."""

    drift: Drift

    @cached_property
    def parts(self) -> dict[str, tuple[Drifted, ...]]:
        """The series by how much they want to be looked at, the worst first."""
        found: dict[str, list[Drifted]] = {RISKY: [], REST: []}
        for one in sorted(self.drift.series, key=_worst_first):
            found[RISKY if _risky(one) else REST].append(one)
        return {title: tuple(some) for title, some in found.items()}

    @property
    def gone(self) -> str:
        """What a series is that no live one stands for. Without a base it may never have been."""
        return "not live any more" if self.drift.base else "not live"

    @property
    def headline(self) -> str:
        """What there is, in one line."""
        drift = self.drift
        if not drift.series:
            kept = "as applied" if drift.base else "as the files say"
            series = many(drift.unchanged, "series", "series")
            return f"No drift: {series} {kept} ({many(drift.fields_compared, 'field')} compared)"
        fields = [field for one in drift.series for field in one.fields]
        both = sum(field.cause == CONFLICT for field in fields)
        gone = sum(one.missing is not None for one in drift.series)
        parts = [many(len(drift.series), "series", "series")]
        parts += [many(len(fields), "field")] if fields else []
        parts += [f"{many(both, 'conflict')} with the file"] if both else []
        parts += [f"{gone:,} {self.gone}"] if gone else []
        return f"Live moved: {', '.join(parts)}" if drift.base else f"Differs: {', '.join(parts)}"

    @property
    def lead(self) -> list[str]:
        """How to read it, and what can be done about it, sentence by sentence."""
        drift = self.drift
        if not any(one.fields for one in drift.series):
            return []
        read = [EACH] if drift.base else [EACH_OF_FILE, NOBODY_KNOWS]
        return [" ".join(read), f"{YOURS} {PUT_BACK} {ACCEPT}"]

    def accept(self, series: Drifted) -> tuple[str, str]:
        """The command that accepts all that moved in a series, and the one for its first field
        where there are several, else "". Nothing for a code that a shell or a screen would change.
        """
        if not series.fields:
            return "", ""
        one, target = f"{series.code}:{series.fields[0].path}", self.drift.target
        several = len(series.fields) > 1
        whole = _command(series.code if several else one, target)
        return whole, _command(one, target) if several else ""

    def moves(self, series: Drifted) -> list[Move]:
        """The fields of a series, in words."""
        states = [
            {**series.units, **{path: _meaning(path, raw) for path, raw in side}}
            for side in (
                [(one.path, _first(one)) for one in series.fields],
                [(one.path, one.live) for one in series.fields],
                [(one.path, one.desired) for one in series.fields],
            )
        ]
        return [_move(one, series, self.drift.zone, states) for one in series.fields]


def _command(what: str, target: str) -> str:
    if visible(what + target) != what + target:
        return ""
    return f"reconciler --target {shlex.quote(target)} drift --accept {shlex.quote(what)}"


def _first(field: DriftedField) -> Any:  # noqa: ANN401 - any JSON
    """What live moved from: what was applied; the file's value where nobody knows that."""
    return field.desired if field.cause is None else field.base


def _meaning(path: str, raw: Any) -> Canonical:  # noqa: ANN401 - any JSON
    return Mark.ABSENT if raw is None else canonical(path, raw)


def _move(field: DriftedField, series: Drifted, zone: str, states: Sequence[State]) -> Move:
    """One field in words. `states` are what is known of all three sides: first, live, file."""
    was, now, file = states
    first = _first(field)
    row, _ = split(field.path)
    contested = field.cause == CONFLICT
    pieces: list[Piece] = []
    if row.kind in _TEXTS and isinstance(first, str) and isinstance(field.live, str):
        long = first and field.live and len(first) + len(field.live) > _LONG
        pieces = word_diff(first, field.live) if long else []
    return Move(
        path=field.path,
        before=_said(field.path, first, zone, was),
        after=_said(field.path, field.live, zone, now),
        file=_said(field.path, field.desired, zone, file) if contested else "",
        pieces=tuple(pieces),
        members=tuple(members(field.path, was[field.path], now[field.path])),
        effect=field.effect,
        retroactive=series.issued > 0 and is_value(field.path),
        line=field.line,
    )


def _said(path: str, raw: Any, zone: str, state: State) -> str:  # noqa: ANN401 - any JSON
    """A value in words; of a text that moves no money the first ones."""
    words = said(path, raw, zone, state)
    row, _ = split(path)
    return cut(words) if row.kind in _TEXTS and not row.moves_money else words


def _risky(one: Drifted) -> bool:
    """Whether it may give more away, an offer ends, or both sides moved."""
    cost = one.exposure
    unbound = cost.after is None and cost.before is not None
    found = [Effect(field.effect) for field in one.fields]
    eases = any(effect.eases or effect is Effect.ENDS for effect in found)
    contested = any(field.cause == CONFLICT for field in one.fields)
    return one.missing is not None or unbound or cost.increase > 0 or eases or contested


def _worst_first(one: Drifted) -> tuple[int, int, bool, str]:
    """As in a plan: without bound before all others, then by what it may cost more, then what
    gives more at no more cost.
    """
    eases = any(Effect(field.effect).eases for field in one.fields)
    return (*costliest(one.exposure, eases=eases), not eases, one.code)
