"""Guardrails as a value: the figures, which rules block and which warn, and what the plan may pass.

Which series or plan hits a rule is told in `guards` (design: configuration).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from reconciler.lifecycle import ALLOWABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from reconciler.lifecycle import Allowance

BLOCK, WARN = "block", "warn"
# The rules over a whole plan: no series' file passes them, [[guardrails.allow]] does.
PLAN_RULES = ("max-changes", "max-changes-share", "max-plan-exposure")
# The rules that warn where nothing is configured. Every other one blocks.
WARNING = frozenset(
    {
        "retroactive-value",
        "order-of-magnitude",
        "unlimited-exposure",
        "reactivates-expired",
        "discount-type-changed",
        "no-minimum",
    }
)
_RIGHT = "it keeps the tool right about live"
_REAL = "it keeps approval real"
# The rules that always block: why, and what to do instead.
ALWAYS: dict[str, tuple[str, str]] = {
    "immutable-field": (_RIGHT, "write the value as it is live"),
    "max-create-below-issued": (_RIGHT, "write a maxCreate above what is issued"),
    "vanished": (_RIGHT, "take the way out that the plan shows"),
    "duplicate-live": (_RIGHT, "make the live series ones that can be told apart"),
    "similar-code": (_RIGHT, "choose a code that nobody can mistake"),
    "odd-live-value": (_RIGHT, "put the live value right in the web UI"),
    "adopt-refused": (_RIGHT, "adopt a live series that nothing else claims"),
    "absence-unproven": (_RIGHT, "see what reconciler doctor says of the target"),
    "not-reviewed": (_REAL, "let somebody review the change in a pull request"),
    "protected": (_REAL, "take protect: true away in a commit of its own"),
}
RULES: tuple[str, ...] = (*ALLOWABLE, *PLAN_RULES, *ALWAYS)


@dataclass(frozen=True, slots=True)
class Guardrails:
    """What is in force for one target. `severity` holds the rules that are configured."""

    max_percent: int = 60
    max_changes: int = 50
    max_changes_share: float = 0.30
    max_exposure: int = 10_000_000
    max_plan_exposure: int = 100_000_000
    severity: Mapping[str, str] = field(default_factory=dict, hash=False)
    allow: tuple[Allowance, ...] = ()

    def warns(self, rule: str) -> bool:
        """Whether a rule only warns: as configured, else by default."""
        return self.severity.get(rule, WARN if rule in WARNING else BLOCK) == WARN

    def allows(self, rule: str, today: date) -> Allowance | None:
        """The allowance of a rule over the plan that has not expired: the one that goes furthest,
        then the one that lasts longest.
        """
        found = [one for one in self.allow if one.rule == rule and one.until >= today]
        return max(found, key=lambda one: (one.value or 0, one.until), default=None)

    def differences(self, other: Guardrails) -> tuple[tuple[str, Any, Any], ...]:
        """What `other` says differently: (key, here, there), as the configuration writes it.

        A rule counts by what it comes to, and an allowance by all but its line; None is nothing.
        """
        return tuple(self._differences(other))

    def _differences(self, other: Guardrails) -> Iterator[tuple[str, Any, Any]]:
        for key in FIGURES:
            if getattr(self, key) != getattr(other, key):
                yield key, getattr(self, key), getattr(other, key)
        for rule in sorted({*self.severity, *other.severity}):
            before, after = (WARN if one.warns(rule) else BLOCK for one in (self, other))
            if before != after:
                yield f"rules.{rule}", before, after
        for rule in sorted({one.rule for one in (*self.allow, *other.allow)}):
            gone = [one for one in self.allow if one.rule == rule and one not in other.allow]
            new = [one for one in other.allow if one.rule == rule and one not in self.allow]
            for was, now in zip_longest(gone, new):
                yield f"allow.{rule}", was and was.as_json(), now and now.as_json()


FIGURES: tuple[str, ...] = tuple(
    one.name for one in fields(Guardrails) if one.name not in {"severity", "allow"}
)
DEFAULT = Guardrails()


def upto(rule: str, value: float) -> str:
    """The value of an allowance in words."""
    if rule == "max-changes-share":
        return percent(value)
    return f"{value:,}%" if rule == "max-percent" else f"{value:,}"


def percent(share: float) -> str:
    """A share as a percent, without zeros at its end."""
    return f"{(Decimal(str(share)) * 100).normalize():f}%"
