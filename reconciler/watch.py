"""What an apply is told beforehand, and who watches it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.report import Outcome


@dataclass(frozen=True, slots=True)
class Seen:
    """What this run has seen of the target."""

    proven: frozenset[str] = frozenset()  # the fields that it shows when they are set
    absent_at: float | None = None  # time.monotonic when the codes to create were asked for
    trusted: bool = False  # asking by code proves absence
    other_offset: str | None = None  # that it prints dates with, when it is not the zone's
    recorded: frozenset[str] = frozenset()  # codes that were applied: none is created again


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches a run: `stopped` is asked before each request, and in each wait, and ends it;
    `tell` hears of each change's end, `clock` says how old a reading is, in seconds, and `today`
    what time it is.
    """

    stopped: Callable[[], bool] = lambda: False
    tell: Callable[[Outcome], None] = lambda _: None
    clock: Callable[[], float] = time.monotonic
    today: Callable[[], datetime] = lambda: datetime.now(UTC)


NOTHING_SEEN = Seen()
NOBODY = Watch()
