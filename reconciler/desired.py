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
from reconciler.fields import FIELDS
from reconciler.kinds import BY_KEY
from reconciler.problem import Problem
from reconciler.text import folded
from reconciler.validation import Checked
from reconciler.yamlfile import MOST_BYTES, parse
from reconciler.yamlsyntax import Complaint, UnreadableError, end, lines, place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path
    from zoneinfo import ZoneInfo

ENDINGS = (".yaml", ".yml")
NESTED = frozenset(field.name for field in FIELDS.values() if field.kind in BY_KEY)


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


def load(paths: Sequence[Path], zone: ZoneInfo, today: date | None = None) -> Files:
    """Read every series file at or below the paths. Raise UsageError for a path that is not there.

    `zone` is the target's: the zone of bare dates, and the one the server cuts dates in. `today`
    is the day there, unless given.
    """
    found: dict[str, Desired] = {}
    claims: list[_Claim] = []
    adoptions: list[_Claim] = []
    problems: list[Problem] = []
    count = 0
    with no_collector():
        for path, trouble in _files(paths):
            count += 1
            if trouble:
                problems.append(Problem(path, 1, 1, *trouble))
                continue
            checked, said = _check_file(path, zone, today)
            problems += said
            if checked and checked.adopts is not None:
                at = place(checked.document.find(["lifecycle", "adopt"])[1])
                adoptions.append(_Claim(str(checked.adopts), path, *at))
            if checked and (code := checked.values.get("seriesCode")):
                claims.append(_Claim(code, path, *place(checked.document.find(["seriesCode"])[1])))
                if not checked.errors:
                    found[code] = _series(checked, path)
    problems += _same_codes(claims)
    problems += _same_ids(adoptions)
    problems.sort(key=lambda problem: (problem.file, problem.line, problem.column, problem.rule))
    return Files(found, problems, count)


def read(
    file: str, raw: bytes, zone: ZoneInfo, today: date | None = None
) -> tuple[Desired | None, list[Problem]]:
    """The series in a file's bytes, wherever they come from, and what there is to say about this
    file alone. No series where there is an error.
    """
    if len(raw) > MOST_BYTES:
        return None, [Problem(file, 1, 1, *_too_large(len(raw)))]
    checked, said = _check(file, raw, zone, today)
    usable = checked and not checked.errors and checked.values.get("seriesCode")
    return _series(checked, file) if checked and usable else None, said


def _series(checked: Checked, file: str) -> Desired:
    key_lines = dict(checked.document.key_lines(NESTED))
    values = checked.values
    return Desired(values["seriesCode"], file, key_lines, values, checked.zone, checked.lifecycle)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A file names a code, or an id to adopt, whatever else is wrong in it."""

    code: str
    file: str
    line: int
    column: int


@contextmanager
def no_collector() -> Iterator[None]:
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
            message = (
                f"{path} is not there; name a file or directory of series. Git keeps no empty one:"
                " where the last file was deleted, put an empty .gitkeep there"
            )
            raise UsageError(message)
        root = path if path.is_dir() else path.parent
        for file in sorted(_walk(path)) if path.is_dir() else [os.fspath(path)]:
            same = os.path.abspath(file)
            if same not in seen:
                seen.add(same)
                named = file.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                trouble = _trouble(file, os.path.realpath(root))
                yield named, trouble if named == file else NO_NAME


NO_NAME = ("file-name", "the file's name is not UTF-8", "a name of letters and digits")


def takes(name: str) -> bool:
    """Whether a name in a directory is that of a series file."""
    return name[0] != "." and name.lower().endswith(ENDINGS)


def _walk(root: Path) -> Iterator[str]:
    """Each series file, and what could not be looked into: fewer files would be fewer managed."""
    closed: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        linked = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        named = [name for name in files if takes(name)]
        yield from (os.path.join(folder, name) for name in linked + named)
    yield from (str(error.filename) for error in closed)


def _trouble(file: str, root: str) -> Trouble | None:
    try:
        link = os.path.islink(file)
        state = os.stat(file)
    except OSError as error:
        return "unreadable", f"cannot be read: {error.strerror}", "a readable file"
    if link and os.path.commonpath([root, os.path.realpath(file)]) != root:
        return "symbolic-link", "the link leaves the directory of series", "the file itself"
    if link and stat.S_ISDIR(state.st_mode):
        return "symbolic-link", "a link to a directory is not followed", "the directory itself"
    if not stat.S_ISREG(state.st_mode):
        what = "the directory cannot be read" if stat.S_ISDIR(state.st_mode) else "no regular file"
        return "unreadable", what, "what can be read"
    if state.st_size > MOST_BYTES:
        return _too_large(state.st_size)
    return None


def _too_large(size: int) -> Trouble:
    return "too-large", f"{size:,} bytes; at most {MOST_BYTES:,}", "a smaller file"


def _check_file(
    path: str, zone: ZoneInfo, today: date | None
) -> tuple[Checked | None, list[Problem]]:
    try:
        with open(path, "rb") as stream:
            raw = stream.read()
    except OSError as error:
        trouble = "unreadable", f"cannot be read: {error.strerror}", "a readable file"
        return None, [Problem(path, 1, 1, *trouble)]
    return _check(path, raw, zone, today)


def _check(
    path: str, raw: bytes, zone: ZoneInfo, today: date | None
) -> tuple[Checked | None, list[Problem]]:
    text = ""
    try:
        text = raw.decode("utf-8-sig")
        checked = Checked(parse(text), zone, today)
    except UnicodeDecodeError as error:
        where = end(raw[: error.start].decode("utf-8-sig", "replace"))
        said = Complaint(*where, "not-utf-8", "the text is not UTF-8", "the file saved as UTF-8")
        text = raw.decode("utf-8-sig", "replace")
    except UnreadableError as error:
        said = error.complaint
    else:
        return checked, list(_problems(path, text, checked.errors, checked.warnings))
    return None, list(_problems(path, text, [said], []))


def _problems(
    path: str, text: str, errors: Sequence[Complaint], warnings: Sequence[Complaint]
) -> Iterator[Problem]:
    source = lines(text) if errors or warnings else []
    for severity, complaints in (("error", errors), ("warning", warnings)):
        for said in complaints:
            place_and_words = (said.line, said.column, said.rule, said.message, said.hint)
            yield Problem(path, *place_and_words, severity, source[said.line - 1])


def _same_codes(claims: Sequence[_Claim]) -> Iterator[Problem]:
    """Two files with one code, or with two that people cannot tell apart (API page, 9.8)."""
    groups: defaultdict[str, list[_Claim]] = defaultdict(list)
    for claim in claims:
        groups[folded(claim.code)].append(claim)
    for first, *others in groups.values():
        for other in others:
            same = other.code == first.code
            yield Problem(
                other.file,
                other.line,
                other.column,
                "duplicate-code" if same else "similar-code",
                f"{other.code} {'stands' if same else f'reads like {first.code}, which stands'}"
                f" in {first.file}:{first.line}",
                "one file for each series" if same else "a code that differs in more than case",
            )


def _same_ids(adoptions: Sequence[_Claim]) -> Iterator[Problem]:
    """A live series can become that of one file alone."""
    first: dict[str, _Claim] = {}
    for other in adoptions:
        one = first.setdefault(other.code, other)
        if one is not other:
            message = f"{other.code} is adopted in {one.file}:{one.line} as well"
            hint = "the id in one file alone"
            place_and_words = (other.line, other.column, "duplicate-adopt", message, hint)
            yield Problem(other.file, *place_and_words)
