"""What live and the record tell against a change: rules that no change can be judged by alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.fields import HIDING, split
from reconciler.kinds import Kind
from reconciler.reason import Blocked
from reconciler.text import folded, visible
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.declared import Desired
    from reconciler.kinds import Field
    from reconciler.live import LiveSeries, Snapshot
    from reconciler.record import Record


def is_set(value: object) -> bool:
    """Whether a value in the API's form says more than that there is none."""
    return value not in (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Sight:
    """One desired series, the row that it is compared with, and all that the run has seen."""

    wanted: Desired
    row: LiveSeries | None
    snapshot: Snapshot
    record: Record
    target: str  # its name

    @property
    def live(self) -> LiveSeries | None:
        """The series that bears the code."""
        return self.snapshot.live.get(self.wanted.code)


def obstacles(sight: Sight, changed: Iterable[str]) -> Iterator[Blocked]:
    """Every reason not to touch a series. `changed` are the paths that a write would move."""
    paths = list(changed)
    yield from _ambiguous(sight)
    yield from _vanished(sight)
    yield from _adoption(sight)
    if sight.row is None:
        yield from _unproven_absence(sight)
        yield from _lookalike(sight)
    elif paths:
        yield from _odd(sight.row, sight.wanted.declared)
        yield from _unproven_fields(sight, sight.row)


def _named(rows: Iterable[LiveSeries]) -> str:
    return ", ".join(f"{visible(row.code)} (id {row.id})" for row in rows)


def _ambiguous(sight: Sight) -> Iterator[Blocked]:
    """Several live series for one code, or one whose code people cannot tell from it."""
    code = sight.wanted.code
    twins = sight.snapshot.twins.get(code, ())
    if not twins:
        return
    names = _named(twins)
    if sight.live is not None:
        message = f"live has {names}, all under this code; rename all but one in the web UI first"
        yield Blocked("duplicate-live", message)
    elif any(folded(row.code) == folded(code) for row in twins):
        message = (
            f"live has {names}, which reads like {code}; write that code in the file,"
            " or rename the live series first"
        )
        yield Blocked("similar-code", message)
    elif sight.wanted.lifecycle.adopt not in {row.id for row in twins}:
        claims = " or ".join(f"lifecycle: {{adopt: {row.id}}}" for row in twins)
        message = (
            f"live has {names}, created for {code} by this tool and not called so; give one of"
            f" them that code in the web UI, or write {claims}"
        )
        yield Blocked("duplicate-live", message)


def _vanished(sight: Sight) -> Iterator[Blocked]:
    """A code that the record holds is never created again, nor taken for another series."""
    code, live = sight.wanted.code, sight.live
    entry = sight.record.entries.get(code)
    adopted = sight.wanted.lifecycle.adopt
    if entry is None or (adopted is not None and sight.row and sight.row.id == adopted):
        return
    known = f"the record has {code} as id {entry.id}"
    if live is not None:
        if live.id != entry.id:
            way_out = f"write lifecycle: {{adopt: {live.id}}} if that one is meant"
            yield Blocked("vanished", f"{known}, and live has it as id {live.id}; {way_out}")
        return
    now = sight.snapshot.by_id.get(entry.id)
    if now is not None:
        message = (
            f"{known}, which is called {visible(now.code)} now; give it its code back in the web"
            f" UI, or write lifecycle: {{adopt: {entry.id}}}"
        )
    else:
        message = (
            f"{known}, and live has no such series any more, so it is not created again; use"
            " another seriesCode, or, where the target was emptied, forget all that was applied"
            f" to it with `git update-ref -d refs/reconciler/{sight.target}`"
        )
    yield Blocked("vanished", message)


def _adoption(sight: Sight) -> Iterator[Blocked]:
    """`lifecycle: {adopt: ID}` claims a live series that nobody else claims."""
    code, live = sight.wanted.code, sight.live
    adopted = sight.wanted.lifecycle.adopt
    if adopted is None or (live is not None and live.id == adopted):
        return
    other, entry = _claimed(sight, adopted), sight.record.by_id.get(adopted)
    if live is not None:
        said = f"{code} is live already, as id {live.id}; take `adopt: {adopted}` out"
    elif other is not None:
        said = f"id {adopted} is {visible(other)}, which another file claims"
    elif entry is not None and entry.code != code:
        said = f"id {adopted} is {visible(entry.code)} in the record, and so not free"
    elif adopted not in sight.snapshot.by_id:
        said = f"live has no series with id {adopted}; name the id of one that it has"
    else:
        return
    yield Blocked("adopt-refused", said)


def _claimed(sight: Sight, adopted: int) -> str | None:
    """The code for which a file has a live series already: it bears it, or was created for it."""
    made = {row.id: code for code, row in sight.snapshot.orphans.items()}
    code = sight.snapshot.named.get(adopted, made.get(adopted))
    return None if code == sight.wanted.code else code


def _unproven_absence(sight: Sight) -> Iterator[Blocked]:
    """API page, 9.1 and 9.2: what no answer shows may be there all the same."""
    if sight.wanted.code in sight.snapshot.unproven:
        yield Blocked(
            "absence-unproven",
            f"nothing proves that {sight.wanted.code} is not live already: neither the look-up by"
            " code nor the API v1.1 can be trusted here; `reconciler doctor` says what works",
        )


def _lookalike(sight: Sight) -> Iterator[Blocked]:
    """An unclaimed series that is just what a create would make."""
    rows = sight.snapshot.alike.get(sight.wanted.code, ())
    if not rows or sight.wanted.lifecycle.adopt is not None:
        return
    free = [row for row in rows if row.id not in sight.record.by_id]
    ids = " or ".join(f"lifecycle: {{adopt: {row.id}}}" for row in free)
    ways = f"write {ids} to claim it, or allow lookalike with a reason"
    if not free:  # a code that was edited in the file, most likely
        ways = "put the file of that code back, or allow lookalike with a reason"
    yield Blocked(
        "lookalike",
        f"live has {_named(rows)}, which no file claims and which agrees with this one in all"
        f" but the code; {ways}",
    )


def _odd(row: LiveSeries, managed: Iterable[str]) -> Iterator[Blocked]:
    """An object managed per key that live shows in another shape: its other keys would be lost."""
    names = {split(path)[0].name for path in managed if split(path)[1] is not None}
    for name in sorted(names):
        if not row.has_keys(name):
            yield Blocked(
                "odd-live-value",
                f"live shows {name} as {visible(json.dumps(row.raw[name]))[:80]}, which is not"
                " documented: keys cannot be laid over it; put it right in the web UI first",
            )


def _unproven_fields(sight: Sight, row: LiveSeries) -> Iterator[Blocked]:
    """What a GET may hide is never wiped silently (API page, 9.5)."""
    gone = _given_up(sight)
    made = _untouched(sight)
    hidden = [field for field in _unseen(sight, row) if field.name in gone or not made]
    if not hidden:
        return
    names = ", ".join(field.name for field in hidden)
    none = ", ".join(f"{field.name}: {_EMPTY.get(field.kind, '[]')}" for field in hidden)
    partly = [field for field in hidden if sight.wanted.values.get(field.name)]
    keys = "".join(f"; or name each of {', '.join(field.members)}" for field in partly)
    shows = ", ".join(f'"{field.name}"' for field in hidden)
    yield Blocked(
        "unproven-field",
        f"live shows no {names} here, and {sight.target} has never been seen to show any: this"
        " update would wipe what is hidden. Where `reconciler doctor` finds that it shows them,"
        f" write reads_back = [{shows}] in reconciler.toml; or say in the file that there is"
        f" none: {none}{keys}",
    )


def vouched(sight: Sight) -> str | None:
    """The `lastUsed` that apply has to find, where it alone tells that nothing hidden is set."""
    if sight.row is None or not _untouched(sight) or not _unseen(sight, sight.row):
        return None
    now = sight.row.meaning("lastUsed")
    return now if isinstance(now, str) else None


def thinned(sight: Sight) -> Iterator[str]:
    """What is said of objects whose keys live may hide, and of which the file names only some."""
    row = sight.row
    if row is None or _untouched(sight):
        return
    for field in HIDING:
        named = sight.wanted.values.get(field.name)
        shows = field.name in sight.snapshot.proven or row.raw.get(field.name) is not None
        if field.by_key and named and not shows:
            yield (
                f"{sight.wanted.code}: live does not show {field.name}: an update leaves it with"
                " the keys that the file names, and no others"
            )


def _untouched(sight: Sight) -> bool:
    """Whether this tool made the series and nobody has written since, as far as stamps tell."""
    entry, row = sight.record.entries.get(sight.wanted.code), sight.row
    if row is None:
        return False
    if row is sight.snapshot.orphans.get(sight.wanted.code):
        return row.untouched
    if entry is None or not entry.made or entry.id != row.id:
        return False
    return entry.last_used == row.meaning("lastUsed")


def _unseen(sight: Sight, row: LiveSeries) -> list[Field]:
    """The fields that live may hide here, and of which the file does not say what to leave."""
    gone = _given_up(sight)
    ignored = {path.partition(".")[0] for path in sight.wanted.lifecycle.ignore_changes}
    return [
        field
        for field in HIDING
        if field.name not in sight.snapshot.proven
        and row.raw.get(field.name) is None
        and (field.name in gone or field.name in ignored or not _says_all(sight.wanted, field))
    ]


def _says_all(wanted: Desired, field: Field) -> bool:
    """Whether a file says what to leave of a field. One key of an object that moves money says
    nothing of the others; the texts of `customPropertyMap` are no obstacle (decisions.md).
    """
    said = wanted.values.get(field.name, Mark.ABSENT)
    if isinstance(said, dict) and said and field.moves_money:
        return said.keys() >= set(field.members)
    return said is not Mark.ABSENT


def _given_up(sight: Sight) -> set[str]:
    """The fields of which this tool has set more than the file still names: it would be wiped."""
    entry, wanted = sight.record.entries.get(sight.wanted.code), sight.wanted
    known = entry.managed if entry else {}
    left_out = {path for path in known.keys() - wanted.declared.keys() if is_set(known[path])}
    none = {name for name, value in wanted.values.items() if not is_set(value)}
    return {split(path)[0].name for path in left_out} - none


_EMPTY = {Kind.TEXTS: "{}", Kind.NUMBERS: "{}"}
