"""The plan: what would change, as a value with a digest (design: the plan as JSON).

A change's digest covers what it would do and what live it was computed from, so it is also the
pre-image that apply holds live to. Counters, times, lines and the tool's version are outside.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reconciler.diff import Comparison, FieldChange, Reading, compare, until_series_ends
from reconciler.fields import split
from reconciler.risk import Blocked, judge
from reconciler.text import folded, visible
from reconciler.values import Canonical, Mark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from reconciler.config import Target
    from reconciler.declared import Declared, Desired
    from reconciler.live import LiveSeries, Snapshot

SCHEME = "reconciler/change/1"
PLAN_SCHEME = "reconciler/plan-digest/1"
# Rules that live alone shows: they cannot be judged again from a change, so its digest holds them.
SEEN_LIVE = frozenset({"lookalike", "duplicate-live", "odd-live-value"})
WRITES = {"create": 2, "adopt": 1, "update": 1}


@dataclass(frozen=True)
class Change:
    """What one series needs. `managed` holds [live, desired] in canonical form for each path.

    `sent` holds the file's values of paths that live may hide: they are sent whether shown or not.
    """

    action: str  # create, adopt, update
    code: str
    id: int | None
    file: str
    line: int
    fields: tuple[FieldChange, ...]
    managed: Mapping[str, tuple[Canonical, Canonical]]
    sent: dict[str, Any]
    money: Mapping[str, Canonical]
    issued: int
    redeemed: int
    blocked: tuple[Blocked, ...]
    warnings: tuple[str, ...]
    target: str
    host: str

    @cached_property
    def digest(self) -> str:
        """`sha256:…` over the sorted, length-safe JSON of all that apply will be held to."""
        old_code = encode(self.managed["seriesCode"][0]) if self.action == "adopt" else None
        identity = [self.target, self.host, self.code, self.id, self.action, old_code]
        managed = {path: [encode(now), encode(then)] for path, (now, then) in self.managed.items()}
        money = {path: encode(now) for path, now in self.money.items()}
        lifecycle: dict[str, object] = {}
        unseen = sorted(why.rule for why in self.blocked if why.rule in SEEN_LIVE)
        return _sha256([SCHEME, *identity, managed, money, lifecycle, *unseen])


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
    commit: str | None = None
    tool: str = field(default="", compare=False)

    @cached_property
    def digest(self) -> str:
        """The digest of the sorted digests of the changes."""
        return _sha256([PLAN_SCHEME, *sorted(change.digest for change in self.changes)])

    @property
    def blocked(self) -> list[Change]:
        """The changes that must not run."""
        return [change for change in self.changes if change.blocked]

    @property
    def writes(self) -> int:
        """How many writes an apply of everything that is not blocked takes."""
        return sum(WRITES[change.action] for change in self.changes if not change.blocked)

    def count(self, action: str) -> int:
        """How many changes of an action are not blocked."""
        return sum(change.action == action and not change.blocked for change in self.changes)


def encode(value: Canonical) -> Any:  # noqa: ANN401 - any JSON
    """A canonical value in JSON; a mark is an object, which no canonical value is."""
    return {value.value: True} if isinstance(value, Mark) else value


def _sha256(content: object) -> str:
    spelled = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(spelled.encode()).hexdigest()}"


def claim_token(target: str, host: str, code: str) -> str:
    """What a create writes into `tag`, so that a later run knows its own (API page, 9.3).

    It depends on the target and the code alone: it still fits when the file was edited meanwhile.
    """
    return f"claim-{_sha256(['reconciler/claim/1', target, host, code])[7:39]}"


def make_plan(  # noqa: PLR0913 - a plan is made of all of this
    target: Target,
    desired: Mapping[str, Desired],
    snapshot: Snapshot,
    *,
    reads: int,
    created_at: str,
    commit: str | None,
    tool: str,
    warnings: Sequence[str] = (),
) -> Plan:
    """Compare every desired series with what the snapshot has of it."""
    changes, unchanged, compared = [], 0, 0
    said = list(warnings)
    for code in sorted(desired):
        change, count, unreadable = _change(target, desired[code], snapshot)
        compared += count - len(unreadable)
        if change:
            changes.append(change)
        else:
            unchanged += 1
            said += unreadable
    if snapshot.unknown_keys:
        said.append(
            "live shows keys that this version does not model, and they are kept as they are: "
            + ", ".join(sorted(snapshot.unknown_keys))
        )
    if snapshot.other_offset:
        said.append(other_zone(target, snapshot.other_offset))
    return Plan(
        target=target.name,
        host=target.host,
        changes=tuple(changes),
        unchanged=unchanged,
        fields_compared=compared,
        unmanaged=tuple(sorted((row.id, row.code) for row in snapshot.unmanaged)),
        warnings=tuple(said),
        reads=reads,
        created_at=created_at,
        commit=commit,
        tool=tool,
    )


def _not_compared(code: str, found: Comparison) -> list[str]:
    """What is said of the paths that live does not show, or shows in another form."""
    return [
        f"{code}: {path} cannot be compared, live does not show it; it is sent in every update"
        if found.managed[path][0] is Mark.UNREADABLE
        else f"{code}: {path} cannot be compared, live shows ids for the file's codes; an update"
        " sends what live shows"
        for path in found.unreadable
    ]


def other_zone(target: Target, offset: str) -> str:
    """What is wrong when live prints dates in another zone than the configured one."""
    return (
        f"live prints dates with {offset}, and the timezone of {target.name} is {target.zone.key}:"
        " set timezone in reconciler.toml; nothing is written before"
    )


def _money(
    row: LiveSeries,
    managed: Mapping[str, tuple[Canonical, Canonical]],
    target: Target,
    proven: Collection[str],
) -> dict[str, Canonical]:
    ends = until_series_ends(managed["expiryStrategyType"][0])
    return Reading(target.zone, proven, ends).money(row, managed.keys())


def _change(
    target: Target, wanted: Desired, snapshot: Snapshot
) -> tuple[Change | None, int, list[str]]:
    """The change that a series needs (None when it needs none), how many fields were looked at,
    and what is said of those that could not be compared.
    """
    code = wanted.code
    live = snapshot.live.get(code)
    orphan = snapshot.orphans.get(code) if live is None else None
    row = live or orphan
    found = compare(_declared(wanted, claim=orphan is not None), row, target.zone, snapshot.proven)
    twins = snapshot.twins.get(code, ())
    if not found.changes and not twins and live is not None:
        return None, len(found.managed), _not_compared(code, found)
    money = _money(row, found.managed, target, snapshot.proven) if row else {}
    issued = row.counter("numIssued") if row else 0
    action = "update" if live else "adopt" if orphan else "create"
    blocked = [*_ambiguous(code, live, twins), *_odd(row, found.managed)]
    blocked += judge(action, found.managed, money, issued, target.zone)
    change = Change(
        action=action,
        code=code,
        id=row.id if row else None,
        file=wanted.file,
        line=wanted.line,
        fields=found.changes,
        managed=found.managed,
        sent={path: wish.value for path, wish in wanted.declared.items() if split(path)[0].hides},
        money=money,
        issued=issued,
        redeemed=row.counter("numRedeemed") if row else 0,
        blocked=tuple(blocked),
        warnings=tuple(_not_compared(code, found)),
        target=target.name,
        host=target.host,
    )
    return change, len(found.managed), list(change.warnings)


def _declared(wanted: Desired, *, claim: bool) -> Mapping[str, Declared]:
    """What the file says; a claim also takes the token away, for the tag that the server gives."""
    declared = wanted.declared
    return {"tag": declared["description"], **declared} if claim else declared


def _ambiguous(
    code: str, live: LiveSeries | None, twins: Sequence[LiveSeries]
) -> Iterator[Blocked]:
    """Several live series for one code, or one whose code people cannot tell from it."""
    if not twins:
        return
    names = ", ".join(f"{visible(row.code)} (id {row.id})" for row in twins)
    if live is not None:
        message = f"live has {names}, all under this code; rename all but one in the web UI first"
        yield Blocked("duplicate-live", message)
    elif any(folded(row.code) == folded(code) for row in twins):
        message = (
            f"live has {names}, which reads like {code}; write that code in the file,"
            " or rename the live series first"
        )
        yield Blocked("lookalike", message)
    else:
        message = (
            f"live has {names}, all created for {code} and not given their code;"
            " rename all but one in the web UI first"
        )
        yield Blocked("duplicate-live", message)


def _odd(row: LiveSeries | None, managed: Iterable[str]) -> Iterator[Blocked]:
    """An object managed per key that live shows in another shape: its other keys would be lost."""
    names = {split(path)[0].name for path in managed if split(path)[1] is not None}
    for name in sorted(names):
        if row is not None and not row.has_keys(name):
            yield Blocked(
                "odd-live-value",
                f"live shows {name} as {visible(json.dumps(row.raw[name]))[:80]}, which is not"
                " documented: keys cannot be laid over it; put it right in the web UI first",
            )
