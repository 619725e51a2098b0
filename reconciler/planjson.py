"""The plan as JSON (design, section 5). `planfile` reads it back."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from reconciler.change import encode
from reconciler.planmodel import FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.change import Aside, Change
    from reconciler.exposure import Exposure
    from reconciler.plan import Plan
    from reconciler.reason import Blocked


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as the design prints it. Equal plans give equal JSON but for `created_at`."""
    return {
        "format": FORMAT,
        "tool": plan.tool,
        "target": plan.target,
        "host": plan.host,
        "created_at": plan.created_at,
        "timezone": plan.zone,
        "commit": plan.commit,
        "base": plan.base,
        "against": plan.against,
        "digest": plan.digest,
        "summary": {
            **{action: plan.count(action) for action in ("create", "adopt", "update")},
            "unchanged": plan.unchanged,
            "blocked": len(plan.blocked) + sum(bool(one.blocked) for one in plan.asides),
            "drifted": plan.drifted,
            "managed": plan.managed,
            "unmanaged": len(plan.unmanaged),
            "fields_compared": plan.fields_compared,
            "exposure": _exposure(plan.exposure),
        },
        "changes": [_change(change) for change in plan.changes],
        "without_change": [aside_json(one) for one in plan.asides],
        "unmanaged": [{"id": row_id, "seriesCode": code} for row_id, code in plan.unmanaged],
        "warnings": list(plan.warnings),
        "requests": {"read": plan.reads, "write": plan.writes},
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "seriesCode": change.code,
        "id": change.id,
        "file": change.file,
        "line": change.line,
        "owned": change.owned,
        "fields": [
            {
                "path": field.path,
                "before": field.before,
                "after": field.after,
                "cause": field.cause,
                "effect": field.effect,
                "retroactive": field.retroactive,
                "line": field.line,
            }
            for field in change.fields
        ],
        "managed": {
            path: [encode(now), encode(then)] for path, (now, then) in change.managed.items()
        },
        "sent": change.sent,
        "money": {path: encode(now) for path, now in change.money.items()},
        "lifecycle": change.lifecycle.as_json(),
        "shown": list(change.shown),
        "vouched": change.vouched,
        "exposure": _exposure(change.exposure),
        "issued": change.counters.issued,
        "redeemed": change.counters.redeemed,
        "uploaded": change.counters.uploaded,
        "seen": _reasons(change.seen),
        "blocked": _reasons(change.blocked),
        "allowed": _reasons(change.allowed, change.given),
        "warned": _reasons(change.warned),
        "warnings": [*change.warnings, *_warned(change.warned)],
        "digest": change.digest,
    }


def aside_json(aside: Aside) -> dict[str, Any]:
    """One thing that moves without a change."""
    return {
        "kind": aside.kind,
        "seriesCode": aside.code,
        "path": aside.path,
        "file": aside.file,
        "line": aside.line,
        "before": aside.before,
        "after": aside.after,
        "effect": aside.effect,
        "exposure": _exposure(aside.exposure),
        "blocked": _reasons(aside.blocked),
        "allowed": _reasons(aside.allowed, aside.given),
        "warned": _reasons(aside.warned),
        "warnings": _warned(aside.warned),
    }


def _exposure(cost: Exposure) -> dict[str, int | None]:
    return {"before": cost.before, "after": cost.after}


def _reasons(
    reasons: Iterable[Blocked], given: Mapping[str, str] = MappingProxyType({})
) -> list[dict[str, str]]:
    return [
        {"rule": why.rule, "message": why.message}
        | ({"by": given[why.rule]} if why.rule in given else {})
        for why in reasons
    ]


def _warned(reasons: Iterable[Blocked]) -> list[str]:
    """Guards' warnings as they stand at the end of all warnings."""
    return [f"[{why.rule}] {why.message}" for why in reasons]
