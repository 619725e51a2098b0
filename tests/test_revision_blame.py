"""Who wrote a line, as git can tell."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from committed import SERIES, initialised, series, write
from repositories import configure, git

from reconciler.lifecycle import Lines
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


def one_line(number: int) -> Lines:
    return Lines((number,), (number,))


def test_each_line_has_its_author_and_commit(repository: Path) -> None:
    one = written_by("Priya Rao", series("A"))
    two = written_by("प्रिया राव", series("A", "tag: author Mallory\n"))
    three = written_by("Asha", series("B"), "deep/भारत.yaml")
    write("a.yaml", series("A", "tag: author Mallory\nmaxCreate: 5\n"))
    write("new.yaml", series("N"))
    place = "series/a.yaml"

    assert {
        (place, one_line(1)): f"Priya Rao, {one}",
        (place, one_line(11)): f"प्रिया राव, {two}",
        (place, one_line(12)): "not committed yet",
        ("series/deep/भारत.yaml", one_line(2)): f"Asha, {three}",
        ("series/new.yaml", one_line(1)): "not committed yet",
    } == blame(
        SERIES,
        [
            (place, one_line(1)),
            (place, one_line(11)),
            (place, one_line(12)),
            (place, one_line(13)),
            (place, one_line(0)),
            ("series/deep/भारत.yaml", one_line(2)),
            ("series/new.yaml", one_line(1)),
            ("series/nowhere.yaml", one_line(1)),
            ("../outside.yaml", one_line(1)),
        ],
    )


def test_before_the_first_commit_nothing_is_committed(repository: Path) -> None:
    assert {("series/a.yaml", one_line(1)): "not committed yet"} == blame(
        SERIES, [(write("a.yaml", series("A")), one_line(1))]
    )


def test_a_line_keeps_its_author_where_it_moves(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = written_by("Priya Rao", series("A"))
    git(repository, "mv", "series/a.yaml", "series/b.yaml")
    written_by("Asha", "# first\n" + series("A"), "b.yaml")
    monkeypatch.chdir(repository / "series")

    assert {("./b.yaml", one_line(3)): f"Priya Rao, {one}"} == blame(
        Path(), [("./b.yaml", one_line(3))]
    )


def test_a_name_that_could_act_is_shown_literally(repository: Path) -> None:
    one = written_by("A\x1b[31m ::error::\u202e " + "x" * 100, series("A"))

    (who,) = blame(SERIES, [("series/a.yaml", one_line(1))]).values()

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

    assert {("series/a.yaml", one_line(1)): f"an author without a name, {commit_id[:7]}"} == blame(
        SERIES, [("series/a.yaml", one_line(1))]
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
        blame(SERIES, [("series/a.yaml", one_line(1)), ("series/a.yaml", one_line(11))]).values()
    )
    assert not (tmp_path / "ran").exists()


A = "series/a.yaml"
BOTH = Lines((11, 12), (11,))


def told(lines: Lines = BOTH) -> list[str]:
    return list(blame(SERIES, [(A, lines)]).values())


def test_the_last_to_write_of_several_lines_is_named_and_who_gave_the_reason(
    repository: Path,
) -> None:
    one = written_by("Priya", series("A", "info: why\ntag: x\n"))
    assert [f"Priya, {one}"] == told()

    two = written_by("Mallory", series("A", "info: why\ntag: y\n"))
    assert [f"Mallory, {two} (the reason: Priya, {one})"] == told()

    write("a.yaml", series("A", "info: why\ntag: z\n"))
    assert [f"not committed yet (the reason: Priya, {one})"] == told()

    three = written_by("Priya", series("A", "info: why\ntag: z\n"))
    assert [f"Priya, {three}"] == told()


def test_a_new_reason_beside_old_figures_is_the_last_to_write(repository: Path) -> None:
    written_by("Priya", series("A", "info: why\ntag: x\n"))
    two = written_by("Mallory", series("A", "info: because\ntag: x\n"))

    assert [f"Mallory, {two}"] == told()


def test_a_clock_that_was_set_back_hides_nobody(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = written_by("Priya", series("A", "info: why\ntag: x\n"))
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2001-01-01T00:00:00Z")
    two = written_by("Mallory", series("A", "info: why\ntag: y\n"))

    assert [f"Mallory, {two} (the reason: Priya, {one})"] == told()


def test_of_two_branches_the_later_one_is_named(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "info: why\ntag: x\nmaxCreate: 1\nmaxRedeem: 1\npriority: 1\n"
    written_by("Priya", series("A", text))
    git(repository, "branch", "other")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2031-01-01T00:00:00Z")
    two = written_by("Mallory", series("A", text.replace("why", "because")))
    git(repository, "switch", "--quiet", "other")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2030-01-01T00:00:00Z")
    three = written_by("Asha", series("A", text.replace("priority: 1", "priority: 2")))
    git(repository, "merge", "--quiet", "--no-edit", two)

    assert [f"Mallory, {two}"] == told(Lines((11, 15), (11,)))
    assert [f"Mallory, {two} (the reason: Asha, {three})"] == told(Lines((11, 15), (15,)))


def test_blank_lines_are_nobodys(repository: Path) -> None:
    one = written_by("Priya", series("A", "info: why\ntag: x\n"))
    written_by("Mallory", series("A", "info: why\n\ntag: x\n"))

    assert [f"Priya, {one}"] == told(Lines((11, 12, 13), (11, 12)))


def test_a_cut_history_hides_who_gave_the_reason(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written_by("Priya", series("A", "info: why\ntag: x\n"))
    written_by("Asha", series("A", "info: why\ntag: y\n"))
    three = written_by("Mallory", series("A", "info: why\ntag: z\n"))
    git(tmp_path, "clone", "--quiet", "--depth=2", repository.as_uri(), "cut")
    monkeypatch.chdir(tmp_path / "cut")

    assert [f"Mallory, {three} (the reason: somebody before this clone's history)"] == told()
    assert [] == told(one_line(11))
