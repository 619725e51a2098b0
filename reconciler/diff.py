"""Desired and live → field changes. Values are equal when they mean the same (docs/diff.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconciler import values
from reconciler.fields import FIELDS, MONEY, split, wanted
from reconciler.kinds import Field, Kind
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from zoneinfo import ZoneInfo

    from reconciler.declared import Declared
    from reconciler.live import LiveSeries
    from reconciler.values import Canonical


# The marks of a pair that is no value: no canonical list begins with a mapping.
# Before the ids that live shows for products which the file names by code.
AS_IDS = {"shown": "as ids"}
# Before the recorded value of what live does not show, where the file has moved away from it.
AS_RECORDED = {"shown": "as recorded"}
PENDING, DRIFT, CONFLICT = "pending", "drift", "conflict"


@dataclass(frozen=True, slots=True)
class Base:
    """What was last applied to a series, by path in the API's form (design, section 7)."""

    managed: Mapping[str, Any]
    zone: ZoneInfo

    def meaning(self, path: str) -> Canonical | None:
        """The applied value of a path, as the server keeps it; None where none is.

        What means nothing equals nothing but itself.
        """
        if path not in self.managed:
            return None
        try:
            return wanted(path, self.managed[path], self.zone)[0]
        except (ValueError, OverflowError):  # no day, or one that this zone has no name for
            return values.unknown(self.managed[path])


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One path that differs: the values as live and file have them, and the file's line.

    `before` is None where live shows nothing. `effect` is what the move does, once it was judged;
    `retroactive`: it changes what coupons are worth that were issued already.
    """

    path: str
    before: Any
    after: Any
    line: int
    cause: str | None = None
    effect: str | None = None
    retroactive: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One series compared. `managed` holds [live, desired] in canonical form for each path."""

    managed: Mapping[str, tuple[Canonical, Canonical]]
    changes: tuple[FieldChange, ...]

    @property
    def unreadable(self) -> list[str]:
        """The paths that live does not show: neither equal nor different."""
        return [path for path, (now, _) in self.managed.items() if unreadable(now)]


@dataclass(frozen=True, slots=True)
class Reading:
    """How live is read: the zone that dates are cut in, and what the target shows.

    `proven` names the fields that the target has been seen to show when they are set.
    """

    zone: ZoneInfo
    proven: Collection[str]
    until_series_ends: bool = False  # SERIES_EXPIRY: its value 1 is shown as -1 too

    def meaning(self, live: LiveSeries, path: str, desired: Canonical) -> Canonical:
        """What live has at a path; the desired value tells what may be compared with it."""
        field, _ = split(path)
        now = self.settle(path, live.meaning(path))
        if now is not Mark.ABSENT:
            codes = field.kind is Kind.PRODUCTS and _codes_shown_as_ids(now, desired)
            return [AS_IDS, now] if codes else now
        if field.kind is Kind.TEXTS:
            return Mark.UNREADABLE  # the server drops keys it does not know, without a word
        if field.kind in {Kind.PRODUCTS, Kind.PLACES} and field.name not in self.proven:
            return Mark.UNREADABLE
        return self._unset(live, field)

    def settle(self, path: str, value: Canonical) -> Canonical:
        """Read the -1 that the server shows under SERIES_EXPIRY as the 1 that documents ask for."""
        one = path == "expiryStrategyValue" and self.until_series_ends and value == -1
        return 1 if one else value

    def agrees(self, path: str, now: Canonical, then: Canonical) -> bool:
        """Whether live is at a value, or at what the server keeps of it, as far as it shows."""
        if not differs(now, then):
            return True
        if split(path)[0].kind is not Kind.DAY or not isinstance(then, str):
            return False
        try:
            return now == values.stamp(values.cut(datetime.fromisoformat(then), self.zone))
        except OverflowError:  # a day that the zone has no name for
            return False

    def money(self, live: LiveSeries, managed: Collection[str]) -> dict[str, Canonical]:
        """The live values of the money paths that no file names: they count for the cost."""
        whole = {path for path in managed if "." not in path}
        found = {
            path: self.money_at(live, path)
            for field in MONEY
            for path in field.paths
            if path not in managed and field.name not in whole
        }
        if found.get("validTillDateTime") == self._unset(live, FIELDS["validTillDateTime"]):
            del found["validTillDateTime"]  # it says no more than validTillDate does
        return found

    def money_at(self, live: LiveSeries, path: str) -> Canonical:
        """One of them; what the server fills in stands for what it does not show."""
        field, _ = split(path)
        now = self.settle(path, live.meaning(path))
        if now is not Mark.ABSENT:
            return now
        return (
            self._unset(live, field)
            if field.kind is Kind.MOMENT
            else self.settle(path, field.default)
        )

    def _unset(self, live: LiveSeries, field: Field) -> Canonical:
        """What a missing field means, where the API page says it."""
        if field.kind is Kind.MOMENT:
            end = live.meaning("validTillDate")
            try:
                return values.stamp(values.end_of_day(datetime.fromisoformat(str(end)), self.zone))
            except (ValueError, OverflowError):  # the end is not shown, or beyond the calendar
                return Mark.ABSENT
        return Mark.ABSENT if field.unset is None else field.unset


