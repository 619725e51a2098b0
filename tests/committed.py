"""What the tests of revisions share: files of series, committed from the current directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from conftest import MINIMAL, UTC
from repositories import git, isolate

from reconciler.revision import at, protected_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

SERIES = Path("series")
PROTECT = "lifecycle: {protect: true}\n"


def initialised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, which is the current directory."""
    isolate(tmp_path, monkeypatch)
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    monkeypatch.chdir(folder)
    return folder


def series(code: str = "APRIL100", more: str = "") -> str:
    return MINIMAL.replace("APRIL100", code) + more


def write(name: str, text: str, folder: Path = SERIES) -> str:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return str(file)


def commit(message: str = "a commit") -> str:
    here = Path()
    git(here, "add", "--all")
    git(here, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(here, "rev-parse", "HEAD")


def files_at(rev: str, folder: Path = SERIES) -> dict[str, str]:
    found = at(folder, rev, UTC)
    assert () == found.warnings
    return {code: one.file for code, one in found.series.items()}


def protected(files: Mapping[str, str], folder: Path = SERIES) -> set[str]:
    return set(protected_before(folder, files))
