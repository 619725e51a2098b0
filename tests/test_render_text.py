"""The plan as text: golden files of whole plans, and that no text of others can act in one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL
from golden import check
from marketing import OLD_SMS, live, pull_request, scene, series

from reconciler.change import Aside
from reconciler.exposure import Exposure
from reconciler.reason import Blocked
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


def test_of_several_series_a_reason_says_which_where_it_is_not_that_of_all(
    marketing: Plan,
) -> None:
    (one,) = [change for change in marketing.changes if change.code == "WEEKEND200"]
    both, other = Blocked("no-minimum", "same"), Blocked("order-of-magnitude", "one")
    said = (replace(one, warned=(both, other)), replace(one, code="B", warned=(both, other)))
    moved = replace(other, message="two")
    more = replace(one, code="C", warned=(both, moved))

    shown = plan_text(replace(marketing, changes=(*said, more)), Ink())

    assert "    ? warned [no-minimum] same\n" in shown
    assert "    ? warned [order-of-magnitude] B, WEEKEND200: one\n" in shown
    assert "    ? warned [order-of-magnitude] C: two\n" in shown


def test_the_cost_of_several_series_is_told_for_each(marketing: Plan) -> None:
    (one,) = [change for change in marketing.changes if change.code == "WEEKEND200"]
    found = [
        replace(one, code=code, exposure=Exposure(1000, after))
        for code, after in (("A", 2000), ("B", 3000), ("C", 2000))
    ]

    shown = plan_text(replace(marketing, changes=tuple(found)), Ink())

    _, _, told = shown.partition("the same change in each\n")
    assert told.startswith(
        "    cost at worst 1,000 → 3,000: B\n    cost at worst 1,000 → 2,000: A, C\n"
        "    200 off, any bill; for the customer"
    )
    assert 1 == told.count("200 off, any bill")
    assert "    in " not in told


def test_plain_changes_are_told_with_their_cost_together(marketing: Plan) -> None:
    (one,) = [change for change in marketing.changes if change.code == "STORE01"]
    cheap = replace(one, code="A", exposure=Exposure(10, 10))

    shown = plan_text(replace(marketing, changes=(one, cheap)), Ink())

    assert "    cost at worst unchanged at 50,010 together\n" in shown


def test_an_allowance_says_who_wrote_it(marketing: Plan) -> None:
    change = marketing.changes[0]
    passed = replace(
        change, blocked=(), allowed=(Blocked("max-percent", "fun"),), given={"max-percent": "Ann"}
    )

    shown = plan_text(replace(marketing, changes=(passed,)), Ink())

    assert "    ✓ allowed [max-percent] fun (written by Ann)\n" in shown


def test_what_a_guard_says_of_the_whole_plan_is_said_once(marketing: Plan) -> None:
    why = Blocked("max-changes", "too many at once")
    held = [replace(one, blocked=(*one.blocked, why)) for one in marketing.changes]

    shown = plan_text(replace(marketing, changes=tuple(held)), Ink())

    assert 1 == shown.count("too many at once")
    assert 4 == shown.count("\n    ! held up with the whole plan [max-changes]\n")
    places = [shown.index(word) for word in ("MEMBERS9", "NEWYEAR50", "WEEKEND200", "40 series")]
    assert sorted(places) == places
    assert shown.index("! blocked [max-changes] too many at once") < shown.index("Blocked\n")


def test_a_guard_that_is_moved_is_told_without_a_cost(marketing: Plan) -> None:
    why = Blocked("protected", "not now")
    guard = Aside(
        "guardrail changed", "", "reconciler.toml", 1, "max_percent", 60, 99, "more generous"
    )
    asides = (guard, replace(marketing.asides[0], blocked=(why,)))

    shown = plan_text(replace(marketing, changes=(), asides=asides), Ink())

    assert (
        "- guardrail changed  reconciler.toml:1\n    max_percent  60 → 99\n    guard loosened\n"
    ) in shown
    assert shown.index("! blocked [protected] not now") < shown.index("guardrail changed")
    assert "\nNothing to write. 106 unchanged" in shown
    assert "; 2 things moved without a change, 1 of them blocked." in " ".join(shown.split())


def test_the_head_says_what_of_its_total_an_apply_would_not_do(
    client: Client, store: Store
) -> None:
    files = [series("A100"), series("B100", discountType="PERC", discountValue=9, maxCreate=7)]
    live(store, files[0], maxCreate=90)
    live(store, files[1])
    asked = [files[0], {**files[1], "discountValue": 99}]

    shown = " ".join(plan_text(pull_request(client, files, asked), Ink()).split())

    assert (
        "1 to update, 1 blocked; cost at worst unlimited, as before (1 series without bound; the"
        " other 1: 50,000), with what is blocked; of these, not of this pull request:"
        " 9,000 → 50,000 Blocked"
    ) in shown


def test_equal_asides_are_told_once_with_their_codes(marketing: Plan) -> None:
    (aside,) = marketing.asides
    more = replace(aside, code="LOYAL80", file="series/loyal80.yaml")

    shown = plan_text(replace(marketing, changes=(), asides=(aside, more)), Ink())

    assert (
        "- no longer managed 2 series, the same in each  series/loyal75.yaml:1 and in 1\n"
        "    more file\n"
        "    maxRedeem stays 300, and nobody puts it back any more\n"
        "    cost at worst unchanged at 22,500 each\n"
        "    in LOYAL75, LOYAL80\n"
    ) in shown


def test_a_few_of_what_no_file_names_are_named(marketing: Plan) -> None:
    hand = tuple((number, f"HAND{number}") for number in range(1, 8))
    said = [
        " ".join(plan_text(replace(marketing, unmanaged=hand[:many]), Ink()).split())
        for many in (5, 7)
    ]

    assert ", 5 live in no file (HAND1, HAND2, HAND3, HAND4, HAND5); 1 thing moved" in said[0]
    assert ", 7 live in no file (HAND1, HAND2, HAND3, HAND4, HAND5 and 2 more)" in said[1]


def test_a_long_list_is_told_by_what_comes_and_goes(client: Client, store: Store) -> None:
    ids = list(range(1000, 1060))
    live(store, series("A"), mutualExclusiveSeriesIds=str(ids))
    asked = series("A", mutualExclusiveSeriesIds=[*ids[1:], 7])

    shown = plan_text(pull_request(client, [series("A")], [asked]), Ink())

    assert "see what comes and goes  series/a.yaml:13" in shown
    assert "\n        - id 1000\n        + id 7\n" in shown


def test_a_side_effect_says_so_and_has_no_line(client: Client, store: Store) -> None:
    live(store, series("A"), redemptionValidFrom="2026-01-01T10:23:17Z")
    asked = series("A", discountValue=90)

    shown = plan_text(pull_request(client, [series("A")], [asked]), Ink(), width=120)

    moved = "2026-01-01 10:23:17 UTC → 2026-01-01 00:00:00 UTC"
    assert f"    ▲ redemptionValidFrom  {moved}  longer  side effect\n" in shown


def test_marks_of_others_in_a_text_are_no_marks(client: Client, store: Store) -> None:
    live(store, series("A"))
    asked = series("A", smsTemplate=OLD_SMS + " [-old-]{+new+}")

    shown = plan_text(pull_request(client, [series("A")], [asked]), Ink(), width=200)

    assert r"out.{+ [\-old-\]{\+new+\}+}" in shown


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
