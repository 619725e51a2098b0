"""The record shared through a remote: two clones of one bare repository, and neither loses."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from repositories import RECORD, clone, configure, entry, git, isolate, subjects, values

from reconciler.record import EMPTY
from reconciler.recordref import advance, fetch, push, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    isolate(tmp_path, monkeypatch)
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "bare")
    return tmp_path / "bare"


def test_what_one_clone_pushes_the_other_fetches(bare: Path) -> None:
    here, there = clone(bare, "here"), clone(bare, "there")
    tip = advance(here, "eu", [entry("MAY")], "Apply")

    assert "origin" == push(here, "eu")
    assert EMPTY == read(there, "eu")
    fetch(there, "eu")
    assert (tip, {"MAY": 500}) == (read(there, "eu").tip, values(there))
    advance(here, "eu", [entry("MAY", 600)], "Apply")
    push(here, "eu")
    fetch(there, "eu")
    assert {"MAY": 600} == values(there)


def test_different_series_of_two_clones_both_survive_with_their_log(bare: Path) -> None:
    here, there = clone(bare, "here"), clone(bare, "there")
    advance(here, "eu", [entry("MAY")], "Apply May\n\nPlan: sha256:1\n", "asha")
    advance(there, "eu", [entry("JUNE")], "Apply June\n\nPlan: sha256:2\n", "ravi")
    push(here, "eu")
    push(there, "eu")

    fetch(here, "eu")
    assert {"JUNE": 500, "MAY": 500} == values(here) == values(there)
    log = git(bare, "log", "--reverse", "--format=%an: %B", RECORD)
    assert "asha: Apply May\n\nPlan: sha256:1\n\nravi: Apply June\n\nPlan: sha256:2" == log
    assert ["Apply May", "Apply June"] == subjects(bare)


def test_of_one_series_the_later_push_wins_and_both_stand_in_the_log(bare: Path) -> None:
    here, there = clone(bare, "here"), clone(bare, "there")
    advance(here, "eu", [entry("MAY", 1), entry("JUNE", 1)], "Base")
    push(here, "eu")
    fetch(there, "eu")
    advance(here, "eu", [entry("MAY", 2), entry("JUNE", 2)], "Here")
    advance(there, "eu", [entry("MAY", 3)], "There")
    push(here, "eu")
    push(there, "eu")

    assert {"MAY": 3, "JUNE": 2} == values(there)
    assert ["Base", "Here", "There"] == subjects(bare) == subjects(there)
    assert git(bare, "rev-parse", RECORD) == read(there, "eu").tip


def test_a_commit_laid_anew_keeps_who_and_when(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = clone(bare, "here"), clone(bare, "there")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2026-01-01T00:00:00+05:30")
    advance(here, "eu", [entry("MAY")], "Apply", "asha")
    monkeypatch.delenv("GIT_AUTHOR_DATE")
    advance(there, "eu", [entry("JUNE")], "Apply", "ravi")
    push(there, "eu")
    push(here, "eu")

    told = git(bare, "log", "-1", "--format=%an %aI", RECORD)
    assert "asha 2026-01-01T00:00:00+05:30" == told


def test_a_fetch_twice_changes_nothing(bare: Path) -> None:
    here = clone(bare, "here")
    advance(here, "eu", [entry("MAY")], "One")
    push(here, "eu")
    tip = advance(here, "eu", [entry("MAY", 2)], "Two")

    fetch(here, "eu")
    fetch(here, "eu")
    assert tip == read(here, "eu").tip


def test_a_fetch_touches_no_other_ref(bare: Path) -> None:
    here, there = clone(bare, "here"), clone(bare, "there")
    git(there, "commit", "--quiet", "--allow-empty", "-m", "one")
    git(there, "push", "--quiet", "--tags", "origin", "HEAD:refs/heads/main")
    git(here, "config", "--add", "remote.origin.fetch", "+refs/*:refs/*")
    advance(there, "eu", [entry("MAY")], "There")
    push(there, "eu")
    advance(here, "eu", [entry("JUNE")], "Here")
    fetch(here, "eu")

    assert ["There", "Here"] == subjects(here)
    refs = git(here, "for-each-ref", "--format=%(refname)").splitlines()
    assert ["refs/reconciler-remote/eu", RECORD] == refs
    assert not (here / ".git" / "FETCH_HEAD").exists()


def test_with_no_remote_or_an_empty_one_there_is_nothing_to_fetch(bare: Path) -> None:
    here = clone(bare, "here")
    advance(here, "eu", [entry("MAY")], "Apply")
    fetch(here, "eu")
    git(here, "remote", "remove", "origin")
    fetch(here, "eu")

    assert (None, {"MAY": 500}) == (push(here, "eu"), values(here))


def test_without_a_record_there_is_nothing_to_push(bare: Path) -> None:
    here = clone(bare, "here")

    assert None is push(here, "eu")
    assert "" == git(bare, "for-each-ref")


@pytest.mark.parametrize("options", [("--depth=1",), ("--filter=blob:none",)])
def test_a_clone_that_lacks_objects_takes_part(bare: Path, options: tuple[str, ...]) -> None:
    git(bare, "config", "uploadpack.allowFilter", "true")
    full = clone(bare, "full")
    for subject in ("one", "two"):
        git(full, "commit", "--quiet", "--allow-empty", "-m", subject)
    git(full, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    for value in (1, 2):
        advance(full, "eu", [entry("MAY", value)], f"Full {value}")
    push(full, "eu")
    part = clone(bare, "part", *options)
    fetch(part, "eu")
    away = bare.rename(bare.with_name("away"))
    assert {"MAY": 2} == values(part)
    away.rename(bare)
    advance(part, "eu", [entry("JUNE")], "Part")
    advance(full, "eu", [entry("JULY")], "Full 3")
    push(full, "eu")
    push(part, "eu")

    assert ["Full 1", "Full 2", "Full 3", "Part"] == subjects(bare)
    assert {"MAY": 2, "JUNE": 500, "JULY": 500} == values(part)


def test_neither_hooks_nor_settings_of_the_user_are_in_the_way(bare: Path) -> None:
    here = clone(bare, "here")
    pre_push = here / ".git" / "hooks" / "pre-push"
    pre_push.parent.mkdir(exist_ok=True)
    pre_push.write_text("#!/bin/sh\nexit 1\n")
    pre_push.chmod(0o755)
    for key in ("push.gpgSign", "push.followTags", "fetch.prune", "fetch.pruneTags"):
        configure(bare.parent, key, "true")
    advance(here, "eu", [entry("MAY")], "Apply")

    assert "origin" == push(here, "eu")
    fetch(here, "eu")
    assert ["Apply"] == subjects(bare)


def test_many_at_once_in_one_clone_lose_nothing(bare: Path) -> None:
    here = clone(bare, "here")

    def work(number: int) -> None:
        advance(here, "eu", [entry(f"S{number}")], f"Apply {number}")

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [f"S{number}" for number in range(6)] == sorted(values(here))
    assert 6 == len(subjects(here))
