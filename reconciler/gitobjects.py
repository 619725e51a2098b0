"""Where a path lies in its repository, and what a commit has there. Reads, and nothing else."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from reconciler.errors import UsageError
from reconciler.git import Objects, ask, entries
from reconciler.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Parts: TypeAlias = "tuple[bytes, ...]"  # a path in a repository, name by name: any bytes
_FILES = frozenset({b"100644", b"100755"})
_FOLDER, _LINK, _HIDDEN = b"40000", b"120000", b"."
_MOST_LINKS = 8
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
    said = found.told(f"where {path} lies") or ""
    inside, up, head = (*said.split("\n"), "", "", "")[:3]
    if inside != "true":
        return None
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


def parted(directory: Path, commit: str) -> str:
    """The commit at which what is checked out parted from another: that one itself where it is an
    ancestor, and where git knows of none.
    """
    found = ask(directory, "merge-base", commit, "HEAD")
    first = found.out.split("\n")[0]
    return first if found.ok and _ID.fullmatch(first) else commit


def shallow(directory: Path) -> bool:
    """Whether this clone's history is cut off."""
    return ask(directory, "rev-parse", "--is-shallow-repository").out.strip() == "true"


def _joined(above: Parts, target: bytes) -> Parts | None:
    """Where a link in a folder leads; None for out of the repository."""
    parts = list(above)
    for name in target.split(b"/"):
        if name == b"..":
            if not parts:
                return None
            parts.pop()
        elif name not in {b"", b"."}:
            parts.append(name)
    return None if target.startswith(b"/") else tuple(parts)


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

    def files(self, place: Place, takes: Callable[[str], bool]) -> dict[Parts, str] | None:
        """The ids of the files below a place, by their names below it, hidden ones left out; of the
        place itself where it is a file. A link to a file of the commit is that file, where that
        is not read anyway, under a name that somebody `takes`. None where the commit has neither.
        """
        for way in place.ways:
            mode, found = self._at(way)
            if mode in _FILES:
                return {(): found}
            if mode == _FOLDER:
                files, links = self._below(found)
                followed = ((name, self.file((*way, *name))) for name in links)
                read = {one for name, one in files.items() if takes(os.fsdecode(name[-1]))}
                return files | {name: one for name, one in followed if one and one not in read}
        return None

    def file(self, way: Parts) -> str | None:
        """The id of a file, at the end of links to it; None where the commit has none there."""
        for _ in range(_MOST_LINKS):
            mode, found = self._at(way)
            if mode != _LINK:
                return found if mode in _FILES else None
            (target,) = self._objects.read([found])
            leads = _joined(way[:-1], target)
            if leads is None:
                return None
            way = leads
        return None

    def _at(self, way: Parts) -> tuple[bytes, str]:
        """The mode and id of what a path names; two blanks where it names nothing."""
        mode, found = _FOLDER, self._headers["tree"]
        for name in way:
            if mode != _FOLDER:
                return b"", ""
            ((_, level),) = self._levels({(): found}).items()
            mode, found = level.get(name, (b"", ""))
        return mode, found

    def _below(self, tree: str) -> tuple[dict[Parts, str], list[Parts]]:
        """The regular files below a tree by name, and the names of links."""
        files: dict[Parts, str] = {}
        links: list[Parts] = []
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
                    elif mode == _LINK:
                        links.append((*above, name))
            folders = deeper
        return files, links

    def _levels(self, trees: Mapping[Parts, str]) -> dict[Parts, dict[bytes, tuple[bytes, str]]]:
        ids = list(trees.values())
        contents = self._objects.read(ids, b"tree")
        return {
            path: entries(data, len(tree) // 2)
            for (path, tree), data in zip(trees.items(), contents, strict=True)
        }


class Author(NamedTuple):
    """Who wrote a line, as people read it; in which commit (none: not committed yet), and when."""

    name: str
    commit: str
    when: int = 0

    def __str__(self) -> str:
        return f"{self.name}, {self.commit[:7]}" if self.commit else NOT_COMMITTED


def blamed(directory: Path, file: str, lines: Iterable[int]) -> dict[int, Author | None]:
    """Who wrote each of some lines of a file, blank ones left out. None in place of somebody from
    before the history begins here; nothing at all where git cannot tell.
    """
    lines = sorted(set(lines))
    quiet = ("-c", "core.fsmonitor=false")
    options = ("--no-textconv", "--ignore-revs-file=", "--porcelain")
    ranges = [f"-L{line},{line}" for line in lines]
    whole = str(Path(file).absolute())
    found = ask(directory, *quiet, "blame", *options, *ranges, "--", whole)
    if found.ok:
        cut = "\nboundary\n" in found.out and shallow(directory)
        return _authors(found.out, cut=cut)
    untracked = "no such path" in found.words or "no such ref: HEAD" in found.words
    nobodys = untracked and Path(file).is_file() and not found.nowhere
    return dict.fromkeys(lines, Author("", "")) if nobodys else {}


def _authors(porcelain: str, *, cut: bool) -> dict[int, Author | None]:
    """What `git blame --porcelain` says: of a commit the first time alone, of each line its text
    behind a tab.
    """
    known: dict[str, dict[str, str]] = {}
    found: dict[int, Author | None] = {}
    commit, number, told = "", 0, True
    for line in porcelain.split("\n"):
        key, _, rest = line.partition(" ")
        if told and line:
            commit, number, told = key, int(rest.split(" ")[1]), False
            about = known.setdefault(commit, {})
        elif line.startswith("\t"):
            told = True
            if line.strip():
                found[number] = None if cut and "boundary" in about else _author(commit, about)
        elif not told:
            about[key] = rest
    return found


def _author(commit: str, about: Mapping[str, str]) -> Author:
    if set(commit) == {"0"}:
        return Author("", "")
    name = clip(visible(about.get("author", "").strip()), 60) or "an author without a name"
    return Author(name, commit, int(about["committer-time"]))


def newest(directory: Path, authors: Iterable[Author]) -> Author:
    """The last of several to write: what is not committed; else by how the commits follow each
    other, and by their times only where they do not, as anybody may set a clock.
    """
    by_commit = {author.commit: author for author in authors}
    if "" in by_commit or len(by_commit) == 1:
        return by_commit.get("") or next(iter(by_commit.values()))
    ends = ask(directory, "merge-base", "--independent", *by_commit).out.split()
    latest = [by_commit[commit] for commit in ends if commit in by_commit]
    return max(latest or by_commit.values(), key=lambda author: author.when)
