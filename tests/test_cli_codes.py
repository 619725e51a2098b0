"""Codes in a variable of the environment: several, and such as hold a blank."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pullrequest import QUIET, PullRequest, named
from repositories import isolate

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

ONLY, ACCEPT = "RECONCILER_PLAN_ONLY", "RECONCILER_DRIFT_ACCEPT"
TAG, BIG = "DIWALI", "BIG SALE"


@pytest.fixture
def repo(project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> PullRequest:
    """Two series, one with a blank in its code, both applied and moved in live since."""
    isolate(project, monkeypatch)
    found = PullRequest(project, cli)
    found.base(QUIET, named(BIG))
    assert 0 == cli("apply", "--yes", "--record").code
    for code in (TAG, BIG):
        found.live(code, discountValue=15, maxRedeem=5)
    return found


NAMED = {
    "one in double quotes": ('"BIG SALE"', {BIG}),
    "one in single quotes": ("'BIG SALE'", {BIG}),
    "one with a backslash": ("BIG\\ SALE", {BIG}),
    "several, one in quotes": ('DIWALI "BIG SALE"', {TAG, BIG}),
    "several on lines of their own": ("DIWALI\n'BIG SALE'\n", {TAG, BIG}),
    "one without a blank": ("DIWALI", {TAG}),
    "none": ("", {TAG, BIG}),
}


@pytest.mark.parametrize(("given", "codes"), NAMED.values(), ids=NAMED)
def test_a_variable_names_the_series_of_a_plan(
    repo: PullRequest, monkeypatch: pytest.MonkeyPatch, given: str, codes: set[str]
) -> None:
    monkeypatch.setenv(ONLY, given)

    ran = repo.cli("plan", "--format", "json")

    assert 0 == ran.code, ran.err
    assert codes == {one["seriesCode"] for one in json.loads(ran.out)["changes"]}


def test_a_variable_accepts_a_field_of_a_series_with_a_blank_in_its_code(
    repo: PullRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ACCEPT, '"BIG SALE:maxRedeem" DIWALI')

    assert 0 == repo.cli("drift").code

    monkeypatch.delenv(ACCEPT)
    (left,) = json.loads(repo.cli("drift", "--format", "json").out)["changes"]
    assert (BIG, ["discountValue"]) == (
        left["seriesCode"],
        [field["path"] for field in left["fields"]],
    )


@pytest.mark.parametrize("given", ['"BIG SALE', "O'NEIL", "BIG SALE\\"], ids=repr)
@pytest.mark.parametrize(("command", "variable"), [("plan", ONLY), ("drift", ACCEPT)])
def test_a_quote_that_does_not_close_is_a_mistake_of_usage(
    repo: PullRequest,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    variable: str,
    given: str,
) -> None:
    monkeypatch.setenv(variable, given)

    ran = repo.cli(command, "--format", "json")

    assert 64 == ran.code
    said = json.loads(ran.out)["error"]["message"]
    assert "cannot be split into words" in said
    assert "--" in said
    assert repr(given) in said
    assert said in ran.err


def test_what_stands_on_the_command_line_is_taken_as_it_is(repo: PullRequest) -> None:
    ran = repo.cli("plan", "--only", BIG, "--format", "json")

    assert [BIG] == [one["seriesCode"] for one in json.loads(ran.out)["changes"]]
