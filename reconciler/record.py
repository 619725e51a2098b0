"""What was applied, as values: one entry for each series; `recordref` keeps them in a git ref."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler import fields, values
from reconciler.errors import RefusedError
from reconciler.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
FORMAT = "reconciler/record/1"
FOLDER = "series"
RECORDED = frozenset({"done", "already done"})  # the outcomes whose series get an entry
_SUBJECT = 72
_LONGEST = 200
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One series as it was last applied.

    `managed` holds, by path, each value that the file named, in the API's form. `last_used` is
    live's `lastUsed` after our last write, in UTC: while live shows the same, nobody else wrote.
    """

    code: str
    id: int
    managed: Mapping[str, Any]
    commit: str | None  # the file's commit, as a full id
    digest: str  # of the change
    made: bool  # this tool created the series
    last_used: str | None
    shown: tuple[str, ...]  # the fields that may hide and that live showed set


@dataclass(frozen=True)
class Record:
    """What a target's ref holds: its entries by code, and the commit that it is at."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    tip: str | None = None  # None where there is no ref

    @cached_property
    def by_id(self) -> Mapping[int, Entry]:
        """The entries by id. Of two for one id, the one whose series was written last."""
        found = sorted(self.entries.values(), key=lambda entry: (entry.last_used or "", entry.code))
        return {entry.id: entry for entry in found}

    @property
    def shown(self) -> frozenset[str]:
        """The fields that may hide and that some series showed set."""
        return frozenset(name for entry in self.entries.values() for name in entry.shown)

    @property
    def commits(self) -> frozenset[str]:
        """Every commit whose files were applied."""
        return frozenset(entry.commit for entry in self.entries.values() if entry.commit)


EMPTY = Record()


def file_name(code: str) -> str:
    """Where a code's entry stands in the ref's tree: no two codes share a name."""
    return f"{FOLDER}/{quote(code, safe='')}.json"


def to_json(entry: Entry) -> dict[str, Any]:
    """An entry as its file holds it."""
    return {
        "format": FORMAT,
        "code": entry.code,
        "id": entry.id,
        "managed": dict(entry.managed),
        "commit": entry.commit,
        "digest": entry.digest,
        "made": entry.made,
        "last_used": entry.last_used,
        "shown": sorted(set(entry.shown)),
    }


def to_text(entry: Entry) -> str:
    """An entry's file: a line for each value, so that `git log -p` reads well."""
    return json.dumps(to_json(entry), ensure_ascii=False, sort_keys=True, indent=2) + "\n"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    format: Literal["reconciler/record/1"]
    code: str
    id: int
    managed: dict[str, Any]
    commit: str | None
    digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    made: bool
    last_used: str | None
    shown: list[str]


def from_json(content: bytes, ref: str, name: str) -> Entry:
    """Read an entry from the file `name` of a ref. Raise RefusedError, with the way out, for one of
    another format, a damaged one, and one that belongs to another file.
    """
    try:
        raw = values.from_json(content.decode())
    except ValueError:
        raise _refusal(ref, name, "it is not JSON") from None
    found = raw.get("format") if isinstance(raw, dict) else None
    if found != FORMAT:
        raise _refusal(ref, name, f"its format is {clip(repr(found))}, not {FORMAT!r}")
    try:
        row = _Row.model_validate(raw)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise _refusal(ref, name, f"it is damaged at {where}") from None
    if said := _damage(row, name):
        raise _refusal(ref, name, said)
    return Entry(
        code=row.code,
        id=row.id,
        managed=row.managed,
        commit=row.commit,
        digest=row.digest,
        made=row.made,
        last_used=row.last_used,
        shown=tuple(row.shown),
    )


def _refusal(ref: str, name: str, said: str) -> RefusedError:
    """The way out names git's own commands: nothing here rewrites what was recorded."""
    return RefusedError(
        visible(
            f"the record cannot be trusted: {ref}:{name}: {said}; a newer reconciler may read"
            f" it, else find the last good commit with `git log -p {ref} -- {name}` and put it"
            f" back, here with `git update-ref {ref} COMMIT` and the same at the remote"
        )
    )


