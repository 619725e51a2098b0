"""The record as values: entries to files and back, what is refused, and the audit log's words."""

from __future__ import annotations

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import report
from reconciler.diff import Base
from reconciler.errors import RefusedError
from reconciler.record import (
    EMPTY,
    RECORDED,
    Entry,
    Line,
    Record,
    file_name,
    from_json,
    message,
    to_text,
)

REF = "refs/reconciler/eu-prod"
COMMIT = "c" * 40
DIGEST = "sha256:" + "d" * 64
ENTRY = Entry(
    code="APRIL100",
    id=700001,
    managed={
        "seriesCode": "APRIL100",
        "discountValue": 500,
        "validTillDate": "2035-06-12T00:00:00+05:30",
        "redemptionRange.dow": [6, 7],
        "customPropertyMap.a.b": "x",
    },
    commit=COMMIT,
    digest=DIGEST,
    made=True,
    last_used="2026-11-20T10:00:00Z",
    shown=("customPropertyMap", "productInfo"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def again(entry: Entry) -> Entry:
    return from_json(to_text(entry).encode(), REF, file_name(entry.code))


def test_an_entry_is_a_file_with_a_line_for_each_value() -> None:
    entry = replace(ENTRY, managed={"discountValue": 500, "description": "दिवाली"}, shown=())

    assert to_text(entry) == (
        "{\n"
        '  "code": "APRIL100",\n'
        f'  "commit": "{COMMIT}",\n'
        f'  "digest": "{DIGEST}",\n'
        '  "format": "reconciler/record/1",\n'
        '  "id": 700001,\n'
        '  "last_used": "2026-11-20T10:00:00Z",\n'
        '  "made": true,\n'
        '  "managed": {\n'
        '    "description": "दिवाली",\n'
        '    "discountValue": 500\n'
        "  },\n"
        '  "shown": []\n'
        "}\n"
    )


def test_an_entry_comes_back_as_it_was() -> None:
    assert again(ENTRY) == ENTRY
    assert again(replace(ENTRY, commit=None, last_used=None)).commit is None


@given(code=st.text(), value=JSON, key=st.text())
def test_an_entry_of_any_code_and_any_value_comes_back(code: str, value: object, key: str) -> None:
    entry = replace(ENTRY, code=code, managed={"info": value, f"customPropertyMap.{key}": value})

    assert again(entry) == entry


@pytest.mark.parametrize(
    ("code", "name"),
    [
        pytest.param("APRIL100", "APRIL100", id="plain"),
        pytest.param("a/b", "a%2Fb", id="a slash"),
        pytest.param("..", "..", id="the folder above"),
        pytest.param('"q"', "%22q%22", id="quotes"),
        pytest.param("a%2Fb", "a%252Fb", id="what looks encoded"),
        pytest.param("é", "%C3%A9", id="a letter in one sign"),
        pytest.param("e\u0301", "e%CC%81", id="the same letter in two"),
        pytest.param("10 %", "10%20%25", id="a blank"),
    ],
)
def test_a_code_is_percent_encoded_in_its_file_name(code: str, name: str) -> None:
    assert f"series/{name}.json" == file_name(code)


@given(st.text(), st.text())
def test_no_two_codes_share_a_file_and_none_leaves_the_folder(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) == (one == other)
    assert file_name(one).isascii()
    assert file_name(one).count("/") == 1


def edited(**values: object) -> str:
    return json.dumps(json.loads(to_text(ENTRY)) | values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("{", "it is not JSON", id="no JSON"),
        pytest.param('{"id": 1, "id": 2}', "it is not JSON", id="a key that stands twice"),
        pytest.param('{"a": "\xff"}', "it is not JSON", id="no UTF-8"),
        pytest.param("[" * 100_000, "it is not JSON", id="nested too deeply"),
        pytest.param("[]", "its format is None", id="no object"),
        pytest.param(edited(format="reconciler/record/2"), "record/2", id="another format"),
        pytest.param('{"format": "reconciler/record/1"}', "damaged at code", id="keys missing"),
        pytest.param(edited(extra=1), "damaged at extra", id="a key too many"),
        pytest.param(edited(id="700001"), "damaged at id", id="a text for a number"),
        pytest.param(edited(code="MAY"), "it is the entry of 'MAY'", id="another's file"),
        pytest.param(edited(commit="--all"), "damaged at commit", id="no commit"),
        pytest.param(edited(digest="d"), "damaged at digest", id="no digest"),
        pytest.param(edited(last_used="2026-01-01T00:00:00+01:00"), "last_used", id="not in UTC"),
        pytest.param(edited(shown=["a"]), "damaged at shown", id="an unknown field shown"),
        pytest.param(edited(managed={"a": 1}), "at managed.a", id="an unknown field"),
        pytest.param(edited(managed={"numIssued": 1}), "at managed.numI", id="the server's field"),
        pytest.param(edited(managed={"tag.a": 1}), "at managed.tag.a", id="a key of a text"),
        pytest.param(edited(managed={"productInfo": None}), "at managed.prod", id="no products"),
    ],
)
def test_an_entry_that_cannot_be_trusted_is_refused(text: str, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        from_json(text.encode("latin-1"), REF, "series/APRIL100.json")


def test_a_refusal_names_the_file_and_the_way_out_on_one_line() -> None:
    with pytest.raises(RefusedError) as refused:
        from_json(edited(managed={"a\n::error::b": 1}).encode(), REF, "series/APRIL100.json")

    assert str(refused.value) == (
        "the record cannot be trusted: refs/reconciler/eu-prod:series/APRIL100.json: it is damaged"
        " at managed.a\\n:\\x3aerror:\\x3ab; a newer reconciler may read it, else find the last"
        " good commit with `git log -p refs/reconciler/eu-prod -- series/APRIL100.json` and put it"
        " back, here with `git update-ref refs/reconciler/eu-prod COMMIT` and the same at the"
        " remote"
    )


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        pytest.param("discountValue", 500, id="a number"),
        pytest.param("redemptionRange.dow", [6, 7], id="one key of a range"),
        pytest.param("customPropertyMap.a.b", "x", id="a key with a dot"),
        pytest.param("validTillDate", "2035-06-11T00:00:00Z", id="a day, as the server cuts it"),
        pytest.param("maxCreate", None, id="a path that is not recorded"),
    ],
)
def test_what_a_recorded_value_means(path: str, meant: object) -> None:
    assert meant == Base(ENTRY.managed, ZoneInfo("UTC")).meaning(path)


