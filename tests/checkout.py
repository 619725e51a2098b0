"""The stand-in of actions/checkout: the same refs, branches and guards, with the real git."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from triggers import WorkflowError, head_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from machine import Machine
    from triggers import Event

COMMIT = re.compile(r"[0-9a-f]{40}")
ALL = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]


class ActionError(Exception):
    """An action failed, and its step with it."""


def checkout(inputs: Mapping[str, str], machine: Machine) -> dict[str, str]:
    """Check out what is asked for, by default the event's ref at the event's commit."""
    if inputs.get("repository", machine.repository) != machine.repository:
        raise WorkflowError(f"only {machine.repository} is known here: {inputs['repository']}")
    persist, unsafe, depth = flags(inputs)
    ref, commit = inputs.get("ref", ""), ""
    if not ref:
        ref, commit = machine.event.ref, machine.event.sha
    elif COMMIT.fullmatch(ref):
        ref, commit = "", ref
    if inputs.get("ref") and not unsafe:
        refuse_fork(machine.event, ref, commit)
    folder = machine.inside(inputs.get("path", ""))
    try:
        prepare(machine, folder)
        fetch(machine, folder, ref, commit, depth)
        machine.git(folder, "checkout", "--quiet", "--force", *wanted(machine, folder, ref, commit))
        if persist:
            keep_credentials(machine, folder)
        return {"ref": ref, "commit": machine.git(folder, "rev-parse", "HEAD")}
    except subprocess.CalledProcessError as failed:
        raise ActionError(failed.stderr.strip()) from failed


def flags(inputs: Mapping[str, str]) -> tuple[bool, bool, int]:
    named = {"persist-credentials": "true", "allow-unsafe-pr-checkout": "false", "fetch-depth": "1"}
    given = {name: inputs.get(name) or value for name, value in named.items()}
    persist, unsafe = (given[name].lower() for name in list(named)[:2])
    if not {persist, unsafe} <= {"true", "false"} or not given["fetch-depth"].isdecimal():
        raise ActionError(f"An input of checkout has no value that it can have: {given}")
    return persist == "true", unsafe == "true", int(given["fetch-depth"])


def refuse_fork(event: Event, ref: str, commit: str) -> None:
    """Since its version 7, checkout takes nothing of a fork where secrets are, unless told to."""
    if event.name != "pull_request_target" or not event.is_fork:
        return
    own = {event.pull["head"]["sha"], event.pull.get("merge_commit_sha")}
    if commit in own or re.match(r"(refs/)?(remotes/)?pull/", ref) or head_of(event.pull) is None:
        raise ActionError(
            f"Refusing to check out fork pull request code from a '{event.name}' workflow."
        )


def prepare(machine: Machine, folder: Path) -> None:
    """A clean clone. A folder that is something else is emptied first."""
    if (folder / ".git").is_dir():
        machine.git(folder, "clean", "-ffdx", "--quiet")
        machine.git(folder, "reset", "--hard", "--quiet")
        return
    if folder.exists():
        for one in folder.iterdir():
            shutil.rmtree(one) if one.is_dir() and not one.is_symlink() else one.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    machine.git(folder, "init", "--quiet", "--initial-branch=master")
    machine.git(folder, "remote", "add", "origin", machine.remote)


def fetch(machine: Machine, folder: Path, ref: str, commit: str, depth: int) -> None:
    def get(*specs: str) -> None:
        how = ["--no-tags", "--prune", "--quiet"]
        how += [f"--depth={depth}"] if depth else []
        machine.git(folder, *authorization(machine), "fetch", *how, "origin", *specs)

    if depth:
        get(*specs_of(ref, commit))
        return
    pull = ref.removeprefix("refs/pull/")
    get(*ALL, *([f"+{commit or ref}:refs/remotes/pull/{pull}"] if pull != ref else []))
    branch = ref.removeprefix("refs/heads/")
    if commit and branch != ref and commit != tip(machine, folder, branch):
        get(*specs_of(ref, commit))  # the branch moved since the event


def tip(machine: Machine, folder: Path, branch: str) -> str:
    """The commit of a remote branch, empty if there is none."""
    return machine.git(
        folder, "for-each-ref", "--format=%(objectname)", f"refs/remotes/origin/{branch}"
    )


def specs_of(ref: str, commit: str) -> list[str]:
    """What to fetch for one ref, by its commit if that is known."""
    for prefix, place in (
        ("refs/heads/", "refs/remotes/origin/"),
        ("refs/pull/", "refs/remotes/pull/"),
    ):
        if ref.startswith(prefix):
            return [f"+{commit or ref}:{place}{ref.removeprefix(prefix)}"]
    if ref.startswith("refs/"):
        return [f"+{commit or ref}:{ref}"]
    named = [
        f"+refs/heads/{ref}*:refs/remotes/origin/{ref}*",
        f"+refs/tags/{ref}*:refs/tags/{ref}*",
    ]
    return named if ref else [commit]


def wanted(machine: Machine, folder: Path, ref: str, commit: str) -> list[str]:
    """What is checked out: a local branch for a branch, else a commit, detached."""
    if not ref:
        return ["--detach", commit]
    if ref.startswith("refs/pull/"):
        return ["--detach", ref.replace("refs/pull/", "refs/remotes/pull/", 1)]
    branch = ref.removeprefix("refs/heads/")
    if (branch != ref or not ref.startswith("refs/")) and tip(machine, folder, branch):
        return ["-B", branch, f"refs/remotes/origin/{branch}"]
    return ["--detach", ref if ref.startswith("refs/") else f"refs/tags/{ref}"]


def authorization(machine: Machine) -> list[str]:
    return ["-c", f"http.{machine.git_host}/.extraheader={header(machine.token)}"]


def header(token: str) -> str:
    return "AUTHORIZATION: basic " + base64.b64encode(f"x-access-token:{token}".encode()).decode()


def keep_credentials(machine: Machine, folder: Path) -> None:
    """Let git of later steps sign in: through a file beside the clone, not in it."""
    file = machine.temp / f"git-credentials-{folder.name}.config"
    key = f"http.{machine.git_host}/.extraheader"
    machine.git(folder, "config", "--file", str(file), key, header(machine.token))
    machine.git(folder, "config", "--local", "include.path", str(file))
