"""The files as a commit has them, and who wrote them. Neither work tree nor index is touched."""

from __future__ import annotations

import os
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.desired import NO_NAME, no_collector, read, takes
from reconciler.errors import RecordError, UsageError
from reconciler.git import Objects
from reconciler.gitobjects import Commit, blamed, locate, newest, resolve, shallow
from reconciler.text import clip
from reconciler.yamlfile import MOST_BYTES, parse
from reconciler.yamlsyntax import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from zoneinfo import ZoneInfo

    from reconciler.declared import Desired
    from reconciler.gitobjects import Parts, Place
    from reconciler.lifecycle import Lines

_SHORT = 7  # digits of a commit's id that people read
_BEFORE = "somebody before this clone's history"


@dataclass(frozen=True, slots=True)
class AtRevision:
    """What a commit's files say. `warnings` name the files that do not count; `protected` are the
    codes that any of its files protects, whatever else is wrong in it.
    """

    commit: str
    series: Mapping[str, Desired]
    warnings: tuple[str, ...]
    protected: frozenset[str] = frozenset()

    def only(self, codes: Collection[str]) -> AtRevision:
        """What they say of some series."""
        kept = {code: one for code, one in self.series.items() if code in codes}
        return replace(self, series=kept)


def at(series: Path, rev: str, zone: ZoneInfo) -> AtRevision:
    """The desired series below a directory at a revision. What does not load counts as absent.

    Raise UsageError without a repository and for a revision that git does not know, RecordError
    where git fails.
    """
    place = locate(series)
    commit = resolve(series, rev)  # says it better where there is no repository
    if place is None:
        raise UsageError(f"{series} is in no git work tree, so {clip(rev)} has no files for it")
    warnings: list[str] = []
    found: defaultdict[str, list[Desired]] = defaultdict(list)
    protected: set[str] = set()
    short = commit[:_SHORT]
    with Objects(series) as objects, no_collector():
        files = Commit(objects, commit).files(place, takes)
        if files is None:
            warnings.append(f"{series} is not there at {short}: every file counts as new")
        for file, raw in _contents(objects, series, files or {}):
            desired, said = (None, NO_NAME[1]) if raw is None else _one(file, raw, zone)
            if desired is None:
                warnings.append(f"{file} counts as absent at {short}: {said}")
                named, protects = _says(raw or b"")
                protected |= {named} if protects else set()
            else:
                found[desired.code].append(desired)
                protected |= {desired.code} if desired.lifecycle.protect else set()
    for code, several in found.items():
        if len(several) > 1:
            names = " and ".join(one.file for one in several)
            warnings.append(f"{code} counts as absent at {short}: it stands in {names}")
    alone = {code: several[0] for code, several in found.items() if len(several) == 1}
    return AtRevision(commit, alone, tuple(warnings), frozenset(protected))


def _one(file: str, raw: bytes, zone: ZoneInfo) -> tuple[Desired | None, str]:
    """One file's series, or in words why there is none."""
    desired, problems = read(file, raw, zone, date.max)  # no allowance is measured by today
    errors = [problem for problem in problems if problem.severity == "error"]
    if desired is not None or not errors:
        return desired, "it names no series"
    first, more = errors[0], len(errors) - 1
    others = f" ({more:,} more not shown)" if more else ""
    return None, f"line {first.line}: {clip(first.message, 200)}{others}"


def _contents(
    objects: Objects, series: Path, files: Mapping[Parts, str]
) -> Iterator[tuple[str, bytes | None]]:
    """Each series file as the work tree would name it, in order of its path; None in place of a
    content whose name is not UTF-8.
    """
    taken = sorted(parts for parts in files if not parts or takes(os.fsdecode(parts[-1])))
    for parts, raw in zip(taken, objects.read([files[parts] for parts in taken]), strict=True):
        below = b"/".join(parts)
        name = below.decode("utf-8", "replace")
        file = f"{series}{os.sep}{name}" if parts else str(series)  # as a walk names it
        yield file, raw if name.encode() == below else None


