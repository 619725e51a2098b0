"""A run that is stopped: what is under way is finished, and nothing new leaves, not even late."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import pytest
from behind_the_wire import writes
from conftest import MINIMAL
from faketime import FakeTime
from meanwhile import Wire, use_up
from scenes import LIVE, outcomes, plan_of

from reconciler.apply import execute
from reconciler.client import Client
from reconciler.config import sandbox_credentials
from reconciler.errors import InterruptedRunError, TimedOutError
from reconciler.limiter import LAST_WAIT, Clock, Limiter
from reconciler.retries import Retries, transient
from reconciler.sandbox import Fault
from reconciler.watch import NOTHING_SEEN, Seen, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx
    from conftest import FromText

    from reconciler.config import Target
    from reconciler.plan import Plan
    from reconciler.sandbox import Store

    Hook = Callable[[httpx.Request], object]

ANOTHER = MINIMAL.replace("APRIL100", "MAY100")
CHEAPER = MINIMAL.replace("Value: 500", "Value: 450")
NOT_ATTEMPTED = ("not attempted", "the run was interrupted")
Ends = dict[str, tuple[str, str | None]]


class Open(Protocol):
    """Opens a client that waits by the time of the test."""

    def __call__(self, pace: int | None = None, **hooks: Hook) -> Client: ...


@pytest.fixture(autouse=True)
def _the_same_jitter() -> None:
    random.seed(1)


class Signalled(FakeTime):
    """Time in which a signal comes a second after the first wait began, or when it is `sent`."""

    def __init__(self) -> None:
        super().__init__()
        self.at: float | None = None

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if sum(self.slept) >= 1:
            self.send()

    def send(self) -> None:
        self.at = self.at or self.now

    @property
    def clock(self) -> Clock:
        return Clock(self.time, self.sleep, step=0.25)

    @property
    def since(self) -> float:
        """The seconds since the signal."""
        assert self.at is not None
        return self.now - self.at


@pytest.fixture
def time() -> Signalled:
    return Signalled()


@pytest.fixture
def opened(store: Store, target: Target, time: Signalled) -> Iterator[Open]:
    """Opens a client that waits by the time of the test."""
    clients: list[Client] = []

    def make(pace: int | None = None, **hooks: Hook) -> Client:
        slow, wire = replace(target, requests_per_minute=pace), Wire(store, **hooks)
        clients.append(Client(slow, sandbox_credentials(), wire, clock=time.clock))
        return clients[-1]

    yield make
    for client in clients:
        client.__exit__(None, None, None)


def ended(plan: Plan, client: Client, time: Signalled, seen: Seen = NOTHING_SEEN) -> Ends:
    """How each change of a run that is stopped ended. It ends soon."""
    watch = Watch(stopped=lambda: time.at is not None, clock=time.time)
    found = execute(plan, client, seen, watch)
    assert time.since <= LAST_WAIT
    return {one.code: (one.status, one.error) for one in found}


def at(method: str, do: Callable[[], object]) -> Callable[[httpx.Request], None]:
    def heard(request: httpx.Request) -> None:
        if request.method == method:
            do()

    return heard


LONG = Fault("status", method="PUT", calls=(1,), status=429, retry_after="120")
SHORT = Fault("status", method="PUT", calls=(1,), status=429, retry_after="3")


def test_a_create_that_was_refused_is_not_sent_again(
    store: Store, opened: Open, time: Signalled, desired: FromText
) -> None:
    client = opened()
    plan = plan_of(client, desired(MINIMAL, ANOTHER))
    store.add_fault(replace(LONG, method="POST"))

    assert {"APRIL100": NOT_ATTEMPTED, "MAY100": NOT_ATTEMPTED} == ended(plan, client, time)
    assert ["POST"] == writes(store)


def test_an_update_that_was_refused_is_not_sent_again(
    store: Store, opened: Open, time: Signalled, desired: FromText
) -> None:
    store.ui_create(**LIVE)
    client = opened()
    plan = plan_of(client, desired(CHEAPER))
    store.add_fault(LONG)

    assert {"APRIL100": NOT_ATTEMPTED} == ended(plan, client, time)
    assert ["PUT"] == writes(store)


@pytest.mark.parametrize("left", [0, 1], ids=["the reading waits", "the update waits"])
def test_an_update_whose_turn_has_not_come_never_leaves(
    store: Store, opened: Open, time: Signalled, desired: FromText, left: int
) -> None:
    store.ui_create(**LIVE)
    client = opened(pace=6)
    plan = plan_of(client, desired(CHEAPER))
    use_up(client, 6, left)

    assert {"APRIL100": NOT_ATTEMPTED} == ended(plan, client, time)
    assert [] == writes(store)


@pytest.mark.parametrize("proven", [False, True], ids=["the look-up waits", "the create waits"])
def test_a_create_whose_turn_has_not_come_never_leaves(
    store: Store, opened: Open, time: Signalled, desired: FromText, proven: bool
) -> None:
    client = opened(pace=6)
    plan = plan_of(client, desired(MINIMAL))
    use_up(client, 6, 0)
    known = Seen(absent_at=time.now if proven else None)

    assert {"APRIL100": NOT_ATTEMPTED} == ended(plan, client, time, known)
    assert [] == writes(store)


def test_a_signal_while_a_create_is_looked_up_ends_it_before_it_is_sent(
    store: Store, opened: Open, time: Signalled, desired: FromText
) -> None:
    plan = plan_of(opened(), desired(MINIMAL))
    client = opened(after=at("GET", time.send))

    assert {"APRIL100": NOT_ATTEMPTED} == ended(plan, client, time)
    assert [] == writes(store)


def test_a_series_that_was_just_created_still_gets_its_code(
    store: Store, opened: Open, time: Signalled, desired: FromText
) -> None:
    client = opened(after=at("POST", time.send))
    plan = plan_of(client, desired(MINIMAL, ANOTHER))

    assert {"APRIL100": ("done", None), "MAY100": NOT_ATTEMPTED} == ended(plan, client, time)
    assert ["APRIL100"] == [row["seriesCode"] for row in store.rows()]


def test_a_create_whose_answer_was_lost_is_looked_for_and_gets_its_code(
    store: Store, opened: Open, time: Signalled, desired: FromText
) -> None:
    client = opened(before=at("POST", time.send))
    plan = plan_of(client, desired(MINIMAL))
    store.add_fault(Fault("drop", method="POST", calls=(1,), processed=True))

    assert {"APRIL100": ("done", None)} == ended(plan, client, time)
    assert ["APRIL100"] == [row["seriesCode"] for row in store.rows()]


def test_a_create_whose_answer_was_lost_is_not_looked_for_where_that_waits_for_long(
    store: Store, opened: Open, time: Signalled, desired: FromText
) -> None:
    client = opened(pace=6)
    plan = plan_of(client, desired(MINIMAL))
    use_up(client, 6, 1)
    store.add_fault(Fault("drop", method="POST", calls=(1,), processed=True))

    ((status, said),) = ended(plan, client, time, Seen(absent_at=time.now)).values()

    assert ("unknown", ["POST"]) == (status, writes(store))
    assert "the next run looks for it" in str(said)


def test_a_create_after_another_is_not_taken_for_what_is_under_way(
    store: Store, opened: Open, time: Signalled, desired: FromText
) -> None:
    client = opened()
    plan = plan_of(client, desired(MINIMAL, ANOTHER))
    store.add_fault(replace(SHORT, method="POST", calls=(2,)))

    assert {"APRIL100": ("done", None), "MAY100": NOT_ATTEMPTED} == ended(plan, client, time)
    assert ["POST", "PUT", "POST"] == writes(store)


def test_a_claim_waits_for_a_moment(
    store: Store, opened: Open, time: Signalled, desired: FromText
) -> None:
    client = opened()
    plan = plan_of(client, desired(MINIMAL))
    store.add_fault(SHORT)

    assert {"APRIL100": ("done", None)} == ended(plan, client, time)
    assert ["POST", "PUT", "PUT"] == writes(store)


@pytest.mark.parametrize("pace", [None, 4], ids=["asked to wait", "at the limit"])
def test_a_claim_that_would_wait_for_long_is_left_to_the_next_run(
    store: Store, opened: Open, time: Signalled, desired: FromText, pace: int | None
) -> None:
    client = opened(pace=pace)
    files = desired(MINIMAL)
    plan = plan_of(client, files)
    if pace:
        use_up(client, pace, 1)
    else:
        store.add_fault(LONG)

    ends = ended(plan, client, time, Seen(absent_at=time.now))

    (made,) = store.rows()
    said = f"created as id {made['id']} and not given its code: the run was interrupted"
    assert {"APRIL100": ("failed", f"{said}; the next run goes on there")} == ends
    store.clear_faults()
    again = opened()
    assert ["done"] == [one.status for one in outcomes(plan_of(again, files), again)]
    assert [(made["id"], "APRIL100")] == [(row["id"], row["seriesCode"]) for row in store.rows()]


def test_what_an_earlier_run_left_is_not_claimed_any_more(
    store: Store, opened: Open, time: Signalled, desired: FromText
) -> None:
    client = opened()
    files = desired(MINIMAL)
    saved = plan_of(client, files)
    store.add_fault(Fault("status", method="PUT", calls=(1,), status=400))
    assert ["failed"] == [one.status for one in outcomes(saved, client)]
    store.clear_faults()
    store.add_fault(LONG)

    assert {"APRIL100": NOT_ATTEMPTED} == ended(saved, client, time)
    assert ["POST", "PUT", "PUT"] == writes(store)


@pytest.mark.parametrize("processed", [True, False], ids=["taken", "not taken"])
@pytest.mark.parametrize("seconds", ["3", "120"])
def test_an_update_that_may_have_arrived_is_looked_at_and_not_sent_again(
    store: Store,
    opened: Open,
    time: Signalled,
    desired: FromText,
    processed: bool,
    seconds: str,
) -> None:
    store.ui_create(**LIVE)
    client = opened()
    plan = plan_of(client, desired(CHEAPER))
    store.add_fault(
        Fault("status", method="PUT", calls=(1,), retry_after=seconds, processed=processed)
    )

    ((status, _),) = ended(plan, client, time).values()

    assert ["PUT"] == writes(store)
    assert ("done" if processed and seconds == "3" else "unknown") == status


def test_a_reading_back_that_would_wait_for_long_is_left_out(
    store: Store, opened: Open, time: Signalled, desired: FromText
) -> None:
    store.ui_create(**LIVE)
    client = opened(pace=6)
    plan = plan_of(client, desired(CHEAPER))
    use_up(client, 6, 2)

    said = "it could not be read back: the run was interrupted"
    assert {"APRIL100": ("done", said)} == ended(plan, client, time)


def test_a_client_reads_on_after_a_run_that_was_stopped(
    store: Store, opened: Open, time: Signalled, desired: FromText
) -> None:
    store.ui_create(**LIVE)
    client = opened(before=at("PUT", time.send))
    assert {"APRIL100": ("done", None)} == ended(plan_of(client, desired(CHEAPER)), client, time)

    assert 1 == len(client.by_code("APRIL100"))


def test_a_call_that_failed_for_now_is_not_made_again_after_the_signal(time: Signalled) -> None:
    limiter = Limiter(None, time.clock)
    limiter.stop.asked = lambda: time.at is not None

    def fail() -> None:
        raise TimedOutError("no answer")

    with pytest.raises(InterruptedRunError):
        Retries(limiter, time.clock, lambda _text, _level: None).run(fail, transient)
    assert 0 == time.since
