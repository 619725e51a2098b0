"""Files edited, series edited in the web UI, faults, kills and applies, in any order."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from acts import BEHAVIOURS, CODES, FAULTS, FEW_CODES, IN_FILES, IN_UI, MOST_CODES, PLAIN, Act
from faketime import FakeTime
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from promises import Rows, Run, check, orphans
from test_convergence import HIDING, from_values

from reconciler.apply import execute
from reconciler.client import Client
from reconciler.config import Target, sandbox_credentials
from reconciler.errors import ApiError
from reconciler.lifecycle import NONE, Lifecycle
from reconciler.planfile import from_json
from reconciler.planjson import to_json
from reconciler.planning import make_plan
from reconciler.record import EMPTY, Record
from reconciler.recording import news
from reconciler.report import ApplyReport
from reconciler.sandbox import Behaviour, Fault, Store, settle, transport
from reconciler.snapshot import take
from reconciler.watch import Seen, Watch

if TYPE_CHECKING:
    from reconciler.declared import Desired
    from reconciler.plan import Plan
    from reconciler.report import Outcome

TARGET = Target("sandbox", "sandbox::memory:", ZoneInfo("UTC"), None, 1, HIDING)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def new(plan: Plan) -> list[str]:
    return [change.code for change in plan.changes if change.action == "create"]


class Killed(BaseException):
    """What no code of ours catches."""


class Mortal(httpx.BaseTransport):
    """The wire of one run, whose process is killed at a request, before or after the server
    processes it.
    """

    def __init__(self, wire: httpx.BaseTransport) -> None:
        self.wire, self.left, self.after = wire, -1, False

    def kill(self, when: tuple[int, bool] | None) -> None:
        if when:
            self.left, self.after = when

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.left == 0:
            raise Killed
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Killed
        answer = self.wire.handle_request(request)
        if self.left == 0:
            raise Killed
        return answer


class Life(RuleBasedStateMachine):
    """A target and the people around it."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, dict[str, Any]] = {}
        self.lifecycles: dict[str, Lifecycle] = {}
        self.saved: str | None = None
        self.record = EMPTY

    @initialize(how=BEHAVIOURS, recording=st.booleans(), live=FEW_CODES, codes=MOST_CODES)
    def begin(self, how: Behaviour, recording: bool, live: set[str], codes: set[str]) -> None:
        self.store = Store(":memory:", how)
        self.wire = transport(self.store)
        self.recording = recording
        self.files = {code: {**PLAIN, "seriesCode": code} for code in sorted(live)}
        self.an_undisturbed_run_brings_everything_that_is_not_blocked()
        self.files |= {code: {**PLAIN, "seriesCode": code} for code in sorted(codes - live)}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.wire.close()
            self.store.close()

    # What people do: an act is the name of one of these, and what it takes

    def write_a_file(self, code: str, drawn: dict[str, Any]) -> None:
        self.files[code] = {**(PLAIN if code in self.codes() else drawn), "seriesCode": code}

    def edit_a_file(self, which: int, name: str, value: object) -> None:
        self.files[self.chosen(which)][name] = value

    def stop_managing(self, which: int, name: str) -> None:
        self.files[self.chosen(which)].pop(name, None)

    def protect_or_ignore(self, which: int, protect: bool, ignored: list[str]) -> None:
        life = Lifecycle(protect=protect, ignore_changes=tuple(ignored))
        self.lifecycles[self.chosen(which)] = life

    def adopt(self, which: int, series: int) -> None:
        row = self.live(series)
        others = {one.adopt for one in self.lifecycles.values()}  # two are an error of the files
        code = self.chosen(which)
        if row["id"] not in others and code not in self.codes():
            self.lifecycles[code] = Lifecycle(adopt=row["id"])

    def make_in_ui(self, code: str, name: str, value: object) -> None:
        if code not in self.codes():
            ends = {"validTillDate": "2035-06-12T08:09:10Z", "description": "By hand"}
            self.store.ui_create(**{**PLAIN, **ends, "seriesCode": code, name: value})

    def edit_in_ui(self, series: int, name: str, value: object) -> None:
        self.store.ui_edit(self.live(series)["id"], **{name: value})

    def rename_in_ui(self, series: int, code: str) -> None:
        row = self.live(series)
        if code not in self.codes() and not row["tag"].startswith("claim-"):
            self.store.ui_edit(row["id"], seriesCode=code)

    def act(self, acts: list[Act]) -> None:
        for name, *given in acts:
            getattr(self, name)(*given)

    # What happens

    @rule(acts=st.lists(IN_FILES | IN_UI, min_size=1, max_size=4))
    def people_act(self, acts: list[Act]) -> None:
        self.act(acts)

    @rule(wrong=st.lists(FAULTS, max_size=1))
    def a_plan_is_saved(self, wrong: list[Fault]) -> None:
        with self.client() as client:
            self.store.set_faults(wrong)
            try:
                plan, _ = self.plan(client)
            except ApiError:
                return
        self.saved = json.dumps(to_json(plan))

    @rule(
        acts=st.lists(IN_FILES, max_size=3),
        meanwhile=st.lists(IN_UI, max_size=2),
        wrong=st.lists(FAULTS, min_size=1, max_size=2),
        saved=st.booleans(),
    )
    def a_run_goes_wrong(
        self, acts: list[Act], meanwhile: list[Act], wrong: list[Fault], saved: bool
    ) -> None:
        self.act(acts)
        self.apply(meanwhile, wrong, None, saved=saved)

    @rule(
        acts=st.lists(IN_FILES, max_size=3),
        wrong=st.lists(FAULTS, max_size=1),
        at=st.integers(1, 9),
        processed=st.booleans(),
        saved=st.booleans(),
    )
    def a_run_is_killed(
        self, acts: list[Act], wrong: list[Fault], at: int, processed: bool, saved: bool
    ) -> None:
        self.act(acts)
        self.apply([], wrong, (at, processed), saved=saved)

    @rule()
    def an_undisturbed_run_brings_everything_that_is_not_blocked(self) -> None:
        self.store.clear_faults()
        with self.client() as client:
            plan, seen = self.plan(client)
            left = [orphans(self.rows(), TARGET, code, CODES) for code in new(plan)]
            assert not any(left), "what a run left behind is not found"
            ended = self.applied(client, plan, seen)
            again, _ = self.plan(client)
            written = client.requests.write
            second = execute(plan, client, watch=self.watch({}))
            assert written == client.requests.write
        blocked = {change.code for change in plan.changes if change.blocked}
        assert blocked == {code for code, one in ended.items() if one.status == "blocked"}, ended
        assert {one.status for one in ended.values()} <= {"done", "blocked"}, ended
        assert blocked == {change.code for change in again.changes}
        assert {one.status for one in second} <= {"already done", "blocked"}, second

    @invariant()
    def no_code_has_two_series(self) -> None:
        rows = self.rows() if hasattr(self, "store") else {}
        codes = [row["seriesCode"] for row in rows.values()]
        assert sorted(set(codes)) == sorted(codes)
        for code in CODES:
            assert len(orphans(rows, TARGET, code, set())) <= 1, f"two were made for {code}"

    # How it is done

    def chosen(self, which: int) -> str:
        return sorted(self.files)[which % len(self.files)]

    def rows(self) -> Rows:
        return {row["id"]: row for row in self.store.rows()}

    def codes(self) -> set[str]:
        return {row["seriesCode"] for row in self.store.rows()}

    def live(self, which: int) -> dict[str, Any]:
        rows = self.store.rows()
        return rows[which % len(rows)]

    def desired(self) -> dict[str, Desired]:
        return {
            code: replace(from_values(values, "UTC"), lifecycle=self.lifecycles.get(code, NONE))
            for code, values in self.files.items()
        }

    def client(self) -> Client:
        self.time, self.mortal = FakeTime(), Mortal(self.wire)
        return Client(TARGET, sandbox_credentials(), self.mortal, clock=self.time.clock)

    def watch(self, ended: dict[str, Outcome]) -> Watch:
        def tell(found: Outcome) -> None:
            ended[found.code] = found

        return Watch(tell=tell, clock=self.time.time, today=lambda: NOW)

    def plan(self, client: Client) -> tuple[Plan, Seen]:
        """As a session makes one."""
        files = self.desired()
        snapshot = take(client, files, (), self.record)
        plan = make_plan(
            TARGET,
            files,
            snapshot,
            reads=client.requests.read,
            created_at="2026-11-20T12:00:00Z",
            commit=None,
            tool="test",
            record=self.record,
            recording=self.recording,
        )
        seen = Seen(snapshot.proven, self.time.now, snapshot.trusted, snapshot.other_offset)
        return plan, seen

    def apply(
        self,
        meanwhile: list[Act],
        wrong: list[Fault],
        kill: tuple[int, bool] | None,
        *,
        saved: bool,
    ) -> None:
        """A run of its own, by the saved plan if there is one. Between plan and apply somebody
        acts in the UI, and what goes wrong meets the apply.
        """
        self.store.clear_faults()
        with self.client() as client:
            if saved and self.saved:
                plan, seen = from_json(self.saved, TARGET, NOW), Seen(self.record.shown)
            else:
                plan, seen = self.plan(client)
            # A fresh plan's own look at the codes counts for 30 s: for all of its apply.
            looked = None if saved and self.saved else self.rows()
            self.act(meanwhile)
            self.store.set_faults(wrong)
            self.mortal.kill(kill)
            self.applied(client, plan, seen, looked)

    def applied(
        self, client: Client, plan: Plan, seen: Seen, looked: Rows | None = None
    ) -> dict[str, Outcome]:
        """Apply a plan, let arrive what is still on its way, and hold the run to its promises."""
        before, asked = self.rows(), len(self.store.requests())
        ended: dict[str, Outcome] = {}
        try:
            execute(plan, client, seen, self.watch(ended))
        except Killed:
            pass
        else:
            assert {change.code for change in plan.changes} == ended.keys()
            self.keep(plan, ended)
        settle(self.store)
        check(
            Run(
                plan=plan,
                target=TARGET,
                looked=before if looked is None else looked,
                before=before,
                after=self.rows(),
                requests=self.store.requests()[asked:],
                ended=ended,
                now=NOW,
            )
        )
        return ended

    def keep(self, plan: Plan, ended: dict[str, Outcome]) -> None:
        """Record what is done, as `--record` does."""
        if self.recording:
            report = ApplyReport(plan.digest, tuple(ended.values()), {})
            found = {one.code: one for one in news(plan, report, self.record, TARGET.zone).entries}
            self.record = Record({**self.record.entries, **found}, "0" * 40)


HOW = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)


@pytest.mark.no_cover
def test_whatever_happens_nothing_is_made_twice_lost_or_misreported() -> None:
    run_state_machine_as_test(Life, settings=settings(HOW, max_examples=20, stateful_step_count=12))


@pytest.mark.slow
def test_whatever_happens_in_long_lives_nothing_is_made_twice_lost_or_misreported() -> None:
    run_state_machine_as_test(
        Life, settings=settings(HOW, max_examples=500, stateful_step_count=16)
    )
