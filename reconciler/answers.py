"""What counts as an answer of the API, and which error the rest is (API page, sections 1, 4)."""

from __future__ import annotations

import email.utils
import re
import time
from datetime import UTC
from typing import TYPE_CHECKING, Any

from reconciler.errors import (
    ApiError,
    BusyError,
    ConflictError,
    GarbledAnswerError,
    NotFoundError,
    NotSavedError,
    RedirectedError,
    RejectedError,
    ServerFaultError,
    SignInError,
    ThrottledError,
    TimedOutError,
    UnexpectedAnswerError,
)
from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import httpx

NO_SUCH = frozenset({707, 755, 502})
NO_FILTER = 1000
TOO_MANY_IDS = 1060
LONGEST_ASKED = 300.0  # seconds that a run waits because the API asks it to
_BY_CODE: dict[int, type[ApiError]] = {
    **dict.fromkeys(NO_SUCH, NotFoundError),
    **dict.fromkeys((751, 752), ConflictError),
    **dict.fromkeys((722, 744), NotSavedError),
    **dict.fromkeys((730,), ServerFaultError),
    **dict.fromkeys((748, 786, 787, *range(789, 795), *range(796, 799)), BusyError),
}
_BY_STATUS: dict[int, type[ApiError]] = {
    401: SignInError,
    404: NotFoundError,
    408: TimedOutError,
    429: ThrottledError,
    503: BusyError,
}
_SUCCESS = frozenset({700, 745})
_LONGEST = 500
_SECONDS = re.compile(r"[0-9]{1,18}(\.[0-9]{1,9})?")
_CODE = re.compile(r"(-?[0-9]{1,9})(\.0)?")


def check(response: httpx.Response, what: str, hide: Callable[[str], str] = str) -> Any:  # noqa: ANN401 - any JSON
    """The body of a call that succeeded. Raise the ApiError of one that did not.

    A call succeeded only with a 2xx status and no errors in its body. `hide` takes credentials out
    of the server's words, before anything is cut off or escaped.
    """
    status = response.status_code
    request_id = shown(hide(response.headers.get("X-Cap-Requestid", ""))) or None
    if response.is_redirect:
        message = f"{what}: the API redirects, and credentials do not follow; is the URL right?"
        raise RedirectedError(message, status=status, request_id=request_id)
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    errors = _errors(body)
    if response.is_success and not errors:
        if body is None:
            message = f"{what}: the answer is not JSON (HTTP {status})"
            raise GarbledAnswerError(message, status=status, request_id=request_id)
        return body
    kind, code = _kind(status, [_number(error.get("code")) for error in errors])
    said = shown(hide(_said(errors, body) or response.reason_phrase or "no message"))
    traced = f", request {request_id}" if request_id else ""
    numbers = f"{f'code {code}, ' if code is not None else ''}HTTP {status}{traced}"
    seconds = retry_after(response.headers.get("Retry-After"), response.headers.get("Date"))
    raise kind(
        f"{what}: {said} ({numbers}){_too_long(seconds) if kind.transient else ''}",
        status=status,
        code=code,
        request_id=request_id,
        retry_after=seconds,
    )


def shown(text: str) -> str:
    """Somebody else's words as a message may hold them: escaped, and not without end."""
    safe = visible(text[: _LONGEST + 1])
    return safe if len(text) <= _LONGEST else safe[:_LONGEST] + "…"


def _errors(body: object) -> list[dict[str, Any]]:
    """The errors in a body, but for those whose code says that all went well."""
    errors = body.get("errors") if isinstance(body, dict) else None
    items = errors if isinstance(errors, list) else [errors] if errors else []
    rows = [item if isinstance(item, dict) else {"message": item} for item in items]
    return [row for row in rows if _number(row.get("code")) not in _SUCCESS]


def _said(errors: Sequence[dict[str, Any]], body: object) -> str:
    """All that an answer says went wrong; a gateway says it outside of `errors`."""
    if not errors and isinstance(body, dict) and isinstance(body.get("message"), str):
        return str(body["message"])
    return "; ".join(str(error.get("message") or "no message") for error in errors)


def _kind(status: int, codes: Sequence[int | None]) -> tuple[type[ApiError], int | None]:
    """Which error an answer is, and the code that makes it so.

    Of several errors the one that leaves a write open counts first, and no such series counts last:
    beside another error it proves nothing.
    """
    by_status = _BY_STATUS.get(status) or (ServerFaultError if status >= 500 else RejectedError)  # noqa: PLR2004 - HTTP's own
    kinds = [(_BY_CODE.get(code or 0, by_status), code) for code in codes] or [(by_status, None)]
    kind, code = min(kinds, key=lambda one: (not one[0].may_have_happened, one[0] is NotFoundError))
    overruled = status >= 500 and not kind.may_have_happened  # noqa: PLR2004 - HTTP's own
    return by_status if overruled or status in {401, 429} else kind, code


def _number(raw: object) -> int | None:
    """An error's code, which may be spelled as text."""
    found = _CODE.fullmatch(str(raw))
    return int(found[1]) if found else None


def entity(body: object) -> list[Any]:
    """The rows of an answer: a list under `entity`, one object there, or a flat series."""
    if isinstance(body, dict):
        found = body.get("entity", body)
        if isinstance(found, list):
            return found
        if isinstance(found, dict) and "id" in found:
            return [found]
    message = "the answer holds neither an entity list nor a series"
    raise UnexpectedAnswerError(message)


def old_entity(body: object) -> list[Any]:
    """The rows of an answer of the API v1.1: a list, or one object where there is only one.

    It says in words of its own that it failed, and then it holds no list or an empty one.
    """
    response = body.get("response") if isinstance(body, dict) else None
    found, status = (
        response.get(key) if isinstance(response, dict) else None for key in ("series", "status")
    )
    failed = isinstance(status, dict) and str(status.get("success")).lower() == "false"
    if failed or not isinstance(found, dict) or "items" not in found:
        message = "the answer of the API v1.1 holds no list of series"
        raise UnexpectedAnswerError(message)
    items = found["items"]
    rows = items.get("item") if isinstance(items, dict) else items
    return rows if isinstance(rows, list) else [rows] if rows else []


def retry_after(header: str | None, date: str | None = None) -> float | None:
    """A Retry-After header in seconds from now, as a figure or as a date; None for none of both.

    A date is one of the server's clock, which the answer's own `date` tells.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    then, now = moment(text), moment(date)
    if then is None:
        return None
    return max(0.0, then - (time.time() if now is None else now))


def moment(header: str | None) -> float | None:
    """An HTTP date in seconds since 1970; None for what is none. Without a zone it is in UTC."""
    try:
        found = email.utils.parsedate_to_datetime(header or "")
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _too_long(seconds: float | None) -> str:
    """Why a call that might do better later is not made again."""
    if seconds is None or seconds <= LONGEST_ASKED:
        return ""
    asked = f"it asks to be left alone for {seconds:,.0f} s"
    return f"; {asked}, and a run waits at most {LONGEST_ASKED:.0f} s: run again after that"
