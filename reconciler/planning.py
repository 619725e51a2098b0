"""Desired, live and the record → the plan: one change for each series that needs one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.against import DELETED, owned
from reconciler.applied import Applied, no_longer_managed, of_record
from reconciler.asides import GUARDED_BEFORE, Since, asides
from reconciler.change import Change, counted
from reconciler.diff import (
    Base,
    FieldChange,
    Reading,
    compare,
    not_compared,
    strategy,
    unreadable,
    until_series_ends,
)
from reconciler.fields import HIDING, split
from reconciler.obstacles import Sight, obstacles, thinned, vouched
from reconciler.plan import Plan, is_claim_token, other_zone
from reconciler.record import EMPTY
from reconciler.sideeffects import CAUSE
from reconciler.text import visible
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from reconciler.change import Aside
    from reconciler.config import Target
    from reconciler.declared import Declared, Desired
    from reconciler.diff import Comparison
    from reconciler.live import LiveSeries, Snapshot
    from reconciler.reason import Blocked
    from reconciler.record import Record
    from reconciler.values import Canonical


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every change of one plan is made from."""

    target: Target
    snapshot: Snapshot
    record: Record
    now: datetime
    recording: bool
    owned: Collection[str] | None  # the codes that a pull request changes, where that is asked
    protected: Collection[str]
    applied: Applied | None


def make_plan(  # noqa: PLR0913 - a plan is made of all of this
    target: Target,
    desired: Mapping[str, Desired],
    snapshot: Snapshot,
    *,
    reads: int,
    created_at: str,
    commit: str | None,
    tool: str,
    warnings: Sequence[str] = (),
    record: Record = EMPTY,
    recording: bool = False,
    since: Since | None = None,
    protected: Collection[str] = (),
    applied: Applied | None = None,
) -> Plan:
    """Compare every desired series with what the snapshot has of it. `created_at`, in UTC, is the
    clock that rules about time are judged by; `recording` also keeps what needs no change; `since`
    is what a pull request is compared with, `protected` the codes that were so a commit ago,
    `applied` what causes are told by: the record, unless given.
    """
    now = datetime.fromisoformat(created_at)
    mine = owned(since.series, desired) if since else None
    base = applied or of_record(record)
    scene = _Scene(target, snapshot, record, now, recording, mine, protected, base)
    found = [_series(scene, desired[code]) for code in sorted(desired)]
    changes = [one.change for one in found if one.change]
    rest = [one for one in found if not one.change]
    told = (said for one in rest for said in one.warnings)
    made = Plan(
        target=target.name,
        host=target.host,
        changes=tuple(changes),
        unchanged=len(rest),
        fields_compared=sum(one.compared for one in found),
        unmanaged=tuple(sorted((row.id, row.code) for row in snapshot.unmanaged)),
        warnings=(*warnings, *told, *_of_live(target, snapshot)),
        reads=reads,
        created_at=created_at,
        zone=target.zone.key,
        commit=commit,
        base=base.commit if base else None,
        against=since.commit if since else None,
        asides=_asides(scene, since, desired, changes),
        managed=len({*snapshot.named.values()}) + sum(one.action == "adopt" for one in changes),
        settled=tuple(one for kept in rest for one in kept.settled),
        tool=tool,
    )
    return made.guarded(target.guardrails, now.astimezone(target.zone).date())


def _asides(
    scene: _Scene, since: Since | None, desired: Mapping[str, Desired], changes: Sequence[Change]
) -> tuple[Aside, ...]:
    """What moves without a change. A file that the pull request takes away is told as that."""
    target, now = scene.target, scene.now
    found = asides(since, desired, changes, target, now) if since else ()
    gone = no_longer_managed(scene.applied, target, now) if scene.applied else ()
    told = {one.code for one in found if one.kind == DELETED}
    return (*found, *(one for one in gone if one.code not in told))


def _of_live(target: Target, snapshot: Snapshot) -> Iterator[str]:
    """What is worth knowing about a target, whatever is wanted of it."""
    if snapshot.unknown_keys:
        yield (
            "live shows keys that this version does not model, and they are kept as they are: "
            + ", ".join(sorted(snapshot.unknown_keys))
        )
    for row in snapshot.unmanaged:
        if is_claim_token(row.raw.get("tag")):
            yield (
                f"id {row.id} ({visible(row.code)}) was created by an apply that broke off, for a"
                " code that no file has by now: give it a file with lifecycle: {adopt: ID}, or end"
                " it in the web UI"
            )
    if snapshot.other_offset:
        yield other_zone(target, snapshot.other_offset)


@dataclass(frozen=True, slots=True)
class _Found:
    """One series: its change where it needs one, how many fields were compared, what is said.

    `settled` is what needs none, where the record is to hold it.
    """

    change: Change | None
    compared: int
    warnings: Sequence[str] = ()
    settled: Sequence[tuple[Change, LiveSeries]] = ()


