"""Live series → files that plan to no change: the inverse of the diff, proven file by file."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from reconciler import values
from reconciler.constraints import violations
from reconciler.declared import Desired
from reconciler.desired import NESTED
from reconciler.diff import Reading, compare, until_series_ends
from reconciler.errors import UnprovenAbsenceError
from reconciler.fields import MANAGEABLE, split
from reconciler.forms import day, forms
from reconciler.inventory import everything, survey
from reconciler.kinds import Field, Kind
from reconciler.live import LiveSeries
from reconciler.plan import is_claim_token
from reconciler.snapshot import seen_set
from reconciler.text import clip, code_problem, folded
from reconciler.validation import Checked
from reconciler.values import Mark
from reconciler.yamlfile import MOST_BYTES, parse
from reconciler.yamlsyntax import UnreadableError
from reconciler.yamltext import LONGEST_KEY, comment, entry, scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from reconciler.client import Client
    from reconciler.config import Target

_ORDER = sorted(MANAGEABLE, key=lambda row: not row.required)  # stable: else the table's order
_SHORT_SMS = "Hello {{cust_name}}, your voucher code is {{voucher_code}}"  # the server's own
_ODD = "nobody documented a value of this shape"


class UnsayableError(Exception):
    """No file can say what live has of a series. The message says why."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One file: its text, and how many things it says in comments alone."""

    text: str
    left_out: int


def read(client: Client, codes: Sequence[str]) -> tuple[list[LiveSeries], dict[str, str]]:
    """Whole rows by code, of every series when no code is named; and per code why there is none.

    Raises ApiError.
    """
    missing: dict[str, str] = {}
    if codes:
        asked = sorted(set(codes))
        answers = client.each(partial(_by_code, client), asked)
        rows = {row.id: row for answer in answers for row in answer}
        if unseen := set(asked) - {row.code for row in rows.values()}:
            rows |= survey(client, unseen).rows
        missing |= _not_found(asked, rows.values())
        rows = {number: row for number, row in rows.items() if row.code in asked}
    else:
        rows = everything(client)
    found = sorted(rows.values(), key=lambda row: (row.code, row.id))
    whole = client.by_ids([row.id for row in found])
    return _single(found, whole, missing), missing


def _by_code(client: Client, code: str) -> list[LiveSeries]:
    """What the look-up by code finds; nothing where it proves nothing (API page, 9.1)."""
    try:
        return client.by_code(code)
    except UnprovenAbsenceError:
        return []


def _not_found(asked: Iterable[str], rows: Iterable[LiveSeries]) -> dict[str, str]:
    """What is said of the codes that no row has."""
    codes = {row.code for row in rows}
    alike = {folded(code): f"; live has {code}" for code in sorted(codes)}
    said = "no live series with this code was found"
    return {code: said + alike.get(folded(code), "") for code in asked if code not in codes}


def _single(
    rows: Iterable[LiveSeries], whole: dict[int, LiveSeries], missing: dict[str, str]
) -> list[LiveSeries]:
    """The whole rows that still have their code, and have it alone."""
    by_code: defaultdict[str, list[LiveSeries]] = defaultdict(list)
    for row in rows:
        by_code[row.code].append(row)
    single = []
    for code, found in by_code.items():
        now = whole.get(found[0].id)
        if len(found) > 1:
            ids = ", ".join(str(twin.id) for twin in found)
            missing[code] = f"several live series have this code (ids {ids}); rename all but one"
        elif now is None or now.code != code:
            missing[code] = "it moved while it was read; run again"
        else:
            single.append(now)
    return single


def proven(target: Target, rows: Iterable[LiveSeries]) -> frozenset[str]:
    """The fields that this target is known, or seen here, to show when they are set."""
    return target.reads_back | seen_set(rows)


def series_file(row: LiveSeries, target: Target, shows: Collection[str]) -> Imported:
    """The text of a file that validates and plans to no change. Raises UnsayableError.

    `row` was read by id, `shows` are the proven fields.
    """
    if problem := code_problem(row.code):
        raise UnsayableError(problem[0])
    if is_claim_token(row.raw.get("tag")):
        raise UnsayableError(
            "an apply that did not end created it; apply again to give it its code,"
            " or change its tag in the web UI"
        )
    draft = _Draft(row, target, shows)
    draft.gather()
    return draft.settle()


