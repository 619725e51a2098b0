"""What reached the server: the log of requests, and those of them that are not over yet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from reconciler.sandbox.database import Database

_KEPT: Final = 100_000
_ANSWERED_SINCE: Final = (
    "(SELECT count(*) FROM request WHERE request.number > {0}.number AND request.status != 0)"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request that reached the server.

    `status` is 0 where no answer went out. `body` is the decoded JSON; None without any, and for a
    request for a token. `made` is the id of the series that a POST made.
    """

    method: str
    path: str
    query: str
    status: int
    body: Any = None
    processed: bool = True
    made: int | None = None

    @property
    def url(self) -> str:
        """The path, and what stands behind it."""
        return f"{self.path}?{self.query}" if self.query else self.path


class Journal:
    """The log. Every method is one transaction, or a part of the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def requests(self) -> list[Request]:
        """List all requests, oldest first."""
        return self._requests("1 ORDER BY number")

    def add(self, request: Request) -> int:
        """Remember a request and give its number; of very many only the last are kept."""
        add = (
            "INSERT INTO request (method, path, query, status, body, processed, made)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        trim = "DELETE FROM request WHERE number <= ?"
        said = (request.method, request.path, request.query, request.status)
        row = (*said, json.dumps(request.body), request.processed, request.made)
        with self._database.transaction() as connection:
            number = connection.execute(add, row).lastrowid or 0
            connection.execute(trim, (number - _KEPT,))
        return number

    def processed(self, number: int, made: int | None) -> None:
        """Note that a late request is processed now."""
        done = "UPDATE request SET processed = 1, made = ? WHERE number = ?"
        with self._database.transaction() as connection:
            connection.execute(done, (made, number))
            connection.execute("DELETE FROM late WHERE number = ?", (number,))

    def postpone(self, number: int, after: int) -> None:
        """Remember that a request is late."""
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO late VALUES (?, ?)", (number, after))

    def due(self, *, at_once: bool = False) -> list[tuple[int, Request]]:
        """List the late requests whose time has come, or all, each with its number."""
        rows = self._database.select("SELECT number FROM late ORDER BY number")
        if not rows:
            return []
        come = "1" if at_once else f"after <= {_ANSWERED_SINCE.format('late')}"
        rows = self._database.select(f"SELECT number FROM late WHERE {come} ORDER BY number")  # noqa: S608 - literals of this module
        return [(number, *self._requests("number = ?", number)) for (number,) in rows]

    def lag(self, number: int, after: int, series_id: int, before: list[Any]) -> None:
        """Let reads show a series as it was `before` that request: a row of `image`, or none."""
        add = "INSERT INTO lagging VALUES (?, ?, ?, ?, ?, ?, ?)"
        old = before[0] if before else (None, None, None, None)
        with self._database.transaction() as connection:
            connection.execute(add, (number, after, series_id, *old))

    def image(self, series_id: str) -> list[Any]:
        """Take the row of a series for `lag`."""
        row = "SELECT code, ends, place, fields FROM series WHERE id = ?"
        return self._database.select(row, series_id)

    def lags(self) -> bool:
        """Tell whether reads show anything that is over."""
        ((found,),) = self._database.select("SELECT EXISTS (SELECT 1 FROM lagging)")
        return bool(found)

    def catch_up(self, *, at_once: bool = False) -> None:
        """End the lags whose time has come, or all."""
        if self.lags():
            come = "1" if at_once else f"after <= {_ANSWERED_SINCE.format('lagging')}"
            with self._database.transaction() as connection:
                connection.execute(f"DELETE FROM lagging WHERE {come}")  # noqa: S608 - literals of this module

    def under_way(self) -> tuple[int, int]:
        """Count the late requests, and the writes that reads do not show yet."""
        ((late, lagging),) = self._database.select(
            "SELECT (SELECT count(*) FROM late), (SELECT count(*) FROM lagging)"
        )
        return late, lagging

    def _requests(self, condition: str, *values: object) -> list[Request]:
        columns = "method, path, query, status, body, processed, made"
        rows = self._database.select(f"SELECT {columns} FROM request WHERE {condition}", *values)  # noqa: S608 - literals of this module
        return [
            Request(method, path, query, status, json.loads(body), bool(processed), made)
            for method, path, query, status, body, processed, made in rows
        ]
