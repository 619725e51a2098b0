"""The state of the imitation: series, requests, tokens and what is set to go wrong, in SQLite."""

from __future__ import annotations

import json
import sqlite3
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self

from reconciler.sandbox import answers, dates, series
from reconciler.sandbox.chaos import Chaos
from reconciler.sandbox.database import Database
from reconciler.sandbox.errors import CODE_TAKEN, UNKNOWN_ID, RefusalError
from reconciler.sandbox.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from reconciler.sandbox.behaviour import Behaviour
    from reconciler.sandbox.faults import Fault
    from reconciler.sandbox.fields import Series
    from reconciler.sandbox.journal import Request

_FIRST_ID: Final = 700_000
_ID_TOP: Final = 2**63
_LONG_AGO: Final = -(10**15)


class Store:
    """All state, safe from several threads. Several processes may open the same file."""

    def __init__(self, path: str | Path, behaviour: Behaviour | None = None) -> None:
        """Take the path of the database, made with its folders on first use, or ":memory:".

        A behaviour wins over that which is set in the database. LookupError for an unknown zone.
        """
        if behaviour is not None:
            _zone(behaviour.zone)
        self._database = Database(path)
        self._chaos = Chaos(self._database, behaviour)
        self.journal = Journal(self._database)

    def __enter__(self) -> Self:
        """Give the store itself, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Close the database. A later use opens it again; what was in ":memory:" is gone then."""
        self._database.close()

    # What goes wrong, for every process on this file

    @property
    def behaviour(self) -> Behaviour:
        """How it answers now."""
        return self._chaos.behaviour

    @property
    def zone(self) -> dates.Zone:
        """The zone of the behaviour."""
        return _zone(self._chaos.behaviour.zone)

    def set_behaviour(self, behaviour: Behaviour) -> None:
        """Choose how every store on this file answers that has no behaviour of its own.

        LookupError for an unknown zone.
        """
        _zone(behaviour.zone)
        self._chaos.set_behaviour(behaviour)

    def faults(self) -> list[Fault]:
        """List the faults in the order in which they were set."""
        return self._chaos.faults()

    def add_fault(self, fault: Fault) -> None:
        """Set one more fault; its calls count from now."""
        self._chaos.add(fault)

    def set_faults(self, faults: Iterable[Fault]) -> None:
        """Set these faults and no others; their calls count from now."""
        self._chaos.set(faults)

    def clear_faults(self) -> None:
        """Let nothing more go wrong. What is late already still comes, and lags still end."""
        self._chaos.set(())

    # What tests and demonstrations see and do

    def rows(self) -> list[Series]:
        """Show all series by id, the way a read by id shows them that hides nothing."""
        return [answers.row(one) for one in self._series("ORDER BY id")]

    def row(self, series_id: int) -> Series:
        """Show one series like `rows`; KeyError for an unknown id."""
        for found in self._at(series_id):
            return answers.row(found)
        raise KeyError(series_id)

    def ui_create(self, **fields: object) -> int:
        """Make a series in the vendor's web UI, fields exactly as given, and give its id.

        `id` may be given, too. ValueError for a code or an id that is in use.
        """
        given = fields.pop("id", None)
        series_id = given if isinstance(given, int) else None
        if series_id is not None and self._at(series_id):
            raise ValueError(f"id {series_id} is in use")
        made = series.ui_made(fields, dates.now(), self.zone)
        try:
            return self._insert(made, series_id)
        except RefusalError as taken:
            raise ValueError(taken.message) from None

    def ui_edit(self, series_id: int, **fields: object) -> None:
        """Change fields of a series in the web UI, exactly as given.

        KeyError for an unknown id, ValueError for a code that is in use.
        """

        def edit(old: Series) -> Series:
            return series.ui_edited(old, fields, dates.now(), self.zone)

        try:
            self._change(series_id, edit)
        except RefusalError as refusal:
            if refusal.code == UNKNOWN_ID:
                raise KeyError(series_id) from None
            raise ValueError(refusal.message) from None

    def requests(self) -> list[Request]:
        """List the requests that reached the server, oldest first, by any process on this file."""
        return self.journal.requests()

    def reset(self) -> None:
        """Forget everything: series, requests, tokens, faults and behaviour."""
        self._database.empty()

    # What the application reads and writes. Reads may lag.

    def transaction(self) -> AbstractContextManager[object]:
        """Make everything in the block happen, or nothing, and nothing else meanwhile."""
        return self._database.transaction()

    def met(self, method: str, url: str) -> list[Fault]:
        """Count a request with this method and `path?query`, and give the faults that strike."""
        return self._chaos.met(method, url)

    def create(self, body: Series) -> Series:
        """Do what a POST does and give the stored series."""
        made = series.created(body, dates.now(), self.zone)
        return {"id": self._insert(made), **made}

    def update(self, series_id: int, body: Series) -> Series:
        """Do what a PUT does and give the stored series; error 707 for an unknown id."""

        def update(old: Series) -> Series:
            return series.updated(old, body, dates.now(), self.zone, self.behaviour.put)

        return self._change(series_id, update)

    def by_ids(self, ids: Iterable[int]) -> list[Series]:
        """Find series by id; unknown ids are skipped."""
        known = json.dumps([one for one in ids if -_ID_TOP <= one < _ID_TOP])
        wanted = "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY place, id"
        return self._seen(wanted, known)

    def by_code(self, code: str) -> list[Series]:
        """Find the series with that code, ignoring case."""
        return self._seen("WHERE code = ?", code.casefold())

    def every(self) -> list[Series]:
        """Find all series."""
        return self._seen("ORDER BY place, id")

    def page(
        self,
        offset: int,
        limit: int,
        alive_after: int | None = None,
        *,
        backwards: bool = False,
    ) -> list[Series]:
        """Cut a page out of the series that end after `alive_after`, in a stable order."""
        order = "place DESC, id DESC" if backwards else "place, id"
        alive = f"WHERE ends > ? ORDER BY {order} LIMIT ? OFFSET ?"
        since = _LONG_AGO if alive_after is None else alive_after
        return self._seen(alive, since, limit, offset)

    def at_places(self, kind: str, ids: Iterable[int], offset: int, limit: int) -> list[Series]:
        """Cut a page out of the series tied to one of these stores, zones, concepts or tills."""
        tied = (
            "WHERE EXISTS (SELECT 1 FROM json_each(fields, '$.redemptionOrgEntityDetails') AS place"
            " WHERE json_extract(place.value, '$.redemptionOrgEntityType') = ?"
            " AND json_extract(place.value, '$.orgEntityId') IN (SELECT value FROM json_each(?)))"
            " ORDER BY place, id LIMIT ? OFFSET ?"
        )
        return self._seen(tied, kind, json.dumps(list(ids)), limit, offset)

    def add_token(self, token: str, ends: float) -> None:
        """Remember a token until `ends`, in seconds since 1970."""
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO token VALUES (?, ?)", (token, ends))

    def token_ends(self, token: str) -> float:
        """Tell when a token ends, in seconds since 1970; 0 for an unknown one."""
        rows = self._database.select("SELECT ends FROM token WHERE token = ?", token)
        return float(rows[0][0]) if rows else 0.0

    def _seen(self, condition: str, *values: object) -> list[Series]:
        """Read series as reads show them: `_series`, but for what lags."""
        return self._series(condition, *values, table="seen" if self.journal.lags() else "series")

    def _at(self, series_id: int) -> list[Series]:
        known = -_ID_TOP <= series_id < _ID_TOP
        return self._series("WHERE id = ?", series_id) if known else []

    def _series(self, condition: str, *values: object, table: str = "series") -> list[Series]:
        """Read series; condition and table are always literals of this module."""
        rows = self._database.select(f"SELECT id, fields FROM {table} {condition}", *values)  # noqa: S608
        return [{"id": series_id, **json.loads(fields)} for series_id, fields in rows]

    def _insert(self, made: Series, series_id: int | None = None) -> int:
        with self._database.transaction() as connection:
            if series_id is None:
                newest = "SELECT coalesce(max(id), ?) FROM series"
                ((last,),) = connection.execute(newest, (_FIRST_ID,)).fetchall()
                series_id = last + 1 + last % 7  # ids have gaps
            row = (*_columns(made), series_id, series_id * 2_654_435_761 % 2**32)
            add = "INSERT INTO series (code, ends, fields, id, place) VALUES (?, ?, ?, ?, ?)"
            try:
                connection.execute(add, row)
            except sqlite3.IntegrityError:
                raise _taken(made) from None
        return series_id

    def _change(self, series_id: int, change: Callable[[Series], Series]) -> Series:
        with self._database.transaction() as connection:
            for old in self._at(series_id):
                changed = change(old)
                put = "UPDATE series SET code = ?, ends = ?, fields = ? WHERE id = ?"
                try:
                    connection.execute(put, (*_columns(changed), series_id))
                except sqlite3.IntegrityError:
                    raise _taken(changed) from None
                return changed
        raise RefusalError(UNKNOWN_ID, f"No coupon series with id {series_id}")


@lru_cache
def _zone(name: str) -> dates.Zone:
    return dates.Zone(name)


def _columns(one: Series) -> tuple[str, int, str]:
    """Give code, end and fields as the table holds them.

    Codes are unique ignoring case, so the key is casefolded; answers have an order of their own.
    """
    ends = dates.parsed(one.get("validTillDateTime") or one["validTillDate"]).timestamp()
    names = sorted(one.keys() - {"id"}, key=lambda name: name[::-1])
    fields = json.dumps({name: one[name] for name in names})
    return one["seriesCode"].casefold(), int(ends), fields


def _taken(one: Series) -> RefusalError:
    return RefusalError(CODE_TAKEN, f"Series code {one['seriesCode']} already exists")
