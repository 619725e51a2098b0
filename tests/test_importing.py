"""Live series → files: every one validates and plans to no change, whatever live has."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from behind_the_wire import Broken
from conftest import planned
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import live_rows

from reconciler.client import Client
from reconciler.config import Target, sandbox_credentials
from reconciler.declared import Desired
from reconciler.fields import MANAGEABLE
from reconciler.importing import UnsayableError, proven, read, series_file
from reconciler.sandbox import Behaviour, Store, transport
from reconciler.validation import Checked
from reconciler.yamlfile import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NESTED = frozenset({"redemptionRange", "customPropertyMap", "targetUserDetails"})
HIDING = frozenset(field.name for field in MANAGEABLE if field.hides)
REQUIRED = [field.name for field in MANAGEABLE if field.required]
WORDS = "yes 1e3 0x10 0123 ~ null - = 2030-09-30 1:30 NO_VALUE it's: {a:1} 🎂"
LINES = ["one\ntwo\n", "\n  one\n\n\n", "a\r\nb", "no\n#x", " a ", 'say "hi"', "a #b", "a: b", ""]
UNSEEN = ["\x00", "\x85", "\u2028", "\u202eabc", "\ufeff", "\t"]
HARD = st.one_of(st.text(max_size=30), st.sampled_from([*WORDS.split(), *LINES, *UNSEEN]))
TEXTS = ["description", "discountCode", "smsTemplate", "info", "tag", "shortSMSTemplate"]
DATES = st.datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1)).map(  # noqa: DTZ001 - made aware below
    lambda moment: f"{moment.replace(microsecond=0).isoformat()}Z"
)
IDS = st.sampled_from(["7", '"7"', '["-1"]', "[-1]", "-1", "[]", '["5", 5, 3]', [4], "x", "{}"])
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", 12.5, [], {"a": 1}, "text", 2**70, -5, True, float(2**53 - 1)]
)


@st.composite
def ui_rows(draw: st.DrawFn) -> dict[str, Any]:
    """What the web UI and years of history may have made of a series."""
    row = draw(live_rows())
    given: dict[str, Any] = {name: draw(HARD) for name in TEXTS if draw(st.booleans())}
    for name in ("validTillDate", "redemptionValidFrom", "validTillDateTime"):
        if draw(st.booleans()):
            given[name] = draw(DATES)
    for name in ("mutualExclusiveSeriesIds", "storeIdsJson", "redeemAtStore"):
        if draw(st.booleans()):
            given[name] = draw(IDS)
    for name in ("minBillAmount", "maxBillAmount", "discountUpto", "maxCreate", "maxRedeem"):
        if draw(st.booleans()):
            given[name] = draw(st.sampled_from([-1, 0, "-1", "5", 5.0, 2**31 - 1, 2**53 - 1]))
    if draw(st.booleans()):
        given["customPropertyMap"] = draw(st.dictionaries(HARD, HARD, max_size=3))
    optional = [field.name for field in MANAGEABLE if not field.required]
    optional.remove("validTillDateTime")  # the sandbox sorts by it
    given |= draw(st.dictionaries(st.sampled_from(optional), ODD, max_size=2))
    return {"discountType": "ABS", "discountValue": 5, "anyUser": False} | row | given


def desired(text: str, zone: ZoneInfo) -> Mapping[str, Desired]:
    """A file's series, as the loader makes it."""
    document = parse(text)
    checked = Checked(document, zone)
    assert [] == checked.errors
    lines = dict(document.key_lines(NESTED))
    return {"CODE": Desired("CODE", "x.yaml", lines, checked.values, zone)}


def imported(client: Client) -> str | None:
    """The file of the one series that is live; None where no file can say what it must."""
    (row,), missing = read(client, [])
    assert {} == missing
    refused = ""
    try:
        return series_file(row, client.target, proven(client.target, [row])).text
    except UnsayableError as error:
        refused = str(error)
    assert refused.split(":")[0] in REQUIRED, refused
    return None


