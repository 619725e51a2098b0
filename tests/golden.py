"""Files that hold what a view shows, and how they are written anew."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def check(shown: str, file: Path) -> None:
    """That a file holds just this text. With GOLDEN=1 in the environment it is written first."""
    if os.environ.get("GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(shown, encoding="utf-8")
    expected = file.read_text(encoding="utf-8") if file.exists() else ""
    test = os.environ["PYTEST_CURRENT_TEST"].partition("::")[0]
    assert expected == shown, f"where this is right: GOLDEN=1 .venv/bin/pytest -n 0 {test}"
