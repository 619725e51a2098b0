"""Which guardrails a change hits (design: configuration). Pure, from values alone.

What a series' file lets pass is for the caller to ask, with `settle`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import ceil, inf
from typing import TYPE_CHECKING

from reconciler.effect import Effect, is_value
from reconciler.exposure import exposure, last_moment
from reconciler.fields import split
from reconciler.guardrails import upto
from reconciler.kinds import Money, figure
from reconciler.lifecycle import FULL_PERCENT
from reconciler.reason import Blocked
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from reconciler.exposure import Counters, Exposure
    from reconciler.guardrails import Guardrails
    from reconciler.lifecycle import Allowance
    from reconciler.values import Canonical

MAGNITUDE = 10
# The rules about the state after a change, whatever it moves.
STANDING = frozenset({"max-percent", "max-exposure", "unlimited-exposure", "no-minimum"})
_LIMITS = frozenset({Money.CAP, Money.LIMIT})
_NUMBERS = _LIMITS | {Money.VALUE, Money.MINIMUM}
_NO_MONEY = frozenset({Effect.MESSAGING, Effect.NEUTRAL})
# What may bound a series that nothing bounds, with the values that show whether it does.
_BOUNDS: dict[str, dict[str, Canonical]] = {
    "maxRedeem": {"maxRedeem": 1},
    "maxCreate": {"maxCreate": 1},
    "discountUpto": {"discountUpto": 1},
    "redemptionPerCouponMaxLimit": {"redemptionPerCouponMaxLimit": 1},
    "anyUser, isMultipleUseAllowed and sameUserMultipleRedeem: false": {
        "anyUser": False,
        "isMultipleUseAllowed": False,
        "sameUserMultipleRedeem": False,
    },
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What one change is judged by: whole states (path → canonical value), none before a create.

    `effects` holds its moves alone; `moment` is the one reading of the clock.
    """

    before: Mapping[str, Canonical]
    after: Mapping[str, Canonical]
    action: str
    exposure: Exposure
    effects: Mapping[str, Effect]
    counters: Counters
    zone: ZoneInfo
    moment: datetime

    @property
    def moves_money(self) -> bool:
        """Whether it is more than words: a create always is."""
        return self.action == "create" or any(one not in _NO_MONEY for one in self.effects.values())

    def over(self, state: Mapping[str, Canonical]) -> bool:
        """Whether nobody can use a series in that state any more."""
        last = last_moment(state, self.zone)
        return last is not None and last < self.moment


def value_guards(case: Judged, rails: Guardrails) -> Iterator[Blocked]:
    """Every rule about one series that is hit, whether it blocks or warns.

    A block is about what is, whatever moved; a warning about what moves, and so about money alone.
    Of what is taken away nobody is warned that it gives.
    """
    gives = case.moves_money and not purely_stricter(case.effects.values())
    for why in _standing(case, rails):
        if gives or not rails.warns(why.rule):
            yield why
    for why in _moving(case):
        if case.moves_money or not rails.warns(why.rule):
            yield why


def _standing(case: Judged, rails: Guardrails) -> Iterator[Blocked]:
    """The rules about the state after. What is over costs nothing until its date moves."""
    if not case.over(case.after):
        yield from _percent(case.after, rails.max_percent)
        yield from _exposure(case, rails.max_exposure)
        yield from _minimum(case.after)


def _percent(after: Mapping[str, Canonical], most: int) -> Iterator[Blocked]:
    value = figure(after.get("discountValue", Mark.ABSENT))
    if after.get("discountType") != "PERC" or value is None or value <= most:
        return
    way = ""
    if value <= FULL_PERCENT:
        way = f", or write in its file {_in_file('max-percent', ceil(value))}"
    message = (
        f"discountValue is {value:,}%, and the limit (max_percent) is {most}%; write {most} or"
        f" less{way}"
    )
    yield Blocked("max-percent", message, value)


def _exposure(case: Judged, most: int) -> Iterator[Blocked]:
    cost = case.exposure.after
    if cost is None:
        message = (
            "what it may cost at worst is unlimited: nothing bounds it; set a limit"
            f" ({_missing(case)}), or write in its file {_in_file('unlimited-exposure')}"
        )
        yield Blocked("unlimited-exposure", message)
    elif cost > most:
        message = (
            f"it may cost {cost:,} at worst, and the limit (max_exposure) is {most:,} for one"
            " series; lower the discount or a limit, or write in its file"
            f" {_in_file('max-exposure', cost)}"
        )
        yield Blocked("max-exposure", message, cost)


def _missing(case: Judged) -> str:
    """The fewest settings that would bound what nothing bounds."""
    for size in range(1, len(_BOUNDS) + 1):
        for names in combinations(_BOUNDS, size):
            state = dict(case.after)
            for name in names:
                state |= _BOUNDS[name]
            if exposure(state, case.counters, case.zone, case.moment) is not None:
                return " and ".join(names)
    return "see docs/exposure.md"


