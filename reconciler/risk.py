"""Which wanted changes must not run.

Judged from the change alone, so that a plan read back from a file is judged again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.constraints import violations
from reconciler.diff import differs
from reconciler.fields import split
from reconciler.kinds import Access
from reconciler.values import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from reconciler.values import Canonical

    Pairs = Mapping[str, tuple[Canonical, Canonical]]


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a wanted change must not run, and the way out."""

    rule: str
    message: str


def judge(
    action: str, managed: Pairs, money: Mapping[str, Canonical], issued: int, zone: ZoneInfo
) -> Iterator[Blocked]:
    """Every rule that forbids a change. `issued` is live's numIssued, 0 for a create.

    A create is held to the rule about `maxCreate` too: its second write is an update.
    """
    yield from _below_issued(managed, money, issued)
    if action == "create":
        return  # the files have been checked against the rest
    yield from _immutable(managed)
    before, after = dict(money), dict(money)
    before |= {path: now for path, (now, _) in managed.items()}
    after |= {path: then for path, (_, then) in managed.items()}
    already = {(broken.path, broken.rule) for broken in violations(before, zone)}
    for broken in violations(after, zone):
        if (broken.path, broken.rule) not in already:
            hint = f"; write {broken.hint}" if broken.hint else ""
            yield Blocked(broken.rule, f"{broken.path}: {broken.message}{hint}")


def _immutable(managed: Pairs) -> Iterator[Blocked]:
    for path, (now, then) in managed.items():
        if split(path)[0].access is Access.CREATE_ONLY and differs(now, then):
            yield Blocked(
                "immutable-field",
                f"{path} cannot change after the create: live has {_shown(now)}, the file"
                f" {_shown(then)}; write {_shown(now)}, or make a new series under another code",
            )


def _below_issued(managed: Pairs, money: Mapping[str, Canonical], issued: int) -> Iterator[Blocked]:
    """Rule 7.5: an update needs `maxCreate` above `numIssued`, or -1."""
    most = managed["maxCreate"][1] if "maxCreate" in managed else money.get("maxCreate")
    if isinstance(most, int) and most >= 0 and most <= issued:
        yield Blocked(
            "max-create-below-issued",
            f"maxCreate {most:,} is not above the {issued:,} coupons already issued, and the API"
            f" takes no such update; write {issued + 1} or more, or unlimited",
        )


def _shown(value: Canonical) -> str:
    return value.value if isinstance(value, Mark) else str(value)
