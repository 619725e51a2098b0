"""What an answer of GitHub means: how long to wait, which page is next, and why it refused."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

from reconciler.answers import moment, retry_after
from reconciler.errors import GitHubError
from reconciler.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import Callable

_THROTTLED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
_LATER = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)
_UNTOLD = 60.0  # seconds to wait where GitHub says only that it was too much: its own advice
_LEAST = 1.0  # seconds: a reset is told in whole ones, and no time at all would be asked for ever
LONGEST_WAIT = 300.0  # seconds that a run waits in all because GitHub asks it to
_LONGEST = 300  # characters of GitHub's own words


@dataclass(frozen=True, slots=True)
class Call:
    """One thing asked of GitHub. `needs` is the permission that it takes, as a workflow says it."""

    method: str
    needs: str
    unless: frozenset[int] = frozenset()  # statuses that are an answer, and no error

    @property
    def writes(self) -> bool:
        """Whether it changes anything there."""
        return self.method != "GET"

    def what(self, url: httpx.URL) -> str:
        """The call as messages name it."""
        return f"{self.method} {visible(url.path)}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def later(self) -> bool:
        """Whether the same request may do better in a moment."""
        return self.status in _LATER

    @property
    def succeeded(self) -> bool:
        """Whether GitHub did what it was asked for."""
        return httpx.codes.is_success(self.status)

    def document(self) -> Any:  # noqa: ANN401 - any JSON
        """The JSON in the body. ValueError where it is none."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError(str(error)) from error

    def said(self) -> str:
        """GitHub's own words: its message, and what it says of each field."""
        try:
            found = self.document()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            return ""
        details = found.get("errors")
        rows = details if isinstance(details, list) else [details] if details else []
        words = [str(found.get("message") or ""), *map(_detail, rows)]
        return "; ".join(filter(None, words))


@dataclass(frozen=True, slots=True)
class Silence:
    """No whole answer came. `sent`: the request may have arrived all the same."""

    why: str
    sent: bool


def asked_to_wait(answer: Answer) -> float | None:
    """For how many seconds GitHub wants to be left alone; None where that is not why it refused."""
    if answer.status not in _THROTTLED:
        return None
    headers = answer.headers
    waits = [retry_after(headers.get("Retry-After"), headers.get("Date"))]
    if headers.get("X-RateLimit-Remaining", "").strip() == "0":
        waits.append(_until(headers.get("X-RateLimit-Reset"), headers.get("Date")))
    told = [seconds for seconds in waits if seconds is not None]
    if told:
        return max(*told, _LEAST)
    secondary = "secondary rate limit" in answer.said().lower()
    return _UNTOLD if secondary or answer.status == HTTPStatus.TOO_MANY_REQUESTS else None


def _until(reset: str | None, date: str | None) -> float:
    """The seconds from now until a moment of GitHub's clock, which `date` tells."""
    text = (reset or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 12):  # noqa: PLR2004 - digits of a second in a far future
        return _UNTOLD
    now = moment(date)
    return max(0.0, int(text) - (time.time() if now is None else now))


def next_page(answer: Answer, here: httpx.URL) -> httpx.URL | None:
    """Where the next page of a list is. Raise GitHubError where it is on another host: the token
    would go there.
    """
    found = _next_link(answer.headers)
    if found is None:
        return None
    try:
        there = here.join(found)
    except httpx.InvalidURL:
        there = None
    if there is None or _origin(there) != _origin(here):
        shown = clip(visible(found), 100)
        message = f"GitHub's next page is on another host ({shown}), and the token stays here"
        raise GitHubError(message)
    return there


def _next_link(headers: httpx.Headers) -> str | None:
    header = headers.get("Link")
    links = httpx.Response(200, headers={"Link": header}).links if header else {}
    return links.get("next", {}).get("url")


def _origin(url: httpx.URL) -> tuple[str, str, int | None, bytes]:
    return url.scheme, url.host, url.port, url.userinfo


def refusal(
    answer: Answer, what: str, call: Call, hide: Callable[[str], str] = str, *, unclear: bool
) -> GitHubError:
    """What went wrong, and what to do next. `unclear`: the same request was sent before, and
    nobody knows what became of it.
    """
    if (seconds := asked_to_wait(answer)) is not None:
        told = _too_long(what, seconds, answer.headers.get("Date"))
        return GitHubError(told, may_have_happened=call.writes and unclear)
    said = clip(visible(hide(answer.said())), _LONGEST)
    told = f"{what}: GitHub says no" + (f": {said}" if said else "") + f" (HTTP {answer.status})"
    fault = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return GitHubError(
        f"{told}; {_advice(answer.status, call)}",
        may_have_happened=call.writes and (unclear or fault),
    )


def _advice(status: int, call: Call) -> str:
    """What people do about a status."""
    if httpx.codes.is_redirect(status):
        return (
            "the repository was renamed or moved, and the token does not follow: set"
            " GITHUB_REPOSITORY to its name of today"
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "look at GitHub's status page, and run again"
    advice = {
        401: "set GITHUB_TOKEN to a token that is still good: ${{ github.token }} in a workflow",
        403: f"give the job, or the token, the permission `{call.needs}`",
        404: (
            "is GITHUB_REPOSITORY right, is it still there, and has the token the permission"
            f" `{call.needs}`?"
        ),
        410: "it is switched off in the repository's settings, or it was deleted",
        422: "GitHub does not take what was sent",
    }
    return advice.get(status, "is GITHUB_API_URL right?")


def _too_long(what: str, seconds: float, date: str | None) -> str:
    """Why nothing waits as long as GitHub asks."""
    now = moment(date)
    ends = datetime.fromtimestamp((time.time() if now is None else now) + min(seconds, 1e9), UTC)
    return (
        f"{what}: GitHub takes no more requests until {ends:%Y-%m-%d %H:%M:%S} UTC, and a run waits"
        f" at most {LONGEST_WAIT:.0f} s in all: run again after that"
    )


def _detail(raw: object) -> str:
    """One of the errors beside a message: a text, or a field and what is wrong with it."""
    if not isinstance(raw, dict):
        return str(raw)
    if raw.get("message"):
        return str(raw["message"])
    parts = (raw.get(key) for key in ("resource", "field", "code"))
    return " ".join(str(part) for part in parts if part)
