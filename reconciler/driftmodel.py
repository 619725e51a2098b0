"""What a drift's JSON is made of (design, section 5)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reconciler.planmodel import Amount, AsideRow, EffectName, UnmanagedRow

FORMAT = "reconciler/drift/1"

_Count = Annotated[int, Field(ge=0)]
_Commit = Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class DriftedFieldRow(_Row):
    """One path that moved: as applied, as live has it, and as the file says; null for none."""

    path: str
    base: Any
    before: Any
    after: Any
    cause: Literal["drift", "conflict"] | None
    effect: EffectName
    line: int


class DriftedCostRow(_Row):
    """The most that a series can still cost: as it was applied, and as live is."""

    base: Amount
    live: Amount


class DriftedRow(_Row):
    """One series that moved."""

    code: str = Field(alias="seriesCode")
    id: int | None
    file: str
    line: int
    missing: str | None
    fields: list[DriftedFieldRow]
    exposure: DriftedCostRow
    issued: _Count
    units: dict[str, str]


class DriftSummaryRow(_Row):
    """What the drift holds, counted."""

    drifted: _Count
    fields: _Count
    conflicts: _Count
    missing: _Count
    no_longer_managed: _Count
    unchanged: _Count
    unmanaged: _Count
    fields_compared: _Count


class DriftRequestsRow(_Row):
    """Reads made: looking for drift writes nothing."""

    read: _Count


class DriftRow(_Row):
    """A drift of `reconciler drift --format json`."""

    format: Literal["reconciler/drift/1"]
    tool: str
    target: str
    host: str
    created_at: str
    timezone: str
    commit: _Commit | None
    base: _Commit | None
    summary: DriftSummaryRow
    changes: list[DriftedRow]
    without_change: list[AsideRow]
    unmanaged: list[UnmanagedRow]
    warnings: list[str]
    requests: DriftRequestsRow
