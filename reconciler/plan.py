"""The plan: what would change, as a value with a digest (design: the plan as JSON).

Guards over a whole plan are judged here: they need all of its changes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from reconciler.change import Aside, Change, sha256_of
from reconciler.diff import CONFLICT, DRIFT
from reconciler.exposure import Exposure, total
from reconciler.guardrails import PLAN_RULES
from reconciler.guards import Verdict
from reconciler.planguards import Weight, holds, plan_guards
from reconciler.reason import Blocked

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from reconciler.config import Target
    from reconciler.guardrails import Guardrails
    from reconciler.lifecycle import Lines
    from reconciler.live import LiveSeries

_TOKEN = re.compile(r"claim-[0-9a-f]{32}")
NOT_REVIEWED = "not-reviewed"
PLAN_SCHEME = "reconciler/plan-digest/1"
WRITES = {"create": 2, "adopt": 1, "update": 1}
IDS_AT_ONCE = 50  # ids that one read takes (API page, 9.6)
READ_AT_ONCE = 10  # series that apply reads right before it writes them


@dataclass(frozen=True)
class Plan:
    """All changes of one run, sorted by code, and what was left alone."""

    target: str
    host: str
    changes: tuple[Change, ...]
    unchanged: int
    fields_compared: int
    unmanaged: tuple[tuple[int, str], ...]  # id and code of each live series in no file
    warnings: tuple[str, ...]
    reads: int
    created_at: str
    zone: str  # the one that the server cuts dates in
    commit: str | None = None
    base: str | None = None  # the commit of the record that causes are told by
    against: str | None = None  # the commit that a pull request is compared with
    asides: tuple[Aside, ...] = ()  # what moves without a change
    managed: int = 0  # live series that files name
    settled: tuple[tuple[Change, LiveSeries], ...] = field(default=(), compare=False, repr=False)
    """What needs no change, where the record is to hold it: without `fields`, and its row."""
    tool: str = field(default="", compare=False)

    @cached_property
    def digest(self) -> str:
        """The digest of the sorted digests of the changes."""
        return sha256_of([PLAN_SCHEME, *sorted(change.digest for change in self.changes)])

    def reviewed(self, sets: Sequence[Collection[str]], rails: Guardrails, today: date) -> Plan:
        """The same plan, with every change blocked whose digest is in no set of reviewed ones.

        Guards over a plan judge each set alone: one does not block what stands in another.
        """
        approved = frozenset[str]().union(*sets)
        held = replace(self, changes=tuple(_held_to(one, approved) for one in self.changes))
        codes = [{one.code for one in self.changes if one.digest in found} for found in sets]
        return held.guarded(rails, today, codes)

    def guarded(
        self, rails: Guardrails, today: date, sets: Sequence[Collection[str]] | None = None
    ) -> Plan:
        """The same plan, with what guards over a whole plan say of each set of codes.

        Without sets: of what the pull request owns, or of everything where nobody asked. What
        stands in several sets passes where one of them does.
        """
        if sets is None:
            sets = [{one.code for one in self.changes if one.owned is not False}]
        changes = [_unguarded(one) for one in self.changes]
        said: dict[str, list[Verdict]] = {}
        for codes in sets:
            counted = [one for one in changes if one.code in codes and _counts(one)]
            verdict = plan_guards([_weight(one) for one in counted], self.managed, rails, today)
            for one in counted:
                said.setdefault(one.code, []).append(verdict)
        guarded = (_told(one, said.get(one.code, [])) for one in changes)
        return replace(self, changes=tuple(guarded))

    def credited(self, authors: Mapping[tuple[str, Lines], str], whole: Mapping[str, str]) -> Plan:
        """The same plan, with who wrote the allowances: of files by file and lines, `whole` those
        of rules over the plan.
        """

        def given(thing: Change | Aside, lines: Mapping[str, Lines]) -> dict[str, str]:
            places = {rule: (thing.file, at) for rule, at in lines.items()}
            known = {rule: authors[at] for rule, at in places.items() if at in authors}
            passed = {why.rule for why in thing.allowed}
            return {rule: who for rule, who in (known | dict(whole)).items() if rule in passed}

        changes = (replace(one, given=given(one, allowing(one))) for one in self.changes)
        asides = (replace(one, given=given(one, one.lines)) for one in self.asides)
        return replace(self, changes=tuple(changes), asides=tuple(asides))

    @property
    def refused(self) -> bool:
        """Whether anything in it must not be: a change, or what stands without one."""
        return bool(self.blocked) or any(one.blocked for one in self.asides)

    @property
    def exposure(self) -> Exposure:
        """What all its changes can cost at most, before and after."""
        costs = [change.exposure for change in self.changes]
        return Exposure(total(one.before for one in costs), total(one.after for one in costs))

    @property
    def blocked(self) -> list[Change]:
        """The changes that must not run."""
        return [change for change in self.changes if change.blocked]

    @property
    def unreviewed(self) -> Plan | None:
        """What nothing but a missing review holds up, as the plan of it alone; None for nothing."""
        rules = {one.code: {why.rule for why in one.blocked} for one in self.changes}
        left = tuple(one for one in self.changes if rules[one.code] == {NOT_REVIEWED})
        return replace(self, changes=left) if left else None

    @property
    def drifted(self) -> int:
        """How many changes hold a field that live moved away from what was applied."""
        moved = {DRIFT, CONFLICT}
        return sum(any(one.cause in moved for one in change.fields) for change in self.changes)

    @property
    def writes(self) -> int:
        """How many writes an apply of everything that is not blocked takes."""
        return sum(WRITES[change.action] for change in self.changes if not change.blocked)

    @property
    def more_reads(self) -> int:
        """How many reads such an apply takes at least: before its writes, and after them."""
        ready = [change for change in self.changes if not change.blocked]
        known = sum(change.action != "create" for change in ready)
        return -(-known // READ_AT_ONCE) - (-len(ready) // IDS_AT_ONCE)

    def count(self, action: str) -> int:
        """How many changes of an action are not blocked."""
        return sum(change.action == action and not change.blocked for change in self.changes)


def _held_to(change: Change, approved: Collection[str]) -> Change:
    if change.digest in approved:
        return change
    message = (
        f"no reviewed plan holds this change ({change.digest}); have it reviewed, or look at it"
        " and apply the plan with --expect DIGEST"
    )
    return replace(change, blocked=(*change.blocked, Blocked(NOT_REVIEWED, message)))


def allowing(change: Change) -> dict[str, Lines]:
    """The lines of each allowance of a change's file, by rule."""
    return {one.rule: one.lines for one in change.lifecycle.allow}


