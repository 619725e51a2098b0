"""Whole pages for the browser: the marketing scene, hundreds of series, the worst texts."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from faketime import FakeTime
from marketing import COMMIT, NEW_SMS, live, pull_request, scene, series

from reconciler.client import Client
from reconciler.config import Target, sandbox_credentials
from reconciler.render.html import plan_html
from reconciler.render.links import Links
from reconciler.sandbox import Behaviour, Store, transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.change import Change
    from reconciler.plan import Plan

LINKS = Links(f"https://github.com/example/coupons/blob/{COMMIT}", "", "")
HOSTILE = (
    "<script>document.title = 'run'</script>",
    "<img src=x onerror=\"document.title = 'run'\">",
    "</style></script></title></textarea>--><h1>ours</h1>",
    "\"' onmouseover=\"document.title = 'run'\" style='display: none'",
    "javascript:document.title='run'",
    "{{ 7 * 7 }} {% raw %} ${7 * 7} &lt;b&gt;",
)
REORDERS = "right\u202etfel\u2066 zero\u200bwidth \x07bell"
REORDERS_SHOWN = "right\\u202etfel\\u2066 zero\\u200bwidth \\x07bell"


@contextmanager
def sandbox() -> Iterator[tuple[Client, Store]]:
    """An empty sandbox and its client, for what lives longer than one test."""
    shows = ("productInfo", "redemptionOrgEntityDetails", "targetUserDetails", "customPropertyMap")
    target = Target("sandbox", "sandbox::memory:", ZoneInfo("UTC"), None, 4, frozenset(shows))
    with (
        Store(":memory:", Behaviour()) as store,
        Client(target, sandbox_credentials(), transport(store), clock=FakeTime().clock) as client,
    ):
        yield client, store


def marketing_page() -> str:
    """The page of the scene that every view has to tell well."""
    with sandbox() as (client, store):
        return plan_html(scene(client, store), LINKS)


def hundreds_page(number: int) -> str:
    """The page of a plan with so many series, each with a change of its own."""
    with sandbox() as (client, store):
        plan = _five(client, store)
    changes = tuple(_another(plan.changes[count % 5], count) for count in range(number))
    return plan_html(replace(plan, changes=changes), LINKS)


def _five(client: Client, store: Store) -> Plan:
    """Five changes: dearer, longer, without a limit, in other words, stricter."""
    now = [series(f"SERIES{count}") for count in range(5)]
    then: list[dict[str, object]] = [
        {"discountValue": 120},
        {"validTillDate": "2031-03-05"},
        {"maxCreate": -1},
        {"smsTemplate": NEW_SMS},
        {"maxCreate": 400},
    ]
    for fields in now:
        live(store, fields)
    asked = [{**fields, **move} for fields, move in zip(now, then, strict=True)]
    return pull_request(client, now, asked)


def _another(change: Change, count: int) -> Change:
    """The same change in another series; its warning keeps it from being one entry with others."""
    code = f"SERIES{count:03}"
    return replace(change, code=code, file=f"series/{code.lower()}.yaml", warnings=(code,))


def hostile_page() -> str:
    """The page of texts that want to be more than text."""
    with sandbox() as (client, store):
        texts = (*HOSTILE, REORDERS)
        before = [series(f"OLD{count}") for count, _ in enumerate(texts)]
        for fields in before:
            live(store, fields)
        after = [
            {**fields, "smsTemplate": text} for fields, text in zip(before, texts, strict=True)
        ]
        after += [series(f"<b>new</b>{count}", info=text) for count, text in enumerate(texts)]
        return plan_html(pull_request(client, before, after), LINKS)
