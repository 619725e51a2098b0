"""Hypothesis strategies made from the field table: any valid file, anything that may be live."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from reconciler.fields import MANAGEABLE
from reconciler.kinds import I32, Access, Field, Kind

Values = dict[str, Any]

_TEXTS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=12)
_IDS = st.lists(st.integers(1, 99), max_size=4, unique=True)
_DAYS = st.dates(date(1971, 1, 1), date(9000, 1, 1))
_MOMENTS = st.builds(
    "{}T{:02}:{:02}:{:02}{}".format,
    _DAYS,
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
    st.sampled_from(["Z", "+05:30", "-08:00"]),
)
_PRODUCTS = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {
                "productType": st.sampled_from(["SKU", "CATEGORY", "BRAND", "ATTRIBUTE"]),
                "productIds": st.lists(st.integers(1, 99), min_size=1, max_size=3),
            }
        ),
        st.fixed_dictionaries(
            {
                "productType": st.sampled_from(["SKU", "CATEGORY"]),
                "productCodes": st.lists(st.sampled_from(["a", "b", "c"]), min_size=1),
            }
        ),
    ),
    max_size=3,
)
_PLACES = st.lists(
    st.fixed_dictionaries(
        {
            "redemptionOrgEntityType": st.sampled_from(["CONCEPT", "TILL", "ZONE", "STORE"]),
            "orgEntityId": st.integers(1, 99),
        }
    ),
    max_size=3,
)
_PROPERTIES = st.dictionaries(
    st.sampled_from(["standard_terms_and_conditions", "artwork", "unknown_key"]),
    _TEXTS,
    max_size=3,
)
_RANGE = st.dictionaries(
    st.sampled_from(["dom", "dow", "hours"]),
    st.one_of(
        st.just([-1]), st.lists(st.integers(1, 7), min_size=1, max_size=3), st.integers(1, 7)
    ),
    max_size=3,
)


def _spelled(parts: Values) -> str:
    """A redemption range as a string, numbers as texts."""
    texts = {
        key: [str(item) for item in part] if isinstance(part, list) else str(part)
        for key, part in parts.items()
    }
    return json.dumps(texts | {"hours": ["9", 10]})


def _value(field: Field) -> st.SearchStrategy[Any]:
    """Values that a file may have in a field."""
    low, high = field.bounds
    special = ["unlimited"] * field.unlimited + [None] * field.nullable
    return {
        Kind.TEXT: _TEXTS,
        Kind.NUMBER: st.integers(max(low, -5), min(high, I32[1])),
        Kind.LIMIT: st.one_of(st.integers(1, 50), st.sampled_from([*special, -1, 0, -3, 9_000])),
        Kind.BOOLEAN: st.booleans(),
        Kind.CHOICE: st.sampled_from(field.choices or ("",)),
        Kind.DAY: st.one_of(_DAYS.map(str), _MOMENTS),
        Kind.MOMENT: _MOMENTS,
        Kind.IDS: st.one_of(_IDS, _IDS.map(json.dumps)),
        Kind.EXCLUSIVE_IDS: st.one_of(_IDS, _IDS.map(json.dumps)),
        Kind.RANGE: st.one_of(_RANGE, _RANGE.map(_spelled)),
        Kind.PRODUCTS: _PRODUCTS,
        Kind.PLACES: _PLACES,
        Kind.TEXTS: _PROPERTIES,
        Kind.NUMBERS: st.fixed_dictionaries(
            {}, optional={key: st.integers(0, 9) for key in field.members}
        ),
    }[field.kind]


_FREE = tuple(
    field
    for field in MANAGEABLE
    # Derived from others by rules of their own, which `_fitted` follows.
    if field.name not in {"validTillDateTime", "couponPrefix", "couponSuffix", "seriesCode"}
)
_IN_FILES = {field.name: _value(field) for field in _FREE}


@st.composite
def files(draw: st.DrawFn, code: str = "CODE") -> Values:
    """The values of one valid file: the required fields and any others."""
    values = {
        field.name: draw(_IN_FILES[field.name])
        for field in _FREE
        if field.required or draw(st.integers(0, 3)) == 0
    }
    return _fitted({"seriesCode": code} | values, draw)


def _fitted(values: Values, draw: st.DrawFn) -> Values:
    """Make values follow the rules between fields."""
    values["discountValue"] %= 101 if values["discountType"] == "PERC" else 2**24
    if values["clientHandlingType"] == "GENERIC":
        values["genericCode"] = draw(st.sampled_from(["ALL", "EVERY"]))
    limit = values.get("redemptionPerCouponMaxLimit")
    if isinstance(limit, int) and limit >= 0:
        free = values["anyUser"] and values["clientHandlingType"] != "GENERIC" and limit > 0
        free = free and not values.get("externalIssual")
        values["redemptionPerCouponMaxLimit"] = limit if free else -1
    if values["expiryStrategyType"] == "SERIES_EXPIRY" and "expiryStrategyValue" in values:
        values["expiryStrategyValue"] = draw(st.sampled_from([1, -1]))
    if values["clientHandlingType"] == "DISC_CODE" and draw(st.booleans()):
        values |= {"couponPrefix": "AB-", "isPrefixEnabled": True, "orgPrefixOverride": False}
    return values


def _live_value(field: Field) -> st.SearchStrategy[Any]:
    """Values that live may have in a field, also as the vendor's UI spells them."""
    if field.kind in {Kind.DAY, Kind.MOMENT}:
        stamps = st.datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1))  # noqa: DTZ001 - made aware below
        return stamps.map(lambda moment: moment.replace(tzinfo=UTC, microsecond=0)).map(
            lambda moment: moment.isoformat().replace("+00:00", "Z")
        )
    found = {
        Kind.LIMIT: st.sampled_from([-1, 0, 5, 9_000, min(2**53 - 1, field.bounds[1])]),
        Kind.NUMBER: st.integers(0, 1000),
        Kind.IDS: st.one_of(_IDS.map(json.dumps), st.just('["-1"]'), st.just("7")),
        Kind.EXCLUSIVE_IDS: st.one_of(_IDS.map(json.dumps), st.just('["-1"]'), st.just("7")),
        Kind.RANGE: _RANGE.map(_spelled),
        Kind.NUMBERS: st.dictionaries(st.sampled_from(field.members or ("",)), st.integers(0, 9)),
        # a PUT drops the keys that the server does not know: a rewrite, not a loss of ours
        Kind.TEXTS: _PROPERTIES.map(
            lambda found: {key: text for key, text in found.items() if key != "unknown_key"}
        ),
        Kind.PRODUCTS: _PRODUCTS.map(
            lambda blocks: [block for block in blocks if "productIds" in block]
        ),
    }
    return found.get(field.kind, _IN_FILES.get(field.name, st.nothing()))


_LIVE = {field.name: _live_value(field) for field in _FREE}


@st.composite
def live_rows(draw: st.DrawFn, code: str = "CODE") -> Values:
    """What the web UI may have made of a series with a code: any fields, and coupons issued."""
    values = {
        field.name: draw(_LIVE[field.name])
        for field in _FREE
        if field.access is Access.CREATE_ONLY or draw(st.integers(0, 2)) == 0
    }
    if values["clientHandlingType"] == "GENERIC":
        values["genericCode"] = "ALL"
    generic = values["clientHandlingType"] == "GENERIC"
    unlimited = values.get("redemptionPerCouponMaxLimit") == 0  # which no PUT may carry
    if unlimited or generic or not values.get("anyUser") or values.get("externalIssual"):
        values.pop("redemptionPerCouponMaxLimit", None)
    if values["expiryStrategyType"] == "SERIES_EXPIRY":
        values["expiryStrategyValue"] = draw(st.sampled_from([1, -1]))
    issued = draw(st.sampled_from([0, 3, 60]))
    return {"seriesCode": code, "keyOfTheFuture": "kept", "numIssued": issued} | values
