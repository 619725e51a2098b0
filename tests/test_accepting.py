"""Live values accepted into a file: what changes, to the byte, and what has no place in it."""

from __future__ import annotations

import codecs
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from accepted import HEAD, HIDING, LIVE, accepted, accepted_into, loaded, tail

from reconciler.accepting.draft import Draft
from reconciler.config import Target
from reconciler.live import LiveSeries


@pytest.mark.parametrize("end", ["", "\r\n", "\r\n\r\n# end"])
def test_line_ends_a_byte_order_mark_and_the_files_end_stay(end: str) -> None:
    lines = ["info: |-", "  one", "  two", "storeIdsJson:", "  - 1", "  - 2"]
    raw = codecs.BOM_UTF8 + (HEAD + "\n".join(lines)).replace("\n", "\r\n").encode() + end.encode()
    live = {"info": "one\n\n3", "storeIdsJson": "[1]"}
    lines[2:] = ["", "  3", "storeIdsJson:", "  - 1"]
    text = (HEAD + "\n".join(lines)).replace("\n", "\r\n").encode() + end.encode()
    assert codecs.BOM_UTF8 + text == accepted(raw, live).raw
    more = accepted(raw, live | {"storeIdsJson": "[1,2,3]"}).raw
    assert more == codecs.BOM_UTF8 + text.removesuffix(end.encode()) + b"\r\n  - 2\r\n  - 3" + (
        end.encode()
    )


def test_a_block_at_the_end_of_a_file_without_a_last_line_break_becomes_quotes() -> None:
    assert 'info: "b\\n"' == tail("info: |-\n  a", {"info": "b\n"})


def test_a_file_in_braces_stays_one() -> None:
    fields = {name: value for name, value in LIVE.items() if name != "anyUser"}
    raw = json.dumps(fields, separators=(",", ":")).replace("}", ",anyUser: false, info: old}\n")
    live = {"anyUser": True, "info": "a, b", "smsTemplate": "a, b", "discountValue": 7}
    after = raw.replace("anyUser: false", "anyUser: true").replace("old", '"a, b"')
    after = after.replace('"Hi"', '"a, b"').replace(":100", ":7")
    assert after.encode() == accepted(raw.encode(), live).raw


def test_only_the_named_paths_are_written() -> None:
    text = f"{HEAD}maxCreate: 5\nmaxRedeem: 6\n".encode()
    found = accepted(text, {"maxCreate": 7, "maxRedeem": 8}, "maxRedeem", "maxRedeem")
    assert text.replace(b"maxRedeem: 6", b"maxRedeem: 8") == found.raw
    assert (("maxRedeem",), {}) == (found.written, found.refused)


def test_what_is_equal_already_is_neither_written_nor_refused() -> None:
    text = f"{HEAD}maxBillAmount: unlimited\nstoreIdsJson: [2, 1]\n".encode()
    found = accepted(text, {"maxBillAmount": -1, "storeIdsJson": '["1", 2]'})
    assert (text, (), {}) == (found.raw, found.written, found.refused)


@pytest.mark.parametrize(
    ("text", "live", "path", "why"),
    [
        pytest.param("", {"seriesCode": "OTHER"}, "seriesCode", "the identity", id="the code"),
        pytest.param("", {}, "maxCreate", "does not name it", id="not in the file"),
        pytest.param(
            "", {"description": None}, "description", "every file names it", id="required"
        ),
        pytest.param("maxCreate: 5", {}, "maxCreate", "take it out of the file", id="not shown"),
        pytest.param(
            "customPropertyMap: {a: x}", {}, "customPropertyMap.a", "in the web UI", id="a key"
        ),
        pytest.param("info: a", {"info": {"b": 1}}, "info", "nobody documented", id="an odd shape"),
        pytest.param("info: a", {"info": "\ud800"}, "info", "stands for no", id="half a character"),
        pytest.param(
            "maxCreate: 5", {"maxCreate": 2**40}, "maxCreate", "outside -2147483648", id="too large"
        ),
        pytest.param("", {"validTillDate": "soon"}, "validTillDate", "nobody", id="no date"),
        pytest.param(
            "redemptionPerCouponMaxLimit: -1",
            {"redemptionPerCouponMaxLimit": 0},
            "redemptionPerCouponMaxLimit",
            "a limit is above 0",
            id="a rule that live breaks",
        ),
        pytest.param(
            "",
            {"clientHandlingType": "GENERIC", "genericCode": "ALL"},
            "clientHandlingType",
            "GENERIC needs the code",
            id="a rule that needs a field the file does not name",
        ),
        pytest.param(
            "productInfo: [{productType: SKU, productCodes: [a]}]",
            {"productInfo": [{"productType": "SKU", "productIds": [1]}]},
            "productInfo",
            "live shows ids where the file has codes",
            id="codes that live shows as ids",
        ),
        pytest.param(
            "storeIdsJson: &s [1]\nredeemAtStore: *s",
            {"storeIdsJson": "[2]", "redeemAtStore": "[1]"},
            "storeIdsJson",
            "another place of the file shares its value (*s)",
            id="a value that an alias shares",
        ),
    ],
)
def test_what_has_no_place_in_the_file_says_so_and_the_others_are_written(
    text: str, live: dict[str, Any], path: str, why: str
) -> None:
    raw = f"{HEAD}{text}\n".encode()
    found = accepted(raw, {"smsTemplate": "Hello", **live}, "smsTemplate", path)
    assert [path] == list(found.refused)
    assert why in found.refused[path]
    assert (raw.replace(b'"Hi"', b'"Hello"'), ("smsTemplate",)) == (found.raw, found.written)


