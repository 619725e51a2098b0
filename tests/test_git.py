"""What is known of the repository around the files."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from reconciler.git import head

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    git(tmp_path, "init", "--quiet")
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_commit_is_a_full_id_also_from_below(repository: Path) -> None:
    (repository / "series").mkdir()
    git(repository, "commit", "--quiet", "--allow-empty", "-m", "one")

    assert git(repository, "rev-parse", "HEAD") == head(repository) == head(repository / "series")
    assert 40 == len(head(repository) or "")


def test_before_the_first_commit_there_is_none(repository: Path) -> None:
    assert None is head(repository)


def test_without_a_repository_or_a_directory_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert None is head(tmp_path)
    assert None is head(tmp_path / "nowhere")


def test_without_git_there_is_none(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))

    assert None is head(repository)
