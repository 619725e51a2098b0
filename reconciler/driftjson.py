"""A drift as JSON (design, section 5), and read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from reconciler.against import UNMANAGED
from reconciler.diff import CONFLICT
from reconciler.drift import Drift, Drifted, DriftedField
from reconciler.driftmodel import FORMAT, DriftRow
from reconciler.errors import RefusedError
from reconciler.exposure import Exposure
from reconciler.fields import FIELDS
from reconciler.kinds import PART
from reconciler.planfile import read_aside
from reconciler.planjson import aside_json
from reconciler.text import clip
from reconciler.values import parse_instant

if TYPE_CHECKING:
    from reconciler.driftmodel import DriftedRow

_AGAIN = "make a new one with `reconciler drift --format json`"


def to_json(drift: Drift) -> dict[str, Any]:
    """The drift as programs read it. Equal drifts give equal JSON but for `created_at`."""
    return {
        "format": FORMAT,
        "tool": drift.tool,
        "target": drift.target,
        "host": drift.host,
        "created_at": drift.created_at,
        "timezone": drift.zone,
        "commit": drift.commit,
        "base": drift.base,
        "summary": _summary(drift),
        "changes": [_drifted(one) for one in drift.series],
        "without_change": [aside_json(one) for one in drift.asides],
        "unmanaged": [{"id": row_id, "seriesCode": code} for row_id, code in drift.unmanaged],
        "warnings": list(drift.warnings),
        "requests": {"read": drift.reads},
    }


def _summary(drift: Drift) -> dict[str, int]:
    fields = [field for one in drift.series for field in one.fields]
    return {
        "drifted": len(drift.series),
        "fields": len(fields),
        "conflicts": sum(field.cause == CONFLICT for field in fields),
        "missing": sum(one.missing is not None for one in drift.series),
        "no_longer_managed": len(drift.asides),
        "unchanged": drift.unchanged,
        "unmanaged": len(drift.unmanaged),
        "fields_compared": drift.fields_compared,
    }


def _drifted(one: Drifted) -> dict[str, Any]:
    return {
        "seriesCode": one.code,
        "id": one.id,
        "file": one.file,
        "line": one.line,
        "missing": one.missing,
        "fields": [
            {
                "path": field.path,
                "base": field.base,
                "before": field.live,
                "after": field.desired,
                "cause": field.cause,
                "effect": field.effect,
                "line": field.line,
            }
            for field in one.fields
        ],
        "exposure": {"base": one.exposure.before, "live": one.exposure.after},
        "issued": one.issued,
        "units": dict(one.units),
    }


def from_json(text: str) -> Drift:
    """Read a drift back. Raise RefusedError for another format, and for what none can be."""
    read = _checked(text)
    drift = Drift(
        target=read.target,
        host=read.host,
        zone=read.timezone,
        series=tuple(_read_drifted(row) for row in read.changes),
        asides=tuple(read_aside(row) for row in read.without_change),
        unchanged=read.summary.unchanged,
        fields_compared=read.summary.fields_compared,
        unmanaged=tuple((row.id, row.seriesCode) for row in read.unmanaged),
        warnings=tuple(read.warnings),
        reads=read.requests.read,
        created_at=read.created_at,
        commit=read.commit,
        base=read.base,
        tool=read.tool,
    )
    if _summary(drift) != read.summary.model_dump():
        raise _damaged("summary")
    return drift


def _read_drifted(row: DriftedRow) -> Drifted:
    return Drifted(
        code=row.code,
        id=row.id,
        file=row.file,
        line=row.line,
        fields=tuple(
            DriftedField(
                field.path,
                field.base,
                field.before,
                field.after,
                field.cause,
                field.effect,
                field.line,
            )
            for field in row.fields
        ),
        exposure=Exposure(row.exposure.base, row.exposure.live),
        issued=row.issued,
        missing=row.missing,
        units=row.units,
    )


def _checked(text: str) -> DriftRow:
    """What a file holds, where that is a drift."""
    try:
        raw = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise RefusedError(f"this is not a drift: it is not JSON; {_AGAIN}") from None
    found = raw.get("format") if isinstance(raw, dict) else None
    if found != FORMAT:
        said = clip(ascii(found)) if isinstance(found, str) else "not named"
        raise RefusedError(
            f"this is not a drift that fits: its format is {said}, not {FORMAT!r}; {_AGAIN}"
        )
    try:
        read = DriftRow.model_validate(raw)
    except ValidationError as error:
        raise _damaged(".".join(map(str, error.errors()[0]["loc"]))) from None
    _check_names(read)
    return read


def _check_names(read: DriftRow) -> None:
    """That every field, the zone and the moment are ones that there are."""
    for at, row in enumerate(read.changes):
        for number, field in enumerate(row.fields):
            if not _is_path(field.path):
                raise _damaged(f"changes.{at}.fields.{number}.path")
    for at, aside in enumerate(read.without_change):
        if (aside.kind, aside.path) != (UNMANAGED, None) or not _is_state(aside.before):
            raise _damaged(f"without_change.{at}")
    try:
        ZoneInfo(read.timezone)
    except (LookupError, OSError, ValueError):
        raise _damaged("timezone") from None
    try:
        parse_instant(read.created_at)
    except ValueError:
        raise _damaged("created_at") from None


def _is_path(path: str) -> bool:
    """Whether it names a field, or a part of one that has parts."""
    name, dot, _ = path.partition(".")
    return name in FIELDS and (not dot or FIELDS[name].kind in PART)


def _is_state(found: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether it says what live has of a series that no file names, or nothing."""
    return found is None or (isinstance(found, dict) and type(found.get("issued", 0)) is int)


def _damaged(where: str) -> RefusedError:
    return RefusedError(f"the drift is damaged at {ascii(where)[1:-1]}; {_AGAIN}")


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
