"""What a pull request is held against: the files, the live rows and the guardrails of its base."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler import git
from reconciler.against import owned
from reconciler.asides import Since
from reconciler.change import Aside
from reconciler.config import as_in
from reconciler.effect import Effect
from reconciler.errors import UsageError
from reconciler.guardrails import DEFAULT
from reconciler.plan import IDS_AT_ONCE
from reconciler.revision import config_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from reconciler.client import Client
    from reconciler.config import Target
    from reconciler.declared import Desired
    from reconciler.live import LiveSeries, Snapshot
    from reconciler.revision import AtRevision

CHANGED = "guardrail changed"
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
    asked = sorted(ids.values())
    rows: dict[int, LiveSeries] = {}
    for start in range(0, len(asked), IDS_AT_ONCE):
        rows |= client.by_ids(asked[start : start + IDS_AT_ONCE])
    found = {code: rows[one] for code, one in ids.items() if one in rows}
    return Since(base.commit, base.series, found, guards)


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
    before = _read(config_at(file, commit), file, target) or replace(target, guardrails=DEFAULT)
    after = _read(_text(file), file, target)
    return target if elsewhere else before, tuple(_moved(before, after, file))


def _top(folder: Path) -> str | None:
    found = git.ask(folder, "rev-parse", "--show-toplevel")
    return found.out.strip() if found.ok else None


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


def _aside(file: Path, key: str, was: object, now: object, effect: Effect) -> Aside:
    return Aside(CHANGED, "", str(file), 1, key, was, now, effect.value)


def _effect(was: object, now: object) -> Effect:
    """What a guardrail's move lets pass: more for a higher figure, a warning, an allowance."""
    if isinstance(was, int | float) and isinstance(now, int | float):
        return Effect.GENEROUS if now > was else Effect.STRICTER
    return Effect.STRICTER if now is None or now == "block" else Effect.GENEROUS
