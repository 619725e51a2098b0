"""Live values accepted into a list of a file: only members that differ are touched."""

from __future__ import annotations

import pytest
from accepted import tail


@pytest.mark.parametrize(
    ("before", "live", "after"),
    [
        pytest.param("[1, 2, 3]  # c", "[3,1,4]", "[1, 3, 4]  # c", id="in brackets"),
        pytest.param("[ 1,2 ]", "[2,3]", "[ 2,3 ]", id="with blanks of its own"),
        pytest.param("[1, 2,]", "[2,3]", "[2, 3,]", id="with a comma at the end"),
        pytest.param("[1]", "[]", "[]", id="nothing left"),
        pytest.param("[]", "[7,8]", "[7, 8]", id="nothing before"),
        pytest.param("[1, 2]", '["-1"]', "[-1]", id="any"),
        pytest.param("!!seq [1]", "[2]", "!!seq [2]", id="a tag"),
        pytest.param("\n  # stores\n  - 1  # Pune\n  # two\n  - 2  # Goa\n", "[2,3]",
                     "\n  # stores\n  # two\n  - 2  # Goa\n  - 3\n", id="lines"),
        pytest.param("\n- 1\n- 2\n", "[1,2,3,4]", "\n- 1\n- 2\n- 3\n- 4\n", id="no indent"),
        pytest.param("\n  -   1\n", "[5]", "\n  -   5\n", id="all others"),
        pytest.param("  # c\n  - 1\n  # d\n  - 2\n", "[]", " []  # c\n  # d\n", id="none left"),
        pytest.param(" &a\n  - 1\n", "[]", " []\n", id="none left under an anchor"),
        pytest.param("[1,\n 2]", "[2]", "[2]", id="closed on the last line"),
        pytest.param("\n  -\n    1\n", "[2]", " [2]\n", id="an odd form"),
        pytest.param("\n  - !!int 1  # c\n  - 2\n", "[1]", "\n  - !!int 1  # c\n", id="tags"),
        pytest.param("[\n  1,  # Pune\n  2,\n  3,  # c\n]", "[1,3,4]",
                     "[\n  1,  # Pune\n  3,  # c\n  4,\n]", id="a line each"),
        pytest.param("[\n  1,\n  2  # c\n]", "[1,2,3]", "[\n  1,\n  2,  # c\n  3\n]", id="comma"),
        pytest.param("[\n  1,  # a\n  2\n]", "[1]", "[\n  1  # a\n]", id="no comma any more"),
        pytest.param("[\n  1,\n  2\n]", "[]", "[]", id="a line each, none left"),
        pytest.param("[\n  1,\n  2\n]", "[3]", "[\n  3\n]", id="a line each, all others"),
        pytest.param("[1, 2,\n  3]  # c", "[1,3]", "[1, 3]  # c", id="wrapped"),
    ],
)  # fmt: skip
def test_members_of_a_list_that_stay_are_not_touched(before: str, live: str, after: str) -> None:
    space = "" if before[0] in "\n " else " "
    rest = "\n# end\nmaxCreate: -1\n"
    end = "" if after[0] in "\n " else " "
    text = tail(f"storeIdsJson:{space}{before}{rest}", {"storeIdsJson": live, "maxCreate": -1})
    assert f"storeIdsJson:{end}{after}{rest}" == text


BLOCKS = """\
productInfo:
  # what we push
  - productType: SKU  # phones
    productIds:
      - 1
      - 2  # the red one

  - productType: BRAND
    productIds: [7]  # ours
  # the end of it
maxCreate: -1
"""
AFTER = """\
productInfo:
  # what we push
  - productType: SKU  # phones
    productIds:
      - 2  # the red one
      - 3

  - productType: BRAND
    productIds: [7]  # ours
  - productType: CATEGORY
    productIds: [8, 9]
  # the end of it
maxCreate: -1
"""


def test_of_a_block_the_ids_alone_change_and_a_new_block_looks_like_the_others() -> None:
    live = [
        {"productType": "CATEGORY", "productIds": [9, 8]},
        {"productType": "BRAND", "productIds": [7]},
        {"productType": "SKU", "productIds": [3, 2]},
    ]
    assert AFTER == tail(BLOCKS, {"productInfo": live, "maxCreate": -1})


def test_a_block_whose_ids_are_an_alias_is_replaced() -> None:
    before = """\
productInfo:
  - {productType: SKU, productIds: &ids [1, 2]}
  - {productType: BRAND, productIds: *ids}  # the same
"""
    live = [
        {"productType": "SKU", "productIds": [1, 2]},
        {"productType": "BRAND", "productIds": [3]},
    ]
    after = before.replace("*ids}  # the same", "[3]}")
    assert after == tail(before, {"productInfo": live})


def test_a_new_block_has_lines_for_its_ids_where_the_last_one_has() -> None:
    before = 'productInfo:\n- productIds:\n  - 1\n  productType: "SKU"'
    live = [
        {"productType": "SKU", "productIds": [1, 2]},
        {"productType": "BRAND", "productIds": [8, 9]},
    ]
    after = (
        'productInfo:\n- productIds:\n  - 1\n  - 2\n  productType: "SKU"'
        '\n- productIds:\n  - 8\n  - 9\n  productType: "BRAND"'
    )
    assert after == tail(before, {"productInfo": live})


PLACES = """\
redemptionOrgEntityDetails:
  - { orgEntityId: 4, redemptionOrgEntityType: TILL }  # Pune
  - { orgEntityId: 5, redemptionOrgEntityType: 'ZONE' }
"""


def test_a_place_in_braces_looks_like_the_others() -> None:
    live = [
        {"redemptionOrgEntityType": "TILL", "orgEntityId": "4"},
        {"redemptionOrgEntityType": "STORE", "orgEntityId": 6},
    ]
    after = PLACES.replace(
        "5, redemptionOrgEntityType: 'ZONE'", "6, redemptionOrgEntityType: 'STORE'"
    )
    assert after == tail(PLACES, {"redemptionOrgEntityDetails": live})


def test_ten_thousand_ids_are_accepted_at_once() -> None:
    ids = ", ".join(str(one) for one in range(10_000))
    text = f"productInfo:\n  - {{productType: SKU, productIds: [{ids}]}}\n"
    live = [{"productType": "SKU", "productIds": list(range(1, 10_001))}]
    assert tail(text, {"productInfo": live}) == text.replace("[0, ", "[").replace("]", ", 10000]")
