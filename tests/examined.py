"""What the doctor's tests share: series to find, and a report to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from faketime import FakeTime
from wire import BASIC

from reconciler.client import Client
from reconciler.config import Target
from reconciler.doctor import Report, examine
from reconciler.doctor.probing import REQUESTS
from reconciler.sandbox import Store, transport

if TYPE_CHECKING:
    from reconciler.config import Credentials

ALL_SET: dict[str, Any] = {
    "productInfo": [{"productType": "SKU", "productIds": [1]}],
    "redemptionOrgEntityDetails": [{"redemptionOrgEntityType": "STORE", "orgEntityId": 1}],
    "targetUserDetails": {"validMaxUserTransactionLimit": 3},
    "customPropertyMap": {"standard_terms_and_conditions": "x"},
}
END = "2035-06-12T00:00:00Z"


def target(zone: str = "UTC", *reads_back: str) -> Target:
    return Target("box", "sandbox:x.db", ZoneInfo(zone), None, 4, frozenset(reads_back))


def made(store: Store, count: int = 3, **fields: object) -> None:
    """Series of the web UI; the last has the given fields, and all four that may hide."""
    ends = {"validTillDate": END}
    for number in range(count - 1):
        store.ui_create(seriesCode=f"SERIES{number}", **ends)
    store.ui_create(**{"seriesCode": "LAST", **ends, **ALL_SET, **fields})


def examined(store: Store, at: Target | None = None, who: Credentials = BASIC) -> Report:
    with Client(at or target(), who, transport(store), clock=FakeTime().clock) as client:
        report = examine(client)
    assert sum(report.requests.values()) == len(store.requests()) <= REQUESTS
    assert {"GET"} >= {one.method for one in store.requests() if "oauth" not in one.path}
    return report


def statuses(report: Report) -> dict[str, str]:
    return {found.what: found.status for found in report.findings}


def said(report: Report, what: str) -> str:
    (found,) = [found.said for found in report.findings if found.what == what]
    return found