def _unguarded(change: Change) -> Change:
    """A change without what a guard over a whole plan said of it."""

    def kept(reasons: tuple[Blocked, ...]) -> tuple[Blocked, ...]:
        return tuple(why for why in reasons if why.rule not in PLAN_RULES)

    found = (change.blocked, change.warned, change.allowed)
    if not any(why.rule in PLAN_RULES for reasons in found for why in reasons):
        return change
    blocked, warned, allowed = (kept(reasons) for reasons in found)
    return replace(change, blocked=blocked, warned=warned, allowed=allowed)


def _counts(change: Change) -> bool:
    """Whether guards over a whole plan look at a change."""
    return not change.blocked and not change.purely_stricter


def _weight(change: Change) -> Weight:
    increase = change.exposure.increase
    return Weight(change.code, change.action, change.purely_stricter, increase)


def _told(change: Change, said: Sequence[Verdict]) -> Change:
    """A change with what was said of the sets that it counts in: of those that pass, if any do."""
    mine = [_of(one, change) for one in said]
    told = [one for one in mine if not one.blocked] or mine
    return replace(
        change,
        blocked=(*change.blocked, *dict.fromkeys(why for one in told for why in one.blocked)),
        warned=(*change.warned, *dict.fromkeys(why for one in told for why in one.warned)),
        allowed=(*change.allowed, *dict.fromkeys(why for one in told for why in one.allowed)),
    )


def _of(said: Verdict, change: Change) -> Verdict:
    """What of it is about a change."""
    weight = _weight(change)
    kinds = (said.blocked, said.warned, said.allowed)
    return Verdict(*(tuple(why for why in kind if holds(why.rule, weight)) for kind in kinds))


def claim_token(target: str, host: str, code: str) -> str:
    """What a create writes into `tag`, so that a later run knows its own (API page, 9.3).

    It depends on the target and the code alone: it still fits when the file was edited meanwhile.
    """
    return f"claim-{sha256_of(['reconciler/claim/1', target, host, code])[7:39]}"


def is_claim_token(tag: object) -> bool:
    """Whether a `tag` is a claim token, of whatever target and code."""
    return isinstance(tag, str) and _TOKEN.fullmatch(tag) is not None


def other_zone(target: Target, offset: str, then: str = "; nothing is written before") -> str:
    """What is wrong when live prints dates in another zone than the configured one."""
    return (
        f"live prints dates with {offset}, and the timezone of {target.name} is {target.zone.key}:"
        f" set timezone in reconciler.toml{then}"
    )