def compare(
    declared: Mapping[str, Declared],
    live: LiveSeries | None,
    zone: ZoneInfo,
    proven: Collection[str],
    base: Base | None = None,
) -> Comparison:
    """Compare what a file declares with a live series, or with proven absence (None).

    `base` tells who moved: without one no change has a cause.
    """
    reading = Reading(zone, proven, _until_series_ends(declared, live))
    managed: dict[str, tuple[Canonical, Canonical]] = {}
    changes = []
    for path, wish in declared.items():
        now = Mark.ABSENT if live is None else reading.meaning(live, path, wish.canonical)
        then = now if now == wish.exact else reading.settle(path, wish.canonical)
        applied = base.meaning(path) if base else None
        hidden = unreadable(now) and applied is not None and applied != then
        shown_ids = [now] if isinstance(now, list) else []
        managed[path] = ([AS_RECORDED, applied, *shown_ids] if hidden else now, then)
        if not differs(*managed[path]):
            continue
        before = None if live is None else live.value(path)
        shown = None if before is Mark.ABSENT else before
        if base and hidden:
            shown = base.managed[path]
        cause = _cause(reading, path, managed[path], applied) if base else None
        changes.append(FieldChange(path, shown, wish.value, wish.line, cause))
    return Comparison(managed, tuple(changes))


def _cause(
    reading: Reading, path: str, pair: tuple[Canonical, Canonical], applied: Canonical | None
) -> str:
    """Who moved since a value was applied: the file (pending), live (drift), or both (conflict)."""
    now, then = pair
    if applied is None or recorded(now) is not None or reading.agrees(path, now, applied):
        return PENDING
    return DRIFT if then == reading.settle(path, applied) else CONFLICT


def _until_series_ends(declared: Mapping[str, Declared], live: LiveSeries | None) -> bool:
    path = "expiryStrategyType"
    if path in declared:
        return until_series_ends(declared[path].canonical)
    return live is not None and until_series_ends(live.meaning(path))


def until_series_ends(strategy: Canonical) -> bool:
    """Whether coupons live as long as their series."""
    return strategy == "SERIES_EXPIRY"


def strategy(
    managed: Mapping[str, tuple[Canonical, Canonical]], money: Mapping[str, Canonical]
) -> Canonical:
    """The expiry strategy of a change, whether a file names it or not."""
    path = "expiryStrategyType"
    return managed[path][1] if path in managed else money.get(path, Mark.ABSENT)


def differs(now: Canonical, then: Canonical) -> bool:
    """Whether a pair is a change. What cannot be read is none."""
    return not unreadable(now) and now != then


def recorded(now: Canonical) -> Canonical | None:
    """The recorded value that stands for what live does not show, or shows in another form; None
    for any other value.
    """
    return now[1] if isinstance(now, list) and now[:1] == [AS_RECORDED] else None


def unreadable(now: Canonical) -> bool:
    """Whether live does not say what it has, or says it in a way that nobody can compare."""
    return now is Mark.UNREADABLE or (isinstance(now, list) and now[:1] == [AS_IDS])


def not_compared(code: str, managed: Mapping[str, tuple[Canonical, Canonical]]) -> list[str]:
    """What is said of the paths that live does not show, or shows in another form."""
    return [
        f"{code}: {path} cannot be compared, live does not show it; it is sent in every update"
        if now is Mark.UNREADABLE
        else f"{code}: {path} cannot be compared, live shows ids for the file's codes; an update"
        " sends what live shows"
        for path, (now, _) in managed.items()
        if unreadable(now)
    ]


def _codes_shown_as_ids(now: Canonical, desired: Canonical) -> bool:
    """Whether live shows as ids what the file has as codes, so that nobody can compare them.

    The blocks that the file has as ids must be there; the others must be of the same types with
    as many members.
    """
    if not isinstance(now, list) or not isinstance(desired, list) or now[:1] == ["?"]:
        return False
    if desired[:1] == ["?"]:
        return False
    by_code = [block for block in desired if block[1] == "productCodes"]
    by_id = [block for block in desired if block[1] == "productIds"]
    others = [block for block in now if block not in desired]
    return (
        bool(by_code)
        and all(block in now for block in by_id)
        and all(block[1] == "productIds" for block in others)
        and sorted((block[0], len(block[2])) for block in others)
        == sorted((block[0], len(block[2])) for block in by_code)
    )
