"""The import command: which files it writes, what it leaves alone, and what it ends with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL

from reconciler.cli.importing import slug
from reconciler.sandbox import Store

if TYPE_CHECKING:
    from conftest import Cli, Write

DATA = ".reconciler/sandbox.db"
FILE = """\
# Imported from sandbox; id {id}.
seriesCode: {code}
description: April 100
discountCode: XYZ12345
discountType: ABS
discountValue: 500
validTillDate: 2035-06-12
expiryStrategyType: SERIES_EXPIRY
clientHandlingType: DISC_CODE
anyUser: false
smsTemplate: Hi {{{{first_name}}}}
"""
NO_CHANGES = "Plan for sandbox\n\nNo changes. {} unchanged"


@pytest.fixture
def live(project: Path) -> dict[str, int]:
    """Two series in the sandbox, and no file; their ids by code."""
    return {code: made(seriesCode=code) for code in ("APRIL100", "MAY100")}


def made(**fields: Any) -> int:  # noqa: ANN401 - a series holds any JSON
    """A series as the web UI makes it; its id."""
    usual = {
        "seriesCode": "APRIL100",
        "description": "April 100",
        "discountCode": "XYZ12345",
        "discountType": "ABS",
        "discountValue": 500,
        "validTillDate": "2035-06-12T00:00:00Z",
        "expiryStrategyType": "SERIES_EXPIRY",
        "clientHandlingType": "DISC_CODE",
        "anyUser": False,
        "smsTemplate": "Hi {{first_name}}",
        "info": "April 100",
        "tag": "April 100",
        "minBillAmount": -1,
        "maxBillAmount": -1,
    }
    with Store(DATA) as store:
        return store.ui_create(**usual | fields)


def files(folder: str = "series") -> dict[str, str]:
    found = sorted(Path(folder).iterdir())
    return {file.name: file.read_text(encoding="utf-8") for file in found}


def test_every_series_becomes_a_file_that_plans_to_no_change(
    cli: Cli, live: dict[str, int]
) -> None:
    ran = cli("import", "--all")

    lines = [
        f"wrote series/{code.lower()}.yaml  {code} (id {number})\n" for code, number in live.items()
    ]
    assert (0, "".join(lines) + "2 files written, 0 skipped, 0 not written.\n", "") == (
        ran.code,
        ran.out,
        ran.err,
    )
    assert {
        f"{code.lower()}.yaml": FILE.format(code=code, id=number) for code, number in live.items()
    } == files()
    assert cli("plan", "--detailed-exitcode").out.startswith(NO_CHANGES.format(2))


@pytest.mark.usefixtures("live")
def test_only_the_codes_that_are_named_become_files(cli: Cli) -> None:
    assert 0 == cli("import", "MAY100", "MAY100").code
    assert ["may100.yaml"] == list(files())


@pytest.mark.usefixtures("live")
def test_files_go_to_another_directory_whatever_series_has(cli: Cli, write: Write) -> None:
    write(MINIMAL)
    assert 0 == cli("import", "--all", "--out", "new/live").code
    assert ["april100.yaml", "may100.yaml"] == list(files("new/live"))
    assert [MINIMAL] == list(files().values())
    ran = cli("--series", "new/live", "plan")
    assert ran.out.startswith(NO_CHANGES.format(2))


@pytest.mark.usefixtures("live")
def test_a_code_that_a_file_claims_is_skipped(cli: Cli, write: Write) -> None:
    write(MINIMAL, "deep/mine.yaml")
    ran = cli("import", "--all", "--out", "series/live")
    assert (0, True) == (ran.code, ran.out.endswith("1 file written, 1 skipped, 0 not written.\n"))
    said = "skipped APRIL100: series/deep/mine.yaml has it; --overwrite writes that file anew\n"
    assert said == ran.err
    assert ["may100.yaml"] == list(files("series/live"))


def test_overwrite_writes_the_file_that_claims_the_code(
    cli: Cli, write: Write, live: dict[str, int]
) -> None:
    mine = write(MINIMAL.replace("500", "400"), "mine.yaml")
    other = write("", "april100.yaml.txt")
    assert 0 == cli("import", "APRIL100", "--overwrite").code
    assert FILE.format(code="APRIL100", id=live["APRIL100"]) == mine.read_text(encoding="utf-8")
    assert [other, mine] == sorted(Path.cwd().glob("series/*"))


@pytest.mark.usefixtures("live")
def test_a_file_of_another_code_keeps_its_name(cli: Cli, write: Write) -> None:
    theirs = write(MINIMAL.replace("APRIL100", "OTHER"), "April100.YAML")
    made(seriesCode="April.100")
    made(seriesCode="April 100")
    assert 0 == cli("import", "--all").code
    assert "OTHER" in theirs.read_text(encoding="utf-8")
    assert {
        "April100.YAML",
        "april100-2.yaml",
        "april-100.yaml",
        "april-100-2.yaml",
        "may100.yaml",
    } == set(files())


@pytest.mark.usefixtures("live")
def test_an_unknown_code_is_told_and_the_others_are_written(cli: Cli) -> None:
    ran = cli("import", "NOBODY", "MAY100")
    assert (5, ["may100.yaml"]) == (ran.code, list(files()))
    assert "not written: NOBODY: no live series with this code was found\n" == ran.err
    assert ran.out.endswith("1 file written, 0 skipped, 1 not written.\n")


@pytest.mark.usefixtures("live")
def test_a_code_in_another_case_is_told_with_the_right_one(cli: Cli) -> None:
    ran = cli("import", "may100")
    assert (5, {}) == (ran.code, files())
    assert (
        "not written: may100: no live series with this code was found; live has MAY100\n" == ran.err
    )


def test_a_series_that_no_file_can_say_is_told(cli: Cli, project: Path) -> None:
    made(discountValue=12.5)
    made(seriesCode="EVIL\n::error::", description="x")
    ran = cli("import", "--all")
    assert (5, {}) == (ran.code, files())
    assert "not written: APRIL100: discountValue: 12.5 is not a whole number\n" in ran.err
    assert "not written: EVIL\\n" in ran.err


def test_a_code_that_reads_like_one_in_a_file_is_told(
    cli: Cli, write: Write, project: Path
) -> None:
    made(seriesCode="Café", description="x")
    made(seriesCode="Cafe\u0301", description="x")
    ran = cli("import", "--all")
    assert (5, 1) == (ran.code, len(files()))
    assert "reads like" in ran.err
    assert 0 == cli("validate").code


def test_values_that_stand_in_comments_are_counted(cli: Cli, project: Path) -> None:
    made(discountUpto=12.5)
    ran = cli("import", "--all")
    said = "APRIL100: 1 value could not be written; the comments in series/april100.yaml say which"
    assert (0, f"{said} and why\n") == (ran.code, ran.err)


@pytest.mark.usefixtures("live")
def test_a_wrong_file_beside_it_ends_the_import_before_it_begins(cli: Cli, write: Write) -> None:
    write("seriesCode: MAY100\n")
    assert 3 == cli("import", "--all").code
    assert ["one.yaml"] == list(files())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param([], "name the codes to import, or --all", id="nothing to import"),
        pytest.param(["A", "--all"], "name the codes to import, or --all", id="both"),
        pytest.param(["--all", "--out", "reconciler.toml"], "is no directory", id="a file"),
        pytest.param(["--all", "--out", "closed/x"], "cannot be written", id="no place"),
    ],
)
@pytest.mark.usefixtures("live")
def test_an_import_cannot_begin_with(cli: Cli, arguments: list[str], said: str) -> None:
    Path("closed").write_text("", encoding="utf-8")
    ran = cli("import", *arguments)
    assert (64, "") == (ran.code, ran.out)
    assert said in ran.err
    assert {} == files()


@pytest.mark.parametrize(
    ("code", "name"),
    [
        pytest.param("DIWALI15", "diwali15", id="a plain code"),
        pytest.param(" 50% off_NOW! ", "50-off_now", id="marks"),
        pytest.param("Été 2030", "ete-2030", id="accents"),
        pytest.param("../../etc/x", "etc-x", id="a path"),
        pytest.param("CON", "series-con", id="a device's name"),
        pytest.param("दिवाली", "series-7", id="letters of another script"),
        pytest.param("A" * 99, "a" * 60, id="a long code"),
    ],
)
def test_a_file_is_named(code: str, name: str) -> None:
    assert name == slug(code, 7)
