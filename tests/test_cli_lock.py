"""Two applies at once on one target: the second is refused, and told who is at work."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

from conftest import MINIMAL

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Write

APPLY = [sys.executable, "-m", "reconciler", "apply"]


def test_of_two_applies_at_once_one_is_refused_and_told_of_the_other(
    cli: Cli, project: Path, write: Write
) -> None:
    write(MINIMAL)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        APPLY, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True
    ) as first:
        os.close(theirs)
        seen = b""
        while b"[y/N]" not in seen:  # it holds the lock, and waits for an answer
            seen += os.read(ours, 65_536)

        second = cli("apply", "--yes", "--report", "report.json")
        planned = cli("plan")

        os.write(ours, b"y\n")
        first.communicate(timeout=60)
    os.close(ours)
    report = json.loads((project / "report.json").read_text())
    with Store(project / ".reconciler" / "sandbox.db") as store:
        methods = [call.method for call in store.requests() if call.method != "GET"]
    assert (5, "refused", 0) == (second.code, report["result"], report["requests"]["write"])
    assert f"another apply is at work on sandbox: process {first.pid} of " in second.err
    assert (0, 0) == (planned.code, first.returncode)
    assert ["POST", "PUT"] == methods
    assert 0 == cli("apply", "--yes").code
