"""Requests to GitHub: which go again, when, and what is said about it."""

from __future__ import annotations

import math
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

import httpx
from tenacity import Future, RetryCallState, Retrying, retry_if_result, stop_after_attempt
from tenacity.wait import wait_random_exponential

from reconciler.errors import GitHubError
from reconciler.github.answer import LONGEST_WAIT, Answer, Call, Silence, asked_to_wait, refusal
from reconciler.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.limiter import Clock

ATTEMPTS = 5
_BACK_OFF = wait_random_exponential(multiplier=1)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class Wire:
    """Sends requests through a client that signs them. `hide` takes the token out of messages."""

    def __init__(
        self,
        http: httpx.Client,
        note: Callable[[str, int], None],
        hide: Callable[[str], str],
        clock: Clock,
        patience: float,
    ) -> None:
        """`http` is closed with this. A body may take so many seconds of `patience`."""
        self._http, self._note, self._hide, self._clock = http, note, hide, clock
        self._left, self._patience = LONGEST_WAIT, patience

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(self, call: Call, url: httpx.URL, fields: dict[str, Any] | None = None) -> Answer:
        """The answer to a request that succeeded, after at most 5 attempts. A POST that may have
        arrived is not sent again: whoever sent it looks first at what came of it.
        """
        what, unclear = call.what(url), False
        request = self._http.build_request(call.method, url, json=fields)

        def attempt() -> Answer | Silence:
            nonlocal unclear
            came = self._unthrottled(what, request)
            unclear |= came.sent if isinstance(came, Silence) else came.later
            return came

        def again(came: Answer | Silence) -> bool:
            if call.method == "POST" and unclear:
                return False
            return isinstance(came, Silence) or came.later

        attempts = Retrying(
            retry=retry_if_result(again),
            wait=_BACK_OFF,
            stop=stop_after_attempt(ATTEMPTS),
            sleep=self._clock.sleep,
            before_sleep=lambda state: self._tell(what, state),
            retry_error_callback=_last,
        )
        came = attempts(attempt)
        if isinstance(came, Silence):
            message = f"{what}: {came.why}; is the network up, is GITHUB_API_URL right?"
            raise GitHubError(message, may_have_happened=call.writes and unclear)
        told = came.status in call.unless and asked_to_wait(came) is None
        if not (came.succeeded or told):
            raise refusal(came, what, call, self._hide, unclear=unclear)
        return came

    def _unthrottled(self, what: str, request: httpx.Request) -> Answer | Silence:
        """What comes of a request once GitHub is left alone for as long as it asks, if that is not
        too long.
        """
        while True:
            came = self._send(what, request)
            seconds = asked_to_wait(came) if isinstance(came, Answer) else None
            if seconds is None or seconds > self._left:
                return came
            self._left -= seconds
            self._note(f"waiting {math.ceil(seconds)} s: GitHub asks for fewer requests", 0)
            self._clock.sleep(seconds)

    def _send(self, what: str, request: httpx.Request) -> Answer | Silence:
        try:
            answer = self._whole(request)
        except httpx.HTTPError as error:
            why = clip(visible(self._hide(str(error))), 200) or type(error).__name__
            if isinstance(error, _NEVER_SENT):
                return Silence(f"{request.url.host} cannot be reached ({why})", sent=False)
            if isinstance(error, httpx.TimeoutException):
                return Silence("GitHub did not answer in time", sent=True)
            return Silence(f"the connection to {request.url.host} broke ({why})", sent=True)
        self._note(f"{what} {answer.status}", 2)
        return answer

    def _whole(self, request: httpx.Request) -> Answer:
        """An answer with its body, which does not come drop by drop for ever."""
        ends = time.monotonic() + self._patience
        with closing(self._http.send(request, stream=True)) as response:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if time.monotonic() > ends:
                    message = "the body takes too long"
                    raise httpx.ReadTimeout(message)
        return Answer(response.status_code, response.headers, bytes(body))

    def _tell(self, what: str, state: RetryCallState) -> None:
        came = _last(state)
        why = came.why if isinstance(came, Silence) else f"HTTP {came.status}"
        self._note(f"attempt {state.attempt_number} of {ATTEMPTS} at {what} failed: {why}", 1)


def _last(state: RetryCallState) -> Answer | Silence:
    """What the last attempt brought."""
    came: Answer | Silence = cast("Future", state.outcome).result()
    return came
