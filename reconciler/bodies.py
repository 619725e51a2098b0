"""What is sent: the body of a create, and the whole body of an update (API page, section 6).

A PUT replaces: it carries every live key but the server's own, unknown ones included, with the
desired values laid over. What is equal by meaning stays in live's spelling.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler import values
from reconciler.diff import recorded
from reconciler.fields import FIELDS, split, wire
from reconciler.kinds import Kind
from reconciler.sideeffects import CAUSE
from reconciler.values import Mark

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from reconciler.change import Change
    from reconciler.diff import Reading
    from reconciler.live import LiveSeries

Body = dict[str, Any]
# Never carried from live: it would contradict a changed validTillDate (section 6).
_DERIVED = "validTillDateTime"


def create_body(change: Change, token: str, zone: ZoneInfo) -> Body:
    """A POST: everything the file says, and the claim token as `tag`."""
    body: Body = {}
    for field in change.fields:
        _lay(body, field.path, wire(field.path, field.after, zone))
    return body | {"tag": token}


def update_body(change: Change, live: LiveSeries, eyes: Reading) -> Body:
    """A PUT over a row that was read by id (or that the create just answered)."""
    body = {
        key: value
        for key, value in live.raw.items()
        if key != _DERIVED and (key not in FIELDS or FIELDS[key].manageable)
    }
    after = change.sent | {
        field.path: field.after for field in change.fields if field.cause != CAUSE
    }
    for path, (_, then) in change.managed.items():
        now = eyes.meaning(live, path, then)
        unseen = now is Mark.UNREADABLE or recorded(change.managed[path][0]) is not None
        if unseen or not eyes.agrees(path, now, then):
            _lay(body, path, wire(path, after[path], eyes.zone))
        elif path == _DERIVED:
            body[path] = live.raw.get(path, then)
    return body


def claim_body(change: Change, created: LiveSeries, eyes: Reading) -> Body:
    """The PUT that gives a created series its code, and its real tag in place of the token."""
    body = update_body(change, created, eyes)
    if "tag" not in change.managed:
        body["tag"] = body["description"]
    return body


def _lay(body: Body, path: str, value: object) -> None:
    """Put a value at a path; a key of an object leaves the object's other keys as they are."""
    field, key = split(path)
    if key is None:
        body[path] = value
        return
    under = body.get(field.name)
    if field.kind is Kind.RANGE:
        unnamed = dict.fromkeys(values.RANGE_KEYS, values.ANY)
        parts = unnamed | (values.range_object(under) or {}) | {key: value}
        body[field.name] = json.dumps(parts, separators=(",", ":"))
    else:
        body[field.name] = (dict(under) if isinstance(under, dict) else {}) | {key: value}
