"""The apply command: what it asks, what it ends with, and a report that tells the truth."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Ran, Write

DATA = ".reconciler/sandbox.db"
RECONCILER = [sys.executable, "-m", "reconciler"]
# Standard input becomes the terminal that Ctrl-C is typed at.
AT_TERMINAL = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from reconciler.__main__ import main
main()
"""
CHEAPER = MINIMAL.replace("Value: 500", "Value: 400")
ANOTHER = MINIMAL.replace("APRIL100", "MAY100")
REFUSED = MINIMAL.replace("SERIES_EXPIRY", "DAYS")


def report(file: str = "report.json") -> dict[str, Any]:
    with open(file, encoding="utf-8") as stream:  # noqa: PTH123 - in the current directory
        found: dict[str, Any] = json.load(stream)
    assert found["format"] == "reconciler/apply/1"
    return found


def statuses(found: dict[str, Any]) -> dict[str, str]:
    return {row["seriesCode"]: row["status"] for row in found["outcomes"]}


def asked(store: Path) -> int:
    with Store(store) as opened:
        return len(opened.requests())


def values(store: Path) -> dict[str, int]:
    with Store(store) as opened:
        return {row["seriesCode"]: row["discountValue"] for row in opened.rows()}


def edit(store: Path, **fields: object) -> None:
    with Store(store) as opened:
        opened.ui_edit(opened.rows()[0]["id"], **fields)


@pytest.fixture
def live(cli: Cli, write: Write, project: Path) -> Path:
    """A sandbox that has the one series of the project; its file."""
    write(MINIMAL)
    assert cli("apply", "--yes").code == 0
    return project / DATA


def applied(cli: Cli, *arguments: str) -> tuple[Ran, dict[str, Any]]:
    ran = cli("apply", "--yes", "--report", "report.json", *arguments)
    return ran, report()


def test_an_apply_reports_what_it_did_and_every_request(
    cli: Cli, write: Write, project: Path
) -> None:
    write(MINIMAL)

    ran, found = applied(cli, "--format", "json")

    assert (ran.code, found["result"], statuses(found)) == (0, "applied", {"APRIL100": "done"})
    assert json.loads(ran.out) == found
    assert sum(found["requests"].values()) == asked(project / DATA)
    assert "Plan for sandbox" in ran.err


def test_a_second_apply_has_nothing_to_do(cli: Cli, live: Path) -> None:
    before = asked(live)

    ran, found = applied(cli)

    assert (ran.code, found["result"], found["outcomes"]) == (0, "nothing to do", [])
    assert sum(found["requests"].values()) == asked(live) - before
    assert ran.out.endswith("Nothing to do (2 requests).\n")


def test_what_is_not_blocked_is_done_and_the_rest_makes_it_5(
    cli: Cli, write: Write, live: Path
) -> None:
    write(REFUSED)
    write(ANOTHER, "two.yaml")

    ran, found = applied(cli)

    assert (ran.code, found["result"]) == (5, "refused")
    assert statuses(found) == {"APRIL100": "blocked", "MAY100": "done"}
    assert values(live) == {"APRIL100": 500, "MAY100": 500}


def test_only_blocked_changes_are_not_asked_about(cli: Cli, write: Write, live: Path) -> None:
    write(REFUSED)
    before = asked(live)
    ran = cli("apply", "--report", "report.json")
    assert (ran.code, statuses(report())) == (5, {"APRIL100": "blocked"})
    assert sum(report()["requests"].values()) == asked(live) - before


def test_a_series_that_moved_since_the_plan_makes_it_6(cli: Cli, write: Write, live: Path) -> None:
    write(CHEAPER)
    write(ANOTHER, "two.yaml")
    plan = json.loads(cli("plan", "--out", "plan.json", "--format", "json").out)
    edit(live, discountValue=450)
    before = asked(live)

    ran, found = applied(cli, "plan.json", "--format", "json")

    assert (ran.code, found["result"]) == (6, "incomplete")
    assert statuses(found) == {"APRIL100": "moved", "MAY100": "done"}
    assert "discountValue was 500 and is 450" in found["outcomes"][0]["error"]
    assert found["plan_digest"] == plan["digest"]
    assert sum(found["requests"].values()) == asked(live) - before
    assert values(live) == {"APRIL100": 450, "MAY100": 500}


def test_a_saved_plan_twice_is_already_done(cli: Cli, write: Write, live: Path) -> None:
    write(CHEAPER)
    cli("plan", "--out", "plan.json")
    assert applied(cli, "plan.json")[0].code == 0

    ran, found = applied(cli, "plan.json")

    assert (ran.code, found["result"]) == (0, "applied")
    assert statuses(found) == {"APRIL100": "already done"}
    assert values(live) == {"APRIL100": 400}


def test_the_expected_digest_goes_ahead_and_another_does_not(
    cli: Cli, write: Write, live: Path
) -> None:
    write(CHEAPER)
    digest = json.loads(cli("plan", "--format", "json").out)["digest"]

    ran, found = applied(cli, "--expect", "sha256:0", "--format", "json")

    assert (ran.code, found["result"]) == (5, "refused")
    assert "not sha256:0; nothing was done" in json.loads(ran.out)["error"]["message"]
    assert (statuses(found), found["plan_digest"]) == ({"APRIL100": "not attempted"}, digest)
    assert values(live) == {"APRIL100": 500}
    assert applied(cli, "--expect", digest)[0].code == 0
    assert values(live) == {"APRIL100": 400}