def _minimum(after: Mapping[str, Canonical]) -> Iterator[Blocked]:
    value = figure(after.get("discountValue", Mark.ABSENT))
    least = figure(after.get("minBillAmount", Mark.ABSENT)) or 0
    if after.get("discountType") != "ABS" or value is None or value <= 0 or value < least:
        return
    if least > 0:
        said = (
            f"{value:,} off, from a bill of {least:,} on: a customer may get such a bill for free"
        )
    else:
        said = f"{value:,} off without a minimum bill: a customer may get a small bill for free"
    message = f"{said}; write a minBillAmount above {value:,}, or {_in_file('no-minimum')}"
    yield Blocked("no-minimum", message)


def _moving(case: Judged) -> Iterator[Blocked]:
    """The rules about what an update or an adopt moves."""
    if case.action == "create":
        return
    moved = [path for path, effect in case.effects.items() if effect is not Effect.NEUTRAL]
    yield from _retroactive(case, moved)
    for path in moved:
        yield from _magnitude(path, case)
    if case.over(case.before) and not case.over(case.after):
        message = (
            "it is over, and this makes it usable again, for every coupon that is still out; make"
            f" a new series instead, or write in its file {_in_file('reactivates-expired')}"
        )
        yield Blocked("reactivates-expired", message)
    if "discountType" in moved:
        was, then = (_shown(one.get("discountType")) for one in (case.before, case.after))
        value = _shown(case.after.get("discountValue"))
        message = (
            f"discountType moves from {was} to {then}, and so {value} means something else; see"
            f" that it is meant, or write in its file {_in_file('discount-type-changed')}"
        )
        yield Blocked("discount-type-changed", message)


def _retroactive(case: Judged, moved: Sequence[str]) -> Iterator[Blocked]:
    names = ", ".join(path for path in moved if is_value(path))
    if names and case.counters.issued > 0:
        message = (
            f"{names} moves for the {case.counters.issued:,} coupons that customers already have;"
            " make a new series for new coupons, or write in its file"
            f" {_in_file('retroactive-value')}"
        )
        yield Blocked("retroactive-value", message)


def _magnitude(path: str, case: Judged) -> Iterator[Blocked]:
    """Ten times or a tenth: a digit too many, or one lost."""
    field, _ = split(path)
    if field.money not in _NUMBERS:
        return
    read = field.bound if field.money in _LIMITS else figure
    was, then = (read(one.get(path, Mark.ABSENT)) for one in (case.before, case.after))
    if was is None or then is None:
        return
    low, high = sorted((was, then))
    if low > 0 and MAGNITUDE * low <= high < inf:
        said = "ten times as much or more" if then > was else "a tenth or less"
        message = (
            f"{path} moves from {was:,} to {then:,}, {said}; see that no digit is wrong, or write"
            f" in its file {_in_file('order-of-magnitude')}"
        )
        yield Blocked("order-of-magnitude", message)


def _shown(value: Canonical | None) -> str:
    return str(value) if isinstance(value, int | float | str) else "what cannot be read"


def _in_file(rule: str, value: int | None = None) -> str:
    """The allowance to write into the file of a series."""
    goes_to = "" if value is None else f" value: {value},"
    return f"lifecycle: {{allow: [{{rule: {rule},{goes_to} reason: WHY, until: DATE}}]}}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Reasons that forbid, reasons that only warn, and those that an allowance lets pass."""

    blocked: tuple[Blocked, ...] = ()
    warned: tuple[Blocked, ...] = ()
    allowed: tuple[Blocked, ...] = ()

    def eased(self, rules: Collection[str]) -> Verdict:
        """The same, where some rules only warn."""
        kept = tuple(why for why in self.blocked if why.rule not in rules)
        moved = tuple(why for why in self.blocked if why.rule in rules)
        return Verdict(kept, (*moved, *self.warned), self.allowed)


def settle(
    found: Iterable[Blocked], allowance: Callable[[str], Allowance | None], rails: Guardrails
) -> Verdict:
    """Sort reasons: an allowance passes a rule up to its value, and above it says so."""
    blocked, warned, allowed = [], [], []
    for why in found:
        given = allowance(why.rule)
        if given and given.reaches(why.figure):
            what = why.message.partition("; ")[0]  # without the ways out: one was taken
            said = f"allowed until {given.until}: {given.reason} ({what})"
            allowed.append(Blocked(why.rule, said, why.figure))
        elif rails.warns(why.rule):
            warned.append(why)
        elif given and given.value is not None:
            ends = upto(why.rule, given.value)
            said = f"{why.message}; the allowance until {given.until} goes up to {ends} only"
            blocked.append(Blocked(why.rule, said, why.figure))
        else:
            blocked.append(why)
    return Verdict(tuple(blocked), tuple(warned), tuple(allowed))


def purely_stricter(effects: Iterable[Effect]) -> bool:
    """Whether a change with these effects only takes away."""
    found = list(effects)
    return bool(found) and all(one.tightens for one in found)
