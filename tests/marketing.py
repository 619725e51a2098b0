"""The pull request that every view of a plan has to tell well: a typo, and what hides beside it.

`scene` is it. `pull_request` makes the plan of any other, from what files said and say.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from reconciler.basis import since
from reconciler.desired import read
from reconciler.planning import make_plan
from reconciler.revision import AtRevision
from reconciler.snapshot import take

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.client import Client
    from reconciler.declared import Desired
    from reconciler.plan import Plan
    from reconciler.sandbox import Store

    Fields = Mapping[str, Any]

NOW = "2026-01-01T00:00:00Z"
COMMIT, AGAINST = "c" * 40, "a" * 40
STORES, CALM = 40, 105  # so many change their words, so many do not change at all
_GREETING = "Hi {{first_name}}! Your code {{voucher}} is valid till {{valid_till}}. "
OLD_SMS = _GREETING + "Show it at the till of your store. Reply STOP to opt out."
NEW_SMS = _GREETING + "Show it at the till, or use it online. Reply STOP to opt out."


def series(code: str, **fields: object) -> dict[str, object]:
    """One series as its file has it: 100 off from 1,000 on, 500 coupons; None drops a field."""
    made: dict[str, object] = {
        "seriesCode": code,
        "description": f"Coupons {code}",
        "discountCode": code,
        "discountType": "ABS",
        "discountValue": 100,
        "validTillDate": "2027-12-31",
        "expiryStrategyType": "SERIES_EXPIRY",
        "clientHandlingType": "DISC_CODE",
        "anyUser": False,
        "maxCreate": 500,
        "minBillAmount": 1000,
        "smsTemplate": OLD_SMS,
        **fields,
    }
    return {name: value for name, value in made.items() if value is not None}


PERCENT = {"discountType": "PERC", "maxBillAmount": 5000, "maxCreate": 1000}
BEFORE = [
    series("MEMBERS9", discountValue=9, **PERCENT),
    series("WEEKEND200", discountValue=200, maxCreate=5000),
    series("MONSOON150", discountValue=150, validTillDate="2026-06-30"),
    series("LOYAL75", discountValue=75, maxRedeem=300),
    *(series(f"STORE{number:02}") for number in range(1, STORES + 1)),
    *(series(f"CALM{number:03}") for number in range(1, CALM + 1)),
]
AFTER = [
    series("MEMBERS9", discountValue=99, **PERCENT),
    series("WEEKEND200", discountValue=200, maxCreate=5000, minBillAmount=-1),
    series("MONSOON150", discountValue=150, validTillDate="2027-06-30"),
    series("LOYAL75", discountValue=75),
    *(series(f"STORE{number:02}", smsTemplate=NEW_SMS) for number in range(1, STORES + 1)),
    *(series(f"CALM{number:03}") for number in range(1, CALM + 1)),
    series("NEWYEAR50", discountValue=50, maxCreate=None),
]
ISSUED = {"MEMBERS9": {"numIssued": 120, "numRedeemed": 4}}


def scene(client: Client, store: Store) -> Plan:
    """Its plan: 9 percent became 99, a minimum went, a validity grew, a limit is managed no more,
    forty stores say something else in their SMS, and a new series has no limit.
    """
    for fields in BEFORE:
        live(store, fields, **ISSUED.get(str(fields["seriesCode"]), {}))
    return pull_request(client, BEFORE, AFTER)


def live(store: Store, fields: Fields, **more: object) -> int:
    """A series as somebody made it in the web UI, with the counters of the server."""
    start = {"redemptionValidFrom": NOW, "validTillDate": f"{fields['validTillDate']}T00:00:00Z"}
    return store.ui_create(**{**fields, **start, **more})


def pull_request(client: Client, before: Iterable[Fields], after: Iterable[Fields]) -> Plan:
    """The plan of files as they are, compared with what they were."""
    old, new = desired(client, before), desired(client, after)
    snapshot = take(client, new)
    base = AtRevision(AGAINST, old, ())
    return make_plan(
        client.target,
        new,
        snapshot,
        reads=client.requests.read,
        created_at=NOW,
        commit=COMMIT,
        tool="test",
        since=since(client, base, new, snapshot, ()),
    )


def desired(client: Client, files: Iterable[Fields]) -> dict[str, Desired]:
    """Series by code, each from a file of its own below series/."""
    found = {}
    for fields in files:
        code = str(fields["seriesCode"])
        made, problems = read(
            f"series/{code.lower()}.yaml", text(fields).encode(), client.target.zone, date.min
        )
        assert [] == [one.message for one in problems if one.severity == "error"]
        assert made is not None
        found[code] = made
    return found


def text(fields: Fields) -> str:
    """A file, with a field in each line in the order in which they are given."""
    return "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items())
