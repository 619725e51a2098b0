"""The record in git: a ref for each target, read, advanced, and shared with the remote.

Each apply is one commit whose tree has one file for each series. A ref only ever moves forward, by
compare and swap; where two sides moved, the one that comes later lays its commits over the other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler import git
from reconciler.drafts import Draft, write
from reconciler.errors import RecordError, UsageError
from reconciler.record import EMPTY, FOLDER, Entry, Record, damage, file_name, from_json, to_text
from reconciler.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_TRIES = 5
_ROUNDS = 50  # of a loop that only another writer on this machine keeps going
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_NAME = re.compile(r"[\w.~%-]+\.json", re.ASCII)  # what `file_name` makes: safe in any command


def ref(target: str) -> str:
    """The ref that holds a target's record. Raise UsageError for a name that git does not take."""
    name = f"refs/reconciler/{target}"
    if not _PLAIN.fullmatch(target) and not git.takes_as_ref(name):
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", target).strip("-") or "eu-prod"
        raise UsageError(
            f"git takes no ref for the record of the target {clip(visible(repr(target)))}: rename"
            f" it in reconciler.toml, to [targets.{plain}] for example"
        )
    return name


def read(directory: Path, target: str) -> Record:
    """The record of a target; EMPTY where there is no git, no repository or no ref, or where git
    takes no ref of that name: then there can be none.

    Raise RefusedError for an entry that cannot be trusted, RecordError where git cannot read it.
    """
    try:
        name = ref(target)
    except UsageError:
        return EMPTY
    tip = git.tip(directory, name)
    if tip is None:
        return EMPTY
    with git.Objects(directory) as objects:
        files = _entries(objects, tip)
        contents = objects.read(list(files.values()))
        found = [
            from_json(content, name, file) for file, content in zip(files, contents, strict=True)
        ]
    return Record({entry.code: entry for entry in found}, tip)


def _entries(objects: git.Objects, commit: str) -> dict[str, str]:
    """The ids of a commit's entries by file name."""
    files = objects.files(commit, FOLDER)
    return {path: blob for path, blob in files.items() if _NAME.fullmatch(path[len(FOLDER) + 1 :])}


def advance(
    directory: Path, target: str, entries: Iterable[Entry], message: str, who: str | None = None
) -> str:
    """Lay entries over the record in one commit, and say where the ref is then.

    `who` (the CI's actor) stands in where git knows no user. Entries that change nothing make no
    commit. Raise RecordError without a repository, where git cannot write, and for an entry that
    could not be read back.
    """
    name = ref(target)
    laid = list(entries)
    for entry in laid:
        if said := damage(entry):
            code = clip(visible(entry.code))
            raise RecordError(f"the record of {code} cannot be written: {said}")
    files = {file_name(entry.code): to_text(entry).encode() for entry in laid}
    author = git.identity(directory, re.sub(r"[^\w.\[\]-]", "", who or "") or "reconciler")
    draft = Draft(author, author, message, files)
    for _ in range(_ROUNDS):
        old = git.tip(directory, name)
        new = write(directory, old, [draft])
        if old is not None and _same(directory, old, new):
            return old
        if _moved(directory, name, new, old):
            return new
    raise RecordError(f"the record cannot be written: {name} moves all the time")


def _same(directory: Path, one: str, other: str) -> bool:
    """Whether two commits have one tree."""
    trees = git.run(directory, "rev-parse", f"{one}^{{tree}}", f"{other}^{{tree}}").split()
    return trees[0] == trees[1]


def _moved(directory: Path, name: str, new: str, old: str | None) -> bool:
    """Move the ref; False where another process was faster, RecordError where git cannot."""
    answer = git.move(directory, name, new, old)
    if not answer.ok and git.tip(directory, name) == old:
        raise RecordError(f"the record cannot be written: {answer.words}")
    return answer.ok


def fetch(directory: Path, target: str) -> None:
    """Bring what the remote's ref has here, and lay over it what only this clone has.

    Nothing to do without a repository or a remote. Raise RecordError when the remote fails.
    """
    name, remote = ref(target), git.remote(directory)
    if remote is not None:
        _bring(directory, name, remote)


