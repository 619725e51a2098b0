"""Every error this tool raises on purpose, each with its exit code (design: command line).

An exception outside this tree is a bug: its traceback is kept and the exit code is 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.problem import Problem


SOME_OF_IT = 201  # beside errors: some of it failed, and so some of it did not (section 4)


class ReconcilerError(Exception):
    """The root. The message is for people: what happened, then what to do next."""

    exit_code: ClassVar[int] = 1


class UsageError(ReconcilerError):
    """The command line or `reconciler.toml` asks for something that cannot be."""

    exit_code = 64


class FilesInvalidError(ReconcilerError):
    """Files under `series/` cannot be used; nothing was sent. Carries every problem found."""

    exit_code = 3

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Say how many problems there are; `problems` says which."""
        self.problems = tuple(problems)
        count = sum(problem.severity == "error" for problem in problems)
        files = len({problem.file for problem in problems if problem.severity == "error"})
        super().__init__(
            f"{count} problem{'s' * (count != 1)} in {files} file{'s' * (files != 1)};"
            " nothing was sent"
        )


class ApiError(ReconcilerError):
    """The API, signing in to it, or the network failed (API page, section 4).

    `status` is the HTTP status and `code` the API's own number, where there was an answer.
    `may_have_happened` tells whether a write that ended this way may have been carried out,
    `transient` whether the same call may do better later, and `retry_after` for how many seconds
    the API asks to be left alone.
    """

    exit_code = 4
    may_have_happened: bool = True
    transient: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """Keep the answer's numbers beside the words."""
        super().__init__(message)
        self.status, self.code, self.request_id = status, code, request_id
        self.retry_after = retry_after
        if status == SOME_OF_IT:
            self.may_have_happened = True


class SignInError(ApiError):
    """Credentials are missing, or the API does not accept them."""

    may_have_happened = False


class UnreachableError(ApiError):
    """No connection was made: nothing left this machine."""

    may_have_happened = False
    transient = True


class TimedOutError(ApiError):
    """No answer came in time."""

    transient = True


class ConnectionLostError(ApiError):
    """The connection broke after the request began."""

    transient = True


class StaleReadingError(ApiError):
    """What a write rests on was read too long ago by the time that its turn came: nothing left."""

    may_have_happened = False
    transient = True


class RedirectedError(ApiError):
    """The API answered with a redirect, which is never followed with credentials."""

    may_have_happened = False


class ThrottledError(ApiError):
    """Too many requests (429)."""

    may_have_happened = False
    transient = True


class BusyError(ApiError):
    """The API asks to try again later (503, codes 748, 786 to 798)."""

    transient = True


class NotFoundError(ApiError):
    """No such series (codes 707, 755, 502 in a body, HTTP 404)."""

    may_have_happened = False


class ConflictError(ApiError):
    """Another series has this seriesCode (codes 751, 752)."""

    may_have_happened = False


class RejectedError(ApiError):
    """The API does not accept what was sent."""

    may_have_happened = False


class NotSavedError(ApiError):
    """The API could not say that it saved (codes 722, 744): it may have."""

    transient = True


class ServerFaultError(ApiError):
    """The API failed by its own account (code 730, HTTP 5xx)."""

    transient = True


class UnexpectedAnswerError(ApiError):
    """The answer is none of the documented shapes."""


class GarbledAnswerError(UnexpectedAnswerError):
    """The answer is cut or spoilt: it is not even JSON."""

    transient = True


class UnprovenAbsenceError(UnexpectedAnswerError):
    """No answer of the API proves that a code is free (API page, 9.1 and 9.2)."""


class RecordError(ReconcilerError):
    """The record in git cannot be read or written."""

    exit_code = 4


class GitHubError(ReconcilerError):
    """GitHub would not take it, or did not answer. `may_have_happened`: of a request that writes,
    nobody can tell whether it was carried out.
    """

    exit_code = 7

    def __init__(self, message: str, *, may_have_happened: bool = False) -> None:
        """Keep what is known of the request beside the words."""
        super().__init__(message)
        self.may_have_happened = may_have_happened


class RefusedError(ReconcilerError):
    """Nothing was done on purpose: blocked, moved, tampered with, or not confirmed."""

    exit_code = 5


class InterruptedRunError(ReconcilerError):
    """Somebody ended the run; nothing new was started after that."""

    exit_code = 130
