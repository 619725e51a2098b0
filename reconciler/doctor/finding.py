"""One thing that the doctor found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reconciler.doctor.probing import SpentError

if TYPE_CHECKING:
    from reconciler.errors import ApiError

Status = Literal["ok", "warning", "problem", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and that in words. A `problem` stands in the way of a run."""

    what: str
    status: Status
    said: str


def trouble(what: str, error: ApiError, status: Status = "problem") -> Finding:
    """What a question ended with, in the API's words; nothing is known where it was not asked."""
    return Finding(what, "unknown" if isinstance(error, SpentError) else status, str(error))
