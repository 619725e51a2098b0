"""What the tests of git share: repositories that no setting of the machine reaches."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from reconciler.record import Entry
from reconciler.recordref import read

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

RECORD = "refs/reconciler/eu"  # the ref of the target that the tests record


def isolate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No repository above, no configuration but the test's own, nobody known to git."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "EMAIL"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))


def git(folder: Path, *arguments: str) -> str:
    """What git prints, run by somebody called A."""
    who = ["-c", "user.name=A", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def configure(tmp_path: Path, key: str, value: str) -> None:
    """Set what the user has configured, in every repository of the test."""
    git(tmp_path, "config", "--file", str(tmp_path / ".gitconfig"), key, value)


def entry(code: str, value: int = 500) -> Entry:
    """A series as it was applied with a discount."""
    managed = {"seriesCode": code, "discountValue": value}
    return Entry(code, 7, managed, None, "sha256:" + "d" * 64, True, None, ())  # noqa: FBT003 - made


def clone(bare: Path, name: str, *options: str) -> Path:
    git(bare.parent, "clone", "--quiet", *options, bare.as_uri(), name)
    return bare.parent / name


def values(folder: Path) -> dict[str, int]:
    found = read(folder, "eu").entries.values()
    return {one.code: one.managed["discountValue"] for one in found}


def subjects(folder: Path) -> list[str]:
    """What the log of the ref says, the first commit first; and that it is one line of commits."""
    assert [] == git(folder, "rev-list", "--min-parents=2", RECORD).split()
    return git(folder, "log", "--reverse", "--format=%s", RECORD).splitlines()
