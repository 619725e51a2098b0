"""Which commits touch which series: by what the files mean, whatever they are called."""

from __future__ import annotations

from datetime import UTC as UTC_TIME
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from committed import SERIES, commit, initialised, series, write
from conftest import UTC
from repositories import configure, git

from reconciler.errors import RecordError, UsageError
from reconciler.touched import touches

if TYPE_CHECKING:
    from collections.abc import Callable

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC_TIME)
A = series("A")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One series, in the first commit."""
    made = initialised(tmp_path, monkeypatch)
    write("a.yaml", A)
    commit()
    git(made, "tag", "first")
    return made


def found(
    start: str | None = "first",
    folder: Path = SERIES,
    after: datetime = LONG_AGO,
    zone: ZoneInfo = UTC,
) -> list[list[str]]:
    """The codes that each commit touched, the newest first; those that touched none left out."""
    return [sorted(one.codes) for one in touches(folder, zone, after, start)]


def test_each_commit_is_told_with_its_codes_the_newest_first(repository: Path) -> None:
    write("b.yaml", series("B"))
    write("c.yaml", series("C"))
    second = commit()
    write("a.yaml", A.replace("500", "600"))
    third = commit()

    told = [(one.commit, sorted(one.codes)) for one in touches(SERIES, UTC, LONG_AGO, "first")]

    assert [(third, ["A"]), (second, ["B", "C"])] == told
    assert [["A"], ["B", "C"], ["A"]] == found(start=None)


def remark() -> None:
    write("a.yaml", f"# agreed with finance\n{A}\n# the end\n")


def rename() -> None:
    Path("series/a.yaml").unlink()
    write("deeper/z.YML", A)


def order() -> None:
    write("a.yaml", "\n".join(reversed(A.strip().split("\n"))) + "\n")


def spelling() -> None:
    write("a.yaml", A.replace("2035-06-12", "2035-06-12T05:30:00+05:30"))


def beside() -> None:
    write("notes.txt", series("N"))
    write(".hidden.yaml", series("H"))
    write(".hidden/h.yaml", series("H"))
    write("b.yaml", series("B"), Path("elsewhere"))


def link() -> None:
    Path("series/l.yaml").symlink_to("a.yaml")


def behind_a_link() -> None:
    Path("series/a.yaml").rename("series/a.txt")
    Path("series/a.yaml").symlink_to("a.txt")


def mode() -> None:
    Path("series/a.yaml").chmod(0o755)


@pytest.mark.parametrize(
    "edit", [remark, rename, order, spelling, beside, link, behind_a_link, mode]
)
def test_what_means_the_same_touches_nothing(repository: Path, edit: Callable[[], None]) -> None:
    edit()
    commit()

    assert [] == found()


def lifecycle() -> None:
    write("a.yaml", f"{A}lifecycle: {{protect: true}}\n")


def gone() -> None:
    Path("series/a.yaml").unlink()


def broken() -> None:
    write("a.yaml", "seriesCode: A\ndiscountValue: [")


def hidden() -> None:
    Path("series/a.yaml").rename("series/.a.yaml")


def no_longer_a_series_file() -> None:
    Path("series/a.yaml").rename("series/a.txt")


def whole_folder() -> None:
    Path("series").rename("elsewhere")


@pytest.mark.parametrize(
    "edit",
    [lifecycle, gone, broken, hidden, no_longer_a_series_file, whole_folder],
)
def test_what_changes_what_a_series_is_to_be_touches_it(
    repository: Path, edit: Callable[[], None]
) -> None:
    edit()
    commit()

    assert [["A"]] == found()


def test_a_file_that_becomes_another_series_touches_both(repository: Path) -> None:
    write("a.yaml", series("B"))
    commit()
    write("b.yaml", series("B"))
    write("a.yaml", A)
    commit()

    assert [["A"], ["A", "B"]] == found()


def test_a_day_is_read_in_the_zone_of_the_target(repository: Path) -> None:
    write("a.yaml", A.replace("2035-06-12", "2035-06-12T00:00:00+05:30"))
    commit()

    assert [["A"]] == found()
    assert [] == found(zone=ZoneInfo("Asia/Kolkata"))


def test_a_merge_counts_for_all_that_it_brought_and_what_was_merged_does_not(
    repository: Path,
) -> None:
    git(repository, "checkout", "--quiet", "-b", "side")
    write("b.yaml", series("B"))
    commit()
    write("c.yaml", series("C"))
    write("a.yaml", A.replace("500", "700"))
    commit()
    write("a.yaml", A)
    commit()
    git(repository, "checkout", "--quiet", "main")
    write("d.yaml", series("D"))
    commit()
    git(repository, "merge", "--quiet", "--no-ff", "-m", "merged", "side")

    assert [["B", "C"], ["D"]] == found()


@pytest.mark.parametrize(
    "name",
    [
        "a\x01{commit}",
        "a\n:100644 100644 {commit} {commit} M",
        ":100644 100644 {commit} {commit} M",
        "{commit}",
        "-n",
        "\t",
        "ünï.yaml",
        "a\r\n",
        '"quoted".yaml',
    ],
    ids=[
        "a mark and a commit",
        "a line of git",
        "what git writes",
        "a commit",
        "an option",
        "a tab",
        "other letters",
        "line ends",
        "quotes",
    ],
)
def test_no_name_of_a_file_passes_a_commit_off_as_another(repository: Path, name: str) -> None:
    first = git(repository, "rev-parse", "HEAD")
    write(name.format(commit=first), "# nothing")
    write("z.yaml", series("Z"))
    second = commit()

    told = [(one.commit, sorted(one.codes)) for one in touches(SERIES, UTC, LONG_AGO, first)]

    assert [(second, ["Z"])] == told


def test_names_that_are_no_utf_8_do_no_harm(repository: Path) -> None:
    Path(b"series/\xff\xfe.yaml".decode("utf-8", "surrogateescape")).write_text(series("X"))
    write("z.yaml", series("Z"))
    commit()

    assert ["Z"] == [code for code in found()[0] if code != "X"]


def test_commits_before_the_moment_are_left_out(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC_TIME)
    for code, age in (("B", timedelta(days=20)), ("C", timedelta(days=3))):
        monkeypatch.setenv("GIT_COMMITTER_DATE", (now - age).isoformat())
        write(f"{code}.yaml", series(code))
        commit()

    assert [["C"]] == found(after=now - timedelta(days=14))


def test_a_commit_that_says_it_is_old_hides_only_what_is_older(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock can be set: then what is below counts for nothing, and never as the last to touch."""
    now = datetime.now(UTC_TIME)
    for code, age in (("B", timedelta(days=1)), ("B", timedelta(days=400)), ("C", timedelta(0))):
        monkeypatch.setenv("GIT_COMMITTER_DATE", (now - age).isoformat())
        write(f"{code}.yaml", series(code).replace("500", str(100 + age.days)))
        commit()

    assert [["C"]] == found(after=now - timedelta(days=14))


def test_settings_of_the_machine_change_nothing(repository: Path, tmp_path: Path) -> None:
    write("b.yaml", series("B"))
    commit()
    for key, value in (
        ("log.showSignature", "true"),
        ("log.showRoot", "false"),
        ("log.diffMerges", "off"),
        ("log.follow", "true"),
        ("diff.renames", "copies"),
        ("diff.noprefix", "true"),
    ):
        configure(tmp_path, key, value)

    assert [["B"], ["A"]] == found(start=None)


def test_a_folder_of_series_may_lie_anywhere_in_the_repository(repository: Path) -> None:
    folder = Path("teams/loyalty/coupons")
    write("b.yaml", series("B"), folder)
    write("c.yaml", series("C"))
    commit()

    assert [["B"]] == found(folder=folder)


def test_without_a_repository_nobody_can_tell(tmp_path: Path) -> None:
    outside = tmp_path / "series"
    outside.mkdir()

    with pytest.raises(UsageError, match="is in no git work tree"):
        found(folder=outside)


def test_an_unknown_start_is_an_error(repository: Path) -> None:
    with pytest.raises(RecordError, match="git log"):
        found(start="f" * 40)
