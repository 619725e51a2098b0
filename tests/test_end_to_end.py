"""The main job as a user runs it: real processes, a real socket, real files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL

from reconciler.sandbox import Store
from reconciler.snapshot import HIDING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Write

REPOSITORY = Path(__file__).parent.parent
RECONCILER = [sys.executable, "-m", "reconciler"]


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """A sandbox server as a process of its own; its URL."""
    command = [*RECONCILER, "sandbox", "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().removeprefix("listening on ").strip()
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    signed_in = {"RECONCILER_USERNAME": "user", "RECONCILER_PASSWORD": "open sesame"}
    return subprocess.run(
        [*RECONCILER, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **signed_in, **environment},
    )


def test_everything_in_series_is_planned_applied_and_planned_to_no_changes(project: Path) -> None:
    shutil.copytree(REPOSITORY / "series", project / "series", dirs_exist_ok=True)
    data = project / "live.db"
    with serving(data) as url:
        first = run("plan", "--detailed-exitcode", RECONCILER_API_URL=url)
        report = project / "report.json"
        done = run("apply", "--yes", "--report", str(report), RECONCILER_API_URL=url)
        again = run("plan", "--detailed-exitcode", RECONCILER_API_URL=url)

    assert (2, 0, 0) == (first.returncode, done.returncode, again.returncode), done.stderr
    assert "9 to create" in first.stdout
    assert "No changes. 9 unchanged" in again.stdout
    with Store(data) as store:
        assert 9 == len(store.rows())
        asked = store.requests()
    document = json.loads(report.read_text())
    assert ("applied", 9) == (document["result"], len(document["outcomes"]))
    reads = sum(call.method == "GET" for call in asked)
    writes = len(asked) - reads
    assert {"read", "write"} == set(document["requests"])
    assert 18 == writes == document["requests"]["write"]


def test_one_edited_value_shows_that_field_its_file_and_line_and_changes_only_that(
    project: Path, write: Write
) -> None:
    write(MINIMAL, "april.yaml")
    write(MINIMAL.replace("APRIL100", "MAY100"), "may.yaml")
    with (project / "reconciler.toml").open("a") as file:
        file.write(f"reads_back = {json.dumps(HIDING)}\n")
    with serving(project / "live.db") as url:
        assert run("apply", "--yes", RECONCILER_API_URL=url).returncode == 0
        with Store(project / "live.db") as store:
            before = {row["seriesCode"]: row for row in store.rows()}
        write(MINIMAL.replace("discountValue: 500", "discountValue: 450"), "april.yaml")

        shown = run("plan", "--format", "json", RECONCILER_API_URL=url)
        as_text = run("plan", RECONCILER_API_URL=url)
        applied = run("apply", "--yes", RECONCILER_API_URL=url)

        with Store(project / "live.db") as store:
            after = {row["seriesCode"]: row for row in store.rows()}
    (change,) = json.loads(shown.stdout)["changes"]
    assert [("discountValue", 500, 450, 5)] == [
        (field["path"], field["before"], field["after"], field["line"])
        for field in change["fields"]
    ]
    assert "discountValue  500 → 450  series/april.yaml:5" in as_text.stdout
    assert applied.returncode == 0
    assert before["MAY100"] == after["MAY100"]
    moved = {key for key, value in after["APRIL100"].items() if before["APRIL100"][key] != value}
    assert moved - {"lastUsed", "numTotal"} == {"discountValue"}


def test_five_files_broken_in_five_ways_show_five_places_at_once(
    project: Path, write: Write
) -> None:
    write(MINIMAL + "discountValue: 400\n", "twice.yaml")
    write(MINIMAL.replace("A", "B") + "maxCreat: 5\n", "typo.yaml")
    write(MINIMAL.replace("false", '"false"'), "quoted.yaml")
    write(MINIMAL.replace("ABS", "PERC"), "percent.yaml")
    write("seriesCode: [", "syntax.yaml")

    ran = run("plan", RECONCILER_API_URL="http://127.0.0.1:9")

    assert ran.returncode == 3
    for place in (
        "series/twice.yaml:11:1: error [duplicate-key]",
        "series/typo.yaml:11:1: error [unknown-key]",
        "series/quoted.yaml:9:10: error [wrong-type]",
        "series/percent.yaml:5:16: error [percent]",
        "series/syntax.yaml:1:14: error [yaml-syntax]",
    ):
        assert place in ran.stderr
    assert "nothing was sent" in ran.stderr


def test_a_server_that_is_gone_is_one_readable_line(project: Path, write: Write) -> None:
    write(MINIMAL)
    with serving(project / "live.db") as url:
        pass

    ran = run("plan", RECONCILER_API_URL=url)

    assert ran.returncode == 4
    assert 1 == len(ran.stderr.splitlines())
    assert "cannot be reached" in ran.stderr
    assert "open sesame" not in ran.stderr + ran.stdout


def test_a_saved_plan_is_applied_without_later_edits_and_only_once(
    project: Path, write: Write
) -> None:
    write(MINIMAL)
    with serving(project / "live.db") as url:
        run("plan", "--out", "plan.json", RECONCILER_API_URL=url)
        write(MINIMAL.replace("500", "400"))
        first = run("apply", "plan.json", "--yes", RECONCILER_API_URL=url)
        second = run("apply", "plan.json", "--yes", "--format", "json", RECONCILER_API_URL=url)
        with Store(project / "live.db") as store:
            (row,) = store.rows()

    assert (0, 0, 500) == (first.returncode, second.returncode, row["discountValue"])
    assert ["already done"] == [found["status"] for found in json.loads(second.stdout)["outcomes"]]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_an_interrupted_apply_reports_what_it_did_not_attempt(
    project: Path, write: Write, number: signal.Signals
) -> None:
    for index in range(40):
        write(MINIMAL.replace("APRIL100", f"CODE{index:02}"), f"{index}.yaml")
    with serving(project / "live.db") as url:
        environment = {
            **os.environ,
            "RECONCILER_API_URL": url,
            "RECONCILER_USERNAME": "user",
            "RECONCILER_PASSWORD": "open sesame",
            "PYTHONUNBUFFERED": "1",
        }
        command = [*RECONCILER, "apply", "--yes", "--report", "report.json"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if "done create CODE00" in line:
                    process.send_signal(number)
                    break
            process.communicate(timeout=60)
        with Store(project / "live.db") as store:
            codes = {row["seriesCode"] for row in store.rows()}

    report: dict[str, Any] = json.loads((project / "report.json").read_text())
    ended = {found["seriesCode"]: found["status"] for found in report["outcomes"]}
    assert 130 == process.returncode
    assert codes == {code for code, status in ended.items() if status == "done"}
    assert {"done", "not attempted"} == set(ended.values())
    assert "incomplete" == report["result"]
