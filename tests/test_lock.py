"""Two applies at once: one works, the other is told who does, and a dead one stops nobody."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import pytest

from reconciler import lock
from reconciler.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

HOLDER = """\
import os, sys
from reconciler.errors import RefusedError
from reconciler.lock import held
sys.stdin.readline()
try:
    with held(sys.argv[1], "eu.test", "commit abc", os.environ):
        print("held", flush=True)
        sys.stdin.readline()
except RefusedError as error:
    print("refused", error, flush=True)
"""
Process = subprocess.Popen[str]


def held(
    target: str, host: str, note: str = "", environment: Mapping[str, str] = os.environ
) -> AbstractContextManager[None]:
    return lock.held(target, host, note, environment)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the locks of a test lie, for this process and for others that it starts."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "reconciler" / "locks"


@contextmanager
def holder(target: str = "prod") -> Iterator[Process]:
    """Another process that takes the lock when it is told to, and lets go when told again."""
    command = [sys.executable, "-c", HOLDER, target]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def stream(found: IO[str] | None) -> IO[str]:
    assert found is not None
    return found


def tell(process: Process) -> None:
    stream(process.stdin).write("\n")
    stream(process.stdin).flush()


def answer(process: Process) -> str:
    return stream(process.stdout).readline()


def card(place: Path) -> Path:
    (found,) = place.glob("*.json")
    return found


def test_the_second_is_told_who_is_at_work(place: Path) -> None:
    with holder() as other:
        tell(other)
        assert "held\n" == answer(other)

        with pytest.raises(RefusedError) as refused, held("prod", "eu.test"):
            pass

    said = str(refused.value)
    since = json.loads(card(place).read_text())["since"]
    assert said.startswith(f"another apply is at work on prod: process {other.pid} of ")
    assert f" on {platform.node()}, since {since} (commit abc); nothing was done" in said
    assert said.endswith("Wait for it to end, then run the same command again")


def test_of_two_that_begin_at_once_one_gets_it(place: Path) -> None:
    for _ in range(3):
        with holder() as one, holder() as other:
            tell(one)
            tell(other)

            said = sorted([answer(one), answer(other)])

            assert ["held", "refused"] == [words.split()[0] for words in said]


def test_a_killed_holder_stops_nobody(place: Path) -> None:
    with holder() as other:
        tell(other)
        assert "held\n" == answer(other)
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert other.pid == json.loads(card(place).read_text())["pid"]

        with held("prod", "eu.test"):
            assert os.getpid() == json.loads(card(place).read_text())["pid"]


def test_a_holder_that_ends_leaves_the_lock_and_no_word(place: Path) -> None:
    for _ in range(2):
        with held("prod", "eu.test"):
            pass

    assert [".lock"] == [file.suffix for file in place.iterdir()]


def test_an_error_inside_gives_the_lock_back(place: Path) -> None:
    with pytest.raises(RuntimeError), held("prod", "eu.test"):
        raise RuntimeError

    with held("prod", "eu.test"):
        pass


@pytest.mark.parametrize(
    ("target", "host"),
    [("test", "eu.test"), ("prod", "us.test"), ("prod", "sandbox:/a.db")],
    ids=["another name", "another host", "a sandbox of that name"],
)
def test_another_target_is_free(place: Path, target: str, host: str) -> None:
    with held("prod", "eu.test"), held(target, host):
        assert 2 == len(list(place.glob("*.lock")))


@pytest.mark.parametrize(
    "words",
    ["", "{", "[]", "null", '{"pid": 1e999, "machine": "x"}', '{"pid": "x", "machine": "x"}'],
)
def test_words_that_say_nothing_are_passed_over(place: Path, words: str) -> None:
    with held("prod", "eu.test"):
        card(place).write_text(words)

        with pytest.raises(RefusedError, match="another process that has just begun"):
            again("prod")


def test_the_word_of_a_dead_process_is_not_held_against_the_living(place: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    with held("prod", "eu.test"):
        card(place).write_text(json.dumps({"pid": dead.pid, "machine": platform.node()}))

        with pytest.raises(RefusedError, match="another process that has just begun"):
            again("prod")


def test_a_word_gives_no_orders_to_a_terminal(place: Path) -> None:
    with held("prod", "eu.test", "\x1b[2J\n::error::x"):
        with pytest.raises(RefusedError) as refused:
            again("prod")

        assert str(refused.value).isprintable()
        assert "::" not in str(refused.value)


def again(target: str) -> None:
    with held(target, "eu.test"):
        pass


def test_the_folder_is_the_users_alone(place: Path) -> None:
    with held("prod", "eu.test"):
        assert 0o700 == place.stat().st_mode & 0o777
        assert {0o600} == {file.stat().st_mode & 0o777 for file in place.glob("*.lock")}


def test_without_a_state_folder_it_lies_below_home(tmp_path: Path) -> None:
    for state in ({}, {"XDG_STATE_HOME": ""}, {"XDG_STATE_HOME": "relative"}):
        with held("prod", "eu.test", environment={"HOME": str(tmp_path), **state}):
            assert (tmp_path / ".local" / "state" / "reconciler" / "locks").is_dir()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of locks below a temporary folder of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / f"reconciler-locks-{os.getuid()}"


@pytest.mark.parametrize("home", [{}, {"HOME": os.devnull}], ids=["no home", "a closed home"])
def test_where_home_is_closed_it_lies_in_the_temporary_folder(
    temporary: Path, home: dict[str, str]
) -> None:
    with held("prod", "eu.test", environment=home):
        assert 0o700 == temporary.stat().st_mode & 0o777


def test_a_folder_that_somebody_may_have_prepared_is_not_used(
    temporary: Path, tmp_path: Path
) -> None:
    (tmp_path / "prepared").mkdir()
    temporary.symlink_to(tmp_path / "prepared")

    with pytest.raises(UsageError, match="XDG_STATE_HOME"), held("prod", "x", environment={}):
        pass


def test_a_folder_that_others_may_write_is_not_used(temporary: Path) -> None:
    temporary.mkdir()
    temporary.chmod(0o777)

    with pytest.raises(UsageError, match="XDG_STATE_HOME"), held("prod", "x", environment={}):
        pass


def test_a_link_in_place_of_the_lock_is_not_followed(place: Path, tmp_path: Path) -> None:
    with held("prod", "eu.test"):
        pass
    (file,) = place.glob("*.lock")
    file.unlink()
    file.symlink_to(tmp_path / "victim")

    with pytest.raises(UsageError, match="cannot be taken"), held("prod", "eu.test"):
        pass
    assert not (tmp_path / "victim").exists()
