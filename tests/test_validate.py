"""The command `validate`: every problem of all files, in three formats, and its exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conftest import MINIMAL

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Write

PROMISE = "::error file=x::owned"


def test_valid_files_exit_with_0(cli: Cli, write: Write) -> None:
    write(MINIMAL)

    ran = cli("validate")

    assert (ran.code, ran.out, ran.err) == (0, "1 file checked: no errors.\n", "")


def test_several_broken_files_are_all_told_and_exit_with_3(cli: Cli, write: Write) -> None:
    write(MINIMAL + "maxCraete: 1\n", "a.yaml")
    write(MINIMAL.replace("500", "'500'"), "b.yaml")
    write("- a\n", "c.yaml")

    ran = cli("validate")

    assert ran.code == 3
    assert ran.out.splitlines() == [
        "series/a.yaml:11:1: error [unknown-key] there is no field maxCraete",
        "   11 | maxCraete: 1",
        "        ^",
        "      write: maxCreate",
        "series/b.yaml:1:13: error [duplicate-code] APRIL100 stands in series/a.yaml:1",
        "      write: one file for each series",
        "series/b.yaml:5:16: error [wrong-type] '500' is not a whole number",
        "    5 | discountValue: '500'",
        "                       ^",
        "      write: 500",
        "series/c.yaml:1:1: error [not-a-mapping] a series is a list of keys with their values",
        "    1 | - a",
        "        ^",
        "      write: seriesCode: CODE",
        "3 files checked: 4 errors.",
    ]


def test_a_warning_is_told_and_exits_with_0(cli: Cli, write: Write) -> None:
    write(MINIMAL.replace("2035-06-12", "2035-06-12T00:00:00+05:30"))

    ran = cli("validate")

    assert ran.code == 0
    assert "[day-moves] the server cuts this to 2035-06-11T00:00:00Z" in ran.out
    assert ran.out.endswith("1 file checked: no errors, 1 warning.\n")


def test_json_holds_every_problem(cli: Cli, write: Write) -> None:
    write(MINIMAL + "id: 5\n")

    ran = cli("validate", "--format", "json")

    assert ran.code == 3
    assert json.loads(ran.out) == {
        "format": "reconciler/validate/1",
        "valid": False,
        "files": 1,
        "problems": [
            {
                "file": "series/one.yaml",
                "line": 11,
                "column": 1,
                "severity": "error",
                "rule": "server-owned",
                "message": "id belongs to the server and is never sent",
                "write": "delete the line",
            }
        ],
    }


def test_json_of_valid_files_says_so(cli: Cli, write: Write) -> None:
    write(MINIMAL)

    said = json.loads(cli("validate", "--format", "json").out)

    assert said["valid"]
    assert said["problems"] == []


def test_github_gets_one_command_for_each_problem(cli: Cli, write: Write) -> None:
    write(MINIMAL + "info: no\n")

    ran = cli("validate", "--format", "github")

    assert ran.code == 3
    assert ran.out == (
        "::error file=series/one.yaml,line=11,col=7,title=yaml-boolean::"
        'YAML reads no as true or false, and text is meant; write: "no"\n'
    )


def test_github_gets_nothing_for_valid_files(cli: Cli, write: Write) -> None:
    write(MINIMAL)

    ran = cli("validate", "--format", "github")

    assert (ran.code, ran.out) == (0, "")


def test_paths_are_those_of_the_command_line(cli: Cli, write: Write) -> None:
    good = write(MINIMAL, "good.yaml")
    write("broken", "bad.yaml")

    assert cli("validate", str(good), str(good)).out == "1 file checked: no errors.\n"
    assert cli("validate", "series/good.yaml").code == 0
    assert cli("validate").code == 3


def test_a_path_that_is_not_there_exits_with_64(cli: Cli, project: Path) -> None:
    ran = cli("validate", str(project / "nowhere"))

    assert ran.code == 64
    assert "is not there; name a file or directory of series" in ran.err


def test_a_path_that_is_not_there_stays_json(cli: Cli, project: Path) -> None:
    ran = cli("validate", "--format", "json", str(project / "nowhere"))

    assert ran.code == 64
    assert json.loads(ran.out)["error"]["kind"] == "UsageError"


def test_the_zone_is_that_of_the_target(cli: Cli, write: Write, project: Path) -> None:
    (project / "reconciler.toml").write_text(
        '[targets.in]\nurl = "https://in.example"\ntimezone = "Asia/Kolkata"\n'
    )
    write(MINIMAL.replace("2035-06-12", "2035-06-12T00:00:00"))

    ran = cli("--target", "in", "validate")

    assert (
        "write: 2035-06-12T00:00:00+05:30 (Asia/Kolkata, the target's zone)"
        " or 2035-06-12T00:00:00Z (UTC)\n"
    ) in ran.out


def test_no_request_is_made_where_a_file_is_invalid(cli: Cli, write: Write, project: Path) -> None:
    write(MINIMAL + "foo: 1\n")

    ran = cli("plan")

    assert ran.code == 3
    assert "nothing was sent" in ran.err
    assert not (project / ".reconciler").exists()


def test_a_description_gives_no_orders_to_a_runner(cli: Cli, write: Write) -> None:
    write(MINIMAL.replace("April 100", f'["{PROMISE}", "##[add-mask]x"]'))

    for shape in ("text", "github"):
        lines = cli("validate", "--format", shape).out.splitlines()

        assert [line for line in lines if line.lstrip().startswith(PROMISE)] == []
        assert [line for line in lines if "##[" in line] == []


def test_a_file_name_gives_no_orders_to_a_runner(cli: Cli, project: Path) -> None:
    for name in ("::error::owned.yaml", "a\n::error::owned.yaml", "\u202e.yaml"):
        (project / name).write_text("a\n")

    text = cli("validate", "::error::owned.yaml", "a\n::error::owned.yaml", "\u202e.yaml").out
    github = cli("validate", "--format", "github", "a\n::error::owned.yaml", "\u202e.yaml").out

    assert "::" not in text
    assert "\u202e" not in text + github
    assert github.count("::") == 4
    assert len(github.splitlines()) == 2


def test_json_keeps_a_nasty_name_in_its_quotes(cli: Cli, project: Path) -> None:
    (project / "a\n::error::owned.yaml").write_text("a\n")

    ran = cli("validate", "--format", "json", "a\n::error::owned.yaml")

    assert json.loads(ran.out)["problems"][0]["file"] == "a\n::error::owned.yaml"
    assert [line for line in ran.out.splitlines() if line.startswith("::")] == []


def test_the_schema_is_json_for_editors(cli: Cli) -> None:
    ran = cli("schema")

    assert ran.code == 0
    assert json.loads(ran.out)["additionalProperties"] is False
