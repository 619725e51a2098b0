"""`github check`: what is checked out of a pull request, before any of it is read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from merged import TEN, TWENTY, Shop, shop_now
from repositories import git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Cli

ELSEWHERE = {"head": {"sha": "", "repo": {"full_name": "mallory/coupons"}}}


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.delenv("RECONCILER_FORKS", raising=False)
    with shop_now(project, monkeypatch) as opened:
        monkeypatch.setenv("GITHUB_OUTPUT", str(project / "output"))
        yield opened


def opened(here: Shop, files: dict[str, str | None] | None = None, **changed: Any) -> None:  # noqa: ANN401 - any of a pull request's fields
    """A pull request, and its event."""
    here.open(7, {"diwali.yaml": TWENTY} if files is None else files)
    here.event(**changed)


def output(here: Shop) -> str:
    file = here.folder / "output"
    return file.read_text() if file.exists() else ""


def test_a_pull_request_that_changes_series_is_planned(here: Shop, cli: Cli) -> None:
    opened(here)
    with here.merge_result():
        ran = cli("github", "check")

    assert (0, "plan=true\n", "") == (ran.code, output(here), ran.err)
    assert "pull request #7 changes series\n" == ran.out


def elsewhere(here: Shop) -> None:
    git(here.folder, "checkout", "--quiet", "-b", "change-7", "main")
    (here.folder / "docs.md").write_text("nothing of series")
    here.heads[7] = here.commit({})
    git(here.folder, "checkout", "--quiet", "main")
    here.event()


def test_one_that_changes_none_is_not(here: Shop, cli: Cli) -> None:
    elsewhere(here)
    with here.merge_result():
        ran = cli("github", "check")

    assert (0, "plan=false\n") == (ran.code, output(here))
    assert "pull request #7 does not change series\n" == ran.out


def test_what_the_base_changed_meanwhile_is_not_the_pull_requests(here: Shop, cli: Cli) -> None:
    elsewhere(here)
    here.commit({"diwali.yaml": TWENTY})
    with here.merge_result():
        assert 0 == cli("github", "check").code

    assert "plan=false\n" == output(here)


def test_the_configuration_counts_as_a_change(here: Shop, cli: Cli) -> None:
    git(here.folder, "checkout", "--quiet", "-b", "change-7", "main")
    with (here.folder / "reconciler.toml").open("a") as stream:
        stream.write("[guardrails]\nmax_percent = 99\n")
    here.heads[7] = here.commit({})
    git(here.folder, "checkout", "--quiet", "main")
    here.event()
    with here.merge_result():
        assert 0 == cli("github", "check").code

    assert "plan=true\n" == output(here)


ATTRIBUTES = {
    "at the repository's root": ("series", ".gitattributes", "plan=true\n"),
    "in a folder above the series": ("shop/coupons/series", "shop/.gitattributes", "plan=true\n"),
    "beside the series": ("shop/series", "shop/.gitattributes", "plan=true\n"),
    "far above them": ("shop/coupons/series", ".gitattributes", "plan=true\n"),
    "beside another folder": ("shop/series", "other/.gitattributes", "plan=false\n"),
    "in a folder above, of another name": ("shop/series", "shop/gitattributes", "plan=false\n"),
}


@pytest.mark.parametrize(("series", "name", "planned"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_what_says_how_git_checks_the_series_out_counts_as_a_change(
    here: Shop, cli: Cli, series: str, name: str, planned: str
) -> None:
    if series != "series":
        (here.folder / series).parent.mkdir(parents=True)
        git(here.folder, "mv", "series", series)
        git(here.folder, "commit", "--quiet", "-m", "moved")
    git(here.folder, "checkout", "--quiet", "-b", "change-7", "main")
    file = here.folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("*.yaml ident\n")
    here.heads[7] = here.commit({})
    git(here.folder, "checkout", "--quiet", "main")
    here.event()
    with here.merge_result():
        assert 0 == cli("--series", series, "github", "check").code

    assert planned == output(here)


def test_its_head_alone_is_compared_with_where_it_parted_from_its_base(
    here: Shop, cli: Cli
) -> None:
    """The last commit of several need not be the one that touches a series."""
    here.open(7, {"diwali.yaml": TWENTY}, {"../docs.md": "nothing of series"})
    here.commit({"may.yaml": TEN.replace("DIWALI", "MAY")})
    here.event()
    git(here.folder, "checkout", "--quiet", "--detach", here.heads[7])

    assert 0 == cli("github", "check").code
    assert "plan=true\n" == output(here)


def test_a_head_whose_base_nobody_knows_is_refused(here: Shop, cli: Cli) -> None:
    opened(here, base={"ref": "main", "sha": "e" * 40, "repo": {"full_name": "shop/coupons"}})
    git(here.folder, "checkout", "--quiet", "--detach", here.heads[7])

    assert 5 == cli("github", "check").code


def moved(here: Shop) -> None:
    """The event is of a head before the last push."""
    before = here.heads[7]
    here.push(7, {"diwali.yaml": TWENTY.replace("20", "25")})
    here.heads[7], after = before, here.heads[7]
    here.event()
    here.heads[7] = after


def newer(here: Shop) -> None:
    """The event is of a head that is not checked out yet."""
    before = here.heads[7]
    here.push(7, {"diwali.yaml": TWENTY.replace("20", "25")})
    here.event()
    here.heads[7] = before


@pytest.mark.parametrize("how", [moved, newer])
def test_a_merge_result_of_another_head_is_refused(
    here: Shop, cli: Cli, how: Callable[[Shop], None]
) -> None:
    opened(here)
    how(here)
    with here.merge_result():
        ran = cli("github", "check")

    assert (5, "") == (ran.code, output(here))
    assert "is not the merge result of" in ran.err
    assert "its newer run plans it" in ran.err


def test_a_commit_that_merges_something_into_the_head_is_not_its_merge_result(
    here: Shop, cli: Cli
) -> None:
    """Whoever pushes can make any commit on top of the head."""
    opened(here)
    git(here.folder, "checkout", "--quiet", "--detach", here.heads[7])
    here.commit({"diwali.yaml": TWENTY.replace("20", "99")})

    assert 5 == cli("github", "check").code

    git(here.folder, "merge", "--quiet", "--no-ff", "-m", "merged", "main", "-s", "ours")
    assert 5 == cli("github", "check").code


def test_nothing_is_checked_out_where_it_conflicts(here: Shop, cli: Cli) -> None:
    opened(here)
    git(here.folder, "checkout", "--quiet", "main")

    ran = cli("github", "check")

    assert (5, "") == (ran.code, output(here))
    assert "or it conflicts with its base" in ran.err


def test_a_folder_in_no_repository_is_refused(
    here: Shop, cli: Cli, tmp_path_factory: pytest.TempPathFactory
) -> None:
    opened(here)
    outside = tmp_path_factory.mktemp("outside")

    assert 5 == cli("--series", str(outside / "series"), "github", "check").code


def replaced(here: Shop, put: Callable[[Path], object]) -> None:
    """A pull request whose series/ is something else."""
    git(here.folder, "checkout", "--quiet", "-b", "change-7", "main")
    git(here.folder, "rm", "-r", "--quiet", "series")
    put(here.folder / "series")
    git(here.folder, "add", "--all")
    git(here.folder, "commit", "--quiet", "-m", "put")
    here.heads[7] = git(here.folder, "rev-parse", "HEAD")
    git(here.folder, "checkout", "--quiet", "main")
    here.event()


PUTS: dict[str, Callable[[Path], object]] = {
    "a link to the system": lambda path: path.symlink_to("/etc"),
    "a link to the folder above": lambda path: path.symlink_to(".."),
    "a link to the repository": lambda path: path.symlink_to("."),
    "a link to git's own": lambda path: path.symlink_to(".git"),
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a file": lambda path: path.write_text(TEN),
}


@pytest.mark.parametrize("put", PUTS.values(), ids=PUTS)
def test_series_that_is_no_folder_is_refused(
    here: Shop, cli: Cli, put: Callable[[Path], object]
) -> None:
    replaced(here, put)
    with here.merge_result():
        ran = cli("github", "check")

    assert (5, "") == (ran.code, output(here))
    assert "is no folder in this pull request" in ran.err or "is not the merge result" in ran.err


def test_a_link_above_the_series_leads_nowhere_else(here: Shop, cli: Cli) -> None:
    replaced(here, lambda path: (path.parent / "coupons").symlink_to("/"))
    with here.merge_result():
        ran = cli("--series", "coupons/series", "github", "check")

    assert (5, "") == (ran.code, output(here))


def test_series_that_is_gone_is_a_change(here: Shop, cli: Cli) -> None:
    opened(here, {"diwali.yaml": None})
    with here.merge_result():
        assert 0 == cli("github", "check").code

    assert "plan=true\n" == output(here)


def fork(here: Shop, repository: object = None) -> dict[str, Any]:
    return {"head": {"sha": here.heads[7], "repo": repository}}


@pytest.mark.parametrize(
    "repository", [{"full_name": "mallory/coupons"}, None], ids=["a fork", "a fork that is gone"]
)
@pytest.mark.parametrize("allowed", ["", "yes", "true"])
def test_a_fork_meets_no_credential(
    here: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch, repository: object, allowed: str
) -> None:
    opened(here)
    here.event(**fork(here, repository))
    monkeypatch.setenv("RECONCILER_FORKS", allowed)
    with here.merge_result():
        ran = cli("github", "check")

    assert (5, "", "") == (ran.code, output(here), ran.out)
    assert "comes from a fork" in ran.err
    assert "a maintainer who has read it pushes its branch to this repository" in ran.err


def test_neither_does_one_whose_event_names_no_repository_at_all(here: Shop, cli: Cli) -> None:
    opened(here)
    base = {"ref": "main", "sha": git(here.folder, "rev-parse", "main"), "repo": None}
    here.event(**fork(here), base=base)
    with here.merge_result():
        assert 5 == cli("github", "check").code


def test_a_fork_that_a_maintainer_allowed_is_planned(
    here: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(here)
    here.event(**fork(here, {"full_name": "mallory/coupons"}))
    monkeypatch.setenv("RECONCILER_FORKS", "allowed")
    with here.merge_result():
        assert 0 == cli("github", "check").code

    assert "plan=true\n" == output(here)


def test_a_fork_that_changes_no_series_needs_nobody(here: Shop, cli: Cli) -> None:
    elsewhere(here)
    here.event(**fork(here, {"full_name": "mallory/coupons"}))
    with here.merge_result():
        assert 0 == cli("github", "check").code

    assert "plan=false\n" == output(here)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (None, "GITHUB_EVENT_PATH names no event"),
        ("{", "GITHUB_EVENT_PATH names no event"),
        ("[]", "the event is of no pull request"),
        ('{"pull_request": {}}', "has no number or no head"),
        ('{"pull_request": {"number": 7, "head": {"sha": "--all"}}}', "has no number or no head"),
        ('{"pull_request": {"number": true, "head": {"sha": "%s"}}}' % ("e" * 40), "no number"),
        ('{"pull_request": {"number": 7, "head": "x"}}', "has no number or no head"),
    ],
)
def test_an_event_that_says_nothing_is_a_mistake_of_usage(
    here: Shop, cli: Cli, event: str | None, said: str
) -> None:
    file = here.folder / "event.json"
    if event is not None:
        file.write_text(event)

    ran = cli("github", "check")

    assert 64 == ran.code
    assert said in ran.err
    assert os.environ["GITHUB_EVENT_PATH"] == str(file)
