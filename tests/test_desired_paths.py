"""Links, pipes, closed directories and odd names: what is read, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from conftest import MINIMAL

from reconciler.desired import Files, load

if TYPE_CHECKING:
    from conftest import Write

SERIES = Path("series")


def read(*paths: Path) -> Files:
    return load(paths or [SERIES], ZoneInfo("UTC"))


def problems(files: Files) -> list[tuple[str, int, int, str, str]]:
    return [(said.file, said.line, said.column, said.rule, said.hint) for said in files.problems]


def link(project: Path, name: str, to: Path | str) -> None:
    (project / "series" / name).symlink_to(to)


def test_a_link_that_leaves_the_directory_is_refused(project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(MINIMAL)
    link(project, "x.yaml", outside)

    assert problems(read()) == [("series/x.yaml", 1, 1, "symbolic-link", "the file itself")]


def test_a_link_to_a_sibling_whose_name_begins_alike_leaves_too(project: Path) -> None:
    (project / "series-2").mkdir()
    (project / "series-2" / "x.yaml").write_text(MINIMAL)
    link(project, "x.yaml", project / "series-2" / "x.yaml")

    assert [said.rule for said in read().problems] == ["symbolic-link"]


def test_a_link_to_a_file_inside_is_followed(write: Write, project: Path) -> None:
    write(MINIMAL, "april.txt")
    link(project, "april.yaml", "april.txt")

    assert list(read().series) == ["APRIL100"]


def test_a_link_to_a_series_file_names_its_code_twice(write: Write, project: Path) -> None:
    write(MINIMAL, "a.yaml")
    link(project, "b.yaml", "a.yaml")

    assert [said.rule for said in read().problems] == ["duplicate-code"]


def test_a_link_to_a_directory_is_not_followed(write: Write, project: Path) -> None:
    write(MINIMAL, "inside/a.yaml")
    link(project, "again", "inside")

    assert problems(read()) == [("series/again", 1, 1, "symbolic-link", "the directory itself")]


@pytest.mark.parametrize(
    "to", [pytest.param("nowhere", id="broken"), pytest.param("x.yaml", id="to itself")]
)
def test_a_link_to_nothing_cannot_be_read(project: Path, to: str) -> None:
    link(project, "x.yaml", to)

    assert problems(read()) == [("series/x.yaml", 1, 1, "unreadable", "a readable file")]


def test_a_directory_of_series_may_itself_be_a_link(write: Write, project: Path) -> None:
    write(MINIMAL)
    (project / "linked").symlink_to("series")

    assert list(read(Path("linked")).series) == ["APRIL100"]


def test_a_named_pipe_is_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "series" / "x.yaml")

    assert problems(read()) == [("series/x.yaml", 1, 1, "unreadable", "what can be read")]


def test_a_file_that_fails_to_read_is_told() -> None:
    files = read(Path("/proc/self/mem"))  # a regular file whose first byte cannot be read

    assert [said.rule for said in files.problems] == ["unreadable"]


def test_a_directory_that_cannot_be_looked_into_is_told(project: Path) -> None:
    """No right to read would be the usual reason, but the superuser has every right."""
    folder = os.open(project / "series", os.O_RDONLY)
    for _ in range(20):  # deeper than a path may be long
        os.mkdir("d" * 250, dir_fd=folder)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)

    assert {said.rule for said in read().problems} == {"unreadable"}


def test_a_file_name_that_is_not_utf_8_is_refused(project: Path) -> None:
    name = os.fsencode(project / "series") + b"/tea-\xe9.yaml"
    with open(name, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a path of bytes
        stream.write(MINIMAL)

    assert problems(read()) == [
        ("series/tea-\ufffd.yaml", 1, 1, "file-name", "a name of letters and digits")
    ]
