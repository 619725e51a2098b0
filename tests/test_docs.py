"""The commands that README and docs show are run, and print what the pages say."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parent.parent
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
QUICK = {"README.md", "ci.md"}  # the others are run with the long proofs
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[str]:
    """The console blocks of a page."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output shown below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def pattern(shown: str) -> re.Pattern[str]:
    """A page's output: a line of `…` stands for any lines, `…` inside a line for any text."""
    lines = [
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in shown.rstrip("\n").split("\n")
    ]
    return re.compile("".join(lines) if shown.strip() else "")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a reader has at hand: the project's series and configuration, sandbox filled."""
    shutil.copytree(REPOSITORY / "series", tmp_path / "series")
    shutil.copy(REPOSITORY / "reconciler.toml", tmp_path)
    done = in_shell("reconciler apply --yes", tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def in_shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    scripts = Path(sys.executable).parent
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}"},
    )


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.name, marks=[] if page.name in QUICK else pytest.mark.slow)
        for page in PAGES
    ],
)
def test_a_page_prints_what_its_commands_print(page: Path, clone: Path) -> None:
    for block in blocks(page):
        if block.startswith("$ make"):
            continue  # the demo is run whole, in test_demo
        for command, shown in commands(block):
            ran = in_shell(command, clone)
            assert pattern(shown).fullmatch(ran.stdout), (command, ran.stdout, ran.stderr)


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_a_pages_links_to_files_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))

    assert [] == [link for link in links if not (page.parent / link).exists()]


def test_the_example_in_the_readme_is_a_file_of_the_series() -> None:
    (shown,) = re.findall(
        r"```yaml\n# (\S+)\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL
    )
    lines = (REPOSITORY / shown[0]).read_text().splitlines()

    assert [] == [line for line in shown[1].splitlines() if line not in lines]


def test_the_sandbox_is_served_as_the_readme_says(clone: Path) -> None:
    (block,) = re.findall(r"^```bash\n(.*?)^```", PAGES[0].read_text(), re.MULTILINE | re.DOTALL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    serve, rest = block.replace("8484", port).split("\n", 1)
    wait = (
        f"until (echo > /dev/tcp/127.0.0.1/{port}) 2> {os.devnull}; do kill -0 $! || exit 1; done"
    )

    ran = in_shell(f"{serve}\n{wait}\n{rest}\nstatus=$?; kill $!; wait $!; exit $status", clone)

    assert (0, True) == (ran.returncode, "No changes. 9 unchanged" in ran.stdout), ran.stderr
