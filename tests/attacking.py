"""What an attacker puts into a pull request: files of any kind, and a canary that tells."""

from __future__ import annotations

import http.server
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from repositories import git
from shop import series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from shop import World

    Put = Callable[[Path, str], object]  # into a work tree; the text is a command that tells


def put(world: World, what: Put, files: Mapping[str, str | None]) -> int:
    """A pull request of Eve's with these files, and with whatever else is put into it."""
    canary = world.folder / "canary"
    world.origin.switch("evil", world.origin.tip())
    what(world.origin.work, f"touch {canary};")
    world.origin.commit(files)
    return world.propose("evil", "eve")


def is_silent(world: World) -> bool:
    """Whether nothing of the pull request was ever executed."""
    return not (world.folder / "canary").exists()


def write(work: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        file = work / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def link(name: str, to: str) -> Put:
    """A link in place of whatever has that name."""

    def made(work: Path, _: str) -> None:
        if (work / name).exists():
            git(work, "rm", "-r", "--quiet", name)
        (work / name).symlink_to(to)

    return made


def repository_link(work: Path, name: str) -> None:
    """A submodule in place of whatever has that name."""
    git(work, "rm", "-r", "--quiet", "--ignore-unmatch", name)
    (work / name).mkdir()
    commit = git(work, "rev-parse", "HEAD")
    git(work, "update-index", "--add", "--cacheinfo", f"160000,{commit},{name}")


def everything_that_programs_execute(work: Path, command: str) -> None:
    """What some program would import, install, source or run, were it let."""
    python = f"import os\nos.system({command!r})\n"
    modules = ("reconciler/__init__", "reconciler/__main__", "click", "yaml", "httpx/__init__")
    startup = ("sitecustomize", "usercustomize", "conftest", "setup", "encodings/__init__")
    shell = f"#!/bin/sh\n{command}\n"
    hooks = (
        "post-checkout",
        "post-merge",
        "pre-push",
        "reference-transaction",
        "post-index-change",
    )
    write(work, {f"{name}.py": python for name in (*modules, *startup)})
    write(work, {f"series/{name}.py": python for name in (*modules, *startup)})
    write(work, {f".githooks/{name}": shell for name in hooks})
    write(
        work,
        {
            "evil.pth": f"import os; os.system({command!r})\n",
            "pyproject.toml": '[build-system]\nbuild-backend = "setup"\nrequires = ["evil"]\n',
            "requirements.lock": "evil @ file:///nowhere\n",
            "Makefile": f"$(shell {command})\nall:\n\t{command}\n",
            ".envrc": command,
            ".bashrc": command,
            ".profile": command,
            ".gitconfig": f"[core]\n\tfsmonitor = {command}\n\thooksPath = .githooks\n",
            ".gitattributes": "*.yaml filter=evil diff=evil merge=evil -text\n",
            "series/.gitattributes": "*.yaml filter=evil diff=evil\n",
            ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = .\n',
            ".git-credentials": "https://eve:word@github.test\n",
            ".github/workflows/plan.yml": f"on: push\njobs: {{a: {{steps: [{{run: {command}}}]}}}}",
        },
    )
    repository_link(work, "x")
    for name in hooks:
        (work / ".githooks" / name).chmod(0o755)


def a_repository(work: Path, command: str) -> None:
    """A folder that git takes for a repository, with the objects of the real one, and settings that
    let git ask for a commit that it lacks in a way of Eve's.
    """
    merge = "refs/remotes/pull/1/merge"
    settings = f"""\
[core]
repositoryformatversion = 1
bare = false
worktree = ..
sshCommand = "{command}"
[extensions]
partialClone = origin
[remote "origin"]
url = ssh://example.test/none
promisor = true
partialclonefilter = blob:none
"""
    write(
        work / "series",
        {
            "HEAD": f"ref: {merge}\n",
            "config": settings,
            "objects/info/alternates": "../../.git/objects\n",
            "refs/reconciler/eu": "1" * 40 + "\n",
        },
    )
    (work / "series" / merge).parent.mkdir(parents=True)
    (work / "series" / merge).symlink_to(f"../../../../../.git/{merge}")


def propose_git_file(world: World) -> int:
    """A pull request with a series/.git that names a repository of Eve's; made without git's help,
    which would not add it.
    """
    world.origin.switch("evil", world.origin.tip())
    work = world.origin.work
    write(world.folder, {"git": "gitdir: ../elsewhere"})
    blob = git(work, "hash-object", "-w", str(world.folder / "git"))
    inner = tree(work, f"{git(work, 'ls-tree', 'HEAD:series')}\n100644 blob {blob}\t.git")
    rest = [row for row in git(work, "ls-tree", "HEAD").splitlines() if not row.endswith("series")]
    outer = tree(work, "\n".join([*rest, f"040000 tree {inner}\tseries"]))
    made = git(work, "commit-tree", outer, "-p", "HEAD", "-m", "evil")
    git(work, "update-ref", "HEAD", made)
    return world.propose("evil", "eve")


def tree(work: Path, rows: str) -> str:
    command = ["git", "-C", str(work), "mktree"]
    done = subprocess.run(command, input=f"{rows}\n", check=True, capture_output=True, text=True)
    return done.stdout.strip()


@contextmanager
def catching() -> Iterator[tuple[str, list[str]]]:
    """A server of Eve's, and what it was asked."""
    came: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.append(self.path)
            self.send_error(500)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", came
        finally:
            server.shutdown()
            thread.join()


def more(*codes: str) -> dict[str, str | None]:
    """Series that give twice as much."""
    return series(*codes, discountValue=20)
