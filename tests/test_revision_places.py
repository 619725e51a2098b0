"""Where the directory of series lies in its repository, and the configuration at a commit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from committed import PROTECT, SERIES, commit, files_at, initialised, protected, series, write
from conftest import UTC
from repositories import git

from reconciler.revision import at, config_at


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return initialised(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("folder", "below", "given"),
    [
        pytest.param(".", "", ".", id="the top, as a dot"),
        pytest.param("a/b/series", "a", "b/series", id="below the current directory"),
        pytest.param("a/series", "b", "../a/series", id="beside it"),
        pytest.param("a/series", "a/series", ".", id="the current directory"),
        pytest.param("a", "a/x", "..", id="above it"),
        pytest.param("série/भारत", "", "série/भारत", id="names of any script"),
    ],
)
def test_the_directory_may_lie_anywhere(
    repository: Path, monkeypatch: pytest.MonkeyPatch, folder: str, below: str, given: str
) -> None:
    write("in/one.yaml", series("A", PROTECT), Path(folder))
    write("in/two.yaml", series("B"), Path(folder))
    commit()
    (repository / below).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(repository / below)
    here = Path(given)

    assert {"A": f"{here}/in/one.yaml", "B": f"{here}/in/two.yaml"} == files_at("HEAD", here)
    assert {"A": "in/one.yaml", "B": "in/two.yaml"} == {
        code: os.path.relpath(file, here)
        for code, file in files_at("HEAD", repository / folder).items()
    }
    write("in/one.yaml", series("A"), here)
    assert {"A"} == protected({"A": f"{here}/in/one.yaml", "B": f"{here}/in/two.yaml"}, here)


def test_one_file_may_stand_for_the_directory(repository: Path) -> None:
    file = write("one.txt", series("A"))
    commit()

    assert {"A": file} == files_at("HEAD", Path(file))


def test_a_link_to_the_directory_is_followed(repository: Path, tmp_path: Path) -> None:
    write("a.yaml", series("A"), Path("real"))
    (repository / "series").symlink_to("real")
    (tmp_path / "outside").symlink_to(repository / "real")
    commit()

    assert {"A": "series/a.yaml"} == files_at("HEAD")
    assert {"A": f"{tmp_path}/outside/a.yaml"} == files_at("HEAD", tmp_path / "outside")


def test_a_directory_that_became_a_link_is_read_as_it_was(repository: Path) -> None:
    write("a.yaml", series("A"))
    write("b.yaml", series("B"), Path("other"))
    commit()
    (repository / "series").rename("old")
    (repository / "series").symlink_to("other")

    assert {"A": "series/a.yaml"} == files_at("HEAD")


def test_a_directory_that_is_gone_is_still_known_to_the_commit(repository: Path) -> None:
    file = Path(write("a.yaml", series("A"), Path("x/series")))
    commit()
    file.unlink()
    file.parent.rmdir()
    file.parent.parent.rmdir()

    assert {"A": "x/series/a.yaml"} == files_at("HEAD", Path("x/series"))


def test_a_directory_that_was_not_there_yet_is_told(repository: Path) -> None:
    one = commit()
    write("a.yaml", series("A"))
    commit()

    found = at(SERIES, one, UTC)

    assert {} == found.series
    assert (f"series is not there at {one[:7]}: every file counts as new",) == found.warnings


def test_below_what_was_a_file_there_was_no_directory(repository: Path) -> None:
    write("x", "a file", Path())
    commit()
    Path("x").unlink()
    write("a.yaml", series("A"), Path("x/series"))

    found = at(Path("x/series"), "HEAD", UTC)

    assert ({}, 1) == (found.series, len(found.warnings))


def test_the_configuration_is_that_of_the_commit(repository: Path) -> None:
    config = Path("below/reconciler.toml")
    write("reconciler.toml", "[guardrails]\nmax_percent = 40  # क\n", Path("below"))
    one = commit()
    write("reconciler.toml", "[guardrails]\nmax_percent = 100\n", Path("below"))

    assert "[guardrails]\nmax_percent = 40  # क\n" == config_at(config, one)
    assert "[guardrails]\nmax_percent = 40  # क\n" == config_at(repository / config, one)
    assert None is config_at(Path("other.toml"), one)
    assert None is config_at(Path("below"), one)
    assert None is config_at(Path("below/reconciler.toml/x"), one)
    assert None is config_at(config, "f" * 40)


def test_a_configuration_is_read_as_it_was_then_through_links_of_then(repository: Path) -> None:
    write("reconciler.toml", "max = 1\n", Path())
    write("loose.toml", "max = 2\n", Path())
    one = commit()
    Path("reconciler.toml").unlink()
    Path("reconciler.toml").symlink_to("loose.toml")
    two = commit()

    assert "max = 1\n" == config_at(Path("reconciler.toml"), one)
    assert "max = 2\n" == config_at(Path("reconciler.toml"), two)


def test_a_configuration_of_another_repository_is_not_at_the_commit(
    repository: Path, tmp_path: Path
) -> None:
    write("a.yaml", series("A"))
    one = commit()
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", str(other))
    write("reconciler.toml", "max = 1\n", other)

    assert None is config_at(other / "reconciler.toml", one)
    assert None is config_at(tmp_path / "reconciler.toml", one)
