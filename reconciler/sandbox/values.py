"""What becomes of one sent value on its way into the database (API page, sections 5, 7 and 8).

Each function takes the field's name and a decoded JSON value that is not null, and returns what is
stored or raises RefusalError. A value of another JSON type than the field's is refused: the
documents do not say what the API does with it.
"""

from __future__ import annotations

import json
import re
import struct
import sys
import zlib
from typing import TYPE_CHECKING, Any, Final

from reconciler.sandbox import dates
from reconciler.sandbox.errors import (
    BAD_EXCLUSIVE_SERIES,
    BAD_REDEMPTION_RANGE,
    BAD_STORE,
    INVALID,
    RefusalError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container

_FLOAT64_MOST: Final = sys.float_info.max
_INT32_SPAN: Final = 2**32
_INT32_TOP: Final = 2**31
_INT64_TOP: Final = 2**63
_FLOAT32_DIGITS: Final = 9
_AFFIX: Final = re.compile(r"[A-Za-z0-9_-]{0,10}")
_INTEGER_TEXT: Final = re.compile(r"-?[0-9]{1,18}")
_RANGE_PARTS: Final = {"dom": range(1, 32), "dow": range(1, 8), "hours": range(24)}
_TARGET_USER_KEYS: Final = (
    "validMaxUserTransactionLimit",
    "validUserRegistrationStartTime",
    "validUserRegistrationEndTime",
)
_MOST_PRODUCTS: Final = {"SKU": 10_000, "CATEGORY": 1_000, "BRAND": 250, "ATTRIBUTE": 250}
_ORG_ENTITY_TYPES: Final = ("CONCEPT", "TILL", "ZONE", "STORE")


def text(name: str, value: object) -> str:
    """Keep a string as it is, blanks included."""
    if not isinstance(value, str):
        raise _wrong(name, "a string")
    return value


def flag(name: str, value: object) -> bool:
    """Keep true or false."""
    if not isinstance(value, bool):
        raise _wrong(name, "true or false")
    return value


def one_of(*choices: str) -> Callable[[str, object], str]:
    """Make a function that keeps one of the choices and refuses everything else."""

    def choice(name: str, value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise _wrong(name, f"one of {', '.join(choices)}")
        return value

    return choice


def wrapped(name: str, value: object) -> int:
    """Store an integer in 32 bits; what does not fit wraps silently (section 5)."""
    return (_integer(name, value) + _INT32_TOP) % _INT32_SPAN - _INT32_TOP


def whole(name: str, value: object) -> int:
    """Store an integer in 64 bits; what does not fit is refused."""
    number = _integer(name, value)
    if not -_INT64_TOP <= number < _INT64_TOP:
        raise _wrong(name, "an integer of 64 bits")
    return number


def amount(name: str, value: object) -> int | float:
    """Store a number, whole ones as integers."""
    number = _number(name, value)
    return int(number) if number == int(number) else number


def rounded(name: str, value: object) -> int | float:
    """Store a number as float32, which rounds silently; whole ones are shown as integers."""
    try:
        number = _float32(_number(name, value))
    except OverflowError:
        raise _wrong(name, "a number that fits a float32") from None
    if number == int(number):
        return int(number)
    decimals = (float(f"{number:.{digits}g}") for digits in range(1, _FLOAT32_DIGITS + 1))
    return next(decimal for decimal in decimals if _float32(decimal) == number)


def instant(name: str, value: object) -> str:
    """Keep a date-time with an offset; it is cut later, where the server's zone is known."""
    try:
        dates.parsed(text(name, value))
    except ValueError:
        raise _wrong(name, "a date-time with an offset, like 2030-09-30T00:00:00+05:30") from None
    return text(name, value)


def affix(name: str, value: object) -> str:
    """Keep a prefix or suffix: at most 10 letters, digits, hyphens, underscores (section 7.9)."""
    if not _AFFIX.fullmatch(text(name, value)):
        raise _wrong(name, "at most 10 letters, digits, hyphens or underscores")
    return text(name, value)


def redemption_range(name: str, value: object) -> str:
    """Echo a string that holds a redemption range (section 7.8); error 729 for a malformed one."""
    parts = _held_json(value)
    if not isinstance(parts, dict) or not all(
        part in _RANGE_PARTS and _lists_integers(given, _RANGE_PARTS[part])
        for part, given in parts.items()
    ):
        raise RefusalError(BAD_REDEMPTION_RANGE, f"Invalid redemption range in {name}")
    return str(value)


def series_ids(name: str, value: object) -> str:
    """Echo a string that holds a list of ids, even an empty one; error 756 if malformed."""
    held = _held_json(value)
    if held != [] and not _lists_integers(held, range(1, _INT64_TOP)):
        raise RefusalError(BAD_EXCLUSIVE_SERIES, f"Invalid mutually exclusive series in {name}")
    return str(value)


def products(name: str, value: object) -> list[dict[str, Any]]:
    """Keep blocks of products (section 7.6), codes as ids, in an order of the server's own."""
    blocks = [_product_block(name, block) for block in _blocks(name, value)]
    return sorted(blocks, key=lambda block: (block["productType"], block["productIds"]))


def org_entities(name: str, value: object) -> list[dict[str, Any]]:
    """Keep places, in an order of the server's own; error 735 for an id that can be no place."""
    places = sorted(_place(block) for block in _blocks(name, value))
    return [{"redemptionOrgEntityType": kind, "orgEntityId": entity} for kind, entity in places]


def target_user(name: str, value: object) -> dict[str, int]:
    """Keep the three integers that are known (section 8); other keys are dropped."""
    given = _mapping(name, value)
    return {
        key: whole(f"{name}.{key}", given[key])
        for key in _TARGET_USER_KEYS
        if given.get(key) is not None
    }


def custom_properties(name: str, value: object) -> dict[str, str]:
    """Keep the keys that the org knows; others are dropped silently (section 5)."""
    given = _mapping(name, value)
    return {
        key: text(f"{name}.{key}", held)
        for key, held in given.items()
        if held is not None and is_known_property(key)
    }


def is_known_property(key: str) -> bool:
    """Tell whether this org has such a property: any that does not begin with "unknown"."""
    return not key.startswith("unknown")


def product_id(code: str) -> int:
    """Derive the positive id of a product from its code, the same one everywhere."""
    return zlib.crc32(code.encode()) % (_INT32_TOP - 1) + 1


def _product_block(name: str, block: dict[str, Any]) -> dict[str, Any]:
    kind = one_of(*_MOST_PRODUCTS)("productType", block.get("productType"))
    ids, codes = block.get("productIds"), block.get("productCodes")
    if (ids is None) == (codes is None):
        raise _wrong(name, "blocks with either productIds or productCodes")
    given = ids if codes is None else codes
    if not isinstance(given, list) or not 0 < len(given) <= _MOST_PRODUCTS[kind]:
        raise _wrong(name, f"a list of 1 to {_MOST_PRODUCTS[kind]} products for {kind}")
    if codes is None:
        kept = [whole("productIds", one) for one in given]
    else:
        kept = [product_id(text("productCodes", one)) for one in given]
    return {"productType": kind, "productIds": sorted(kept)}


def _place(block: dict[str, Any]) -> tuple[str, int]:
    kind = block.get("redemptionOrgEntityType")
    entity = block.get("orgEntityId")
    if isinstance(entity, bool) or not isinstance(entity, int) or not 0 < entity < _INT64_TOP:
        raise RefusalError(BAD_STORE, f"Invalid orgEntityId: {entity}")
    return one_of(*_ORG_ENTITY_TYPES)("redemptionOrgEntityType", kind), entity


def _blocks(name: str, value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise _wrong(name, "a list of objects")
    return [_mapping(name, block) for block in value]


def _mapping(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(name, "an object")
    return value


def _integer(name: str, value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(name, "an integer")
    return value


def _number(name: str, value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _FLOAT64_MOST:
        raise _wrong(name, "a number")
    return value


def _float32(number: float) -> float:
    (narrow,) = struct.unpack("<f", struct.pack("<f", float(number)))
    return float(narrow)


def _held_json(value: object) -> object:
    """Decode what a string holds; None, which no field allows, when it holds no JSON."""
    if not isinstance(value, str):
        return None
    try:
        held: object = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return held


def _lists_integers(given: object, allowed: Container[int]) -> bool:
    """Tell whether this is one or a list of allowed integers or -1, as numbers or strings."""
    entries = [str(entry) for entry in (given if isinstance(given, list) else [given])]
    return entries != [] and all(
        _INTEGER_TEXT.fullmatch(entry) and (int(entry) in allowed or int(entry) == -1)
        for entry in entries
    )


def _wrong(name: str, wanted: str) -> RefusalError:
    return RefusalError(INVALID, f"Invalid value for {name}: {wanted} expected")
