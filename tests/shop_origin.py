"""The bare origin of the stories, and what GitHub keeps in it: branches, merges, refs of pulls."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from repositories import clone, git

if TYPE_CHECKING:
    from collections.abc import Mapping

    Merging = Literal["merge", "squash", "rebase"]
    Files = Mapping[str, str | None]  # by path in the repository; None where it is deleted

HERE = Path(__file__).parent
BY_GITHUB = ("-c", "user.name=GitHub", "-c", "user.email=noreply@github.test")


@dataclass(frozen=True)
class Origin:
    """A bare repository, and a clone in which people work."""

    bare: Path
    work: Path

    @classmethod
    def made(cls, folder: Path, files: Files) -> Origin:
        """A repository whose main holds this repository's workflows, and these files."""
        bare = folder / "origin.git"
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(bare))
        work = clone(bare, "work")
        shutil.copytree(HERE.parent / ".github", work / ".github")
        found = cls(bare, work)
        git(work, "checkout", "--quiet", "-B", "main")
        found.commit(files, "The first files")
        git(work, "push", "--quiet", "origin", "main")
        return found

    def tip(self, ref: str = "main") -> str:
        """The commit that a ref is at."""
        return git(self.bare, "rev-parse", ref)

    def text(self, path: str, ref: str = "main") -> str:
        """What a file holds."""
        return git(self.bare, "show", f"{ref}:{path}") + "\n"

    def with_record(self) -> Path:
        """The clone, with the records that the origin has just now and no other."""
        refs = "+refs/reconciler/*:refs/reconciler/*"
        git(self.work, "fetch", "--quiet", "--prune", "origin", refs)
        return self.work

    def switch(self, branch: str, start: str) -> None:
        """Work on a branch that begins at a commit."""
        git(self.work, "fetch", "--quiet", "origin")
        git(self.work, "checkout", "--quiet", "--force", "-B", branch, start)

    def commit(self, files: Files, message: str = "A change") -> None:
        """Commit files where somebody works just now."""
        for path, text in files.items():
            file = self.work / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                file.unlink()
            else:
                file.write_text(text, encoding="utf-8")
        git(self.work, "add", "--all")
        git(self.work, "commit", "--quiet", "--allow-empty", "--message", message)

    def publish(self, *refs: str) -> str:
        """Push where somebody works to refs of the origin, whatever they were; the commit."""
        git(self.work, "push", "--quiet", "--force", "origin", *(f"HEAD:{ref}" for ref in refs))
        return git(self.work, "rev-parse", "HEAD")

    def merged(self, head: str) -> str:
        """The tree of main with a head merged into it."""
        return git(self.bare, "merge-tree", "--write-tree", "main", head)

    def committed(self, tree: str, message: str, *parents: str) -> str:
        """A commit of GitHub's own."""
        named = [word for parent in parents for word in ("-p", parent)]
        return git(self.bare, *BY_GITHUB, "commit-tree", tree, *named, "-m", message)

    def try_merge(self, number: int) -> None:
        """Keep the merge result of an open pull request, as GitHub does when main or it moves."""
        head = self.tip(f"refs/pull/{number}/head")
        made = self.committed(self.merged(head), f"Merge {head}", self.tip(), head)
        git(self.bare, "update-ref", f"refs/pull/{number}/merge", made)

    def merge(self, number: int, how: Merging) -> list[str]:
        """Merge a pull request into main; the commits that it brought there, the last one last."""
        head, tip = self.tip(f"refs/pull/{number}/head"), self.tip()
        own = git(self.bare, "rev-list", "--reverse", f"{tip}..{head}").split()
        if how == "merge":
            title = f"Merge pull request #{number}"
            brought = [*own, self.committed(self.merged(head), title, tip, head)]
        elif how == "squash":
            brought = [self.committed(self.merged(head), f"A change (#{number})", tip)]
        else:
            brought = self.rebased(own, tip)
        git(self.bare, "update-ref", "refs/heads/main", brought[-1], tip)
        return brought

    def rebased(self, own: list[str], tip: str) -> list[str]:
        """Commits laid upon a tip, each anew."""
        self.switch("rebased", tip)
        git(self.work, *BY_GITHUB, "cherry-pick", "--allow-empty", *own)
        made = self.publish("refs/heads/rebased")
        git(self.bare, "update-ref", "-d", "refs/heads/rebased")
        return git(self.bare, "rev-list", "--reverse", f"{tip}..{made}").split()
