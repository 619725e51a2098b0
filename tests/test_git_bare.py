"""A folder of series that looks like a repository of git's: nothing that it says is done."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from github_desk import TOKEN
from merged import KEY, REPOSITORY
from pullrequest import QUIET
from repositories import git, isolate

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

DRAWN = "drawn.sh"


@pytest.fixture
def canary(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a setting in series/ would make, if any was obeyed."""
    isolate(project, monkeypatch)
    (project / ".gitignore").write_text("/.reconciler/\n/state/\n/.gitconfig\n/*.json\n")
    (project / "series" / "one.yaml").write_text(QUIET)
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "-m", "one")
    made = project / "canary"
    poisoned(project / "series", made)
    monkeypatch.setenv("RECONCILER_APPROVAL_KEY", KEY)
    monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    return made


def poisoned(series: Path, canary: Path) -> None:
    """All that git takes for a repository, and settings that are commands."""
    drawn = series / DRAWN
    drawn.write_text(f"#!/bin/sh\ntouch '{canary}'\n")
    drawn.chmod(0o755)
    for name in ("objects", "refs"):  # with the commit, as if it was this very repository
        shutil.copytree(series.parent / ".git" / name, series / name)
    (series / "HEAD").write_text("ref: refs/heads/main\n")
    settings = f"""\
[core]
\trepositoryformatversion = 0
\tbare = false
\tworktree = {series}
\tfsmonitor = {drawn}
\tsshCommand = {drawn}
\taskPass = {drawn}
[remote "origin"]
\turl = ext::{drawn} %S
\tfetch = +refs/*:refs/*
[protocol "ext"]
\tallow = always
"""
    (series / "config").write_text(settings)


COMMANDS = {
    "validate": ("validate",),
    "plan": ("plan",),
    "plan against a commit": ("plan", "--against", "HEAD"),
    "apply": ("apply", "--yes"),
    "apply with the record": ("apply", "--yes", "--record"),
    "drift": ("drift",),
    "drift since a commit": ("drift", "--base", "HEAD"),
    "github reviewed": ("github", "reviewed"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_no_command_does_what_the_folder_says(
    canary: Path, cli: Cli, command: tuple[str, ...]
) -> None:
    ran = cli(*command)

    assert not canary.exists()
    assert 1 != ran.code, ran.err


@pytest.mark.parametrize(
    "command",
    [("plan",), ("apply", "--yes", "--record"), ("drift",), ("github", "reviewed")],
    ids=" ".join,
)
def test_what_needs_git_says_why_it_stops(canary: Path, cli: Cli, command: tuple[str, ...]) -> None:
    ran = cli(*command)

    assert "cannot use bare repository" in ran.err
    assert 0 != ran.code
    assert not canary.exists()


def test_git_itself_would_do_it(canary: Path) -> None:
    """Else the tests above prove nothing."""
    git(canary.parent / "series", "status", "--short")

    assert canary.exists()
