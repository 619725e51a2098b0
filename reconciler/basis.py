"""What files are held against: a pull request's base, its guardrails, and what was applied."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler import git, recordref
from reconciler.against import owned
from reconciler.applied import Applied, Retired, of_files, of_record
from reconciler.asides import Since
from reconciler.change import Aside
from reconciler.config import as_in, settings_in
from reconciler.effect import Effect
from reconciler.errors import UsageError
from reconciler.guardrails import DEFAULT
from reconciler.record import file_name
from reconciler.revision import config_at
from reconciler.tomlplaces import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.declared import Desired
    from reconciler.live import LiveSeries, Snapshot
    from reconciler.record import Record
    from reconciler.revision import AtRevision

CHANGED, RESETTLED = "guardrail changed", "configuration changed"
_NAME = "reconciler.toml"


def since(
    client: Client,
    base: AtRevision,
    desired: Mapping[str, Desired],
    snapshot: Snapshot,
    guards: tuple[Aside, ...],
) -> Since:
    """The base, with the live rows of all series whose files differ, read by id. Raises ApiError.

    A series whose file is gone is found among those that no file names, one that is to be adopted
    by its id.
    """
    known = {one.code: one.lifecycle.adopt for one in desired.values() if one.lifecycle.adopt}
    read = (*snapshot.by_id.values(), *snapshot.unmanaged, *snapshot.live.values())
    known |= {row.code: row.id for row in read}
    ids = {code: known[code] for code in owned(base.series, desired) if code in known}
    rows = _rows(client, ids)
    return Since(base.commit, base.series, rows, guards, snapshot.proven)


def applied(
    client: Client,
    record: Record,
    files: AtRevision | None,
    desired: Mapping[str, Desired],
    snapshot: Snapshot,
) -> Applied | None:
    """What was applied by the files of a commit, else by the record, with what live has of the
    series that no file names any more, read by id. None without either. Raises ApiError.
    """
    old = files.series if files else record.entries
    rows_seen = (*snapshot.unmanaged, *snapshot.by_id.values())
    known = {row.code: row.id for row in rows_seen}
    known |= {} if files else {code: entry.id for code, entry in record.entries.items()}
    adopted = {one.lifecycle.adopt for one in desired.values()} - {None}
    claimed = adopted | snapshot.named.keys()
    gone = [code for code in sorted(old.keys() - desired.keys()) if known.get(code) not in claimed]
    rows = _rows(client, {code: known[code] for code in gone if code in known})
    retired = []
    for code in gone:
        file, line = (files.series[code].file, files.series[code].line) if files else ("", 1)
        file = file or f"{recordref.ref(client.target.name)}:{file_name(code)}"
        retired.append(Retired(code, file, line, known.get(code), rows.get(code)))
    if files:
        return of_files(files.commit, files.series, retired)
    return of_record(record, retired)


def _rows(client: Client, ids: Mapping[str, int]) -> dict[str, LiveSeries]:
    """The live rows by code, read by id. Raises ApiError."""
    rows = client.by_ids(sorted(set(ids.values())))
    return {code: rows[one] for code, one in ids.items() if one in rows}


def in_force(
    config: Path | None, series: Path, commit: str, target: Target
) -> tuple[Target, tuple[Aside, ...]]:
    """The target with what guards a pull request, and what it does to that itself.

    A configuration that lies with the files is the pull request's own: what is in force is the
    base's, also where none is there any more; the defaults where it cannot be read at the base. One
    that lies elsewhere is in force as it is, and the one with the files only looked at.
    """
    elsewhere = config is not None and _top(config.parent) != _top(series)
    beside = series.parent / (config.name if config else _NAME)
    file = config if config and not elsewhere else beside
    texts = config_at(file, commit), _text(file)
    before = _read(texts[0], file, target) or replace(target, guardrails=DEFAULT)
    after = _read(texts[1], file, target)
    moved = (*_moved(before, after, file), *_resettled(*texts, file, target))
    told = tuple(replace(one, line=line_of(one.path or "", texts[1] or "")) for one in moved)
    return target if elsewhere else before, told


def _top(folder: Path) -> str | None:
    found = git.ask(folder, "rev-parse", "--show-toplevel")
    return found.told(f"which repository {folder} is in")


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _read(text: str | None, file: Path, target: Target) -> Target | None:
    """The target as a text has it: with the default guardrails where there is none; None for a text
    that is no configuration.
    """
    if text is None:
        return replace(target, guardrails=DEFAULT)
    try:
        return as_in(text, str(file), target)
    except UsageError:
        return None


def _moved(before: Target, after: Target | None, file: Path) -> Iterator[Aside]:
    if after is None:
        yield _aside(file, "guardrails", None, "cannot be read", Effect.GENEROUS)
        return
    for key, was, now in before.guardrails.differences(after.guardrails):
        yield _aside(file, key, was, now, _effect(was, now))
    was, now = (sorted(one.reads_back) for one in (before, after))
    if was != now:
        wider = after.reads_back - before.reads_back
        effect = Effect.GENEROUS if wider else Effect.STRICTER
        yield _aside(file, "reads_back", was, now, effect)


def _resettled(was: str | None, now: str | None, file: Path, target: Target) -> Iterator[Aside]:
    """What a pull request does to where the target is, and to whether it needs a review itself."""
    try:
        before, after = (settings_in(text or "", str(file), target) for text in (was, now))
    except UsageError:
        return  # told as guardrails that cannot be read
    for key, value in before.items():
        if value != after[key]:
            eases = key == "require_approval" and after[key] is False
            effect = Effect.GENEROUS if eases else Effect.NEUTRAL
            yield replace(_aside(file, key, value, after[key], effect), kind=RESETTLED)


def _aside(file: Path, key: str, was: object, now: object, effect: Effect) -> Aside:
    return Aside(CHANGED, "", str(file), 1, key, was, now, effect.value)


def _effect(was: object, now: object) -> Effect:
    """What a guardrail's move lets pass: more for a higher figure, a warning, an allowance."""
    if isinstance(was, int | float) and isinstance(now, int | float):
        return Effect.GENEROUS if now > was else Effect.STRICTER
    return Effect.STRICTER if now is None or now == "block" else Effect.GENEROUS
