"""The scenario of the fault matrix while somebody edits live during waits, and with lists that show
less: what has to be true after a run, and after the next one in peace.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from faketime import FakeTime
from faults import CALLS, FIRST_CREATED, UPDATED, WANTED, WAYS, Case, cases, fill, run
from verdicts import as_wanted, posts

from reconciler.absence import FRESH
from reconciler.sandbox import Behaviour, Store

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from faults import Row, Run, Way

    from reconciler.config import Target
    from reconciler.declared import Desired
    from reconciler.report import Outcome

EDITS: dict[str, str] = {"words": "info", "money": "minBillAmount"}  # fields that no file names
LISTS: dict[str, tuple[str, ...]] = {"whole": (), "thin": ("tag",)}
FEW = (
    "408",
    "201 with errors, but done",
    "429 with seconds",
    "429 with minutes",
    "503 with seconds",
    "dropped",
    "done, then dropped",
)
# What comes later than its run puts the values of its own time back, and a reading that lags shows
# those (docs/reliability.md): no edit is safe from either.
_BEYOND = ("late", "lags")


@dataclass(frozen=True)
class Scene:
    """One combination; what is edited during waits, and what lists show."""

    case: Case
    edits: str
    lists: str

    def __str__(self) -> str:
        return f"{self.case}, {self.edits} edited, {self.lists} lists"


def scenes(
    operations: Sequence[str],
    edits: Sequence[str],
    lists: Sequence[str],
    *,
    faults: Collection[str] = (),
    calls: Sequence[str] = tuple(CALLS),
    ways: Sequence[Way] = WAYS[:1],
) -> Iterator[Scene]:
    """Every combination; of the faults these, or all."""
    for case, edited, shown in product(cases(operations, calls, ["replace"], ways), edits, lists):
        if case.fault in (faults or {case.fault}) and not case.fault.startswith(_BEYOND):
            yield Scene(case, edited, shown)


class Editor(FakeTime):
    """Edits during every wait the series that the last request was about, and in one that is longer
    than a reading stays fresh all that are updated.
    """

    def __init__(self, store: Store, edits: str) -> None:
        super().__init__()
        self.store, self.name = store, EDITS.get(edits)
        self.made: dict[int, Any] = {}  # by id, what the last edit set
        self.count = 0

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.name is None or not seconds:
            return
        known = {row["id"] for row in self.store.rows()}
        chosen = set(UPDATED.values()) if seconds > FRESH else self._last()
        for number in sorted(chosen & known):
            self.count += 1
            self.made[number] = 1000 + self.count if self.name in _FIGURES else f"edit {self.count}"
            self.store.ui_edit(number, **{self.name: self.made[number]})

    def _last(self) -> set[int]:
        """The ids of the last request."""
        sent = self.store.requests()[-1:]
        asked = [one for call in sent for one in parse_qs(call.query).get("ids", [])]
        named = asked + [call.path.rpartition("/")[2] for call in sent]
        return {int(one) for one in named if one.isdigit()} - {FIRST_CREATED}


_FIGURES = {"minBillAmount"}


def lost(scene: Scene, files: Mapping[str, Desired], target: Target) -> Iterator[str]:
    """What does not hold for a scene, in words."""
    case = scene.case
    random.seed(str(scene))  # the jitter of the retries
    behaviour = Behaviour(put=case.put, hides=(*Behaviour().hides, *LISTS[scene.lists]))
    with Store(":memory:", behaviour) as store:
        fill(store)
        editor = Editor(store, scene.edits)
        first = run(store, files, target, case.way, [case.set()], clock=editor)
        second = run(store, files, target)
        third = run(store, files, target)
    for name, one in (("first", first), ("second", second)):
        yield from (f"after the {name} run {said}" for said in _kept(one.settled, editor))
    for end in first.outcomes:
        if end.code in UPDATED:
            yield from _untrue(end, first)
    for code, count in posts([*first.sent, *second.sent], made=True).items():
        if count > 1:
            yield f"{count} series were made for {code}"
    if not second.healed:
        yield f"the second run: {[(end.code, end.status, end.error) for end in second.outcomes]}"
    if third.outcomes:
        yield f"the third run had something to do: {[end.code for end in third.outcomes]}"
    yield from as_wanted(_edited(first.before, editor), third.settled)


def _kept(rows: Mapping[int, Row], editor: Editor) -> Iterator[str]:
    """Each edit that is not there any more."""
    for number, value in editor.made.items():
        now = rows[number].get(str(editor.name))
        if now != value:
            yield f"{editor.name} of {number} was edited to {value} and is {now}"


def _edited(rows: Mapping[int, Row], editor: Editor) -> dict[int, Row]:
    """The rows as the edits left them."""
    return {
        number: row | ({str(editor.name): editor.made[number]} if number in editor.made else {})
        for number, row in rows.items()
    }


def _untrue(end: Outcome, first: Run) -> Iterator[str]:
    """Where what is said of an update is not so."""
    row = first.settled[UPDATED[end.code]]
    written = all(row[name] == value for name, value in WANTED.items())
    said = f"{end.code} is {end.status} ({end.error}), and live has {row}"
    if end.status in {"done", "already done"} and not written:
        yield said
    if end.status in {"failed", "not attempted", "moved", "blocked"} and written:
        yield said
