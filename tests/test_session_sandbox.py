"""The sandbox's file, as the command line opens it: whatever is wrong with it is one line."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import UsageError
from reconciler.opening import open_sandbox

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_made_with_its_folders(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "live.db"
    open_sandbox(str(file)).close()
    assert file.is_file()


def test_a_file_that_is_no_database_is_a_mistake_of_usage_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, " * 100)

    with pytest.raises(UsageError, match=r"notes\.txt cannot be used: file is not a database"):
        open_sandbox(str(file))

    assert file.read_text() == "not a database, " * 100


def test_another_programs_database_is_a_mistake_of_usage(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE series (name TEXT)")
    connection.close()

    with pytest.raises(UsageError, match=r"other\.db cannot be used: no such column"):
        open_sandbox(str(file))


def test_a_directory_is_a_mistake_of_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be used: unable to open database file"):
        open_sandbox(str(tmp_path))
