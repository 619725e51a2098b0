"""The apply report and errors as JSON. The plan's own JSON is in `planfile`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.errors import ReconcilerError
    from reconciler.report import ApplyReport

APPLY_FORMAT = "reconciler/apply/1"


def spelled(content: object) -> str:
    """JSON for people and programs: indented, in the order given, any text as it is."""
    return json.dumps(content, indent=2, ensure_ascii=False)


def report_json(report: ApplyReport) -> dict[str, Any]:
    """The apply report as the design prints it."""
    return {
        "format": APPLY_FORMAT,
        "result": report.result,
        "plan_digest": report.plan_digest,
        "requests": dict(report.requests),
        "outcomes": [
            {
                "seriesCode": found.code,
                "action": found.action,
                "id": found.id,
                "status": found.status,
                "error": found.error,
            }
            for found in report.outcomes
        ],
        "error": report.error,
    }


def error_json(error: ReconcilerError) -> dict[str, Any]:
    """An error in place of the asked-for JSON."""
    return {"error": {"kind": type(error).__name__, "message": str(error)}}
