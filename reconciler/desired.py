"""Files → desired series, with the file and line of everything; every problem, not the first."""

from __future__ import annotations

import gc
import os
import stat
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.declared import Desired
from reconciler.errors import UsageError
from reconciler.fields import BY_KEY, FIELDS
from reconciler.problem import Problem
from reconciler.text import folded
from reconciler.validation import Checked
from reconciler.yamlfile import MOST_BYTES, Complaint, UnreadableError, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

ENDINGS = (".yaml", ".yml")
_NESTED = frozenset(field.name for field in FIELDS.values() if field.kind in BY_KEY)


@dataclass(frozen=True, slots=True)
class Files:
    """All files of a directory: the series by code, and everything there is to say about them."""

    series: Mapping[str, Desired]
    problems: Sequence[Problem]
    count: int

    @property
    def errors(self) -> list[Problem]:
        """The problems that forbid to use the files."""
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """The problems that do not."""
        return [problem for problem in self.problems if problem.severity == "warning"]


def load(paths: Sequence[Path], zone: ZoneInfo) -> Files:
    """Read every series file at or below the paths. Raise UsageError for a path that is not there.

    `zone` is the target's: the zone of bare dates, and the one the server cuts dates in.
    """
    found: list[Desired] = []
    problems: list[Problem] = []
    count = 0
    with _no_collector():
        for path, trouble in _files(paths):
            count += 1
            if trouble:
                problems.append(Problem(path, 1, 1, *trouble))
                continue
            desired, said = _load_file(path, zone)
            problems += said
            if desired:
                found.append(desired)
    problems += _same_codes(found)
    problems.sort(key=lambda problem: (problem.file, problem.line, problem.column, problem.rule))
    return Files({desired.code: desired for desired in found}, problems, count)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Parsing makes no cycles: looking for them costs a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


Trouble = tuple[str, str, str]


def _files(paths: Sequence[Path]) -> Iterator[tuple[str, Trouble | None]]:
    """Each series file once, in order of its path, with what forbids to read it."""
    seen: set[str] = set()
    for path in paths:
        if not os.path.lexists(path):
            message = f"{path} is not there; name a file or directory of series"
            raise UsageError(message)
        root = path if path.is_dir() else path.parent
        for file in sorted(_walk(path)) if path.is_dir() else [os.fspath(path)]:
            if file not in seen:
                seen.add(file)
                yield file, _trouble(file, os.path.realpath(root))


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        linked = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        named = [name for name in files if name.lower().endswith(ENDINGS)]
        yield from (os.path.join(folder, name) for name in linked + named if name[0] != ".")


def _trouble(file: str, root: str) -> Trouble | None:
    try:
        link = os.path.islink(file)
        state = os.stat(file)
    except OSError as error:
        return "unreadable", f"cannot be read: {error.strerror}", "a readable file"
    if link and not os.path.realpath(file).startswith(root + os.sep):
        return "symbolic-link", "the link leaves the directory of series", "the file itself"
    if stat.S_ISDIR(state.st_mode):
        return "symbolic-link", "a link to a directory is not followed", "the directory itself"
    if not stat.S_ISREG(state.st_mode):
        return "unreadable", "not a regular file", "a regular file"
    if state.st_size > MOST_BYTES:
        return "too-large", f"{state.st_size:,} bytes; at most {MOST_BYTES:,}", "one series a file"
    return None


def _load_file(path: str, zone: ZoneInfo) -> tuple[Desired | None, list[Problem]]:
    try:
        with open(path, "rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
        text = raw.decode("utf-8-sig")
        document = parse(text)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        return None, [_problem(path, Complaint(1, 1, "unreadable", message, "a readable file"), "")]
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start)
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1)
        complaint = Complaint(line + 1, column + 1, "not-utf-8", "not UTF-8 text", "UTF-8")
        return None, [_problem(path, complaint, "")]
    except UnreadableError as error:
        return None, [_problem(path, error.complaint, text)]
    checked = Checked(document, zone)
    said = [_problem(path, complaint, text) for complaint in checked.errors]
    said += [_problem(path, complaint, text, "warning") for complaint in checked.warnings]
    if checked.errors:
        return None, said
    lines = dict(document.key_lines(_NESTED))
    return Desired(checked.values["seriesCode"], path, lines, checked.values, zone), said


def _problem(path: str, said: Complaint, text: str, severity: str = "error") -> Problem:
    lines = text.splitlines()
    source = lines[said.line - 1] if len(lines) >= said.line else ""
    place_and_words = (said.line, said.column, said.rule, said.message, said.hint)
    return Problem(path, *place_and_words, severity, source)


def _same_codes(found: Sequence[Desired]) -> Iterator[Problem]:
    """Two files with one code, or with two that people cannot tell apart (API page, 9.8)."""
    groups: defaultdict[str, list[Desired]] = defaultdict(list)
    for desired in found:
        groups[folded(desired.code)].append(desired)
    for first, *others in groups.values():
        for other in others:
            same = other.code == first.code
            yield Problem(
                other.file,
                other.line,
                1,
                "duplicate-code" if same else "similar-code",
                f"{other.code} {'stands' if same else f'reads like {first.code}, which stands'}"
                f" in {first.file}:{first.line}",
                "one file for each series" if same else "a code that differs in more than case",
            )
