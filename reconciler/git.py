"""The git repository around the files, where there is one."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def head(directory: Path) -> str | None:
    """The full id of the commit that is checked out at a directory; None without a repository."""
    try:
        found = subprocess.run(
            ["git", "-C", str(directory), "rev-parse", "--verify", "--quiet", "HEAD"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:  # git is not installed: nothing needs it here
        return None
    return found.stdout.strip() or None
