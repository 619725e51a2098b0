"""One request from its arrival to its answer, with whatever is set to go wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from reconciler.sandbox import endpoints
from reconciler.sandbox.endpoints import Call
from reconciler.sandbox.errors import OK, RefusalError, error_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.sandbox.faults import Fault
    from reconciler.sandbox.journal import Request
    from reconciler.sandbox.store import Store

    Work = Callable[[], dict[str, Any]]

Fate = Literal["arrives", "dropped", "timed out", "cut"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out, after `wait` seconds, and what becomes of it."""

    status: int = 0
    content: dict[str, Any] = field(default_factory=dict)
    retry_after: str | None = None
    garbled: bool = False
    fate: Fate = "arrives"
    wait: float = 0.0


def answered(
    store: Store, request: Request, work: Work, may_be_late: Callable[[], bool] = lambda: False
) -> Answer:
    """Count it for the faults, carry it out, log it, and let others' time come: all or nothing.

    `work` gives the content of the answer or raises RefusalError. `may_be_late` tells whether the
    request is a signed-in write; what else is late never arrives.
    """
    with store.transaction():
        struck = store.met(request.method, request.url)
        fault = next((one for one in struck if one.kind not in {"lag", "slow"}), None)
        lag = max((one.after for one in struck if one.kind == "lag"), default=0)
        before = store.journal.image(request.path.rpartition("/")[2]) if lag else []
        through = fault is None or fault.lets_through
        answer = _worked(work) if through else Answer()
        series_id, made = answer.content.get("id"), _made(request, answer)
        if fault is not None:
            answer = _spoilt(answer, fault)
        sent = 0 if answer.fate in {"dropped", "timed out"} else answer.status
        entry = replace(request, status=sent, processed=through, made=made)
        number = store.journal.add(entry)
        if lag and series_id is not None:
            store.journal.lag(number, lag, series_id, before)
        if fault is not None and fault.kind == "late" and may_be_late():
            store.journal.postpone(number, fault.after)
        settle(store, at_once=False)
    slow = sum(one.seconds for one in struck if one.kind == "slow")
    return replace(answer, wait=answer.wait + slow)


def settle(store: Store, *, at_once: bool = True) -> None:
    """Process what is late and end what lags: everything, or only that whose time has come."""
    with store.transaction():
        for number, request in store.journal.due(at_once=at_once):
            store.journal.processed(number, _made(request, _caught_up(store, request)))
        store.journal.catch_up(at_once=at_once)


def _caught_up(store: Store, late: Request) -> Answer:
    call = Call({}, late.path.rpartition("/")[2], late.body)
    return _worked(lambda: endpoints.WRITES[late.method](store, call))


def _made(request: Request, answer: Answer) -> int | None:
    """Give the id of the series that a POST made."""
    return answer.content.get("id") if request.method == "POST" else None


def _worked(work: Work) -> Answer:
    try:
        return Answer(OK, work())
    except RefusalError as refusal:
        return Answer(refusal.status, refusal.body)


def _spoilt(answer: Answer, fault: Fault) -> Answer:
    """Say what becomes of an answer under a fault."""
    if fault.kind in {"status", "error"}:
        status = fault.status if fault.kind == "status" else OK
        body = error_body(fault.code or status, "Set to go wrong")
        return Answer(status, body, retry_after=fault.retry_after)
    if fault.kind == "garble":
        return replace(answer, garbled=True)
    if fault.kind == "truncate":
        return replace(answer, fate="cut")
    if fault.kind == "drop":
        return Answer(fate="dropped")
    return Answer(fate="timed out", wait=fault.seconds if fault.kind == "stall" else 0.0)
