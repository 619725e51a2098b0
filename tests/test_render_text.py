"""The plan as text: golden files of whole plans, and that no text of others can act in one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL
from hypothesis import given
from hypothesis import strategies as st

from reconciler.change import Change
from reconciler.diff import FieldChange
from reconciler.lifecycle import NONE
from reconciler.plan import Plan
from reconciler.reason import Blocked
from reconciler.render.ink import Ink
from reconciler.render.text import outcome_text, plan_text
from reconciler.report import Outcome
from reconciler.sandbox import Store
from reconciler.text import unseen

if TYPE_CHECKING:
    from conftest import Cli, Write

CASES = Path(__file__).parent / "cases" / "plan-text"
LIVE: dict[str, Any] = {
    "seriesCode": "APRIL100",
    "description": "April 100",
    "discountCode": "XYZ12345",
    "discountType": "ABS",
    "discountValue": 500,
    "validTillDate": "2035-06-12T00:00:00Z",
    "expiryStrategyType": "SERIES_EXPIRY",
    "clientHandlingType": "DISC_CODE",
    "anyUser": False,
    "smsTemplate": "Hi {{first_name}}",
}
TERMS = "All of our terms. " * 20
IDS = list(range(1000, 1060))
FILES = {
    "create": (None, MINIMAL.replace("06-12", "06-12T10:00:00+05:30")),
    "create-for-many-products": (
        None,
        MINIMAL + f"productInfo: [{{productType: SKU, productIds: {IDS}}}]\n",
    ),
    "update": (LIVE, MINIMAL.replace("500", "450").replace("-12", "-13T09:30:00Z")),
    "unchanged": (LIVE, MINIMAL),
    "blocked": (LIVE, MINIMAL.replace("SERIES_EXPIRY", "DAYS").replace("500", "450")),
    "lists-and-structures": (
        LIVE
        | {
            "mutualExclusiveSeriesIds": "[1,2,3]",
            "redemptionRange": '{"dom":[-1],"dow":[6],"hours":[-1]}',
            "productInfo": [{"productType": "SKU", "productIds": [7, 8]}],
            "redemptionOrgEntityDetails": [
                {"redemptionOrgEntityType": "TILL", "orgEntityId": 5},
            ],
        },
        MINIMAL
        + "mutualExclusiveSeriesIds: [3, 4]\n"
        + "redemptionRange: {dow: [6, 7]}\n"
        + "productInfo: [{productType: SKU, productIds: [8, 9]}]\n"
        + "redemptionOrgEntityDetails: [{redemptionOrgEntityType: ZONE, orgEntityId: 5}]\n",
    ),
    "long-texts": (
        LIVE | {"info": TERMS + "Old end. " + TERMS},
        MINIMAL + f"info: {TERMS}New end. {TERMS}\n",
    ),
    "warnings": (LIVE, MINIMAL + "maxRedeem: -5\ncustomPropertyMap: {unknown_key: x}\n"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_plan_reads_like_its_golden_file(
    cli: Cli, write: Write, project: Path, case: str
) -> None:
    live, file = FILES[case]
    with Store(project / ".reconciler" / "sandbox.db") as store:
        store.ui_create(seriesCode="BY-HAND", description="in no file")
        if live:
            store.ui_create(**live)
    write(file)

    ran = cli("plan")

    shown = re.sub("sha256:[0-9a-f]{64}", "sha256:…", ran.out)
    assert shown == (CASES / f"{case}.txt").read_text(encoding="utf-8")


def test_every_golden_file_has_its_case() -> None:
    assert {file.stem for file in CASES.iterdir()} == set(FILES)


def test_an_adopt_shows_the_old_code(cli: Cli, write: Write, project: Path) -> None:
    write(MINIMAL)
    cli("apply", "--yes")
    with Store(project / ".reconciler" / "sandbox.db") as store:
        token = next(call.body for call in store.requests() if call.method == "POST")
        (row,) = store.rows()
        tag = token["CouponSeriesV2"]["tag"]
        store.ui_edit(row["id"], seriesCode="A1B2C3D4E5", tag=tag)

    ran = cli("plan")

    counters = "0 issued, 0 redeemed"
    assert f"@ adopt APRIL100 (id {row['id']}, {counters})  series/one.yaml:1\n" in ran.out
    assert re.search(r'~ seriesCode  "A1B2C3D4E5" → "APRIL100"  series/one\.yaml:1\n', ran.out)
    assert "1 to adopt; 0 unchanged" in ran.out


NASTY = st.one_of(
    st.text(),
    st.builds(
        "{}{}{}".format,
        st.text(max_size=3),
        st.sampled_from(
            ["\n::error::x", "\r::", "\u2028::x", "\x1b[2J", "\u202e", "##[x]", "\x9b"]
        ),
        st.text(max_size=3),
    ),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan that was computed from the worst texts."""
    path = f"customPropertyMap.{draw(NASTY)}"
    action = draw(st.sampled_from(["create", "adopt", "update"]))
    change = Change(
        action=action,
        code=draw(NASTY),
        id=None if action == "create" else 7,
        file=draw(NASTY),
        line=1,
        fields=(FieldChange(path, draw(NASTY), draw(NASTY), 3),),
        managed={path: (draw(NASTY), draw(NASTY)), "seriesCode": (draw(NASTY), "A")},
        sent={},
        money={},
        lifecycle=NONE,
        shown=(),
        issued=0,
        redeemed=0,
        seen=(),
        blocked=tuple(Blocked("lookalike", text) for text in draw(st.lists(NASTY, max_size=1))),
        warnings=tuple(draw(st.lists(NASTY, max_size=1))),
        target="sandbox",
        host="sandbox",
    )
    return Plan(
        target=draw(NASTY),
        host="sandbox",
        changes=(change,),
        unchanged=0,
        fields_compared=1,
        unmanaged=((1, draw(NASTY)),),
        warnings=tuple(draw(st.lists(NASTY, max_size=1))),
        reads=1,
        created_at="2026-01-01T00:00:00Z",
    )


def inert(text: str) -> bool:
    plain = text.replace("\n", "")
    return "::" not in text and "##[" not in text and not any(map(unseen, plain))


@given(plans())
def test_no_text_of_others_acts_in_a_plan(plan: Plan) -> None:
    (change,) = plan.changes
    shown = plan_text(plan, Ink())

    assert inert(shown)
    lines = 2 + 2 + len(change.blocked) + len(change.warnings) + 1
    lines += len(plan.warnings) + bool(plan.warnings) + 2
    assert lines == shown.count("\n") + 1


@given(NASTY, NASTY, st.sampled_from(["done", "failed", "moved"]))
def test_no_text_of_others_acts_in_an_outcome(code: str, error: str, status: str) -> None:
    shown = outcome_text(Outcome(code, "update", 7, status, error), Ink())

    assert inert(shown)
    assert "\n" not in shown


def test_colour_repeats_what_symbols_say(cli: Cli, write: Write) -> None:
    write(MINIMAL)
    plain = cli("plan").out
    assert "\x1b" not in plain
    assert "+ create" in plain
