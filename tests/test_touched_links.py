"""Which commits touch which series where links are: what is behind them counts."""

from __future__ import annotations

from datetime import UTC as UTC_TIME
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from committed import SERIES, commit, initialised, series, write
from conftest import UTC
from repositories import git

from reconciler.touched import touches

if TYPE_CHECKING:
    from collections.abc import Callable

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC_TIME)
A = series("A")
LESS = A.replace("500", "400")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One series behind a link, in the first commit."""
    made = initialised(tmp_path, monkeypatch)
    SERIES.mkdir()
    (SERIES / "a.yaml").symlink_to("../shared/a.txt")
    (SERIES / "b.yaml").symlink_to("b.txt")
    write("a.txt", A, Path("shared"))
    write("b.txt", series("B"))
    commit()
    git(made, "tag", "first")
    return made


def found() -> list[list[str]]:
    """The codes that each commit touched, the newest first; those that touched none left out."""
    return [sorted(one.codes) for one in touches(SERIES, UTC, LONG_AGO, "first")]


def behind() -> None:
    write("a.txt", LESS, Path("shared"))


def gone() -> None:
    Path("shared/a.txt").unlink()


def elsewhere() -> None:
    write("c.txt", LESS, Path("shared"))
    (SERIES / "a.yaml").unlink()
    (SERIES / "a.yaml").symlink_to("../shared/c.txt")


def out_of_the_repository() -> None:
    (SERIES / "a.yaml").unlink()
    (SERIES / "a.yaml").symlink_to("../../a.txt")


def a_file_again() -> None:
    (SERIES / "a.yaml").unlink()
    write("a.yaml", LESS)


@pytest.mark.parametrize("edit", [behind, gone, elsewhere, out_of_the_repository, a_file_again])
def test_what_changes_behind_a_link_touches_the_series(
    repository: Path, edit: Callable[[], None]
) -> None:
    edit()
    commit()

    assert [["A"]] == found()


def moved() -> None:
    write("c.txt", A, Path("shared"))
    (SERIES / "a.yaml").unlink()
    (SERIES / "a.yaml").symlink_to("../shared/c.txt")


def the_same_in_a_file() -> None:
    (SERIES / "a.yaml").unlink()
    write("a.yaml", A)


def beside() -> None:
    write("z.txt", series("Z"), Path("shared"))


@pytest.mark.parametrize("edit", [moved, the_same_in_a_file, beside])
def test_what_means_the_same_touches_nothing(repository: Path, edit: Callable[[], None]) -> None:
    edit()
    commit()

    assert [] == found()


def test_each_commit_is_told_with_its_codes_the_newest_first(repository: Path) -> None:
    behind()
    second = commit()
    write("notes.md", "nothing", Path())
    commit()
    write("b.txt", series("B").replace("500", "600"))
    write("c.yaml", series("C"))
    fourth = commit()

    told = [(one.commit, sorted(one.codes)) for one in touches(SERIES, UTC, LONG_AGO)]

    first = git(repository, "rev-parse", "first")
    assert [(fourth, ["B", "C"]), (second, ["A"]), (first, ["A", "B"])] == told


def test_a_link_that_was_there_in_between_counts_too(repository: Path) -> None:
    a_file_again()
    commit()
    git(repository, "tag", "--force", "first")
    write("a.txt", A, Path("shared"))
    (SERIES / "a.yaml").unlink()
    (SERIES / "a.yaml").symlink_to("../shared/a.txt")
    (SERIES / "b.yaml").unlink()
    commit()
    write("a.txt", LESS, Path("shared"))
    commit()
    the_same_in_a_file()
    write("a.yaml", LESS)
    commit()

    assert [["A"], ["A", "B"]] == found()


def test_a_folder_that_is_a_link_is_read_where_it_leads(repository: Path) -> None:
    SERIES.rename("real")
    SERIES.symlink_to("real")
    commit()
    git(repository, "tag", "--force", "first")
    write("c.yaml", series("C"))
    commit()

    assert [["C"]] == found()
