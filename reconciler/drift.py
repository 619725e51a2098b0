"""What moved in live since it was applied: who is right is the reader's to say (design, section 4).

Pending changes are none of it. Without a base nobody can tell who moved: every difference is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconciler.change import NOTHING

if TYPE_CHECKING:
    from reconciler.change import Aside
    from reconciler.exposure import Exposure


@dataclass(frozen=True, slots=True)
class DriftedField:
    """One path at which live is not as applied. Values are as they stand, None for nothing.

    `base` was applied, `live` is there now, `desired` is what the file says. `cause` is "drift",
    "conflict" (the file moved as well), or None without a base. `effect` is what live's move does:
    from what was applied, or from the file without a base.
    """

    path: str
    base: Any
    live: Any
    desired: Any
    cause: str | None
    effect: str
    line: int


@dataclass(frozen=True, slots=True)
class Drifted:
    """One series that moved. `missing` says why where no live series has the code any more: then
    there are no fields. `exposure` is before: as applied, after: as live is.
    """

    code: str
    id: int | None
    file: str
    line: int
    fields: tuple[DriftedField, ...]
    exposure: Exposure = NOTHING
    issued: int = 0
    missing: str | None = None


@dataclass(frozen=True)
class Drift:
    """All that moved in a target, sorted by code, and what no file manages any more."""

    target: str
    host: str
    zone: str
    series: tuple[Drifted, ...]
    asides: tuple[Aside, ...]  # kind "no longer managed", without a path
    unchanged: int  # series that are as applied
    fields_compared: int
    unmanaged: tuple[tuple[int, str], ...]  # id and code of each live series in no file
    warnings: tuple[str, ...]
    reads: int
    created_at: str
    commit: str | None = None
    base: str | None = None  # the commit that was applied, or of the record that says so
    tool: str = field(default="", compare=False)
