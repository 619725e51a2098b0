"""The apply report as JSON. The plan's own JSON is in `planfile`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.render.differences import differences_json

if TYPE_CHECKING:
    from reconciler.report import ApplyReport

APPLY_FORMAT = "reconciler/apply/1"


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
        "differences": differences_json(report.differences),
        "unreviewed": None
        if report.unreviewed is None
        else {"expect": report.unreviewed.expect, "codes": list(report.unreviewed.codes)},
        "record": report.record,
        "error": report.error or report.unrecorded,
    }
