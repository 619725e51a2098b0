"""What works on a target, found out by reading alone, in at most 12 requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.doctor.finding import Finding
from reconciler.doctor.findings import findings, named_zone, offsets, reads_back
from reconciler.doctor.probing import FINAL, probe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.client import Client
    from reconciler.config import Target

__all__ = ["Finding", "Report", "examine"]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. `timezone` is the one to configure; None where nobody can name it from the
    `offsets` that live prints. `answered`: the target said anything that could be judged.
    """

    target: Target
    findings: tuple[Finding, ...]
    requests: Mapping[str, int]
    reads_back: tuple[str, ...]
    timezone: str | None
    offsets: tuple[str, ...]
    answered: bool

    @property
    def works(self) -> bool:
        """Whether all that plan and apply need is there."""
        return all(found.status != "problem" for found in self.findings)


def examine(client: Client) -> Report:
    """Read a target, and say what works. What fails is a finding: nothing is raised for it."""
    target = client.target
    seen = probe(client)
    return Report(
        target,
        tuple(findings(seen, target, datetime.now(UTC))),
        seen.requests,
        reads_back(seen, target),
        named_zone(seen, target),
        tuple(offsets(seen.every_row)),
        not isinstance(seen.first, FINAL),
    )
