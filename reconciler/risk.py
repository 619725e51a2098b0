"""Which wanted changes must not run.

Judged from the change alone, so that a plan read back from a file is judged again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.constraints import violations
from reconciler.diff import differs
from reconciler.fields import split
from reconciler.guards import settle
from reconciler.kinds import Access
from reconciler.reason import Blocked
from reconciler.sideeffects import ends_early, predicted
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from reconciler.guardrails import Guardrails
    from reconciler.guards import Verdict
    from reconciler.lifecycle import Lifecycle
    from reconciler.values import Canonical

    Pairs = Mapping[str, tuple[Canonical, Canonical]]


@dataclass(frozen=True, slots=True)
class Case:
    """What a change is judged by. `issued` is live's numIssued, 0 for a create; `now` is the one
    reading of the clock that all rules share.
    """

    action: str
    managed: Pairs
    money: Mapping[str, Canonical]
    lifecycle: Lifecycle
    issued: int
    zone: ZoneInfo
    now: datetime


def judge(case: Case) -> Iterator[Blocked]:
    """Every rule that forbids a change.

    A create is held to the rule about `maxCreate` too: its second write is an update.
    """
    managed, money, zone = case.managed, case.money, case.zone
    yield from _below_issued(managed, money, case.issued)
    if case.action == "create":
        return  # the files have been checked against the rest
    claims_own = case.action == "adopt" and case.lifecycle.adopt is None  # the end of a create
    differing = any(differs(*pair) for pair in managed.values())
    if case.lifecycle.protect and differing and not claims_own:
        message = "the file protects this series: take `protect: true` away in a commit of its own"
        yield Blocked("protected", message)
    yield from _immutable(managed)
    if said := ends_early(predicted(managed, money, zone, case.now), case.now):
        message = f"{said}; write the end that is meant, or allow side-effect with a reason"
        yield Blocked("side-effect", message)
    before, after = dict(money), dict(money)
    before |= {path: now for path, (now, _) in managed.items()}
    after |= {path: then for path, (_, then) in managed.items()}
    already = {(broken.path, broken.rule) for broken in violations(before, zone)}
    for broken in violations(after, zone):
        if (broken.path, broken.rule) not in already:
            hint = f"; write {broken.hint}" if broken.hint else ""
            yield Blocked(broken.rule, f"{broken.path}: {broken.message}{hint}")


def permitted(found: Iterable[Blocked], case: Case, rails: Guardrails) -> Verdict:
    """Sort reasons by the allowances of the file and by `rails`."""
    today = case.now.astimezone(case.zone).date()
    verdict = settle(found, lambda rule: case.lifecycle.allows(rule, today), rails)
    ended = {one.rule: one.until for one in case.lifecycle.allow if one.until < today}
    return replace(
        verdict,
        blocked=tuple(
            replace(why, message=f"{why.message}; its allowance ended on {ended[why.rule]}")
            if why.rule in ended
            else why
            for why in verdict.blocked
        ),
    )


def _immutable(managed: Pairs) -> Iterator[Blocked]:
    for path, (now, then) in managed.items():
        if split(path)[0].access is Access.CREATE_ONLY and differs(now, then):
            yield Blocked(
                "immutable-field",
                f"{path} cannot change after the create: live has {_shown(now)}, the file"
                f" {_shown(then)}; write {_shown(now)}, or make a new series under another code",
            )


def _below_issued(managed: Pairs, money: Mapping[str, Canonical], issued: int) -> Iterator[Blocked]:
    """Rule 7.5: an update needs `maxCreate` above `numIssued`, or -1."""
    most = managed["maxCreate"][1] if "maxCreate" in managed else money.get("maxCreate")
    if isinstance(most, int) and most >= 0 and most <= issued:
        yield Blocked(
            "max-create-below-issued",
            f"maxCreate {most:,} is not above the {issued:,} coupons already issued, and the API"
            f" takes no such update; write {issued + 1} or more, or unlimited",
        )


def _shown(value: Canonical) -> str:
    return value.value if isinstance(value, Mark) else str(value)