@dataclass
class _Draft:
    """A file in the making. `forms` holds per path the ways to write it, the friendliest first;
    `left_out` why a path cannot be written.
    """

    row: LiveSeries
    target: Target
    shows: Collection[str]
    forms: dict[str, list[Any]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def gather(self) -> None:
        """Take in what a file should name. Raises UnsayableError where live breaks a rule in what a
        file must name.
        """
        ends = until_series_ends(self.row.meaning("expiryStrategyType"))
        reading = Reading(self.target.zone, self.shows, ends)
        self._hold_to_rules(reading)
        said = {name: raw for name, raw in self.row.raw.items() if name not in self.left_out}
        live = LiveSeries(self.row.id, self.row.code, said)
        for row in _ORDER:
            for path in _paths(row, live):
                if row.required or not _filled_in(path, live, reading):
                    why = self._unmodelled(path)
                    self.forms[path] = [] if why else forms(path, self.row, self.target)
                    if not self.forms[path]:
                        self.drop(path, why or _ODD)

    def settle(self) -> Imported:
        """Fall back to plainer forms, and to comments, until the file holds."""
        while True:
            text, starts = self.render()
            wrong = self._wrong(text)
            if not wrong:
                return Imported(text, len(self.left_out))
            lines = [line for line, _ in starts]
            at = {bisect_right(lines, line) - 1: why for line, why in wrong}
            if -1 in at:
                raise UnsayableError(at[-1])
            for number, why in at.items():
                self.drop(starts[number][1], why)

    def drop(self, path: str, why: str) -> None:
        """Give up the first form of a path, the path with the last one."""
        ways = self.forms.get(path, [])
        if len(ways) > 1:
            self.forms[path] = ways[1:]
        elif split(path)[0].required:
            raise UnsayableError(f"{path}: {why}")
        else:
            self.forms.pop(path, None)
            found = json.dumps(self.row.value(path), ensure_ascii=False, default=str)
            self.left_out[path] = f"live has {clip(found, 80)}; {why}"

    def render(self) -> tuple[str, list[tuple[int, str]]]:
        """The text, and at which line each path begins."""
        text = comment(f"Imported from {self.target.name}; id {self.row.id}.")
        for path, why in self.left_out.items():
            text += comment(f"Not in this file: {clip(path, 80)}: {why}.")
        if self.row.unknown_keys:
            names = ", ".join(self.row.unknown_keys)
            text += comment(f"Live has keys that this version does not model: {names}.")
        parts, starts, line, above = [text], [], text.count("\n") + 1, ""
        for path, ways in self.forms.items():
            row, key = split(path)
            written = entry(row.name, ways[0]) if key is None else entry(key, ways[0], depth=1)
            if key is not None and above != row.name:
                written = f"{row.name}:\n{written}"
            starts.append((line, path))
            parts.append(written)
            line, above = line + written.count("\n"), row.name
        return "".join(parts), starts

    def _wrong(self, text: str) -> list[tuple[int, str]]:
        """What the project's own loader and diff have against a text, with lines."""
        if len(text.encode(errors="replace")) > MOST_BYTES:
            raise UnsayableError(f"its file would be larger than {MOST_BYTES:,} bytes")
        try:
            document = parse(text)
        except UnreadableError as error:
            return [(error.complaint.line, error.complaint.message)]
        checked = Checked(document, self.target.zone)
        if checked.errors:
            return [(said.line, said.message) for said in checked.errors]
        lines = dict(document.key_lines(NESTED))
        desired = Desired(self.row.code, "", lines, checked.values, self.target.zone)
        found = compare(desired.declared, self.row, self.target.zone, self.shows)
        return [(change.line, "no spelling of a file means the same") for change in found.changes]

    def _hold_to_rules(self, reading: Reading) -> None:
        """Leave out what live has and no file may say. `validTillDateTime` counts for none: no
        update carries it.
        """
        meanings = {}
        for row in MANAGEABLE:
            now = reading.settle(row.name, self.row.meaning(row.name))
            now = row.default if now is Mark.ABSENT else now
            if now is not Mark.ABSENT and row.kind is not Kind.MOMENT:
                meanings[row.name] = now
        for broken in violations(meanings, self.target.zone):
            self.drop(broken.path, f"{broken.message}; put it right in the web UI")

    def _unmodelled(self, path: str) -> str:
        """Why a key of an object cannot be named; empty where it can."""
        row, key = split(path)
        if key is None:
            return ""
        if row.members and key not in row.members:
            return "this version does not model this key"
        return "the key is too long for a file" if len(scalar(key)) > LONGEST_KEY else ""


def _paths(row: Field, live: LiveSeries) -> Iterator[str]:
    """What live shows of a field: its keys where a file manages them one by one."""
    found = live.value(row.name)
    parts = values.range_object(found) if row.kind is Kind.RANGE else found
    if row.by_key and isinstance(parts, dict):
        yield from (path for key in parts if live.shows(path := f"{row.name}.{key}"))
    elif live.shows(row.name) or _belongs_to_affix(row.name, live):
        yield row.name
    elif row.required:
        raise UnsayableError(f"live does not show {row.name}")


def _belongs_to_affix(path: str, live: LiveSeries) -> bool:
    """Whether a file must say it because it has a prefix or suffix (API page, 7.9)."""
    return any(
        live.raw.get(f"coupon{name}") and path in {f"is{name}Enabled", f"org{name}Override"}
        for name in ("Prefix", "Suffix")
    )


def _filled_in(path: str, live: LiveSeries, reading: Reading) -> bool:
    """Whether live has what the server fills in anyway, so that a file need not say it."""
    row, key = split(path)
    now = reading.settle(path, live.meaning(path))
    if key is not None:
        return row.kind is Kind.RANGE and now == values.ANY
    if _belongs_to_affix(path, live):
        return False
    if row.kind is Kind.DAY:
        return day(now, reading.zone) == day(live.meaning("createdOn"), reading.zone)
    if row.kind is Kind.MOMENT:
        bare = {name: raw for name, raw in live.raw.items() if name != path}
        return now == reading.money_at(LiveSeries(live.id, live.code, bare), path)
    if path in {"info", "tag"}:
        return now == live.meaning("description")
    return now == (_SHORT_SMS if path == "shortSMSTemplate" else reading.settle(path, row.default))
