"""Attacks by the files of a pull request: they are read as data, and nothing of them is obeyed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from attacking import (
    a_repository,
    catching,
    everything_that_programs_execute,
    is_silent,
    link,
    more,
    propose_git_file,
    put,
    repository_link,
    write,
)
from github_state import BOT
from shop import opened, series, steps, target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from attacking import Put
    from outcomes import Run
    from shop import World

LARGE = 3 * 1024 * 1024
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """DIWALI and EID give 10 percent, live and in the record."""
    with opened(tmp_path, monkeypatch) as found:
        yield found


def assert_nothing_happened(world: World) -> None:
    assert is_silent(world)
    assert {"DIWALI": 10, "EID": 10} == world.values() == world.recorded()
    assert [] == world.writes()


def installed_from(run: Run) -> set[str]:
    """The folders in which pip was asked for something, by their last name."""
    calls = [call for call in run.calls if call["program"] == "pip"]
    return {str(call["folder"]).rpartition("/")[2] for call in calls}


def test_nothing_of_a_pull_request_is_executed_or_installed(world: World) -> None:
    number = put(world, everything_that_programs_execute, more("DIWALI"))
    done = world.plan(number)
    assert "success" == done.conclusion
    assert {"coupons"} == installed_from(done)
    assert "`10%` → **`20%`**" in world.comment(number)
    assert_nothing_happened(world)


@pytest.mark.slow
def test_target_and_guardrails_are_those_of_main(world: World) -> None:
    with catching() as (url, came):
        config = target(url) + "[guardrails]\nmax_percent = 100\n"
        files = {"reconciler.toml": config, **series("DIWALI", discountValue=99)}
        number = world.open("another-target", files, "eve")
        done = world.plan(number)
        assert [] == came
    assert 5 == steps(done.job("target"))["Plan"]
    assert "max-percent" in world.comment(number)
    assert_nothing_happened(world)


REFUSED: Mapping[str, tuple[Put, str, str]] = {
    "series is a link out of the repository": (
        link("series", "/proc/self"),
        "See whether there is anything to plan",
        "series is no folder in this pull request",
    ),
    "series is a link to another folder of it": (
        link("series", ".github"),
        "See whether there is anything to plan",
        "series is no folder in this pull request",
    ),
    "series is a submodule": (
        lambda work, _: repository_link(work, "series"),
        "See whether there is anything to plan",
        "series is no folder in this pull request",
    ),
    "series is a repository by itself": (
        a_repository,
        "See whether there is anything to plan",
        "series holds what git takes for a repository of its own",
    ),
    "a file is a link to the variables of the process": (
        link("series/evil.yaml", "/proc/self/environ"),
        "Validate the files",
        "the link leaves the directory of series",
    ),
    "a file is a link to a file of main": (
        link("series/evil.yaml", "../../reconciler.toml"),
        "Validate the files",
        "the link leaves the directory of series",
    ),
    "a file is a link to the event": (
        link("series/evil.yaml", "../../../../../temp/_github_workflow/event.json"),
        "Validate the files",
        "the link leaves the directory of series",
    ),
    "a folder is a link": (
        link("series/evil", "/proc/self"),
        "Validate the files",
        "the link leaves the directory of series",
    ),
    "a file has a name that is no text": (
        lambda work, _: write(work, {"series/\udcff.yaml": "x"}),
        "Validate the files",
        "the file's name is not UTF-8",
    ),
    "a file is huge": (
        lambda work, _: write(work, {"series/evil.yaml": "#" * LARGE}),
        "Validate the files",
        "too-large",
    ),
    "a file is small and means much": (
        lambda work, _: write(work, {"series/evil.yaml": BOMB}),
        "Validate the files",
        "alias",
    ),
}


NOTHING_OF_THE_FILES = re.compile(
    r"<!-- reconciler:plan:eu \S+ -->\n"
    r"## No plan for `eu`: `[0-9a-f]{12}`\n\n"
    r"\*\*This comment approves nothing:\*\* nobody knows what `[0-9a-f]{12}` would change\. "
    r"[^`\n]+\n?"
)


def says_nothing_of_the_files(body: str) -> bool:
    return NOTHING_OF_THE_FILES.fullmatch(body) is not None


@pytest.mark.slow
@pytest.mark.parametrize(("what", "step", "why"), REFUSED.values(), ids=REFUSED)
def test_files_that_lead_elsewhere_or_mean_too_much_are_refused(
    world: World, what: Put, step: str, why: str
) -> None:
    number = put(world, what, {})
    done = world.plan(number)
    job = done.job("target")
    assert "failure" == done.conclusion
    assert [step] == [one.name for one in job.steps if one.outcome == "failure"][:1]
    assert why in job.step(step).output
    told = [row.body for row in world.server.comments[number] if row.author == BOT]
    assert [] == [body for body in told if not says_nothing_of_the_files(body)]
    assert (step == "Validate the files") is bool(told)
    assert {} == {name: path for name, path in done.artifacts.items() if path.exists()}
    assert_nothing_happened(world)


@pytest.mark.slow
def test_a_git_file_in_the_series_is_not_even_checked_out(world: World) -> None:
    done = world.plan(propose_git_file(world))
    job = done.job("target")
    failed = [one.name for one in job.steps if one.outcome == "failure"]
    assert ["Check out the merge result, as data"] == failed
    assert_nothing_happened(world)


@pytest.mark.slow
def test_five_thousand_files_of_one_code_are_refused_before_live_is_asked(world: World) -> None:
    (text,) = series("DIWALI", discountValue=20).values()
    looked = len(world.store.requests())
    done = world.plan(world.open("many", {f"series/n{at}.yaml": text for at in range(5000)}))
    assert 3 == steps(done.job("target"))["Validate the files"]
    assert looked == len(world.store.requests())
    assert_nothing_happened(world)
