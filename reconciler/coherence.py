"""Whether a change that was read from a file is one that this tool could have made.

Digests have no key: whoever edits a plan can make new ones. What is shown must be what is sent.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import ValidationError

from reconciler.diff import FieldChange, Reading, differs, recorded
from reconciler.fields import MANAGEABLE, canonical, split, wanted
from reconciler.kinds import Kind
from reconciler.plan import SEEN_LIVE, Change, encode
from reconciler.series import field_model
from reconciler.sideeffects import CAUSE
from reconciler.values import Mark

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.config import Target
    from reconciler.values import Canonical

MANAGED = frozenset(field.name for field in MANAGEABLE)


def follows(change: Change, target: Target, made_at: datetime) -> bool:
    """Whether what is shown and sent is what `managed` says, in values that a file may have."""
    if not all(path.partition(".")[0] in MANAGED for path in change.managed):
        return False
    differing = [path for path, (now, then) in change.managed.items() if differs(now, then)]
    hiding = [path for path in change.managed if split(path)[0].hides]
    asked = [field for field in change.fields if field.cause != CAUSE]
    spelled = [(field.path, field.after) for field in asked]
    if "seriesCode" not in change.managed or not all(why.rule in SEEN_LIVE for why in change.seen):
        return False
    eyes = change.eyes(target.zone, ())
    return (
        change.managed["seriesCode"][1] == change.code
        and (change.id is None) == (change.action == "create")
        and sorted(differing) == sorted(path for path, _ in spelled)
        and sorted(hiding) == sorted(change.sent)
        and all(
            _means(path, after, change.managed[path][1], eyes)
            for path, after in [*spelled, *change.sent.items()]
        )
        and all(_shows(field, change.managed[field.path][0], eyes) for field in asked)
        and _side_effects_follow(change, target, made_at, eyes)
    )


def _side_effects_follow(change: Change, target: Target, made_at: datetime, eyes: Reading) -> bool:
    """Whether the side effects that are shown are those of the change."""
    listed = [field for field in change.fields if field.cause == CAUSE]
    moves = change.side_effects(target.zone, made_at) if change.fields else {}
    return [field.path for field in listed] == sorted(moves) and all(
        field.after == moves[field.path][1] and _shows(field, moves[field.path][0], eyes)
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


def _shows(field: FieldChange, now: Canonical, eyes: Reading) -> bool:
    """Whether the printed `before` is what `managed` says of live."""
    row, _ = split(field.path)
    applied = recorded(now)
    if applied is not None:
        return json.dumps(wanted(field.path, field.before, eyes.zone)[0]) == json.dumps(applied)
    if field.before is None:
        return now is Mark.ABSENT or row.unset is not None or row.kind is Kind.MOMENT
    return eyes.settle(field.path, canonical(field.path, field.before)) == now
