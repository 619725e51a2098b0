"""Reading a target for a set of desired series, in about one call for each hundred live ones."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from reconciler.diff import compare
from reconciler.errors import UnexpectedAnswerError
from reconciler.fields import FIELDS
from reconciler.live import LiveSeries, Snapshot, first_other_offset
from reconciler.plan import claim_token
from reconciler.text import folded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from reconciler.client import Client
    from reconciler.declared import Desired

_HIDING = tuple(field.name for field in FIELDS.values() if field.hides)


def take(client: Client, desired: Mapping[str, Desired], named: Collection[str] = ()) -> Snapshot:
    """List everything, ask by code for what the list did not show, and read by id whatever differs
    or was not shown whole. `named` are further codes that files claim. Raises ApiError.
    """
    target = client.target
    rows, missing = _rows(client, desired)
    by_code: defaultdict[str, list[LiveSeries]] = defaultdict(list)
    for row in sorted(rows.values(), key=lambda row: row.id):
        by_code[folded(row.code)].append(row)
    tokens = {claim_token(target.name, target.host, code): code for code in missing}
    created = _created(tokens, (row for row in rows.values() if row.code not in desired))
    orphans = {code: found[0] for code, found in created.items() if len(found) == 1}
    exact = {code: [row for row in by_code[folded(code)] if row.code == code] for code in desired}
    live = {code: found[0] for code, found in exact.items() if found}
    proven = set(target.reads_back) | _seen_set(rows.values())
    again = [row for code, row in live.items() if _unsure(desired[code], row, client, proven)]
    again += orphans.values()
    whole = client.by_ids([row.id for row in again])
    proven |= _seen_set(whole.values())
    for row in again:
        if row.id not in whole or whole[row.id].code != row.code:
            raise UnexpectedAnswerError(f"{row.code} moved while it was read; run again")
    claimed = {row.id for found in exact.values() for row in found}
    claimed |= {row.id for found in created.values() for row in found}
    return Snapshot(
        live={code: whole.get(row.id, row) for code, row in live.items()},
        orphans={code: whole.get(row.id, row) for code, row in orphans.items()},
        twins=_twins(desired, exact, by_code)
        | {code: found for code, found in created.items() if len(found) > 1},
        unmanaged=[row for row in rows.values() if row.id not in claimed and row.code not in named],
        proven=frozenset(proven),
        unknown_keys=frozenset(key for row in rows.values() for key in row.unknown_keys),
        other_offset=first_other_offset(rows.values(), target.zone),
    )


def _rows(client: Client, desired: Collection[str]) -> tuple[dict[int, LiveSeries], list[str]]:
    """Every row that the list shows or that has a wanted code, and the codes not in the list."""
    rows = {row.id: row for row in client.list_series()}
    shown = {row.code for row in rows.values()}
    missing = [code for code in desired if code not in shown]
    for found in client.each(client.by_code, missing):
        rows |= {row.id: row for row in found}
    return rows, missing


def _created(tokens: Mapping[str, str], rows: Iterable[LiveSeries]) -> dict[str, list[LiveSeries]]:
    """Per code: what earlier runs created for it and did not give it."""
    found: defaultdict[str, list[LiveSeries]] = defaultdict(list)
    for row in rows:
        if code := tokens.get(str(row.raw.get("tag"))):
            found[code].append(row)
    return found


def _unsure(desired: Desired, row: LiveSeries, client: Client, proven: set[str]) -> bool:
    """Whether a row of the list does not settle that nothing differs."""
    if not all(row.shows(path) for path in desired.declared):
        return True
    return bool(compare(desired.declared, row, client.target.zone, proven).changes)


def _seen_set(rows: Iterable[LiveSeries]) -> set[str]:
    """The fields that may hide, and that one of these rows shows set."""
    return {name for row in rows for name in _HIDING if row.raw.get(name)}


def _twins(
    desired: Mapping[str, Desired],
    exact: Mapping[str, list[LiveSeries]],
    by_code: Mapping[str, list[LiveSeries]],
) -> dict[str, list[LiveSeries]]:
    """Per code: the live series that stand in the way of knowing which one it is."""
    twins: dict[str, list[LiveSeries]] = {}
    for code in desired:
        alike = by_code[folded(code)]
        if len(exact[code]) > 1 or (alike and not exact[code]):
            twins[code] = exact[code] or alike
    return twins
