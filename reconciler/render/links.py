"""Where a line of a file stands on a forge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Links:
    """Links to lines of files at one commit.

    `url` is where the forge shows that commit's files ("https://github.com/o/r/blob/COMMIT"),
    `folder` where the files are for who runs the tool, and `prefix` where the repository has them.
    """

    url: str
    prefix: str
    folder: str

    @classmethod
    def at(
        cls, repository: str, commit: str | None, prefix: str | None, folder: str
    ) -> Self | None:
        """Links to a commit's files on a forge like GitHub, at whose `repository` URL it is; None
        where a part is not known.
        """
        known = repository and commit and prefix is not None
        return cls(f"{repository}/blob/{commit}", prefix or "", folder) if known else None

    def to(self, file: str, line: int, commit: str | None = None) -> str:
        """The URL of a line of a file as a plan names it, at another commit where one is given; ""
        for a file outside `folder`.
        """
        below = _below(_parts(file), _parts(self.folder))
        if not below or ".." in below:
            return ""
        path = "/".join(quote(part, safe="", errors="replace") for part in _parts(self.prefix))
        name = "/".join(quote(part, safe="", errors="replace") for part in below)
        url = self.url.rstrip("/")
        url = f"{url.rpartition('/')[0]}/{commit}" if commit else url
        return f"{url}/{path and path + '/'}{name}#L{line}"


def _parts(path: str) -> list[str]:
    """The parts of a path. An absolute one begins with "" and is never below a relative one."""
    parts = [part for part in path.split("/") if part not in {"", "."}]
    return ["", *parts] if path.startswith("/") else parts


def _below(parts: list[str], folder: list[str]) -> list[str]:
    """What of a path is below a folder; nothing where it is elsewhere."""
    return parts[len(folder) :] if parts[: len(folder)] == folder else []
