"""The request limit of a target (API page, section 3)."""

from __future__ import annotations

import threading
import time
from collections import deque

WINDOW = 60.0


class Limiter:
    """Lets at most `per_minute` requests start in any 60 s; None lets all start."""

    def __init__(self, per_minute: int | None) -> None:
        """Begin with an empty window."""
        self._per_minute = per_minute
        self._starts: deque[float] = deque()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when one more request may start, and count it."""
        if self._per_minute is None:
            return
        while True:
            with self._lock:
                now = time.monotonic()
                while self._starts and self._starts[0] <= now - WINDOW:
                    self._starts.popleft()
                if len(self._starts) < self._per_minute:
                    self._starts.append(now)
                    return
                pause = self._starts[0] + WINDOW - now
            time.sleep(pause)
