"""One run against one target: the files, the connection, and the plan made of both."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler import __version__, git
from reconciler.apply import Seen
from reconciler.client import Client
from reconciler.config import credentials, load_target, sandbox_credentials
from reconciler.desired import load
from reconciler.errors import FilesInvalidError, UsageError
from reconciler.plan import Plan, make_plan
from reconciler.planfile import from_json
from reconciler.snapshot import take

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    import httpx

    from reconciler.config import Target
    from reconciler.declared import Desired
    from reconciler.sandbox import Store

    Note = Callable[[str, int], None]


class Session:
    """Opens what a command needs, in the order that sends nothing before the files are right."""

    def __init__(
        self,
        *,
        series: Path,
        target: str | None,
        config: Path | None,
        environment: Mapping[str, str],
        note: Note,
    ) -> None:
        """Settle the target. Raises UsageError."""
        url = environment.get("RECONCILER_API_URL") or None
        self.target: Target = load_target(config, target, url)
        self.series, self.note = series, note
        self.seen = Seen()
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
            self._client = Client(self.target, who, transport, self.note)
            self._stack.enter_context(self._client)
        return self._client

    @property
    def requests(self) -> dict[str, int]:
        """How many requests this run has made, by kind; the sum is all of them."""
        return self._client.requests.counted() if self._client else {"read": 0, "write": 0}

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

    def plan(self, only: Sequence[str] = ()) -> Plan:
        """Read live and compare. Raises FilesInvalidError, UsageError and ApiError."""
        everything, warnings = self.desired()
        if unknown := [code for code in only if code not in everything]:
            raise UsageError(f"--only {unknown[0]}: no file in {self.series} has that seriesCode")
        chosen = {code: everything[code] for code in only} if only else everything
        self.note(f"reading {self.target.name} for {len(chosen)} series", 1)
        client = self.client
        snapshot = take(client, chosen, everything.keys())
        self.seen = Seen(snapshot.proven, time.monotonic(), snapshot.other_offset)
        return make_plan(
            self.target,
            chosen,
            snapshot,
            reads=sum(client.requests.counted().values()),
            created_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            commit=git.head(self.series),
            tool=__version__,
            warnings=warnings,
        )

    def saved_plan(self, file: str) -> Plan:
        """A plan from a file. Raises UsageError without one, RefusedError for one that is off."""
        try:
            text = Path(file).read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(f"the plan {file} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UsageError(f"the plan {file} cannot be read: it is not UTF-8") from None
        return from_json(text, self.target)

    def _sandbox(self, file: str) -> httpx.BaseTransport:
        store = open_sandbox(file)
        self._stack.callback(store.close)
        from reconciler.sandbox import transport

        return transport(store)


def open_sandbox(file: str) -> Store:
    """The sandbox's data in a file, made when it is not there. Raises UsageError."""
    try:
        from reconciler.sandbox import Store
    except ImportError as error:
        raise UsageError(
            f"the sandbox needs more packages ({error.name}): pip install 'reconciler[sandbox]'"
        ) from None
    import sqlite3

    store = Store(file)
    try:
        store.by_ids(())  # opens it
    except OSError as error:
        raise UsageError(f"the sandbox's file {file} cannot be made: {error.strerror}") from None
    except sqlite3.Error as error:
        raise UsageError(f"the sandbox's file {file} cannot be used: {error}") from None
    return store
