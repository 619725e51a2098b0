"""What an apply did: one outcome for each change, as a value (design: the apply report)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reconciler.guardrails import PLAN_RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.change import Change
    from reconciler.comparing import Difference
    from reconciler.live import LiveSeries
    from reconciler.reason import Blocked

DONE = "done"
ALREADY_DONE = "already done"
MOVED = "moved"
BLOCKED = "blocked"
FAILED = "failed"
UNKNOWN = "unknown"
NOT_ATTEMPTED = "not attempted"
NOT_CONVERGED = "not converged"
_INCOMPLETE = frozenset({MOVED, FAILED, UNKNOWN, NOT_ATTEMPTED, NOT_CONVERGED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one change ended. `error` says why where it is not done; `row` is the last that was seen
    of the series.
    """

    code: str
    action: str
    id: int | None
    status: str
    error: str | None = None
    row: LiveSeries | None = field(default=None, compare=False, repr=False)
    foreign: bool = field(default=False, compare=False)  # somebody else wrote after our own write

    def turned(self, status: str, error: str | None = None) -> Outcome:
        """The same change with another end."""
        return replace(self, status=status, error=error)

    def showing(self, row: LiveSeries, *, foreign: bool = False) -> Outcome:
        """The same end, with what was seen of the series after it."""
        return replace(self, id=row.id, row=row, foreign=foreign)


def outcome(change: Change, status: str, error: str | None = None) -> Outcome:
    """How a change ended whose id is the planned one."""
    return Outcome(change.code, change.action, change.id, status, error)


def refusal(reasons: Iterable[Blocked]) -> str:
    """Why a change was not to run, by the names of the rules. What holds up a whole plan is said
    there, once, and here by its name alone.
    """
    return "; ".join(
        f"[{why.rule}] held up with the whole plan"
        if why.rule in PLAN_RULES
        else f"[{why.rule}] {why.message}"
        for why in reasons
    )


@dataclass(frozen=True, slots=True)
class ByHand:
    """What somebody may apply by hand who looked at it: a plan of these codes has this digest."""

    expect: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What a whole apply did. `requests` adds up to all requests of the run."""

    plan_digest: str | None
    outcomes: tuple[Outcome, ...]
    requests: Mapping[str, int]
    error: str | None = None  # why nothing was attempted, where that is so
    record: str | None = None  # the commit of the record that holds what was done
    unrecorded: str | None = None  # why what was done is not in the record
    differences: tuple[Difference, ...] = ()  # between the plan and what was reviewed
    unreviewed: ByHand | None = None  # what only a missing review held up

    @property
    def counts(self) -> Counter[str]:
        """How many changes ended in each way."""
        return Counter(found.status for found in self.outcomes)

    @property
    def result(self) -> str:
        """One word for it all; the exit code follows from it."""
        ended = set(self.counts)
        if self.error is not None:
            return "incomplete" if ended - {NOT_ATTEMPTED, BLOCKED} else "refused"
        if ended & _INCOMPLETE or self.unrecorded:
            return "incomplete"
        if BLOCKED in ended:
            return "refused"
        return "applied" if ended else "nothing to do"

    @property
    def exit_code(self) -> int:
        """0, 5 where only blocked changes are left, or 6."""
        return {"incomplete": 6, "refused": 5}.get(self.result, 0)
