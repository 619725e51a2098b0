"""The doctor command: what it prints, what it ends with, and what it never does."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from reconciler.cli.doctoring import report_text
from reconciler.config import Target
from reconciler.doctor import Finding, Report
from reconciler.render.ink import Ink
from reconciler.sandbox import Behaviour, Store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

DATA = ".reconciler/sandbox.db"
ALL = ("productInfo", "redemptionOrgEntityDetails", "targetUserDetails", "customPropertyMap")
HEALTHY = """\
Doctor for sandbox

✓ connection                  sandbox answers
✓ sign-in                     Basic is accepted
✓ clock                       the server's is within 60 s of this machine's
✓ list                        it works; 1 series seen
✓ pages of the list           all is on one page: 1 row where 100 were asked for
✓ API v1.1                    it works, and names 1 series
✓ series that the list hides  none: it has a row for each of the 1 series that the API v1.1 names
✓ reads by id                 1 series read in one request, which show 1 field that the list\
 leaves out: productInfo
✓ look-up by code             it finds APRIL100 alone, and nothing for a code that nobody has
✓ proof that a code is free   the look-up by code gives it
✓ timezone                    live prints +00:00, as UTC has it on those days
✓ productInfo                 reads by id showed it set
? redemptionOrgEntityDetails  not seen set in 1 series: none has it set, or it is hidden
? targetUserDetails           not seen set in 1 series: none has it set, or it is hidden
? customPropertyMap           not seen set in 1 series: none has it set, or it is hidden

Nobody can tell yet whether redemptionOrgEntityDetails, targetUserDetails, customPropertyMap would
be shown. To find out, make one series in the web UI with all of them set, and run this again. Until
then an update is blocked where its file does not say what such a field is.

Plan and apply work here. 6 requests made, nothing written.

# reconciler.toml
[targets.sandbox]
url = "sandbox:.reconciler/sandbox.db"
timezone = "UTC"
reads_back = ["productInfo"]  # new
"""


@pytest.fixture
def live(project: Path) -> Path:
    """A sandbox that nothing is known of, with one series."""
    with (project / "reconciler.toml").open("a") as file:
        file.write("reads_back = []\n")
    with Store(DATA) as store:
        store.ui_create(
            seriesCode="APRIL100",
            validTillDate="2035-06-12T00:00:00Z",
            productInfo=[{"productType": "SKU", "productIds": [1]}],
        )
    return project


@pytest.mark.usefixtures("live")
def test_a_target_is_told_in_plain_words_and_lines_of_configuration(cli: Cli) -> None:
    ran = cli("doctor")
    assert (0, HEALTHY, "") == (ran.code, ran.out, ran.err)


def test_nothing_is_written_to_the_target_nor_beside_it(cli: Cli, live: Path) -> None:
    before = {file for file in live.rglob("*") if ".reconciler" not in file.parts}
    with Store(DATA) as store:
        rows = store.rows()
        cli("doctor")
        assert {"GET"} == {one.method for one in store.requests()}
        assert rows == store.rows()
    assert before == {file for file in live.rglob("*") if ".reconciler" not in file.parts}


@pytest.mark.usefixtures("live")
def test_json_carries_the_same(cli: Cli) -> None:
    ran = cli("doctor", "--format", "json")
    found = json.loads(ran.out)
    assert {"what": "connection", "status": "ok", "said": "sandbox answers"} == found.pop(
        "findings"
    )[0]
    assert {
        "format": "reconciler/doctor/1",
        "target": "sandbox",
        "requests": {"read": 6, "write": 0},
        "timezone": "UTC",
        "reads_back": ["productInfo"],
    } == found
    assert (0, "") == (ran.code, ran.err)


@pytest.mark.parametrize("shape", ["text", "json"])
@pytest.mark.usefixtures("live")
def test_a_problem_ends_with_4(cli: Cli, shape: str) -> None:
    with Store(DATA) as store:
        store.set_behaviour(Behaviour(code_filter="ignored", v11="error"))
    ran = cli("doctor", "--format", shape)
    assert (4, "") == (ran.code, ran.err)
    assert "no series is created" in ran.out
    if shape == "text":
        assert "Plan or apply will not work here (1 problem, 2 warnings)." in ran.out


@pytest.mark.usefixtures("project")
def test_a_host_that_is_not_there_is_a_problem_without_configuration(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("RECONCILER_USERNAME", "user")
    monkeypatch.setenv("RECONCILER_PASSWORD", "open sesame")
    ran = cli("doctor")
    assert (4, "") == (ran.code, ran.err)
    assert ran.out.startswith("Doctor for sandbox on 127.0.0.1:1\n\n✗ connection  127.0.0.1:1 ")
    end = "Plan or apply will not work here (1 problem). 1 request made, nothing written.\n"
    assert ran.out.endswith(end)


@pytest.mark.usefixtures("project")
def test_without_credentials_nothing_is_sent(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_API_URL", "http://127.0.0.1:1")
    ran = cli("doctor", "--format", "json")
    assert (4, "SignInError") == (ran.code, json.loads(ran.out)["error"]["kind"])


def drawn(name: str = "eu", timezone: str | None = "UTC", *reads_back: str, said: str = "") -> str:
    zone = ZoneInfo("UTC")
    target = Target(name, "https://eu.test", zone, 600, reads_back=frozenset(reads_back))
    findings = (Finding("list", "ok", said),)
    report = Report(target, findings, {"read": 1}, reads_back, timezone, ("+08:00",), answered=True)
    return report_text(report, Ink())


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(
            drawn("eu", "UTC", *ALL),
            [
                "[targets.eu]",
                'url = "https://eu.test"',
                'timezone = "UTC"',
                "requests_per_minute = 600",
                f"reads_back = {json.dumps(ALL)}",
            ],
            id="as it is",
        ),
        pytest.param(
            drawn("eu", "Asia/Kolkata"), ['timezone = "Asia/Kolkata"  # new'], id="another zone"
        ),
        pytest.param(
            drawn("eu", None),
            ['timezone = "UTC"  # wrong: write the IANA name of the zone with offset +08:00'],
            id="a zone that nobody can name",
        ),
    ],
)
def test_the_lines_for_the_configuration_are(text: str, lines: list[str]) -> None:
    assert lines == [line for line in text.splitlines() if line in lines]


@pytest.mark.parametrize("name", ["a.b", 'say "x"\n', "\u202e::error::", "##[x]", "C:\\x\x7f"])
def test_the_lines_are_toml_whatever_a_target_is_called(name: str) -> None:
    _, _, table = drawn(name).partition("# reconciler.toml\n")
    assert [name] == list(tomllib.loads(table)["targets"])
    assert not [mark for mark in ("::", "##[", "\u202e", "\x7f") if mark in table]


def test_what_the_api_says_starts_no_line_and_shows_no_command() -> None:
    text = drawn(said="no\n::error::\u202e")
    assert "✓ list  no\\n:\\x3aerror:\\x3a\\u202e\n" in text
