"""Somebody at the web UI: a process of its own that edits series until its standard input ends.

Each edit stands in the log of requests, in the transaction that makes it: so the log tells what
came before what.
"""

from __future__ import annotations

import random
import sys
import threading
from itertools import count

from reconciler.sandbox import Request, Store

UI = "UI"
PAUSE = 0.002  # seconds between edits: else nobody else gets at the database
KINDS = 5
FIRST = "the first edits are made"


def edit_of(kind: int, number: int) -> dict[str, object]:
    """Which fields an edit changes, and to what: no two edits give one value."""
    text = f"edit {number}"
    fields: list[dict[str, object]] = [
        {"discountValue": 1_000 + number, "smsTemplate": text},
        {"maxRedeem": 1_000 + number},
        {"info": text},
        {"termsAndConditions": text},
        {"info": text, "shortSMSTemplate": text},
    ]
    return fields[kind]


def main(data: str, seed: int, first: int) -> None:
    done = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        done.set()

    threading.Thread(target=listen, daemon=True).start()
    chance = random.Random(seed)  # noqa: S311 - no secret: which series is edited next
    with Store(data) as store:
        ids = [row["id"] for row in store.rows()]
        for number in count(1):
            which = chance.randrange(len(ids))
            fields = edit_of(which % KINDS, number)
            with store.transaction():
                store.ui_edit(ids[which], **fields)
                path = f"/v2/coupon/series/{ids[which]}"
                store.journal.add(Request(UI, path, "", 200, fields))
            if number == first:
                sys.stdout.write(f"{FIRST}\n")
                sys.stdout.flush()
            if done.wait(PAUSE):
                return


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
