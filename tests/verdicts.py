"""What has to be true after a run that a fault disturbed, and after the next one in peace."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

from faults import CREATED, OPERATIONS, REWRITTEN, UNCHANGED, UPDATED, WANTED, fill, run

from reconciler.plan import claim_token
from reconciler.sandbox import Behaviour, Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from faults import Case, Row, Run

    from reconciler.config import Target
    from reconciler.declared import Desired
    from reconciler.report import Outcome
    from reconciler.sandbox import Request


def broken(case: Case, files: Mapping[str, Desired], target: Target) -> tuple[list[str], Run]:
    """What does not hold for a combination, in words; and its first run."""
    random.seed(str(case))  # the jitter of the retries
    with Store(":memory:", Behaviour(put=case.put)) as store:
        fill(store)
        first = run(store, files, target, case.way, [case.set()])
        second = run(store, files, target)
        third = run(store, files, target)
    wrong = [*_told(case, first, target), *_sent(first, second)]
    if case.reads_tell and not case.fault.startswith("late"):
        wrong += _again(first)
    if not second.healed:
        wrong.append(f"the second run: {_ends(second)}")
    if third.outcomes or not third.planned:
        wrong.append(f"the third run had something to do: {_ends(third)}")
    return [*wrong, *as_wanted(first.before, third.settled)], first


def _ends(one: Run) -> str:
    return "; ".join(f"{end.code} {end.status} ({end.error})" for end in one.outcomes) or "nothing"


def _sent(first: Run, second: Run) -> Iterator[str]:
    """No code has two series at any moment: a POST is sent once, and is carried out once."""
    for code, count in posts([*first.sent, *second.sent], made=True).items():
        if count > 1:
            yield f"{count} series were made for {code}"
    for name, one in (("first", first), ("second", second)):
        for code, count in posts(one.sent, made=False).items():
            if count > 1:
                yield f"the {name} run sent {count} POSTs for {code}"


def _again(first: Run) -> Iterator[str]:
    """No PUT is sent again that was carried out: before another attempt the series is read."""
    done = Counter(one.path for one in first.sent if one.method == "PUT" and one.processed)
    for path, count in done.items():
        if count > 1:
            yield f"{count} PUTs to {path} were carried out in one run"


def posts(sent: Sequence[Request], *, made: bool) -> Counter[str]:
    """By token: the POSTs that made a series, or those that may have."""
    return Counter(
        one.body["CouponSeriesV2"]["tag"]
        for one in sent
        if (one.method, one.path) == ("POST", OPERATIONS["POST"][1])
        and (one.made is not None if made else one.status not in {401, 429})
    )


def as_wanted(before: Mapping[int, Row], after: Mapping[int, Row]) -> Iterator[str]:
    """One series for each code, with all wanted values, and all else as it was."""
    codes = sorted(row["seriesCode"] for row in after.values())
    if codes != sorted((*CREATED, *UPDATED, UNCHANGED)):
        yield f"live has {codes}"
    for number, old in before.items():
        expected = old | (WANTED if number in UPDATED.values() else {})
        now = after[number]
        rewritten = REWRITTEN if number in UPDATED.values() else set()
        for key in (expected.keys() | now.keys()) - rewritten:
            if expected.get(key) != now.get(key):
                yield f"{old['seriesCode']}: {key} was {expected.get(key)} and is {now.get(key)}"
    for row in after.values():
        if row["seriesCode"] in CREATED and not _is_wanted(row):
            yield f"{row['seriesCode']} is not as its file has it: {row}"


def _is_wanted(row: Row) -> bool:
    made: Row = {"discountValue": 500, "smsTemplate": "Hi {{first_name}}", "tag": "April 100"}
    wanted = WANTED if row["seriesCode"] in UPDATED else made
    return all(row[key] == value for key, value in wanted.items())


def _told(case: Case, first: Run, target: Target) -> Iterator[str]:
    """Where the first run's report is not true."""
    if not first.planned:
        if first.before != first.settled:
            yield "reading failed, and something was written"
        return
    for end in first.outcomes:
        said = _untrue(case, end, first, target)
        if said:
            yield f"{end.code} is reported as {end.status} ({end.error}), but {said}"
    if first.healed != (first.report.exit_code == 0):
        yield f"exit code {first.report.exit_code} for {_ends(first)}"


def _untrue(case: Case, end: Outcome, first: Run, target: Target) -> str | None:
    token = claim_token(target.name, target.host, end.code)

    before, after, settled = (
        [row for row in rows.values() if end.code == row["seriesCode"] or row["tag"] == token]
        for rows in (first.before, first.after, first.settled)
    )
    if end.status in {"done", "already done"}:
        good = all(
            [row["seriesCode"] for row in rows] == [end.code] and _is_wanted(rows[0])
            for rows in (after, settled)
        )
        return None if good else f"live has {after}, then {settled}"
    if end.status == "failed" and (end.error or "").startswith(f"created as id {end.id}"):
        good = [(end.id, token)] == [(row["id"], row["tag"]) for row in settled]
        return None if good else f"live has {settled}"
    if end.status in {"failed", "not attempted", "moved", "blocked"}:
        return None if before == after == settled else f"live has {settled} and had {before}"
    if end.status == "not converged":
        lags = case.fault.startswith("lags") or case.fault == "404"
        return None if lags else "nothing lags"
    if not case.leaves_open:
        return "its fault leaves nothing open"
    shown = [row for row in after if end.id is None or _is_wanted(row)]
    return f"a reading would have shown {shown}" if shown and case.reads_tell else None
