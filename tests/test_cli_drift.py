"""The drift command: what it lists, how it ends, and what --accept writes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pullrequest import DATA, HIGHER, QUIET, PullRequest, named
from repositories import isolate

from reconciler.driftjson import from_json
from reconciler.sandbox import Store

if TYPE_CHECKING:
    from conftest import Cli


@pytest.fixture
def repo(project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> PullRequest:
    """A project that was applied and recorded."""
    isolate(project, monkeypatch)
    found = PullRequest(project, cli)
    found.base(QUIET, named("HOLI"))
    assert 0 == cli("apply", "--yes", "--record").code
    return found


def drift(repo: PullRequest, *options: str) -> Any:  # noqa: ANN401 - JSON
    ran = repo.cli("drift", "--format", "json", *options)
    assert 0 == ran.code, ran.err
    return json.loads(ran.out)


def moved(document: Any) -> dict[str, tuple[Any, ...]]:  # noqa: ANN401 - JSON
    return {
        f"{one['seriesCode']}.{field['path']}": tuple(
            field[key] for key in ("base", "before", "after", "cause", "effect")
        )
        for one in document["changes"]
        for field in one["fields"]
    }


def test_what_live_moved_is_listed_with_both_sides(repo: PullRequest) -> None:
    repo.live(discountValue=15)

    found = drift(repo)

    assert moved(found) == {"DIWALI.discountValue": (10, 15, 10, "drift", "more generous")}
    (one,) = found["changes"]
    assert one["exposure"] == {"base": 100_000, "live": 100_000}
    assert found["summary"]["unchanged"] == 1


def test_pending_changes_are_no_drift(repo: PullRequest) -> None:
    repo.files(HIGHER, named("HOLI"), named("EID"))

    ran = repo.cli("drift", "--detailed-exitcode")

    assert 0 == ran.code
    assert ran.out.startswith("No drift: 3 series")


def test_a_conflict_shows_all_three_sides(repo: PullRequest) -> None:
    repo.files(HIGHER, named("HOLI"))
    repo.live(discountValue=5)

    assert moved(drift(repo)) == {"DIWALI.discountValue": (10, 5, 20, "conflict", "stricter")}


def test_without_a_base_every_difference_is_listed_with_no_cause(
    repo: PullRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo.folder / ".git").rename(repo.folder / "elsewhere")
    repo.files(HIGHER, named("HOLI"), named("EID"))

    found = drift(repo)

    assert moved(found) == {"DIWALI.discountValue": (None, 10, 20, None, "stricter")}
    assert ["DIWALI", "EID"] == [one["seriesCode"] for one in found["changes"]]
    assert "no live series has this code" == found["changes"][1]["missing"]


def test_a_renamed_series_is_missing_and_says_where_it_is(repo: PullRequest) -> None:
    repo.live(seriesCode="DIWALI26")

    (one,) = drift(repo)["changes"]

    assert one["fields"] == []
    assert "DIWALI26" in one["missing"]


def test_the_exit_code_tells_of_drift_only_when_asked(repo: PullRequest) -> None:
    repo.live(discountValue=15)

    assert 0 == repo.cli("drift").code
    assert 2 == repo.cli("drift", "--detailed-exitcode").code


def test_a_drift_file_is_the_drift(repo: PullRequest) -> None:
    repo.live(discountValue=15)

    ran = repo.cli("drift", "--out", "drift.json", "--format", "html")

    assert ran.out.startswith("<!doctype html>")
    held = from_json(Path("drift.json").read_text(encoding="utf-8"))
    assert {"DIWALI": ("discountValue",)} == held.paths


def test_a_retired_series_is_told_and_is_no_drift(repo: PullRequest) -> None:
    repo.files(named("HOLI"))

    ran = repo.cli("drift", "--detailed-exitcode")

    assert 0 == ran.code
    assert "no longer managed DIWALI" in ran.out


@pytest.mark.parametrize("asked", ["DIWALI:discountValue", "DIWALI"])
def test_accepting_writes_that_value_and_nothing_else(repo: PullRequest, asked: str) -> None:
    file = repo.folder / "series/diwali.yaml"
    before = file.read_bytes()
    repo.live(discountValue=15)

    ran = repo.cli("drift", "--accept", asked)

    assert 0 == ran.code, ran.err
    assert file.read_bytes() == before.replace(b"Value: 10", b"Value: 15")
    assert "No drift" in repo.cli("drift").out
    assert [] == repo.plan(against=None)[1]["changes"]
    assert 15 == repo.values()["DIWALI"]


def test_accepting_one_field_leaves_the_other(repo: PullRequest) -> None:
    repo.live(discountValue=15, maxRedeem=5)

    assert 0 == repo.cli("drift", "--accept", "DIWALI:maxRedeem").code

    assert {"DIWALI.discountValue"} == moved(drift(repo)).keys()


def test_several_are_accepted_in_one_go(repo: PullRequest) -> None:
    repo.live(discountValue=15, maxRedeem=5)
    repo.live("HOLI", discountValue=16)

    ran = repo.cli(
        "drift", "--accept", "DIWALI:maxRedeem", "--accept", "DIWALI:discountValue", "--accept",
        "HOLI",
    )  # fmt: skip

    assert 0 == ran.code, ran.err
    assert {} == moved(drift(repo))


def test_an_environment_variable_accepts_too(
    repo: PullRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.live(discountValue=15)
    repo.live("HOLI", discountValue=16)
    monkeypatch.setenv("RECONCILER_DRIFT_ACCEPT", "DIWALI HOLI:discountValue")

    assert 0 == repo.cli("drift").code

    monkeypatch.delenv("RECONCILER_DRIFT_ACCEPT")
    assert {} == moved(drift(repo))


REFUSED = {
    "an unknown series": ("NOBODY", "no such series moved; moved are: DIWALI"),
    "a series that did not move": ("HOLI", "no such series moved"),
    "a field that did not move": ("DIWALI:maxRedeem", "maxRedeem did not move; moved are"),
    "no field": ("DIWALI:nothing", "nothing did not move"),
}


@pytest.mark.parametrize(("asked", "said"), REFUSED.values(), ids=REFUSED)
def test_what_did_not_move_is_refused_and_nothing_is_written(
    repo: PullRequest, asked: str, said: str
) -> None:
    repo.live(discountValue=15)
    before = (repo.folder / "series/diwali.yaml").read_bytes()

    ran = repo.cli("drift", "--accept", "DIWALI", "--accept", asked)

    assert 64 == ran.code
    assert said in ran.err
    assert (repo.folder / "series/diwali.yaml").read_bytes() == before


@pytest.mark.parametrize(("asked", "said"), REFUSED.values(), ids=REFUSED)
def test_json_stays_one_document_where_nothing_can_be_accepted(
    repo: PullRequest, asked: str, said: str
) -> None:
    repo.live(discountValue=15)

    ran = repo.cli("drift", "--format", "json", "--accept", asked)

    assert 64 == ran.code
    assert said in json.loads(ran.out)["error"]["message"]


def test_what_cannot_be_accepted_is_said_before_anything_is_shown(repo: PullRequest) -> None:
    repo.live(discountValue=15)

    ran = repo.cli("drift", "--accept", "NOBODY")

    assert (64, "") == (ran.code, ran.out)


def test_json_stays_one_document_where_a_value_has_no_place_in_the_file(repo: PullRequest) -> None:
    repo.live(discountValue=15, discountType="SOMETHING")

    ran = repo.cli("drift", "--format", "json", "--accept", "DIWALI")

    assert 5 == ran.code
    assert "discountType stays" in ran.err
    assert {"DIWALI.discountValue", "DIWALI.discountType"} == moved(json.loads(ran.out)).keys()


def test_json_stays_one_document_where_a_file_cannot_be_written(repo: PullRequest) -> None:
    file = repo.folder / "series/diwali.yaml"
    repo.live(discountValue=15)
    Path(f"{file}.{os.getpid()}.draft").touch()

    ran = repo.cli("drift", "--format", "json", "--accept", "DIWALI")

    assert 64 == ran.code
    assert "cannot be written" in ran.err
    assert {"DIWALI.discountValue"} == moved(json.loads(ran.out)).keys()


def test_a_pending_field_is_not_accepted(repo: PullRequest) -> None:
    repo.files(HIGHER, named("HOLI"))
    repo.live(maxRedeem=5)

    assert 64 == repo.cli("drift", "--accept", "DIWALI:discountValue").code
    assert 0 == repo.cli("drift", "--accept", "DIWALI").code

    assert "Value: 20" in (repo.folder / "series/diwali.yaml").read_text()


def test_a_series_that_is_not_there_cannot_be_accepted(repo: PullRequest) -> None:
    repo.live(seriesCode="DIWALI26")

    ran = repo.cli("drift", "--accept", "DIWALI")

    assert 64 == ran.code
    assert "no file can say that" in ran.err


def test_what_has_no_place_in_a_file_says_so(repo: PullRequest) -> None:
    repo.live(discountValue=15, discountType="SOMETHING")
    ran = repo.cli("drift", "--accept", "DIWALI")

    assert 5 == ran.code
    assert "discountType stays" in ran.err


def test_accepting_writes_nothing_to_live(repo: PullRequest) -> None:
    repo.live(discountValue=15)
    with Store(DATA) as store:
        before = list(store.rows())

    repo.cli("drift", "--accept", "DIWALI")

    with Store(DATA) as store:
        assert list(store.rows()) == before


RANGE = '{"dom": [-1], "dow": [1, 2], "hours": [-1]}'
RANGES = {
    "a mapping since": (
        f"redemptionRange: '{RANGE}'\n",
        "redemptionRange: {dom: [-1], dow: [1, 2], hours: [-1]}\n",
        "redemptionRange.dow",
    ),
    "a text since": (
        "redemptionRange: {dom: [-1], dow: [1, 2], hours: [-1]}\n",
        f"redemptionRange: '{RANGE}'\n",
        "redemptionRange",
    ),
}


@pytest.mark.parametrize(("then", "now", "path"), RANGES.values(), ids=RANGES)
def test_a_range_that_is_written_in_another_form_by_now_has_drifted_all_the_same(
    repo: PullRequest, then: str, now: str, path: str
) -> None:
    repo.files(QUIET + then, named("HOLI"))
    assert 0 == repo.cli("apply", "--yes", "--record").code
    repo.files(QUIET + now, named("HOLI"))
    repo.commit()
    repo.live(redemptionRange=RANGE.replace("[1, 2]", "[3]"))

    assert {f"DIWALI.{path}": "drift"} == {
        key: found[3] for key, found in moved(drift(repo)).items()
    }


def test_a_series_that_gets_another_code_keeps_what_was_applied_to_it(repo: PullRequest) -> None:
    number = repo.values("id")["DIWALI"]
    repo.live(discountValue=77)
    repo.files(named("HOLI"), f"{named('DIWALI26')}lifecycle: {{adopt: {number}}}\n")

    found = drift(repo)

    assert {"DIWALI26.discountValue": "drift"} == {
        key: field[3] for key, field in moved(found).items()
    }
    assert [] == found["without_change"]
    assert [] == drift(repo, "--base", "base")["without_change"]
    assert 0 == repo.cli("drift", "--accept", "DIWALI26:discountValue").code
    assert "Value: 77" in (repo.folder / "series/diwali26.yaml").read_text()


def test_a_figure_whose_unit_moved_too_is_judged_with_it(repo: PullRequest) -> None:
    repo.live(discountType="ABS", discountValue=5)

    assert {"more generous"} == {
        found[4] for key, found in moved(drift(repo)).items() if "discount" in key
    }