def _series(scene: _Scene, wanted: Desired) -> _Found:
    code, snapshot = wanted.code, scene.snapshot
    live, orphan = snapshot.live.get(code), snapshot.orphans.get(code)
    row = live or snapshot.by_id.get(wanted.lifecycle.adopt or 0) or orphan
    claim = live is None and row is orphan is not None
    declared, ignored = _declared(wanted, row, scene, claim=claim)
    found = compare(declared, row, scene.target.zone, snapshot.proven, _base(scene, wanted, row))
    warnings = [*not_compared(code, found.managed), *ignored, *_stray(code, snapshot)]
    compared = len(found.managed) - len(found.unreadable)
    sight = Sight(wanted, row, snapshot, scene.record, scene.target.name)
    seen = _seen(scene, sight, found, claim=claim)
    warnings += thinned(sight) if found.changes else ()
    unchanged = live is not None and not found.changes and not seen
    if unchanged and not scene.recording:
        return _Found(None, compared, warnings)
    action = "update" if live else "adopt" if row else "create"
    sent = {path: wish.value for path, wish in declared.items() if split(path)[0].hides}
    change = Change(
        action=action,
        code=code,
        id=row.id if row else None,
        file=wanted.file,
        line=wanted.line,
        fields=found.changes,
        managed=found.managed,
        sent=sent,
        money=_money(row, found.managed, scene) if row else {},
        lifecycle=wanted.lifecycle,
        shown=tuple(one.name for one in HIDING if row and row.raw.get(one.name) is not None),
        counters=counted(row),
        seen=seen,
        warnings=tuple(warnings),
        target=scene.target.name,
        host=scene.target.host,
        vouched=vouched(sight) if found.changes else None,
        owned=None if scene.owned is None else code in scene.owned,
    )
    if unchanged and live:
        return _Found(None, compared, warnings, [(change, live)])
    if row:
        change = replace(change, fields=(*change.fields, *_side_effects(change, row, scene)))
    judged = change.judged(scene.target.zone, scene.now, scene.target.guardrails)
    return _Found(judged, compared)


def _seen(scene: _Scene, sight: Sight, found: Comparison, *, claim: bool) -> tuple[Blocked, ...]:
    """What stands in the way. A claim finishes what a run of ours began: nothing protected it."""
    seen = tuple(obstacles(sight, (change.path for change in found.changes)))
    bare = sight.wanted.code in scene.protected and not sight.wanted.lifecycle.protect
    if bare and found.changes and sight.row is not None and not claim:
        return (*seen, GUARDED_BEFORE)
    return seen


def _base(scene: _Scene, wanted: Desired, row: LiveSeries | None) -> Base | None:
    """What was last applied; None where nothing is known of the whole target."""
    if scene.applied is None:
        return None
    live = (row.id, row.code) if row else None
    found = scene.applied.values(wanted.code, wanted.declared.keys(), live)
    return Base(found, scene.target.zone)


def _declared(
    wanted: Desired, row: LiveSeries | None, scene: _Scene, *, claim: bool
) -> tuple[Mapping[str, Declared], list[str]]:
    """What the file manages of a row, and which money it ignores although it differs.

    A claim also takes the token away, for the tag that the server gives. What is ignored is so for
    a series that is there, and where it can be read.
    """
    declared = dict(wanted.declared)
    if claim:
        declared = {"tag": declared["description"], **declared}
    if row is None or claim or not wanted.lifecycle.ignore_changes:
        return declared, []
    managed = {path: (wish.canonical, wish.canonical) for path, wish in declared.items()}
    ends = until_series_ends(strategy(managed, {}))
    eyes = Reading(scene.target.zone, scene.snapshot.proven, ends)
    said = []
    for path, wish in wanted.declared.items():
        if not wanted.lifecycle.ignores(path):
            continue
        now = eyes.meaning(row, path, wish.canonical)
        field, _ = split(path)
        hidden = field.hides and field.name not in scene.snapshot.proven
        if unreadable(now) or (hidden and row.raw.get(field.name) is None):
            continue  # nobody can tell what live has, and what is not sent is wiped
        del declared[path]
        if split(path)[0].moves_money and not eyes.agrees(path, now, wish.exact):
            live = now.value if isinstance(now, Mark) else now
            said.append(f"{wanted.code}: {path} is ignored: live has {live}, the file {wish.value}")
    return declared, said


def _side_effects(change: Change, row: LiveSeries, scene: _Scene) -> Iterator[FieldChange]:
    """What the write would move although no file asks for it (principle 7)."""
    if not change.fields:
        return  # and so no write
    moves = change.side_effects(scene.target.zone, scene.now)
    for path, (_, then) in sorted(moves.items()):
        shown = row.value(path)
        before = None if shown is Mark.ABSENT else shown
        yield FieldChange(path, before, then, change.line, CAUSE)


def _money(
    row: LiveSeries, managed: Mapping[str, tuple[Canonical, Canonical]], scene: _Scene
) -> dict[str, Canonical]:
    path = "expiryStrategyType"
    now = managed[path][0] if path in managed else row.meaning(path)
    eyes = Reading(scene.target.zone, scene.snapshot.proven, until_series_ends(now))
    return eyes.money(row, managed.keys())


def _stray(code: str, snapshot: Snapshot) -> list[str]:
    """A series that a run created for a code which another one bears by now."""
    orphan = snapshot.orphans.get(code)
    if orphan is None or code not in snapshot.live:
        return []
    named = snapshot.live[code].id
    said = f"{code}: id {orphan.id} was created for it and never got the code, which id {named} has"
    return [f"{said}; nothing removes it: end it in the web UI"]
