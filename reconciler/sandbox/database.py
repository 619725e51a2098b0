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
)
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
        """Hold the only write lock of the database; everything in the block happens, or nothing."""
        with self._lock, self._opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

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
        return connection
