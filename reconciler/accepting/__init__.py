"""Live values → the bytes of a file: only what a value is made of changes, and the new file is
proven before anybody gets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.accepting.draft import Draft
from reconciler.accepting.ways import said_by_live

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from reconciler.config import Target
    from reconciler.declared import Desired
    from reconciler.live import LiveSeries

__all__ = ["Accepted", "accept"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file after live values were accepted into it.

    `raw` is the whole file, `written` the paths whose live value stands in it now, `refused` why
    others have no place in it and what to do.
    """

    raw: bytes
    written: tuple[str, ...]
    refused: Mapping[str, str]


def accept(  # noqa: PLR0913, PLR0917 - each is a thing of its own to the caller
    raw: bytes,
    desired: Desired,
    row: LiveSeries,
    paths: Sequence[str],
    target: Target,
    shows: Collection[str],
) -> Accepted:
    """Write what live has at some paths into the file that `desired` was read from.

    `row` was read by id, `shows` are the proven fields. A path that is equal already is neither
    written nor refused. The paths are judged together: a rule between fields may need several.
    """
    asked, now = dict.fromkeys(paths), desired
    written: set[str] = set()
    refused: dict[str, str] = {}
    while True:  # what is equal under one expiry strategy may differ under the accepted one
        left = [path for path in asked if path not in written and path not in refused]
        wishes, said = said_by_live(now, row, left, target, shows)
        draft = Draft(raw, now, row, target, shows)
        refused |= said | draft.settle(wishes)
        if not wishes:
            break
        written |= wishes.keys()
        raw = draft.raw_with(wishes)
        now = draft.reread(raw) or now
    kept = {path: refused[path] for path in asked if path in refused}
    return Accepted(raw, tuple(path for path in asked if path in written), kept)
