"""One apply at a time on one machine and target: a lock that its holder's death releases.

The lock is the system's own, on an open file; the file itself stays. Beside it stands who holds it,
for the one that is refused: words alone, nothing is decided by them.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import RefusedError, UsageError
from reconciler.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@contextmanager
def held(target: str, host: str, note: str, environment: Mapping[str, str]) -> Iterator[None]:
    """Hold the lock of a target inside the block. Raise RefusedError when another process holds it.

    `host` tells two targets of one name apart: the API's host, or a sandbox with its path. `note`
    says to others what this run does. Two clones share the lock: it lies in the user's own folder.
    """
    from filelock import FileLock, Timeout

    name = sha256(json.dumps([host, target]).encode()).hexdigest()[:32]
    folder = _folder(environment)
    lock = FileLock(folder / f"{name}.lock", timeout=0, mode=0o600)
    card = folder / f"{name}.json"
    try:
        lock.acquire()
    except Timeout:
        raise _refused(target, card) from None
    except OSError as error:
        message = f"the lock {lock.lock_file} cannot be taken: {error.strerror}; {_MOVE}"
        raise UsageError(message) from None
    try:
        _sign(card, note)
        yield
    finally:
        with suppress(
            OSError
        ):  # while the lock is still held: it may be the next one's right after
            card.unlink()
        lock.release()


_MOVE = "set XDG_STATE_HOME to a folder of yours that can be written"


def _folder(environment: Mapping[str, str]) -> Path:
    """The user's own folder of locks, or one below the temporary folder where home is closed."""
    state, home = environment.get("XDG_STATE_HOME", ""), environment.get("HOME", "")
    bases = [Path(state)] if os.path.isabs(state) else []  # noqa: PTH117 - "" is no path
    bases += [Path(home) / ".local" / "state"] if os.path.isabs(home) else []  # noqa: PTH117
    folders = [base / "reconciler" / "locks" for base in bases]
    for folder in [*folders, Path(tempfile.gettempdir()) / f"reconciler-locks-{_user_id()}"]:
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_ours(folder):
                return folder
    raise UsageError(f"there is no place for the lock of this target; {_MOVE}")


def _is_ours(folder: Path) -> bool:
    """Whether nobody else can put files there: in a shared folder, anybody can make one first."""
    state = folder.lstat()
    private = os.name == "nt" or (state.st_uid == _user_id() and not state.st_mode & 0o022)
    return private and not folder.is_symlink() and os.access(folder, os.W_OK | os.X_OK)


def _user_id() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _sign(card: Path, note: str) -> None:
    """Leave word of who holds the lock. It is a courtesy: without it, apply goes on."""
    who = {
        "pid": os.getpid(),
        "user": _user(),
        "machine": platform.node(),
        "since": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "note": note,
    }
    new = card.with_suffix(".new")
    with suppress(OSError):
        new.write_text(json.dumps(who), encoding="utf-8")
        new.replace(card)


def _user() -> str:
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError, ImportError):  # no name belongs to the id, as in some containers
        return str(_user_id())


def _refused(target: str, card: Path) -> RefusedError:
    holder = _holder(card) or "another process that has just begun"
    return RefusedError(
        f"another apply is at work on {target}: {holder}; nothing was done."
        " Wait for it to end, then run the same command again"
    )


def _holder(card: Path) -> str | None:
    """Who holds the lock, in words; None where that is not known: what a dead process left says
    nothing about the one that holds the lock now.
    """
    try:
        who = json.loads(card.read_text(encoding="utf-8"))
        pid, machine = int(who["pid"]), str(who["machine"])
        if machine == platform.node() and os.name != "nt":  # there, 0 is no question but Ctrl-C
            os.kill(pid, 0)
    except PermissionError:
        pass  # alive, and somebody else's
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return None
    note = f" ({_shown(who.get('note'))})" if who.get("note") else ""
    by = f"of {_shown(who.get('user'))} on {_shown(machine)}"
    return f"process {pid} {by}, since {_shown(who.get('since'))}{note}"


def _shown(words: object) -> str:
    return visible(clip(str(words), 80))