def test_a_plan_that_was_edited_is_refused(cli: Cli, write: Write, live: Path) -> None:
    write(CHEAPER)
    cli("plan", "--out", "plan.json")
    file = live.parent.parent / "plan.json"
    file.write_text(file.read_text().replace("400", "4"))

    ran, found = applied(cli, "plan.json", "--format", "json")

    assert (ran.code, found["result"], found["outcomes"]) == (5, "refused", [])
    assert "the plan was edited" in json.loads(ran.out)["error"]["message"]
    assert values(live) == {"APRIL100": 500}


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        pytest.param(["--series", "no"], [], 64, id="no files"),
        pytest.param(["--target", "no"], [], 64, id="no target"),
        pytest.param(["--config", "no"], [], 64, id="no configuration"),
        pytest.param(["--series", "reconciler.toml"], [], 3, id="an invalid file"),
        pytest.param([], ["no.json"], 64, id="no plan"),
    ],
)
@pytest.mark.usefixtures("live")
def test_the_report_is_written_where_nothing_could_be_done(
    cli: Cli, before: list[str], after: list[str], code: int
) -> None:
    ran = cli(*before, "apply", "--yes", "--report", "r.json", *after, "--format", "json")

    found = report("r.json")
    assert (ran.code, found["result"], found["plan_digest"]) == (code, "refused", None)
    assert found["error"] == json.loads(ran.out)["error"]["message"]
    assert found["requests"] == {"read": 0, "write": 0}


@pytest.mark.usefixtures("live")
def test_the_report_is_written_where_nobody_answers(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("RECONCILER_USERNAME", "user")
    monkeypatch.setenv("RECONCILER_PASSWORD", "open sesame")

    ran, found = applied(cli)

    tried = {"read": 5, "write": 0}
    assert (ran.code, found["result"], found["requests"]) == (4, "refused", tried)
    assert "open sesame" not in json.dumps(found) + ran.out + ran.err


def test_without_a_terminal_it_needs_yes(cli: Cli, write: Write, live: Path) -> None:
    write(CHEAPER)
    command = [*RECONCILER, "apply", "--report", "report.json", "--format", "json"]
    ran = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60
    )
    said = "nobody is here to confirm the apply; --yes goes ahead without asking"
    assert ran.returncode == 5
    assert json.loads(ran.stdout)["error"]["message"] == said == report()["error"]
    assert statuses(report()) == {"APRIL100": "not attempted"}
    assert values(live) == {"APRIL100": 500}
    assert cli("apply", "--yes").code == 0


def answered(answer: bytes, *, forget: str = "") -> tuple[int, str]:
    """Run an apply at a terminal, and answer its question; its exit code and standard output."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", AT_TERMINAL, "apply", "--report", "out/report.json"]
    os.mkdir("out")  # noqa: PTH102 - in the current directory
    with subprocess.Popen(
        [*command, "--format", "json"],
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        seen = b""
        while b"[y/N]" not in seen:
            seen += os.read(ours, 65_536)
        if forget:
            os.rmdir(forget)  # noqa: PTH106 - in the current directory
        try:
            out = _typed(process, ours, answer)
        finally:
            process.kill()
    os.close(ours)
    return process.returncode, out


def _typed(process: subprocess.Popen[str], terminal: int, answer: bytes) -> str:
    """Type an answer, and wait for the end. Between the question and the reading of the answer
    a Ctrl-C may get lost, as it does for people, who type it again.
    """
    for _ in range(60):
        os.write(terminal, answer)
        try:
            out, _unused = process.communicate(timeout=1 if answer == b"\x03" else 60)
        except subprocess.TimeoutExpired:
            continue
        return out
    raise AssertionError(answer)


@pytest.mark.parametrize(
    ("answer", "code", "result", "value"),
    [
        pytest.param(b"y\n", 0, "applied", 400, id="yes"),
        pytest.param(b"n\n", 5, "refused", 500, id="no"),
        pytest.param(b"\n", 5, "refused", 500, id="no answer is no"),
        pytest.param(b"\x04", 130, "refused", 500, id="Ctrl-D"),
        pytest.param(b"\x03", 130, "refused", 500, id="Ctrl-C"),
    ],
)
def test_at_a_terminal_it_asks(
    write: Write, live: Path, answer: bytes, code: int, result: str, value: int
) -> None:
    write(CHEAPER)
    ended, out = answered(answer)
    found = report("out/report.json")
    assert (ended, found["result"], values(live)) == (code, result, {"APRIL100": value})
    assert found["requests"]["write"] == int(code == 0)
    assert json.loads(out)["error"] is None or code != 0


def test_a_report_that_cannot_be_written_any_more_is_still_told(write: Write, live: Path) -> None:
    write(CHEAPER)
    ended, out = answered(b"y\n", forget="out")
    assert (ended, json.loads(out)["result"]) == (64, "applied")
    assert values(live) == {"APRIL100": 400}


@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_reader_that_goes_away_stops_no_write(write: Write, live: Path, reader: str) -> None:
    products = f"productInfo: [{{productType: SKU, productIds: {list(range(1, 4000))}}}]\n"
    for index in range(4):
        write(MINIMAL.replace("APRIL100", f"C{index}") + products, f"{index}.yaml")
    line = f"{sys.executable} -m reconciler apply --yes --report report.json | {reader}"
    ran = subprocess.run(["sh", "-c", line], capture_output=True, check=False, timeout=60)
    assert ran.stderr == b""
    found = report()
    assert (found["result"], found["error"]) == ("applied", None)
    assert sorted(values(live)) == ["APRIL100", "C0", "C1", "C2", "C3"]
    assert set(statuses(found).values()) == {"done"}
