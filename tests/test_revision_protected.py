"""What was protected one commit ago: a removed `protect` counts from the next commit on."""

from __future__ import annotations

from pathlib import Path

import pytest
from committed import PROTECT, commit, initialised, protected, series, write
from repositories import git

from reconciler.errors import RecordError


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return initialised(tmp_path, monkeypatch)


def test_a_protect_that_is_removed_counts_until_the_next_commit(repository: Path) -> None:
    files = {"A": write("a.yaml", series("A", PROTECT)), "B": write("b.yaml", series("B"))}
    assert set() == protected(files)  # nothing is committed
    commit()
    assert set() == protected(files)  # the first commit has no parent
    write("a.yaml", series("A"))
    assert {"A"} == protected(files)
    commit()
    assert {"A"} == protected(files)
    commit("another")
    assert set() == protected(files)


def test_a_dirty_file_is_compared_with_head_and_a_clean_one_with_its_parent(
    repository: Path,
) -> None:
    files = {name: write(f"{name}.yaml", series(name, PROTECT)) for name in ("A", "B", "C")}
    commit()
    write("A.yaml", series("A"))
    write("B.yaml", series("B"))
    commit()
    write("B.yaml", series("B", "tag: x\n"))

    assert {"A", "C"} == protected(files)


def test_only_what_is_asked_for_is_answered(repository: Path) -> None:
    write("a.yaml", series("A", PROTECT))
    b = write("b.yaml", series("B", PROTECT))
    commit()
    commit("another")

    assert {"B"} == protected({"B": b})
    assert set() == protected({})


@pytest.mark.parametrize("committed", [False, True])
def test_a_renamed_file_is_found_by_its_code(repository: Path, committed: bool) -> None:
    write("a.yaml", series("A", PROTECT))
    write("b.yaml", series("B"))
    commit()
    git(repository, "mv", "series/a.yaml", "series/c.yaml")
    files = {"A": write("c.yaml", series("A")), "B": "series/b.yaml"}
    if committed:
        commit()

    assert {"A"} == protected(files)


def test_files_that_swap_their_codes_hide_nothing(repository: Path) -> None:
    write("a.yaml", series("A", PROTECT))
    write("b.yaml", series("B"))
    commit()
    files = {"B": write("a.yaml", series("B")), "A": write("b.yaml", series("A"))}

    assert {"A"} == protected(files)


def test_a_file_that_becomes_a_link_hides_nothing(repository: Path) -> None:
    write("a.yaml", series("A", PROTECT))
    commit()
    write("a.txt", series("A"))
    Path("series/a.yaml").unlink()
    Path("series/a.yaml").symlink_to("a.txt")

    assert {"A"} == protected({"A": "series/a.yaml"})
    commit()
    assert {"A"} == protected({"A": "series/a.yaml"})
    commit("another")
    assert set() == protected({"A": "series/a.yaml"})


HIDDEN = [
    pytest.param(series("A", PROTECT) + "discountUpto: many\n", id="a wrong value elsewhere"),
    pytest.param(
        series("A") + '"life\\x63ycle": {"\\x70rotect": true}\n', id="a key that is escaped"
    ),
    pytest.param(
        series("A") + "lifecycle:\n  protect: true\n  allow: [{rule: no-minimum}]\n",
        id="a lifecycle with an error",
    ),
]


@pytest.mark.parametrize("text", HIDDEN)
@pytest.mark.parametrize("name", ["a.yaml", "other.yaml"])
def test_a_file_protects_whatever_else_it_says(repository: Path, text: str, name: str) -> None:
    write(name, text)
    commit()
    Path("series", name).unlink()

    assert {"A"} == protected({"A": write("a.yaml", series("A"))})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: [", id="no YAML"),
        pytest.param(series("A", 'lifecycle: {protect: "true"}\n'), id="a text"),
        pytest.param(series("A", "lifecycle: {protect: false}\n"), id="false"),
        pytest.param(series("A", "lifecycle: [protect]\n"), id="a list"),
        pytest.param("seriesCode: [A]\n" + PROTECT, id="a code that is none"),
        pytest.param("#" * 2**20 + "\n" + series("A", PROTECT), id="too large"),
        pytest.param(series("A", "info: é\n" + PROTECT).encode("latin-1"), id="not UTF-8"),
    ],
)
def test_what_does_not_say_so_protects_nothing(repository: Path, text: str | bytes) -> None:
    Path("series").mkdir()
    Path("series/a.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    commit()

    assert set() == protected({"A": write("a.yaml", series("A"))})


def test_of_a_merge_the_first_parent_counts(repository: Path) -> None:
    files = {"A": write("a.yaml", series("A", PROTECT)), "B": write("b.yaml", series("B"))}
    commit()
    git(repository, "checkout", "--quiet", "-b", "side")
    write("a.yaml", series("A"))
    commit()
    commit("another")
    git(repository, "checkout", "--quiet", "main")
    write("b.yaml", series("B", "tag: x\n"))
    commit()
    git(repository, "merge", "--quiet", "--no-edit", "side")

    assert series("A") == Path("series/a.yaml").read_text()
    assert {"A"} == protected(files)


@pytest.mark.parametrize("before", ["\n", "\r\n"])
@pytest.mark.parametrize("now", ["\n", "\r\n"])
def test_how_lines_end_makes_no_file_differ(repository: Path, before: str, now: str) -> None:
    file = Path(write("a.yaml", series("A", PROTECT)))
    commit()
    file.write_text(series("A"), newline=before)
    commit()
    file.write_text(series("A"), newline=now)

    assert {"A"} == protected({"A": str(file)})


def test_a_directory_that_head_lacks_protects_nothing(repository: Path) -> None:
    commit()
    files = {"A": write("a.yaml", series("A", PROTECT))}

    assert set() == protected(files)
    commit()
    assert set() == protected(files)


def test_a_usual_plan_takes_two_git_processes(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"S{number}": f"series/{number}.yaml" for number in range(5)}
    for code, file in files.items():
        write(Path(file).name, series(code))
    commit()
    commit("another")
    monkeypatch.setenv("GIT_TRACE", str(repository.parent / "trace"))

    assert set() == protected(files)
    trace = (repository.parent / "trace").read_text()
    assert 2 == trace.count("trace: built-in")


def test_a_repository_that_lost_the_parent_is_an_error(repository: Path) -> None:
    files = {"A": write("a.yaml", series("A"))}
    one = commit()
    commit("another")
    lost = repository / ".git" / "objects" / one[:2] / one[2:]
    lost.unlink()

    with pytest.raises(RecordError, match=f"lacks the object {one}"):
        protected(files)