@pytest.mark.parametrize("value", ["9999-12-31T23:00:00+00:00", "soon", 1])
def test_what_is_no_day_of_the_zone_means_only_itself(value: object) -> None:
    base = Base({"validTillDate": value}, ZoneInfo("Asia/Kolkata"))

    assert base.meaning("validTillDate") == ["?", value]


def test_a_record_is_asked_by_code_and_by_id_and_for_what_was_shown() -> None:
    other = replace(ENTRY, code="MAY", id=2, commit=None, shown=("targetUserDetails",))
    record = Record({"APRIL100": ENTRY, "MAY": other}, COMMIT)

    assert record.by_id == {700001: ENTRY, 2: other}
    assert record.shown == {"customPropertyMap", "productInfo", "targetUserDetails"}
    assert record.commits == {COMMIT}


def test_of_two_entries_for_one_id_the_later_written_counts() -> None:
    later = replace(ENTRY, code="A", last_used="2026-11-21T00:00:00Z")

    assert Record({"A": later, "APRIL100": ENTRY}).by_id == {700001: later}


def test_an_empty_record_knows_nothing() -> None:
    assert (EMPTY.entries, EMPTY.by_id, EMPTY.shown, EMPTY.commits, EMPTY.tip) == (
        {},
        {},
        frozenset(),
        frozenset(),
        None,
    )


def test_the_words_for_what_is_recorded_are_those_of_the_report() -> None:
    assert {report.DONE, report.ALREADY_DONE} == RECORDED


def test_a_message_tells_what_was_done_and_by_which_plan() -> None:
    lines = [
        Line("create", "APRIL100", 700001, "done", [("discountValue", None, 500)]),
        Line(
            "update",
            "MAY",
            7,
            "done",
            [("discountValue", 100, 500), ("genericCode", None, "GO")],
        ),
        Line("create", "JUNE", None, "failed"),
    ]

    assert message("eu-prod", DIGEST, COMMIT, lines, "incomplete") == (
        "Apply 2 of 3 changes to eu-prod\n"
        "\n"
        "create APRIL100 (id 700001): done\n"
        "  discountValue 500\n"
        "update MAY (id 7): done\n"
        "  discountValue 100 → 500\n"
        '  genericCode (not set) → "GO"\n'
        "create JUNE: failed\n"
        "\n"
        f"Plan: {DIGEST}\n"
        f"Commit: {COMMIT}\n"
        "Target: eu-prod\n"
        "Result: incomplete\n"
    )


def test_without_a_repository_a_message_names_no_commit() -> None:
    said = message("eu", None, None, [Line("update", "MAY", 7, "already done")], "applied")

    assert said == (
        "Apply 1 change to eu\n\nupdate MAY (id 7): already done\n\nTarget: eu\nResult: applied\n"
    )


def test_a_subject_has_at_most_72_columns() -> None:
    (subject, *_) = message("x" * 200, None, None, [], "applied").splitlines()

    assert subject == "Apply 0 changes to " + "x" * 52 + "…"


def told(path: str, before: object, after: object) -> str:
    line = Line("update", "MAY", 7, "done", [(path, before, after)])
    return message("eu", None, None, [line], "applied").splitlines()[3]


def test_no_text_starts_a_line_of_a_message() -> None:
    line = Line("update", "A\nPlan: x", 7, "done", [("info", "a\u2028b", "::error::\r\nPlan: x")])

    assert message("e\nPlan: x", None, None, [line], "applied").split("\n")[:4] == [
        "Apply 1 change to e\\nPlan: x",
        "",
        "update A\\nPlan: x (id 7): done",
        '  info "a\\u2028b" → ":\\x3aerror:\\x3a\\r\\nPlan: x"',
    ]


def test_a_long_text_is_cut_and_counted() -> None:
    assert told("info", "a", "x" * 1_298) == '  info "a" → "' + "x" * 199 + "… 1,100 more not shown"


def test_what_moves_money_is_never_cut() -> None:
    products = [{"productType": "SKU", "productIds": list(range(1_000))}]

    assert (
        told("productInfo", None, products) == f"  productInfo (not set) → {json.dumps(products)}"
    )
