"""What a plan's JSON is made of (design, section 5). `docs/plan.schema.json` is made from this."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT = "reconciler/plan/1"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


Cause = Literal["pending", "drift", "conflict", "side effect"]
EffectName = Literal[
    "more generous",
    "stricter",
    "wider reach",
    "narrower reach",
    "longer",
    "shorter",
    "activates",
    "ends",
    "messaging",
    "neutral",
]
_Id = Annotated[int, Field(gt=0, lt=2**63)]
_Commit = Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]
_Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=0)]
Amount = Annotated[
    int | None, Field(ge=0, description="in the target's currency units; null is unlimited")
]


class ExposureRow(_Row):
    """The most that a series can still cost (docs/exposure.md)."""

    before: Amount
    after: Amount


class FieldRow(_Row):
    """One path that differs: the values as live and file have them, null for none."""

    path: str
    before: Any
    after: Any
    cause: Cause | None
    effect: EffectName | None
    retroactive: bool
    line: int


class ReasonRow(_Row):
    """A rule, and what it says. `by`: who wrote the allowance, where git tells."""

    rule: str
    message: str
    by: str | None = None


class ChangeRow(_Row):
    """What one series needs. `managed` holds [live, desired] in canonical form for each path."""

    action: Literal["create", "adopt", "update"]
    seriesCode: str
    id: _Id | None
    file: str
    line: int
    owned: bool | None
    fields: list[FieldRow]
    managed: dict[str, Annotated[list[Any], Field(min_length=2, max_length=2)]]
    sent: dict[str, Any]
    money: dict[str, Any]
    lifecycle: dict[str, Any]
    shown: list[str]
    vouched: str | None
    exposure: ExposureRow
    issued: int
    redeemed: int
    uploaded: int | None
    seen: list[ReasonRow]
    blocked: list[ReasonRow]
    allowed: list[ReasonRow]
    warned: list[ReasonRow]
    warnings: list[str]
    digest: _Digest


class AsideRow(_Row):
    """What a pull request moves without a change of live."""

    kind: str
    seriesCode: str
    path: str | None
    file: str
    line: int
    before: Any
    after: Any
    effect: EffectName
    exposure: ExposureRow
    blocked: list[ReasonRow]
    allowed: list[ReasonRow]
    warned: list[ReasonRow]
    warnings: list[str]


class UnmanagedRow(_Row):
    """A live series in no file."""

    id: int
    seriesCode: str


class SummaryRow(_Row):
    """What the plan holds, counted. `managed`: live series that files name."""

    create: _Count
    adopt: _Count
    update: _Count
    unchanged: _Count
    blocked: _Count
    drifted: _Count
    managed: _Count
    unmanaged: _Count
    fields_compared: _Count
    exposure: ExposureRow


class RequestsRow(_Row):
    """Reads made, and writes that an apply of it all takes."""

    read: _Count
    write: _Count


class PlanRow(_Row):
    """A plan of `reconciler plan --format json`."""

    format: Literal["reconciler/plan/1"]
    tool: str
    target: str
    host: str
    created_at: str
    timezone: str
    commit: _Commit | None
    base: _Commit | None
    against: _Commit | None
    digest: _Digest
    summary: SummaryRow
    changes: list[ChangeRow]
    without_change: list[AsideRow]
    unmanaged: list[UnmanagedRow]
    warnings: list[str]
    requests: RequestsRow


def schema() -> dict[str, Any]:
    """The JSON Schema of a plan."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "reconciler/plan/1",
        **PlanRow.model_json_schema(),
    }
