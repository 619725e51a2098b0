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


class SharedTime:
    """Seconds that pass only while every one of so many workers sleeps, up to the first to wake:
    what several threads do by it happens at the very moments of real time.
    """

    def __init__(self, workers: int) -> None:
        self.now = 1000.0
        self.workers = workers
        self.waking: list[float] = []
        self.changed = threading.Condition()

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self.changed:
            wake = self.now + seconds
            self.waking.append(wake)
            self._pass()
            assert self.changed.wait_for(lambda: self.now >= wake, timeout=30)
            self.waking.remove(wake)

    def done(self) -> None:
        """A worker goes home."""
        with self.changed:
            self.workers -= 1
            self._pass()

    def _pass(self) -> None:
        asleep = [wake for wake in self.waking if wake > self.now]
        if asleep and len(asleep) == self.workers:
            self.now = min(asleep)
            self.changed.notify_all()

    @property
    def clock(self) -> Clock:
        return Clock(self.time, self.sleep)
