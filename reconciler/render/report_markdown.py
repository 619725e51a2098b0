"""An apply report in Markdown, for the summary of a workflow's run. It is read from its JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.render.fitting import LINE, first_of
from reconciler.render.literal import code, prose
from reconciler.render.words import many

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 65_000  # characters: as a comment
_LEFT = 2_000  # of them for the lines around the table
_DID = ("done", "already done")
_TITLES = {
    "applied": "Applied",
    "incomplete": "Incomplete",
    "refused": "Not all of it was applied",
    "nothing to do": "Nothing to do",
}


def report_markdown(report: Mapping[str, Any]) -> str:
    """What became of each change, those that are not done first. Raises KeyError and TypeError for
    what is no report.
    """
    title = _TITLES.get(report["result"], str(report["result"]))
    outcomes = sorted(report["outcomes"], key=lambda one: one["status"] in _DID)
    head = [f"## {title}: {many(len(outcomes), 'change')}"]
    if report["error"]:
        head += ["", prose(str(report["error"]))]
    if left := report.get("unreviewed"):
        codes = ", ".join(code(one) for one in left["codes"])
        by_hand = f"run the apply workflow with these `codes` and `expect` {code(left['expect'])}"
        head += ["", f"**Left alone, as no review is of it as it is now:** {codes}"]
        head += ["", f"Who has looked at it applies it by hand: {by_hand}"]
    table = ["", "| | Series | Outcome | |", "|---|---|---|---|"]
    rows = [_row(one) for one in outcomes]
    size = sum(len(line) + 1 for line in (*head, *table))
    shown = first_of(rows, max(0, MOST - _LEFT - size), LINE)
    more = [f"\n**{len(rows) - len(shown):,} more not shown.**"] if len(shown) < len(rows) else []
    calls = many(sum(report["requests"].values()), "request")
    kept = f", recorded in {code(report['record'])}" if report["record"] else ""
    return LINE.join([*head, *(table if rows else ()), *shown, *more, "", f"{calls}{kept}"])


def _row(one: Mapping[str, Any]) -> str:
    sign = "✓" if one["status"] in _DID else "✗"
    error = prose(str(one["error"])) if one["error"] else ""
    cells = [sign, code(one["seriesCode"]), f"{one['action']}: {one['status']}", error]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
