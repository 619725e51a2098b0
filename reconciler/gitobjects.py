"""Where a path lies in its repository, and what a commit has there. Reads, and nothing else."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from reconciler.errors import RecordError, UsageError
from reconciler.git import Objects, ask, entries
from reconciler.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

Parts: TypeAlias = "tuple[bytes, ...]"  # a path in a repository, name by name: any bytes
_FILES = frozenset({b"100644", b"100755"})
_FOLDER, _HIDDEN = b"40000", b"."
_ID = re.compile(r"[0-9a-f]{40,64}")
NOT_COMMITTED = "not committed yet"


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a repository. `ways` are its names there: as it is given, then with every link
    followed; `head` is the commit that is checked out, None before the first.
    """

    path: Path
    ways: tuple[Parts, ...]
    head: str | None

    def below(self, files: Mapping[str, str]) -> dict[str, Parts]:
        """The names below this place of files of the work tree, by the same keys; without those
        that lie elsewhere.
        """
        here = self.path.resolve()
        found = {key: Path(file).resolve() for key, file in files.items()}
        return {key: _parts(one, here) for key, one in found.items() if one.is_relative_to(here)}


def locate(path: Path) -> Place | None:
    """Where a path lies, whether it is there or not; None without git or a repository.

    Raise RecordError where git cannot say.
    """
    above = path
    while not above.is_dir() and above.parent != above:
        above = above.parent
    found = ask(above, "rev-parse", "--is-inside-work-tree", "--show-cdup", "--revs-only", "HEAD")
    inside, up, head = (*found.out.split("\n"), "", "", "")[:3]
    if found.nowhere or (found.ok and inside != "true"):
        return None
    if not found.ok:
        raise RecordError(f"git cannot say where {path} lies: {found.words}")
    top, followed = (above / up).resolve(), path.resolve()
    given = path.parent.resolve() / path.name
    ways = (_parts(one, top) for one in (given, followed) if one.is_relative_to(top))
    return Place(path, tuple(dict.fromkeys(ways)), head or None)


def _parts(path: Path, top: Path) -> Parts:
    return tuple(map(os.fsencode, path.relative_to(top).parts))


def resolve(directory: Path, rev: str) -> str:
    """The full id of the commit that a revision names. Raise UsageError when git knows none."""
    shown = clip(visible(repr(rev)), 80)
    if "\0" not in rev:
        found = ask(directory, "rev-parse", "--verify", f"{rev}^{{commit}}")
        if found.nowhere:
            raise UsageError(
                f"{directory} is in no git repository, so {shown} cannot be read; leave it out,"
                " or run in a clone"
            )
        if found.ok and _ID.fullmatch(found.out.strip()):
            return found.out.strip()
    if shallow(directory):
        raise UsageError(
            f"git does not know the revision {shown}: this clone is shallow, its history is cut"
            " off. Fetch the whole of it: `git fetch --unshallow`, or `fetch-depth: 0` for"
            " actions/checkout"
        )
    raise UsageError(
        f"git does not know the revision {shown}; `git fetch` it first, or name a commit, branch"
        " or tag that `git log` shows"
    )


def shallow(directory: Path) -> bool:
    """Whether this clone's history is cut off."""
    return ask(directory, "rev-parse", "--is-shallow-repository").out.strip() == "true"


class Commit:
    """The files of one commit. Raises RecordError for what this clone lacks."""

    def __init__(self, objects: Objects, commit: str) -> None:
        """Read the commit alone."""
        self._objects = objects
        self._headers, _ = objects.commit(commit)

    @property
    def parent(self) -> str | None:
        """The first parent's id."""
        return self._headers.get("parent")

    def files(self, place: Place) -> dict[Parts, str] | None:
        """The ids of the regular files below a place, by their names below it, hidden ones left
        out; of the place itself where it is a file. None where the commit has neither.
        """
        for way in place.ways:
            mode, found = self._at(way)
            if mode in _FILES:
                return {(): found}
            if mode == _FOLDER:
                return self._below(found)
        return None

    def file(self, way: Parts) -> str | None:
        """The id of a regular file; None where there is none of that path."""
        mode, found = self._at(way)
        return found if mode in _FILES else None

    def _at(self, way: Parts) -> tuple[bytes, str]:
        """The mode and id of what a path names; two blanks where it names nothing."""
        mode, found = _FOLDER, self._headers["tree"]
        for name in way:
            if mode != _FOLDER:
                return b"", ""
            ((_, level),) = self._levels({(): found}).items()
            mode, found = level.get(name, (b"", ""))
        return mode, found

    def _below(self, tree: str) -> dict[Parts, str]:
        files: dict[Parts, str] = {}
        folders: Mapping[Parts, str] = {(): tree}
        while folders:
            deeper: dict[Parts, str] = {}
            for above, level in self._levels(folders).items():
                for name, (mode, found) in level.items():
                    if name.startswith(_HIDDEN):
                        continue
                    if mode in _FILES:
                        files[*above, name] = found
                    elif mode == _FOLDER:
                        deeper[*above, name] = found
            folders = deeper
        return files

    def _levels(self, trees: Mapping[Parts, str]) -> dict[Parts, dict[bytes, tuple[bytes, str]]]:
        ids = list(trees.values())
        contents = self._objects.read(ids, b"tree")
        return {
            path: entries(data, len(tree) // 2)
            for (path, tree), data in zip(trees.items(), contents, strict=True)
        }


def blamed(directory: Path, file: str, line: int) -> str | None:
    """Who wrote a line of a file, and in which commit; None where git cannot tell."""
    quiet = ("-c", "core.fsmonitor=false")
    options = ("--no-textconv", "--ignore-revs-file=", "--porcelain", "-L", f"{line},{line}")
    found = ask(directory, *quiet, "blame", *options, "--", str(Path(file).absolute()))
    if not found.ok:
        untracked = "no such path" in found.words or "no such ref: HEAD" in found.words
        return NOT_COMMITTED if untracked and Path(file).is_file() and not found.nowhere else None
    first, *rest = found.out.split("\n")
    commit = first.split(" ")[0]
    if set(commit) == {"0"}:
        return NOT_COMMITTED
    if "boundary" in rest and shallow(directory):
        return None  # whoever wrote it did so before the history begins here
    names = [line.removeprefix("author ") for line in rest if line.startswith("author ")]
    who = clip(visible(names[0].strip() if names else ""), 60) or "an author without a name"
    return f"{who}, {commit[:7]}"
