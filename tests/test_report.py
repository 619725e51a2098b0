"""What an apply did, in one word and one exit code; its JSON and its text."""

from __future__ import annotations

import pytest

from reconciler.render.data import report_json
from reconciler.render.ink import Ink
from reconciler.render.text import outcome_text, report_text
from reconciler.report import ApplyReport, Outcome


def report(*statuses: str, error: str | None = None) -> ApplyReport:
    ended = tuple(Outcome(f"C{at}", "update", at, status) for at, status in enumerate(statuses, 1))
    return ApplyReport("sha256:1", ended, {"read": 2, "write": 1}, error)


@pytest.mark.parametrize(
    ("found", "result", "code"),
    [
        pytest.param(report(), "nothing to do", 0, id="an empty plan"),
        pytest.param(report("done", "already done"), "applied", 0, id="all done"),
        pytest.param(report("done", "blocked"), "refused", 5, id="all but blocked"),
        pytest.param(report("blocked", "failed"), "incomplete", 6, id="failed beside blocked"),
        pytest.param(report("done", "moved"), "incomplete", 6, id="moved"),
        pytest.param(report("unknown"), "incomplete", 6, id="unknown"),
        pytest.param(report("done", "not converged"), "incomplete", 6, id="not converged"),
        pytest.param(report("done", "not attempted"), "incomplete", 6, id="interrupted"),
        pytest.param(report(error="no"), "refused", 5, id="an error before a plan"),
        pytest.param(
            report("not attempted", "blocked", error="no"), "refused", 5, id="an error before all"
        ),
        pytest.param(
            report("done", "not attempted", error="no"), "incomplete", 6, id="an error half-way"
        ),
    ],
)
def test_one_word_and_one_code_stand_for_it_all(found: ApplyReport, result: str, code: int) -> None:
    assert (found.result, found.exit_code) == (result, code)


def test_programs_get_every_outcome() -> None:
    found = ApplyReport(
        "sha256:1", (Outcome("A", "create", 7, "failed", "why"),), {"read": 2, "write": 1}, "no"
    )
    assert report_json(found) == {
        "format": "reconciler/apply/1",
        "result": "incomplete",
        "plan_digest": "sha256:1",
        "requests": {"read": 2, "write": 1},
        "outcomes": [
            {"seriesCode": "A", "action": "create", "id": 7, "status": "failed", "error": "why"}
        ],
        "differences": [],
        "unreviewed": None,
        "record": None,
        "error": "no",
    }


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param(report(), "Nothing to do (3 requests).", id="nothing"),
        pytest.param(report("done", "done"), "Applied: 2 done (3 requests).", id="applied"),
        pytest.param(
            report("moved", "done"), "Incomplete: 1 done, 1 moved (3 requests).", id="incomplete"
        ),
        pytest.param(report("blocked"), "Refused: 1 blocked (3 requests).", id="refused"),
    ],
)
def test_the_last_line_counts(found: ApplyReport, said: str) -> None:
    assert report_text(found) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param(Outcome("A", "create", 7, "done"), "✓ done create A (id 7)", id="done"),
        pytest.param(
            Outcome("A", "create", None, "failed", "why"), "✗ failed create A: why", id="failed"
        ),
        pytest.param(
            Outcome("A", "update", 7, "blocked", "a\n::b"),
            "! blocked update A (id 7): a\\n:\\x3ab",
            id="with an answer that could act",
        ),
    ],
)
def test_an_outcome_is_one_line(found: Outcome, said: str) -> None:
    assert outcome_text(found, Ink()) == said
