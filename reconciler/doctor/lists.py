"""What the two lists show, and what they may hide (API page, sections 1 and 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import values
from reconciler.answers import NO_FILTER
from reconciler.client import PAGE_SIZE
from reconciler.doctor.finding import Finding, trouble
from reconciler.doctor.probing import rows
from reconciler.errors import ApiError
from reconciler.render.words import many

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sized
    from datetime import datetime

    from reconciler.doctor.probing import Evidence
    from reconciler.live import LiveSeries

LIST, PAGES, HIDES, OLD = "list", "pages of the list", "series that the list hides", "API v1.1"
_NAMED = 3  # series that are named where there are many


def listing(seen: Evidence) -> Finding:
    """Whether the list answers, or something can stand in for it."""
    if not isinstance(seen.first, ApiError):
        more = " and more" if rows(seen.second) else ""
        return Finding(LIST, "ok", f"it works; {_series(seen.listed)}{more} seen")
    if seen.first.code != NO_FILTER:
        return trouble(LIST, seen.first)
    if isinstance(seen.named, dict):
        said = "the API v1.1 and reads by id stand in for it, which takes more requests"
        return Finding(LIST, "warning", f"it wants a filter (code {NO_FILTER}): {said}")
    said = "and the API v1.1 does not stand in for it: nobody can say what is live"
    return Finding(LIST, "problem", f"it wants a filter (code {NO_FILTER}), {said}")


def pages(seen: Evidence) -> Finding:
    """How many rows a page has, and whether the next one goes on where it ends."""
    if isinstance(seen.second, ApiError):
        return trouble(PAGES, seen.second)
    count = len(rows(seen.first))
    if not count:
        return Finding(PAGES, "unknown", "there are no rows to tell from")
    asked = f"{many(count, 'row')} where {PAGE_SIZE} were asked for"
    if not seen.second:
        return Finding(PAGES, "ok", f"all is on one page: {asked}")
    before, after = ({row.id for row in rows(page)} for page in (seen.first, seen.second))
    if after <= before:
        said = "the second page shows what the first does: only those rows can be listed"
    elif both := before & after:
        come = "comes" if len(both) == 1 else "come"
        said = f"pages overlap: {many(len(both), 'row')} {come} twice, so others may be missed"
    elif count < PAGE_SIZE:
        said = f"small pages: {asked}; a run takes that many more requests"
    else:
        return Finding(PAGES, "ok", f"{asked}, and the next page goes on behind them")
    return Finding(PAGES, "warning", said)


def hides(seen: Evidence, now: datetime) -> Finding:
    """Whether the list leaves out what the API v1.1 names, such as expired series."""
    if isinstance(seen.first, ApiError):
        return Finding(HIDES, "unknown", "there is no list to compare with")
    expired = [row for row in seen.listed if _ended(row, now)]
    also = ", expired ones too" if expired else ""
    if isinstance(seen.named, dict) and seen.named:
        named = f"the {len(seen.named):,} series that the API v1.1 names"
        if [] in (seen.first, seen.second) and (missing := _unlisted(seen, seen.named)):
            return Finding(HIDES, "warning", _hidden(seen, missing, now))
        if seen.last == []:
            return Finding(HIDES, "warning", f"it has fewer rows than {named}")
        if seen.second == [] or rows(seen.last):
            return Finding(HIDES, "ok", f"none: it has a row for each of {named}{also}")
    if expired:
        return Finding(HIDES, "ok", "it shows expired series")
    return Finding(HIDES, "unknown", "nothing tells: no expired series was seen")


def _unlisted(seen: Evidence, named: Mapping[int, str]) -> dict[int, str]:
    """The series that the API v1.1 names and the list does not show."""
    ids = {row.id for row in seen.listed}
    return {one: code for one, code in named.items() if one not in ids}


def old_list(seen: Evidence) -> Finding:
    """Whether the API v1.1 names every series."""
    if isinstance(seen.named, ApiError):
        return trouble(OLD, seen.named, "warning")
    said = f"it works, and names {_series(seen.named or ())}"
    if missing := unnamed(seen):
        return Finding(OLD, "warning", f"{said}; not {_some(missing)}, which the list shows")
    return Finding(OLD, "ok", said)


def unnamed(seen: Evidence) -> list[tuple[int, str]]:
    """Id and code of what the list shows and the API v1.1 does not name."""
    named = seen.named if isinstance(seen.named, dict) else {}
    return [(row.id, row.code) for row in seen.listed if row.id not in named]


def _hidden(seen: Evidence, missing: Mapping[int, str], now: datetime) -> str:
    """Which series the list leaves out, and whether those that were read have expired."""
    read = [row for row in rows(seen.by_id) if row.id in missing]
    why = ""
    if read:
        ended = [row for row in read if _ended(row, now)]
        which = "all" if len(ended) == len(read) else f"{len(ended)}"
        why = f"; {which} of the {len(read)} that were read by id have expired"
    names = _some(missing.items())
    return f"the API v1.1 names {len(missing):,} that it does not show: {names}{why}"


def _ended(row: LiveSeries, now: datetime) -> bool:
    """Whether a series is over."""
    end = row.raw.get("validTillDateTime") or row.raw.get("validTillDate")
    try:
        return values.parse_instant(str(end)) < now
    except (ValueError, OverflowError):
        return False


def _some(named: Iterable[tuple[int, str]]) -> str:
    """A few series by name, and how many more there are."""
    found = [f"{code or 'one without a code'} (id {one})" for one, code in named]
    more = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
    return ", ".join(found[:_NAMED]) + more


def _series(found: Sized) -> str:
    """So many series."""
    return f"{len(found):,} series" if found else "no series"
