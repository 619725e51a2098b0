"""What reads by code and by id bring, and whether a code can be proven free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.answers import NO_FILTER
from reconciler.doctor.finding import Finding, trouble
from reconciler.doctor.lists import unnamed
from reconciler.doctor.probing import SpentError, rows
from reconciler.errors import ApiError
from reconciler.render.words import many
from reconciler.text import folded

if TYPE_CHECKING:
    from reconciler.doctor.probing import Answer, Evidence

BY_ID, BY_CODE, FREE = "reads by id", "look-up by code", "proof that a code is free"
_NAMED = 8  # fields that are named where there are many


def by_id(seen: Evidence) -> Finding:
    """Whether series can be read by id: an update is built from nothing else."""
    if isinstance(seen.by_id, ApiError):
        return trouble(BY_ID, seen.by_id)
    if not seen.asked:
        return Finding(BY_ID, "unknown", "there is no series to read")
    read, listed = rows(seen.by_id), {row.id for row in seen.listed}
    if lost := listed.intersection(unread(seen)):
        said = f"{len(lost)} of {len(seen.asked)} that the list shows cannot be read"
        return Finding(BY_ID, "problem", f"{said}, and so not updated: id {min(lost)}")
    if lost := unread(seen):
        said = f"{len(lost)} of {len(seen.asked)} that the API v1.1 names cannot be read"
        return Finding(BY_ID, "warning", f"{said}: id {min(lost)}")
    said = f"{len(read)} series read in one request{_thinner(seen)}"
    if seen.blank:
        said += f"; {seen.blank} at once brought nothing, so one of them cannot be read"
    elif seen.too_many:
        said += f"; {seen.too_many} at once are too many (code 1060), so a run takes more requests"
    return Finding(BY_ID, "warning" if seen.blank or seen.too_many else "ok", said)


def unread(seen: Evidence) -> set[int]:
    """The ids that were asked for in vain."""
    return set(seen.asked) - {row.id for row in rows(seen.by_id)}


def by_code(seen: Evidence) -> Finding:
    """Whether the look-up by code finds what is there, and nothing where nothing is."""
    for answer in (seen.made_up, seen.by_code):
        if isinstance(answer, ApiError) and answer.code == NO_FILTER:
            said = f"it is not taken for a filter (code {NO_FILTER})"
            return Finding(BY_CODE, "warning", said)
        if isinstance(answer, ApiError):
            return trouble(BY_CODE, answer)
    if rows(seen.made_up) or _others(seen.by_code, seen.known):
        return Finding(BY_CODE, "warning", "it is ignored: other series came back")
    if not seen.known:
        return Finding(BY_CODE, "unknown", "no code is known that it would have to find")
    if not rows(seen.by_code):
        said = f"it does not find {seen.known}, which is live: it proves nothing"
        return Finding(BY_CODE, "warning", said)
    said = f"it finds {seen.known} alone, and nothing for a code that nobody has"
    return Finding(BY_CODE, "ok", said)


def free(seen: Evidence) -> Finding:
    """Whether a create is ever allowed: only a code that is proven free gets one."""
    looked_up = by_code(seen).status
    if looked_up == "ok":
        return Finding(FREE, "ok", "the look-up by code gives it")
    doubted = seen.blank or unread(seen) or unnamed(seen)
    if isinstance(seen.named, dict) and not doubted:
        return Finding(FREE, "ok", "the API v1.1 gives it, and is asked where a code is missing")
    spent = isinstance(seen.named, SpentError)
    if looked_up == "unknown" or spent:
        said = "nothing tells yet; make a series in the web UI where there is none, and run again"
        return Finding(FREE, "unknown", said)
    said = "nothing gives it, neither the look-up by code nor the API v1.1: no series is created"
    return Finding(FREE, "problem", said)


def _others(answer: Answer, code: str) -> bool:
    return any(folded(row.code) != folded(code) for row in rows(answer))


def _thinner(seen: Evidence) -> str:
    """Which fields a read by id shows and the same series in the list does not."""
    listed = {row.id: row for row in seen.listed}
    pairs = [(row, listed[row.id]) for row in rows(seen.by_id) if row.id in listed]
    if not pairs:
        return ""
    more = sorted({name for whole, thin in pairs for name in whole.raw.keys() - thin.raw.keys()})
    if not more:
        return ", which show no field that the list leaves out"
    names = ", ".join(more[:_NAMED]) + (" and others" if len(more) > _NAMED else "")
    return f", which show {many(len(more), 'field')} that the list leaves out: {names}"
