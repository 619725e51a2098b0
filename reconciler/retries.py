"""Which calls go again, when, and how often (API page, sections 3 and 4; design, fine print)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tenacity import RetryCallState, Retrying, stop_after_attempt
from tenacity.wait import wait_random_exponential

from reconciler.answers import LONGEST_ASKED
from reconciler.errors import (
    ApiError,
    BusyError,
    StaleReadingError,
    ThrottledError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.limiter import Clock, Limiter

ATTEMPTS = 5
# Full jitter: at most 1 + 2 + 4 + 8 = 15 seconds of waiting of our own in one call.
_BACK_OFF = wait_random_exponential(multiplier=1)
_DIAL_AGAIN = wait_random_exponential(multiplier=0.25)  # a host that is not there answers at once
_Out = TypeVar("_Out")


class Retries:
    """Calls again what failed for now. What the API asks for, everybody waits for."""

    def __init__(self, limiter: Limiter, clock: Clock, note: Callable[[str, int], None]) -> None:
        self._limiter, self._clock, self._note = limiter, clock, note

    def run(self, call: Callable[[], _Out], again: Callable[[ApiError], bool]) -> _Out:
        """The call's result, after at most 5 attempts. Raise its last error, and
        InterruptedRunError where the run was stopped before the next attempt.

        `again` tells whether an error is one after which this call may be made again.
        """

        def attempt() -> _Out:
            try:
                return call()
            except ApiError as error:
                self._heed(error)
                raise

        def retried(state: RetryCallState) -> bool:
            error = _error(state)
            return isinstance(error, ApiError) and again(error) and not _too_long(error)

        attempts = Retrying(
            retry=retried,
            wait=self._wait,
            stop=stop_after_attempt(ATTEMPTS),
            sleep=lambda seconds: self._clock.pause(seconds, self._limiter.stop.check),
            before_sleep=self._tell,
            reraise=True,
        )
        return attempts(attempt)

    def _wait(self, state: RetryCallState) -> float:
        """The seconds that this call alone waits; a throttled target is left alone by all."""
        error = _error(state)
        if isinstance(error, StaleReadingError):
            return 0.0  # it has waited too long already
        if isinstance(error, ApiError) and error.retry_after:
            return 0.0  # everybody waits for that, and so does this call
        if isinstance(error, ThrottledError | BusyError):
            self._limiter.hold(_BACK_OFF(state))
            return 0.0
        return (_DIAL_AGAIN if isinstance(error, UnreachableError) else _BACK_OFF)(state)

    def _heed(self, error: ApiError) -> None:
        """Wait as long as the API asks, also after the last attempt. A date that has passed says
        nothing, and more than a run waits ends the call. Throttled, the whole run slows down.
        """
        if isinstance(error, ThrottledError) and (pace := self._limiter.learn()):
            said = f"going on with {pace:,} requests a minute, which is what it took so far"
            self._note(f"{said}; say so in reconciler.toml: requests_per_minute = {pace}", 0)
        if error.transient and error.retry_after and not _too_long(error):
            self._limiter.hold(error.retry_after)

    def _tell(self, state: RetryCallState) -> None:
        self._note(f"attempt {state.attempt_number} of {ATTEMPTS} failed: {_error(state)}", 1)


def transient(error: ApiError) -> bool:
    """Whether a call that changes nothing twice may be made again after an error."""
    return error.transient


def never_arrived(error: ApiError) -> bool:
    """Whether even a create may be sent again: it certainly did not happen (API page, 9.3)."""
    return error.transient and not error.may_have_happened


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _too_long(error: ApiError) -> bool:
    return error.retry_after is not None and error.retry_after > LONGEST_ASKED
