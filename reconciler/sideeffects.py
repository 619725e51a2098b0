"""What an update rewrites although nobody asked for it (API page, sections 5 and 6; principle 7).

Told from the values that a change holds alone, so that a plan read back from a file shows the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reconciler import values
from reconciler.fields import FIELDS, split
from reconciler.kinds import Kind
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from reconciler.values import Canonical

    Pairs = Mapping[str, tuple[Canonical, Canonical]]

CAUSE = "side effect"
SOON = timedelta(hours=24)  # an end this near is as good as an end
_END, _LAST, _START = "validTillDate", "validTillDateTime", "redemptionValidFrom"
_NO_END = "1970-01-01T00:00:00Z"  # what a PUT without an end date leaves (section 6)


def predicted(
    managed: Pairs, money: Mapping[str, Canonical], zone: ZoneInfo, now: datetime
) -> dict[str, tuple[Canonical, Canonical]]:
    """What a PUT moves besides what the file asks for: [live, what the server makes of it].

    `managed` and `money` are those of a change that is no create; `now` is what the server takes
    for a start that nobody sends.
    """
    return dict(_moves(managed, money, zone, now))


def _moves(
    managed: Pairs, money: Mapping[str, Canonical], zone: ZoneInfo, now: datetime
) -> Iterator[tuple[str, tuple[Canonical, Canonical]]]:
    live = dict(money) | {path: pair[0] for path, pair in managed.items()}
    sent = live | {path: pair[1] for path, pair in managed.items()}
    left_out = {_END: _NO_END, _START: values.stamp(values.cut(now, zone))}
    for path in (one for one in (_END, _START) if one in live):
        kept = left_out[path] if sent.get(path) is Mark.ABSENT else _cut(sent.get(path), zone)
        asked = path in managed and managed[path][0] != managed[path][1]
        if not asked and kept is not None and kept != live[path]:
            yield path, (live[path], kept)
    # A carried last moment is never sent: the server sets it anew from the end.
    end = _cut(sent.get(_END), zone)
    if _LAST in money and end is not None and isinstance(money[_LAST], str):
        made = values.stamp(values.end_of_day(datetime.fromisoformat(end), zone))
        if made != money[_LAST]:
            yield _LAST, (money[_LAST], made)
    for path, now_ in money.items():
        stored = _stored(path, now_)
        if stored != now_:
            yield path, (now_, stored)


def _cut(value: Canonical | None, zone: ZoneInfo) -> str | None:
    """What the server keeps of a day; None for what is no moment."""
    try:
        return values.stamp(values.cut(datetime.fromisoformat(str(value)), zone))
    except (ValueError, OverflowError):
        return None


def _stored(path: str, value: Canonical) -> Canonical:
    """What 32 bits hold of a number that is carried along (section 5)."""
    field, _ = split(path)
    if field.kind not in {Kind.NUMBER, Kind.LIMIT} or not isinstance(value, int):
        return value
    if field.name == "discountValue":
        return values.float32_of(value) or value
    return values.wrapped(value) if field.bounds == FIELDS["maxCreate"].bounds else value


def ends_early(moves: Mapping[str, tuple[Canonical, Canonical]], now: datetime) -> str | None:
    """How side effects end a series that is alive, or nearly: in words; None when they do not."""
    for path in (one for one in (_END, _LAST) if one in moves):
        before, after = (_moment(value) for value in moves[path])
        if after is None or (before is not None and (before <= now or before <= after)):
            continue
        if after <= now + SOON:
            was = "absent" if isinstance(moves[path][0], Mark) else moves[path][0]
            when = "is over" if after <= now else "is at most 24 hours away"
            return f"the update would move {path} from {was} to {moves[path][1]}, which {when}"
    return None


def _moment(value: Canonical) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None
