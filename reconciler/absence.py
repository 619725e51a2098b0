"""What an apply knows of the codes that it creates: whether they are free, and what earlier runs
left behind for them (API page, 9.2 to 9.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import ApiError, UnexpectedAnswerError, UnprovenAbsenceError
from reconciler.inventory import Inventory, everything, find, survey
from reconciler.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.client import Client
    from reconciler.live import LiveSeries

FRESH = 30.0  # seconds that a reading may be old when its series is written


class Absence:
    """The look for all codes that one run creates. Methods raise ApiError."""

    def __init__(
        self,
        client: Client,
        codes: Sequence[str],
        clock: Callable[[], float],
        asked_at: float | None,
        *,
        trusted: bool,
    ) -> None:
        """`asked_at` is when, by `clock`, the plan asked for the codes; None for a saved plan.

        `trusted`: asking by code proves absence.
        """
        self._client, self._codes, self._clock = client, codes, clock
        fresh = asked_at is not None and clock() - asked_at <= FRESH
        self._asked_at, self._trusted = asked_at if fresh else None, trusted
        self._seen = Inventory({})
        self._failed: ApiError | None = None

    def bearers(self, code: str) -> list[LiveSeries]:
        """The rows that have a code by now, then those whose code is the same for people; none
        when it is free. Raises UnprovenAbsenceError where nothing proves that any more.
        """
        if self._asked_at is None:
            self._asked_at = self._look()
        if code in self._seen.unproven:
            raise UnprovenAbsenceError(f"nothing proves any more that {code} is free; plan again")
        rows = [row for row in self._seen.rows.values() if folded(row.code) == folded(code)]
        rows.sort(key=lambda row: row.code != code)
        if not rows and self._clock() - self._asked_at > FRESH:
            return find(self._client, code, trusted=self._trusted)
        return rows

    def left_behind(self, token: str) -> list[LiveSeries]:
        """The rows that bear a claim token, as far as this run looked itself: a fresh plan has
        them as adoptions.
        """
        return [row for row in self._seen.rows.values() if row.raw.get("tag") == token]

    def made(self, token: str) -> LiveSeries | None:
        """The series that a lost POST made, known by its token, as a read by id shows it.

        None when nothing shows it, or when that cannot be found out.
        """
        try:
            rows = everything(self._client).values()
            left = next((row for row in rows if row.raw.get("tag") == token), None)
            return self.whole(left) if left else None
        except ApiError:
            return None

    def whole(self, row: LiveSeries) -> LiveSeries:
        """A row of a list as a read by id shows it."""
        found = self._client.by_ids([row.id])
        if row.id not in found:
            raise UnexpectedAnswerError(f"series {row.id} is listed and cannot be read by id")
        return found[row.id]

    def _look(self) -> float:
        """Look for all codes at once, and tell when. An error stays one for all."""
        if self._failed:
            raise self._failed
        asked_at = self._clock()
        try:
            self._seen = survey(self._client, self._codes)
        except ApiError as error:
            self._failed = error
            raise
        self._trusted = self._seen.trusted
        return asked_at
