"""One change's writes: the only module that causes any (design, principle 3).

A write rests on a reading that is at most 30 seconds old when it leaves. What may have arrived is
looked at before anything is sent again. In a run that was stopped a write that has not begun ends
with InterruptedRunError; what is under way is marked as such at `client.stop`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.absence import FRESH, Absence
from reconciler.bodies import claim_body, create_body, update_body
from reconciler.change import Change, counted
from reconciler.errors import (
    ApiError,
    InterruptedRunError,
    ReconcilerError,
    SignInError,
    UnexpectedAnswerError,
    UnprovenAbsenceError,
    UnreachableError,
)
from reconciler.plan import claim_token, other_zone
from reconciler.report import (
    ALREADY_DONE,
    BLOCKED,
    DONE,
    FAILED,
    MOVED,
    NOT_CONVERGED,
    UNKNOWN,
    Outcome,
    outcome,
    refusal,
)
from reconciler.retries import never_arrived
from reconciler.standing import Standing
from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.bodies import Body
    from reconciler.client import Client
    from reconciler.diff import Reading
    from reconciler.live import LiveSeries
    from reconciler.watch import Seen, Watch

    MakeBody = Callable[[Change, LiveSeries, Reading], Body]


class Writer:
    """Brings one series after the other to its planned after. `dead` is the error after which no
    other change can do better, `beside` are the codes that the same batch creates.
    """

    def __init__(self, client: Client, seen: Seen, watch: Watch, creates: Sequence[str]) -> None:
        """`creates` are the codes that the whole plan creates."""
        self.client, self.target, self.watch = client, client.target, watch
        self.proven = seen.proven | client.target.reads_back
        self.recorded = seen.recorded
        self.absence = Absence(client, creates, watch.clock, seen.absent_at, trusted=seen.trusted)
        self.beside: Sequence[str] = ()
        self.dead: ApiError | None = None

    def gone(self, error: ApiError) -> None:
        """Remember an error after which no other change can do better."""
        if isinstance(error, SignInError | UnreachableError):
            self.dead = error

    def standing(self, change: Change) -> Standing:
        """How to hold live to a change, with one reading of the clock."""
        eyes = change.eyes(self.target.zone, self.proven)
        return Standing(change, eyes, self.watch.today())

    def update(self, change: Change, row: LiveSeries | None, read_at: float) -> Outcome:
        """One PUT over a row that was read by id at `read_at`, where it is still as planned."""
        if row is None:
            return outcome(change, MOVED, f"live has no series with id {change.id} any more")
        held = self.standing(change)
        if ended := self.left_alone(held, row):
            return ended
        return self.put(held, row, read_at, update_body)

    def left_alone(self, held: Standing, row: LiveSeries) -> Outcome | None:
        """How a change ends without a write, as live stands now; None when it is to be written."""
        change = held.change
        if said := held.moved(row):
            return outcome(change, MOVED, said)
        if not held.pending(row) and not held.blind(row):
            return outcome(change, ALREADY_DONE).showing(row)
        if said := held.unvouched(row):
            return outcome(change, MOVED, said)
        rails = self.target.guardrails
        judged = change.judged(self.target.zone, held.now, rails, counted(row))
        if judged.blocked:
            return outcome(change, BLOCKED, refusal(judged.blocked))
        return None

    def create(self, change: Change) -> Outcome:
        """Claim what an earlier run left behind, or POST once and claim it.

        It goes again only where it certainly did not arrive, and while the code is proven free.
        """
        token = claim_token(change.target, change.host, change.code)
        body = create_body(change, token, self.target.zone)

        failed: ApiError | None = None  # the POST itself, not a reading before it

        def step() -> Outcome | LiveSeries | None:
            nonlocal failed
            if ended := self.not_to_create(change, token):
                return ended
            try:
                return self.client.create(body, lambda: self.absence.fresh(change.code)).row
            except ApiError as error:
                failed = error
                raise

        def again(error: ApiError) -> bool:
            return error is failed and never_arrived(error)

        try:
            made = self.client.persist(step, again)
        except ApiError as error:
            if error is not failed or not error.may_have_happened:
                raise
            made, said = None, str(error)
        else:
            said = "the API answered that it created the series, and does not show it"
        if isinstance(made, Outcome):
            return made
        self.client.stop.under_way = True
        made = made or self.made(token)
        if made is None:
            then = "the next run looks for it, and creates it only where it is not there"
            return outcome(change, UNKNOWN, f"{said}; {then}")
        return self.claim(change, made)

    def made(self, token: str) -> LiveSeries | None:
        """The series that a lost POST made; None also where the run was stopped and would wait."""
        try:
            return self.absence.made(token)
        except InterruptedRunError:
            return None

    def not_to_create(self, change: Change, token: str) -> Outcome | None:
        """How a create ends without a POST: its code is taken, or a run left the series behind."""
        if ended := self.taken(change):
            return ended
        if change.code in self.recorded:
            said = f"the record has {change.code}, and live does not: it is not created again"
            return outcome(change, BLOCKED, f"{said}; plan again to see the way out")
        left = self.absence.left_behind(token)
        if len(left) > 1:
            said = f"live has {len(left)} series created for {change.code}; plan again to see them"
            return outcome(change, MOVED, said)
        if not left:
            return None
        row = self.absence.whole(left[0])
        ours = row.raw.get("tag") == token and row.code == left[0].code
        if not ours or not row.untouched:
            said = f"somebody edited id {row.id}, which was created for it"
            return outcome(change, MOVED, f"{said}; plan again")
        return self.claim(change, row)

    def taken(self, change: Change) -> Outcome | None:
        """How a create ends whose code is not free any more, or not provably; None when it is."""
        try:
            rows = self.absence.bearers(change.code, self.beside)
        except UnprovenAbsenceError as error:
            return outcome(change, BLOCKED, str(error))
        if not rows:
            return None
        row = self.client.by_ids([rows[0].id]).get(rows[0].id, rows[0])
        if row.code == change.code and not self.standing(change).pending(row):
            return outcome(change, ALREADY_DONE).showing(row)
        return outcome(change, MOVED, f"live has {row.code} now (id {row.id}); plan again")

    def claim(self, change: Change, row: LiveSeries) -> Outcome:
        """The second write of a create. It still goes in a run that was stopped after the first."""
        if offset := row.other_offset(self.target.zone):
            self.dead = UnexpectedAnswerError(other_zone(self.target, offset, ""))
            said = f"created as id {row.id} and not given its code: {self.dead}"
            return outcome(change, FAILED, said)
        try:
            found = self.put(self.standing(change), row, self.watch.clock(), claim_body)
        except InterruptedRunError as error:
            if not self.client.stop.under_way:  # an earlier run made it
                raise
            found = outcome(change, FAILED, str(error)).showing(row)
        if found.status != FAILED:
            return found
        said = f"created as id {row.id} and not given its code: {found.error}"
        return found.turned(FAILED, f"{said}; the next run goes on there")

    def put(self, held: Standing, row: LiveSeries, read_at: float, body: MakeBody) -> Outcome:
        """Write until an answer or a reading shows what came of it.

        Before another attempt, and where its turn comes late, the series is read again: it may be
        done, or somebody moved it.
        """
        ended = Outcome(held.change.code, held.change.action, row.id, DONE)
        code, tried, uncertain = row.code, False, False
        stop, begun = self.client.stop, self.client.stop.under_way
        failed: ApiError | None = None  # the PUT itself, not a reading before it

        def young() -> bool:
            return self.watch.clock() - read_at <= FRESH

        def step() -> Outcome:
            nonlocal row, read_at, tried, uncertain, failed
            stop.under_way = begun or uncertain
            if tried or not young():
                read_at = self.watch.clock()
                row = self.absence.whole(row)
                if found := self.stands(held, row, code, uncertain=uncertain):
                    return found
            tried, stop.under_way = True, begun
            try:
                answer = self.client.update(row.id, body(held.change, row, held.eyes), young)
            except ApiError as error:
                failed, uncertain = error, uncertain or error.may_have_happened
                stop.under_way = begun or uncertain
                raise
            wrong = held.pending(answer)
            return ended.showing(answer).turned(
                NOT_CONVERGED if wrong else DONE, "; ".join(wrong) or None
            )

        def again(error: ApiError) -> bool:
            return error is failed and error.transient

        try:
            return self.client.persist(step, again)
        except (ApiError, InterruptedRunError) as error:
            if uncertain:
                return self.settled(held, ended, error)
            return self.given_up(ended, error)

    def stands(
        self, held: Standing, row: LiveSeries, code: str, *, uncertain: bool
    ) -> Outcome | None:
        """How a write ends that a new reading makes needless or wrong; None when it is to go.

        `code` is what the row was called before. `uncertain`: an attempt of ours may have arrived,
        and somebody's after it.
        """
        change = held.change
        if uncertain and not held.pending(row) and not held.blind(row):
            return outcome(change, DONE).showing(row, foreign=True)
        if change.id is not None:
            return self.left_alone(held, row)
        if row.code not in {code, change.code}:
            said = f"id {row.id}, which was created for it, is called {visible(row.code)} now"
            return outcome(change, MOVED, f"{said}; plan again")
        return None

    def given_up(self, ended: Outcome, error: ReconcilerError) -> Outcome:
        """How a write ends that certainly did not happen. Raises InterruptedRunError."""
        if not isinstance(error, ApiError):
            raise error
        self.gone(error)
        return ended.turned(FAILED, str(error))

    def settled(self, held: Standing, ended: Outcome, error: ReconcilerError) -> Outcome:
        """What became of a write that may have happened, as far as a last reading tells."""
        if isinstance(error, ApiError):
            self.gone(error)
        self.client.stop.under_way = True
        try:
            after = self.client.by_ids([ended.id or 0]).get(ended.id or 0)
        except (ApiError, InterruptedRunError):
            after = None
        if after is None:
            return ended.turned(UNKNOWN, f"{error}; the next run finds out")
        if held.pending(after):
            said = f"{error}; live does not show the new values yet"
            return ended.turned(UNKNOWN, f"{said}; the next run finds out")
        return ended.showing(after, foreign=True)
