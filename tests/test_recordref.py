"""The record in one repository: what is read, what a commit adds, and what is never touched."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from repositories import RECORD, configure, entry, git, isolate

from reconciler.errors import RecordError, RefusedError, UsageError
from reconciler.record import EMPTY, file_name
from reconciler.recordref import advance, fetch, push, read, ref


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    isolate(tmp_path, monkeypatch)
    folder = tmp_path / "repository"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(folder))
    return folder


def test_what_is_laid_down_is_read_again(repository: Path) -> None:
    april, may = entry("APRIL100"), entry("MAY")
    tip = advance(repository, "eu", [april, may], "Apply")

    found = read(repository, "eu")
    assert (tip, {"APRIL100": april, "MAY": may}) == (found.tip, found.entries)
    assert EMPTY == read(repository, "other")


def test_only_the_series_of_this_apply_change(repository: Path) -> None:
    advance(repository, "eu", [entry("APRIL100"), entry("MAY")], "Apply")
    advance(repository, "eu", [entry("MAY", 600)], "Apply")

    assert [500, 600] == [
        found.managed["discountValue"]
        for _, found in sorted(read(repository, "eu").entries.items())
    ]
    assert f"M\t{file_name('MAY')}" == git(
        repository, "diff-tree", "-r", "--name-status", f"{RECORD}~", RECORD
    )


def test_each_apply_is_a_commit_on_the_one_before(repository: Path) -> None:
    one = advance(repository, "eu", [entry("MAY")], "One\n\nPlan: sha256:1\n")
    two = advance(repository, "eu", [entry("MAY", 600)], "Two\n\nPlan: sha256:2\n")

    log = git(repository, "log", "--format=%H %s %(trailers:key=Plan,valueonly,separator=)", RECORD)
    assert [f"{two} Two sha256:2", f"{one} One sha256:1"] == log.splitlines()


def test_the_same_again_makes_no_commit(repository: Path) -> None:
    one = advance(repository, "eu", [entry("MAY")], "Apply")

    assert one == advance(repository, "eu", [entry("MAY")], "Apply")
    assert one == advance(repository, "eu", [], "Apply")


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("a/b", id="a slash"),
        pytest.param("..", id="the folder above"),
        pytest.param(".git", id="git's own folder"),
        pytest.param('"q" \\t', id="quotes and a backslash"),
        pytest.param("दिवाली 100% 🎉", id="any script"),
        pytest.param("x" * 400, id="long"),
    ],
)
def test_any_code_has_an_entry(repository: Path, code: str) -> None:
    advance(repository, "eu", [entry(code)], "Apply")

    assert {code: entry(code)} == read(repository, "eu").entries
    git(repository, "fsck", "--strict")


@pytest.mark.parametrize(
    ("target", "name"),
    [
        pytest.param("eu", "refs/reconciler/eu", id="plain"),
        pytest.param("eu/prod.1", "refs/reconciler/eu/prod.1", id="a slash and a dot"),
        pytest.param("भारत", "refs/reconciler/भारत", id="any script"),
    ],
)
def test_a_target_has_a_ref(repository: Path, target: str, name: str) -> None:
    advance(repository, target, [entry("MAY")], "Apply")

    assert name == ref(target) == git(repository, "for-each-ref", "--format=%(refname)")
    assert ["MAY"] == list(read(repository, target).entries)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        pytest.param(
            "eu prod", "rename it in reconciler.toml, to .targets.eu-prod. for", id="blank"
        ),
        pytest.param("eu\n::x", r"target 'eu\\n:\\x3ax': rename", id="a command"),
        pytest.param("..", r"to \[targets\.eu-prod\] for example", id="the folder above"),
    ],
)
def test_a_target_that_cannot_be_a_ref_is_to_be_renamed(target: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        ref(target)


def test_two_targets_that_exclude_each_other_say_so(repository: Path) -> None:
    advance(repository, "eu", [entry("MAY")], "Apply")

    with pytest.raises(RecordError, match="'refs/reconciler/eu' exists"):
        advance(repository, "eu/prod", [entry("MAY")], "Apply")


def test_without_a_repository_there_is_no_record_and_none_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(tmp_path, monkeypatch)

    assert EMPTY == read(tmp_path, "eu") == read(tmp_path / "series", "eu")
    fetch(tmp_path, "eu")
    assert None is push(tmp_path, "eu")
    with pytest.raises(RecordError, match="not a git repository"):
        advance(tmp_path, "eu", [entry("MAY")], "Apply")


def test_without_git_a_record_is_not_taken_for_none_and_none_can_be_made(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance(repository, "eu", [entry("MAY")], "Apply")
    monkeypatch.setenv("PATH", str(repository))

    with pytest.raises(RecordError, match="git is not installed"):
        read(repository, "eu")
    with pytest.raises(RecordError, match="git is not installed"):
        advance(repository, "eu", [entry("MAY")], "Apply")


def test_files_that_are_no_entries_are_kept_and_not_read(repository: Path) -> None:
    (repository / "series").mkdir()
    for name in ("README.md", "series/README.md", "series/a b.json"):
        (repository / name).write_text("{")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "by hand")
    git(repository, "update-ref", RECORD, "HEAD")
    advance(repository, "eu", [entry("MAY")], "Apply")

    assert ["MAY"] == list(read(repository, "eu").entries)
    assert 4 == len(git(repository, "ls-tree", "-r", "--name-only", RECORD).splitlines())


def test_an_entry_under_another_name_is_refused(repository: Path) -> None:
    advance(repository, "eu", [entry("MAY")], "Apply")
    blob = git(repository, "rev-parse", f"{RECORD}:series/MAY.json")
    stream = (
        f"commit {RECORD}\ncommitter A <a@b.test> 1 +0000\ndata 0\nfrom {RECORD}^0\n"
        f"M 100644 {blob} series/JUNE.json\n"
    )
    command = ["git", "-C", str(repository), "fast-import", "--quiet"]
    subprocess.run(command, input=stream.encode(), check=True)

    with pytest.raises(RefusedError, match=r"eu:series/JUNE\.json: it is the entry of 'MAY'"):
        read(repository, "eu")


def fingerprint(folder: Path) -> dict[str, str]:
    """Every byte of a work tree, and git's own state but objects and the record's ref."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and not {"objects", "reconciler"} & set(file.parts)
    }