BY_VALUE = {"discountType": "PERC", "discountValue": 50, "discountUpto": 750}
LARGE = HEAD.replace("discountValue: 100", "discountValue: 500")


def test_a_rule_between_fields_is_held_when_they_are_accepted_together() -> None:
    found = accepted(LARGE.encode(), BY_VALUE, "discountType", "discountValue")
    after = LARGE.replace("ABS", "PERC").replace("500", "50")
    assert (after, {}) == (found.raw.decode(), found.refused)


def test_alone_the_field_that_breaks_the_rule_is_refused_with_the_other_one_named() -> None:
    found = accepted(LARGE.encode(), BY_VALUE, "discountType")
    assert (LARGE.encode(), ()) == (found.raw, found.written)
    assert {
        "discountType": "the file would be wrong with it: discountValue: 500 percent is more than"
        " the whole price; accept what it goes with too, or put live right"
    } == found.refused


@pytest.mark.parametrize("path", ["discountType", "discountValue"])
def test_half_a_discount_is_refused(path: str) -> None:
    live = {"discountType": "PERC", "discountValue": 20}
    found = accepted(HEAD.encode(), live, path)
    (other,) = live.keys() - {path}
    assert (HEAD.encode(), [path]) == (found.raw, list(found.refused))
    assert f"a discount that nobody gave, for {other} differs as well" in found.refused[path]


def test_what_differs_only_after_another_field_was_accepted_is_accepted_too() -> None:
    text = f"{HEAD}expiryStrategyValue: 1\n"
    found = accepted(text.encode(), {"expiryStrategyType": "DAYS", "expiryStrategyValue": -1})
    after = text.replace("SERIES_EXPIRY", "DAYS").replace("Value: 1\n", "Value: -1\n")
    assert after == found.raw.decode()
    assert ("expiryStrategyType", "expiryStrategyValue") == found.written


def test_several_values_that_no_file_can_hold_do_not_hide_behind_each_other() -> None:
    text = f"{HEAD}info: a\ntag: b\n"
    live = {"smsTemplate": "Hello", "info": "\ud800", "tag": "\ud801"}
    found = accepted(text.encode(), live)
    assert ["info", "tag"] == list(found.refused)
    assert text.replace('"Hi"', '"Hello"') == found.raw.decode()


def test_a_value_that_another_place_shares_stays_when_that_place_has_to_stay() -> None:
    text = f"{HEAD}storeIdsJson: &s [1]\nredeemAtStore: *s\n"
    live = {"storeIdsJson": "[2]", "redeemAtStore": f"[{2**70}]"}
    found = accepted(text.encode(), live)
    assert (text.encode(), ()) == (found.raw, found.written)
    assert "redeemAtStore would change as well" in found.refused["storeIdsJson"]


def test_the_moment_of_the_end_that_live_does_not_show_is_the_end_of_its_day() -> None:
    text = f"{HEAD}validTillDateTime: 2035-06-12T18:00:00Z\n"
    assert text.replace("18:00:00", "23:59:59") == accepted(text.encode(), {}).raw.decode()


def test_a_file_that_would_not_say_what_live_has_is_never_handed_out() -> None:
    row = LiveSeries(7, "CODE", {"id": 7, **LIVE, "discountValue": 5})
    target = Target("sandbox", "sandbox::memory:", ZoneInfo("UTC"))
    wishes = {"discountValue": 6}
    refused = Draft(HEAD.encode(), loaded(HEAD.encode()), row, target, HIDING).settle(wishes)
    assert {} == wishes
    assert "no spelling of a file means the same" in refused["discountValue"]


def test_a_file_that_changed_since_it_was_read_is_left_alone() -> None:
    raw = HEAD.replace("April 100", "April 200").encode()
    found = accepted_into(raw, loaded(HEAD.encode()), {"discountValue": 5}, ["discountValue"])
    assert (raw, ()) == (found.raw, found.written)
    assert {"discountValue": "the file is no longer what was read; run again"} == found.refused
