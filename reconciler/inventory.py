"""What is live, and the proof that a code is not (API page, section 9; principle 5).

The ways, from the cheapest: the paged list; the look-up by code, where it is honoured; the list of
the API v1.1, which knows every series of the org, with reads by id. All of it raises ApiError.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.answers import NO_FILTER
from reconciler.errors import (
    ApiError,
    NotFoundError,
    RejectedError,
    UnexpectedAnswerError,
    UnprovenAbsenceError,
)
from reconciler.text import folded

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from reconciler.client import Client
    from reconciler.live import LiveSeries

    Rows = dict[int, LiveSeries]

# What the server makes up for a code (API page, section 5): ten letters and digits, or twenty hex.
GENERATED = re.compile(r"[A-Za-z0-9]{10}|[0-9A-F]{20}")
MANY = 20  # look-ups by code that are worth a word before they start
PASSES = 3  # over a list whose pages overlap, where nothing better can be had


@dataclass(frozen=True, slots=True)
class Inventory:
    """All rows that were seen; which wanted codes the list did not show, and of which of them
    nobody knows whether they are free. `trusted`: the look-up by code is honoured; `asked_at`, by
    time.monotonic, when the first of them was asked for.
    """

    rows: Mapping[int, LiveSeries]
    missing: Sequence[str] = ()
    unproven: frozenset[str] = frozenset()
    trusted: bool = False
    asked_at: float | None = None


def survey(client: Client, wanted: Collection[str]) -> Inventory:
    """Read the list, and ask in other ways for the wanted codes that it does not show."""
    listing = _listed(client)
    rows = listing.rows
    missing = _not_in(rows, wanted)
    if not missing:
        return Inventory(rows)
    asked_at = time.monotonic()
    answers = _look_up(client, missing)
    rows.update((row.id, row) for row in answers or ())
    if not listing.whole:
        listing = _complete(client, listing)
    trusted = answers is not None and (bool(answers) or _honoured(client, rows.values()))
    _tag(client, rows, wanted)
    if listing.whole and not trusted:
        client.note("the API v1.1 proves which codes are free", 1)
    return replace(_concluded(listing, missing, trusted=trusted), asked_at=asked_at)


def everything(client: Client) -> Rows:
    """Every row that can be seen, also where the list wants a filter or hides expired series."""
    listing = _listed(client)
    if not listing.whole:
        _complete(client, listing, once=True)  # adds to the rows
    _tag(client, listing.rows)
    return listing.rows


def _tag(client: Client, rows: Rows, wanted: Collection[str] = ()) -> None:
    """Read whole what may bear a claim token that the list does not show: its rows may be thin.

    Codes of other shapes than the API page shows are not among them (docs/reliability.md).
    """
    thin = [
        row.id
        for row in rows.values()
        if "tag" not in row.raw and row.code not in wanted and GENERATED.fullmatch(row.code)
    ]
    rows |= client.by_ids(thin)


def news(
    client: Client, wanted: Collection[str], known: Mapping[int, LiveSeries], *, trusted: bool
) -> Inventory:
    """What came since a survey of the same run: the rows that are new, and those that bear a wanted
    code by now. Without the API v1.1 it takes another survey. `trusted` is what that found out.
    """
    try:
        named = client.old_codes(once=True)
    except ApiError:
        found = survey(client, wanted)  # which may not show all that is known
        return replace(found, rows={**known, **found.rows})
    due = _due(named, wanted, known, trusted=trusted)
    rows = {one: row for one, row in known.items() if one not in due} | client.by_ids(sorted(due))
    if trusted:
        answers = client.each(client.by_code, sorted(wanted))
        rows |= {row.id: row for answer in answers for row in answer}
    return _concluded(_compared(client, named, rows), sorted(wanted), trusted=trusted)


def _due(
    named: Mapping[int, str],
    wanted: Collection[str],
    known: Mapping[int, LiveSeries],
    *,
    trusted: bool,
) -> set[int]:
    """What to read again of what the API v1.1 names: what nobody knows yet, what bears a wanted
    code or did, and what it names no code of, which may have any; asking by code finds that, too.
    """
    folds = {folded(code) for code in wanted}
    return {
        one
        for one, code in named.items()
        if one not in known
        or not folds.isdisjoint({folded(code), folded(known[one].code)})
        or not (code or trusted)
    }


def _not_in(rows: Rows, wanted: Collection[str]) -> list[str]:
    return sorted(set(wanted) - {row.code for row in rows.values()})


@dataclass(frozen=True, slots=True)
class _Listing:
    """What a list showed. `whole`: it is certainly all there is; `overlaps`: rows came twice;
    `unread`: the codes, folded, that the API v1.1 names and that nobody can read.
    """

    rows: Rows
    whole: bool = False
    overlaps: bool = False
    unread: frozenset[str] = frozenset()


def _concluded(listing: _Listing, missing: Sequence[str], *, trusted: bool) -> Inventory:
    """What a listing and the look-up by code prove of the codes that were missing."""
    proven = trusted or listing.whole
    left = _not_in(listing.rows, missing)
    unproven = frozenset(code for code in left if not proven or folded(code) in listing.unread)
    return Inventory(listing.rows, missing, unproven, trusted)


def _listed(client: Client) -> _Listing:
    """The list; where it wants a filter (error 1000), what the API v1.1 names."""
    try:
        seen = [row for page in client.pages() for row in page]
    except ApiError as error:
        if error.code != NO_FILTER:
            raise
    else:
        rows = {row.id: row for row in seen}
        client.note(f"the list shows {len(rows):,} series", 1)
        return _Listing(rows, overlaps=len(seen) > len(rows))
    client.note("the list wants a filter (code 1000): reading what the API v1.1 names", 1)
    try:
        named = client.old_codes()
    except (NotFoundError, RejectedError, UnexpectedAnswerError) as error:
        said = f"the list of {client.target.name} wants a filter, and the API v1.1 is no way around"
        raise UnexpectedAnswerError(
            f"{said}: {error}", status=error.status, code=error.code, request_id=error.request_id
        ) from None
    return _compared(client, named, client.by_ids(list(named)))


def _complete(client: Client, listing: _Listing, *, once: bool = False) -> _Listing:
    """Add to the rows what the list did not show.

    `once`: where the API v1.1 does not answer at the first attempt, the list has to do.
    """
    rows = listing.rows
    try:
        named = client.old_codes(once=once)
    except ApiError as error:
        client.note(f"the API v1.1 cannot say what the list may hide: {error}", 1)
        if listing.overlaps:
            _list_again(client, rows)
        return listing
    hidden = [one for one in named if one not in rows]
    rows |= client.by_ids(hidden)
    client.note(f"the API v1.1 names {len(hidden):,} series that the list does not show", 1)
    return _compared(client, named, rows)


def _compared(client: Client, named: Mapping[int, str], rows: Rows) -> _Listing:
    """The rows, held to what the API v1.1 names: they are all there is where both are the same."""
    unread = [one for one in named if one not in rows]
    unnamed = [one for one in rows if one not in named]
    if unread:
        said = f"series {unread[0]} and {len(unread) - 1:,} more cannot be read by id"
        client.note(f"the API v1.1 names what nobody can read: {said}", 1)
    if unnamed:
        said = f"series {unnamed[0]} and {len(unnamed) - 1:,} more are live"
        client.note(f"the API v1.1 does not name every series, so it proves nothing: {said}", 1)
    codes = frozenset(folded(named[one]) for one in unread)
    return _Listing(rows, whole=not unread and not unnamed, unread=codes)


def _list_again(client: Client, rows: Rows) -> None:
    """Where pages overlap, rows may slip between them: go on until a pass brings none."""
    for _ in range(PASSES):
        known = len(rows)
        rows |= {row.id: row for row in client.list_series()}
        if len(rows) == known:
            return


def _look_up(client: Client, missing: Sequence[str]) -> list[LiveSeries] | None:
    """Ask for each missing code, and give the rows; None where the answers prove nothing.

    One is asked first: where the filter is not honoured, the others would be calls for nothing.
    """
    count = len(missing)
    said = f"{count:,} codes are not in the list: asking for each takes {count:,} calls"
    client.note(said, 0 if count > MANY else 1)
    try:
        answers = [client.by_code(missing[0]), *client.each(client.by_code, missing[1:])]
    except UnprovenAbsenceError as error:
        client.note(str(error), 1)
        return None
    return [row for answer in answers for row in answer]


_BLIND = "the look-up by code is not seen to find a series that is there: it proves nothing"


def _honoured(client: Client, rows: Collection[LiveSeries]) -> bool:
    """Whether the look-up finds a series that is there.

    Where nothing shows any series at all, there is none to try it on, and it is believed: the first
    series of an org has to be made by somebody.
    """
    plain = (row for row in rows if row.code.isascii() and row.code.isalnum())
    known = next(plain, next((row for row in rows if row.code), None))
    try:
        honoured = known is None or any(row.id == known.id for row in client.by_code(known.code))
    except UnprovenAbsenceError:
        honoured = False
    honoured = honoured and (known is not None or not rows)
    client.note("the look-up by code is honoured" if honoured else _BLIND, 1)
    return honoured
