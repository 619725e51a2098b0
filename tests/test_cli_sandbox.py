"""The sandbox's commands: a real server, and forgetting everything."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from conftest import MINIMAL

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Cli, Write

DATA = ".reconciler/sandbox.db"
SERVE = [sys.executable, "-m", "reconciler", "sandbox", "serve", "--port", "0"]


@contextmanager
def serving() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server as a process of its own, and the URL that it announces."""
    with subprocess.Popen(
        SERVE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("listening on http://127.0.0.1:")
            yield process, line.removeprefix("listening on ").strip()
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_server_ends_cleanly_and_the_next_one_has_its_series(
    cli: Cli,
    write: Write,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
) -> None:
    write(MINIMAL)
    monkeypatch.setenv("RECONCILER_USERNAME", "user")
    monkeypatch.setenv("RECONCILER_PASSWORD", "open sesame")
    with serving() as (process, url):
        monkeypatch.setenv("RECONCILER_API_URL", url)
        assert 0 == cli("apply", "--yes").code
        process.send_signal(number)
        assert ("", "") == process.communicate(timeout=30)
    assert 0 == process.returncode

    with serving() as (_, url):
        monkeypatch.setenv("RECONCILER_API_URL", url)
        assert "No changes. 1 unchanged" in cli("plan").out
    assert (project / DATA).is_file()


@pytest.mark.usefixtures("project")
def test_a_port_in_use_is_one_readable_line(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = cli("sandbox", "serve", "--port", str(port))
    assert (64, "", 1) == (ran.code, ran.out, len(ran.err.splitlines()))
    assert ran.err.startswith(f"error: the sandbox cannot listen on 127.0.0.1:{port}: Address")


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_cannot_be_is_a_mistake_of_usage(cli: Cli, port: str) -> None:
    ran = cli("sandbox", "serve", "--port", port)
    assert 64 == ran.code
    assert "Invalid value for '--port'" in ran.err


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["reset", "--yes"]])
def test_data_that_is_no_database_is_one_readable_line(
    cli: Cli, project: Path, command: list[str]
) -> None:
    (project / "notes.txt").write_text("not a database, " * 100)
    ran = cli("sandbox", *command, "--data", "notes.txt")
    assert (64, "", 1) == (ran.code, ran.out, len(ran.err.splitlines()))
    assert "notes.txt cannot be used: file is not a database" in ran.err


def test_a_reset_forgets_everything(cli: Cli, project: Path) -> None:
    with Store(project / DATA) as store:
        store.ui_create(seriesCode="A", description="x")
    ran = cli("sandbox", "reset", "--yes")
    assert (0, f"{DATA} is empty now.\n") == (ran.code, ran.out)
    with Store(project / DATA) as store:
        assert ([], []) == (store.rows(), store.requests())


def test_a_reset_that_nobody_confirms_forgets_nothing(project: Path) -> None:
    with Store(project / DATA) as store:
        store.ui_create(seriesCode="A", description="x")
    ran = subprocess.run(
        [*SERVE[:4], "reset"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (5, "") == (ran.returncode, ran.stdout)
    assert "nobody is here to confirm the reset; --yes goes ahead" in ran.stderr
    with Store(project / DATA) as store:
        assert 1 == len(store.rows())
