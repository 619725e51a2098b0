"""Live values accepted into a file keep the way in which the file writes them."""

from __future__ import annotations

from typing import Any

import pytest
from accepted import HEAD, accepted, tail


@pytest.mark.parametrize(
    ("before", "live", "after"),
    [
        pytest.param("info: old", "new one", "info: new one", id="plain words"),
        pytest.param("info: old  # why", "new", "info: new  # why", id="a comment behind"),
        pytest.param("info:   old", "new", "info:   new", id="blanks before it"),
        pytest.param('"info" : old', "new", '"info" : new', id="a key in quotes"),
        pytest.param("info: old", "no: way", 'info: "no: way"', id="no longer plain"),
        pytest.param("info: old", "a\nb", 'info: "a\\nb"', id="two lines, for a plain one"),
        pytest.param("info: one\n  two  # c", "new", "info: new  # c", id="plain over two lines"),
        pytest.param('info: "old"', "new", 'info: "new"', id="double quotes"),
        pytest.param('info: "old"', 'a "b" \\', 'info: "a \\"b\\" \\\\"', id="quotes in quotes"),
        pytest.param("info: 'old'", "it's", "info: 'it''s'", id="single quotes"),
        pytest.param("info: 'old'", 'say "hi"\\', "info: 'say \"hi\"\\'", id="others in single"),
        pytest.param("info: 'old'", "a\tb", 'info: "a\\tb"', id="a tab, not in single quotes"),
        pytest.param("info: !!str old", "new", "info: new", id="a tag"),
        pytest.param("info: !!str old  # x", "8", 'info: "8"  # x', id="a tag on a number"),
        pytest.param("info: &a old", "new", "info: &a new", id="an anchor that nobody uses"),
        pytest.param("info: &a !!str old", "new", "info: &a new", id="an anchor and a tag"),
        pytest.param("? info\n: old", "new", "? info\n: new", id="a key with a question mark"),
        pytest.param("info: alt für 🎂 # c", "neu ü", "info: neu ü # c", id="letters of anywhere"),
    ],
)
def test_a_text_stays_in_its_style(before: str, live: str, after: str) -> None:
    rest = "\n\n# the end\n"
    assert f"{after}{rest}" == tail(f"{before}{rest}", {"info": live})


@pytest.mark.parametrize(
    ("before", "live", "after"),
    [
        pytest.param("info: |\n  a\n  b", "c\nd\n", "info: |\n  c\n  d", id="literal"),
        pytest.param("info: |-  # c\n    a\n", "c\n\nd", "info: |-  # c\n    c\n\n    d\n", id="-"),
        pytest.param("info: |\n  a", "b", "info: |-\n  b", id="without its last line break"),
        pytest.param("info: |-\n  a", "b\n", "info: |\n  b", id="with one"),
        pytest.param("info: |+\n  a", "b\n", "info: |\n  b", id="one that keeps blank lines"),
        pytest.param("info: |2-\n   a", "b", "info: |-\n  b", id="a told indent"),
        pytest.param("info: |-\n   a", " b\nc", "info: |3-\n    b\n   c", id="an indent to tell"),
        pytest.param("info: >-\n  a\n  b", "c d", "info: >-\n  c d", id="folded"),
        pytest.param("info: >\n  a", "b\nc\n\nd\n", "info: >\n  b\n\n  c\n\n\n  d", id="breaks"),
        pytest.param("info: >\n  a", "b\n  c\n", "info: |\n  b\n    c", id="not to be folded"),
        pytest.param("info: |-  # c\n  a\n", "x\t", 'info: "x\\t"  # c\n', id="no block can"),
        pytest.param("info: |\n  a\n", "", 'info: ""\n', id="nothing"),
        pytest.param("info: |\n", "b\n", "info: |\n  b\n", id="empty"),
        pytest.param(
            "info: |-\n             a", " b", 'info: " b"', id="an indent too deep to tell"
        ),
        pytest.param("info: !!str |\n  a", "b\n", "info: |\n  b", id="a tag"),
    ],
)
def test_a_block_of_text_stays_a_block(before: str, live: str, after: str) -> None:
    rest = "\n\n\n# the end\n"
    assert f"{after}{rest}" == tail(f"{before}{rest}", {"info": live})


