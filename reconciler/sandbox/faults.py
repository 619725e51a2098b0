"""What can go wrong with a request, and which requests it happens to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal

Kind = Literal["status", "error", "drop", "stall", "late", "truncate", "garble", "lag", "slow"]

WRITES: Final = ("POST", "PUT")
_MAY_BE_PROCESSED: Final = ("status", "error", "drop", "stall")
_OF_WRITES: Final = ("late", "lag")
_NO_ERROR: Final = (*range(200), 200, 204, 205, 304)  # no statuses, or none that carries an error
_STATUS_TOP: Final = 600


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong. Of several that meet one request `lag` and `slow` add up to the
    first of the others. ValueError for a combination that makes no sense.
    """

    kind: Kind
    """`status`: HTTP `status` with an error body. `error`: an error body with HTTP 200. `drop`: the
    connection ends without an answer. `stall`: the same after `seconds`. `late`: no answer, and the
    write is processed after `after` further answers. `truncate`: the connection ends in the middle
    of the answer. `garble`: the answer is whole, its JSON is not. `lag`: reads show the state from
    before the write until `after` further answers. `slow`: the answer takes `seconds` longer."""

    method: Literal["GET", "POST", "PUT", "*"] = "*"

    path: str = "*"
    """A glob over `path?query`, or over the path alone where there is no query."""

    calls: tuple[int, ...] | None = None
    """Which of the calls that match, counted from 1 since the fault was set; None for every."""

    status: int = 503
    code: int | None = None
    """The number in the error body; for `status` that one by default."""

    retry_after: str | None = None
    """The header of a `status`: seconds or an HTTP date."""

    processed: bool = False
    """Whether a `status`, `error`, `drop` or `stall` carries the request out first."""

    seconds: float = 30.0
    after: int = 1

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        for wrong, said in (
            (self.kind == "error" and self.code is None, "an error needs its code"),
            (self.status in _NO_ERROR or self.status >= _STATUS_TOP, "no status of an error"),
            (self.processed and self.kind not in _MAY_BE_PROCESSED, "only with " + _PROCESSED),
            (self.kind in _OF_WRITES and self.method == "GET", "only writes are late or lag"),
            (self.calls is not None and min(self.calls, default=0) < 1, "calls count from 1"),
            (self.retry_after is not None and self.kind != "status", "retry_after needs a status"),
            (not _fits_a_header(self.retry_after or ""), "retry_after is no text of a header"),
            (not 0 <= self.seconds < float("inf"), "seconds are 0 or more"),
            (self.after < 1, "after is 1 or more"),
        ):
            if wrong:
                raise ValueError(said)

    def matches(self, method: str, url: str) -> bool:
        """Tell whether a request with this method and `path?query` counts as a call."""
        if self.kind in _OF_WRITES and method not in WRITES:
            return False
        return self.method in {method, "*"} and fnmatchcase(url, self.path)

    def strikes(self, call: int) -> bool:
        """Tell whether the fault happens at the call of this number, from 1."""
        return self.calls is None or call in self.calls

    @property
    def lets_through(self) -> bool:
        """Whether the request is carried out before its answer goes wrong."""
        return self.processed or self.kind in {"truncate", "garble"}


_PROCESSED: Final = f"{', '.join(_MAY_BE_PROCESSED)} can something be processed"


def to_text(fault: Fault) -> str:
    """Spell a fault as JSON."""
    return json.dumps(asdict(fault))


def from_text(text: str) -> Fault:
    """Read what `to_text` spelled."""
    found = json.loads(text)
    calls = found.pop("calls")
    return Fault(**found, calls=None if calls is None else tuple(calls))


def _fits_a_header(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()
