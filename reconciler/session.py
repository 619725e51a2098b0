"""One run against one target: the files, the connection, and the plan made of both."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler import __version__, git, recordref, revision
from reconciler.approvals import reviews
from reconciler.basis import applied, in_force, since
from reconciler.client import Client
from reconciler.config import credentials, load_target, sandbox_credentials
from reconciler.desired import load
from reconciler.drift import drift_of
from reconciler.errors import FilesInvalidError, UsageError
from reconciler.gitobjects import locate, parted, resolve
from reconciler.history import credited, follows, protected
from reconciler.lock import held
from reconciler.opening import open_sandbox, text_of
from reconciler.planfile import from_json
from reconciler.planning import make_plan
from reconciler.recording import audit, news
from reconciler.redaction import Redactor
from reconciler.snapshot import take
from reconciler.watch import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType
    from typing import Self

    import httpx

    from reconciler.applied import Applied
    from reconciler.approvals import Review
    from reconciler.change import Aside
    from reconciler.config import Target
    from reconciler.declared import Desired
    from reconciler.drift import Drift
    from reconciler.plan import Plan
    from reconciler.record import Record
    from reconciler.report import ApplyReport
    from reconciler.revision import AtRevision

    Note = Callable[[str, int], None]


class Session:
    """Opens what a command needs, in the order that sends nothing before the files are right."""

    def __init__(  # noqa: PLR0913 - all that a command line settles
        self,
        *,
        series: Path,
        target: str | None,
        config: Path | None,
        environment: Mapping[str, str],
        note: Note,
        redactor: Redactor | None = None,
    ) -> None:
        """Settle the target. Raises UsageError."""
        url = environment.get("RECONCILER_API_URL") or None
        self.target: Target = load_target(config, target, url)
        self.series, self.note, self._config = series, note, config
        self._rails = config  # where the guardrails in force stand in the work tree
        self.seen = Seen()
        self._redactor = redactor or Redactor()
        self._record: Record | None = None
        self.applied: Applied | None = None  # what the last plan told causes by
        self._named: Collection[str] = ()  # the codes of all files, or of a saved plan
        self._environment = environment
        self._stack = ExitStack()
        self._client: Client | None = None

    def __enter__(self) -> Self:
        """Nothing to open: the first request connects."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what was opened."""
        self._stack.close()

    @property
    def client(self) -> Client:
        """The connection. Raises SignInError where credentials are missing."""
        if self._client is None:
            inside = self.target.sandbox_path
            who = credentials(self._environment) if inside is None else sandbox_credentials()
            transport = None if inside is None else self._sandbox(inside)
            redactor = Redactor() if inside is not None else self._redactor  # it has no secrets
            self._client = Client(self.target, who, transport, self.note, redactor=redactor)
            self._stack.enter_context(self._client)
        return self._client

    @property
    def requests(self) -> dict[str, int]:
        """How many requests this run has made, by kind; the sum is all of them."""
        return self._client.requests.counted() if self._client else {"read": 0, "write": 0}

    @property
    def record(self) -> Record:
        """What was applied to the target so far. Raises RecordError and RefusedError."""
        if self._record is None:
            self._record = recordref.read(self.series, self.target.name)
        return self._record

    @property
    def prefix(self) -> str | None:
        """Where the repository has the files; None without one."""
        place = locate(self.series)
        return os.fsdecode(b"/".join(place.ways[-1])) if place and place.ways else None

    def fetch_record(self, *, to_share: bool = False) -> None:
        """Bring what others applied, so that the next plan knows it, and with `to_share` see that
        the remote would take more of it. Raises RecordError, and UsageError where there is no
        repository to keep a record in.
        """
        if git.head(self.series) is None:
            raise UsageError(
                f"--record keeps what was applied in git, and {self.series} is in no repository"
                " with a commit; leave --record out, or commit the files first"
            )
        recordref.fetch(self.series, self.target.name)
        if to_share:
            recordref.check_push(self.series, self.target.name)
        self._record = None

    def save_record(self, plan: Plan, report: ApplyReport) -> str | None:
        """Record what is done, share it, and say in which commit. Raises RecordError."""
        found = news(plan, report, self.record, self.target.zone)
        if found.entries:
            who = self._environment.get("GITHUB_ACTOR")
            words = audit(plan, report, found)
            recordref.advance(self.series, self.target.name, found.entries, words, who)
        recordref.push(self.series, self.target.name)
        self._record = None
        return self.record.tip

    def check_commit(self, commit: str | None) -> None:
        """Raise RefusedError for a plan whose commit does not follow what was applied already, to
        series that the files still name.
        """
        applied = {
            one.commit: one.code
            for one in self.record.entries.values()
            if one.commit and one.code in self._named
        }
        if commit and applied:
            follows(self.series, commit, applied, recordref.ref(self.target.name))

    def desired(self) -> tuple[Mapping[str, Desired], list[str]]:
        """The desired series, and what is worth knowing about their files.

        Raises FilesInvalidError: a run with a wrong file sends nothing.
        """
        files = load([self.series], self.target.zone)
        if files.errors:
            raise FilesInvalidError(files.problems)
        said = [f"{p.file}:{p.line}: [{p.rule}] {p.message}" for p in files.warnings]
        if not files.count:
            said.append(f"there are no series files in {self.series}")
        return files.series, said

    def plan(
        self,
        only: Sequence[str] = (),
        *,
        recording: bool = False,
        against: str | None = None,
        base: str | None = None,
    ) -> Plan:
        """Read live and compare, for a pull request with the revision that it is made against.
        Causes are told by the files of `base`, or by the record.

        Raises FilesInvalidError, UsageError and ApiError.
        """
        everything, warnings = self.desired()
        before = self._files_at(base)
        since_when, guards = self._base(against)
        warnings += [said for one in (before, since_when) if one for said in one.warnings]
        self._named = everything.keys()
        chosen = self._chosen(only, everything)
        self.note(f"reading {self.target.name} for {len(chosen)} series", 1)
        client = self.client
        record = self.record
        snapshot = take(client, chosen, everything.keys(), record)
        asked_at = snapshot.asked_at
        self.seen = Seen(snapshot.proven, asked_at, snapshot.trusted, snapshot.other_offset)
        if since_when and only:
            since_when = since_when.only(chosen)
        held = since(client, since_when, chosen, snapshot, guards) if since_when else None
        self.applied = applied(client, record, before, everything, snapshot)
        if self.applied and only:  # what no file names was not asked for
            self.applied = replace(self.applied, retired=())
        make = partial(
            make_plan,
            self.target,
            chosen,
            snapshot,
            reads=sum(client.requests.counted().values()),
            created_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            commit=git.head(self.series),
            tool=__version__,
            warnings=warnings,
            record=record,
            recording=recording,
            since=held,
            applied=self.applied,
        )
        made = make()
        held_before, said = protected(made, self.series, since_when)
        if held_before or said:
            made = make(protected=held_before, warnings=[*warnings, *said])
        today = datetime.now(self.target.zone).date()
        return credited(made, self.series, self._rails, self.target.guardrails, today)

    def _chosen(
        self, only: Sequence[str], everything: Mapping[str, Desired]
    ) -> Mapping[str, Desired]:
        if unknown := [code for code in only if code not in everything]:
            raise UsageError(f"--only {unknown[0]}: no file in {self.series} has that seriesCode")
        return {code: everything[code] for code in only} if only else everything

    def drift(self, base: str | None = None) -> Drift:
        """What moved in live since it was applied: as the files of `base` say, or the record.

        Raises as `plan` does.
        """
        return drift_of(self.plan(base=base), self.applied, self.target.zone)

    def _files_at(self, base: str | None) -> AtRevision | None:
        """The files that were applied. Raises UsageError."""
        if base is None:
            return None
        if not base.strip():
            raise UsageError("--base is empty; name the commit that was applied, such as HEAD^")
        return revision.at(self.series, base, self.target.zone)

    def _base(self, against: str | None) -> tuple[AtRevision | None, tuple[Aside, ...]]:
        """What a pull request is compared with, and what it does to the guardrails; from then on
        those are in force that hold for it. Raises UsageError.
        """
        if against is None:
            return None, ()
        if not against.strip():
            raise UsageError("--against is empty; name a commit, such as main or HEAD^")
        tip = resolve(self.series, against)
        base = revision.at(self.series, parted(self.series, tip), self.target.zone)
        if base.commit != tip:
            said = f"{against} has commits that are not in here: compared with where they parted"
            base = replace(base, warnings=(*base.warnings, f"{said}, {base.commit[:12]}"))
        held, guards = in_force(self._config, self.series, tip, self.target)
        if held.guardrails != self.target.guardrails:
            self._rails = None
        self.target = held
        return base, guards

    def saved_plan(self, file: str) -> Plan:
        """A plan from a file, guarded as a whole: nothing is believed that says whose a change is.

        Raises UsageError without one, RefusedError for one that is off.
        """
        self.seen = Seen(self.record.shown, recorded=frozenset(self.record.entries))
        plan = from_json(text_of(file, "plan"), self.target)
        self._named = {change.code for change in plan.changes}
        today = datetime.now(self.target.zone).date()
        return plan.guarded(self.target.guardrails, today, [self._named])

    def reviews(self, files: Sequence[str]) -> list[Review]:
        """What reviewed plans or lists of change digests name. Raises as `saved_plan` does."""
        found = (reviews(text_of(file, "review"), file, self.target) for file in files)
        return [one for several in found for one in several]

    def held_to(self, plan: Plan, reviews: Sequence[Review]) -> Plan:
        """A plan in which nothing else runs than what was reviewed."""
        today = datetime.now(self.target.zone).date()
        sets = [one.approved(plan) for one in reviews]
        return plan.reviewed(sets, self.target.guardrails, today)

    def locked(self) -> AbstractContextManager[None]:
        """Hold this machine's lock of the target. Raises RefusedError when another run has it."""
        inside = self.target.sandbox_path
        where = self.target.host if inside is None else f"sandbox:{Path(inside).resolve()}"
        return held(self.target.name, where, "apply", self._environment)

    def _sandbox(self, file: str) -> httpx.BaseTransport:
        store = open_sandbox(file)
        self._stack.callback(store.close)
        from reconciler.sandbox import transport

        return transport(store)
