"""What the tests of the workflow runner share: a bare origin, and workflows from short texts."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from repositories import clone, git
from runner import Runner
from triggers import Event

if TYPE_CHECKING:
    from pathlib import Path

    from outcomes import Run

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
UPLOAD = "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1"
DOWNLOAD = "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1"
PYTHON = "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0"
JOB = "runs-on: ubuntu-latest\ntimeout-minutes: 5\n"


def bare(tmp_path: Path) -> Path:
    """An origin with one commit on main, in the file `a`."""
    origin = tmp_path / "origin.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    work = clone(origin, "work")
    git(work, "checkout", "--quiet", "-B", "main")
    commit(work, "a", "first")
    return origin


def commit(work: Path, name: str, text: str, ref: str = "HEAD") -> str:
    """Commit a file and push it, to the branch that is checked out or to a ref; the commit."""
    (work / name).write_text(text, encoding="utf-8")
    git(work, "add", name)
    git(work, "commit", "--quiet", "--message", text)
    git(work, "push", "--quiet", "origin", ref)
    return git(work, "rev-parse", "HEAD")


def push_to(origin: Path) -> Event:
    """The push of what main is at."""
    return Event("push", {}, "refs/heads/main", git(origin, "rev-parse", "main"))


def pull_request(origin: Path, name: str, head: str, fork: str = "shop/coupons") -> Event:
    """Pull request 7, opened from a branch or from a fork, with its merge result."""
    pull = {
        "number": 7,
        "head": {"ref": "more", "sha": head, "repo": {"full_name": fork}},
        "base": {"ref": "main", "repo": {"full_name": "shop/coupons"}},
    }
    target = name == "pull_request_target"
    ref = "refs/heads/main" if target else "refs/pull/7/merge"
    payload = {"action": "opened", "number": 7, "pull_request": pull}
    return Event(name, payload, ref, git(origin, "rev-parse", ref))


def jobs(**steps: str) -> str:
    """A workflow on every push: jobs by name, each with the text of what is below it."""
    body = "".join(
        f"  {name}:\n{textwrap.indent(JOB + text, '    ')}" for name, text in steps.items()
    )
    return f"on: push\npermissions: {{}}\njobs:\n{body}"


def script(*lines: str, **keys: str) -> str:
    """A job's one step, that runs lines, with more keys."""
    more = "".join(f"    {key}: {value}\n" for key, value in keys.items())
    return f"steps:\n  - id: one\n{more}    run: |\n" + "".join(f"      {line}\n" for line in lines)


def run(tmp_path: Path, source: str, event: Event | None = None, **options: Any) -> Run:  # noqa: ANN401 - the runner's own
    """Run a workflow given as text."""
    origin = tmp_path / "origin.git"
    origin = origin if origin.exists() else bare(tmp_path)
    file = tmp_path / "one.yml"
    file.write_text(textwrap.dedent(source), encoding="utf-8")
    number = len(list(tmp_path.glob("run-*")))
    folder = tmp_path / f"run-{number}"
    return Runner(file, event or push_to(origin), origin, folder, **options).execute()
