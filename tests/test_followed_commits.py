"""The commits that were applied, and a history that does not have them any more."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from conftest import MINIMAL
from repositories import git
from test_cli_record import CHEAPER, MAY, REF, commit, methods, repository, tip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Cli, Write

__all__ = ["repository"]  # a fixture


def rewritten(folder: Path) -> None:
    """The last commit is another one now, as after a rebase; the old one is still known."""
    git(folder, "commit", "--quiet", "--amend", "-m", "Edit, in other words")


def forgotten(folder: Path) -> None:
    """As after a rebase and a fresh clone: nobody here knows the old commit."""
    rewritten(folder)
    git(folder, "reflog", "expire", "--expire=now", "--all")
    git(folder, "gc", "--quiet", "--prune=now")


LOST: dict[str, Callable[[Path], None]] = {"rewritten": rewritten, "forgotten": forgotten}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_a_commit_that_is_not_in_this_history_is_named_with_a_way_out(
    cli: Cli, repository: Path, write: Write, lose: Callable[[Path], None]
) -> None:
    cli("apply", "--yes", "--record")
    applied = git(repository, "rev-parse", "HEAD")
    so_far = methods()
    lose(repository)
    write(CHEAPER)
    commit(repository)

    ran = cli("apply", "--yes", "--record")

    assert (5, so_far) == (ran.code, methods())
    assert applied in ran.err
    assert REF in ran.err, "how to set the record right"


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_what_no_file_has_any_more_does_not_stand_in_the_way(
    cli: Cli, repository: Path, write: Write, lose: Callable[[Path], None]
) -> None:
    write(MAY, "may.yaml")
    commit(repository)
    cli("apply", "--yes", "--record")
    (repository / "series" / "one.yaml").unlink()
    (repository / "series" / "may.yaml").unlink()
    write(MINIMAL.replace("APRIL100", "JUNE100").replace("April", "June"), "june.yaml")
    lose(repository)
    commit(repository)

    ran = cli("apply", "--yes", "--record")

    assert (0, 3) == (ran.code, methods().count("POST")), ran.err


def test_one_file_whose_commit_is_lost_is_enough(cli: Cli, repository: Path, write: Write) -> None:
    write(MAY, "may.yaml")
    commit(repository)
    cli("apply", "--yes", "--record")
    before = tip(repository)
    (repository / "series" / "may.yaml").unlink()
    rewritten(repository)
    commit(repository)

    ran = cli("apply", "--yes", "--record")

    assert (5, before) == (ran.code, tip(repository))


def test_a_shallow_clone_is_told_to_fetch_its_history(
    cli: Cli, repository: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("apply", "--yes", "--record")
    write(CHEAPER)
    commit(repository)
    git(repository, "clone", "--quiet", "--depth=1", repository.as_uri(), "shallow")
    shallow = repository / "shallow"
    git(shallow, "fetch", "--quiet", "origin", f"+{REF}:{REF}")
    shutil.copy(repository / "reconciler.toml", shallow)
    monkeypatch.chdir(shallow)

    ran = cli("apply", "--yes")

    assert 5 == ran.code
    assert "fetch the whole history" in ran.err
