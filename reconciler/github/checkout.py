"""The merge result of a pull request as it lies here: that it is the right one, and what it holds.

Asked before anything in it is read. git alone looks, and git takes names and modes from objects.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from reconciler import git
from reconciler.errors import RefusedError
from reconciler.gitobjects import locate

if TYPE_CHECKING:
    from reconciler.github.event import PullRequest

_FOLDER = "040000"
_CONFIG = "reconciler.toml"


def parents(directory: Path, commit: str) -> list[str] | None:
    """The parents of a commit; None where this repository does not know it."""
    found = git.ask(directory, "rev-list", "--parents", "--max-count=1", commit, "--")
    return found.out.split()[1:] if found.ok else None


def is_of(directory: Path, commit: str, head: str) -> bool | None:
    """Whether a commit is a pull request's head, or its merge into another commit; None where
    nobody knows.
    """
    if commit == head:
        return True
    known = parents(directory, commit)
    return None if known is None else known[1:] == [head]


@dataclass(frozen=True, slots=True)
class Checkout:
    """What there is to do for a pull request. `said` tells it."""

    plans: bool
    said: str

    @staticmethod
    def of(series: str, pull: PullRequest) -> Checkout:
        """Look at a folder of series. Raise RefusedError for one that must not be read."""
        folder = Path(series)
        _check_settings(folder)
        place = locate(folder)
        commit = place.head if place else None
        ours = place is not None and commit is not None and is_of(folder, commit, pull.head)
        if not (place and place.ways and commit and ours):
            raise RefusedError(
                f"what is checked out is not the merge result of {pull.head[:12]}: the pull request"
                " has moved on, and its newer run plans it, or it conflicts with its base"
            )
        way = os.fsdecode(b"/".join(place.ways[0]))
        mode = git.run(folder.parent, "ls-tree", commit, "--", f":(top,literal){way}").split(" ")[0]
        if mode not in {"", _FOLDER}:
            raise RefusedError(f"{way} is no folder in this pull request, and is not followed")
        base = _base(folder, commit, pull)
        beside = os.path.normpath(os.path.join(os.path.dirname(way), _CONFIG))  # noqa: PTH118, PTH120 - names in git, no files
        paths = [f":(top,literal){name}" for name in (way, beside, *_attributes(way))]
        moved = git.ask(folder.parent, "diff", "--quiet", base, commit, "--", *paths)
        if moved.code not in {0, 1}:
            raise RefusedError(f"git cannot compare the pull request with its base: {moved.words}")
        changed = "changes" if moved.code else "does not change"
        return Checkout(moved.code == 1, f"pull request #{pull.number} {changed} {way}")


def _attributes(way: str) -> list[str]:
    """What says how git writes the files of a folder when it checks them out: their encoding, their
    line ends. It stands in any folder from the repository's own down to this one.
    """
    above = PurePosixPath(way).parents
    return [str(folder / ".gitattributes") for folder in above]


def _check_settings(folder: Path) -> None:
    """Raise RefusedError for a folder that is a repository by itself, without asking git: git would
    obey the settings that lie in it, and some of them are commands.
    """
    if folder.is_symlink():
        raise RefusedError(f"{folder} is no folder in this pull request, and is not followed")
    found = folder.iterdir() if folder.is_dir() else ()
    if any(one.name.casefold() in {"head", ".git"} for one in found):
        raise RefusedError(
            f"{folder} holds what git takes for a repository of its own (HEAD, or .git), and its"
            " settings for orders: nothing in it is read; take it out"
        )


def _base(folder: Path, commit: str, pull: PullRequest) -> str:
    """What a pull request is compared with: of its merge the first parent, of its head where it
    parted from the branch that it is for.
    """
    if commit != pull.head:
        return (parents(folder, commit) or [commit])[0]
    found = git.ask(folder, "merge-base", pull.base_sha or "", commit)
    if not found.ok:
        raise RefusedError(
            f"git does not know the branch that {commit[:12]} is for: check out the merge result,"
            " with its history"
        )
    return found.out.split()[0]
