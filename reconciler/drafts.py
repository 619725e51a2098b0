"""Commits in the making: of files by path, without a work tree or an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.git import run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_UNBORN = "refs/reconciler-unborn"  # fast-import needs a name; it is given up before the end


@dataclass(frozen=True, slots=True)
class Draft:
    """A commit to be made. `files` holds, by path, the text or the id of what changes."""

    author: str
    committer: str
    message: str
    files: Mapping[str, bytes | str]


def write(directory: Path, parent: str | None, drafts: Sequence[Draft]) -> str:
    """Make commits on a parent, one upon the other, and say the last one's id. No ref moves."""
    parts = [b"feature done\n"]
    for number, draft in enumerate(drafts):
        parts += [f"commit {_UNBORN}\nmark :1\n".encode()]
        parts += [f"author {draft.author}\ncommitter {draft.committer}\n".encode()]
        parts += [_data(draft.message.encode())]
        parts += [f"from {parent}\n".encode()] if parent and number == 0 else []
        for path, what in sorted(draft.files.items()):
            if isinstance(what, str):
                parts += [f"M 100644 {what} {path}\n".encode()]
            else:
                parts += [f"M 100644 inline {path}\n".encode(), _data(what)]
        parts += [b"\n"]
    parts += [f"get-mark :1\nreset {_UNBORN}\n\ndone\n".encode()]
    return run(directory, "fast-import", "--quiet", stdin=b"".join(parts)).strip()


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)
