"""In which order a plan is told: what must not be, what to look at first, then the rest.

Every view tells the same story; how it looks is the view's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reconciler.against import DELETED
from reconciler.change import encode
from reconciler.diff import CONFLICT
from reconciler.effect import Effect
from reconciler.exposure import Exposure
from reconciler.guardrails import PLAN_RULES
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.change import Aside, Change
    from reconciler.plan import Plan
    from reconciler.reason import Blocked

# How much a change wants to be looked at.
BLOCKED, RISKY, PLAIN = "blocked", "risky", "plain"
_UNITS = {"discountValue": "discountType", "expiryStrategyValue": "expiryStrategyType"}
_RANK = {BLOCKED: 0, RISKY: 1, PLAIN: 2}
_NO_BOUND = Exposure(0, None)


@dataclass(frozen=True)
class Group:
    """The same change in one or more series: the same fields from and to the same values, the same
    rules. What differs from series to series is the code, the file and the exposure.
    """

    changes: tuple[Change, ...]
    risk: str

    @property
    def first(self) -> Change:
        """The one that stands for all."""
        return self.changes[0]

    @property
    def alone(self) -> str:
        """How much it wants to be looked at for its own sake, whatever holds up the whole plan."""
        return _alone(self.first)

    @property
    def held(self) -> tuple[str, ...]:
        """The rules over the whole plan that alone hold it up; none where anything else does."""
        return held(self.first)


@dataclass(frozen=True)
class AsideGroup:
    """The same in one or more series, without a change: the same values, cost and reasons.

    `commit` is the one that has their files, where they are gone since.
    """

    asides: tuple[Aside, ...]
    commit: str | None = None

    @property
    def first(self) -> Aside:
        """The one that stands for all."""
        return self.asides[0]


@dataclass(frozen=True)
class Story:
    """A plan in the order in which it is told."""

    plan: Plan

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """What this plan is about, the worst first: where a pull request is known, what it owns."""
        return _grouped(one for one in self.plan.changes if one.owned is not False)

    @cached_property
    def foreign(self) -> tuple[Group, ...]:
        """What an apply would do besides: changes that this pull request does not own."""
        return _grouped(one for one in self.plan.changes if one.owned is False)

    def of(self, risk: str) -> tuple[Group, ...]:
        """The groups of one risk: BLOCKED, RISKY or PLAIN."""
        return tuple(group for group in self.groups if group.risk == risk)

    @property
    def asides(self) -> tuple[Aside, ...]:
        """What moves without a change: what must not be first, then what gives more away."""
        return tuple(sorted(self.plan.asides, key=_aside_order))

    @cached_property
    def apart(self) -> tuple[AsideGroup, ...]:
        """The same, with what is equal told once."""
        found: dict[str, list[Aside]] = {}
        for number, aside in enumerate(self.asides):
            found.setdefault(_aside_likeness(aside, number), []).append(aside)
        return tuple(
            AsideGroup(tuple(alike), self.plan.against if alike[0].kind == DELETED else None)
            for alike in found.values()
        )

    @cached_property
    def whole(self) -> tuple[tuple[str, Blocked], ...]:
        """What guards over the whole plan say, each once: ("blocked" | "warned" | "allowed", why).

        They stand at every change that counts; `own` leaves them out.
        """
        found: dict[tuple[str, Blocked], None] = {}
        for change in self.plan.changes:
            for kind in ("blocked", "warned", "allowed"):
                for why in getattr(change, kind):
                    if why.rule in PLAN_RULES:
                        found[kind, why] = None
        return tuple(found)

    @cached_property
    def givers(self) -> dict[str, str]:
        """Who wrote the allowance of a rule over the whole plan."""
        said = {rule: who for one in self.plan.changes for rule, who in one.given.items()}
        return {rule: who for rule, who in said.items() if rule in PLAN_RULES}


def own(reasons: Iterable[Blocked]) -> tuple[Blocked, ...]:
    """The reasons that are about one series."""
    return tuple(why for why in reasons if why.rule not in PLAN_RULES)


def held(change: Change) -> tuple[str, ...]:
    """The rules over the whole plan that alone hold a change up; none where anything else does."""
    if own(change.blocked):
        return ()
    return tuple(dict.fromkeys(why.rule for why in change.blocked))


def risk(change: Change) -> str:
    """How much a change wants to be looked at."""
    return BLOCKED if change.blocked else _alone(change)


def _alone(change: Change) -> str:
    """The same as if no guard over the whole plan blocked anything."""
    if own(change.blocked):
        return BLOCKED
    cost = change.exposure
    grows = cost.increase > 0 or (cost.after is None and cost.before is not None)
    # An offer that ends is no danger to money, and the last thing to be found below the fold.
    eases = any(effect.eases or effect is Effect.ENDS for effect in change.effects)
    contested = any(one.cause == CONFLICT for one in change.fields)
    return RISKY if change.warned or eases or grows or contested else PLAIN


def _grouped(changes: Iterable[Change]) -> tuple[Group, ...]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(_likeness(change), []).append(change)
    groups = [
        Group(tuple(sorted(alike, key=_worst_first)), risk(alike[0])) for alike in found.values()
    ]
    return tuple(sorted(groups, key=_order))


def _order(group: Group) -> tuple[int, int, int, int, str]:
    """What is blocked for a reason of its own before what only waits for the whole plan."""
    return _RANK[group.risk], _RANK[group.alone], *_worst_first(group.first)


def _worst_first(change: Change) -> tuple[int, int, str]:
    """Without bound before all others, then by what it may cost more, then by code."""
    eases = any(effect.eases for effect in change.effects)
    return (*costliest(change.exposure, eases=eases), change.code)


def costliest(cost: Exposure, *, eases: bool) -> tuple[int, int]:
    """What loses its bound first, then what has none and gives more, then what may cost more."""
    unbound = cost.after is None
    lost = unbound and cost.before is not None
    return 0 if lost else 1 if unbound and eases else 2, -cost.increase


def _aside_order(aside: Aside) -> tuple[bool, bool, int, int, str]:
    """Nobody knows what a loosened guard may cost: it counts as without bound."""
    eases = Effect(aside.effect).eases
    cost = costliest(aside.exposure if aside.code else _NO_BOUND, eases=eases)
    return not aside.blocked, not eases, *cost, aside.code


def _likeness(change: Change) -> str:
    """What makes two changes the same. A create is like no other, and so is what claims one."""
    if change.action != "update":
        return json.dumps([change.action, change.code])
    fields = [
        [one.path, one.before, one.after, one.cause, one.effect, one.retroactive]
        for one in change.fields
    ]
    rules = [[why.rule for why in kind] for kind in (change.blocked, change.warned, change.allowed)]
    units = [_unit(change, one.path) for one in change.fields]
    wants = [risk(change), _alone(change)]
    return json.dumps([wants, fields, units, rules, list(change.warnings)], sort_keys=True)


def _aside_likeness(aside: Aside, number: int) -> str:
    """What makes two asides the same. What is of no series is like no other."""
    cost = aside.exposure
    kinds = (aside.blocked, aside.warned, aside.allowed)
    said = [[[why.rule, why.message] for why in kind] for kind in kinds]
    what = [aside.kind, aside.path, aside.before, aside.after, aside.effect]
    alike = [*what, cost.before, cost.after, said, dict(aside.given)]
    return json.dumps([*alike, None if aside.code else number], sort_keys=True)


def _unit(change: Change, path: str) -> Any:  # noqa: ANN401 - any JSON
    """What a figure is measured in: 20 off is not 20% off, nor are 3 months 3 days."""
    kind = _UNITS.get(path)
    if kind is None:
        return None
    pair = change.managed.get(kind, (change.money.get(kind, Mark.ABSENT),))
    return [encode(one) for one in pair]
