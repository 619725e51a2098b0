"""What counts as an answer of the API, and which error the rest is (API page, sections 1, 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.errors import (
    ApiError,
    BusyError,
    ConflictError,
    NotFoundError,
    NotSavedError,
    RedirectedError,
    RejectedError,
    ServerFaultError,
    SignInError,
    ThrottledError,
    UnexpectedAnswerError,
)
from reconciler.text import visible

if TYPE_CHECKING:
    import httpx

_BY_CODE: dict[int, type[ApiError]] = {
    **dict.fromkeys((707, 755, 502), NotFoundError),
    **dict.fromkeys((751, 752), ConflictError),
    **dict.fromkeys((722, 744), NotSavedError),
    **dict.fromkeys((730,), ServerFaultError),
    **dict.fromkeys((748, 786, 787, *range(789, 795), *range(796, 799)), BusyError),
}
_BY_STATUS: dict[int, type[ApiError]] = {
    401: SignInError,
    404: NotFoundError,
    429: ThrottledError,
    503: BusyError,
}
_SUCCESS = frozenset({700, 745})
_LONGEST = 500


def check(response: httpx.Response, what: str) -> Any:  # noqa: ANN401 - any JSON
    """The body of a call that succeeded. Raise the ApiError of one that did not.

    A call succeeded only with a 2xx status and no errors in its body.
    """
    status = response.status_code
    request_id = response.headers.get("X-Cap-Requestid")
    if response.is_redirect:
        message = f"{what}: the API redirects, and credentials do not follow; is the URL right?"
        raise RedirectedError(message, status=status, request_id=request_id)
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    code, said = _first_error(body)
    if response.is_success and code is None and not said:
        if body is None:
            message = f"{what}: the answer is not JSON (HTTP {status})"
            raise UnexpectedAnswerError(message, status=status, request_id=request_id)
        return body
    kind = _BY_CODE.get(code or 0) or _BY_STATUS.get(status)
    if kind is None:
        kind = ServerFaultError if status >= 500 else RejectedError  # noqa: PLR2004 - HTTP's own
    traced = f", request {visible(request_id)}" if request_id else ""
    numbers = f"{f'code {code}, ' if code is not None else ''}HTTP {status}{traced}"
    message = f"{what}: {said or response.reason_phrase or 'no message'} ({numbers})"
    raise kind(message, status=status, code=code, request_id=request_id)


def _first_error(body: object) -> tuple[int | None, str]:
    """The first error's code and all messages of a body that holds errors."""
    errors = body.get("errors") if isinstance(body, dict) else None
    if not errors:
        return None, ""
    items = errors if isinstance(errors, list) else [errors]
    rows = [item if isinstance(item, dict) else {"message": item} for item in items]
    code = next((_number(row.get("code")) for row in rows), None)
    if code in _SUCCESS and all(row.get("status") is True for row in rows):
        return None, ""
    said = "; ".join(visible(str(row.get("message") or "no message")) for row in rows)
    return code, said if len(said) <= _LONGEST else said[:_LONGEST] + "…"


def _number(raw: object) -> int | None:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    return int(raw) if isinstance(raw, str) and raw.isascii() and raw.isdigit() else None


def entity(body: object) -> list[Any]:
    """The rows of a read: a list under `entity`, one object, or a flat series."""
    if isinstance(body, dict) and "entity" in body:
        body = body["entity"]
    if isinstance(body, list):
        return body
    if isinstance(body, dict) and "id" in body:
        return [body]
    if body is None:
        return []
    message = "the answer to a read holds no entity list"
    raise UnexpectedAnswerError(message)