def damage(entry: Entry) -> str | None:
    """Why nobody could read an entry back, so that it must not be written; None when nothing is
    wrong.
    """
    try:
        row = _Row.model_validate(to_json(entry))
    except ValidationError as error:
        return f"it is damaged at {'.'.join(map(str, error.errors()[0]['loc']))}"
    return _damage(row, file_name(entry.code))


def _damage(row: _Row, name: str) -> str | None:
    """What an entry of the right shape cannot say; None when nothing is wrong."""
    if file_name(row.code) != name:
        return f"it is the entry of {row.code!r}"
    if row.commit is not None and not _COMMIT.fullmatch(row.commit):
        return "it is damaged at commit"
    if row.last_used is not None and values.instant(row.last_used) != row.last_used:
        return "it is damaged at last_used"
    if any(name not in fields.FIELDS for name in row.shown):
        return "it is damaged at shown"
    wrong = [path for path in row.managed if not known(path)]
    wrong += [path for path in row.managed if not wrong and _means_none(path, row.managed[path])]
    return f"it is damaged at managed.{wrong[0]}" if wrong else None


def _means_none(path: str, value: object) -> bool:
    """Whether a value says that there is none, which no file can."""
    return isinstance(fields.canonical(path, value), values.Mark)


@cache
def known(path: str) -> bool:
    """Whether a file can name a path."""
    try:
        row, key = fields.split(path)
    except KeyError:
        return False
    return row.manageable and (key is None or row.by_key)


@dataclass(frozen=True, slots=True)
class Line:
    """What an apply did with one series, for the audit log.

    `fields` holds each field change: path, live's value before (None where it showed none), and
    the value wanted.
    """

    action: str
    code: str
    id: int | None
    status: str
    fields: Sequence[tuple[str, Any, Any]] = ()


def message(  # noqa: PLR0913 - all that the log tells of an apply
    target: str,
    plan_digest: str | None,
    commit: str | None,
    lines: Sequence[Line],
    result: str,
    *,
    kept: Sequence[Entry] = (),
) -> str:
    """The commit message of one apply: what, then which plan, commit and target.

    Each series and each field is one line, whatever its texts hold. `kept` are entries of series
    that were as wanted already.
    """
    trailers = {"Plan": plan_digest, "Commit": commit, "Target": target, "Result": result}
    parts = [
        _subject(target, lines, len(kept)),
        "\n".join(text for line in lines for text in _told(line)),
        "\n".join(visible(f"record {one.code} (id {one.id}): as wanted already") for one in kept),
        "\n".join(f"{key}: {visible(value)}" for key, value in trailers.items() if value),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _subject(target: str, lines: Sequence[Line], kept: int) -> str:
    if kept and not lines:
        start = f"Record {kept:,} series of "
        return start + clip(visible(target), _SUBJECT - len(start))
    done = sum(line.status in RECORDED for line in lines)
    share = f"{done:,}" if done == len(lines) else f"{done:,} of {len(lines):,}"
    start = f"Apply {share} change{'s' * (len(lines) != 1)} to "
    return start + clip(visible(target), _SUBJECT - len(start))


def _told(line: Line) -> Iterable[str]:
    where = "" if line.id is None else f" (id {line.id})"
    yield visible(f"{line.action} {line.code}{where}: {line.status}")
    for path, before, after in line.fields:
        now = "(not set)" if before is None else _shown(path, before)
        change = "" if line.action == "create" else f"{now} → "
        yield visible(f"  {path} ") + change + _shown(path, after)


def _shown(path: str, value: object) -> str:
    """A value on one line. What moves money is never cut; the entry has the rest whole."""
    text = visible(json.dumps(value, ensure_ascii=False))
    if len(text) <= _LONGEST or fields.split(path)[0].moves_money:
        return text
    return f"{text[:_LONGEST]}… {len(text) - _LONGEST:,} more not shown"
