"""The first command of the README on a fresh clone, with a virtual environment of its own."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from test_docs import REPOSITORY, blocks, pattern

if TYPE_CHECKING:
    from pathlib import Path


def make_demo(clone: Path) -> subprocess.CompletedProcess[str]:
    ours = {"VIRTUAL_ENV", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"}  # of the make that runs the tests
    environment = {key: value for key, value in os.environ.items() if key not in ours}
    return subprocess.run(
        ["make", "demo"],
        cwd=clone,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env=environment,
    )


@pytest.mark.slow
def test_a_fresh_clone_demonstrates_the_main_job_twice(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
    (shown,) = [block for block in blocks(REPOSITORY / "README.md") if "$ make demo" in block]
    expected = pattern(shown.removeprefix("$ make demo\n"))

    first = make_demo(clone)
    installed = (clone / ".venv" / ".runtime").stat().st_mtime_ns
    second = make_demo(clone)

    for ran in (first, second):
        assert ran.returncode == 0, ran.stderr
        assert expected.fullmatch(ran.stdout), ran.stdout
    assert installed == (clone / ".venv" / ".runtime").stat().st_mtime_ns