def plans_to_nothing(live: dict[str, Any], zone: str, *, shown: bool) -> None:
    known = HIDING if shown else frozenset[str]()
    target = Target("sandbox", "sandbox::memory:", ZoneInfo(zone), None, 4, known)
    with (
        Store(":memory:", Behaviour(zone=zone, read_shows_hidden=shown)) as store,
        Client(target, sandbox_credentials(), transport(store)) as client,
    ):
        store.ui_create(**live)
        text = imported(client)
        if text is None:
            return
        plan = planned(client, desired(text, ZoneInfo(zone)))
        assert ((), 1) == (plan.changes, plan.unchanged)
        assert REQUIRED == [name for name in parse(text).values if name in REQUIRED]


BASE = {
    "discountType": "ABS",
    "discountValue": 5,
    "anyUser": False,
    "clientHandlingType": "DISC_CODE",
    "expiryStrategyType": "SERIES_EXPIRY",
}


@pytest.mark.parametrize("codes", [[], ["A", "B", "NOBODY"]], ids=["all", "by code"])
@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(Behaviour(), id="everything works"),
        pytest.param(Behaviour(code_filter="ignored"), id="the code is ignored"),
        pytest.param(Behaviour(code_filter="error"), id="no look-up by code"),
        pytest.param(Behaviour(listing="error"), id="the list wants a filter"),
        pytest.param(Behaviour(page_limit=1), id="small pages"),
    ],
)
def test_series_are_read_however_the_api_answers(codes: list[str], behaviour: Behaviour) -> None:
    target = Target("sandbox", "sandbox::memory:", ZoneInfo("UTC"))
    with (
        Store(":memory:", behaviour) as store,
        Client(target, sandbox_credentials(), transport(store)) as client,
    ):
        for code in "CBA":
            store.ui_create(seriesCode=code, **BASE)
        rows, missing = read(client, codes)
        assert (["A", "B"] if codes else ["A", "B", "C"]) == [row.code for row in rows]
        assert set(codes) - {"A", "B"} == missing.keys()


def test_a_list_is_read_in_few_calls(client: Client, store: Store) -> None:
    for number in range(120):
        store.ui_create(seriesCode=f"CODE{number}", **BASE)
    rows, _ = read(client, [])
    assert (120, True) == (len(rows), client.requests.read <= 8)


def answering(**changed: object) -> Callable[[httpx.Request, httpx.Response], httpx.Response]:
    """Reads by id show the series changed."""

    def spoil(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        response.read()
        body = response.json()
        if "ids" in request.url.params:
            body["entity"] = [row | changed for row in body["entity"]]
        return httpx.Response(response.status_code, json=body)

    return spoil


def test_a_series_that_gets_another_code_meanwhile_is_not_imported(
    store: Store, target: Target
) -> None:
    store.ui_create(seriesCode="A", **BASE)
    wire = Broken(store, answering(seriesCode="B"))
    with Client(target, sandbox_credentials(), wire) as client:
        assert ([], {"A": "it moved while it was read; run again"}) == read(client, [])


def twofold(_request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """Every series has the code A."""
    response.read()
    body = response.json()
    if "entity" in body:
        body["entity"] = [row | {"seriesCode": "A"} for row in body["entity"]]
    return httpx.Response(response.status_code, json=body)


def test_a_code_that_several_series_have_is_not_imported(store: Store, target: Target) -> None:
    ids = [store.ui_create(seriesCode=code, **BASE) for code in "AB"]
    with Client(target, sandbox_credentials(), Broken(store, twofold)) as client:
        rows, missing = read(client, [])
    said = f"several live series have this code (ids {ids[0]}, {ids[1]}); rename all but one"
    assert ([], {"A": said}) == (rows, missing)


EXAMPLES = {
    "live": ui_rows(),
    "zone": st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York"]),
    "shown": st.booleans(),
}
HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=70, deadline=None, suppress_health_check=HEALTH)
@given(**EXAMPLES)
def test_any_imported_file_plans_to_no_change(live: dict[str, Any], zone: str, shown: bool) -> None:
    plans_to_nothing(live, zone, shown=shown)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=HEALTH)
@given(**EXAMPLES)
def test_thousands_of_imported_files_plan_to_no_change(
    live: dict[str, Any], zone: str, shown: bool
) -> None:
    plans_to_nothing(live, zone, shown=shown)
