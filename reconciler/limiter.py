"""The requests of a run: how many there were, and how many may start (API page, section 3)."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# The API's minute, and a little for what lies between our clock and a request on the wire.
WINDOW = 60.0 + 0.5


class Limiter:
    """Lets at most `per_minute` requests start in any 60 s; None lets all start."""

    def __init__(
        self,
        per_minute: int | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Begin with an empty window."""
        self._per_minute, self._clock, self._sleep = per_minute, clock, sleep
        self._starts: deque[float] = deque()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when one more request may start, and count it."""
        if self._per_minute is None:
            return
        while True:
            with self._lock:
                now = self._clock()
                while self._starts and self._starts[0] <= now - WINDOW:
                    self._starts.popleft()
                if len(self._starts) < self._per_minute:
                    self._starts.append(now)
                    return
                pause = self._starts[0] + WINDOW - now
            self._sleep(pause)


@dataclass(slots=True)
class Requests:
    """How many requests were made. The sum is all of them."""

    read: int = 0
    write: int = 0
    sign_in: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def counted(self) -> dict[str, int]:
        """The figures; signing in is named only where it took requests."""
        figures = {"read": self.read, "write": self.write, "sign_in": self.sign_in}
        return {kind: count for kind, count in figures.items() if count or kind != "sign_in"}

    def count(self, kind: str) -> None:
        """Count one more; several threads may."""
        with self.lock:
            setattr(self, kind, getattr(self, kind) + 1)
