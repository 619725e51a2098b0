"""What an apply knows of the codes that it creates: whether they are free, and what earlier runs
left behind for them (API page, 9.2 to 9.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import ApiError, UnexpectedAnswerError, UnprovenAbsenceError
from reconciler.inventory import everything, news, survey
from reconciler.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.client import Client
    from reconciler.live import LiveSeries

FRESH = 30.0  # seconds that a reading may be old when its series is written


class Absence:
    """The proof, for each code that one run creates, that it is free. Methods raise ApiError."""

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
        self._client, self._clock, self._trusted = client, clock, trusted
        self._asked_at = {} if asked_at is None else dict.fromkeys(codes, asked_at)
        self._rows: dict[int, LiveSeries] = {}  # all that live has, once this run looked itself
        self._unproven: frozenset[str] = frozenset()
        self._failed: ApiError | None = None

    def fresh(self, code: str) -> bool:
        """Whether what is known of a code is young enough to create it."""
        asked_at = self._asked_at.get(code)
        return asked_at is not None and self._clock() - asked_at <= FRESH

    def bearers(self, code: str, beside: Sequence[str] = ()) -> list[LiveSeries]:
        """The rows that have a code by now, then those whose code is the same for people; none
        when it is free. Raises UnprovenAbsenceError where nothing proves that any more.

        Where it has to look, it looks for the codes `beside` it, too.
        """
        if not self.fresh(code):
            self._look(sorted({code, *beside}))
        if code in self._unproven:
            raise UnprovenAbsenceError(f"nothing proves any more that {code} is free; plan again")
        rows = [row for row in self._rows.values() if folded(row.code) == folded(code)]
        return sorted(rows, key=lambda row: row.code != code)

    def left_behind(self, token: str) -> list[LiveSeries]:
        """The rows that bear a claim token, as far as this run looked itself: a fresh plan has
        them as adoptions.
        """
        return [row for row in self._rows.values() if row.raw.get("tag") == token]

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

    def _look(self, codes: Sequence[str]) -> None:
        """Look for codes and for what bears a token: all of live at first, then what is new."""
        if self._failed:
            raise self._failed  # what five attempts did not read is not asked for each code again
        asked_at = self._clock()
        try:
            if self._rows:
                found = news(self._client, codes, self._rows, trusted=self._trusted)
            else:
                found = survey(self._client, codes)
        except ApiError as error:
            self._failed = error
            raise
        self._rows, self._trusted = dict(found.rows), found.trusted
        self._unproven = (self._unproven - set(codes)) | found.unproven
        self._asked_at |= dict.fromkeys(codes, asked_at)
