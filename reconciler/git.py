"""The git repository around the files, where there is one. Every git process starts here.

Nothing here touches the work tree or the index, asks anybody anything, or runs the user's hooks.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from reconciler.errors import RecordError
from reconciler.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TIMEOUT = 60.0
_NO_GIT = 127  # as a shell says it
_FILE = b"100644"
_FOLDER = b"40000"
_BATCH = 100  # object names that fit into any pipe, so that nobody waits for the other
_LOGIN = re.compile(r"://[^/@\s]+@")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a git process said. `nowhere`: there is no repository to ask."""

    code: int
    out: str
    words: str = ""
    nowhere: bool = False

    @property
    def ok(self) -> bool:
        """Whether git did what it was asked for."""
        return self.code == 0

    def told(self, what: str) -> str | None:
        """What git printed; None without a repository. Raise RecordError where it cannot say."""
        if not self.ok and not self.nowhere:
            raise RecordError(f"git cannot say {what}: {self.words}")
        return None if self.nowhere else self.out


def ask(
    directory: Path,
    *arguments: str,
    stdin: bytes = b"",
    timeout: float = TIMEOUT,
    settings: Mapping[str, str] | None = None,
) -> Answer:
    """Run git at a directory, or at the nearest one above that exists.

    Raise RecordError when it takes too long, is killed, or cannot be started; everything else is
    in the answer, also that there is no git.
    """
    try:
        with _start(directory, *arguments, settings=settings) as process:
            try:
                out, err = process.communicate(stdin, timeout)
            except BaseException:
                process.terminate()  # and not kill: git takes its lock files away
                raise
    except subprocess.TimeoutExpired:
        message = f"`git {arguments[0]}` did not end within {timeout:g} s"
        raise RecordError(message) from None
    except FileNotFoundError:
        missing = "git is not installed; what is in a git repository needs it"
        return Answer(_NO_GIT, "", missing, not _kept(directory))
    except OSError as error:
        raise RecordError(f"`git {arguments[0]}` cannot be run: {error.strerror}") from None
    if process.returncode < 0:
        raise RecordError(f"`git {arguments[0]}` was ended by signal {-process.returncode}")
    said = err.decode("utf-8", "replace")
    nowhere = process.returncode != 0 and "not a git repository" in said and not _kept(directory)
    return Answer(process.returncode, out.decode("utf-8", "replace"), _words(said), nowhere)


def run(
    directory: Path,
    *arguments: str,
    stdin: bytes = b"",
    settings: Mapping[str, str] | None = None,
) -> str:
    """What git printed. Raise RecordError in git's own words when it fails."""
    found = ask(directory, *arguments, stdin=stdin, settings=settings)
    if not found.ok:
        raise RecordError(f"the record needs git, and `git {arguments[0]}` failed: {found.words}")
    return found.out


def _start(
    directory: Path, *arguments: str, settings: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    while not directory.is_dir() and directory.parent != directory:
        directory = directory.parent
    # No hook runs, and no folder of files is a repository because it looks like one.
    quiet_settings = (f"core.hooksPath={os.devnull}", "safe.bareRepository=explicit")
    options = ["-C", str(directory), *(part for one in quiet_settings for part in ("-c", one))]
    quiet = {
        "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        **os.environ,  # a token's askpass script is the user's way to sign in
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",  # some answers are told apart by their words
    }
    return subprocess.Popen(
        ["git", *options, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**quiet, **(settings or {})},
        start_new_session=True,  # without a terminal nothing that git starts can prompt
    )


def _kept(directory: Path) -> bool:
    """Whether there is a repository where git would look for one, whatever state it is in."""
    if "GIT_DIR" in os.environ:
        return True
    ceilings = os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep)
    closed = {Path(name).resolve() for name in ceilings if name}
    start = directory.resolve()
    for folder in (start, *start.parents):
        if folder in closed and folder != start:
            return False
        if os.path.lexists(folder / ".git"):
            return True
        if folder.is_mount():
            return False
    return False


def _words(said: str) -> str:
    """What git said, on one line, without its hints and without a login in a URL."""
    lines = [line.strip() for line in said.splitlines()]
    kept = [line for line in lines if line and not line.startswith("hint:")]
    return clip(visible(_LOGIN.sub("://…@", "; ".join(kept))), 400) or "it gave no reason"


def head(directory: Path) -> str | None:
    """The full id of the commit that is checked out at a directory; None without a repository, and
    before the first commit. Raise RecordError where git cannot say.
    """
    found = ask(directory, "rev-parse", "--verify", "--quiet", "HEAD")
    if not found.ok and not found.nowhere and found.code != 1:  # 1: there is none yet
        raise RecordError(f"git cannot say which commit is checked out: {found.words}")
    return found.out.strip() or None


