"""Attacks by words: names and texts that a runner, a shell or a terminal would obey."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from attacking import is_silent, more
from shop import opened, series, steps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from outcomes import Run
    from shop import World

pytestmark = pytest.mark.slow  # each is several runs of a workflow

COMMANDS = (
    "::set-output name=targets::[]",
    "::set-output name=plan::false",
    "::add-mask::eu",
    "::stop-commands::word",
    "::set-env name=PATH::/nowhere",
    "::add-path::/nowhere",
    "::save-state name=a::b",
    "::error::made up",
    "  ::warning file=a,line=1::made up",
    "##[error]made up",
    "##[add-mask]eu",
    "##vso[task.setvariable variable=a]b",
    "%0A::error::made up",
    "%0D%0A##[error]made up",
    "plan=false",
    "plan<<END",
)
SIGNS = ("\n", "\r", "\r\n", "\u2028", "\u0085", "\v", "\x1b[2K", "")
TEXT = "".join(f"{sign}{command}" for sign in SIGNS for command in COMMANDS)
OUTPUTS = {"targets": '["eu"]', "plan": "true"}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """DIWALI and EID give 10 percent, live and in the record."""
    with opened(tmp_path, monkeypatch) as found:
        yield found


def assert_obeyed_only_the_tool(run: Run) -> None:
    """The runner obeyed no command but the tool's notes at lines of series, and no step has an
    output of others' making.
    """
    assert {one.name for one in run.commands} <= {"error", "warning"}
    assert all(one.properties["file"].startswith("series/") for one in run.commands)
    assert [] == [one for one in run.commands if one.message.strip().startswith("made up")]
    for job in run.all:
        for step in job.steps:
            if step.exit_code is not None:
                assert step.outputs.items() <= OUTPUTS.items()
    assert "***" not in run.log


def test_no_text_of_a_series_is_obeyed_in_plan_apply_or_drift(world: World) -> None:
    texts = dict.fromkeys(("description", "smsTemplate", "termsAndConditions"), json.dumps(TEXT))
    number = world.open("words", series("DIWALI", **texts, discountValue=20), "eve")
    planned = world.plan(number)
    assert "success" == planned.conclusion
    assert_obeyed_only_the_tool(planned)
    world.merge(number)
    applied = world.apply()
    assert 5 == steps(applied.job("merged"))["Apply it"]
    assert_obeyed_only_the_tool(applied)
    assert [] == world.writes()

    world.live("EID", description=TEXT, discountValue=30)
    drifted = world.drift()
    assert "success" == drifted.conclusion
    assert_obeyed_only_the_tool(drifted)
    dispatched = world.by_hand(codes="DIWALI")
    assert_obeyed_only_the_tool(dispatched)
    assert [] == world.writes()


def test_no_text_of_a_file_that_is_wrong_is_obeyed(world: World) -> None:
    wrong = {
        "series/diwali.yaml": f"{json.dumps(TEXT)}: {json.dumps(TEXT)}\nseriesCode: {TEXT!r}\n",
        "series/eid.yaml": f"seriesCode: EID\nanyUser: {json.dumps(TEXT)}\n{json.dumps(TEXT)}: 1\n",
        "series/x.yaml": TEXT,
    }
    done = world.plan(world.open("wrong", wrong, "eve"))
    assert 3 == steps(done.job("target"))["Validate the files"]
    assert wrong.keys() == {one.properties["file"] for one in done.commands}
    assert_obeyed_only_the_tool(done)
    assert [] == world.writes()


def test_no_name_of_a_file_or_a_branch_is_obeyed(world: World) -> None:
    command = f"touch${{IFS}}{world.folder}/canary"
    names = [
        "a\n::error::made up",
        "a\r::set-output name=plan::false",
        "##[error]made up",
        "%0A::error::made up",
        f"$({command.replace('/', '-')})`id`",
        "a'b\"c;d|e&f>g",
        "-rf",
        "--output=x",
        "\u202egnp.",
    ]
    found = {
        f"series/{name}.yaml": text
        for at, name in enumerate(names)
        for text in series(f"NEW{at}").values()
    }
    branch = f"x;$({command})`{command}`'\"|&>%0A"
    done = world.plan(world.open(branch, {**more("DIWALI"), **found}, "eve"))
    assert "success" == done.conclusion
    assert_obeyed_only_the_tool(done)
    assert is_silent(world)
    assert [] == world.writes()


def test_a_code_that_is_a_command_is_shown_and_not_obeyed(world: World) -> None:
    codes = [one.strip() for one in COMMANDS]
    files = {
        f"series/new-{at}.yaml": text.replace("seriesCode: NEW", f"seriesCode: {json.dumps(code)}")
        for at, code in enumerate(codes)
        for text in map(str, series("NEW").values())
    }
    done = world.plan(world.open("codes", files, "eve"))
    assert "success" == done.conclusion
    assert_obeyed_only_the_tool(done)
    assert [] == world.writes()
