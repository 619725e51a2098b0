"""What is known of the repository around the files, and how git is run."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from repositories import configure, git, isolate

from reconciler.errors import RecordError
from reconciler.git import (
    Objects,
    ask,
    descends,
    head,
    identity,
    move,
    remote,
    run,
    takes_as_ref,
    tip,
)
from reconciler.gitobjects import locate, shallow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REF = "refs/reconciler/eu"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    isolate(tmp_path, monkeypatch)
    git(tmp_path, "init", "--quiet")
    return tmp_path


def commit(folder: Path, name: str) -> str:
    git(folder, "commit", "--quiet", "--allow-empty", "-m", name)
    return git(folder, "rev-parse", "HEAD")


def test_the_commit_is_a_full_id_also_from_below(repository: Path) -> None:
    (repository / "series").mkdir()
    commit(repository, "one")

    assert git(repository, "rev-parse", "HEAD") == head(repository) == head(repository / "series")
    assert 40 == len(head(repository) or "")


def test_before_the_first_commit_there_is_none(repository: Path) -> None:
    assert None is head(repository)


def test_without_a_repository_or_a_directory_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(tmp_path, monkeypatch)

    assert None is head(tmp_path)
    assert None is head(tmp_path / "nowhere")
    assert None is tip(tmp_path, REF)
    assert None is remote(tmp_path)
    assert None is descends(tmp_path, "a" * 40, "b" * 40)


def test_a_broken_repository_is_not_an_absent_one(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "below").mkdir()
    (repository / ".git" / "HEAD").write_text("garbage\n")

    for asked in (head, remote):
        with pytest.raises(RecordError, match="not a git repository"):
            asked(repository / "below")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repository))
    assert None is head(repository / "below")
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    with pytest.raises(RecordError, match="not a git repository"):
        head(repository / "below")


def test_without_git_there_is_none_where_there_is_no_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(tmp_path, monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert None is head(tmp_path)
    assert None is tip(tmp_path, REF)
    assert takes_as_ref("refs/reconciler/a b")
    with pytest.raises(RecordError, match="git is not installed"):
        run(tmp_path, "rev-parse", "HEAD")


def test_without_git_nobody_can_say_what_a_repository_has(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(repository))

    for asked in (head, remote, locate, lambda here: tip(here, REF)):
        with pytest.raises(RecordError, match="git is not installed; what"):
            asked(repository)
    assert takes_as_ref("refs/reconciler/a b")


@pytest.mark.parametrize(
    ("script", "mode", "said"),
    [
        pytest.param("#!/bin/sh\n", 0o600, "cannot be run: Permission denied", id="forbidden"),
        pytest.param("", 0o700, "cannot be run: Exec format error", id="no program"),
        pytest.param("#!/bin/sh\nkill -9 $$\n", 0o700, "was ended by signal 9", id="killed"),
    ],
)
def test_a_git_that_does_not_run_is_not_taken_for_no_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch, script: str, mode: int, said: str
) -> None:
    program = repository / "git"
    program.write_text(script)
    program.chmod(mode)
    monkeypatch.setenv("PATH", str(repository))

    for asked in (head, remote, locate, shallow, lambda here: tip(here, REF)):
        with pytest.raises(RecordError, match=f"`git [a-z-]+` {said}"):
            asked(repository)


def test_a_folder_that_is_not_there_yet_belongs_to_the_repository_above(repository: Path) -> None:
    assert commit(repository, "one") == head(repository / "series" / "new")


def test_a_commit_descends_from_itself_and_from_what_came_before(repository: Path) -> None:
    one, two = commit(repository, "one"), commit(repository, "two")

    assert (True, True, False) == (
        descends(repository, one, one),
        descends(repository, two, one),
        descends(repository, one, two),
    )


def test_whether_an_unknown_commit_is_an_ancestor_nobody_can_tell(repository: Path) -> None:
    one = commit(repository, "one")

    assert None is descends(repository, one, "f" * 40)
    assert None is descends(repository, "--all", one)


def test_a_history_that_is_cut_off_proves_no_absence(repository: Path) -> None:
    one, _, three = (commit(repository, name) for name in ("one", "two", "three"))
    shallow = repository / "shallow"
    git(repository, "clone", "--quiet", "--depth=1", repository.as_uri(), "shallow")
    git(shallow, "fetch", "--quiet", "--depth=1", "origin", one)

    assert (True, None) == (descends(shallow, three, three), descends(shallow, three, one))


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        pytest.param("eu-prod", True, id="plain"),
        pytest.param("eu/prod.1", True, id="a slash and a dot"),
        pytest.param("भारत", True, id="any script"),
        pytest.param("eu prod", False, id="a blank"),
        pytest.param("a..b", False, id="two dots"),
        pytest.param("a.lock", False, id="the name of a lock"),
        pytest.param("a\0b", False, id="a zero"),
    ],
)
def test_git_says_which_names_it_takes_for_a_ref(name: str, taken: bool) -> None:
    assert takes_as_ref(f"refs/reconciler/{name}") is taken


def test_a_ref_is_known_by_its_whole_name(repository: Path) -> None:
    one = commit(repository, "one")
    git(repository, "update-ref", f"{REF}/prod", one)
    git(repository, "update-ref", f"refs/heads/{REF}", one)

    assert (None, one) == (tip(repository, REF), tip(repository, f"{REF}/prod"))


def test_a_broken_ref_is_not_an_absent_one(repository: Path) -> None:
    git(repository, "update-ref", REF, commit(repository, "one"))
    (repository / ".git" / REF).write_text("garbage\n")

    with pytest.raises(RecordError, match="git cannot say where refs/reconciler/eu is"):
        tip(repository, REF)


def test_a_repository_that_git_does_not_open_is_not_an_absent_one(repository: Path) -> None:
    (repository / ".git" / "config").write_text("[core\n")

    with pytest.raises(RecordError, match="bad config"):
        tip(repository, REF)
    with pytest.raises(RecordError, match="bad config"):
        remote(repository)


def test_a_ref_moves_only_from_where_it_was_seen(repository: Path) -> None:
    one, two = commit(repository, "one"), commit(repository, "two")

    assert move(repository, REF, one, None).ok
    assert not move(repository, REF, two, None).ok
    assert not move(repository, REF, one, two).ok
    assert move(repository, REF, two, one).ok
    assert two == tip(repository, REF)


@pytest.mark.parametrize(
    ("remotes", "chosen"),
    [
        pytest.param((), None, id="none"),
        pytest.param(("company",), "company", id="the only one"),
        pytest.param(("a", "origin"), "origin", id="origin among others"),
        pytest.param(("a", "b"), None, id="two others"),
    ],
)
def test_the_remote_is_origin_or_the_only_one(
    repository: Path, remotes: tuple[str, ...], chosen: str | None
) -> None:
    for name in remotes:
        git(repository, "remote", "add", name, "nowhere")

    assert chosen == remote(repository)


def test_who_commits_is_whom_git_knows_else_somebody_else(repository: Path) -> None:
    assert identity(repository, "octo").startswith("octo <octo@users.noreply.github.com> ")
    configure(repository, "user.name", "Asha")
    configure(repository, "user.email", "asha@shop.test")
    assert identity(repository, "octo").startswith("Asha <asha@shop.test> ")


def test_a_git_that_hangs_is_ended(repository: Path) -> None:
    hang = ("-c", "alias.hang=!exec sleep 600", "hang")

    with pytest.raises(RecordError, match=r"did not end within 0\.2 s"):
        ask(repository, *hang, timeout=0.2)


def test_git_prompts_nobody(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_ASKPASS", "a-token-script")
    shown = run(repository, "-c", "alias.env=!env", "env")

    assert {"GIT_TERMINAL_PROMPT=0", "SSH_ASKPASS_REQUIRE=never"} <= set(shown.splitlines())
    assert "GIT_ASKPASS=a-token-script" in shown
    session = f"alias.session=!'{sys.executable}' -c 'import os; print(os.getsid(0))'"
    assert os.getsid(0) != int(run(repository, "-c", session, "session"))  # and so no terminal


def test_git_is_asked_in_one_language(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "hi_IN.UTF-8")

    assert "LC_ALL=C" in run(repository, "-c", "alias.env=!env", "env").splitlines()


@pytest.mark.parametrize("line", ["fatal: https://me:secret@host/x: no", "hint: x\nfatal: y"])
def test_what_git_says_is_one_safe_line(repository: Path, line: str) -> None:
    with pytest.raises(RecordError) as failed:
        run(repository, "-c", f"alias.fail=!printf '{line}\\n' >&2; exit 1; :", "fail")

    assert "secret" not in str(failed.value)
    assert "hint" not in str(failed.value)
    assert str(failed.value).isprintable()


def test_an_object_that_is_missing_is_named(repository: Path) -> None:
    with Objects(repository) as objects, pytest.raises(RecordError, match="lacks the object ffff"):
        list(objects.read(["f" * 40]))


def no_objects(folder: Path) -> None:
    (folder / ".git" / "HEAD").unlink()


def no_git(folder: Path) -> None:
    (folder / ".git" / "config").write_text("[core\n")


@pytest.mark.parametrize("spoil", [no_objects, no_git])
def test_a_reader_that_ends_early_is_an_error(
    repository: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(repository)
    with Objects(repository) as objects, pytest.raises(RecordError):
        list(objects.read(["f" * 40]))
