"""The last line of an apply: what became of it, and the counts."""

from __future__ import annotations

import pytest

from reconciler.render.data import report_json
from reconciler.render.report_markdown import report_markdown
from reconciler.render.text import report_text
from reconciler.report import ApplyReport, ByHand, Outcome

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


def test_what_no_review_is_of_is_named_with_what_applies_it_by_hand() -> None:
    """Also where somebody reviewed it before live moved: nothing says that nobody did."""
    ended = (Outcome("DIWALI", "update", 1, "blocked"), Outcome("EID", "update", 2, "blocked"))
    left = ByHand("sha256:2", ("DIWALI", "EID"))
    report = ApplyReport("sha256:1", ended, {"read": 1}, unreviewed=left)

    assert report_text(report) == (
        "No review is of this as it is now: DIWALI EID. Who has looked at it applies it by hand:"
        " a plan of just that has the digest\n  sha256:2\nRefused: 2 blocked (1 request)."
    )
    page = report_markdown(report_json(report))
    assert "**Left alone, as no review is of it as it is now:** `DIWALI`, `EID`" in page
    assert "run the apply workflow with these `codes` and `expect` `sha256:2`" in page
