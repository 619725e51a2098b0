from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from origins import (
    CHECKOUT,
    DOWNLOAD,
    PYTHON,
    UPLOAD,
    bare,
    commit,
    jobs,
    pull_request,
    push_to,
    run,
)
from repositories import git, isolate
from triggers import WorkflowError

if TYPE_CHECKING:
    from pathlib import Path

    from outcomes import Run

LOOK = """\
  - run: |
      git -C "$WHERE" log -1 --format=%s
      git -C "$WHERE" symbolic-ref --short HEAD || echo detached
      git -C "$WHERE" rev-list --count HEAD
      git -C "$WHERE" for-each-ref --format='%(refname)' refs/remotes refs/tags
    env: {WHERE: .}
"""


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path, monkeypatch)


def uses(action: str, **inputs: str) -> str:
    given = "".join(f"\n      {name.replace('_', '-')}: {value}" for name, value in inputs.items())
    return f"  - uses: {action}\n" + (f"    with:{given}\n" if given else "")


def permitted(*steps: str, contents: str = "read") -> str:
    return jobs(a=f"permissions: {{contents: {contents}}}\nsteps:\n{''.join(steps)}")


def history(tmp_path: Path) -> Path:
    """Main with two commits, a tag, and pull request 7 with its merge result."""
    origin, work = bare(tmp_path), tmp_path / "work"
    commit(work, "a", "second")
    git(work, "push", "--quiet", "origin", "HEAD:refs/tags/v1", "HEAD:refs/heads/other")
    git(work, "checkout", "--quiet", "--detach")
    commit(work, "b", "proposed", "HEAD:refs/pull/7/merge")
    git(work, "checkout", "--quiet", "main")
    return origin


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        pytest.param({}, ["second", "main", "1", "refs/remotes/origin/main"], id="by default"),
        pytest.param(
            {"ref": "main"}, ["second", "main", "1", "refs/remotes/origin/main"], id="a branch"
        ),
        pytest.param({"ref": "v1"}, ["second", "detached", "1", "refs/tags/v1"], id="a tag"),
        pytest.param(
            {"ref": "refs/pull/7/merge"},
            ["proposed", "detached", "1", "refs/remotes/pull/7/merge"],
            id="a merge result",
        ),
        pytest.param(
            {"ref": "refs/pull/7/merge", "fetch_depth": "2"},
            ["proposed", "detached", "2", "refs/remotes/pull/7/merge"],
            id="a merge result with its parent",
        ),
        pytest.param(
            {"fetch_depth": "0"},
            [
                "second",
                "main",
                "2",
                "refs/remotes/origin/main",
                "refs/remotes/origin/other",
                "refs/tags/v1",
            ],
            id="all there is",
        ),
        pytest.param(
            {"ref": "${{ github.sha }}"}, ["second", "detached", "1"], id="a commit, detached"
        ),
    ],
)
def test_checkout_takes_what_is_asked_for(
    tmp_path: Path, inputs: dict[str, str], said: list[str]
) -> None:
    history(tmp_path)
    lines = run(tmp_path, permitted(uses(CHECKOUT, **inputs), LOOK)).log.splitlines()
    assert said == [line for line in lines if not line.startswith("fatal: ref HEAD is not")]


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        pytest.param({}, "first", id="the commit of the event by default"),
        pytest.param({"fetch_depth": "0"}, "first", id="with all history, too"),
        pytest.param({"ref": "main"}, "second", id="the tip if the branch is named"),
        pytest.param({"ref": "${{ github.ref }}"}, "second", id="the tip if its ref is named"),
    ],
)
def test_checkout_takes_the_tip_only_if_a_branch_is_named(
    tmp_path: Path, inputs: dict[str, str], said: str
) -> None:
    event = push_to(bare(tmp_path))
    commit(tmp_path / "work", "a", "second")
    done = run(tmp_path, permitted(uses(CHECKOUT, **inputs), "  - run: cat a\n"), event)
    assert said == done.log


TARGET = "on: push", "on: pull_request_target"


@pytest.mark.parametrize(
    ("fork", "inputs", "said"),
    [
        pytest.param("shop/coupons", {}, "first", id="the base by default"),
        pytest.param("shop/coupons", {"ref": "refs/pull/7/merge"}, "more", id="its merge result"),
        pytest.param("eve/coupons", {}, "first", id="the base by default, for a fork too"),
        pytest.param("eve/coupons", {"ref": "refs/pull/7/merge"}, "Refusing", id="a fork's"),
        pytest.param(
            "eve/coupons",
            {"ref": "${{ github.event.pull_request.head.sha }}"},
            "Refusing",
            id="a fork's by its commit",
        ),
        pytest.param(
            "eve/coupons",
            {"ref": "refs/pull/7/merge", "allow_unsafe_pr_checkout": "true"},
            "more",
            id="a fork's with the consent",
        ),
    ],
)
def test_checkout_takes_nothing_of_a_fork_where_secrets_are(
    tmp_path: Path, fork: str, inputs: dict[str, str], said: str
) -> None:
    origin = bare(tmp_path)
    head = commit(tmp_path / "work", "a", "more", "HEAD:refs/pull/7/merge")
    event = pull_request(origin, "pull_request_target", head, fork)
    source = permitted(uses(CHECKOUT, **inputs), "  - run: cat a\n").replace(*TARGET)
    assert said in run(tmp_path, source, event).log


PUSH = """\
  - run: |
      git -c user.name=B -c user.email=b@b.test commit --quiet --allow-empty --message more
      git %s push --quiet origin main
    env: {GH_TOKEN: '${{ github.token }}'}
"""
HELPER = "-c credential.helper= -c 'credential.helper=!gh auth git-credential'"


