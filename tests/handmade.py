"""Changes and plans made by hand, for values that no file and no server would let pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.change import Aside, Change
from reconciler.diff import FieldChange
from reconciler.exposure import Counters, Exposure
from reconciler.fields import canonical
from reconciler.lifecycle import NONE
from reconciler.plan import Plan
from reconciler.reason import Blocked

if TYPE_CHECKING:
    from collections.abc import Sequence

SAME, MORE, FREE = Exposure(5, 5), Exposure(5, 90), Exposure(5, None)
SMS = {"smsTemplate": ("old", "new")}


def change_with(
    code: str,
    moved: dict[str, tuple[Any, Any]] | None = None,
    *,
    action: str = "update",
    file: str = "series/a.yaml",
    effect: str = "messaging",
    blocked: str | None = None,
    warned: str | None = None,
    allowed: str | None = None,
    giver: str | None = None,
    warnings: Sequence[str] = (),
    owned: bool | None = None,
    exposure: Exposure = SAME,
) -> Change:
    """A change of a series; `blocked`, `warned` and `allowed` are what is said of it."""
    pairs = SMS if moved is None else moved
    return Change(
        action=action,
        code=code,
        id=None if action == "create" else 7,
        file=file,
        line=1,
        fields=tuple(
            FieldChange(path, before, after, 2, None, effect)
            for path, (before, after) in pairs.items()
        ),
        managed={
            path: (canonical(path, before), canonical(path, after))
            for path, (before, after) in pairs.items()
        },
        sent={},
        money={},
        lifecycle=NONE,
        shown=(),
        counters=Counters(),
        seen=(),
        warnings=tuple(warnings),
        target="sandbox",
        host="sandbox",
        owned=owned,
        given={} if giver is None else {"max-percent": giver},
        exposure=exposure,
        blocked=() if blocked is None else (Blocked("max-percent", blocked),),
        warned=() if warned is None else (Blocked("no-minimum", warned),),
        allowed=() if allowed is None else (Blocked("max-percent", allowed),),
    )


def aside_with(code: str, text: str = "x", file: str = "series/a.yaml") -> Aside:
    """Something that moves without a change."""
    said = (Blocked("max-percent", text),)
    return Aside("drift accepted", code, file, 3, "maxRedeem", text, 7, "more generous", MORE, said)


def plan_with(
    changes: Sequence[Change],
    asides: Sequence[Aside] = (),
    warnings: Sequence[str] = (),
    target: str = "sandbox",
) -> Plan:
    """A plan of them, compared with a commit where any is owned or not."""
    asked = any(one.owned is not None for one in changes) or bool(asides)
    return Plan(
        target=target,
        host=target,
        changes=tuple(changes),
        unchanged=3,
        fields_compared=30,
        unmanaged=(),
        warnings=tuple(warnings),
        reads=1,
        created_at="2026-01-01T00:00:00Z",
        zone="UTC",
        commit="c" * 40,
        against="a" * 40 if asked else None,
        asides=tuple(asides),
    )
