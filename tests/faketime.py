"""Time that passes only while somebody sleeps: what waits by it takes no time."""

from __future__ import annotations

import threading

from reconciler.limiter import Clock


class FakeTime:
    """Seconds that a test moves; several threads may sleep at once."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self.lock = threading.Lock()

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.slept.append(seconds)
            self.now += seconds

    @property
    def clock(self) -> Clock:
        return Clock(self.time, self.sleep)
