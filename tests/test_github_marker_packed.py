"""What a marker says that somebody else has packed: whatever it is, it does no harm."""

from __future__ import annotations

import base64
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from merged import KEY

from reconciler.github.marker import claimed, prefix, verified

BODY = "### Plan for eu-prod\n"


def packed(about: bytes, held: bytes = b"") -> str:
    """A comment with what somebody else packed."""
    told = zlib.compress(about, 9)
    raw = len(told).to_bytes(4, "big") + told + held
    payload = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return f"{prefix('eu-prod')}{payload}.unsigned -->\n{BODY}"


def about(**changed: Any) -> bytes:  # noqa: ANN401 - any JSON
    usual = {
        "repository": "shop/coupons",
        "number": 7,
        "head": "a" * 40,
        "base": None,
        "target": "eu-prod",
        "run": 1,
        "attempt": 1,
        "shown": 0,
        "written": 0,
        "authors": [],
        "strict": True,
        "width": 32,
        "codes": [],
    }
    return json.dumps({**usual, **changed}).encode()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(packed(b" " * 100_000_000 + about()), id="much that packs well"),
        pytest.param(packed(b"[" * 500_000), id="lists in lists"),
        pytest.param(packed(b'{"a":' * 100_000), id="objects in objects"),
        pytest.param(packed(b"[1]"), id="a list"),
        pytest.param(packed(b'"text"'), id="a text"),
        pytest.param(packed(b"1" * 10_000), id="a number that is too long"),
        pytest.param(packed(b"\xff\xfe"), id="no text"),
        pytest.param(packed(about(run="1")), id="a run that is a text"),
        pytest.param(packed(about(run=[1])), id="a run that is a list"),
        pytest.param(packed(about(target=None)), id="no target"),
        pytest.param(packed(about(base=5)), id="a base that is a number"),
        pytest.param(packed(about(authors="priya")), id="authors that are a text"),
        pytest.param(packed(about(authors=[5])), id="an author that is a number"),
        pytest.param(packed(about(strict="no")), id="a rule that is a text"),
        pytest.param(packed(about(comment="7")), id="a comment's id that is a text"),
        pytest.param(packed(about(forgotten=None)), id="nobody knows whether all is known"),
        pytest.param(packed(about(codes=[[]]), b"d" * 32), id="a code that is a list"),
        pytest.param(packed(about(codes=["A"])), id="a code without a digest"),
        pytest.param(packed(about(), b"d"), id="a digest that is too short"),
        pytest.param(packed(about(width=0)), id="digests of no width"),
        pytest.param(packed(about(shown=1e300)), id="a time beyond all times"),
        pytest.param(packed(about(shown=float("nan"))), id="a time that is no number"),
        pytest.param(packed(about(shown="now")), id="a time that is a text"),
        pytest.param(f"{prefix('eu-prod')}AAAA.unsigned -->", id="nothing in it"),
        pytest.param(f"{prefix('eu-prod')}A.unsigned -->", id="no base64"),
        pytest.param(f"{prefix('eu-prod')}-{'_' * 90_000}.unsigned -->", id="much of nothing"),
        pytest.param(f"{prefix('eu-prod')}{'A' * 300_000}.unsigned -->", id="more than fits"),
    ],
)
def test_what_others_pack_does_no_harm(text: str) -> None:
    tracemalloc.start()

    assert claimed(text) is None
    assert verified(text, KEY) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 30_000_000


def test_what_is_whole_can_be_read_without_a_key() -> None:
    found = claimed(packed(about(codes=["A"], run=9), b"\xdd" * 32))

    assert found is not None
    assert (9, {"A": "sha256:" + "dd" * 32}) == (found.run, found.changes)
