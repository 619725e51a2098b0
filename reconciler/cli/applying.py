"""The apply command: plan or read a plan, show it, ask, write, and report whatever happens."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from reconciler.cli.terminal import (
    Settings,
    ask,
    check_writable,
    pass_settings,
    show_json,
    tell,
    width,
    write_json,
)
from reconciler.errors import ReconcilerError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from reconciler.comparing import Difference
    from reconciler.plan import Plan
    from reconciler.report import ApplyReport, ByHand, Outcome
    from reconciler.session import Session

INTERRUPTED = 130


@click.command()
@click.argument("plan_file", required=False, metavar="[PLAN]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--expect", metavar="DIGEST", help="Only if the plan has this digest.")
@click.option(
    "--reviewed",
    multiple=True,
    metavar="FILE",
    help="Only changes that stand in this plan or list of change digests; may be repeated.",
)
@click.option("--record", is_flag=True, help="Keep what was done in git, and share it.")
@click.option(
    "--report",
    "report_file",
    envvar="RECONCILER_APPLY_REPORT",
    metavar="FILE",
    help="Write the apply report there.",
)
@click.option(
    "--format",
    "shape",
    envvar="RECONCILER_APPLY_FORMAT",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
@pass_settings
def apply(
    settings: Settings,
    plan_file: str | None,
    yes: bool,  # noqa: FBT001 - click passes flags by name
    expect: str | None,
    reviewed: Sequence[str],
    record: bool,  # noqa: FBT001 - the same
    report_file: str | None,
    shape: str,
) -> None:
    """Carry out a saved PLAN, or plan afresh, show it and ask."""
    settings.format = shape
    if report_file:
        check_writable(report_file)
    run = _Apply(settings, _Asked(plan_file, yes, expect, tuple(reviewed), record))
    try:
        with _interrupts(run), settings.session() as session:
            run.session = session
            with session.locked():
                run.carry_out()
    except BaseException as error:
        interrupted = isinstance(error, KeyboardInterrupt | click.Abort)
        run.error = "interrupted" if interrupted else str(error) or repr(error)
        raise
    finally:
        try:
            if report_file:
                write_json(report_file, run.document())
        finally:
            if shape == "json" and (run.error is None or run.outcomes):
                settings.answered = True
                show_json(run.document())
    if run.stopped:
        tell("interrupted: nothing new was started; run it again to go on")
        raise click.exceptions.Exit(INTERRUPTED)
    raise click.exceptions.Exit(run.report().exit_code)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line asks for."""

    plan_file: str | None
    yes: bool
    expect: str | None
    reviewed: tuple[str, ...]
    record: bool


