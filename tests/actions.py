"""Stand-ins of the actions that the workflows use, each by its pinned commit."""

from __future__ import annotations

import glob
import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from checkout import ActionError, checkout
from triggers import WorkflowError

if TYPE_CHECKING:
    from machine import Machine

Action = Callable[[Mapping[str, str], "Machine"], dict[str, str]]


def check_use(uses: str, comment: str) -> None:
    """Refuse an action, a pin or a comment of a version that is not known here."""
    name, _, pin = uses.partition("@")
    if name not in ACTIONS:
        raise WorkflowError(f"the action {name} is not known here")
    known, version, _ = ACTIONS[name]
    if pin != known or comment != f"# {version}":
        raise WorkflowError(
            f"{name} is pinned as `{name}@{known} # {version}`, not {uses} {comment}"
        )


def check_inputs(uses: str, inputs: Mapping[str, object]) -> None:
    name = uses.partition("@")[0]
    unknown = set(inputs) - INPUTS[name]
    if unknown:
        raise WorkflowError(f"{name} has no input {sorted(unknown)} that is known here")


def use(uses: str, inputs: Mapping[str, str], machine: Machine) -> dict[str, str]:
    """Do what an action does; its outputs. An ActionError is the failure of its step."""
    return ACTIONS[uses.partition("@")[0]][2](inputs, machine)


def setup_python(inputs: Mapping[str, str], _: Machine) -> dict[str, str]:
    version = inputs.get("python-version", "")
    if not re.fullmatch(r"3\.\d+(\.\d+)?", version):
        raise ActionError(f"The version {version!r} of Python is not found")
    return {"python-version": version}


def upload(inputs: Mapping[str, str], machine: Machine) -> dict[str, str]:
    """Keep files under a name: from their common folder on, without hidden ones."""
    name = inputs.get("name", "artifact")
    if re.search(r'[":<>|*?\r\n\\/]', name) or not name:
        raise ActionError(f"The artifact name is not valid: {name!r}")
    if name in machine.artifacts:
        raise ActionError(f"An artifact named {name} already exists on this run")
    if not re.fullmatch(r"\d*", inputs.get("retention-days", "")):
        raise ActionError("retention-days is no number")
    absent = inputs.get("if-no-files-found", "warn")
    if absent not in {"warn", "error", "ignore"}:
        raise ActionError(f"Unrecognized if-no-files-found {absent!r}")
    hidden = boolean(inputs, "include-hidden-files", default=False)
    roots, files = searched(inputs["path"], machine.workspace, hidden=hidden)
    if not files:
        if absent == "error":
            raise ActionError(f"No files were found with the provided path: {inputs['path']}")
        return {}
    top = Path(os.path.commonpath([root.parent if root.is_file() else root for root in roots]))
    folder = machine.store / name
    for file in files:
        kept = folder / file.relative_to(top)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, kept)
    machine.artifacts[name] = folder
    return {"artifact-id": str(len(machine.artifacts))}


def searched(paths: str, workspace: Path, *, hidden: bool) -> tuple[list[Path], list[Path]]:
    """Where files are looked for, and those that are there."""
    roots, files = [], []
    for line in filter(None, (line.strip() for line in paths.splitlines())):
        if line.startswith(("!", "~")):
            raise WorkflowError(f"a path that is not known here: {line}")
        pattern = workspace / line
        names = [at for at, part in enumerate(pattern.parts) if glob.has_magic(part)]
        roots.append(Path(*pattern.parts[: names[0]]) if names else pattern)
        for found in glob.glob(str(pattern), recursive=True, include_hidden=True):  # noqa: PTH207 - Path finds no dots
            files += [file for file in within(Path(found)) if hidden or is_shown(file, roots[-1])]
    return roots, sorted(set(files))


def within(path: Path) -> list[Path]:
    found = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    if any(".git" in one.parts for one in found):
        raise WorkflowError(f"an artifact would hold a repository: {path}")
    return found


def is_shown(file: Path, root: Path) -> bool:
    below = (file.name,) if file == root else file.relative_to(root).parts
    return not any(part.startswith(".") for part in below)


def download(inputs: Mapping[str, str], machine: Machine) -> dict[str, str]:
    """Give back the files of one artifact, or of all, each in a folder of its name."""
    folder = machine.workspace / inputs.get("path", "")
    name = inputs.get("name", "")
    if name and name not in machine.artifacts:
        raise ActionError(f"Artifact not found for name: {name}")
    for one in [name] if name else machine.artifacts:
        into = folder if name else folder / one
        shutil.copytree(machine.artifacts[one], into, dirs_exist_ok=True)
    return {"download-path": str(folder)}


def boolean(inputs: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = inputs.get(name) or str(default).lower()
    if value.lower() not in {"true", "false"}:
        raise ActionError(f"{name} is neither true nor false: {value!r}")
    return value.lower() == "true"


ACTIONS: Mapping[str, tuple[str, str, Action]] = {
    "actions/checkout": ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1", checkout),
    "actions/setup-python": ("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0", setup_python),
    "actions/upload-artifact": ("043fb46d1a93c77aae656e7c1c64a875d1fc6a0a", "v7.0.1", upload),
    "actions/download-artifact": ("3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1", download),
}
INPUTS: Mapping[str, frozenset[str]] = {
    "actions/checkout": frozenset(
        {
            "repository",
            "ref",
            "path",
            "fetch-depth",
            "persist-credentials",
            "allow-unsafe-pr-checkout",
        }
    ),
    "actions/setup-python": frozenset({"python-version"}),
    "actions/upload-artifact": frozenset(
        {"name", "path", "retention-days", "if-no-files-found", "include-hidden-files"}
    ),
    "actions/download-artifact": frozenset({"name", "path"}),
}
