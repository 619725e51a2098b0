"""The last line of an apply: what became of it, and the counts."""

from __future__ import annotations

import pytest

from reconciler.render.text import report_text
from reconciler.report import ApplyReport, Outcome

ENDS = {
    "all but what is blocked": (
        ["blocked", "done", "done"],
        "Applied, but for what is blocked: 2 done, 1 blocked (3 requests).",
    ),
    "again": (
        ["blocked", "already done"],
        "Applied, but for what is blocked: 1 already done, 1 blocked (3 requests).",
    ),
    "nothing but blocked": (["blocked"], "Refused: 1 blocked (3 requests)."),
    "half of it": (
        ["blocked", "not attempted", "done"],
        "Incomplete: 1 done, 1 blocked, 1 not attempted (3 requests).",
    ),
}


@pytest.mark.parametrize(("statuses", "said"), ENDS.values(), ids=ENDS)
def test_what_was_done_comes_first(statuses: list[str], said: str) -> None:
    ended = tuple(Outcome(f"C{at}", "update", at, status) for at, status in enumerate(statuses))

    assert said == report_text(ApplyReport("sha256:1", ended, {"read": 2, "write": 1}))


def test_a_run_that_was_refused_applied_nothing() -> None:
    ended = (Outcome("A", "update", 1, "not attempted"),)
    report = ApplyReport("sha256:1", ended, {"read": 1}, error="it moved")

    assert "Refused: 1 not attempted (1 request)." == report_text(report)
