"""The requests of a run: how many there were, and when the next may start (API page, section 3)."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.errors import InterruptedRunError

if TYPE_CHECKING:
    from collections.abc import Callable

# The API's minute, and a little for what lies between our clock and a request on the wire.
WINDOW = 60.0 + 0.5
FEWEST_LEARNT = 20  # requests in a minute that may be a limit of the target's own
LAST_WAIT = 5.0  # seconds that what is under way may wait in a run that was stopped


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, in seconds, and how it passes; who pauses looks up after every `step`."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    step: float = math.inf

    def pause(self, seconds: float, look: Callable[[float], None]) -> None:
        """Sleep, unless `look` raises, which hears how long it would still take."""
        while True:
            look(seconds)
            nap = min(seconds, self.step)
            self.sleep(nap)
            seconds -= nap
            if seconds <= 0:
                return


REAL = Clock(step=0.2)  # a signal handler wakes nobody


@dataclass(slots=True)
class Stop:
    """How a run ends early. Once `asked` says so, nothing starts but what finishes a write that is
    `under_way`, and that waits for a moment at most.
    """

    asked: Callable[[], bool] = lambda: False
    under_way: bool = False

    def check(self, pause: float = 0.0) -> None:
        """Raise InterruptedRunError for a request that is not to start, after so long a pause."""
        if self.asked() and (pause > LAST_WAIT or not self.under_way):
            message = "the run was interrupted"
            raise InterruptedRunError(message)


class Limiter:
    """Lets at most `per_minute` requests start in any 60 s (None: any number), and none at all
    while the API asked everybody to wait. `tell` hears of each wait: its seconds, and whether the
    API asked for it. Nobody waits, and none starts, whom `stop` forbids it.
    """

    def __init__(
        self,
        per_minute: int | None,
        clock: Clock = REAL,
        tell: Callable[[float, bool], None] = lambda _seconds, _asked: None,
    ) -> None:
        """Begin with an empty window."""
        self.stop = Stop()
        self._per_minute, self._clock, self._tell = per_minute, clock, tell
        self._starts: deque[float] = deque()
        self._open_at = -WINDOW
        self._lock = threading.Lock()

    def hold(self, seconds: float) -> None:
        """Let no request start for so long, whoever asks for it."""
        with self._lock:
            self._open_at = max(self._open_at, self._clock.now() + seconds)

    def give_back(self, turn: float) -> None:
        """Undo the `wait` that answered this turn: its request did not start after all."""
        with self._lock, suppress(ValueError):  # it may be over by now
            self._starts.remove(turn)

    def learn(self) -> int | None:
        """After a refusal: take what started in the last minute for all that the target takes.

        Says how many that is where it is news; None where so few started that others must have
        used up the rest.
        """
        with self._lock:
            self._full(self._clock.now())  # forgets what is over
            taken = len(self._starts) - 1  # the one that was refused is among them
            if taken < FEWEST_LEARNT or taken >= (self._per_minute or taken + 1):
                return None
            self._per_minute = taken
            return taken

    def wait(self) -> float:
        """Return when one more request may start, count it, and say when that was.

        Raises InterruptedRunError.
        """
        while True:
            with self._lock:
                now = self._clock.now()
                asked = self._open_at > now
                pause = self._open_at - now if asked else self._full(now)
                self.stop.check(pause)
                if pause <= 0:
                    self._starts.append(now)
                    return now
            self._tell(pause, asked)
            self._clock.pause(pause, self.stop.check)

    def _full(self, now: float) -> float:
        """For how long the window stays full, in seconds."""
        # The sum that the pause ends at: any other way to write it rounds to another moment.
        while self._starts and self._starts[0] + WINDOW <= now:
            self._starts.popleft()
        if self._per_minute is None or len(self._starts) < self._per_minute:
            return 0.0
        return self._starts[0] + WINDOW - now


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
