"""One SQLite database, opened on first use, shared by threads and by other processes."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS series (
        id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, ends INTEGER NOT NULL,
        place INTEGER NOT NULL, fields TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS series_place ON series (place, id)",
    """CREATE TABLE IF NOT EXISTS request (
        number INTEGER PRIMARY KEY, method TEXT NOT NULL, path TEXT NOT NULL,
        query TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, ends REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS behaviour (chosen TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS fault (
        number INTEGER PRIMARY KEY, fault TEXT NOT NULL, calls INTEGER NOT NULL DEFAULT 0)""",
    # Requests on their way: to be processed once that many later ones are answered.
    "CREATE TABLE IF NOT EXISTS late (number INTEGER PRIMARY KEY, after INTEGER NOT NULL)",
    # What reads still show of a series: the row as it was before that request, if there was one.
    """CREATE TABLE IF NOT EXISTS lagging (
        number INTEGER PRIMARY KEY, after INTEGER NOT NULL, id INTEGER NOT NULL,
        code TEXT, ends INTEGER, place INTEGER, fields TEXT)""",
    """CREATE VIEW IF NOT EXISTS seen AS
        SELECT id, code, ends, place, fields FROM series
            WHERE id NOT IN (SELECT id FROM lagging)
        UNION ALL
        SELECT id, code, ends, place, fields FROM lagging
            WHERE number IN (SELECT min(number) FROM lagging GROUP BY id) AND fields IS NOT NULL""",
)
# Columns of `request` that files of an older version lack.
_ADDED: Final = {"processed": "INTEGER NOT NULL DEFAULT 1", "made": "INTEGER"}
_TABLES: Final = ("series", "request", "token", "behaviour", "fault", "late", "lagging")
_PATIENCE: Final = 30.0  # seconds to wait for another process that is writing


class Database:
    """One connection behind a lock: statements are short, so threads need none of their own.

    The path names a file, made with its folders when missing, or is ":memory:".
    """

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the database. A later use opens it again; what was in ":memory:" is gone then."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def select(self, statement: str, *values: object) -> list[Any]:
        """Run one reading statement and give all its rows."""
        with self._lock:
            return self._opened().execute(statement, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the only write lock of the database; everything in the block happens, or nothing.

        A block inside another is a part of that one.
        """
        with self._lock:
            connection = self._opened()
            if connection.in_transaction:
                yield connection
                return
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection

    def empty(self) -> None:
        """Forget everything."""
        with self.transaction() as connection:
            for table in _TABLES:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of this module

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        if self._path != ":memory:":
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self._path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
        )
        weakref.finalize(self, connection.close)  # for a store that nobody closes
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                connection.execute(statement)
            known = {row[1] for row in connection.execute("PRAGMA table_info(request)")}
            for name in _ADDED.keys() - known:
                connection.execute(f"ALTER TABLE request ADD COLUMN {name} {_ADDED[name]}")
        return connection
