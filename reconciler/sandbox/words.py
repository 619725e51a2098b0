"""What is set to go wrong, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.sandbox.behaviour import DEFAULT

if TYPE_CHECKING:
    from reconciler.sandbox.behaviour import Behaviour
    from reconciler.sandbox.faults import Fault
    from reconciler.sandbox.store import Store

_PUT: Final = {"merge": "a PUT keeps what it leaves out"}
_CODE_FILTER: Final = {
    "ignored": "the code filter is ignored",
    "error": "the code filter is error 1000",
}
_LISTING: Final = {
    "error": "the list is error 1000",
    "hides-expired": "the list hides what has ended",
    "repeats": "each page of the list begins with the last row of the one before",
    "reorders": "every other page of the list is cut out of the opposite order",
}
_V11: Final = {"error": "the list of the API v1.1 is an unknown route"}
_HIDDEN: Final = {
    (False, False): "no answer shows",
    (False, True): "lists do not show",
    (True, False): "only lists show",
}


def said(store: Store) -> list[str]:
    """Say what goes wrong in a sandbox, a line each; none when nothing does."""
    late, lagging = store.journal.under_way()
    return [
        *behaviour_words(store.behaviour),
        *(fault_words(fault) for fault in store.faults()),
        *([f"{late} late write{'s' * (late != 1)} still to come"] if late else []),
        *([f"{lagging} write{'s' * (lagging != 1)} that reads do not show yet"] if lagging else []),
    ]


def behaviour_words(chosen: Behaviour) -> list[str]:
    """Say in what a behaviour is not the usual one."""
    clock = "fast" if chosen.clock_offset > 0 else "slow"
    hiding = (chosen.hides, chosen.list_shows_hidden, chosen.read_shows_hidden)
    changed = {
        _PUT.get(chosen.put): True,
        _CODE_FILTER.get(chosen.code_filter): True,
        _LISTING.get(chosen.listing): True,
        _V11.get(chosen.v11): True,
        f"a page has at most {chosen.page_limit} rows": chosen.page_limit != DEFAULT.page_limit,
        f"a read takes at most {chosen.ids_limit} ids": chosen.ids_limit != DEFAULT.ids_limit,
        _hiding(chosen): hiding != (DEFAULT.hides, False, True),
        f"dates are cut in {chosen.zone}": chosen.zone != DEFAULT.zone,
        f"a token is valid for {chosen.token_ttl} s": chosen.token_ttl != DEFAULT.token_ttl,
        f"the clock is {abs(chosen.clock_offset)} s {clock}": chosen.clock_offset != 0,
    }
    return [words for words, is_so in changed.items() if words and is_so]


def fault_words(fault: Fault) -> str:
    """Say what happens to which requests."""
    any_method = "any write" if fault.kind in {"late", "lag"} else "any request"
    method = any_method if fault.method == "*" else fault.method
    calls = "every time" if fault.calls is None else f"call {' and '.join(map(str, fault.calls))}"
    return f"{method} to {fault.path}, {calls}: {_what(fault)}"


def _what(fault: Fault) -> str:
    answers = f"{fault.after} further answer{'s' * (fault.after != 1)}"
    seconds = f"{fault.seconds:g} s"
    retry = "" if fault.retry_after is None else f" and Retry-After {fault.retry_after}"
    code = "" if fault.code is None else f" with code {fault.code}"
    after = " after it is processed" if fault.processed else ""
    return {
        "status": f"HTTP {fault.status}{code}{retry}{after}",
        "error": f"HTTP 200{code}{after}",
        "drop": f"the connection is dropped{after or ' before it is processed'}",
        "stall": f"no answer for {seconds}, then the connection is dropped{after}",
        "late": f"no answer, and it is processed after {answers}",
        "truncate": "the connection ends in the middle of the answer",
        "garble": "half of the answer's JSON is missing",
        "lag": f"reads show it only after {answers}",
        "slow": f"the answer takes {seconds} longer",
    }[fault.kind]


def _hiding(chosen: Behaviour) -> str:
    shown = (chosen.list_shows_hidden, chosen.read_shows_hidden)
    if shown == (True, True) or not chosen.hides:
        return "every answer shows every field"
    return f"{_HIDDEN[shown]} {', '.join(chosen.hides)}"
