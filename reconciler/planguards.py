"""Which guardrails a plan hits as a whole (design: configuration). Pure, from values alone.

Each holds what it counts: a plan that may cost too much holds up what costs more, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from reconciler.guardrails import percent
from reconciler.guards import settle
from reconciler.reason import Blocked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from reconciler.guardrails import Guardrails
    from reconciler.guards import Verdict

FEWEST_FOR_SHARE = 10  # managed series: of fewer, one change is too large a share to say anything


@dataclass(frozen=True, slots=True)
class Weight:
    """What one change adds to a plan. `increase` is that of its bounded exposure."""

    code: str
    action: str
    purely_stricter: bool
    increase: int


def plan_guards(counted: Sequence[Weight], managed: int, rails: Guardrails, today: date) -> Verdict:
    """What a set of changes hits as a whole, among `managed` series in files."""
    return settle(_whole(counted, managed, rails), lambda rule: rails.allows(rule, today), rails)


def holds(rule: str, one: Weight) -> bool:
    """Whether a guard that a set of changes hits holds one of them up: only what it counts."""
    if rule == "max-plan-exposure":
        return one.increase > 0
    return not one.purely_stricter and (rule != "max-changes-share" or one.action != "create")


def _whole(counted: Sequence[Weight], managed: int, rails: Guardrails) -> Iterator[Blocked]:
    loose = [one for one in counted if not one.purely_stricter]
    if len(loose) > rails.max_changes:
        message = (
            f"{len(loose):,} series change and are not just made stricter, and the limit"
            f" (max_changes) is {rails.max_changes:,}; split them over several pull requests, or"
            f" {_in_config('max-changes', len(loose))}"
        )
        yield Blocked("max-changes", message, len(loose))
    yield from _share(sum(one.action != "create" for one in loose), managed, rails)
    increase = sum(one.increase for one in counted)
    if increase > rails.max_plan_exposure:
        message = (
            f"together they may cost {increase:,} more at worst, and the limit for a plan"
            f" (max_plan_exposure) is {rails.max_plan_exposure:,}; split them over several pull"
            f" requests, lower a discount or a limit, or"
            f" {_in_config('max-plan-exposure', increase)}"
        )
        yield Blocked("max-plan-exposure", message, increase)


def _share(changed: int, managed: int, rails: Guardrails) -> Iterator[Blocked]:
    if managed < FEWEST_FOR_SHARE or changed / managed <= rails.max_changes_share:
        return
    most = int(Decimal(str(rails.max_changes_share)) * managed)
    enough = -(-changed * 100 // managed) / 100  # in whole percents, rounded up
    message = (
        f"{changed:,} of {managed:,} managed series change ({changed / managed:.1%}), and the limit"
        f" (max_changes_share) is {percent(rails.max_changes_share)}, {most:,} of them; split them"
        f" over several pull requests, or {_in_config('max-changes-share', enough)}"
    )
    yield Blocked("max-changes-share", message, changed / managed)


def _in_config(rule: str, value: float) -> str:
    """The allowance to write into the configuration."""
    return (
        f'allow it in reconciler.toml before: [[guardrails.allow]] rule = "{rule}",'
        f' value = {value}, reason = "WHY", until = DATE'
    )
