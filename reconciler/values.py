"""Canonical values: what a value means, whichever way it is spelled (API page, section 5).

Inside the tool two values mean the same when their canonical forms are equal with `==`. A canonical
form is plain JSON (bool, int, float, str, list) or a `Mark`. What live shows in a shape that nobody
documented becomes `["?", value]`, which equals nothing but itself.
"""

from __future__ import annotations

import json
import math
import re
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from zoneinfo import ZoneInfo


class Mark(Enum):
    """What stands in for a value that is not there."""

    ABSENT = "absent"  # live does not have it
    UNREADABLE = "unreadable"  # live may have it and does not show it


@dataclass(frozen=True, slots=True)
class YamlDate:
    """What YAML takes for a date, as the file spells it."""

    text: str


Canonical: TypeAlias = "bool | int | float | str | list[Any] | Mark"

UNLIMITED = "unlimited"
RANGE_KEYS = ("dom", "dow", "hours")
ANY = [-1]
_INTEGER = re.compile(r"[+-]?\d{1,30}\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?\Z",
)


def unknown(raw: object) -> list[Any]:
    """Wrap a value of an undocumented shape so that it equals no documented one; once is enough."""
    return raw if _is_unknown(raw) else ["?", raw]


def _is_unknown(raw: object) -> TypeGuard[list[Any]]:
    return isinstance(raw, list) and len(raw) == 2 and raw[0] == "?"  # noqa: PLR2004 - the mark, the value


def text(raw: object) -> Canonical:
    """Text, to the letter."""
    return raw if isinstance(raw, str) else unknown(raw)


def boolean(raw: object) -> Canonical:
    """True or false; the old API spells them as strings."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in {"true", "false"}:
        return raw.lower() == "true"
    return unknown(raw)


def number(raw: object) -> Canonical:
    """A number: `1`, `1.0` and `"1"` are one; None, where the API allows it, is -1."""
    if raw is None:
        return -1
    if isinstance(raw, str) and _INTEGER.match(raw):
        return int(raw)
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        return unknown(raw)
    return raw


def parse_instant(raw: str) -> datetime:
    """Read an RFC 3339 date-time with its offset. Raise ValueError for anything else."""
    if not _DATE_TIME.match(raw):
        message = f"not a date-time: {raw!r}"
        raise ValueError(message)
    moment = datetime.fromisoformat(raw)
    if moment.tzinfo is None:
        message = f"no offset: {raw!r}"
        raise ValueError(message)
    return moment


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day in the server's zone."""
    return datetime.combine(day, time.min, zone)


def desired_moment(raw: str, zone: ZoneInfo) -> datetime:
    """The moment a file means: a bare date is midnight in the zone. Raise ValueError otherwise."""
    if _DATE.match(raw):
        return midnight(date.fromisoformat(raw), zone)
    return parse_instant(raw)


