"""API answers → live series: lenient, every key kept, canonical on asking (API page, section 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler import values
from reconciler.errors import UnexpectedAnswerError
from reconciler.fields import FIELDS, canonical, split
from reconciler.kinds import Kind
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo


A_MOMENT = 1 / 60  # hours between the stamps of one write


@dataclass(frozen=True, slots=True)
class LiveSeries:
    """One row as the API shows it. Rows of a list may show less than rows read by id."""

    id: int
    code: str
    raw: Mapping[str, Any]

    def shows(self, path: str) -> bool:
        """Whether the row says anything about a path."""
        return self.value(path) is not Mark.ABSENT

    def value(self, path: str) -> Any:  # noqa: ANN401 - a row holds any JSON
        """The value as live has it, or Mark.ABSENT."""
        field, key = split(path)
        raw = self.raw.get(field.name, Mark.ABSENT)
        if raw is None and not field.nullable:
            return Mark.ABSENT
        if key is None or raw is Mark.ABSENT:
            return raw
        if field.kind is Kind.RANGE:
            return _range_part(raw, key)
        if not isinstance(raw, dict):
            return values.unknown(raw)
        found = raw.get(key)
        return Mark.ABSENT if found is None else found

    def has_keys(self, name: str) -> bool:
        """Whether keys can be laid over what live has of an object: nothing, or an object."""
        raw = self.raw.get(name)
        if FIELDS[name].kind is Kind.RANGE:
            return raw is None or values.range_object(raw) is not None
        return raw is None or isinstance(raw, dict)

    def meaning(self, path: str) -> values.Canonical:
        """The canonical value, or Mark.ABSENT."""
        return canonical(path, self.value(path))

    def counter(self, name: str) -> int:
        """One of the server's counters, 0 when the row does not show it."""
        found = FIELDS[name].canonical(self.raw.get(name) or 0)
        return found if isinstance(found, int) else 0

    def other_offset(self, zone: ZoneInfo) -> str | None:
        """The offset that the row's end date is printed with, when it is not the zone's."""
        try:
            end = values.parse_instant(str(self.raw.get("validTillDate")))
            same = end.utcoffset() == end.astimezone(zone).utcoffset()
        except (ValueError, OverflowError):
            return None
        return None if same else end.isoformat()[-6:]

    @property
    def untouched(self) -> bool:
        """Whether nothing but its create has written the series, as far as its stamps tell."""
        made_at, now = self.meaning("createdOn"), self.meaning("lastUsed")
        return Mark.ABSENT in {made_at, now} or values.hours_apart(now, made_at) <= A_MOMENT

    @property
    def unknown_keys(self) -> list[str]:
        """Keys that the field table does not have: kept, carried along and reported."""
        return sorted(key for key in self.raw if key not in FIELDS)


def _range_part(raw: object, key: str) -> object:
    """A part of a redemption range as live spells it; a part left out is any."""
    found = values.range_object(raw)
    return values.unknown(raw) if found is None else found.get(key, values.ANY)


def first_other_offset(rows: Iterable[LiveSeries], zone: ZoneInfo) -> str | None:
    """The first offset of these rows' end dates that is not the zone's; None when all agree."""
    return next(filter(None, (row.other_offset(zone) for row in rows)), None)


def read_series(raw: object) -> LiveSeries:
    """One row. Raise UnexpectedAnswerError when its id is no positive integer."""
    if isinstance(raw, dict):
        number = FIELDS["id"].canonical(raw.get("id", Mark.ABSENT))
        if isinstance(number, int) and number > 0:
            return LiveSeries(number, str(raw.get("seriesCode") or ""), raw)
    message = "a row of the API's answer has no integer id; it cannot be told apart from others"
    raise UnexpectedAnswerError(message)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one run has read of a target, sorted by what the files want of it."""

    live: Mapping[str, LiveSeries]  # by code: what the files name and live has
    orphans: Mapping[str, LiveSeries]  # by code: created by this tool, not given its code yet
    twins: Mapping[str, Sequence[LiveSeries]]  # by code: several rows, or a look-alike of the code
    alike: Mapping[str, Sequence[LiveSeries]]  # by code: unclaimed, and just as its file wants it
    by_id: Mapping[int, LiveSeries]  # what files adopt and the record knows, as far as it is live
    named: Mapping[int, str]  # ids whose codes files name, those of other runs' choice included
    unmanaged: Sequence[LiveSeries]
    unproven: frozenset[str]  # codes of which nobody knows whether they are free
    trusted: bool  # the look-up by code proves absence
    asked_at: float | None  # time.monotonic before the first look-up by code
    proven: frozenset[str]  # the fields that this target has been seen to show when they are set
    unknown_keys: frozenset[str]
    other_offset: str | None  # that live prints dates with, when it is not the target's zone's