@pytest.mark.parametrize("detached", [False, True], ids=["on a branch", "detached"])
def test_work_tree_index_and_branches_stay_byte_for_byte(repository: Path, detached: bool) -> None:
    for name in ("clean", "dirty", "staged"):
        (repository / name).write_text("1")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "one")
    if detached:
        git(repository, "checkout", "--quiet", "--detach")
    (repository / "dirty").write_text("2")
    (repository / "staged").write_text("2")
    git(repository, "add", "staged")
    (repository / "untracked").write_text("1")
    before = fingerprint(repository)

    advance(repository, "eu", [entry("MAY")], "Apply")
    read(repository, "eu")

    assert before == fingerprint(repository)


def test_neither_hooks_nor_signing_nor_a_missing_user_are_in_the_way(
    repository: Path, tmp_path: Path
) -> None:
    hook = repository / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho ran >> {tmp_path}/ran\nexit 1\n")
    hook.chmod(0o755)
    configure(tmp_path, "commit.gpgSign", "true")
    configure(tmp_path, "gpg.program", "false")
    configure(tmp_path, "user.useConfigOnly", "true")

    advance(repository, "eu", [entry("MAY")], "Apply", "octo<\ncat>[bot]")

    assert ["MAY"] == list(read(repository, "eu").entries)
    assert not (tmp_path / "ran").exists()
    octo = "octocat[bot] <octocat[bot]@users.noreply.github.com>"
    assert [octo, octo] == git(repository, "log", "--format=%an <%ae>%n%cn <%ce>", RECORD).split(
        "\n"
    )


def test_whom_git_knows_is_the_author(repository: Path, tmp_path: Path) -> None:
    configure(tmp_path, "user.name", "Asha")
    configure(tmp_path, "user.email", "asha@shop.test")
    advance(repository, "eu", [entry("MAY")], "Apply", "octocat")

    assert "Asha asha@shop.test" == git(repository, "log", "--format=%an %ae", RECORD)


def test_nobody_known_is_the_tool(repository: Path) -> None:
    advance(repository, "eu", [entry("MAY")], "Apply", "<>")

    assert "reconciler" == git(repository, "log", "--format=%an", RECORD)


KILL_AT = """\
#!/bin/sh
case "$*" in *" {command} "*) kill -9 $PPID; exit 1;; esac
exec {git} "$@"
"""
ADVANCE = """\
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from repositories import entry
from reconciler.recordref import advance
advance(Path({folder!r}), "eu", [entry("MAY", 600), entry("JUNE")], "Apply")
"""


@pytest.mark.parametrize("command", ["fast-import", "rev-parse", "update-ref"])
def test_a_kill_at_any_step_loses_nothing(repository: Path, tmp_path: Path, command: str) -> None:
    advance(repository, "eu", [entry("MAY")], "Apply")
    before = read(repository, "eu")
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(KILL_AT.format(command=command, git=shutil.which("git")))
    wrapper.chmod(0o755)
    code = ADVANCE.format(folder=str(repository), tests=str(Path(__file__).parent))
    path = f"{wrapper.parent}:{os.environ['PATH']}"
    killed = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PATH": path}, check=False
    )

    assert (-signal.SIGKILL, before) == (killed.returncode, read(repository, "eu"))
    advance(repository, "eu", [entry("MAY", 600), entry("JUNE")], "Apply")
    assert {"MAY": entry("MAY", 600), "JUNE": entry("JUNE")} == read(repository, "eu").entries
    git(repository, "fsck", "--strict")


def test_a_repository_with_long_ids_works_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(tmp_path, monkeypatch)
    git(tmp_path, "init", "--quiet", "--object-format=sha256")
    advance(tmp_path, "eu", [entry("MAY")], "Apply")
    tip = advance(tmp_path, "eu", [replace(entry("MAY", 600), commit="a" * 64)], "Apply")

    record = read(tmp_path, "eu")
    assert (64, tip, ["a" * 64]) == (len(tip), record.tip, list(record.commits))


def test_many_entries_are_read_in_order(repository: Path) -> None:
    many = [entry(f"S{number:04}", number) for number in range(250)]
    advance(repository, "eu", many, "Apply")

    assert many == list(read(repository, "eu").entries.values())
