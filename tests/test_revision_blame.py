"""Who wrote a line, as git can tell."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from committed import SERIES, initialised, series, write
from repositories import configure, git

from reconciler.revision import blame


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return initialised(tmp_path, monkeypatch)


def written_by(name: str, text: str, file: str = "a.yaml") -> str:
    write(file, text)
    git(Path(), "add", "--all")
    author = f"--author={name} <x@shop.test>"
    git(Path(), "commit", "--quiet", author, "-m", "author Mallory\nboundary")
    return git(Path(), "rev-parse", "HEAD")[:7]


def test_each_line_has_its_author_and_commit(repository: Path) -> None:
    one = written_by("Priya Rao", series("A"))
    two = written_by("प्रिया राव", series("A", "tag: author Mallory\n"))
    three = written_by("Asha", series("B"), "deep/भारत.yaml")
    write("a.yaml", series("A", "tag: author Mallory\nmaxCreate: 5\n"))
    write("new.yaml", series("N"))
    place = "series/a.yaml"

    assert {
        (place, 1): f"Priya Rao, {one}",
        (place, 11): f"प्रिया राव, {two}",
        (place, 12): "not committed yet",
        ("series/deep/भारत.yaml", 2): f"Asha, {three}",
        ("series/new.yaml", 1): "not committed yet",
    } == blame(
        SERIES,
        [
            (place, 1),
            (place, 11),
            (place, 12),
            (place, 13),
            (place, 0),
            ("series/deep/भारत.yaml", 2),
            ("series/new.yaml", 1),
            ("series/nowhere.yaml", 1),
            ("../outside.yaml", 1),
        ],
    )


def test_before_the_first_commit_nothing_is_committed(repository: Path) -> None:
    assert {("series/a.yaml", 1): "not committed yet"} == blame(
        SERIES, [(write("a.yaml", series("A")), 1)]
    )


def test_a_line_keeps_its_author_where_it_moves(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = written_by("Priya Rao", series("A"))
    git(repository, "mv", "series/a.yaml", "series/b.yaml")
    written_by("Asha", "# first\n" + series("A"), "b.yaml")
    monkeypatch.chdir(repository / "series")

    assert {("./b.yaml", 3): f"Priya Rao, {one}"} == blame(Path(), [("./b.yaml", 3)])


def test_a_name_that_could_act_is_shown_literally(repository: Path) -> None:
    one = written_by("A\x1b[31m ::error::\u202e " + "x" * 100, series("A"))

    (who,) = blame(SERIES, [("series/a.yaml", 1)]).values()

    assert who.startswith("A\\x1b[31m :\\x3aerror:\\x3a\\u202e xxx")
    assert who.endswith(f"…, {one}")


def test_an_author_without_a_name_is_called_that(repository: Path) -> None:
    tree = ("write-tree",)
    write("a.yaml", series("A"))
    git(repository, "add", "--all")
    who = "<x@shop.test> 1700000000 +0000"
    raw = f"tree {git(repository, *tree)}\nauthor  {who}\ncommitter  {who}\n\nx\n"
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
        input=raw.encode(),
        check=True,
        capture_output=True,
    )
    commit_id = made.stdout.decode().strip()
    git(repository, "update-ref", "HEAD", commit_id)

    assert {("series/a.yaml", 1): f"an author without a name, {commit_id[:7]}"} == blame(
        SERIES, [("series/a.yaml", 1)]
    )


def test_what_the_user_configured_spoils_no_blame(repository: Path, tmp_path: Path) -> None:
    one = written_by("Priya Rao", series("A", "tag: x\n"))
    two = written_by("Asha", series("A", "tag: y\n"))
    (tmp_path / "ignored").write_text(git(repository, "rev-parse", "HEAD"))
    for key, value in (
        ("blame.ignoreRevsFile", str(tmp_path / "ignored")),
        ("blame.showEmail", "true"),
        ("blame.blankBoundary", "true"),
        ("core.fsmonitor", f"touch {tmp_path}/ran; false"),
        ("diff.x.textconv", f"touch {tmp_path}/ran; tac <"),
    ):
        configure(tmp_path, key, value)
    (repository / ".git/info/attributes").write_text("*.yaml diff=x\n")

    assert [f"Priya Rao, {one}", f"Asha, {two}"] == list(
        blame(SERIES, [("series/a.yaml", 1), ("series/a.yaml", 11)]).values()
    )
    assert not (tmp_path / "ran").exists()
