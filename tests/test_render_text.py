"""The plan as text: golden files of whole plans, and that no text of others can act in one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL
from golden import check
from marketing import live, pull_request, scene, series

from reconciler.render.ink import Ink
from reconciler.render.text import plan_text
from reconciler.sandbox import Store

if TYPE_CHECKING:
    from conftest import Cli, Write

    from reconciler.client import Client
    from reconciler.plan import Plan

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

    check(re.sub("sha256:[0-9a-f]{64}", "sha256:…", ran.out), CASES / f"{case}.txt")


def test_the_pull_request_of_marketing_reads_like_its_golden_file(marketing: Plan) -> None:
    check(plan_text(marketing, Ink()) + "\n", CASES / "marketing.txt")


def test_what_is_not_of_a_pull_request_stands_apart(client: Client, store: Store) -> None:
    files = [series("A100"), series("B100"), series("C100")]
    live(store, files[0], minBillAmount=2000)
    live(store, files[1])
    live(store, {**files[2], "maxCreate": 90})
    asked = [files[0], {**files[1], "discountValue": 90}, files[2]]

    shown = plan_text(pull_request(client, files, asked), Ink())

    check(shown + "\n", CASES / "foreign.txt")


def test_every_golden_file_has_its_case() -> None:
    assert {file.stem for file in CASES.iterdir()} == {*FILES, "marketing", "foreign"}


def test_the_typo_and_the_unlimited_one_come_first(marketing: Plan) -> None:
    _, _, shown = plan_text(marketing, Ink()).partition("Blocked\n")
    order = ["MEMBERS9", "450,000 → 4,950,000", "[max-percent]", "NEWYEAR50", "0 → unlimited"]
    order += ["MONSOON150", "WEEKEND200", "no longer managed LOYAL75", "40 series"]

    places = [shown.index(word) for word in order]

    assert sorted(places) == places


def test_forty_equal_changes_take_a_handful_of_lines(marketing: Plan) -> None:
    _, _, rest = plan_text(marketing, Ink()).partition("The rest\n\n")
    told, _, _ = rest.partition("\n\n")

    assert told.count("\n") < 10
    assert {f"STORE{number:02}" for number in range(1, 41)} <= set(re.findall(r"STORE\d\d", told))


def test_a_wider_terminal_takes_fewer_lines(marketing: Plan) -> None:
    narrow, wide = (plan_text(marketing, Ink(), width=width) for width in (80, 160))

    assert wide.count("\n") < narrow.count("\n")
    assert narrow.split() == wide.split()


def test_colour_changes_nothing_but_colour(marketing: Plan) -> None:
    painted = plan_text(marketing, Ink(colour=True))

    assert "\x1b[31m! blocked [max-percent]\x1b[0m" in painted
    assert plan_text(marketing, Ink()) == re.sub(r"\x1b\[\d+m", "", painted)


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
    assert '~ seriesCode  "A1B2C3D4E5" → "APRIL100"  series/one.yaml:1  neutral\n' in ran.out
    assert "1 to adopt; 0 unchanged" in ran.out


def test_colour_repeats_what_symbols_say(cli: Cli, write: Write) -> None:
    write(MINIMAL)
    plain = cli("plan").out
    assert "\x1b" not in plain
    assert "+ create" in plain


@pytest.fixture
def marketing(client: Client, store: Store) -> Plan:
    """The plan that every view has to tell well."""
    return scene(client, store)
