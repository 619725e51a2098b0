"""Hypothesis strategies for what happens around a target: what people do, and what goes wrong.

An act is the name of a method of the state machine, and what that takes.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from strategies import files

from reconciler.sandbox import Behaviour, Fault

CODES = ("ALPHA", "BETA", "GAMMA", "DELTA", "OMEGA")
FOREIGN = ("BY-HAND", "OTHER")
PLAIN = {
    "description": "Ten off",
    "discountCode": "TEN",
    "discountType": "ABS",
    "discountValue": 10,
    "validTillDate": "2035-06-12",
    "expiryStrategyType": "SERIES_EXPIRY",
    "clientHandlingType": "DISC_CODE",
    "anyUser": False,
    "smsTemplate": "Hi {{first_name}}",
}
TEXTS = st.sampled_from(["Ten off", "  blanks  ", "ß 😀 \"'", "01", ""])
FREE: dict[str, st.SearchStrategy[Any]] = {
    "discountValue": st.integers(1, 100),
    "discountUpto": st.sampled_from([0, 50, 750]),
    "minBillAmount": st.sampled_from([-1, 0, 500]),
    "maxBillAmount": st.sampled_from([-1, 9_000, 2**53 - 1]),
    "maxRedeem": st.sampled_from([-1, 7, 900]),
    "maxCreate": st.sampled_from([-1, 40, 5_000]),
    "description": TEXTS,
    "smsTemplate": TEXTS,
    "info": TEXTS,
    "termsAndConditions": TEXTS,
    "isSMSDisabled": st.booleans(),
    "priority": st.integers(0, 3),
    "redemptionValidAfterDays": st.integers(0, 3),
    "customPropertyMap": st.sampled_from(
        [{"artwork": "a"}, {"artwork": "b", "standard_terms_and_conditions": "c"}]
    ),
    "productInfo": st.sampled_from([[], [{"productType": "BRAND", "productIds": [1, 2]}]]),
}
FILE_FIELDS = FREE | {"validTillDate": st.sampled_from(["2035-06-12", "2030-01-31", "2020-01-31"])}
UI_FIELDS = FREE | {
    "validTillDate": st.sampled_from(["2036-03-04T10:23:17Z", "2021-03-04T00:00:00Z"]),
    "redemptionValidFrom": st.just("2024-05-06T07:08:09Z"),
    "numIssued": st.sampled_from([0, 3, 60]),
}
IGNORABLE = ("discountValue", "minBillAmount", "maxRedeem", "smsTemplate", "info")
PATHS = ("*", "*ids=*", "*seriesCode=*", "*offset=*", "/v1.1/*")
NTH = st.sampled_from([None, (1,), (2,), (1, 2)])


Act = tuple[Any, ...]  # the name of a method of Life, and what it takes
WHICH = st.integers(0, 9)
FEW_CODES = st.sets(st.sampled_from(CODES), min_size=1, max_size=2)
MOST_CODES = st.sets(st.sampled_from(CODES), min_size=3)
BEHAVIOURS = st.builds(
    Behaviour,
    put=st.sampled_from(["replace", "merge"]),
    code_filter=st.sampled_from(["works", "works", "ignored", "error"]),
    listing=st.sampled_from(["works", "works", "error", "repeats", "reorders"]),
    page_limit=st.just(2),
)


def act(name: str, *given: st.SearchStrategy[Any]) -> st.SearchStrategy[Act]:
    return st.tuples(st.just(name), *given)


def edits(name: str, fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Act]:
    """An act on a series and one of these fields; in a choice, it counts as one."""
    return st.sampled_from(sorted(fields)).flatmap(
        lambda field: act(name, WHICH, st.just(field), fields[field])
    )


LIVES = act(
    "protect_or_ignore",
    WHICH,
    st.booleans(),
    st.lists(st.sampled_from(IGNORABLE), max_size=2, unique=True),
)
UNMANAGED = st.sampled_from(sorted(FREE.keys() - PLAIN.keys()))
# What is edited oftenest stands here more than once.
IN_FILES = st.one_of(
    edits("edit_a_file", FILE_FIELDS),
    edits("edit_a_file", FILE_FIELDS),
    act("write_a_file", st.sampled_from(CODES), st.just(PLAIN) | files()),
    act("stop_managing", WHICH, UNMANAGED),
    LIVES,
    act("adopt", WHICH, WHICH),
)
ANY_CODE = st.sampled_from([*CODES, *FOREIGN])
IN_UI = st.one_of(
    edits("edit_in_ui", UI_FIELDS),
    edits("edit_in_ui", UI_FIELDS),
    ANY_CODE.flatmap(
        lambda code: edits("edit_in_ui", UI_FIELDS).map(lambda one: ("make_in_ui", code, *one[2:]))
    ),
    act("rename_in_ui", WHICH, ANY_CODE),
)


def faults() -> st.SearchStrategy[Fault]:
    """Any fault that the API's contract leaves room for: what it refuses for good, or throttles,
    it has not carried out.
    """
    either = st.booleans()
    what = st.one_of(
        st.builds(lambda way: {"kind": way}, st.sampled_from(["late", "truncate", "garble"])),
        st.builds(lambda after: {"kind": "lag", "after": after}, st.integers(1, 3)),
        st.builds(
            lambda kind, done: {"kind": kind, "processed": done},
            st.sampled_from(["drop", "stall"]),
            either,
        ),
        st.builds(
            lambda status, done: {"kind": "status", "status": status, "processed": done},
            st.sampled_from([500, 502, 503]),
            either,
        ),
        st.just({"kind": "status", "status": 429, "retry_after": "1"}),
        st.builds(
            lambda code, done: {"kind": "error", "code": code, "processed": done},
            st.sampled_from([722, 730, 748]),
            either,
        ),
        st.just({"kind": "error", "code": 788}),
    )
    where = st.one_of(
        st.builds(lambda path: {"method": "GET", "path": path}, st.sampled_from(PATHS)),
        st.builds(lambda method: {"method": method}, st.sampled_from(["POST", "PUT", "*"])),
    )

    def made(what: dict[str, Any], where: dict[str, Any], nth: tuple[int, ...] | None) -> Fault:
        at = {"method": "PUT"} if what["kind"] in {"late", "lag"} and "path" in where else where
        return Fault(**what, **at, calls=nth)

    return st.builds(made, what, where, NTH)


FAULTS = faults()
