"""What is sent: the body of a create, and the whole body of an update (API page, section 6).

A PUT replaces: it carries every live key but the server's own, unknown ones included, with the
desired values laid over. What is equal by meaning stays in live's spelling.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler import values
from reconciler.diff import Reading, until_series_ends
from reconciler.fields import FIELDS, Kind, split, wire
from reconciler.values import Mark

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from reconciler.live import LiveSeries
    from reconciler.plan import Change
    from reconciler.values import Canonical

Body = dict[str, Any]
# Never carried from live: it would contradict a changed validTillDate (section 6).
_DERIVED = "validTillDateTime"


def reading(change: Change, zone: ZoneInfo) -> Reading:
    """How to read live for a change, with the same eyes as when it was planned."""
    proven = {path for path, (now, _) in change.managed.items() if now is not Mark.UNREADABLE}
    return Reading(zone, proven, until_series_ends(change.managed["expiryStrategyType"][1]))


def create_body(change: Change, token: str, zone: ZoneInfo) -> Body:
    """A POST: everything the file says, and the claim token as `tag`."""
    body: Body = {}
    for field in change.fields:
        _lay(body, field.path, wire(field.path, field.after, zone))
    return body | {"tag": token}


def update_body(change: Change, live: LiveSeries, zone: ZoneInfo) -> Body:
    """A PUT over a row that was read by id (or that the create just answered)."""
    body = {
        key: value
        for key, value in live.raw.items()
        if key != _DERIVED and (key not in FIELDS or FIELDS[key].manageable)
    }
    eyes = reading(change, zone)
    after = {field.path: field.after for field in change.fields}
    for path, (_, then) in change.managed.items():
        now = eyes.meaning(live, path, then)
        if not eyes.agrees(path, now, then):
            spelled = wire(path, after[path], zone) if path in after else plain(path, then)
            _lay(body, path, spelled)
        elif path == _DERIVED:
            body[path] = live.raw.get(path, then)
    return body


def claim_body(change: Change, created: LiveSeries, zone: ZoneInfo) -> Body:
    """The PUT that gives a created series its code, and its real tag in place of the token."""
    body = update_body(change, created, zone)
    if "tag" not in change.managed:
        body["tag"] = body["description"]
    return body


def plain(path: str, meaning: Canonical) -> Any:  # noqa: ANN401 - any JSON
    """A canonical value in the API's form, where the file's own spelling is not at hand."""
    kind = split(path)[0].kind
    if kind is Kind.PRODUCTS and isinstance(meaning, list):
        return [{"productType": block, key: members} for block, key, members in meaning]
    if kind is Kind.PLACES and isinstance(meaning, list):
        return [{"redemptionOrgEntityType": block, "orgEntityId": one} for block, one in meaning]
    return meaning


def _lay(body: Body, path: str, value: object) -> None:
    """Put a value at a path; a key of an object leaves the object's other keys as they are."""
    field, key = split(path)
    if key is None:
        body[path] = value
        return
    under = body.get(field.name)
    if field.kind is Kind.RANGE:
        parts = _range(under) | {key: value}
        body[field.name] = json.dumps(parts, separators=(",", ":"))
    else:
        body[field.name] = (dict(under) if isinstance(under, dict) else {}) | {key: value}


def _range(raw: object) -> dict[str, Any]:
    """A redemption range's parts as live spells them; any for what it leaves out."""
    if isinstance(raw, str):
        try:
            raw = values.from_json(raw)
        except ValueError:
            raw = None
    return dict.fromkeys(values.RANGE_KEYS, values.ANY) | (raw if isinstance(raw, dict) else {})