@pytest.mark.parametrize(
    ("persist", "contents", "options", "why"),
    [
        pytest.param("true", "write", "", "", id="kept credentials that may write"),
        pytest.param("true", "read", "", "denied", id="kept credentials that may not"),
        pytest.param("false", "write", "", "could not read Username", id="no credentials"),
        pytest.param("false", "write", HELPER, "", id="a helper that may write"),
        pytest.param("false", "read", HELPER, "denied", id="a helper that may not"),
    ],
)
def test_a_push_needs_credentials_that_may_write(
    tmp_path: Path, persist: str, contents: str, options: str, why: str
) -> None:
    source = permitted(
        uses(CHECKOUT, persist_credentials=persist), PUSH % options, contents=contents
    )
    done = run(tmp_path, source)
    assert ("failure" if why else "success") == done.conclusion
    assert why in done.log
    assert [] == done.leaks
    count = git(tmp_path / "origin.git", "rev-list", "--count", "main")
    assert ("1" if why else "2") == count


def test_a_token_that_may_not_read_checks_nothing_out(tmp_path: Path) -> None:
    done = run(tmp_path, jobs(a=f"steps:\n{uses(CHECKOUT)}"))
    assert "failure" == done.conclusion


def test_checkout_into_a_folder_leaves_the_rest_alone(tmp_path: Path) -> None:
    source = permitted(uses(CHECKOUT), uses(CHECKOUT, path="merge"), "  - run: cat a merge/a\n")
    assert "firstfirst" == run(tmp_path, source).log


def test_checkout_fails_on_a_branch_that_is_not_there(tmp_path: Path) -> None:
    done = run(tmp_path, permitted(uses(CHECKOUT, ref="nowhere")))
    assert "failure" == done.conclusion
    assert done.log.startswith("Error: ")


FILES = """\
  - run: |
      mkdir -p out/deep .hidden
      echo 1 > out/plan.json; echo 2 > out/deep/plan.html; echo 3 > out/.secret; echo 4 > .hidden/x
"""


def kept(done: Run, name: str = "plan") -> list[str]:
    folder = done.artifacts[name]
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize(
    ("path", "more", "files"),
    [
        pytest.param(
            "out", {}, ["deep/plan.html", "plan.json"], id="a folder without hidden files"
        ),
        pytest.param("out/plan.json", {}, ["plan.json"], id="a file"),
        pytest.param(
            '"out/plan.json\\nout/deep/plan.html\\n"',
            {},
            ["deep/plan.html", "plan.json"],
            id="files from their common folder on",
        ),
        pytest.param("out/*.json", {}, ["plan.json"], id="a pattern"),
        pytest.param(
            "out",
            {"include_hidden_files": "true"},
            [".secret", "deep/plan.html", "plan.json"],
            id="hidden files that are asked for",
        ),
        pytest.param(".hidden", {}, ["x"], id="a hidden folder that is named itself"),
    ],
)
def test_an_upload_keeps_files(
    tmp_path: Path, path: str, more: dict[str, str], files: list[str]
) -> None:
    source = permitted(FILES, uses(UPLOAD, name="plan", path=path, retention_days="5", **more))
    assert files == kept(run(tmp_path, source))


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        pytest.param(
            uses(UPLOAD, name="x", path="nope", if_no_files_found="error"), "No files", id="nothing"
        ),
        pytest.param(uses(UPLOAD, name="x", path="out") * 2, "already exists", id="a name twice"),
        pytest.param(uses(UPLOAD, name="a/b", path="out"), "not valid", id="a name that is none"),
        pytest.param(uses(DOWNLOAD, name="x"), "not found", id="an artifact that is not there"),
        pytest.param(uses(PYTHON, python_version="three"), "not found", id="no Python"),
    ],
)
def test_an_action_fails_as_the_real_one_does(tmp_path: Path, steps: str, why: str) -> None:
    done = run(tmp_path, permitted(FILES, steps))
    assert "failure" == done.conclusion
    assert why in done.log


def test_an_upload_without_files_is_no_failure_unless_told(tmp_path: Path) -> None:
    done = run(tmp_path, permitted(uses(UPLOAD, name="x", path="nope")))
    assert ("success", {}) == (done.conclusion, done.artifacts)


def test_an_artifact_never_holds_a_repository(tmp_path: Path) -> None:
    with pytest.raises(WorkflowError, match="would hold a repository"):
        run(tmp_path, permitted(uses(CHECKOUT), uses(UPLOAD, name="x", path=".")))


def test_a_download_gives_files_back_to_another_job(tmp_path: Path) -> None:
    source = jobs(
        a=f"steps:\n{FILES}{uses(UPLOAD, name='plan', path='out')}",
        b="needs: a\nsteps:\n"
        + uses(PYTHON, python_version="'3.12'")
        + uses(DOWNLOAD, name="plan", path="in")
        + uses(DOWNLOAD, path="all")
        + "  - run: cat in/plan.json all/plan/deep/plan.html\n",
    )
    assert "1\n2" == run(tmp_path, source).job("b").log


def test_a_secret_in_an_artifact_is_a_leak(tmp_path: Path) -> None:
    source = permitted(
        "  - run: echo $KEY > x\n    env: {KEY: '${{ secrets.KEY }}'}\n",
        uses(UPLOAD, name="x", path="x"),
    )
    assert ["KEY in the artifact x: x"] == run(tmp_path, source, secrets={"KEY": "the-key"}).leaks
