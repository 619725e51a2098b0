"""What tests share: a sandbox behind the wire, files from text, and the command line in process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

import pytest
from faketime import FakeTime
from hypothesis import is_hypothesis_test

from reconciler.apply import execute
from reconciler.cli import run
from reconciler.client import Client
from reconciler.config import Target, sandbox_credentials
from reconciler.desired import load
from reconciler.guardrails import Guardrails
from reconciler.planning import make_plan
from reconciler.sandbox import Behaviour, Store, transport
from reconciler.snapshot import HIDING, take

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from reconciler.declared import Desired
    from reconciler.plan import Plan

UTC = ZoneInfo("UTC")
LOOSE = Guardrails(
    max_percent=10**9,
    max_changes=10**9,
    max_changes_share=1.0,
    max_exposure=10**18,
    max_plan_exposure=10**18,
)
"""Guardrails for tests of many or wild changes, which are about something else."""
MINIMAL = """\
seriesCode: APRIL100
description: April 100
discountCode: XYZ12345
discountType: ABS
discountValue: 500
validTillDate: 2035-06-12
expiryStrategyType: SERIES_EXPIRY
clientHandlingType: DISC_CODE
anyUser: false
smsTemplate: Hi {{first_name}}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of generated examples count for no coverage: being measured takes them twice as long,
    and what they cover by chance says little.
    """
    for item in items:
        if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
            item.add_marker("no_cover")


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test, and none of its folders is written to."""
    for name in ("USERNAME", "PASSWORD", "CLIENT_KEY", "CLIENT_SECRET", "API_URL"):
        monkeypatch.delenv(f"RECONCILER_{name}", raising=False)
    for name in ("TARGET", "SERIES", "CONFIG"):
        monkeypatch.delenv(f"RECONCILER_{name}", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))  # where locks lie


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty sandbox in memory: live state and the request log, behind the wire."""
    with Store(":memory:", Behaviour()) as opened:
        yield opened


@pytest.fixture
def target() -> Target:
    """The sandbox as a target that is known to show every field."""
    shows = ("productInfo", "redemptionOrgEntityDetails", "targetUserDetails", "customPropertyMap")
    return Target("sandbox", "sandbox::memory:", UTC, None, 4, frozenset(shows))


@pytest.fixture
def client(store: Store, target: Target) -> Iterator[Client]:
    """A client of the sandbox in memory, inside the process."""
    with Client(target, sandbox_credentials(), transport(store), clock=FakeTime().clock) as opened:
        yield opened


@pytest.fixture
def unproven(target: Target) -> Target:
    """A target of which nobody knows what it shows."""
    return replace(target, reads_back=frozenset())


@pytest.fixture
def hiding() -> Iterator[Store]:
    """A sandbox that never shows what may hide."""
    with Store(":memory:", Behaviour(read_shows_hidden=False, hides=HIDING)) as opened:
        yield opened


@pytest.fixture
def blind(hiding: Store, unproven: Target) -> Iterator[Client]:
    """A client of both."""
    wire, clock = transport(hiding), FakeTime().clock
    with Client(unproven, sandbox_credentials(), wire, clock=clock) as opened:
        yield opened


class Write(Protocol):
    """Writes a file below `series/` and returns it."""

    def __call__(self, text: str, name: str = ...) -> Path: ...


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project to work in: the current directory, with `series/` and a sandbox target."""
    (tmp_path / "series").mkdir()
    (tmp_path / "reconciler.toml").write_text(
        'default_target = "sandbox"\n[targets.sandbox]\nurl = "sandbox:.reconciler/sandbox.db"\n'
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(project: Path) -> Write:
    """Writes a file below the project's `series/`."""

    def write_file(text: str, name: str = "one.yaml") -> Path:
        file = project / "series" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return write_file


@dataclass(frozen=True)
class Ran:
    """What one command line did."""

    code: int
    out: str
    err: str


class Cli(Protocol):
    """Runs a command line in this process."""

    def __call__(self, *arguments: str) -> Ran: ...


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """The command line, in this process: its exit code and what it printed."""

    def run_line(*arguments: str) -> Ran:
        capsys.readouterr()
        code = run(arguments)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run_line


def planned(client: Client, files: Mapping[str, Desired]) -> Plan:
    """A plan for desired series, as `reconciler plan` makes it."""
    return make_plan(
        client.target,
        files,
        take(client, files),
        reads=client.requests.read,
        created_at="2026-01-01T00:00:00Z",
        commit=None,
        tool="test",
    )


def applied(client: Client, files: Mapping[str, Desired]) -> dict[str, str]:
    """Plan and apply desired series; how each change ended, by code."""
    return {found.code: found.status for found in execute(planned(client, files), client)}


class FromText(Protocol):
    """Desired series by code, from the texts of files."""

    def __call__(self, *texts: str) -> Mapping[str, Desired]: ...


@pytest.fixture
def desired(tmp_path: Path) -> FromText:
    """Desired series from the texts of files, which must be valid."""

    def load_texts(*texts: str) -> Mapping[str, Desired]:
        folder = tmp_path / "desired"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for number, text in enumerate(texts):
            (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
        files = load([folder], UTC)
        assert files.errors == []
        return files.series

    return load_texts
