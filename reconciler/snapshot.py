"""Reading a target for a set of desired series, in about one call for each hundred live ones."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from reconciler import fields
from reconciler.diff import compare
from reconciler.errors import UnexpectedAnswerError
from reconciler.inventory import GENERATED, survey
from reconciler.live import LiveSeries, Snapshot, first_other_offset
from reconciler.plan import claim_token, is_claim_token
from reconciler.record import EMPTY
from reconciler.text import folded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from reconciler.client import Client
    from reconciler.declared import Desired
    from reconciler.record import Record

HIDING = tuple(field.name for field in fields.HIDING)


def take(
    client: Client,
    desired: Mapping[str, Desired],
    named: Collection[str] = (),
    record: Record = EMPTY,
) -> Snapshot:
    """List everything, ask by code for what the list did not show, and read by id whatever differs
    or was not shown whole. `named` are further codes that files claim. Raises ApiError.
    """
    target = client.target
    seen = survey(client, desired.keys())
    tokens = {claim_token(target.name, target.host, code): code for code in {*desired, *named}}
    rows = _with_tokens(client, seen.rows, tokens, desired)
    match = _Match.of(rows.values(), desired, tokens)
    live, orphans, claims = match.live, match.orphans, match.claims
    known_shown = set(target.reads_back) | record.shown
    proven = known_shown | seen_set(rows.values())
    adopting = {one.lifecycle.adopt or 0 for code, one in desired.items() if code not in live}
    owned = match.ours | claims.keys() | adopting
    free = [row for row in rows.values() if row.id not in owned and row.code not in named]
    known = live.keys() | match.created.keys()
    near = _near((desired[code] for code in seen.missing if code not in known), free)
    sought = _sought(desired, record, claims.keys())
    again = [row for code, row in live.items() if _unsure(desired[code], row, client, proven)]
    again += orphans.values()
    asked = {row.id for rows_ in (again, *near.values()) for row in rows_} | sought
    whole = client.by_ids(sorted(asked | _samples(rows.values(), asked, known_shown)))
    proven = known_shown | seen_set(whole.values())
    proven -= _only_listed(rows, whole) - set(target.reads_back)
    for row in again:
        if row.id not in whole or whole[row.id].code != row.code:
            raise UnexpectedAnswerError(f"{row.code} moved while it was read; run again")
    return Snapshot(
        live={code: whole.get(row.id, row) for code, row in live.items()},
        orphans={code: whole.get(row.id, row) for code, row in orphans.items()},
        twins=match.twins,
        alike=_alike(desired, near, whole, client, proven),
        by_id={one: whole[one] for one in sought if one in whole},
        named=claims | {row.id: row.code for row in rows.values() if row.code in named},
        unmanaged=free,
        unproven=seen.unproven,
        trusted=seen.trusted,
        asked_at=seen.asked_at,
        proven=frozenset(proven),
        unknown_keys=frozenset(key for row in rows.values() for key in row.unknown_keys),
        other_offset=first_other_offset(rows.values(), target.zone),
    )


@dataclass(frozen=True, slots=True)
class _Match:
    """Rows by the desired codes: those that bear one exactly, those that are alike but for its
    case, and what earlier runs created for one and did not give it.
    """

    exact: Mapping[str, Sequence[LiveSeries]]
    alike: Mapping[str, Sequence[LiveSeries]]
    created: Mapping[str, Sequence[LiveSeries]]

    @classmethod
    def of(
        cls, rows: Collection[LiveSeries], desired: Collection[str], tokens: Mapping[str, str]
    ) -> _Match:
        """Match rows, the lowest id first; `tokens` has the code that a claim token is for."""
        by_code: defaultdict[str, list[LiveSeries]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.id):
            by_code[folded(row.code)].append(row)
        alike = {code: by_code[folded(code)] for code in desired}
        exact = {code: [row for row in found if row.code == code] for code, found in alike.items()}
        return cls(exact, alike, _created(tokens, (r for r in rows if r.code not in desired)))

    @property
    def live(self) -> dict[str, LiveSeries]:
        """The first series that bears a code."""
        return {code: found[0] for code, found in self.exact.items() if found}

    @property
    def orphans(self) -> dict[str, LiveSeries]:
        """The one series that was created for a code, and that nobody gave another one."""
        return {
            code: found[0]
            for code, found in self.created.items()
            if code in self.exact and len(found) == 1 and _has_no_name(found[0])
        }

    @property
    def claims(self) -> dict[int, str]:
        """The code that a series bears, by its id."""
        return {row.id: code for code, found in self.exact.items() for row in found}

    @property
    def ours(self) -> set[int]:
        """The ids of what was created for a code."""
        return {row.id for found in self.created.values() for row in found}

    @property
    def twins(self) -> dict[str, Sequence[LiveSeries]]:
        """Per code: the live series that stand in the way of knowing which one it is."""
        known = self.live | self.orphans
        strays = {
            code: found
            for code, found in self.created.items()
            if code in self.exact and code not in known
        }
        twins = {
            code: found or self.alike[code]
            for code, found in self.exact.items()
            if len(found) > 1 or (self.alike[code] and not found)
        }
        return twins | strays


def _has_no_name(row: LiveSeries) -> bool:
    """Whether nobody gave a series its code: it looks generated, or nothing was written since."""
    return row.untouched or GENERATED.fullmatch(row.code) is not None


def _with_tokens(
    client: Client,
    rows: Mapping[int, LiveSeries],
    tokens: Collection[str],
    desired: Collection[str],
) -> Mapping[int, LiveSeries]:
    """The rows, with those read whole that bear a token of ours and a code of an unknown shape:
    their stamps tell whether somebody chose it.
    """
    odd = [
        row.id
        for row in rows.values()
        if str(row.raw.get("tag")) in tokens
        and row.code not in desired
        and not GENERATED.fullmatch(row.code)
    ]
    return {**rows, **client.by_ids(odd)} if odd else rows


def _samples(
    rows: Iterable[LiveSeries], asked: Collection[int], known: Collection[str]
) -> set[int]:
    """One row to read by id for each field that lists alone have shown set so far: what they show
    proves nothing of what an update is built on.
    """
    found: dict[str, int] = {}
    for row in rows:
        for name in HIDING:
            if name not in known and row.raw.get(name) and (name not in found or row.id in asked):
                found[name] = row.id
    return set(found.values())


def _sought(desired: Mapping[str, Desired], record: Record, live: Collection[int]) -> set[int]:
    """The ids that files adopt, and those that the record knows and no wanted code leads to."""
    adopted = {one.lifecycle.adopt for one in desired.values()}
    known = {record.entries[code].id for code in desired if code in record.entries}
    return {one for one in adopted if one is not None} | (known - set(live))


def _created(tokens: Mapping[str, str], rows: Iterable[LiveSeries]) -> dict[str, list[LiveSeries]]:
    """Per code: what earlier runs created for it and did not give it."""
    found: defaultdict[str, list[LiveSeries]] = defaultdict(list)
    for row in rows:
        if code := tokens.get(str(row.raw.get("tag"))):
            found[code].append(row)
    return found


def _near(absent: Iterable[Desired], rows: Iterable[LiveSeries]) -> dict[str, list[LiveSeries]]:
    """Per code that is not live: the unclaimed series that have its description and POS code.

    Every file names both, so few are left to be compared; a row that does not show them may be any.
    """
    wanted: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one in absent:
        wanted[one.values["description"], one.values["discountCode"]].append(one.code)
    found: defaultdict[str, list[LiveSeries]] = defaultdict(list)
    for row in rows if wanted else ():
        names = row.raw.get("description"), row.raw.get("discountCode")
        shown = str(names[0]), str(names[1])
        for code in chain(*wanted.values()) if None in names else wanted.get(shown, ()):
            found[code].append(row)
    return found


def _alike(
    desired: Mapping[str, Desired],
    near: Mapping[str, list[LiveSeries]],
    whole: Mapping[int, LiveSeries],
    client: Client,
    proven: set[str],
) -> dict[str, list[LiveSeries]]:
    """Per code: the series that agree with its file in all but the code (design, section 6)."""
    alike: dict[str, list[LiveSeries]] = {}
    for code, rows in near.items():
        declared = dict(desired[code].declared)
        del declared["seriesCode"]
        for row in (whole[one.id] for one in rows if one.id in whole):
            told = dict(declared)
            if is_claim_token(row.raw.get("tag")):
                told.pop("tag", None)  # it waits for the tag of a file
            if not compare(told, row, client.target.zone, proven).changes:
                alike.setdefault(code, []).append(row)
    return alike


def _only_listed(rows: Mapping[int, LiveSeries], whole: Mapping[int, LiveSeries]) -> set[str]:
    """The fields that the list shows set of a series and a read by id does not: an update is built
    on the latter.
    """
    return {
        name
        for one, row in whole.items()
        for name in HIDING
        if one in rows and rows[one].raw.get(name) and not row.raw.get(name)
    }


def _unsure(desired: Desired, row: LiveSeries, client: Client, proven: set[str]) -> bool:
    """Whether a row of the list does not settle that nothing differs."""
    if not all(row.shows(path) for path in desired.declared):
        return True
    return bool(compare(desired.declared, row, client.target.zone, proven).changes)


def seen_set(rows: Iterable[LiveSeries]) -> set[str]:
    """The fields that may hide, and that one of these rows shows set."""
    return {name for row in rows for name in HIDING if row.raw.get(name)}
