"""What a row of the field table is: whose a field is, its values, what it does to money."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from reconciler import values
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.values import Canonical

I32 = (-(2**31), 2**31 - 1)
I64 = (-(2**63), 2**63 - 1)
NO_BOUND = 2**53 - 1  # how the vendor's UI spells "none" in 64 bits (API page, section 8)


class Access(Enum):
    """Who may write a field."""

    WRITABLE = "writable"
    CREATE_ONLY = "create-only"  # cannot change later; sent unchanged in every PUT
    SERVER = "server-owned"  # never sent, never compared, an error in a file
    UNCLEAR = "unclear"  # writable in samples only: managed when a file names it


class Kind(Enum):
    """What a field's values are, and so how two of them compare."""

    TEXT = "text"
    NUMBER = "number"
    LIMIT = "limit"  # a number whose -1 says none
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DAY = "day"  # a date-time that the server cuts to 00:00:00 of its zone
    MOMENT = "moment"  # a date-time that is kept
    IDS = "ids"  # a string that holds a JSON list of ids
    EXCLUSIVE_IDS = "exclusive ids"  # the same, where [] and [-1] are one
    RANGE = "range"  # a string that holds a JSON object of three lists
    PRODUCTS = "products"
    PLACES = "places"
    TEXTS = "texts"  # an object of texts, any keys
    NUMBERS = "numbers"  # an object of numbers, known keys


class Money(Enum):
    """What a change of a field does to money: `effect` reads its direction."""

    NONE = "none"
    MESSAGE = "message"
    KIND = "kind"  # what the figure means: neither direction is the cheaper one
    VALUE = "value"  # more is more generous
    CAP = "cap"  # a value whose 0 says none
    LIMIT = "limit"  # more is more generous, -1 the most, and 0 too until proven otherwise
    MINIMUM = "minimum"  # less is more generous
    LONGER = "longer"  # later or more is longer, and until the series ends the longest
    START = "start"  # earlier is longer
    GENEROUS = "generous"  # true is more generous
    STRICT = "strict"  # true is stricter
    REACH = "reach"  # true, or a code for everybody, reaches wider
    SCOPE = "scope"  # empty reaches widest, then more members
    EXCLUSION = "exclusion"  # more members reach narrower


@dataclass(frozen=True, slots=True)
class Field:
    """One row.

    `unset` is what an answer without the field means, where that is known; `omitted` what the
    server fills in when a body leaves it out. Both are canonical.
    """

    name: str
    access: Access
    kind: Kind
    money: Money = Money.NONE
    required: bool = False  # to create, and so in every file
    bounds: tuple[int, int] = I64
    choices: tuple[str, ...] = ()
    members: tuple[str, ...] = ()  # the keys of an object, where they are known
    unset: Canonical | None = None
    omitted: Canonical | None = None
    unlimited: bool = False  # `unlimited` is a way to write -1
    nullable: bool = False
    hides: bool = False  # may be set and not shown (API page, 9.5)

    def canonical(self, raw: object) -> Canonical:
        """What a value of this field means. Never raises."""
        return CANONICAL[self.kind](raw)

    @property
    def default(self) -> Canonical:
        """What stands for an answer without the field, where only a move of it matters."""
        known = self.omitted if self.unset is None else self.unset
        return Mark.ABSENT if known is None else known

    def bound(self, value: Canonical) -> float | None:
        """What a cap or a limit bounds: infinity for none; None for what is no number."""
        found = figure(value)
        wide = self.money is Money.CAP or self.bounds == I64
        if found is not None and (found <= 0 or (wide and found >= NO_BOUND)):
            return math.inf
        return found

    @property
    def manageable(self) -> bool:
        """Whether a file may name it."""
        return self.access is not Access.SERVER

    @property
    def by_key(self) -> bool:
        """Whether its keys are managed one by one when a file writes a mapping."""
        return self.kind in BY_KEY

    @property
    def paths(self) -> tuple[str, ...]:
        """The field's own path, or those of its keys where they are managed one by one."""
        return tuple(f"{self.name}.{key}" for key in self.members) or (self.name,)

    @property
    def moves_money(self) -> bool:
        """Whether its live value counts although no file names it."""
        return self.money not in {Money.NONE, Money.MESSAGE}


BY_KEY = frozenset({Kind.TEXTS, Kind.NUMBERS, Kind.RANGE})


def figure(value: Canonical) -> float | None:
    """A canonical number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None


def _as_is(raw: object) -> Canonical:
    return values.unknown(raw)


CANONICAL: dict[Kind, Callable[[object], Canonical]] = {
    Kind.TEXT: values.text,
    Kind.CHOICE: values.text,
    Kind.NUMBER: values.number,
    Kind.LIMIT: values.number,
    Kind.BOOLEAN: values.boolean,
    Kind.DAY: values.instant,
    Kind.MOMENT: values.instant,
    Kind.IDS: values.ids,
    Kind.EXCLUSIVE_IDS: values.exclusive_ids,
    Kind.RANGE: values.redemption_range,
    Kind.PRODUCTS: values.products,
    Kind.PLACES: values.places,
    Kind.TEXTS: _as_is,
    Kind.NUMBERS: _as_is,
}

# How one key of an object that is managed per key compares.
PART: dict[Kind, Callable[[object], Canonical]] = {
    Kind.RANGE: values.range_part,
    Kind.TEXTS: values.text,
    Kind.NUMBERS: values.number,
}
