"""What a change of a field does to money, reach and time, by the field table's classes.

Where a direction cannot be told the generous word wins: nothing unknown counts as strict.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from reconciler import values
from reconciler.diff import AS_IDS, differs, recorded
from reconciler.fields import last_of, split
from reconciler.kinds import I32, Field, Kind, Money, figure
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from zoneinfo import ZoneInfo

    from reconciler.values import Canonical

    _Sets = Mapping[str, AbstractSet[Any]]
    Pairs = Mapping[str, tuple[Canonical, Canonical]]  # path -> (live now, wanted then)


class Effect(Enum):
    """What a field change does, in the words that every view uses."""

    GENEROUS = "more generous"
    STRICTER = "stricter"
    WIDER = "wider reach"
    NARROWER = "narrower reach"
    LONGER = "longer"
    SHORTER = "shorter"
    ACTIVATES = "activates"
    ENDS = "ends"
    MESSAGING = "messaging"
    NEUTRAL = "neutral"

    @property
    def eases(self) -> bool:
        """Whether more may be given away than before."""
        return self in {Effect.GENEROUS, Effect.WIDER, Effect.LONGER, Effect.ACTIVATES}

    @property
    def tightens(self) -> bool:
        """Whether only less can be given away than before."""
        return self in {Effect.STRICTER, Effect.NARROWER, Effect.SHORTER, Effect.ENDS}


_VALUES = frozenset({"discountValue", "discountUpto", "discountType", "discountOn"})
_ENDS = ("validTillDate", "validTillDateTime")
_WIDEST = {"clientHandlingType": "GENERIC", "expiryStrategyType": "SERIES_EXPIRY"}
# What a figure counts: where that moves too, two figures cannot be compared.
_UNITS = {"discountValue": "discountType", "expiryStrategyValue": "expiryStrategyType"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_PRICE = (Effect.GENEROUS, Effect.STRICTER)
_TIME = (Effect.LONGER, Effect.SHORTER)
_REACH = (Effect.WIDER, Effect.NARROWER)
# The words of a class: when it eases, and when it tightens.
_WORDS = {
    Money.KIND: _PRICE,
    Money.VALUE: _PRICE,
    Money.CAP: _PRICE,
    Money.LIMIT: _PRICE,
    Money.MINIMUM: _PRICE,
    Money.GENEROUS: _PRICE,
    Money.STRICT: _PRICE,
    Money.LONGER: _TIME,
    Money.START: _TIME,
    Money.REACH: _REACH,
    Money.SCOPE: _REACH,
    Money.EXCLUSION: _REACH,
}


def is_value(path: str) -> bool:
    """Whether a move of a field also reaches the coupons that were issued already."""
    return path in _VALUES


def effects(action: str, moves: Pairs, zone: ZoneInfo, moment: datetime) -> dict[str, Effect]:
    """What each move of a change does. `action` is create, adopt or update."""
    if action == "create":
        ends = [last_of(path, moves[path][1], zone) for path in _ENDS if path in moves]
        over = bool(ends) and all(end is not None and end < moment for end in ends)
        return {path: _of_create(path, over=over) for path in moves}
    return {path: _effect(path, moves, zone, moment) for path in moves}


def _of_create(path: str, *, over: bool) -> Effect:
    """A new series has no before: what moves money starts with it, unless it is over by then."""
    field, _ = split(path)
    if field.money is Money.MESSAGE:
        return Effect.MESSAGING
    return Effect.ACTIVATES if field.moves_money and not over else Effect.NEUTRAL


def _effect(path: str, moves: Pairs, zone: ZoneInfo, moment: datetime) -> Effect:
    field, key = split(path)
    if not field.moves_money:
        return Effect.MESSAGING if field.money is Money.MESSAGE else Effect.NEUTRAL
    now, then = (_settled(field, value) for value in moves[path])
    if now == then:
        return Effect.NEUTRAL
    if path == "clientHandlingType" and "GENERIC" not in (now, then):
        return Effect.GENEROUS
    if path in _ENDS and (turn := _turn(path, now, then, zone, moment)):
        return turn
    unit = _UNITS.get(path, path)
    other_unit = unit != path and unit in moves and differs(*moves[unit])
    eases, tightens = _WORDS[field.money]
    step = 1 if other_unit else _step(field, key, now, then)
    return {1: eases, 0: Effect.NEUTRAL, -1: tightens}[step]


def _settled(field: Field, value: Canonical) -> Canonical:
    """What a value stands for: what was recorded or is shown as ids, or what is filled in."""
    kept = recorded(value)
    if kept is not None:
        value = kept
    if isinstance(value, list) and len(value) > 1 and value[0] == AS_IDS:
        value = value[1]
    return field.default if value is Mark.ABSENT else value


def _turn(
    path: str, now: Canonical, then: Canonical, zone: ZoneInfo, moment: datetime
) -> Effect | None:
    """Whether a series comes back to life by a new end date, or dies of it; None for neither."""
    was, will = last_of(path, now, zone), last_of(path, then, zone)
    if was is None or will is None or (was < moment) == (will < moment):
        return None
    return Effect.ACTIVATES if was < moment else Effect.ENDS


def _step(field: Field, key: str | None, now: Canonical, then: Canonical) -> int:
    """1 where a move eases or nobody can tell, -1 where it tightens, 0 where it does neither."""
    if field.kind in {Kind.TEXT, Kind.CHOICE}:
        return -1 if _leaves_the_widest(field, now, then) else 1
    if field.kind in {Kind.RANGE, Kind.NUMBERS}:
        return _object_step(field, _parts(field, key, now), _parts(field, key, then))
    if field.money in {Money.SCOPE, Money.EXCLUSION}:
        step = _shut_out_step if field.money is Money.EXCLUSION else _reached_step
        return step(_sets(field, now), _sets(field, then))
    limit = field.money is Money.LIMIT and field.bounds == I32
    if limit and now == 0 and (figure(then) or 0) > 0:
        return 1  # it may have meant none at all, and not no limit
    return _compared(_ease(field, now), _ease(field, then))


def _leaves_the_widest(field: Field, now: Canonical, then: Canonical) -> bool:
    """Whether a text goes from the one that gives most to another that is known."""
    if field.name == "genericCode":
        return then == "" and isinstance(now, str)
    return now == _WIDEST.get(field.name) and then in field.choices


def _compared(now: float | None, then: float | None) -> int:
    if now is None or then is None:
        return 1
    return (then > now) - (then < now)


def _ease(field: Field, value: Canonical) -> float | None:
    """How much a value gives away, to be compared with another of its field; None: unknown."""
    if field.money in {Money.CAP, Money.LIMIT}:
        return field.bound(value)
    if field.kind is Kind.BOOLEAN:
        return (value is not (field.money is Money.STRICT)) if isinstance(value, bool) else None
    found = _microseconds(value) if field.kind in {Kind.DAY, Kind.MOMENT} else figure(value)
    if found is None or field.money is Money.VALUE:
        return found
    if field.money is Money.START:
        return -found
    if field.money is Money.MINIMUM:
        return -max(found, 0)
    return math.inf if field.kind is Kind.NUMBER and found <= 0 else found


def _microseconds(value: Canonical) -> float | None:
    """A moment as a whole number: a float would take two near ones for one."""
    try:
        return (values.parse_instant(str(value)) - _EPOCH) // timedelta(microseconds=1)
    except ValueError:
        return None


def _parts(field: Field, key: str | None, value: Canonical) -> dict[str, Canonical] | None:
    """The parts of an object, or the one part that a path names; None for an unknown shape."""
    if key is not None:
        return {key: value}
    if field.kind is Kind.NUMBERS and isinstance(value, list) and value[:1] == ["?"]:
        inner = value[-1]
        known = isinstance(inner, dict)
        return {name: values.number(part) for name, part in inner.items()} if known else None
    if value in (values.ANY, Mark.ABSENT):
        return {}
    try:
        return {str(name): part for name, part in value} if isinstance(value, list) else None
    except (TypeError, ValueError):
        return None


def _object_step(
    field: Field, now: dict[str, Canonical] | None, then: dict[str, Canonical] | None
) -> int:
    """All parts together: it tightens only where no part may ease."""
    if now is None or then is None:
        return 1
    none: Canonical = values.ANY if field.kind is Kind.RANGE else Mark.ABSENT
    pairs = {name: (now.get(name, none), then.get(name, none)) for name in now | then}
    steps = [_part_step(field, name, *pair) for name, pair in pairs.items() if pair[0] != pair[1]]
    return 1 if 1 in steps else min(steps, default=0)


def _part_step(field: Field, name: str, now: Canonical, then: Canonical) -> int:
    if name not in field.members:
        return 1
    if field.kind is Kind.RANGE:
        return _reached_step(_sets(field, now), _sets(field, then))
    return _compared(_who(name, now), _who(name, then))


def _who(name: str, value: Canonical) -> float | None:
    """How many users a bound of `targetUserDetails` lets in; without one, all."""
    found = -1 if value is Mark.ABSENT else figure(value)
    if found is None:
        return None
    if name == "validUserRegistrationStartTime":
        return -max(found, 0)
    if found == 0:
        return None  # it may say nobody, or no bound
    return math.inf if found < 0 else found


def _sets(field: Field, value: Canonical) -> _Sets | None:
    """The members of a list by group, none for `[-1]`; None for what cannot be compared."""
    if not isinstance(value, list) or value[:1] == ["?"]:
        return None
    groups: dict[str, set[Any]] = {}
    for item in [] if value == values.ANY else value:
        match item:
            case [str(kind), str(by), [*members]] if field.kind is Kind.PRODUCTS:
                group = f"{kind} {by}"
                if group in groups or not members:
                    return None
            case [str(kind), member] if field.kind is Kind.PLACES:
                group, members = kind, [member]
            case int() | float() | str() if field.kind not in {Kind.PRODUCTS, Kind.PLACES}:
                group, members = "", [item]
            case _:
                return None
        if any(member == -1 or isinstance(member, list | dict) for member in members):
            return None  # any, among others
        groups.setdefault(group, set()).update(members)
    return groups


def _reached_step(now: _Sets | None, then: _Sets | None) -> int:
    """How the reach of a list moves, where an empty one reaches all.

    Whether several groups mean "and" or "or" is not known: a group that comes or goes may widen.
    """
    if now is None or then is None:
        return 1
    if not now or not then:
        return bool(now) - bool(then)
    same = now.keys() == then.keys()
    within = same and all(then[group] <= members for group, members in now.items())
    return (-1 if now != then else 0) if within else 1


def _shut_out_step(now: _Sets | None, then: _Sets | None) -> int:
    """How the reach moves where members shut others out; the lists are not equal."""
    if now is None or then is None:
        return 1
    return -1 if now.get("", set()) <= then.get("", set()) else 1
