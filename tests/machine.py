"""The machine that a job runs on: its folders, its environment, and how it runs a script."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from triggers import Event

HERE = Path(__file__).parent
GIT = str(Path(shutil.which("git") or "git").parent)
SYSTEM = ("/usr/local/bin", "/usr/bin", "/bin", GIT)
FILES = ("output", "env", "path", "step_summary", "state")
SHELLS: Mapping[str | None, tuple[str, ...]] = {
    None: ("bash", "-e"),
    "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"),
    "sh": ("sh", "-e"),
}


@dataclass(frozen=True)
class Ended:
    """How a script ended; `files` is what it wrote into its command files."""

    code: int
    output: str
    timed_out: bool
    files: Mapping[str, str]


@dataclass(frozen=True)
class Machine:
    """A fresh machine. Nothing of the developer's own reaches what runs on it."""

    root: Path
    repository: str
    event: Event
    server_url: str
    git_host: str  # where git really finds what it looks for at the server's address
    token: str
    artifacts: dict[str, Path]  # by name, shared by the jobs of a run
    store: Path  # where their files lie
    shims: Mapping[str, Path]
    extra: Mapping[str, str]  # variables that the machine itself has
    patience: float  # seconds that a step may take
    paths: list[str] = field(
        default_factory=list
    )  # what steps added to GITHUB_PATH, the last first

    def __post_init__(self) -> None:
        for folder in (self.workspace, self.temp, self.home, self.root / "bin"):
            folder.mkdir(parents=True)
        (self.home / ".gitconfig").write_text(
            f'[url "{self.git_host}/"]\n\tinsteadOf = {self.server_url}/\n'
        )
        for name, program in self.shims.items():
            command = [sys.executable] if program.suffix == ".py" else []
            shim = self.root / "bin" / name
            shim.write_text(f'#!/bin/sh\nexec {shlex.join([*command, str(program)])} "$@"\n')
            shim.chmod(0o755)

    @property
    def workspace(self) -> Path:
        name = self.repository.rpartition("/")[2]
        return self.root / "work" / name / name

    @property
    def remote(self) -> str:
        return f"{self.server_url}/{self.repository}"

    @property
    def temp(self) -> Path:
        return self.root / "temp"

    @property
    def home(self) -> Path:
        return self.root / "home"

    def environment(self) -> dict[str, str]:
        """The variables of every process: of the machine, and those that measure coverage."""
        kept = ("COVERAGE_", "COV_CORE_")
        return {
            **{name: value for name, value in os.environ.items() if name.startswith(kept)},
            "CI": "true",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join([*self.paths, str(self.root / "bin"), *SYSTEM]),
            "GIT_CEILING_DIRECTORIES": str(self.root.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            **self.extra,
        }

    def runner(self) -> dict[str, str]:
        """The `runner` context."""
        return {
            "name": "stand-in",
            "os": "Linux",
            "arch": "X64",
            "environment": "github-hosted",
            "temp": str(self.temp),
            "tool_cache": str(self.root / "tools"),
        }

    def variables(self, github: Mapping[str, Any]) -> dict[str, str]:
        """The GITHUB_* and RUNNER_* of every step; no `env:` can change them."""
        shown = {key: value for key, value in github.items() if key not in {"event", "token"}}
        return {
            "GITHUB_ACTIONS": "true",
            **{f"GITHUB_{key.upper()}": str(value) for key, value in shown.items()},
            **{f"RUNNER_{key.upper()}": value for key, value in self.runner().items()},
        }

    def event_file(self) -> Path:
        file = self.temp / "_github_workflow" / "event.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(self.event.payload), encoding="utf-8")
        return file

    def inside(self, path: str) -> Path:
        """A folder below the workspace."""
        folder = (self.workspace / path).resolve()
        if not folder.is_relative_to(self.workspace.resolve()):
            raise ValueError(f"{path} is not below the workspace")
        return folder

    def run(self, script: str, shell: str | None, folder: Path, env: Mapping[str, str]) -> Ended:
        """Run a step's script as GitHub does. What it leaves running is ended."""
        commands = self.temp / "_runner_file_commands"
        commands.mkdir(exist_ok=True)
        files = {name: commands / name for name in FILES}
        for file in files.values():
            file.write_text("")
        named = {f"GITHUB_{name.upper()}": str(file) for name, file in files.items()}
        source, output = self.temp / "script.sh", self.temp / "output.log"
        source.write_text(script + "\n", encoding="utf-8")
        env = {**self.environment(), **env, **named}
        with output.open("wb") as log:
            code = ended(
                subprocess.Popen(
                    [*SHELLS[shell], str(source)],
                    cwd=folder,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                ),
                self.patience,
            )
        said = output.read_bytes().decode(errors="replace")
        output.unlink()
        source.unlink()
        return Ended(
            code or 0, said, code is None, {name: read(file) for name, file in files.items()}
        )

    def git(self, folder: Path, *arguments: str) -> str:
        """What git prints, as an action runs it."""
        command = ["git", "-C", str(folder), *arguments]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env=self.environment()
        )
        return done.stdout.strip()


def ended(process: subprocess.Popen[bytes], patience: float) -> int | None:
    """The exit code of a process, None if it took too long. All that it started is ended."""
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def read(file: Path) -> str:
    return file.read_bytes().decode("utf-8-sig", errors="replace") if file.exists() else ""
