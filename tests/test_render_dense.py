"""Where not even one line each fits: what changes have in common once, and then their values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from handmade import FREE, MORE, change_with, plan_with
from rendered import Rendered
from test_literal import HOSTILE

from reconciler import values
from reconciler.exposure import Exposure
from reconciler.render.denselines import DenseLines
from reconciler.render.story import Story
from reconciler.text import visible

if TYPE_CHECKING:
    from reconciler.change import Change

EASED = "more generous"


def lines(*changes: Change, longest: int = 60) -> list[str]:
    return [line for line in all_lines(*changes, longest=longest) if line]


def all_lines(*changes: Change, longest: int = 60) -> list[str]:
    return list(DenseLines("UTC").groups(Story(plan_with(changes)).groups, longest))


def eased(code: str, moved: dict[str, tuple[Any, Any]], **more: Any) -> Change:  # noqa: ANN401 - any of a change's
    return change_with(code, moved, effect=EASED, exposure=MORE, **more)


def test_what_changes_have_in_common_is_said_once_with_what_they_cost_together() -> None:
    found = lines(
        *(eased(f"A{at}", {"maxRedeem": (at + 1, 900)}, warned="no minimum") for at in range(3))
    )

    assert found == [
        (
            "**3 series**: update, warned (`no-minimum`), cost at worst 15 → 270,"
            " and for each: `maxRedeem` (▲ more generous)"
        ),
        "- `A0` `1` → `900`",
        "- `A1` `2` → `900`",
        "- `A2` `3` → `900`",
    ]


def test_every_field_that_differs_is_shown_in_the_order_of_the_heading() -> None:
    found = lines(
        *(
            eased(f"A{at}", {"maxRedeem": (at + 1, 900), "maxCreate": (5, at + 7)})
            for at in range(2)
        )
    )

    assert found[0].endswith("`maxRedeem` (▲ more generous), `maxCreate` (▲ more generous)")
    assert found[1:] == ["- `A0` `1` → `900`, `5` → `7`", "- `A1` `2` → `900`, `5` → `8`"]


def test_a_value_that_is_the_same_in_all_stands_above_them() -> None:
    texts = {"smsTemplate": ("old", "new")}
    found = lines(*(eased(f"A{at}", {"maxRedeem": (at + 1, 900), **texts}) for at in range(2)))

    assert '`smsTemplate` `"old"` → `"new"` (▲ more generous), and for each: `max' in found[0]
    assert found[1:] == ["- `A0` `1` → `900`", "- `A1` `2` → `900`"]


def test_the_same_change_names_its_series_on_one_line() -> None:
    found = lines(*(eased(f"A{at}", {"maxRedeem": (at // 2 + 1, 900)}) for at in range(4)))

    assert found[1:] == ["- `A0`, `A1` `1` → `900`", "- `A2`, `A3` `2` → `900`"]


def test_a_change_that_is_like_no_other_loses_nothing() -> None:
    (heading, line) = lines(eased("A0", {"maxRedeem": (1, 900)}))

    assert "`maxRedeem` `1` → `900` (▲ more generous)" in heading
    assert line == "- `A0`"


def lasting(code: str, *days: str) -> Change:
    """A series that ends on another day."""
    was, then = (values.stamp(values.desired_moment(day, ZoneInfo("UTC"))) for day in days)
    made = eased(code, {"validTillDate": (days[0], days[1])})
    return replace(made, managed={"validTillDate": (was, then)})


def test_the_end_of_a_day_is_said_once() -> None:
    found = lines(*(lasting(f"A{at}", "2035-01-01", f"2036-01-0{at}") for at in (1, 2)))

    assert found[0].endswith("`validTillDate` `(last moment 23:59:59 UTC)` (▲ more generous)")
    assert found[1] == "- `A1` `2035-01-01` → `2036-01-01`"


def test_what_not_all_values_end_with_stays_at_each() -> None:
    found = lines(*(eased(f"A{at}", {"maxRedeem": (at, 900)}) for at in (0, 1)))

    assert found[1:] == ["- `A0` `0 (read as no limit)` → `900`", "- `A1` `1` → `900`"]


APART: dict[str, dict[str, Any]] = {
    "what has no bound any more": {"exposure": FREE},
    "what had none before": {"exposure": Exposure(None, 5)},
    "another effect": {"effect": "stricter"},
    "what is blocked": {"blocked": "no"},
    "a create": {"action": "create"},
}


@pytest.mark.parametrize("other", APART.values(), ids=APART)
def test_what_is_not_alike_has_a_heading_of_its_own(other: dict[str, Any]) -> None:
    usual = {"effect": EASED, "exposure": MORE, **other}
    found = lines(
        eased("A0", {"maxRedeem": (1, 900)}), change_with("A1", {"maxRedeem": (2, 900)}, **usual)
    )

    assert ["**1 series**", "**1 series**"] == [
        line.partition(":")[0] for line in found if line.startswith("**")
    ]


def test_the_same_change_is_told_apart_where_it_takes_the_bound_from_some() -> None:
    moved = {"maxRedeem": (1, 900)}
    free = change_with("FREE", moved, effect=EASED, exposure=FREE)
    found = lines(eased("A0", moved), free, eased("A1", moved))

    assert "cost at worst unlimited from now on" in found[0]
    assert found[1::2] == ["- `FREE`", "- `A0`, `A1`"]


def test_a_text_is_cut_and_an_amount_never_is() -> None:
    moved = [{"maxRedeem": (10**15 + at, -1), "smsTemplate": ("x" * 99, "y" * at)} for at in (8, 9)]
    found = lines(*(eased(f"A{at}", one) for at, one in enumerate(moved)), longest=8)

    assert found[1] == '- `A0` `1,000,000,000,000,008` → `no limit`, `"xxxxxx…` → `"yyyyyy…`'


@pytest.mark.parametrize("case", HOSTILE)
def test_a_text_of_others_does_nothing_in_it(case: str) -> None:
    text = HOSTILE[case]
    changes = [
        eased(f"{text}{at}", {"maxRedeem": (at + 1, 90), "genericCode": (f"{text}{at}", text)})
        for at in range(30)
    ]
    shown = Rendered("\n".join(all_lines(*changes)))

    assert set(shown.tags) <= {
        *("p", "br", "strong", "code", "ul", "li"),
    }
    assert not set("@#<>[]`*_~$|&{}\\") & set(shown.plain)
    codes = {one.replace("`", "\\x60") for one in shown.code}
    assert [] == [
        one.code
        for one in changes
        if visible(one.code).replace("`", "\\x60").strip() not in {code.strip() for code in codes}
    ]
