"""What a plan means, in words about money. As they are: each view escapes for its own medium."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reconciler import values
from reconciler.diff import recorded
from reconciler.effect import Effect
from reconciler.exposure import Exposure, last_moment, total
from reconciler.fields import FIELDS, split
from reconciler.kinds import Kind, figure
from reconciler.render.wording import NOT_SET, counted, moment_words, said, worded
from reconciler.sideeffects import CAUSE
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.change import Change
    from reconciler.diff import FieldChange
    from reconciler.plan import Plan
    from reconciler.render.wording import State
    from reconciler.values import Canonical

_FOR_MANY = ("anyUser", "isMultipleUseAllowed", "sameUserMultipleRedeem")
_EASES = frozenset(one.value for one in Effect if one.eases)
_VALUES = frozenset({"discountValue", "maxBillAmount"})  # what a cap bounds

_NARROWING = {
    "for certain products": ("productInfo",),
    "at certain places": ("redemptionOrgEntityDetails", "storeIdsJson", "redeemAtStore"),
}


def amount(value: int | None) -> str:
    """An amount of money; None is without bound."""
    return "unlimited" if value is None else f"{value:,}"


def cost(exposure: Exposure) -> str:
    """The most that a series, or a plan, can cost: before and after."""
    before, after = exposure.before, exposure.after
    if before == after:
        return "unlimited, as before" if after is None else f"unchanged at {amount(after)}"
    return f"{amount(before)} → {amount(after)}"


def cost_of(change: Change, zone: str) -> str:
    """The same for one change. Where it gives more and costs no more, why that is."""
    why = held_by(change, zone)
    return f"{cost(change.exposure)} ({why})" if why else cost(change.exposure)


def held_by(change: Change, zone: str) -> str:
    """Why what gives more costs no more at worst, where that can be said; else nothing."""
    most = change.exposure
    eased = {one.path: one.effect for one in change.fields if one.effect in _EASES}
    if not eased or most.before != most.after or not most.after:
        return ""
    cap = _binding_cap(states(change)[1]) if _VALUES & eased.keys() else None
    said = [f"discountUpto holds each use at {worded('discountUpto', cap, zone)}"] if cap else []
    said += ["a minimum bill does not bound it"] if "minBillAmount" in eased else []
    if set(eased.values()) == {Effect.LONGER.value}:
        said.append("it only lasts longer")
    return "; ".join(said)


def _binding_cap(state: State) -> int | None:
    """What `discountUpto` holds one use at, where it is that and no other bound that does."""
    cap, bill = _bound(state, "discountUpto"), _bound(state, "maxBillAmount")
    value = figure(_of(state, "discountValue"))
    if _of(state, "discountType") != "PERC" or cap is None or value is None:
        return None
    return cap if bill is None or cap * 100 <= value * bill else None


def total_cost(plan: Plan) -> str:
    """The same for a whole plan, with what an apply now would not do, and what is of others."""
    said = _together(plan.changes)
    if plan.blocked:
        said += ", with what is blocked"
    foreign = [one for one in plan.changes if one.owned is False]
    if foreign and plan.against is not None:
        said += f"; of these, not of this pull request: {_together(foreign)}"
    return said


def _together(changes: Sequence[Change]) -> str:
    """How many series are without bound, and what the others cost."""
    costs = [change.exposure for change in changes]
    bounded = [one.after for one in costs if one.after is not None]
    without = len(costs) - len(bounded)
    said = cost(Exposure(total(one.before for one in costs), total(one.after for one in costs)))
    if not without:
        return said
    others = f"; the other {len(bounded):,}: {amount(sum(bounded))}" if bounded else ""
    return f"{said} ({counted(without, 'series', 'series')} without bound{others})"


def sides(change: Change, field: FieldChange, zone: str) -> tuple[str, str]:
    """A field before and after."""
    before, after = states(change)
    made = change.action == "create"  # of what is made nothing was null before
    was = NOT_SET if made else said(field.path, field.before, zone, before)
    if field.cause == CAUSE:
        return was, worded(field.path, field.after, zone, after)
    now = said(field.path, field.after, zone, after)
    if split(field.path)[0].kind is Kind.DAY:
        kept = worded(field.path, change.managed[field.path][1], zone, after)
        now = now if now == kept else f"{field.after}, kept as {kept}"
    return was, now


def offer(change: Change, zone: str) -> str:
    """What the series will be, in one sentence: how much, for whom, until when, how often."""
    _, state = states(change)
    parts = [
        _price(state),
        _who(state),
        _where(state),
        _until(state, ZoneInfo(zone)),
        _how_many(state),
    ]
    return "; ".join(part for part in parts if part)


def by_offer(changes: Iterable[Change], zone: str) -> dict[str, list[Change]]:
    """What series will be, each with those of which that is so."""
    found: dict[str, list[Change]] = {}
    for one in changes:
        found.setdefault(offer(one, zone), []).append(one)
    return found


def _price(state: State) -> str:
    value = worded("discountValue", _of(state, "discountValue"), "UTC", state)
    what = ["an amount that is not known off" if value == NOT_SET else f"{value} off"]
    if _of(state, "discountOn") != "BILL":
        what[0] += f" (on {_of(state, 'discountOn')})"
    if _of(state, "discountType") == "PERC":
        cap = _bound(state, "discountUpto")
        what.append("no cap" if cap is None else f"at most {amount(cap)}")
    least, most = figure(_of(state, "minBillAmount")) or 0, _bound(state, "maxBillAmount")
    bills = f" from {least:,}" * (least > 0) + (f" up to {amount(most)}" if most else "")
    return ", ".join([*what, f"bills{bills}" if bills else "any bill"])


def _who(state: State) -> str:
    anybody = _of(state, "anyUser")
    if not _own_codes(state):
        return "one code for everybody"
    if not isinstance(anybody, bool):
        return ""
    return "for anybody with a code" if anybody else "for the customer it was issued to"


def _where(state: State) -> str:
    """Which lists narrow it down, where their values are known."""
    found = [
        words
        for words, paths in _NARROWING.items()
        if any(_of(state, path) not in (Mark.ABSENT, [], values.ANY) for path in paths)
    ]
    return ", ".join(found)


def _until(state: State, zone: ZoneInfo) -> str:
    end = last_moment(state, zone)
    if end is None:
        return "until a moment that is not known"
    return f"until {moment_words(end, zone)}"


def _how_many(state: State) -> str:
    own = _own_codes(state)
    made = _bound(state, "maxCreate") if own else None
    redeemed = _bound(state, "maxRedeem")
    parts = [f"at most {made:,} coupons"] if made else []
    parts += [f"at most {redeemed:,} redeemed"] if redeemed else []
    if not parts:
        parts = ["any number of coupons" if own else "any number of times"]
    if own and any(_of(state, path) is not False for path in _FOR_MANY):
        parts.append(f"each used {_often(state)}")
    return ", ".join(parts)


def _often(state: State) -> str:
    """How often one coupon can be used, by the rule of `exposure`."""
    applies = _of(state, "anyUser") is True and _of(state, "externalIssual") is False
    each = _bound(state, "redemptionPerCouponMaxLimit") if applies else None
    return "any number of times" if each is None else f"at most {counted(each, 'time')}"


def _own_codes(state: State) -> bool:
    return _of(state, "clientHandlingType") != "GENERIC"


def _of(state: State, path: str) -> Canonical:
    """A value; what the server fills in stands for what is not there."""
    found = state.get(path, Mark.ABSENT)
    return FIELDS[path].default if isinstance(found, Mark) else found


def _bound(state: State, path: str) -> int | None:
    found = FIELDS[path].bound(_of(state, path))
    return None if found is None or math.isinf(found) else math.ceil(found)


def states(change: Change) -> tuple[State, State]:
    """All that a change knows of its series before and after, by path. A create has no before."""
    then = {path: pair[1] for path, pair in change.managed.items()}
    if change.action == "create":
        return {}, then
    now = {path: _was(pair[0]) for path, pair in change.managed.items()}
    made = {one.path: one.after for one in change.fields if one.cause == CAUSE}
    return {**change.money, **now}, {**change.money, **now, **then, **made}


def _was(now: Canonical) -> Canonical:
    """A live value, or the recorded one that stands for it where live does not show it."""
    applied = recorded(now)
    return now if applied is None else applied