class _Apply:
    """One apply, and what is known of it at any moment."""

    def __init__(self, settings: Settings, asked: _Asked) -> None:
        self.settings, self.asked = settings, asked
        self.session: Session | None = None
        self.plan: Plan | None = None
        self.differences: tuple[Difference, ...] = ()
        self.reviewed: dict[str, frozenset[str]] = {}  # those of its changes, by a plan's digest
        self.outcomes: dict[str, Outcome] = {}
        self.error: str | None = None
        self.recorded: str | None = None
        self.unrecorded: str | None = None
        self.writing = self.stopped = False

    def planned(self, session: Session) -> Plan:
        """What there is to do, held to what was asked for. Raises what forbids all of it."""
        asked = self.asked
        from reconciler.comparing import differences

        reviews = session.reviews(asked.reviewed)
        if asked.record:
            session.fetch_record(to_share=True)
        if asked.plan_file:
            found = session.saved_plan(asked.plan_file)
        else:
            found = session.plan(recording=asked.record)
        self.plan = session.held_to(found, reviews) if asked.reviewed else found
        plans = [one.plan for one in reviews if one.plan]
        listed = frozenset[str]().union(
            *(one.approved(found) for one in reviews if one.plan is None)
        )
        self.reviewed = {
            plan.digest: frozenset(change.digest for change in plan.changes) for plan in plans
        }
        self.differences = differences(plans, self.plan, listed) if plans else ()
        session.check_commit(self.plan.commit)
        return self.plan

    def carry_out(self) -> None:
        from reconciler.apply import execute
        from reconciler.render.differences import differences_text
        from reconciler.render.text import outcome_text, plan_text, report_text
        from reconciler.watch import Watch

        assert self.session is not None  # noqa: S101 - the caller opened it
        session, settings = self.session, self.settings
        plan = self.planned(session)
        self.say(plan_text(plan, settings.ink, session.target.requests_per_minute, width()))
        if self.differences:
            self.say(differences_text(self.differences, settings.ink))
        self.check_expected(plan)
        if len(plan.blocked) < len(plan.changes):
            ask(f"Apply this to {plan.target}?", yes=self.asked.yes, about="the apply")
        self.writing = True

        def heard(found: Outcome) -> None:
            self.outcomes[found.code] = found
            self.say(outcome_text(found, settings.ink))

        try:
            done = execute(
                plan,
                session.client,
                session.seen,
                Watch(stopped=lambda: self.stopped, tell=heard),
            )
            self.outcomes |= {found.code: found for found in done}
        finally:
            if self.asked.record:
                self.keep(session, plan)
        self.say(report_text(self.report()))

    def check_expected(self, plan: Plan) -> None:
        """Raise RefusedError unless the plan has the expected digest, or a reviewed plan has it and
        holds every change of this one.
        """
        expect = self.asked.expect
        whole = self.reviewed.get(expect or "")
        within = whole is not None and all(
            not whole.isdisjoint((one.digest, *one.finishes)) for one in plan.changes
        )
        if expect is None or expect == plan.digest or within:
            return
        if not self.differences:
            tell("the changes of this plan, each with its digest:")
            for change in plan.changes:
                tell(f"  {change.digest} {change.action} {change.code}")
        if not expect:
            raise RefusedError("no digest was given to expect; nothing was done")
        hint = "" if self.differences else "; --reviewed PLAN shows where it differs from that plan"
        raise RefusedError(
            f"the plan's digest is {plan.digest}, not {expect}; nothing was done{hint}"
        )

    def keep(self, session: Session, plan: Plan) -> None:
        """Put what is done into the record; that it cannot be there does not undo it."""
        try:
            self.recorded = session.save_record(plan, self.report())
        except ReconcilerError as error:
            self.unrecorded = str(error)
            tell(f"warning: what was done is not shared in the record: {error}")

    def say(self, text: str) -> None:
        """Report progress; that nobody reads it any more is no reason to stop half-way."""
        with suppress(OSError):
            self.settings.progress(text)

    def report(self) -> ApplyReport:
        """What was done so far; what nothing was said of was not attempted."""
        from reconciler.report import NOT_ATTEMPTED, ApplyReport, outcome

        changes = self.plan.changes if self.plan else ()
        return ApplyReport(
            plan_digest=self.plan.digest if self.plan else None,
            outcomes=tuple(
                self.outcomes.get(change.code) or outcome(change, NOT_ATTEMPTED, self.error)
                for change in changes
            ),
            requests=self.session.requests if self.session else {"read": 0, "write": 0},
            error=self.error,
            record=self.recorded,
            unrecorded=self.unrecorded,
            differences=self.differences,
            unreviewed=self.unreviewed(),
        )

    def unreviewed(self) -> ByHand | None:
        """What was left alone for want of a review, and nothing else."""
        from reconciler.report import ByHand

        left = self.plan.unreviewed if self.plan else None
        return ByHand(left.digest, tuple(one.code for one in left.changes)) if left else None

    def document(self) -> dict[str, object]:
        """The report as JSON."""
        from reconciler.render.data import report_json

        return report_json(self.report())

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Before the first write: stop at once. After it: finish what is under way."""
        if not self.writing:
            raise KeyboardInterrupt
        self.stopped = True


@contextmanager
def _interrupts(run: _Apply) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the run in order."""
    import signal

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, run.interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
