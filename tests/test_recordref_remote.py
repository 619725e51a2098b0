"""The record and a remote that is away, refuses, is busy or always faster: nothing is lost."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from repositories import RECORD, clone, entry, git, isolate, subjects, values

from reconciler.errors import RecordError
from reconciler.recordref import advance, check_push, fetch, push

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    isolate(tmp_path, monkeypatch)
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "bare")
    return tmp_path / "bare"


def test_a_push_that_failed_is_made_up_for(bare: Path) -> None:
    here, there = clone(bare, "here"), clone(bare, "there")
    away = bare.rename(bare.with_name("away"))
    advance(here, "eu", [entry("MAY", 1)], "One")
    advance(here, "eu", [entry("MAY", 2)], "Two")
    with pytest.raises(RecordError, match=r"cannot be fetched from origin: .*bare"):
        push(here, "eu")
    away.rename(bare)
    advance(there, "eu", [entry("JUNE", 3)], "There")
    push(there, "eu")

    fetch(here, "eu")
    assert {"MAY": 2, "JUNE": 3} == values(here)
    assert ["There", "One", "Two"] == subjects(here)
    assert ["There"] == subjects(bare)
    push(here, "eu")
    assert ["There", "One", "Two"] == subjects(bare)


def test_a_record_whose_history_is_cut_off_is_not_laid_over_another(bare: Path) -> None:
    here, there = clone(bare, "here"), clone(bare, "there")
    for value in (1, 2):
        advance(here, "eu", [entry("MAY", value), entry("JUNE", value)], "Here")
    push(here, "eu")
    git(there, "fetch", "--quiet", "--depth=1", "origin", f"{RECORD}:{RECORD}")
    git(bare, "update-ref", "-d", RECORD)
    other = clone(bare, "other")
    advance(other, "eu", [entry("JUNE", 4)], "Other")
    push(other, "eu")
    advance(there, "eu", [entry("MAY", 3)], "There")

    with pytest.raises(RecordError, match="the history is cut off here"):
        push(there, "eu")
    assert ["Other"] == subjects(bare)


def hook(bare: Path, text: str) -> None:
    file = bare / "hooks" / "pre-receive"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\necho . >> {bare}/pushes\n{text}\n")
    file.chmod(0o755)


def test_a_remote_is_asked_beforehand_and_nothing_moves(bare: Path) -> None:
    here, there = clone(bare, "here"), clone(bare, "there")
    check_push(here, "eu")
    advance(there, "eu", [entry("JUNE")], "There")
    push(there, "eu")
    advance(here, "eu", [entry("MAY")], "Here")
    check_push(here, "eu")  # somebody else was faster: that is laid over before the push
    assert ["There"] == subjects(bare)

    git(here, "config", "remote.origin.receivepack", "false")
    with pytest.raises(RecordError, match=r"could not be pushed to origin: .+; nothing"):
        check_push(here, "eu")


def test_a_remote_that_refuses_is_asked_once(bare: Path) -> None:
    here = clone(bare, "here")
    hook(bare, "echo 'protected ref'; exit 1")
    advance(here, "eu", [entry("MAY")], "Apply")

    with pytest.raises(RecordError) as refused:
        push(here, "eu")
    assert "the record cannot be pushed to origin: " in str(refused.value)
    assert "protected ref" in str(refused.value)
    assert f"it is kept in this clone: `git push origin {RECORD}` shares it" in str(refused.value)
    assert ".\n" == (bare / "pushes").read_text()
    assert {"MAY": 500} == values(here)


def test_a_remote_that_always_moves_first_is_asked_five_times(bare: Path) -> None:
    here = clone(bare, "here")
    hook(
        bare,
        # The hook is somebody else, whose push comes between ours and its end.
        "unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n"
        f"old=$(git rev-parse --quiet --verify {RECORD})\n"
        'new=$(echo "Theirs" | git -c user.name=A -c user.email=a@b.test commit-tree'
        " $(git mktree </dev/null) ${old:+-p $old})\n"
        f"git update-ref {RECORD} $new",
    )
    advance(here, "eu", [entry("MAY")], "Ours")

    with pytest.raises(RecordError, match="cannot be pushed"):
        push(here, "eu")
    assert 5 == len((bare / "pushes").read_text().splitlines())
    assert [*["Theirs"] * 5, "Ours"] == subjects(here)
    (bare / "hooks" / "pre-receive").unlink()
    push(here, "eu")
    assert [*["Theirs"] * 5, "Ours"] == subjects(bare)


def lock(folder: Path, ref: str) -> Path:
    """What a git that is writing a ref holds meanwhile."""
    file = folder / f"{ref}.lock"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return file


def test_a_remote_where_somebody_writes_is_asked_five_times(bare: Path) -> None:
    here = clone(bare, "here")
    hook(bare, "")
    held = lock(bare, RECORD)
    advance(here, "eu", [entry("MAY")], "Apply")

    with pytest.raises(RecordError, match=r"cannot be pushed to origin: .*cannot lock ref"):
        push(here, "eu")
    assert 5 == len((bare / "pushes").read_text().splitlines())
    held.unlink()
    assert "origin" == push(here, "eu")


def test_a_clone_that_cannot_be_written_says_so(bare: Path) -> None:
    here = clone(bare, "here")
    advance(here, "eu", [entry("MAY")], "Apply")
    push(here, "eu")
    held = lock(here / ".git", "refs/reconciler-remote/eu")

    with pytest.raises(RecordError, match=r"cannot be fetched from origin: .*cannot lock ref"):
        fetch(here, "eu")
    held.unlink()
    fetch(here, "eu")


def test_between_a_refused_push_and_the_next_the_remote_may_move_again(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = clone(bare, "here"), clone(bare, "there")
    for number in range(3):
        advance(there, "eu", [entry(f"S{number}")], f"There {number}")
    advance(here, "eu", [entry("MAY")], "Here")
    # A git that lets the other clone push one commit more before each push of this one.
    wrapper = bare.parent / "bin" / "git"
    wrapper.parent.mkdir()
    real = shutil.which("git")
    wrapper.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *" push "*) echo . >> {bare}/pushes\n'
        f"n=$((3 - $(wc -l < {bare}/pushes))); test $n -ge 0 &&"
        f" {real} -C {there} push --quiet origin {RECORD}~$n:{RECORD};; esac\n"
        f'exec {real} "$@"\n'
    )
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")

    assert "origin" == push(here, "eu")
    assert ["There 0", "There 1", "There 2", "Here"] == subjects(bare)
    assert 4 == len((bare / "pushes").read_text().splitlines())