def cut(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the server keeps of a moment: its day in the server's zone, at 00:00:00."""
    return midnight(moment.astimezone(zone).date(), zone)


def end_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """The last second of a moment's day in the server's zone."""
    return datetime.combine(moment.astimezone(zone).date(), time(23, 59, 59), zone)


def stamp(moment: datetime) -> str:
    """Spell a moment in UTC, the canonical form of a date-time."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant(raw: object) -> Canonical:
    """A moment, equal in any zone."""
    if isinstance(raw, str):
        try:
            return stamp(parse_instant(raw))
        except (ValueError, OverflowError):
            pass
    return unknown(raw)


def _whole(raw: object) -> int | str:
    """One member of an id list or a range: a number and its string are one."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and _INTEGER.match(raw.strip()):
        return int(raw.strip())
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    return raw if isinstance(raw, str) else json.dumps(raw, sort_keys=True)


def _members(raw: object) -> list[Any]:
    """A list as a set: sorted, each once; a scalar is a list of one."""
    items = raw if isinstance(raw, list) else [raw]
    return sorted({_whole(item) for item in items}, key=lambda item: (str(type(item)), item))


def from_json(raw: str) -> object:
    """Parse a string that holds JSON. Raise ValueError when it does not, or names a key twice."""
    try:
        return json.loads(raw, object_pairs_hook=_each_key_once)
    except RecursionError as error:
        message = "nested too deeply"
        raise ValueError(message) from error


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "a key stands twice"
        raise ValueError(message)
    return found


def ids(raw: object) -> Canonical:
    """A list of ids, or the string that holds it as JSON, in any order."""
    if isinstance(raw, str):
        try:
            raw = from_json(raw)
        except ValueError:
            return unknown(raw)
    if raw is None or isinstance(raw, dict) or _is_unknown(raw):
        return unknown(raw)
    return _members(raw)


def exclusive_ids(raw: object) -> Canonical:
    """Like `ids`, where an empty list and `[-1]` both say none."""
    found = ids(raw)
    return [] if found == ANY else found


def range_part(raw: object) -> Canonical:
    """One of a redemption range's three lists; -1 is any."""
    return _members(raw)


def range_object(raw: object) -> dict[str, Any] | None:
    """A redemption range as it is spelled, also inside a string; None when it is not one."""
    if isinstance(raw, str):
        try:
            raw = from_json(raw)
        except ValueError:
            return None
    return raw if isinstance(raw, dict) else None


def range_parts(raw: object) -> dict[str, Canonical] | None:
    """Take a redemption range apart, or None when it is not one. A part left out is any."""
    found = range_object(raw)
    if found is None:
        return None
    return {key: range_part(found.get(key, -1)) for key in (*RANGE_KEYS, *sorted(found))}


def redemption_range(raw: object) -> Canonical:
    """A whole redemption range as a list of its parts."""
    parts = range_parts(raw)
    return unknown(raw) if parts is None else [[key, value] for key, value in parts.items()]


def products(raw: object) -> Canonical:
    """`productInfo`: blocks in any order, ids in any order."""
    return _blocks(raw, _product)


def places(raw: object) -> Canonical:
    """`redemptionOrgEntityDetails`: entities in any order."""
    return _blocks(raw, _place)


def _blocks(raw: object, read: Callable[[dict[str, Any]], list[Any] | None]) -> Canonical:
    if raw is None:
        return Mark.ABSENT
    if not isinstance(raw, list):
        return unknown(raw)
    blocks = [read(item) if isinstance(item, dict) else None for item in raw]
    if any(block is None for block in blocks):
        return unknown(raw)
    return _each_once(blocks)


def _each_once(blocks: Iterable[object]) -> list[Any]:
    spelled = {json.dumps(block, sort_keys=True): block for block in blocks}
    return [spelled[key] for key in sorted(spelled)]


def _product(raw: dict[str, Any]) -> list[Any] | None:
    """One block, as ids where it has some. A code is text, also where it is made of digits."""
    kind, numbers, codes = (raw.get(key) for key in ("productType", "productIds", "productCodes"))
    if numbers:
        return [str(kind), "productIds", _members(numbers)]
    if not codes:
        return None
    named = codes if isinstance(codes, list) else [codes]
    return [str(kind), "productCodes", sorted({str(code) for code in named})]


def _place(raw: dict[str, Any]) -> list[Any] | None:
    if "orgEntityId" not in raw:
        return None
    return [str(raw.get("redemptionOrgEntityType")), _whole(raw["orgEntityId"])]


DAY_HOURS = 24


def hours_apart(one: object, other: object) -> float:
    """How far two canonical moments are from each other; infinite where one is none."""
    try:
        gap = datetime.fromisoformat(str(one)) - datetime.fromisoformat(str(other))
    except (ValueError, TypeError):
        return math.inf
    return abs(gap.total_seconds()) / 3600


def float32(value: int) -> int:
    """What a whole number becomes in 32 bits of floating point."""
    return int(struct.unpack("f", struct.pack("f", value))[0])


def float32_of(value: int) -> int | None:
    """The same for any whole number; None for one that is too large for it."""
    try:
        return float32(value)
    except OverflowError:
        return None


def wrapped(value: int) -> int:
    """What a whole number becomes in 32 bits."""
    return (value + 2**31) % 2**32 - 2**31


def fits_float32(value: int) -> bool:
    """Whether float32 holds a whole number exactly."""
    return float32_of(value) == value
