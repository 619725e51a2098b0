"""Whether a change that was read from a file is one that this tool could have made.

Digests have no key: whoever edits a plan can make new ones. What is shown must be what is sent.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from reconciler import values
from reconciler.change import SEEN_LIVE, Change, encode
from reconciler.diff import AS_IDS, AS_RECORDED, FieldChange, Reading, differs, recorded
from reconciler.exposure import Counters
from reconciler.fields import MANAGEABLE, MONEY, canonical, split, wanted
from reconciler.kinds import Kind
from reconciler.live import LiveSeries
from reconciler.record import known
from reconciler.series import field_model
from reconciler.sideeffects import CAUSE
from reconciler.text import code_problem
from reconciler.values import Mark

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.config import Target
    from reconciler.values import Canonical

REQUIRED = frozenset(field.name for field in MANAGEABLE if field.required)
_MONEY = frozenset(path for field in MONEY for path in field.paths)
# What live may have and not show, and what is compared with what was recorded instead.
_UNSURE = frozenset({Kind.TEXTS, Kind.PRODUCTS, Kind.PLACES})


def follows(change: Change, target: Target, made_at: datetime) -> bool:
    """Whether what is shown and sent is what `managed` says, in values that a file may have.

    May raise ValueError, TypeError or the like for what is not even a change.
    """
    return (
        _stands(change)
        and (change.action != "create" or change.counters == Counters())
        and all(_nameable(path) and _pair(path, *pair) for path, pair in change.managed.items())
        and _money_fits(change)
        and all(why.rule in SEEN_LIVE for why in change.seen)
        and _fields_follow(change, target, made_at)
    )


def _stands(change: Change) -> bool:
    """Whether the action goes with the id and the codes."""
    if "seriesCode" not in change.managed or change.managed["seriesCode"][1] != change.code:
        return False
    if code_problem(change.code):
        return False
    before = change.managed["seriesCode"][0]
    if change.action != "create":
        return change.id is not None and (change.action == "update") == (before == change.code)
    return (
        change.id is None
        and all(now is Mark.ABSENT for now, _ in change.managed.values())
        and change.managed.keys() >= REQUIRED
        and not change.money
        and not change.shown
    )


def _nameable(path: str) -> bool:
    """Whether a file can name a path, and name it so: some objects only ever key by key."""
    if not known(path):
        return False
    field, key = split(path)
    if key is None:
        return field.kind not in {Kind.TEXTS, Kind.NUMBERS}
    return field.kind is Kind.TEXTS or key in (field.members or values.RANGE_KEYS)


def _pair(path: str, now: Canonical, then: Canonical) -> bool:
    """Whether live can be at one value, and a file ask for the other."""
    kind = split(path)[0].kind
    if not _plain(path, then):
        return False
    if kind in _UNSURE:
        if now is Mark.UNREADABLE:
            return True
        if isinstance(now, list) and now[:1] == [AS_RECORDED]:
            _, applied, *ids = now
            return (
                _legible(path, applied)
                and applied != then
                and (not ids or (len(ids) == 1 and _ids(path, ids[0])))
            )
    return now is Mark.ABSENT or _legible(path, now) or _ids(path, now)


def _ids(path: str, now: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether live shows ids in place of codes."""
    if split(path)[0].kind is not Kind.PRODUCTS or not isinstance(now, list):
        return False
    return now[:1] == [AS_IDS] and len(now) == len(["mark", "ids"]) and _plain(path, now[1])


def _legible(path: str, value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether live may mean a value: a canonical one, or one of a shape that nobody documented."""
    odd = isinstance(value, list) and values.unknown(value) == value
    return odd or _plain(path, value)


def _plain(path: str, value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether a value is canonical and known, to the type of its last number."""
    if isinstance(value, Mark) or values.unknown(value) == value:
        return False
    field, key = split(path)
    raw = value
    if field.kind is Kind.PRODUCTS:
        raw = [{"productType": kind, name: members} for kind, name, members in value]
    elif field.kind is Kind.PLACES:
        raw = [{"redemptionOrgEntityType": kind, "orgEntityId": one} for kind, one in value]
    elif field.kind is Kind.RANGE and key is None:
        raw = dict(value)
    return json.dumps(canonical(path, raw)) == json.dumps(value)


def _money_fits(change: Change) -> bool:
    """Whether the money that no file names is just that."""
    return all(
        path in _MONEY
        and path not in change.managed
        and path.partition(".")[0] not in change.managed
        and (now is Mark.ABSENT or _legible(path, now))
        for path, now in change.money.items()
    )


def _fields_follow(change: Change, target: Target, made_at: datetime) -> bool:
    """Whether the field changes that are shown, and what is sent besides, follow from the pairs."""
    differing = [path for path, (now, then) in change.managed.items() if differs(now, then)]
    hiding = [path for path in change.managed if split(path)[0].hides]
    asked = [field for field in change.fields if field.cause != CAUSE]
    spelled = [(field.path, field.after) for field in asked]
    eyes = change.eyes(target.zone, ())
    bare = _bare(change)
    return (
        sorted(differing) == sorted(path for path, _ in spelled)
        and sorted(hiding) == sorted(change.sent)
        and all(
            _means(path, after, change.managed[path][1], eyes)
            for path, after in [*spelled, *change.sent.items()]
        )
        and all(_shows(field, change.managed[field.path][0], eyes, bare) for field in asked)
        and _side_effects_follow(change, target, made_at, eyes)
    )


def _side_effects_follow(change: Change, target: Target, made_at: datetime, eyes: Reading) -> bool:
    """Whether the side effects that are shown are those of the change."""
    listed = [field for field in change.fields if field.cause == CAUSE]
    moves = change.side_effects(target.zone, made_at) if change.fields else {}
    return [field.path for field in listed] == sorted(moves) and all(
        field.after == moves[field.path][1]
        and _shows(field, moves[field.path][0], eyes, _bare(change))
        for field in listed
    )


def _means(path: str, after: object, then: Canonical, eyes: Reading) -> bool:
    """Whether a value may stand in a file, and means what `managed` wants."""
    field, key = split(path)
    try:
        field_model(field.name).model_validate(
            {field.name: after if key is None else {key: after}}, context=eyes.zone
        )
    except ValidationError:
        return False
    meant = [eyes.settle(path, value) for value in wanted(path, after, eyes.zone)]
    return json.dumps(encode(then)) in [json.dumps(encode(value)) for value in meant]


def _bare(change: Change) -> LiveSeries:
    """A row that shows nothing but the end, from which other fields follow where it is silent."""
    path = "validTillDate"
    pair = change.managed.get(path)
    end = change.money.get(path, Mark.ABSENT) if pair is None else pair[0]
    return LiveSeries(change.id or 0, change.code, {path: end} if isinstance(end, str) else {})


def _shows(field: FieldChange, now: Canonical, eyes: Reading, bare: LiveSeries) -> bool:
    """Whether the printed `before` is what `managed` says of live."""
    applied = recorded(now)
    if applied is not None:
        return json.dumps(wanted(field.path, field.before, eyes.zone)[0]) == json.dumps(applied)
    if field.before is None:
        silent = split(field.path)[0].name != "validTillDate"
        meant = eyes.meaning(bare, field.path, now) if silent else Mark.ABSENT
        return now is Mark.ABSENT or now == meant
    return eyes.settle(field.path, canonical(field.path, field.before)) == now
