"""The plan as a comment of a pull request: golden files, and that no text of others acts in one.

`python tests/test_render_markdown.py` writes the golden files anew.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import UTC
from faketime import FakeTime
from handmade import MORE, aside_with, change_with, plan_with
from hypothesis import given
from hypothesis import strategies as st
from marketing import PERCENT, live, pull_request, scene, series
from rendered import Rendered
from test_literal import HOSTILE, SLOWLY, TEXT

from reconciler.change import Aside
from reconciler.client import Client
from reconciler.config import Target, sandbox_credentials
from reconciler.diff import FieldChange
from reconciler.render.links import Links
from reconciler.render.markdown import plan_markdown
from reconciler.sandbox import Behaviour, Store, transport
from reconciler.sideeffects import CAUSE
from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.plan import Plan

    Files = Sequence[dict[str, object]]
    Made = Callable[[Client, Store], Plan]

CASES = Path(__file__).parent / "cases" / "plan-markdown"
LINKS = Links("https://github.com/o/r/blob/" + "c" * 40, "series", "series")
WHERE = "the artifact plan.html of this run"
HIDING = ("productInfo", "redemptionOrgEntityDetails", "targetUserDetails", "customPropertyMap")
TARGET = Target("sandbox", "sandbox::memory:", UTC, None, 4, frozenset(HIDING))


def _moved(was: Files, wanted: Files, shown: Files | None = None) -> Made:
    """A pull request from files to files; `shown` is live, where that is not as the files were."""

    def made(client: Client, store: Store) -> Plan:
        for fields in was if shown is None else shown:
            live(store, {key: value for key, value in fields.items() if key != "lifecycle"})
        return pull_request(client, was, wanted)

    return made


def _eased(count: int) -> tuple[Files, Files]:
    """Series that all become more generous, by different figures."""
    codes = [f"SERIES{number:02}" for number in range(count)]
    return [series(code) for code in codes], [
        series(code, discountValue=110 + at) for at, code in enumerate(codes)
    ]


A, B, C = series("A100"), series("B100"), series("C100")
LISTS = {
    "mutualExclusiveSeriesIds": "[1,2,3]",
    "redemptionRange": '{"dom":[-1],"dow":[6],"hours":[-1]}',
    "productInfo": [{"productType": "SKU", "productIds": list(range(100, 160))}],
}
NEW_LISTS = {
    "mutualExclusiveSeriesIds": "[3,4]",
    "redemptionRange": '{"dom":[-1],"dow":[6,7],"hours":[-1]}',
    "productInfo": [{"productType": "SKU", "productIds": list(range(101, 162))}],
}
END, CUT = "2030-01-01T10:23:17Z", "2030-01-01T00:00:00+00:00"
ADOPTED = change_with("A100", {"seriesCode": ("x9Y8", "A100")}, action="adopt", effect="neutral")
PLANS: dict[str, Made] = {
    "adopted": lambda *_: plan_with(
        [
            replace(
                ADOPTED,
                fields=(
                    *ADOPTED.fields,
                    FieldChange("validTillDate", END, CUT, 1, CAUSE, "shorter"),
                ),
                managed={**ADOPTED.managed, "validTillDate": (END, CUT)},
            )
        ],
        [
            Aside(
                "guardrails changed",
                "",
                "reconciler.toml",
                1,
                "max_percent",
                60,
                99,
                "more generous",
            )
        ],
    ),
    "marketing": scene,
    "nothing": _moved([A, B], [A, B]),
    "foreign": _moved(
        [A, B, C],
        [A, series("B100", discountValue=90), C],
        [series("A100", minBillAmount=2000), B, series("C100", maxCreate=90)],
    ),
    "blocked": _moved([A, B], [series("A100", **PERCENT, discountValue=80), B]),
    "allowed": lambda *_: plan_with(
        [
            change_with(
                "A100",
                {"discountValue": (30, 70)},
                effect="more generous",
                exposure=MORE,
                allowed="up to 70% until 2026-02-01: Diwali",
                giver="Asha Rao",
            )
        ]
    ),
    "over-the-whole-plan": _moved(*_eased(12)),
    "without-a-change": _moved(
        [series("A100", maxRedeem=300), B, C],
        [A, series("B100", lifecycle={"ignoreChanges": ["maxCreate"]})],
    ),
    "lists-and-structures": _moved([series("A100", **LISTS)], [series("A100", **NEW_LISTS)]),
    "the-same-change-at-different-costs": _moved(
        [series(code, maxCreate=count) for code, count in (("A1", 10), ("B1", 20), ("C1", 30))],
        [
            series(code, maxCreate=count, discountValue=120)
            for code, count in (("A1", 10), ("B1", 20), ("C1", 30))
        ],
    ),
}
EQUAL = _moved(
    [series(code) for code in ("A1", "B1", "C1")],
    [series(code, discountValue=120) for code in ("A1", "B1", "C1")],
)
# A plan, how much room there is, and whether there are links: much, and links, where not said.
GOLDEN: dict[str, tuple[Made, int, Links | None]] = {
    **{case: (made, 65_000, LINKS) for case, made in PLANS.items()},
    "marketing-without-links": (scene, 65_000, None),
    "the-same-change": (EQUAL, 65_000, LINKS),
    "the-same-change-without-links": (PLANS["the-same-change-at-different-costs"], 65_000, None),
    "marketing-cut": (scene, 6_000, LINKS),
    "marketing-on-one-line-each": (scene, 3_200, LINKS),
    "too-much": (_moved(*_eased(60)), 2_000, LINKS),
}


def page(case: str) -> str:
    """The page of a case, made through the sandbox."""
    made, most, links = GOLDEN[case]
    with (
        Store(":memory:", Behaviour()) as store,
        Client(TARGET, sandbox_credentials(), transport(store), clock=FakeTime().clock) as client,
    ):
        plan = made(client, store)
    found = plan_markdown(plan, links, most, WHERE)
    assert len(found.text) <= most
    assert found.complete == (case != "too-much")
    return found.text + "\n"


@pytest.mark.parametrize("case", GOLDEN)
def test_a_plan_reads_like_its_golden_file(case: str) -> None:
    expected = (CASES / f"{case}.md").read_text(encoding="utf-8")

    assert expected == page(case), "python tests/test_render_markdown.py writes it anew"


def test_every_golden_file_has_its_case() -> None:
    assert set(GOLDEN) == {file.stem for file in CASES.iterdir()}


MUCH = 10_000_000
OURS = {
    *("h2", "h3", "p", "strong", "del", "code", "ul", "li", "hr", "br", "a", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


def plan_of_texts(text: str) -> Plan:
    """A plan that holds a text wherever it holds texts of others."""
    moved = {
        f"customPropertyMap.{text}": (text, text + "x"),
        "info": (text, text + " and something that makes it long. " * 3),
        "genericCode": (None, text),
    }
    file = f"series/{text}"
    changes = [
        change_with(
            f"{text}1",
            moved,
            file=file,
            blocked=text,
            warned=text,
            allowed=text,
            giver=text,
            warnings=[text],
            exposure=MORE,
        ),
        change_with(f"{text}2", file=file, warned=text),
        change_with(f"{text}3", file=file),
        change_with(f"{text}4", file=file),
        change_with(f"{text}5", moved, file=file, action="create", owned=False),
    ]
    return plan_with(changes, [aside_with(text, text, file)], [text], text)


@pytest.mark.parametrize("most", [MUCH, 65_000, 4_000, 2_000])
@pytest.mark.parametrize("case", HOSTILE)
def test_a_text_of_others_does_nothing_in_a_page(case: str, most: int) -> None:
    inert(HOSTILE[case], most)


@SLOWLY
@given(TEXT, st.integers(2_000, 20_000))
def test_no_text_of_others_does_anything_in_a_page(text: str, most: int) -> None:
    inert(text, most)


def inert(text: str, most: int) -> None:
    shown = plan_markdown(plan_of_texts(text), LINKS, most, text)
    found = Rendered(shown.text)

    assert set(found.tags) <= OURS
    assert found.attributes <= {"href", "align"}
    assert all(str(url).startswith(f"{LINKS.url}/series/") for url in found.links)
    assert not set("@#<>[]`*_~$|&{}\\") & set(found.plain)
    assert (found.tags.count("h2"), found.tags.count("table")) == (1, 1)
    if most == MUCH:
        assert visible(text).replace("`", "\\x60") in {
            one.replace("`", "\\x60") for one in [*found.code, ""]
        }


if __name__ == "__main__":
    CASES.mkdir(exist_ok=True)
    for case in GOLDEN:
        (CASES / f"{case}.md").write_text(page(case), encoding="utf-8")
