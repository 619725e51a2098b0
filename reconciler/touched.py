"""Which commits of a branch touched which series: their effective desired state, not bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from reconciler import revision
from reconciler.against import owned
from reconciler.desired import read, takes
from reconciler.errors import UsageError
from reconciler.git import Objects, ask, run
from reconciler.gitobjects import locate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path
    from typing import TypeAlias
    from zoneinfo import ZoneInfo

    from reconciler.declared import Desired

    _Logged: TypeAlias = tuple[str, list[tuple[str, str]]]  # a commit, and its raw rows with paths

_FILES, _LINK = ("100644", "100755"), "120000"
MOST = 2_000  # commits that are looked through


@dataclass(frozen=True, slots=True)
class Touch:
    """One commit on the first-parent line of a branch, and the codes that it touched."""

    commit: str
    codes: frozenset[str]


def touches(
    series: Path, zone: ZoneInfo, after: datetime, start: str | None = None
) -> Iterator[Touch]:
    """The commits of HEAD since a moment that touch series, the newest first; `start` and what is
    before it left out. A merge counts for all that it brought.

    Raise UsageError without a repository, RecordError where git fails.
    """
    place = locate(series)
    if place is None:
        raise UsageError(f"{series} is in no git work tree, so nobody can tell who touched it")
    paths = [f":(top,literal){os.fsdecode(b'/'.join(way))}" for way in place.ways if way]
    commits = list(_log(series, after, start, paths))
    if _links(series, paths, commits):
        whole = _log(series, after, start, [])  # for what is behind a link may lie anywhere
        yield from _as_wholes(series, zone, whole)
        return
    with Objects(series) as objects:
        read_here = _Reader(objects, zone, min(map(len, place.ways), default=0))
        for commit, rows in commits:
            before, after_it = read_here.sides(rows)
            codes = owned(before, after_it)
            if codes:
                yield Touch(commit, codes)


def _log(series: Path, after: datetime, start: str | None, paths: list[str]) -> Iterator[_Logged]:
    """Each commit that touches any of the paths, or without paths anything, with its raw rows."""
    said = run(
        series,
        "log",
        "--root",
        "--no-show-signature",
        "--first-parent",
        "--diff-merges=first-parent",
        "--raw",
        "-z",
        "--no-renames",
        "--no-abbrev",
        f"--max-count={MOST}",
        f"--since={after.isoformat()}",
        "--format=%H",
        f"{start}..HEAD" if start else "HEAD",
        "--",
        *paths,
    )
    return _commits(said)


def _links(series: Path, paths: list[str], commits: list[_Logged]) -> bool:
    """Whether a series may stand behind a link: then a commit touches more than its own files."""
    if any(_LINK in row for _, rows in commits for row, _ in rows):
        return True
    listed = run(series, "ls-tree", "-r", "-z", "--full-tree", "HEAD", "--", *paths)
    return any(line.startswith(_LINK) for line in listed.split("\0"))


def _as_wholes(series: Path, zone: ZoneInfo, commits: Iterator[_Logged]) -> Iterator[Touch]:
    """The same by all files of each commit and of the one before: slower, and links count."""
    known: dict[str, Mapping[str, Desired]] = {}  # of the commit before, to read each once
    for commit, _ in commits:
        after = known.get(commit) or revision.at(series, commit, zone).series
        first = ask(series, "rev-parse", "--verify", "--quiet", f"{commit}^1").out.strip()
        known = {first: revision.at(series, first, zone).series if first else {}}
        if codes := owned(known[first], after):
            yield Touch(commit, codes)


def _commits(said: str) -> Iterator[_Logged]:
    """Each commit with its raw rows, each of these with the path that follows it: a path may hold
    anything, also what looks like another commit.
    """
    commit, rows = "", list[tuple[str, str]]()
    words = iter(said.split("\0"))
    for word in words:
        told = word.strip("\n")
        if told.startswith(":"):
            rows.append((told, next(words)))
        elif told:
            if commit:
                yield commit, rows
            commit, rows = told, []
    if commit:
        yield commit, rows


class _Reader:
    """Reads what raw lines of git name, each content once."""

    def __init__(self, objects: Objects, zone: ZoneInfo, depth: int) -> None:
        self._objects, self._zone, self._depth = objects, zone, depth
        self._known: dict[str, Desired | None] = {}

    def sides(self, rows: list[tuple[str, str]]) -> tuple[dict[str, Desired], dict[str, Desired]]:
        """The series before and after, by code, of the files that a commit touched."""
        before: dict[str, Desired] = {}
        after: dict[str, Desired] = {}
        for row, path in rows:
            modes, blobs = row.lstrip(":").split(" ")[:2], row.split(" ")[2:4]
            for mode, blob, found in zip(modes, blobs, (before, after), strict=True):
                one = self._series(blob, path) if mode in _FILES and self._takes(path) else None
                if one is not None:
                    found[one.code] = one
        return before, after

    def _takes(self, path: str) -> bool:
        """Whether a path of the repository is that of a series file: nothing hidden is."""
        return all(takes(f"{name}.yaml") for name in path.split("/")[self._depth : -1]) and takes(
            path.rpartition("/")[2]
        )

    def _series(self, blob: str, path: str) -> Desired | None:
        if blob not in self._known:
            (raw,) = self._objects.read([blob])
            self._known[blob], _ = read(path, raw, self._zone, date.max)
        return self._known[blob]
