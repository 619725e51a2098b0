"""A record that nobody could read is neither written nor taken for one that is not there."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from repositories import RECORD, entry, git, isolate

from reconciler.errors import RecordError
from reconciler.recordref import advance, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    isolate(tmp_path, monkeypatch)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "-m", "one")
    git(tmp_path, "tag", "-a", "-m", "a tag", "v1")
    return tmp_path


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        pytest.param({"commit": ""}, "damaged at commit", id="an empty commit"),
        pytest.param({"commit": "HEAD"}, "damaged at commit", id="a name for a commit"),
        pytest.param({"digest": "d"}, "damaged at digest", id="no digest"),
        pytest.param({"last_used": "soon"}, "damaged at last_used", id="no moment"),
        pytest.param({"managed": {"numIssued": 1}}, "at managed.numIssued", id="a counter"),
        pytest.param({"managed": {"productInfo": None}}, "managed.productInfo", id="no products"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(
    repository: Path, edit: dict[str, Any], said: str
) -> None:
    tip = advance(repository, "eu", [entry("MAY")], "Apply")

    with pytest.raises(RecordError, match=f"the record of APRIL100 cannot be written: .*{said}"):
        advance(repository, "eu", [entry("JUNE"), replace(entry("APRIL100"), **edit)], "Apply")
    assert (tip, ["MAY"]) == (read(repository, "eu").tip, list(read(repository, "eu").entries))


@pytest.mark.parametrize("kind", ["blob", "tree", "tag"])
def test_a_ref_that_is_at_no_commit_is_an_error(repository: Path, kind: str) -> None:
    (repository / "x").write_text("x")
    found = {
        "blob": git(repository, "hash-object", "-w", "x"),
        "tree": git(repository, "rev-parse", "HEAD^{tree}"),
        "tag": git(repository, "rev-parse", "v1"),
    }
    git(repository, "update-ref", RECORD, found[kind])

    with pytest.raises(RecordError, match=f"is a {kind} where a commit belongs"):
        read(repository, "eu")


def test_a_folder_that_is_none_is_an_error(repository: Path) -> None:
    (repository / "x").write_text("x")
    blob = git(repository, "hash-object", "-w", "x")
    tree = bytes.fromhex(blob)
    made = subprocess.run(
        ["git", "-C", repository, "hash-object", "-w", "-t", "tree", "--literally", "--stdin"],
        input=b"40000 series\0" + tree,
        check=True,
        capture_output=True,
    )
    root = made.stdout.decode().strip()
    git(repository, "update-ref", RECORD, git(repository, "commit-tree", "-m", "x", root))

    with pytest.raises(RecordError, match="is a blob where a tree belongs"):
        read(repository, "eu")


def no_head(folder: Path) -> None:
    (folder / ".git" / "HEAD").write_text("garbage\n")


def no_objects(folder: Path) -> None:
    (folder / ".git" / "objects").rename(folder / "elsewhere")


def no_link(folder: Path) -> None:
    (folder / ".git").rename(folder / "elsewhere")
    (folder / ".git").write_text("gitdir: nowhere\n")


@pytest.mark.parametrize("spoil", [no_head, no_objects, no_link])
def test_a_repository_that_git_cannot_read_is_not_an_absent_one(
    repository: Path, spoil: Callable[[Path], None]
) -> None:
    advance(repository, "eu", [entry("MAY")], "Apply")
    spoil(repository)

    for folder in (repository, repository / "series" / "new"):
        with pytest.raises(RecordError, match="not a git repository"):
            read(folder, "eu")
