"""Reading back what was written: everything in batches, and what differs explained by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import ApiError, UnexpectedAnswerError
from reconciler.report import DONE, NOT_CONVERGED, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from reconciler.client import Client
    from reconciler.live import LiveSeries

    Wrong = Callable[[Outcome, LiveSeries], list[str]]

_STAMP = "lastUsed"  # moves on every write (API page, section 5)


class _StaleError(UnexpectedAnswerError):
    """A row is older than the answer to our own write: the API reads from a copy that lags."""

    transient = True


def read_back(
    client: Client, ended: Mapping[str, Outcome], wrong: Wrong, unseen: Wrong
) -> Iterator[Outcome]:
    """The outcomes of what was written, as a new reading shows them.

    `wrong` says what a row does not have as wanted, `unseen` what it does not show. A PUT whose
    answer showed every wanted value is done; only a later reading that shows another one turns it
    into not converged.
    """
    written = [one for one in ended.values() if one.status in {DONE, NOT_CONVERGED}]
    if not written:
        return
    rows: dict[int, LiveSeries] = {}

    def look() -> None:
        rows.update(client.by_ids([one.id for one in written if one.id is not None]))
        if behind := [one.code for one in written if _lags(one, rows)]:
            raise _StaleError(f"live does not show the write of {', '.join(behind)} yet")

    try:
        client.persist(look)
    except ApiError as error:
        if not rows:
            yield from (
                one.turned(DONE, f"it could not be read back: {error}")
                for one in written
                if one.status == DONE  # its answer showed every value
            )
            return
    for one in written:
        row = rows.get(one.id or 0)
        if row is None:
            yield one.turned(NOT_CONVERGED, "live does not show it any more")
            continue
        said = "; ".join(wrong(one, row))
        if said:
            yield one.turned(NOT_CONVERGED, said + _by_whom(one, row)).showing(row)
        else:
            hidden = unseen(one, row)
            note = f"{', '.join(hidden)} cannot be read back" if hidden else None
            yield one.turned(DONE, note).showing(row, foreign=one.foreign or _later(one, row))


def _lags(one: Outcome, rows: Mapping[int, LiveSeries]) -> bool:
    row, answer = rows.get(one.id or 0), one.row
    if row is None or answer is None:
        return False
    then, now = answer.meaning(_STAMP), row.meaning(_STAMP)
    return isinstance(then, str) and isinstance(now, str) and now < then


def _by_whom(one: Outcome, row: LiveSeries) -> str:
    """Why a value that the answer to the write showed is gone, where `lastUsed` tells."""
    if one.status != DONE:
        return ""
    if _lags(one, {row.id: row}):
        return " (live does not show the write yet)"
    return " (changed by someone else meanwhile)" if _later(one, row) else ""


def _later(one: Outcome, row: LiveSeries) -> bool:
    """Whether somebody wrote after the answer to our own write."""
    return one.row is not None and _lags(one.showing(row), {row.id: one.row})
