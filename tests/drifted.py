"""Drifts made by hand: the one that every view has to tell well, others, and the worst texts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from test_render_text_hostile import AMOUNTS, NASTY

from reconciler.change import Aside
from reconciler.drift import Drift, Drifted, DriftedField
from reconciler.effect import Effect
from reconciler.exposure import Exposure
from reconciler.render.links import Links

COMMIT, BASE = "c" * 40, "b" * 40
LINKS = Links(f"https://github.com/o/r/blob/{COMMIT}", "series", "series")
_SMS = "Hi {{first_name}}! Your code {{voucher}} is valid till {{valid_till}}. Show it at the till"


def field(
    path: str,
    base: Any,  # noqa: ANN401 - any JSON
    live: Any,  # noqa: ANN401 - any JSON
    effect: str = "neutral",
    line: int = 5,
    **more: Any,  # noqa: ANN401 - any JSON
) -> DriftedField:
    """A field that live moved; `desired` is as `base` where it is not given."""
    cause = "conflict" if "desired" in more else "drift"
    return DriftedField(path, base, live, more.get("desired", base), cause, effect, line)


def series(code: str, *fields: DriftedField, cost: Exposure, **more: Any) -> Drifted:  # noqa: ANN401 - any of its fields
    """A series that moved, with its own file."""
    found = Drifted(code, 700_001, f"series/{code.lower()}.yaml", 1, fields, cost)
    return replace(found, **more)


def drift(*found: Drifted, **more: Any) -> Drift:  # noqa: ANN401 - any of its fields
    """A drift of them."""
    made = Drift(
        target="eu-prod",
        host="eu.api.example.com",
        zone="UTC",
        series=tuple(sorted(found, key=lambda one: one.code)),
        asides=(),
        unchanged=8,
        fields_compared=412,
        unmanaged=(),
        warnings=(),
        reads=3,
        created_at="2026-01-01T00:00:00Z",
        commit=COMMIT,
        base=BASE,
        tool="test",
    )
    return replace(made, **more)


def retired(code: str, number: int = 700_009) -> Aside:
    """A live series whose file was deleted."""
    live = {
        "id": number,
        "live": True,
        "issued": 12,
        "validTillDate": "2027-12-31T00:00:00Z",
        "maxRedeem": 300,
    }
    cost = Exposure(22_500, 22_500)
    file = f"series/{code.lower()}.yaml"
    return Aside("no longer managed", code, file, 1, None, live, live, "neutral", cost)


SCENE = drift(
    series(
        "CALM001",
        field("smsTemplate", f"{_SMS}.", f"{_SMS}, or use it online.", "messaging"),
        field("tag", None, "promo"),
        cost=Exposure(50_000, 50_000),
    ),
    series(
        "MEMBERS9",
        field("discountType", "PERC", "ABS", "more generous", 4),
        field("discountValue", 9, 900, "more generous", desired=12),
        cost=Exposure(450_000, 900_000),
        issued=120,
    ),
    series(
        "MONSOON150",
        field("validTillDate", "2026-06-30", "2027-06-30T00:00:00Z", "longer", 7),
        cost=Exposure(75_000, 75_000),
    ),
    series(
        "STORE01",
        field("mutualExclusiveSeriesIds", [1, 2, 3], "[3,4]", "wider reach", 13),
        cost=Exposure(50_000, 50_000),
    ),
    series(
        "STORE02",
        field("mutualExclusiveSeriesIds", [*range(1000, 1060)], [*range(1001, 1060), 7]),
        field("maxCreate", 500, 400, "stricter", 10),
        cost=Exposure(50_000, 40_000),
    ),
    series("VANISHED1", cost=Exposure(0, 0), id=None, missing="no live series has this code"),
    series(
        "WEEKEND 200",
        field("maxRedeem", 5000, -1, "more generous", 11),
        cost=Exposure(1_000_000, None),
        issued=7,
    ),
    asides=(retired("LOYAL75"),),
    unmanaged=((700_009, "LOYAL75"), (700_010, "BY-HAND")),
    warnings=("the zone of the target is not proven",),
)


def without_base(found: Drift) -> Drift:
    """The same, where nothing says what was applied."""
    return replace(
        found,
        base=None,
        series=tuple(
            replace(
                one,
                fields=tuple(replace(each, base=None, cause=None) for each in one.fields),
            )
            for one in found.series
        ),
    )


NOTHING = drift()
EFFECTS = st.sampled_from([one.value for one in Effect])
COSTS = st.builds(Exposure, AMOUNTS, AMOUNTS)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | NASTY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NASTY, inner, max_size=2),
    max_leaves=4,
)
PATHS = st.one_of(
    st.sampled_from(
        [
            *("discountValue", "discountType", "maxRedeem", "validTillDate", "redemptionRange"),
            *("redemptionRange.dow", "mutualExclusiveSeriesIds", "productInfo", "smsTemplate"),
            *("targetUserDetails.validMaxUserTransactionLimit", "expiryStrategyValue"),
        ]
    ),
    NASTY.map("customPropertyMap.{}".format),
)
FIELDS_ = st.builds(
    DriftedField,
    PATHS,
    VALUES,
    VALUES,
    VALUES,
    st.sampled_from(["drift", "conflict", None]),
    EFFECTS,
    st.just(3),
) | st.builds(
    DriftedField,
    st.sampled_from(["smsTemplate", "info"]),
    *(NASTY.map(("so many words " * 5).__add__),) * 3,
    st.sampled_from(["drift", "conflict"]),
    EFFECTS,
    st.just(3),
)
DRIFTED = st.builds(
    Drifted,
    NASTY,
    st.none() | st.integers(1, 10**9),
    NASTY,
    st.just(1),
    st.lists(FIELDS_, max_size=3, unique_by=lambda one: one.path).map(tuple),
    COSTS,
    st.integers(0, 10**6),
    st.none() | NASTY,
)
LIVE = st.fixed_dictionaries(
    {"id": st.integers(1, 10**9), "live": st.booleans()},
    optional={"issued": st.integers(0, 99), "seriesCode": NASTY, "maxRedeem": VALUES},
)
ASIDES = st.builds(
    lambda code, file, live, cost: Aside(
        "no longer managed", code, file, 1, None, live, live, "neutral", cost
    ),
    NASTY.filter(bool),
    NASTY,
    LIVE,
    COSTS,
)
DRIFTS = st.builds(
    Drift,
    target=NASTY,
    host=NASTY,
    zone=st.sampled_from(["UTC", "Asia/Kolkata"]),
    series=st.lists(DRIFTED, max_size=3).map(tuple),
    asides=st.lists(ASIDES, max_size=2).map(tuple),
    unchanged=st.integers(0, 10**6),
    fields_compared=st.integers(0, 10**6),
    unmanaged=st.lists(st.tuples(st.integers(1, 99), NASTY), max_size=7).map(tuple),
    warnings=st.lists(NASTY, max_size=2).map(tuple),
    reads=st.integers(0, 99),
    created_at=st.just("2026-01-01T00:00:00Z"),
    commit=st.sampled_from([None, COMMIT]),
    base=st.sampled_from([None, BASE]),
    tool=st.just("test"),
)
