"""What a command opens because somebody named it: files, and the sandbox's data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.sandbox import Store


def text_of(file: str, what: str) -> str:
    """What stands in a file that the user named. Raises UsageError."""
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"the {what} {file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"the {what} {file} cannot be read: it is not UTF-8") from None


def open_sandbox(file: str) -> Store:
    """The sandbox's data in a file, made when it is not there. Raises UsageError."""
    try:
        from reconciler.sandbox import Store
    except ImportError as error:
        raise UsageError(
            f"the sandbox needs more packages ({error.name}): pip install 'reconciler[sandbox]'"
        ) from None
    import sqlite3

    store = Store(file)
    try:
        store.by_ids(())  # opens it
    except OSError as error:
        raise UsageError(f"the sandbox's file {file} cannot be made: {error.strerror}") from None
    except sqlite3.Error as error:
        raise UsageError(f"the sandbox's file {file} cannot be used: {error}") from None
    return store
