"""All findings in order, and what the configuration should say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import values
from reconciler.connection import SKEW
from reconciler.doctor import lists, lookups
from reconciler.doctor.finding import Finding
from reconciler.doctor.probing import FINAL, rows
from reconciler.errors import ApiError, SignInError
from reconciler.live import first_other_offset
from reconciler.plan import other_zone
from reconciler.snapshot import HIDING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from reconciler.config import Target
    from reconciler.doctor.probing import Evidence
    from reconciler.live import LiveSeries

_ZONES = {"+00:00": "UTC", "+05:30": "Asia/Kolkata"}  # the ones that the API page names


def findings(seen: Evidence, target: Target, now: datetime) -> Iterator[Finding]:
    """Everything, in the order in which it matters; only the reason where nothing answers."""
    yield _connection(seen, target)
    yield _sign_in(seen)
    if isinstance(seen.first, FINAL):
        return
    yield _clock(seen)
    yield lists.listing(seen)
    yield lists.pages(seen)
    yield lists.old_list(seen)
    yield lists.hides(seen, now)
    yield lookups.by_id(seen)
    yield lookups.by_code(seen)
    yield lookups.free(seen)
    yield _zone(seen, target)
    for name in HIDING:
        yield _field(name, seen, target)


def reads_back(seen: Evidence, target: Target) -> tuple[str, ...]:
    """The fields that this target is known to show when they are set: configured, or seen here."""
    found = {name for name in HIDING if _shows(seen.every_row, name)}
    return tuple(name for name in HIDING if name in found | target.reads_back)


def named_zone(seen: Evidence, target: Target) -> str | None:
    """The zone to configure: the one that is, or where live disagrees one whose name is known."""
    if first_other_offset(seen.every_row, target.zone) is None:
        return target.zone.key
    found = offsets(seen.every_row)
    return _ZONES.get(found[0]) if len(found) == 1 else None


def offsets(found: list[LiveSeries]) -> list[str]:
    """The offsets that end dates are printed with."""
    seen = set()
    for row in found:
        try:
            moment = values.parse_instant(str(row.value("validTillDate")))
        except ValueError:
            continue
        seen.add(moment.isoformat()[-6:])
    return sorted(seen)


def _connection(seen: Evidence, target: Target) -> Finding:
    failed = isinstance(seen.first, FINAL) and not isinstance(seen.first, SignInError)
    if failed:
        return Finding("connection", "problem", str(seen.first))
    return Finding("connection", "ok", f"{target.host} answers")


def _sign_in(seen: Evidence) -> Finding:
    how = "OAuth" if seen.requests.get("sign_in") else "Basic"
    if isinstance(seen.first, SignInError):
        return Finding("sign-in", "problem", f"{how} is not accepted: {seen.first}")
    answers = (seen.first, seen.named, seen.by_id, seen.by_code, seen.made_up)
    if any(_understood(answer) for answer in answers):
        return Finding("sign-in", "ok", f"{how} is accepted")
    return Finding("sign-in", "unknown", f"no answer tells whether {how} is accepted")


def _understood(answer: object) -> bool:
    """Whether an answer comes from behind the sign-in: rows, or the API's own error."""
    return answer.code is not None if isinstance(answer, ApiError) else answer is not None


def _clock(seen: Evidence) -> Finding:
    if seen.skew is None:
        return Finding("clock", "unknown", "the server's answers bear no date")
    seconds = f"{abs(seen.skew):,.0f} s {'ahead of' if seen.skew > 0 else 'behind'}"
    if abs(seen.skew) > SKEW:
        said = f"the server's is {seconds} this machine's; one of the two is wrong about days"
        return Finding("clock", "warning", said)
    return Finding("clock", "ok", f"the server's is within {SKEW:.0f} s of this machine's")


def _zone(seen: Evidence, target: Target) -> Finding:
    found = offsets(seen.every_row)
    if not found:
        return Finding("timezone", "unknown", "no series was seen whose end could tell")
    if offset := first_other_offset(seen.every_row, target.zone):
        return Finding("timezone", "problem", other_zone(target, offset))
    said = f"live prints {' and '.join(found)}, as {target.zone.key} has it on those days"
    return Finding("timezone", "ok", said)


def _field(name: str, seen: Evidence, target: Target) -> Finding:
    """Whether a field that a GET may hide was seen set (API page, 9.5)."""
    if _shows(seen.every_row, name):
        where = "the list" if _shows(seen.listed, name) else "reads by id"
        return Finding(name, "ok", f"{where} showed it set")
    looked = len({row.id for row in rows(seen.by_id)}) or len(seen.listed)
    said = f"not seen set in {looked} series" if looked else "no series was seen"
    if name in target.reads_back:
        return Finding(name, "ok", f"{said}; reads_back in the configuration says that it shows")
    return Finding(name, "unknown", f"{said}: none has it set, or it is hidden")


def _shows(found: list[LiveSeries], name: str) -> bool:
    return any(row.raw.get(name) for row in found)