def _bring(directory: Path, name: str, remote: str) -> None:
    theirs = _fetched(directory, name, remote)
    if theirs is None:
        return
    for _ in range(_ROUNDS):
        ours = git.tip(directory, name)
        new = _joined(directory, ours, theirs)
        if new == ours or _moved(directory, name, new, ours):
            return
    raise RecordError(f"the record cannot be written: {name} moves all the time")


def _fetched(directory: Path, name: str, remote: str) -> str | None:
    """Where the remote's ref is, its commits brought here; None where it has none."""
    seen = name.replace("refs/reconciler/", "refs/reconciler-remote/", 1)
    quiet = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-gc", "--no-prune")
    alone = ("--no-write-fetch-head", "--refmap=", "--no-filter")  # no ref but `seen` moves
    for _ in range(_TRIES):
        found = git.ask(directory, "fetch", *quiet, *alone, remote, f"+{name}:{seen}")
        if found.ok:
            return git.tip(directory, seen)
        if "find remote ref" in found.words:
            return None
        if "cannot lock ref" not in found.words:  # else another process is fetching it, too
            break
    raise RecordError(
        f"the record cannot be fetched from {remote}: {found.words}; see what"
        f" `git ls-remote {remote}` says"
    )


def _joined(directory: Path, ours: str | None, theirs: str) -> str:
    """A commit that has both sides: theirs or ours where it does, else ours laid over theirs."""
    if ours is None:
        return theirs
    counted = git.run(directory, "rev-list", "--left-right", "--count", f"{ours}...{theirs}")
    only_ours, only_theirs = (int(count) for count in counted.split())
    if not only_theirs:
        return ours
    if not only_ours:
        return theirs
    lacking = git.run(directory, "rev-list", "--first-parent", "--reverse", f"{theirs}..{ours}")
    with git.Objects(directory) as objects:
        drafts = [_again(objects, commit) for commit in lacking.split()]
    return write(directory, theirs, drafts)


def _again(objects: git.Objects, commit: str) -> Draft:
    """The same commit once more, for another parent: who, when, what, and the files it changed."""
    headers, message = objects.commit(commit)
    parent = headers.get("parent")
    before = _entries(objects, parent) if parent else {}
    files = {
        path: blob for path, blob in _entries(objects, commit).items() if before.get(path) != blob
    }
    return Draft(headers["author"], headers["committer"], message, files)


def check_push(directory: Path, target: str) -> None:
    """Ask the remote, before there is anything to share, whether it would take the record.

    Nothing moves anywhere. Raise RecordError where it refuses whoever this is.
    """
    name, remote = ref(target), git.remote(directory)
    ours = git.tip(directory, name) or git.head(directory)
    if remote is None or ours is None:
        return
    would = _pushed(directory, remote, f"{ours}:{name}", "--dry-run")
    if not would.ok and "[rejected]" not in would.words:  # that one was faster, and is fetched then
        raise RecordError(
            f"the record could not be pushed to {remote}: {would.words}; nothing was written. What"
            " was done and nobody recorded would be done again"
        )


def _pushed(directory: Path, remote: str, what: str, *more: str) -> git.Answer:
    options = ("--quiet", "--no-follow-tags", "--no-signed", "--no-force", *more)
    return git.ask(directory, "push", *options, "--recurse-submodules=no", remote, what)


def push(directory: Path, target: str) -> str | None:
    """Share the record, forward only, and say with which remote; None where there is none.

    Where the remote moved, ours is laid over it and pushed again. Raise RecordError when that does
    not end, or the remote refuses; this clone still has everything.
    """
    name, remote = ref(target), git.remote(directory)
    if remote is None:
        return None
    words = ""
    for _ in range(_TRIES):
        ours = git.tip(directory, name)
        if ours is None:
            return None
        sent = _pushed(directory, remote, f"{ours}:{name}")
        if sent.ok:
            return remote
        words = sent.words
        _bring(directory, name, remote)
        if git.tip(directory, name) == ours and "lock ref" not in words:
            break  # nobody was faster: it would be refused again
    raise RecordError(
        f"the record cannot be pushed to {remote}: {words}; it is kept in this clone:"
        f" `git push {remote} {name}` shares it"
    )
