"""The command line: exit codes, formats and options, and JSON that stays JSON on every path."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest import MINIMAL

from reconciler import __version__
from reconciler.cli import main
from reconciler.sandbox import Store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Ran, Write

DATA = ".reconciler/sandbox.db"
MAY = MINIMAL.replace("APRIL100", "MAY100")


def error(ran: Ran) -> str:
    """The error that stands alone on standard output."""
    document = json.loads(ran.out)
    assert ["error"] == list(document)
    return str(document["error"]["message"])


def test_no_command_shows_the_commands(cli: Cli) -> None:
    ran = cli()
    assert (64, "") == (ran.code, ran.out)
    assert ran.err.index("  validate ") < ran.err.index("  plan ") < ran.err.index("  apply ")


def test_the_version_is_told(cli: Cli) -> None:
    assert f"reconciler {__version__}\n" == cli("--version").out


def test_the_schema_is_json(cli: Cli) -> None:
    assert "seriesCode" in json.loads(cli("schema").out)["properties"]


@pytest.mark.parametrize(
    ("options", "file", "code"),
    [
        pytest.param([], MINIMAL, 0, id="changes"),
        pytest.param(["--detailed-exitcode"], MINIMAL, 2, id="changes, asked for in detail"),
        pytest.param(["--detailed-exitcode"], "", 3, id="an invalid file"),
        pytest.param(["--format", "yaml"], MINIMAL, 64, id="an unknown format"),
        pytest.param(["--only", "NOBODY"], MINIMAL, 64, id="an unknown code"),
        pytest.param(["extra"], MINIMAL, 64, id="an argument too many"),
    ],
)
def test_a_plan_ends_with(cli: Cli, write: Write, options: list[str], file: str, code: int) -> None:
    write(file)
    assert code == cli("plan", *options).code


def test_no_changes_exit_with_0_also_in_detail(cli: Cli, write: Write) -> None:
    write(MINIMAL)
    assert 0 == cli("apply", "--yes").code
    assert 0 == cli("plan", "--detailed-exitcode").code


def test_a_blocked_change_wins_over_changes(cli: Cli, write: Write) -> None:
    write(MINIMAL)
    cli("apply", "--yes")
    write(MINIMAL.replace("SERIES_EXPIRY", "DAYS"))
    write(MAY, "two.yaml")

    ran = cli("plan", "--detailed-exitcode")

    assert 5 == ran.code
    assert "1 to create, 1 blocked" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["plan"], 3, "1 problem in 1 file; nothing was sent", id="an invalid file"),
        pytest.param(["apply"], 3, "1 problem in 1 file", id="an invalid file in apply"),
        pytest.param(["--config", "no", "plan"], 64, "no configuration no", id="no configuration"),
        pytest.param(["--target", "no", "plan"], 64, "no target 'no'", id="an unknown target"),
        pytest.param(["--series", "no", "plan"], 64, "no is not there", id="no files"),
        pytest.param(["plan", "--bogus"], 64, "No such option", id="an unknown option"),
        pytest.param(["plan", "--format=json", "x"], 64, "unexpected extra", id="an argument"),
        pytest.param(["bogus"], 64, "No such command", id="an unknown command"),
        pytest.param(["apply", "no.json"], 64, "No such file", id="a missing plan"),
        pytest.param(["apply", "series"], 64, "Is a directory", id="a plan that is a directory"),
        pytest.param(["apply", "reconciler.toml"], 5, "not a plan", id="a plan that is none"),
        pytest.param(["plan", "--out", "no/x"], 64, "cannot be written", id="no place for a plan"),
        pytest.param(["apply", "--report", "series"], 64, "cannot be written", id="no report"),
    ],
)
def test_json_stays_json_when_it_ends_early(
    cli: Cli, write: Write, arguments: list[str], code: int, said: str
) -> None:
    write("")
    ran = cli(*arguments, "--format", "json")
    assert code == ran.code
    assert said in error(ran)
    assert said in ran.err


@pytest.mark.parametrize(
    "arguments",
    [["plan", "x\n::error::y"], ["bogus\n::error::y"], ["--series", "x\n::error::y", "validate"]],
    ids=["an argument", "a command", "a directory"],
)
@pytest.mark.usefixtures("project")
def test_nothing_on_the_command_line_becomes_a_command_of_a_runner(
    cli: Cli, arguments: list[str]
) -> None:
    ran = cli(*arguments)
    assert (64, False) == (ran.code, "::" in ran.err)


def test_an_invalid_file_is_told_whole_in_json(cli: Cli, write: Write) -> None:
    write(MINIMAL + "maxCraete: 1\n")
    (problem,) = json.loads(cli("plan", "--format", "json").out)["error"]["problems"]
    assert ("series/one.yaml", 11, "maxCreate") == (
        problem["file"],
        problem["line"],
        problem["write"],
    )


@pytest.mark.parametrize(
    ("user", "said"),
    [
        pytest.param("", "RECONCILER_USERNAME and RECONCILER_PASSWORD", id="no credentials"),
        pytest.param("somebody", "127.0.0.1:9 cannot be reached", id="nobody there"),
    ],
)
def test_an_api_out_of_reach_is_json_and_exits_with_4(
    cli: Cli, write: Write, monkeypatch: pytest.MonkeyPatch, user: str, said: str
) -> None:
    write(MINIMAL)
    monkeypatch.setenv("RECONCILER_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("RECONCILER_USERNAME", user)
    monkeypatch.setenv("RECONCILER_PASSWORD", "open sesame")

    ran = cli("-vv", "plan", "--format", "json")

    assert 4 == ran.code
    assert said in error(ran)
    assert "open sesame" not in ran.out + ran.err


def test_the_url_alone_makes_a_target_named_default(
    cli: Cli, write: Write, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(MINIMAL)
    (project / "reconciler.toml").unlink()
    monkeypatch.setenv("RECONCILER_API_URL", "sandbox:elsewhere.db")
    assert "default" == json.loads(cli("plan", "--format", "json").out)["target"]


def test_a_sandbox_that_is_no_database_is_a_mistake_of_usage(
    cli: Cli, write: Write, project: Path
) -> None:
    write(MINIMAL)
    (project / ".reconciler").mkdir()
    (project / DATA).write_text("not a database, " * 100)
    ran = cli("plan", "--format", "json")
    assert 64 == ran.code
    assert "file is not a database" in error(ran)


def test_a_bug_keeps_its_traceback_and_the_json(cli: Cli, write: Write, project: Path) -> None:
    write(MINIMAL)
    cli("apply", "--yes")
    connection = sqlite3.connect(project / DATA)  # the imitation itself breaks on its next request
    connection.execute("DROP TABLE request")
    connection.execute("CREATE TABLE request (number INTEGER PRIMARY KEY)")
    connection.commit()
    connection.close()

    ran = cli("plan", "--format", "json")

    assert 1 == ran.code
    assert "a bug: OperationalError" in error(ran)
    assert "Traceback" in ran.err
    assert "this is a bug in the reconciler" in ran.err


def test_a_plan_file_is_what_json_prints(cli: Cli, write: Write, project: Path) -> None:
    write(MINIMAL)
    ran = cli("plan", "--out", "plan.json", "--format", "json")
    assert ran.out == (project / "plan.json").read_text()
    assert {"plan.json", "series", "reconciler.toml", ".reconciler"} == set(os.listdir())  # noqa: PTH208 - names


def test_a_plan_file_has_the_mode_of_any_new_file(cli: Cli, write: Write, project: Path) -> None:
    write(MINIMAL)
    (project / "other").write_text("")
    cli("plan", "--out", "plan.json")
    assert (project / "other").stat().st_mode == (project / "plan.json").stat().st_mode


def test_a_plan_goes_through_a_link(cli: Cli, write: Write, project: Path) -> None:
    write(MINIMAL)
    (project / "real.json").write_text("old")
    (project / "link.json").symlink_to("real.json")
    cli("plan", "--out", "link.json")
    assert (project / "link.json").is_symlink()
    assert "reconciler/plan/1" == json.loads((project / "real.json").read_text())["format"]


def test_a_plan_goes_into_a_pipe(cli: Cli, write: Write, project: Path) -> None:
    write(MINIMAL)
    reading, writing = os.pipe()
    assert 0 == cli("plan", "--out", f"/dev/fd/{writing}").code
    os.close(writing)
    with os.fdopen(reading) as stream:
        assert "sandbox" == json.load(stream)["target"]
    assert not list(project.glob("*.draft"))


def test_a_place_that_cannot_be_written_is_told_before_anything_is_read(
    cli: Cli, write: Write, project: Path
) -> None:
    write(MINIMAL)
    ran = cli("plan", "--out", "nowhere/plan.json")
    assert (64, "", 1) == (ran.code, ran.out, len(ran.err.splitlines()))
    assert not (project / DATA).exists()


def test_only_some_series_are_planned_and_the_others_are_not_unmanaged(
    cli: Cli, write: Write, project: Path
) -> None:
    for code in ("A", "B", "C"):
        write(MINIMAL.replace("APRIL100", code), f"{code}.yaml")
    cli("apply", "--yes")
    with Store(project / DATA) as store:
        store.ui_create(seriesCode="BY-HAND", description="x")
    for code in ("A", "B", "C"):
        write(MINIMAL.replace("APRIL100", code).replace("500", "400"), f"{code}.yaml")

    found = json.loads(cli("plan", "--only", "A", "--only", "C", "--format", "json").out)

    assert ["A", "C"] == [change["seriesCode"] for change in found["changes"]]
    assert ["BY-HAND"] == [row["seriesCode"] for row in found["unmanaged"]]


@pytest.mark.parametrize(
    ("option", "said", "unsaid"),
    [
        pytest.param([], [], ["reading", "GET"], id="quiet"),
        pytest.param(["-v"], ["reading sandbox for 1 series"], ["GET"], id="more"),
        pytest.param(["-vv"], ["reading", "GET /v2/coupon/series?"], [], id="every request"),
    ],
)
def test_notes_go_to_standard_error(
    cli: Cli, write: Write, option: list[str], said: list[str], unsaid: list[str]
) -> None:
    write(MINIMAL)
    ran = cli(*option, "plan", "--format", "json")
    assert "sandbox" == json.loads(ran.out)["target"]
    assert all(text in ran.err for text in said)
    assert not any(text in ran.err for text in unsaid)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        pytest.param("SERIES", "elsewhere", 64, id="files"),
        pytest.param("TARGET", "nobody", 64, id="target"),
        pytest.param("CONFIG", "nowhere", 64, id="configuration"),
        pytest.param("PLAN_DETAILED_EXITCODE", "1", 2, id="a flag of a command"),
    ],
)
def test_an_option_has_an_environment_variable(
    cli: Cli, write: Write, monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: int
) -> None:
    write(MINIMAL)
    monkeypatch.setenv(f"RECONCILER_{name}", value)
    ran = cli("plan")
    assert code == ran.code
    assert value in ran.err or not ran.err


@pytest.mark.parametrize("options", [[], ["--bogus"]], ids=["understood", "not understood"])
def test_a_format_from_the_environment_holds_for_errors_too(
    cli: Cli, write: Write, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    write("")
    monkeypatch.setenv("RECONCILER_PLAN_FORMAT", "json")
    assert error(cli("plan", *options))
    assert "" == cli("plan", *options, "--format", "text").out


def test_a_run_without_any_files_says_so(cli: Cli, project: Path) -> None:
    ran = cli("plan")
    assert 0 == ran.code
    assert "warning: there are no series files in series" in ran.out
    (project / "series").rmdir()
    assert 64 == cli("plan").code


def test_one_file_may_stand_for_the_directory(cli: Cli, write: Write) -> None:
    write(MINIMAL)
    assert "1 to create" in cli("--series", "series/one.yaml", "plan").out


@pytest.mark.parametrize(
    ("option", "environment", "colour"),
    [
        pytest.param([], {}, True, id="a terminal"),
        pytest.param(["--no-color"], {}, False, id="the option"),
        pytest.param([], {"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param([], {"TERM": "dumb"}, False, id="a dumb terminal"),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    write: Write, option: list[str], environment: dict[str, str], *, colour: bool
) -> None:
    write(MINIMAL)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "reconciler", *option, "plan"]
    settings = {**os.environ, "TERM": "xterm", **environment}
    subprocess.run(command, stdout=theirs, check=True, env=settings, timeout=60)
    os.close(theirs)
    shown = drained(ours)
    assert ("\x1b[32m" in shown, "create" in shown) == (colour, True)


def drained(terminal: int) -> str:
    """Everything that was written to a terminal whose other side is closed."""
    found = b""
    with os.fdopen(terminal, "rb", buffering=0) as stream:
        try:
            while part := stream.read(65_536):
                found += part
        except OSError:  # Linux: the other side is gone
            pass
    return found.decode()


def test_a_reader_that_goes_away_is_no_traceback(write: Write) -> None:
    write(MINIMAL)
    line = f"{sys.executable} -m reconciler plan | true"
    ran = subprocess.run(["sh", "-c", line], capture_output=True, check=False, timeout=60)
    assert (b"", b"") == (ran.stdout, ran.stderr)


def test_the_help_says_of_each_command_what_the_command_says_of_itself() -> None:
    context = main.cli.make_context("reconciler", [], resilient_parsing=True)

    said = {
        name: command.get_short_help_str(limit=100)
        for name in main.COMMANDS
        if (command := main.cli.get_command(context, name))
    }

    assert said == {name: words for name, (_, words) in main.COMMANDS.items()}