@pytest.mark.parametrize(
    ("before", "live", "after"),
    [
        pytest.param("maxCreate: 5 # c", {"maxCreate": "7"}, "maxCreate: 7 # c", id="a number"),
        pytest.param("maxCreate: 5", {"maxCreate": -1}, "maxCreate: -1", id="no limit"),
        pytest.param(
            "maxRedeem: unlimited\nmaxCreate: 5",
            {"maxRedeem": -1, "maxCreate": -1},
            "maxRedeem: unlimited\nmaxCreate: unlimited",
            id="no limit, in a file of words",
        ),
        pytest.param(
            "maxRedeem: -1\nmaxCreate: unlimited",
            {"maxRedeem": 5, "maxCreate": 6},
            "maxRedeem: 5\nmaxCreate: 6",
            id="a limit for none",
        ),
        pytest.param("showPinCode: true", {"showPinCode": "false"}, "showPinCode: false", id="no"),
        pytest.param("showPinCode: True", {"showPinCode": False}, "showPinCode: False", id="No"),
        pytest.param(
            "customPropertyMap: {a: x, 'b.c': \"y\"}  # c",
            {"customPropertyMap": {"a": "x, z", "b.c": "w", "d": "1"}},
            'customPropertyMap: {a: "x, z", \'b.c\': "w"}  # c',
            id="keys in braces",
        ),
        pytest.param(
            "customPropertyMap:\n    # one\n    a: x\n\n    b: |\n      y\n    c: z",
            {"customPropertyMap": {"a": "1", "b": "w", "c": "z"}},
            'customPropertyMap:\n    # one\n    a: "1"\n\n    b: |-\n      w\n    c: z',
            id="keys on lines",
        ),
        pytest.param(
            "targetUserDetails:\n  validMaxUserTransactionLimit: 3  # c",
            {"targetUserDetails": {"validMaxUserTransactionLimit": 4}},
            "targetUserDetails:\n  validMaxUserTransactionLimit: 4  # c",
            id="a number in an object",
        ),
        pytest.param(
            "redemptionRange:\n  dow: 6  # Sat\n  hours: [9, 10]\n  dom:\n  - 1\n  - 2  # b",
            {"redemptionRange": '{"dow":["7"],"hours":[10,11],"dom":2}'},
            "redemptionRange:\n  dow: 7  # Sat\n  hours: [10, 11]\n  dom:\n  - 2  # b",
            id="a range as a mapping",
        ),
        pytest.param(
            "redemptionRange: '{\"dow\": [6]}'  # c",
            {"redemptionRange": '{"dow" : ["7"]}'},
            'redemptionRange: \'{"dow" : ["7"]}\'  # c',
            id="a range as a text",
        ),
        pytest.param(
            'storeIdsJson: "[1]"', {"storeIdsJson": "[1, 2]"}, 'storeIdsJson: "[1, 2]"', id="ids"
        ),
        pytest.param('storeIdsJson: "[1]"', {"storeIdsJson": [2]}, 'storeIdsJson: "[2]"', id="[]"),
        pytest.param(
            "lifecycle: {ignoreChanges: [maxCreate]}\nmaxCreate: 5",
            {"maxCreate": 6},
            "lifecycle: {ignoreChanges: [maxCreate]}\nmaxCreate: 6",
            id="a field whose changes are ignored",
        ),
    ],
)
def test_a_value_stays_in_its_form(before: str, live: dict[str, Any], after: str) -> None:
    assert f"{after}\n# end\n" == tail(f"{before}\n# end\n", live)


def test_what_live_has_cleared_is_empty_in_the_file() -> None:
    fixed = "isPrefixEnabled: true\norgPrefixOverride: false\n"
    live = {"isPrefixEnabled": True, "orgPrefixOverride": False}
    assert f'couponPrefix: ""\n{fixed}' == tail(f"couponPrefix: A\n{fixed}", live)


def test_a_value_gets_its_place_where_nothing_stands() -> None:
    text = HEAD.replace("anyUser: false", "anyUser: true\nredemptionPerCouponMaxLimit:  # none")
    found = accepted(text.encode(), {"anyUser": True, "redemptionPerCouponMaxLimit": 2})
    assert text.replace("Limit:", "Limit: 2") == found.raw.decode()


@pytest.mark.parametrize(
    ("before", "live", "zone", "after"),
    [
        pytest.param("2035-06-12", "2036-01-31T00:00:00Z", "UTC", "2036-01-31", id="a day"),
        pytest.param(
            "2035-06-12", "2036-01-30T18:30:00Z", "Asia/Kolkata", "2036-01-31", id="a day there"
        ),
        pytest.param("'2035-06-12'", "2036-01-31T00:00:00Z", "UTC", "'2036-01-31'", id="in quotes"),
        pytest.param(
            "2035-06-12", "2036-01-31T10:23:17Z", "UTC", "2036-01-31T10:23:17Z", id="a clock time"
        ),
        pytest.param(
            "2035-06-12",
            "2036-01-31T00:00:00Z",
            "Asia/Kolkata",
            "2036-01-31T00:00:00Z",
            id="midnight elsewhere",
        ),
        pytest.param(
            "2035-06-12T00:00:00+00:00",
            "2036-01-31T00:00:00Z",
            "UTC",
            "2036-01-31T00:00:00Z",
            id="a date-time stays one",
        ),
    ],
)
def test_a_date_stays_as_short_as_it_can(before: str, live: str, zone: str, after: str) -> None:
    text = HEAD.replace("validTillDate: 2035-06-12", f"validTillDate: {before}  # the end")
    found = accepted(text.encode(), {"validTillDate": live}, zone=zone)
    assert text.replace(f"validTillDate: {before}", f"validTillDate: {after}") == found.raw.decode()
    assert ("validTillDate",) == found.written


def test_an_alias_is_replaced_and_its_anchor_stays() -> None:
    before = "storeIdsJson: &stores [1, 2]\nredeemAtStore: *stores  # the same\n"
    live = {"storeIdsJson": "[1,2]", "redeemAtStore": "[1,3]"}
    assert before.replace("*stores", "[1, 3]") == tail(before, live)


def test_an_anchor_and_its_alias_may_change_together() -> None:
    before = "storeIdsJson: &stores [1, 2]\nredeemAtStore: *stores\n"
    live = {"storeIdsJson": "[1,3]", "redeemAtStore": "[1,3]"}
    assert "storeIdsJson: &stores [1, 3]\nredeemAtStore: [1, 3]\n" == tail(before, live)
