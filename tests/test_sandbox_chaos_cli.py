"""`reconciler sandbox chaos`: sets one thing, shows all, and says what makes no sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import MINIMAL

from reconciler.sandbox import Behaviour, Fault, Store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Write

DATA = ".reconciler/sandbox.db"
IDS = "/v2/coupon/series?ids=*"
NOTHING = f"{DATA}: nothing goes wrong.\n"


def shown(*lines: str) -> str:
    return "\n".join([f"{DATA}: this goes wrong:", *(f"  {line}" for line in lines), ""])


@pytest.mark.parametrize(
    ("line", "fault", "where", "words"),
    [
        (
            "--method POST --status 503 --retry-after 5",
            Fault("status", method="POST", retry_after="5"),
            "POST to *, every time",
            "HTTP 503 and Retry-After 5",
        ),
        (
            f"--path {IDS} --status 400 --error 1060 --call 1 --call 3",
            Fault("status", path=IDS, status=400, code=1060, calls=(1, 3)),
            f"any request to {IDS}, call 1 and 3",
            "HTTP 400 with code 1060",
        ),
        (
            "--method post --error 722 --processed",
            Fault("error", method="POST", code=722, processed=True),
            "POST to *, every time",
            "HTTP 200 with code 722 after it is processed",
        ),
        (
            "--drop",
            Fault("drop"),
            "any request to *, every time",
            "the connection is dropped before it is processed",
        ),
        (
            "--stall 2.5 --processed",
            Fault("stall", seconds=2.5, processed=True),
            "any request to *, every time",
            "no answer for 2.5 s, then the connection is dropped after it is processed",
        ),
        (
            "--late --method POST",
            Fault("late", method="POST"),
            "POST to *, every time",
            "no answer, and it is processed after 1 further answer",
        ),
        (
            "--late 3",
            Fault("late", after=3),
            "any write to *, every time",
            "no answer, and it is processed after 3 further answers",
        ),
        (
            "--truncate",
            Fault("truncate"),
            "any request to *, every time",
            "the connection ends in the middle of the answer",
        ),
        (
            "--garble --call 2",
            Fault("garble", calls=(2,)),
            "any request to *, call 2",
            "half of the answer's JSON is missing",
        ),
        (
            "--lag 2",
            Fault("lag", after=2),
            "any write to *, every time",
            "reads show it only after 2 further answers",
        ),
        (
            "--slow 0",
            Fault("slow", seconds=0),
            "any request to *, every time",
            "the answer takes 0 s longer",
        ),
    ],
)
def test_a_fault_is_set_and_shown(
    cli: Cli, project: Path, line: str, fault: Fault, where: str, words: str
) -> None:
    ran = cli("sandbox", "chaos", *line.split())

    assert (0, shown(f"{where}: {words}"), "") == (ran.code, ran.out, ran.err)
    with Store(project / DATA) as store:
        assert [fault] == store.faults()


@pytest.mark.parametrize(
    ("line", "behaviour", "words"),
    [
        ("--put merge", Behaviour(put="merge"), ["a PUT keeps what it leaves out"]),
        ("--code-filter ignored", Behaviour(code_filter="ignored"), ["the code filter is ignored"]),
        (
            "--listing repeats --page-limit 2",
            Behaviour(listing="repeats", page_limit=2),
            [
                "each page of the list begins with the last row of the one before",
                "a page has at most 2 rows",
            ],
        ),
        (
            "--v11 error --ids-limit 5",
            Behaviour(v11="error", ids_limit=5),
            ["the list of the API v1.1 is an unknown route", "a read takes at most 5 ids"],
        ),
        (
            "--hidden hidden --hides targetUserDetails",
            Behaviour(hides=("targetUserDetails",), read_shows_hidden=False),
            ["no answer shows targetUserDetails"],
        ),
        (
            "--hides targetUserDetails --hides productInfo",
            Behaviour(hides=("targetUserDetails", "productInfo")),
            ["lists do not show targetUserDetails, productInfo"],
        ),
        (
            "--hidden shown",
            Behaviour(list_shows_hidden=True),
            ["every answer shows every field"],
        ),
        (
            "--zone Asia/Kolkata --token-ttl 5 --clock-offset 90",
            Behaviour(zone="Asia/Kolkata", token_ttl=5, clock_offset=90),
            [
                "dates are cut in Asia/Kolkata",
                "a token is valid for 5 s",
                "the clock is 90 s fast",
            ],
        ),
    ],
)
def test_behaviour_is_set_and_shown(
    cli: Cli, project: Path, line: str, behaviour: Behaviour, words: list[str]
) -> None:
    ran = cli("sandbox", "chaos", *line.split())

    assert (0, shown(*words), "") == (ran.code, ran.out, ran.err)
    with Store(project / DATA) as store:
        assert behaviour == store.behaviour


@pytest.mark.usefixtures("project")
def test_each_use_adds_until_all_is_cleared(cli: Cli) -> None:
    merges, pages = "a PUT keeps what it leaves out", "a page has at most 2 rows"
    drop = "GET to *, every time: the connection is dropped before it is processed"

    assert NOTHING == cli("sandbox", "chaos").out
    assert shown(merges) == cli("sandbox", "chaos", "--put", "merge").out
    assert shown(merges, pages) == cli("sandbox", "chaos", "--page-limit", "2").out
    assert shown(merges, pages, drop) == cli("sandbox", "chaos", "--drop", "--method", "GET").out
    assert shown(merges, pages, drop) == cli("sandbox", "chaos", "--show").out
    assert shown(pages) == cli("sandbox", "chaos", "--clear", "--page-limit", "2").out
    assert NOTHING == cli("sandbox", "chaos", "--clear").out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--drop --garble", "--drop and --garble are two faults; give them in two commands"),
        ("--slow 1 --error 748", "--slow and --error are two faults; give them in two commands"),
        ("--call 2", "that says when, not what; add --status, --error, --drop, …"),
        ("--processed", "that says when, not what; add --status, --error, --drop, …"),
        ("--path /v1*", "that says where, not what; add --status, --error, --drop, …"),
        ("--lag --method GET", "no such fault: only writes are late or lag; --help lists"),
        ("--status 200", "no such fault: no status of an error; --help lists"),
        ("--zone Mars", "there is no zone Mars; write one like UTC or Asia/Kolkata"),
        ("--zone ../x --clear", "there is no zone ../x; write one like UTC or Asia/Kolkata"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_sets_nothing(
    cli: Cli, project: Path, line: str, said: str
) -> None:
    with Store(project / DATA) as store:
        store.add_fault(Fault("garble"))

    ran = cli("sandbox", "chaos", *line.split())

    assert (64, "", True) == (ran.code, ran.out, ran.err.startswith(f"error: {said}"))
    assert 1 == len(ran.err.splitlines())
    with Store(project / DATA) as store:
        assert ([Fault("garble")], Behaviour()) == (store.faults(), store.behaviour)


def test_a_run_meets_what_was_set(cli: Cli, write: Write) -> None:
    write(MINIMAL)
    assert 0 == cli("apply", "--yes").code
    cli("sandbox", "chaos", "--path", "*offset=*", "--status", "418")

    assert 4 == cli("plan").code
    cli("sandbox", "chaos", "--clear")
    assert "No changes. 1 unchanged" in cli("plan").out


def test_what_is_still_to_come_is_shown(cli: Cli, project: Path) -> None:
    with Store(project / DATA) as store:
        store.journal.postpone(1, 5)
        store.journal.lag(1, 5, 700_001, [])

    assert shown("1 late write still to come", "1 write that reads do not show yet") == (
        cli("sandbox", "chaos", "--clear").out
    )


@pytest.mark.usefixtures("project")
def test_a_glob_cannot_start_a_line_of_its_own(cli: Cli) -> None:
    ran = cli("sandbox", "chaos", "--path", "a\n::error::b", "--drop")

    assert [] == [line for line in ran.out.splitlines() if line.startswith("::")]
