"""Whole processes: how long one took, how much memory, and a server to talk to meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PYTHON = sys.executable
RECONCILER = str(Path(PYTHON).with_name("reconciler"))
_PATIENCE = 120  # seconds for one process, on a slow machine under load
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes


class BenchError(Exception):
    """A process did something else than what is to be measured."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One process that ended with 0. `megabytes` is the most memory that it held at once."""

    seconds: float
    megabytes: float
    output: str


def run(command: Sequence[str], folder: Path, settings: Mapping[str, str] | None = None) -> Ran:
    """Run a command in a folder to its end. Raises BenchError when it fails or hangs.

    Its output goes through a file: reading a pipe would take part in the measurement. A child
    begins with this process's own memory in its account, so this process had better stay small.
    """
    with (folder / ".output").open("w+b") as output, (folder / ".errors").open("w+b") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(folder, settings), stdout=output, stderr=errors
        )
        with _killed_when_late(process):
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        printed, complained = (file.read().decode(errors="replace") for file in (output, errors))
    if process.returncode:
        said = printed + complained
        raise BenchError(f"{' '.join(command)} ended with {process.returncode}:\n{said[-2000:]}")
    return Ran(seconds, used.ru_maxrss * _MAXRSS_UNIT / 1e6, printed)


@contextmanager
def sandbox(database: Path) -> Iterator[str]:
    """The sandbox as a server of its own on a free port of the loopback interface; its URL."""
    command = [RECONCILER, "sandbox", "serve", "--port", "0", "--data", str(database)]
    with subprocess.Popen(
        command,
        cwd=database.parent,
        env=_environment(database.parent),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            with _killed_when_late(process):
                said = process.stdout.readline()
            _, listens, url = said.strip().partition("listening on ")
            if not listens:
                raise BenchError(f"the sandbox did not start: {said or 'it said nothing'}")
            yield url
        finally:
            process.terminate()
            with _killed_when_late(process):
                process.wait()


@contextmanager
def _killed_when_late(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> Iterator[None]:
    timer = threading.Timer(_PATIENCE, process.kill)
    timer.start()
    try:
        yield
    except BaseException:
        process.kill()
        raise
    finally:
        timer.cancel()


def _environment(folder: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a process gets: nothing of the caller's own that slows Python down or leads elsewhere.

    Bytecode is kept, as it is where the package is installed, but in the temporary folder.
    """
    kept = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPYCACHEPREFIX": f"{folder}/bytecode"}
    return kept | dict(settings or {})
