"""What two sets of files say differently: which series a pull request owns, and what it edits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MINIMAL, UTC

from reconciler.against import Edit, edits, owned
from reconciler.desired import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.declared import Desired

TODAY = date(2026, 1, 1)
ALLOW = "{rule: max-percent, value: 70, reason: a sale, until: 2026-03-01}"
OTHER = "{rule: no-minimum, reason: agreed, until: 2026-03-01}"
WHOLE = """redemptionRange: '{"dom": [-1], "dow": [6, 7], "hours": [-1]}'\n"""
PARTS = "redemptionRange: {dow: [7, 6], dom: [-1], hours: [-1]}\n"


def files(*texts: str) -> Mapping[str, Desired]:
    found = {}
    for number, text in enumerate(texts):
        desired, problems = read(f"series/{number}.yaml", text.encode(), UTC, TODAY)
        assert desired is not None, problems
        found[desired.code] = desired
    return found


def named(code: str, more: str = "") -> str:
    return MINIMAL.replace("APRIL100", code) + more


def said(old: str, new: str) -> list[tuple[str, str | None, Any, Any]]:
    found = edits(files(MINIMAL + old), files(MINIMAL + new))
    return [(edit.kind, edit.path, edit.before, edit.after) for edit in found]


def is_owned(old: str, new: str) -> bool:
    return bool(owned(files(old), files(new)))


SAME = [
    pytest.param("", "# a comment\n", id="a comment"),
    pytest.param("maxCreate: -1\n", "maxCreate: unlimited\n", id="no limit, in words"),
    pytest.param("info: yes sir\n", 'info: "yes sir"\n', id="quotes"),
    pytest.param("maxCreate: 5\ntag: x\n", "tag: x\nmaxCreate: 5\n", id="the order of keys"),
    pytest.param(
        "redemptionValidFrom: 2026-01-01\n",
        "redemptionValidFrom: 2026-01-01T05:30:00+05:30\n",
        id="one moment in two zones",
    ),
    pytest.param(
        "mutualExclusiveSeriesIds: [2, 1]\n",
        "mutualExclusiveSeriesIds: '[1,\"2\"]'\n",
        id="a list and its wire form",
    ),
    pytest.param(WHOLE, PARTS, id="a whole range and all its parts"),
    pytest.param(PARTS, WHOLE, id="all parts of a range and the whole"),
    pytest.param("redemptionRange: '{\"dow\": [6, 7]}'\n", WHOLE, id="a part left out is any"),
    pytest.param("redemptionRange: '{\"dow\": [6, 7]}'\n", PARTS, id="a part left out and named"),
    pytest.param(
        "expiryStrategyValue: 1\n", "expiryStrategyValue: -1\n", id="1 and -1 until the end"
    ),
    pytest.param(
        "lifecycle: {protect: true, ignoreChanges: [tag, info]}\ntag: x\ninfo: y\n",
        "tag: x\ninfo: y\nlifecycle: {ignoreChanges: [info, tag], protect: true}\n",
        id="a lifecycle in another order",
    ),
    pytest.param(
        f"lifecycle: {{allow: [{ALLOW}, {OTHER}]}}\n",
        f"lifecycle:\n  allow:\n    - {OTHER}\n    - {ALLOW}\n",
        id="allowances in another order",
    ),
    pytest.param("", "lifecycle: {protect: false}\n", id="a default that is spelled out"),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_what_means_the_same_is_neither_owned_nor_an_edit(old: str, new: str) -> None:
    assert [] == said(old, new)
    assert not is_owned(MINIMAL + old, MINIMAL + new)


def test_another_file_name_and_line_are_no_difference() -> None:
    old = files(MINIMAL)
    new = {"APRIL100": replace(files("# one\n\n" + MINIMAL)["APRIL100"], file="series/x.yaml")}

    assert (frozenset(), ()) == (owned(old, new), edits(old, new))


DIFFERENT = [
    pytest.param(
        "maxCreate: 5\n",
        "maxCreate: unlimited\n",
        [("value changed", "maxCreate", 5, "unlimited")],
        id="a value",
    ),
    pytest.param("", "maxCreate: 5\n", [("value changed", "maxCreate", None, 5)], id="a new path"),
    pytest.param(
        "maxCreate: 5\n", "", [("no longer managed", "maxCreate", 5, None)], id="a path dropped"
    ),
    pytest.param(
        "customPropertyMap: {a: x, b: y, c: z}\n",
        "customPropertyMap: {b: w, c: z, d: v}\n",
        [
            ("no longer managed", "customPropertyMap.a", "x", None),
            ("value changed", "customPropertyMap.b", "y", "w"),
            ("value changed", "customPropertyMap.d", None, "v"),
        ],
        id="keys of an object",
    ),
    pytest.param(
        "redemptionValidFrom: 2026-01-01T10:00:00Z\n",
        "redemptionValidFrom: 2026-01-01T11:00:00Z\n",
        [
            (
                "value changed",
                "redemptionValidFrom",
                "2026-01-01T10:00:00Z",
                "2026-01-01T11:00:00Z",
            )
        ],
        id="another moment of the same day, which live may have as written",
    ),
    pytest.param(
        'redemptionRange: \'{"dow": [6, 7], "hours": "9"}\'\n',
        "redemptionRange: {dow: [6, 7]}\n",
        [
            ("no longer managed", "redemptionRange.dom", [-1], None),
            ("no longer managed", "redemptionRange.hours", "9", None),
        ],
        id="a whole range of which a part is left",
    ),
    pytest.param(
        "redemptionRange: '{\"dow\": 6}'\n",
        "redemptionRange: {dow: [6, 7], dom: -1, hours: -1}\n",
        [("value changed", "redemptionRange.dow", 6, [6, 7])],
        id="a part that moves as the range is taken apart",
    ),
    pytest.param(
        "redemptionRange: {dow: [6, 7]}\n",
        WHOLE,
        [
            (
                "value changed",
                "redemptionRange",
                {"dow": [6, 7]},
                '{"dom": [-1], "dow": [6, 7], "hours": [-1]}',
            )
        ],
        id="a part that becomes the whole",
    ),
    pytest.param(
        WHOLE,
        "redemptionRange: {}\n",
        [
            ("no longer managed", "redemptionRange.dom", [-1], None),
            ("no longer managed", "redemptionRange.dow", [6, 7], None),
            ("no longer managed", "redemptionRange.hours", [-1], None),
        ],
        id="a range that names nothing any more",
    ),
    pytest.param(
        WHOLE,
        "",
        [
            (
                "no longer managed",
                "redemptionRange",
                '{"dom": [-1], "dow": [6, 7], "hours": [-1]}',
                None,
            )
        ],
        id="a whole range dropped",
    ),
    pytest.param(
        "lifecycle: {protect: true}\n",
        "",
        [("protect changed", None, True, None)],
        id="protect removed",
    ),
    pytest.param(
        "", "lifecycle: {adopt: 7}\n", [("adopt changed", None, None, 7)], id="adopt added"
    ),
    pytest.param(
        "tag: x\n",
        "tag: x\nlifecycle: {ignoreChanges: [tag]}\n",
        [("ignoreChanges changed", None, None, ["tag"])],
        id="ignoreChanges added",
    ),
    pytest.param(
        f"lifecycle: {{allow: [{OTHER}]}}\n",
        f"lifecycle: {{allow: [{OTHER.replace('agreed', 'so I say')}]}}\n",
        [
            (
                "allow changed",
                None,
                [{"rule": "no-minimum", "reason": "agreed", "until": "2026-03-01"}],
                [{"rule": "no-minimum", "reason": "so I say", "until": "2026-03-01"}],
            )
        ],
        id="the reason of an allowance",
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), DIFFERENT)
def test_what_differs_is_owned_and_said(
    old: str, new: str, expected: list[tuple[str, str | None, Any, Any]]
) -> None:
    assert expected == said(old, new)
    assert is_owned(MINIMAL + old, MINIMAL + new)


def test_minus_one_differs_from_one_where_coupons_end_by_themselves() -> None:
    days = MINIMAL.replace("SERIES_EXPIRY", "DAYS")

    assert is_owned(days + "expiryStrategyValue: 1\n", days + "expiryStrategyValue: 2\n")
    assert is_owned(days + "expiryStrategyValue: 1\n", days + "expiryStrategyValue: -1\n")


def test_a_file_that_comes_is_owned_and_says_only_its_lifecycle() -> None:
    new = files(named("A"), named("B", "lifecycle: {adopt: 7}\n"))

    assert frozenset({"A", "B"}) == owned({}, new)
    assert (Edit("adopt changed", "B", "series/1.yaml", 11, None, None, 7),) == edits({}, new)


def test_a_file_that_goes_is_named_with_the_place_it_had() -> None:
    old = files(named("A"), "# B\n" + named("B", "lifecycle: {protect: true}\n"))

    assert frozenset({"B"}) == owned(old, files(named("A")))
    assert (Edit("file deleted", "B", "series/1.yaml", 2, None, None, None),) == edits(
        old, files(named("A"))
    )


def test_another_code_is_another_series() -> None:
    old, new = files(named("A")), files(named("a"))

    assert frozenset({"A", "a"}) == owned(old, new)
    assert ["file deleted"] == [edit.kind for edit in edits(old, new)]


def test_edits_stand_by_code_then_path() -> None:
    old = files(named("B", "tag: x\nmaxCreate: 1\n"), named("A", "tag: x\n"))
    new = files(named("A"), named("B", "maxCreate: 2\ntag: y\nlifecycle: {protect: true}\n"))

    assert [
        ("A", "tag"),
        ("B", None),
        ("B", "maxCreate"),
        ("B", "tag"),
    ] == [(edit.code, edit.path) for edit in edits(old, new)]


def test_an_edit_points_at_the_line_that_says_it_now() -> None:
    old = files(
        MINIMAL + f"customPropertyMap: {{a: x, b: y}}\ntag: x\nlifecycle: {{allow: [{ALLOW}]}}\n"
    )
    new = files(
        "# moved\n"
        + MINIMAL
        + "customPropertyMap:\n  b: z\n"
        + f"lifecycle:\n  protect: true\n  allow:\n    - {ALLOW}\n    - {OTHER}\n"
    )

    assert {
        ("allow changed", None): 18,
        ("protect changed", None): 14,
        ("no longer managed", "customPropertyMap.a"): 12,
        ("value changed", "customPropertyMap.b"): 13,
        ("no longer managed", "tag"): 2,
    } == {(edit.kind, edit.path): edit.line for edit in edits(old, new)}
