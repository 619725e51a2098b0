"""Why a wanted change must not run, or should be looked at: a rule's name, and words."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a wanted change must not run, and the way out.

    `figure` is what an allowance with a `value` has to reach, where the rule has one.
    """

    rule: str
    message: str
    figure: int | float | None = field(default=None, compare=False)
