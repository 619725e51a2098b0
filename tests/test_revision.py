"""The files as a commit has them: which count, which do not, and what no commit is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from committed import PROTECT, SERIES, commit, files_at, initialised, protected, series, write
from conftest import UTC
from repositories import git, isolate

from reconciler.errors import RecordError, UsageError
from reconciler.lifecycle import Lines
from reconciler.revision import at, blame, config_at

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return initialised(tmp_path, monkeypatch)


def test_the_files_of_a_commit_are_those_that_the_work_tree_had(repository: Path) -> None:
    write("a.yaml", series("A", "maxCreate: 5\n"))
    write("deep/er/b.yml", series("B"))
    write("C.YAML", series("C"))
    write("folder.yaml/d.yaml", series("D"))
    write("notes.txt", "no: series")
    write(".hidden.yaml", "no: series")
    write(".hidden/x.yaml", "no: series")
    write("elsewhere.yaml", series("E"), Path("other"))
    one = commit()
    write("a.yaml", series("A", "maxCreate: 6\n"))
    write("new.yaml", series("N"))
    commit()

    found = at(SERIES, "HEAD~1", UTC)

    assert (one, ()) == (found.commit, found.warnings)
    assert {
        "A": "series/a.yaml",
        "B": "series/deep/er/b.yml",
        "C": "series/C.YAML",
        "D": "series/folder.yaml/d.yaml",
    } == {code: series.file for code, series in found.series.items()}
    assert 5 == found.series["A"].values["maxCreate"]
    assert 11 == found.series["A"].declared["maxCreate"].line
    assert found.series["A"].zone is UTC


def test_neither_work_tree_nor_index_counts_or_is_touched(repository: Path) -> None:
    write("a.yaml", series("A"))
    commit()
    write("a.yaml", "broken: [")
    write("b.yaml", series("B"))
    git(repository, "add", "series/b.yaml")
    before = (git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes())

    assert {"A": "series/a.yaml"} == files_at("HEAD")
    assert before == (
        git(repository, "status", "--porcelain"),
        (repository / ".git/index").read_bytes(),
    )


@pytest.mark.parametrize("rev", ["main", "v1", "HEAD", "v1~0", "main^{commit}", "HEAD@{0}"])
def test_a_revision_is_whatever_git_takes_for_one(repository: Path, rev: str) -> None:
    write("a.yaml", series())
    one = commit()
    git(repository, "tag", "-a", "v1", "-m", "one")

    assert one == at(SERIES, rev, UTC).commit
    assert one == at(SERIES, one[:8], UTC).commit


@pytest.mark.parametrize(
    "rev",
    [
        pytest.param("nowhere", id="no branch"),
        pytest.param("f" * 40, id="an id that is not there"),
        pytest.param("HEAD:series", id="a folder"),
        pytest.param("HEAD..HEAD", id="a range"),
        pytest.param("^HEAD", id="what is not below a commit"),
        pytest.param("--all", id="an option"),
        pytest.param("--since=yesterday", id="an option with a value"),
        pytest.param("::error::\u202e", id="what a runner would obey"),
        pytest.param("", id="nothing"),
        pytest.param("a\0b", id="a zero"),
        pytest.param("HEAD\nHEAD", id="two lines"),
    ],
)
def test_what_names_no_commit_is_refused_by_name(repository: Path, rev: str) -> None:
    write("a.yaml", series())
    commit()

    with pytest.raises(UsageError, match=r"git does not know the revision '.*git fetch") as failed:
        at(SERIES, rev, UTC)
    assert str(failed.value).isprintable()
    assert "::" not in str(failed.value)


def test_a_shallow_clone_is_said_to_be_one(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.yaml", series("A"))
    one = commit()
    write("b.yaml", series("B", PROTECT))
    commit()
    write("b.yaml", series("B"))
    commit()
    git(repository, "clone", "--quiet", "--depth=1", repository.as_uri(), "../shallow")
    monkeypatch.chdir(repository.parent / "shallow")

    for rev in (one, "HEAD~1"):
        with pytest.raises(UsageError, match=r"this clone is shallow.*--unshallow"):
            at(SERIES, rev, UTC)
    assert {"A", "B"} == files_at("HEAD").keys()
    assert set() == protected({"B": "series/b.yaml"})
    assert {} == blame(SERIES, [("series/a.yaml", Lines((1,)))])


def test_without_a_repository_there_is_nothing_to_compare_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    write("a.yaml", series())

    with pytest.raises(UsageError, match="series is in no git repository"):
        at(SERIES, "HEAD", UTC)
    assert set() == protected({"APRIL100": "series/a.yaml"})
    assert {} == blame(SERIES, [("series/a.yaml", Lines((1,)))])
    assert None is config_at(Path("reconciler.toml"), "a" * 40)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(lambda one: at(SERIES, one, UTC), id="files"),
        pytest.param(lambda _: protected({"APRIL100": "series/a.yaml"}), id="protection"),
        pytest.param(lambda one: config_at(Path("reconciler.toml"), one), id="configuration"),
    ],
)
def test_without_git_nobody_can_say_what_a_repository_holds(
    repository: Path, monkeypatch: pytest.MonkeyPatch, asked: Callable[[str], object]
) -> None:
    write("a.yaml", series())
    one = commit()
    monkeypatch.setenv("PATH", str(repository))

    with pytest.raises(RecordError, match="git is not installed"):
        asked(one)
    assert {} == blame(SERIES, [("series/a.yaml", Lines((1,)))])


def test_a_repository_without_a_work_tree_has_no_directory_of_series(repository: Path) -> None:
    write("a.yaml", series())
    commit()

    told = "in no git work tree|cannot use bare repository"  # as the version of git has it
    with pytest.raises((UsageError, RecordError), match=told):
        at(repository / ".git" / "refs", "main", UTC)


def test_a_repository_that_git_does_not_open_is_an_error(repository: Path) -> None:
    write("a.yaml", series())
    commit()
    (repository / ".git" / "config").write_text("[core\n")

    for asked in (lambda: at(SERIES, "HEAD", UTC), lambda: protected({"A": "series/a.yaml"})):
        with pytest.raises(RecordError, match=r"git cannot say where series lies: .*bad config"):
            asked()


def test_a_link_to_what_is_read_anyway_says_nothing_twice(repository: Path) -> None:
    write("a.yaml", series("A"))
    (repository / "series" / "b.yaml").symlink_to("a.yaml")
    (repository / "series" / "again").symlink_to(".")
    commit()

    assert {"A": "series/a.yaml"} == files_at("HEAD")


def test_a_link_is_the_file_that_it_leads_to(repository: Path) -> None:
    """As in the work tree: else one link would hide what a pull request gives up."""
    write("data.txt", series("A"), Path())
    Path("series").mkdir()
    (repository / "series" / "a.yaml").symlink_to("../data.txt")
    (repository / "series" / "b.yaml").symlink_to("a.yaml")
    (repository / "series" / "round.yaml").symlink_to("round.yaml")
    (repository / "series" / "out.yaml").symlink_to("../../outside.yaml")
    (repository / "series" / "nowhere.yaml").symlink_to("/etc/hostname")
    (repository / "series" / "b.yaml").unlink()
    commit()

    assert {"A": "series/a.yaml"} == files_at("HEAD")


def test_a_link_to_what_is_no_series_file_by_its_name_is_followed(repository: Path) -> None:
    """It lies beside it, and nobody reads it under that name."""
    write("a.txt", series("A"))
    (repository / "series" / "a.yaml").symlink_to("a.txt")
    commit()

    assert {"A": "series/a.yaml"} == files_at("HEAD")


def test_a_file_that_may_be_run_is_a_file(repository: Path) -> None:
    Path(write("a.yaml", series("A"))).chmod(0o755)
    commit()

    assert {"A": "series/a.yaml"} == files_at("HEAD")


BROKEN = [
    pytest.param(b"a: [", "line 1: ", id="no YAML"),
    pytest.param(b"", "line 1: the file holds nothing", id="nothing"),
    pytest.param(series("B").replace("500", "-5").encode(), "line 5: ", id="a wrong value"),
    pytest.param(
        b"description: x\n",
        "seriesCode is missing; every file names it: a create needs it (8 more not shown)",
        id="much",
    ),
    pytest.param(series("B").encode("utf-16"), "line 1: the text is not UTF-8", id="another code"),
    pytest.param(b"#" * 2**20 + b"\n" + series("B").encode(), "line 1: 1,048,", id="too large"),
]


@pytest.mark.parametrize(("content", "said"), BROKEN)
def test_a_file_that_does_not_load_counts_as_absent(
    repository: Path, content: bytes, said: str
) -> None:
    write("a.yaml", series("A"))
    Path("series/b.yaml").write_bytes(content)
    one = commit()

    found = at(SERIES, one, UTC)

    assert {"A"} == found.series.keys()
    (warning,) = found.warnings
    assert warning.startswith(f"series/b.yaml counts as absent at {one[:7]}: ")
    assert said in warning


def test_a_code_that_stands_twice_counts_as_absent(repository: Path) -> None:
    write("a.yaml", series("A"))
    write("b.yaml", series("B"))
    write("z.yaml", series("A"))
    write("y.yaml", "seriesCode: B\n")
    one = commit()[:7]

    found = at(SERIES, one, UTC)

    assert {"B": "series/b.yaml"} == {code: series.file for code, series in found.series.items()}
    assert f"A counts as absent at {one}: it stands in series/a.yaml and series/z.yaml" in (
        found.warnings
    )


def test_a_name_that_is_not_utf_8_counts_as_absent(repository: Path) -> None:
    write("a.yaml", series("A"))
    write("tea-\udce9.yaml", series("B"))
    write("tea-\udce9/c\n d.yaml", series("C"))
    write("tab\t\n.yaml", series("D"))
    one = commit()[:7]

    found = at(SERIES, one, UTC)

    assert {"A": "series/a.yaml", "D": "series/tab\t\n.yaml"} == {
        code: series.file for code, series in found.series.items()
    }
    assert (
        f"series/tea-\ufffd/c\n d.yaml counts as absent at {one}: the file's name is not UTF-8",
        f"series/tea-\ufffd.yaml counts as absent at {one}: the file's name is not UTF-8",
    ) == found.warnings


def test_an_allowance_that_expired_or_reaches_far_is_no_error_there(repository: Path) -> None:
    entry = "{{rule: no-minimum, reason: agreed, until: {}}}"
    write("a.yaml", series("A", f"lifecycle: {{allow: [{entry.format('2020-01-01')}]}}\n"))
    write("b.yaml", series("B", f"lifecycle: {{allow: [{entry.format('2999-01-01')}]}}\n"))
    commit()

    assert {"A", "B"} == files_at("HEAD").keys()


def test_more_files_than_fit_into_a_pipe_are_read(repository: Path) -> None:
    for number in range(250):
        write(f"{number % 120}/{number}.yaml", series(f"S{number}"))
    commit()

    assert 250 == len(files_at("HEAD"))
