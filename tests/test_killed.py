"""A run may be killed at any point: the next one ends as an undisturbed one does, and never with
two series for a code.
"""

from __future__ import annotations

import os
import shutil
import sys
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from deadly import WHO, Trap, killed, serving
from faults import fill, texts
from repositories import git, isolate
from verdicts import as_wanted, posts

from reconciler import recordref

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Cli, Write
    from deadly import Server

    from reconciler.sandbox import Store

# What no two runs share, and what the server makes of the day of the call.
STAMPS = {"id", "createdOn", "lastUsed", "dvsExpiryDate", "redemptionValidFrom"}
CODES = ["AUTUMN", "SPRING", "STEADY", "SUMMER", "WINTER"]


@pytest.fixture
def server(
    store: Store, project: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """A server, the files of the fault matrix, and this process set up to apply them to it."""
    for number, text in enumerate(texts()):
        write(text, f"{number}.yaml")
    (project / "reconciler.toml").unlink()
    with serving(store) as opened:
        for name, value in {**WHO, "RECONCILER_API_URL": opened.url}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("XDG_STATE_HOME", str(project / "state"))
        yield opened


def live(store: Store) -> dict[str, dict[str, Any]]:
    """Each series, but for its stamps, by its code."""
    return {
        row["seriesCode"]: {key: row[key] for key in row.keys() - STAMPS} for row in store.rows()
    }


def begun(store: Store) -> dict[int, dict[str, Any]]:
    """What is live before any run, by id."""
    store.reset()
    fill(store)
    return {row["id"]: row for row in store.rows()}


def mended(
    server: Server, cli: Cli, before: dict[int, dict[str, Any]], *words: str
) -> dict[str, dict[str, Any]]:
    """What is live after a run that nobody disturbs, which has to be right."""
    store = server.store
    ran = cli("apply", "--yes", *words)
    assert 0 == ran.code, ran.out + ran.err
    assert {1} == set(posts(store.requests(), made=True).values())
    assert [] == list(as_wanted(before, {row["id"]: row for row in store.rows()}))
    assert 0 == cli("plan", "--detailed-exitcode").code
    return live(store)


def undisturbed(server: Server, cli: Cli) -> dict[str, dict[str, Any]]:
    """What is live after one run, in the same place."""
    return mended(server, cli, begun(server.store))


@pytest.mark.parametrize(
    ("operation", "processed"),
    [
        pytest.param("POST", True, id="after a series is made"),
        pytest.param("claim PUT", True, id="after it has its code"),
        pytest.param("update PUT", True, id="after an update"),
    ],
)
def test_after_a_kill_the_next_run_minds_no_lock_and_ends_as_an_undisturbed_one(
    operation: str, processed: bool, server: Server, cli: Cli, project: Path
) -> None:
    expected = undisturbed(server, cli)
    before = begun(server.store)

    assert killed(server, Trap(operation, 1, processed=processed), {})
    left = sorted(file.suffix for file in (project / "state").rglob("*") if file.is_file())

    assert [".json", ".lock"] == left
    assert expected == mended(server, cli, before)


@pytest.mark.slow
@pytest.mark.parametrize("processed", [False, True], ids=["before", "after"])
def test_a_kill_at_any_request_is_mended_by_the_next_run(
    processed: bool, server: Server, cli: Cli
) -> None:
    expected = undisturbed(server, cli)
    for number in count(1):
        before = begun(server.store)
        if not killed(server, Trap("request", number, processed=processed), {}):
            break
        assert expected == mended(server, cli, before), f"killed at request {number}"
    sys.stdout.write(f"\nkilled at each of {number - 1} requests: all held\n")
    assert expected == live(server.store)
    assert 16 == number - 1


@pytest.fixture
def recording(
    server: Server,
    project: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Server:
    """The same in a repository with a remote."""
    isolate(project, monkeypatch)
    remote = tmp_path_factory.mktemp("remote")
    git(remote, "init", "--quiet", "--bare")
    git(project, "init", "--quiet")
    git(project, "add", "series")
    git(project, "commit", "--quiet", "-m", "files")
    git(project, "remote", "add", "origin", str(remote))
    return server


def recorded(project: Path) -> list[str]:
    """The codes that both this clone's record and the remote's hold."""
    entries = recordref.read(project, "default").entries
    ours = git(project, "rev-parse", recordref.ref("default"))
    assert ours == git(project, "ls-remote", "origin", recordref.ref("default")).split()[0]
    return sorted(entries)


@pytest.mark.parametrize(
    ("operation", "processed"),
    [
        pytest.param("claim PUT", True, id="after a claim", marks=pytest.mark.slow),
        pytest.param("read-back", True, id="after the last request"),
    ],
)
def test_what_a_killed_run_did_is_recorded_by_the_next(
    operation: str, processed: bool, recording: Server, cli: Cli, project: Path
) -> None:
    before = begun(recording.store)
    assert killed(recording, Trap(operation, 1, processed=processed), {}, "--record")
    assert {} == recordref.read(project, "default").entries

    mended(recording, cli, before, "--record")

    assert CODES == recorded(project)


@pytest.mark.parametrize(
    ("command", "done"),
    [
        pytest.param("update-ref", False, id="before it moves"),
        pytest.param("update-ref", True, id="after it moved", marks=pytest.mark.slow),
        pytest.param("push", False, id="before it is shared", marks=pytest.mark.slow),
        pytest.param("push", True, id="after it is shared", marks=pytest.mark.slow),
    ],
)
def test_a_kill_while_the_record_is_written_is_mended_by_the_next_run(
    command: str, done: bool, recording: Server, cli: Cli, project: Path
) -> None:
    """A git that kills its caller stands in front of the real one."""
    real = shutil.which("git")
    shim = project / "bin" / "git"
    shim.parent.mkdir()
    first = f'"{real}" "$@"\n' if done else ""
    shim.write_text(
        f'#!/bin/sh\ncase " $* " in *" {command} "*)\n{first}kill -KILL $PPID; exit 1;;\nesac\n'
        f'exec "{real}" "$@"\n'
    )
    shim.chmod(0o755)
    path = {"PATH": f"{shim.parent}{os.pathsep}{os.environ['PATH']}"}

    before = begun(recording.store)
    assert killed(recording, Trap("request", 0, processed=False), path, "--record")
    mended(recording, cli, before, "--record")

    assert CODES == recorded(project)