def descends(directory: Path, commit: str, ancestor: str) -> bool | None:
    """Whether a commit is an ancestor's descendant, or itself.

    None where git cannot tell: a commit that it does not know, or a history that is cut off.
    """
    found = ask(directory, "merge-base", "--is-ancestor", "--", ancestor, commit)
    if found.code not in {0, 1}:
        return None
    cut = not found.ok and ask(directory, "rev-parse", "--is-shallow-repository")
    return None if cut and cut.out.strip() == "true" else found.ok


def takes_as_ref(name: str) -> bool:
    """Whether git takes a name for a ref; without git every name will do."""
    if "\0" in name:
        return False
    found = ask(Path(), "check-ref-format", name)
    return found.ok or found.code == _NO_GIT


def tip(directory: Path, ref: str) -> str | None:
    """The commit that a ref is at; None where there is no git, no repository or no such ref.

    Raise RecordError where git cannot say: an absent ref is proven, never assumed.
    """
    found = ask(directory, "for-each-ref", "--format=%(objectname) %(refname)", ref)
    if found.nowhere:
        return None
    if not found.ok or "broken ref" in found.words:
        raise RecordError(f"git cannot say where {ref} is: {found.words}")
    rows = (line.split(" ", 1) for line in found.out.splitlines())
    return next((commit for commit, name in rows if name == ref), None)


def move(directory: Path, ref: str, new: str, old: str | None) -> Answer:
    """Move a ref from one commit to another, if it is still there; None: it must not exist yet."""
    patience = "core.filesRefLockTimeout=5000"
    return ask(directory, "-c", patience, "update-ref", "--no-deref", ref, new, old or "")


def remote(directory: Path) -> str | None:
    """The remote to share with: `origin`, else the only one; None also without a repository."""
    said = ask(directory, "remote").told("which remotes there are") or ""
    names = said.split("\n")[:-1]
    if "origin" in names:
        return "origin"
    return names[0] if len(names) == 1 else None


def identity(directory: Path, otherwise: str) -> str:
    """Who commits, and when: as git is configured, else by another name."""
    asked = ("-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
    known = ask(directory, *asked)
    if known.ok:
        return known.out.strip()
    mail = f"{otherwise}@users.noreply.github.com"
    named = {"GIT_AUTHOR_NAME": otherwise, "GIT_AUTHOR_EMAIL": mail}
    return run(directory, *asked, settings=named).strip()


class Objects:
    """Reads objects of a repository in one process, however many there are."""

    def __init__(self, directory: Path) -> None:
        self._process = _start(directory, "cat-file", "--batch")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def read(self, names: Sequence[str], kind: bytes = b"blob") -> Iterator[bytes]:
        """The contents by object name. Raise RecordError for one that is not there, and for one
        of another kind.
        """
        into, out = self._process.stdin, self._process.stdout
        if into is None or out is None:  # never: both are pipes
            return
        for start in range(0, len(names), _BATCH):
            batch = names[start : start + _BATCH]
            try:
                into.write("".join(f"{name}\n" for name in batch).encode())
                into.flush()
            except OSError:
                raise RecordError("`git cat-file` ended early") from None
            for name in batch:
                _, found, size, *_ = *out.readline().split(), b"", b"", b""
                if not size.isdigit():
                    raise RecordError(f"git lacks the object {name}: the history is cut off here")
                if found != kind:
                    is_one = f"a {found.decode()} where a {kind.decode()} belongs"
                    raise RecordError(f"the record is damaged: {name} is {is_one}")
                yield out.read(int(size))
                out.read(1)

    def commit(self, commit: str) -> tuple[dict[str, str], str]:
        """A commit's headers (of parents the first) and its message."""
        (data,) = self.read([commit], b"commit")
        top, _, message = data.decode("utf-8", "replace").partition("\n\n")
        headers: dict[str, str] = {}
        for line in top.split("\n"):
            key, _, value = line.partition(" ")
            headers.setdefault(key, value)
        return headers, message

    def files(self, commit: str, folder: str) -> dict[str, str]:
        """The ids of the files right in a folder of a commit, by their path."""
        root = self._tree(self.commit(commit)[0]["tree"])
        at = root.get(folder.encode(), (b"", ""))
        found = self._tree(at[1]) if at[0] == _FOLDER else {}
        return {
            f"{folder}/{name.decode('utf-8', 'replace')}": blob
            for name, (mode, blob) in found.items()
            if mode == _FILE
        }

    def _tree(self, tree: str) -> dict[bytes, tuple[bytes, str]]:
        (data,) = self.read([tree], b"tree")
        return entries(data, len(tree) // 2)


def entries(data: bytes, width: int) -> dict[bytes, tuple[bytes, str]]:
    """One level of a tree: mode and id by name. An id is as wide as the tree's own."""
    at = 0
    found: dict[bytes, tuple[bytes, str]] = {}
    while at < len(data):
        end = data.index(b"\0", at) + 1
        mode, _, name = data[at : end - 1].partition(b" ")
        found[name] = mode, data[end : end + width].hex()
        at = end + width
    return found
