"""How a fresh plan differs from the ones that were reviewed: which changes, and in what."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.diff import recorded
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from reconciler.change import Change
    from reconciler.plan import Plan

NEW, GONE, DIFFERENT = "new", "gone", "different"


@dataclass(frozen=True, slots=True)
class Divergence:
    """One thing in which a change is not the reviewed one. `path` is a field's, or what else of the
    change it is; `reviewed` and `now` are what each of the two plans says of it.
    """

    path: str
    reviewed: str
    now: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One change that is not as reviewed: new, gone, or different in some places."""

    kind: str
    code: str
    places: tuple[Divergence, ...] = ()


def differences(
    reviewed: Sequence[Plan], fresh: Plan, listed: Collection[str] = ()
) -> tuple[Difference, ...]:
    """What is new in a fresh plan, gone from it, or different, by code. A change that stands in one
    of the reviewed plans as it is, or whose digest is `listed`, differs in nothing.
    """
    known: dict[str, list[Change]] = {}
    for plan in reviewed:
        for change in plan.changes:
            known.setdefault(change.code, []).append(change)
    now = {change.code: change for change in fresh.changes}
    found = []
    for code in sorted(known.keys() | now.keys()):
        if code not in now:
            found.append(Difference(GONE, code))
        elif now[code].digest in listed:
            continue
        elif code not in known:
            found.append(Difference(NEW, code))
        elif _same(now[code]).isdisjoint(change.digest for change in known[code]):
            places = tuple(_places(known[code][-1], now[code]))
            found.append(Difference(DIFFERENT, code, places))
    return tuple(found)


def _same(change: Change) -> set[str]:
    """The digests of a change, and of the create that it finishes."""
    return {change.digest, *change.finishes}


def _places(reviewed: Change, now: Change) -> Iterator[Divergence]:
    """Everything inside the digest that the two do not share."""
    if reviewed.action != now.action:
        yield Divergence("the action", reviewed.action, now.action)
    if reviewed.id != now.id:
        yield Divergence("the id", str(reviewed.id), str(now.id))
    named = reviewed.managed.keys() | now.managed.keys()
    for path in sorted(named):
        one, other = (_pair(change, path) for change in (reviewed, now))
        if one != other:
            yield Divergence(path, one, other)
    was, then = (
        {path: value for path, value in change.money.items() if path not in named}
        for change in (reviewed, now)
    )
    yield from _mapping(was, then, " (in no file)")
    yield from _mapping(reviewed.lifecycle.as_json(), now.lifecycle.as_json(), " (lifecycle)")
    if sorted(reviewed.shown) != sorted(now.shown):
        yield Divergence("what live shows", *(", ".join(one.shown) for one in (reviewed, now)))
    if reviewed.vouched != now.vouched:
        yield Divergence("lastUsed", *(str(one.vouched) for one in (reviewed, now)))
    before, after = (", ".join(sorted(why.rule for why in one.seen)) for one in (reviewed, now))
    if before != after:
        yield Divergence("what is against it", before or "nothing", after or "nothing")


def _mapping(
    reviewed: Mapping[str, Any], now: Mapping[str, Any], what: str
) -> Iterator[Divergence]:
    for path in sorted(reviewed.keys() | now.keys()):
        one, other = (_value(found.get(path, Mark.ABSENT)) for found in (reviewed, now))
        if one != other:
            yield Divergence(f"{path}{what}", one, other)


def _pair(change: Change, path: str) -> str:
    """What a change makes of a path; where its file does not name it, what live has, if known."""
    if path not in change.managed:
        live = change.money.get(path)
        return "in no file" if live is None else f"in no file, live has {_value(live)}"
    before, after = (_value(one) for one in change.managed[path])
    return f"stays {after}" if before == after else f"{before} → {after}"


def _value(value: Any) -> str:  # noqa: ANN401 - any JSON
    """A value in words that are equal only where its digest is: `true` is not 1, nor is 1.0."""
    if isinstance(value, Mark):
        return "not set" if value is Mark.ABSENT else "not shown"
    if recorded(value) is None:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    _, applied, *ids = value
    shows = f", and live shows the ids {_value(ids)}" if ids else ""
    return f"not shown ({_value(applied)} was applied{shows})"