def protected_before(series: Path, files: Mapping[str, str]) -> frozenset[str]:
    """The codes, of some with their files, that were protected one commit ago: at HEAD where the
    file differs from HEAD now, else at HEAD's first parent. None where git has no such commit.

    A removed `protect` counts from the next commit on. Raise RecordError where git fails.
    """
    place = locate(series) if files else None
    if place is None or place.head is None:
        return frozenset()
    with Objects(series) as objects, no_collector():
        head = Commit(objects, place.head)
        now = head.files(place, takes) or {}
        moved = _moved(objects, place, files, now)
        found = _protected(objects, place, {code: files[code] for code in moved}, now)
        parent = _parent(objects, series, head) if len(moved) < len(files) else None
        if parent is not None:
            kept = {code: file for code, file in files.items() if code not in moved}
            found |= _protected(objects, place, kept, parent.files(place, takes) or {})
    return frozenset(found)


def _moved(
    objects: Objects, place: Place, files: Mapping[str, str], now: Mapping[Parts, str]
) -> set[str]:
    """The codes whose file is not as HEAD has it. How lines end is git's own affair."""
    blobs = {code: now[parts] for code, parts in place.below(files).items() if parts in now}
    kept = set()
    for code, raw in zip(blobs, objects.read(list(blobs.values())), strict=True):
        with suppress(OSError):
            if _lines(Path(files[code]).read_bytes()) == _lines(raw):
                kept.add(code)
    return files.keys() - kept


def _lines(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n")


def _parent(objects: Objects, series: Path, head: Commit) -> Commit | None:
    if head.parent is None:
        return None
    try:
        return Commit(objects, head.parent)
    except RecordError:
        if shallow(series):
            return None
        raise


def _protected(
    objects: Objects, place: Place, files: Mapping[str, str], there: Mapping[Parts, str]
) -> set[str]:
    """The codes that a commit's files protect: their own, else any that names them."""
    blobs = {code: there[parts] for code, parts in place.below(files).items() if parts in there}
    found, elsewhere = set(), set(files)
    for code, raw in zip(blobs, objects.read(list(blobs.values())), strict=True):
        named, protects = _says(raw)
        if named == code:
            elsewhere.remove(code)
            found |= {code} if protects else set()
    for _, content in _contents(objects, place.path, there) if elsewhere else ():
        if content and (b"protect" in content or b"\\" in content):  # an escape may spell it
            named, protects = _says(content)
            found |= {named} & elsewhere if protects else set()
    return found


def _says(raw: bytes) -> tuple[str, bool]:
    """The code that a file names, and whether it protects it, whatever else is wrong in it."""
    try:
        said = parse(raw.decode("utf-8-sig")).values if len(raw) <= MOST_BYTES else {}
    except (UnicodeDecodeError, UnreadableError):
        return "", False
    code, lifecycle = said.get("seriesCode"), said.get("lifecycle")
    protects = isinstance(lifecycle, dict) and lifecycle.get("protect") is True
    return code if isinstance(code, str) else "", protects


def blame(series: Path, places: Iterable[tuple[str, Lines]]) -> dict[tuple[str, Lines], str]:
    """Who was the last to write the lines of an allowance in a file, as "Priya Rao, 1a2b3c4" or
    "not committed yet", and who wrote its reason where that is another. A place that git cannot
    tell is left out.
    """
    found = {}
    for file, lines in dict.fromkeys(places):
        with suppress(RecordError):
            if who := _credit(series, file, lines) if lines.entry else "":
                found[file, lines] = who
    return found


def _credit(series: Path, file: str, lines: Lines) -> str:
    authors = blamed(series, file, lines.entry)
    known = [one for one in authors.values() if one]
    if not known:
        return ""
    last = newest(series, known)
    reason = [authors[line] for line in lines.reason if line in authors]
    told = [one for one in reason if one]
    if told:
        giver = newest(series, told)
        return str(last) if giver.name == last.name else f"{last} (the reason: {giver})"
    return f"{last} (the reason: {_BEFORE})" if reason else str(last)


def config_at(config: Path, commit: str) -> str | None:
    """The text of a configuration at a commit of its own repository; None where that is no file
    there, or no commit. Raise RecordError where git cannot say where it lies.
    """
    place = locate(config)
    if place is None or not place.ways:
        return None
    try:
        with Objects(config) as objects:
            found = Commit(objects, commit).file(place.ways[0])
            contents = list(objects.read([found] if found else []))
        return contents[0].decode("utf-8", "replace") if contents else None
    except RecordError:
        return None
