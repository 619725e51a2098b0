"""Measures the window between the last reading of a series and its write, and prints one table.

    python bench/window.py

An edit that somebody makes in the web UI within the window is lost: the API has no locking. The
window is seen from the client's side of a real socket: `between` is from the answer of the reading
to the start of the write, and `around` from the request of the reading to the answer of the write,
which nothing can exceed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import httpx
from processes import sandbox
from pydantic import SecretStr
from samples import fill_sandbox, write_files

from reconciler.apply import execute
from reconciler.client import Client
from reconciler.config import Credentials, Target
from reconciler.desired import load
from reconciler.plan import READ_AT_ONCE
from reconciler.planning import make_plan
from reconciler.sandbox import Fault, Store
from reconciler.snapshot import take

SERIES = 100
LATENCIES = (0.0, 0.1)  # seconds that each answer takes besides
UTC = ZoneInfo("UTC")
HIDING = ("productInfo", "redemptionOrgEntityDetails", "targetUserDetails", "customPropertyMap")


class Watched(httpx.HTTPTransport):
    """The network, and the windows that pass over it, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.read: dict[str, tuple[float, float]] = {}  # when asked, when answered
        self.between: list[float] = []
        self.around: list[float] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request, and note when."""
        asked = time.perf_counter()
        response = super().handle_request(request)
        response.read()
        answered = time.perf_counter()
        if request.method == "PUT":
            first, last = self.read[request.url.path.rpartition("/")[2]]
            self.between.append(asked - last)
            self.around.append(answered - first)
        for one in parse_qs(request.url.query.decode()).get("ids", []):
            self.read[one] = asked, answered
        return response


def measured(folder: Path, latency: float) -> Watched:
    """Apply a change to every series, one after the other as any apply does."""
    database = folder / "live.db"
    files = load([write_files(folder / "series", SERIES)], UTC).series
    fill_sandbox(database, SERIES)
    with Store(database) as store:
        for row in store.rows():
            store.ui_edit(row["id"], discountUpto=700)
        with sandbox(database) as url:
            wire = Watched()
            target = Target("local", url, UTC, None, 4, frozenset(HIDING))
            who = Credentials("Basic", SecretStr("me"), SecretStr("mine"))
            with Client(target, who, wire) as client:
                plan = make_plan(
                    target,
                    files,
                    take(client, files),
                    reads=0,
                    created_at="2026-01-01T00:00:00Z",
                    commit=None,
                    tool="bench",
                )
                store.set_faults([Fault("slow", seconds=latency)] if latency else [])
                ended = {found.status for found in execute(plan, client)}
    if ended != {"done"} or len(wire.between) != SERIES:
        raise SystemExit(f"the apply ended with {ended} after {len(wire.between)} writes")
    return wire


def main() -> None:
    """Measure each latency and print the table."""
    print(f"{SERIES} updates in batches of {READ_AT_ONCE}, Python {sys.version.split()[0]}\n")
    print("| each answer takes besides | window  | median | 95 %   | most   |")
    print("| ------------------------- | ------- | ------ | ------ | ------ |")
    for latency in LATENCIES:
        with tempfile.TemporaryDirectory() as folder:
            wire = measured(Path(folder), latency)
        for name, windows in (("between", wire.between), ("around", wire.around)):
            figures = median(windows), quantiles(windows, n=20)[-1], max(windows)
            cells = " | ".join(f"{1000 * figure:,.0f} ms".ljust(6) for figure in figures)
            print(f"| {1000 * latency:>22,.0f} ms | {name:<7} | {cells} |")


if __name__ == "__main__":
    main()
