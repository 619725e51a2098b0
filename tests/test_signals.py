"""SIGINT and SIGTERM end any command soon, whatever it waits for, and it says so."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import MINIMAL
from deadly import WHO, serving

from reconciler.fields import MANAGEABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Cli, Write

    from reconciler.sandbox import Store

    Limit = Callable[[int], None]

RECONCILER = [sys.executable, "-m", "reconciler"]
HIDING = [field.name for field in MANAGEABLE if field.hides]
CODES = ("APRIL100", "MAY100", "JUNE100")
SOON = 30.0  # seconds, of the 60 that the limit would have it wait
SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


def signalled(number: signal.Signals, *words: str) -> tuple[int, str]:
    """Signal a command while it waits for its turn; its exit code, and what it said then."""
    with subprocess.Popen(
        [*RECONCILER, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            assert any(line.startswith("waiting ") for line in process.stderr)
            process.send_signal(number)
            sent = time.monotonic()
            _, said = process.communicate(timeout=2 * SOON)
        finally:
            process.kill()
    assert time.monotonic() - sent < SOON
    return process.returncode, said


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Ctrl-C is heard, also where the tests run in the background and their shell ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def live(
    store: Store, cli: Cli, write: Write, project: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Limit]:
    """Three series that live and the files agree on. Sets how many requests live takes a minute."""
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    for code in CODES:
        write(MINIMAL.replace("APRIL100", code), f"{code}.yaml")
    with serving(store) as server:

        def limited(pace: int) -> None:
            target = f"url = '{server.url}'\ntimezone = 'UTC'\nrequests_per_minute = {pace}"
            shown = f"reads_back = {HIDING}\n[guardrails]\nmax_changes_share = 1.0"
            (project / "reconciler.toml").write_text(f"[targets.eu]\n{target}\n{shown}\n")

        limited(600)
        assert 0 == cli("apply", "--yes").code
        yield limited


@SIGNALS
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["plan"], id="plan"),
        pytest.param(["apply", "--yes"], id="apply before its first write"),
        pytest.param(["doctor"], id="doctor", marks=pytest.mark.slow),
        pytest.param(["import", "--all", "--overwrite"], id="import", marks=pytest.mark.slow),
        pytest.param(["import", "A", "B", "C", "D", "E", "F"], id="several threads at once"),
    ],
)
def test_a_command_that_waits_is_ended_by_a_signal(
    live: Limit, words: list[str], number: signal.Signals
) -> None:
    live(2)

    code, said = signalled(number, *words)

    assert (130, "interrupted") == (code, said.splitlines()[-1])


@SIGNALS
def test_an_apply_whose_write_waits_is_ended_by_a_signal(
    live: Limit, store: Store, write: Write, number: signal.Signals
) -> None:
    for name in CODES:
        text = MINIMAL.replace("APRIL100", name).replace("Value: 500", "Value: 400")
        write(text, f"{name}.yaml")
    live(7)  # signing in, three reads to plan, one to apply, and two writes

    code, said = signalled(number, "apply", "--yes", "--report", "report.json")

    assert 130 == code
    assert "interrupted: nothing new was started" in said
    found = json.loads(Path("report.json").read_text(encoding="utf-8"))
    statuses = [one["status"] for one in found["outcomes"]]
    put = sum(row["discountValue"] == 400 for row in store.rows())
    assert ["done"] * put + ["not attempted"] * (3 - put) == sorted(statuses)
    assert 0 < put == found["requests"]["write"] < 3
