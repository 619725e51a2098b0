"""The people of the stories: what they do on GitHub and in the vendor's UI, and what they see."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from github_state import BOT

from reconciler.recordref import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from github_server import GitHubServer
    from shop_origin import Files, Merging, Origin

    from reconciler.sandbox import Store

REPOSITORY, FORK = "shop/coupons", "eve/coupons"
MADE_UP = "made by a series"
HOSTILE = f"::error::{MADE_UP} ##[error]{MADE_UP}"
"""What each series says of itself, and no log may obey."""
SERIES: Mapping[str, object] = {
    "description": json.dumps(HOSTILE),
    "discountCode": "POS1",
    "discountType": "PERC",
    "discountValue": 10,
    "discountUpto": 100,
    "validTillDate": "2035-06-12",
    "expiryStrategyType": "SERIES_EXPIRY",
    "clientHandlingType": "DISC_CODE",
    "anyUser": "false",
    "maxCreate": 1000,
    "maxRedeem": 1000,
    "smsTemplate": "Hi",
}


def series(*codes: str, **fields: object) -> dict[str, str | None]:
    """Files of series that no guard has anything to say about, but for what is given, by path."""
    rows = {**SERIES, **fields}
    text = "".join(f"{name}: {value}\n" for name, value in rows.items())
    return {f"series/{code.lower()}.yaml": f"seriesCode: {code}\n{text}" for code in codes}


@dataclass
class Change:
    """A pull request as its author knows it. `action` is what GitHub tells of it next."""

    branch: str
    author: str
    by: str  # who pushed last
    home: str
    action: str = "opened"


@dataclass
class People:
    """What people do, and what there is to see afterwards."""

    origin: Origin
    server: GitHubServer
    store: Store
    changes: dict[int, Change] = field(default_factory=dict)
    pushes: list[str] = field(default_factory=list)  # what main was at after each merge
    looked: int = 0  # at how many requests of the sandbox

    def open(self, branch: str, files: Files, author: str = "priya", home: str = REPOSITORY) -> int:
        """Open a pull request of one commit, in a repository: this one, or a fork."""
        self.origin.switch(branch, self.origin.tip())
        self.origin.commit(files)
        return self.propose(branch, author, home)

    def propose(self, branch: str, author: str, home: str = REPOSITORY) -> int:
        """Open a pull request for the branch that somebody works on just now."""
        number = max([0, *self.server.pulls, *self.server.issues]) + 1
        self.changes[number] = Change(branch, author, author, home)
        head = self.origin.publish(*self.refs(number))
        self.server.add_pull(number, author, head, head_repository=home)
        return number

    def push(self, number: int, files: Files, by: str | None = None, *, force: bool = False) -> str:
        """Push one more commit to a pull request; with force, instead of what it was."""
        change = self.changes[number]
        self.origin.switch(change.branch, self.origin.tip() if force else self.head(number))
        self.origin.commit(files)
        head = self.origin.publish(*self.refs(number))
        change.by, change.action = by or change.author, "synchronize"
        self.server.push(number, head, force=force)
        return head

    def approve(self, number: int, by: str = "sam") -> None:
        """Approve a pull request at its head."""
        self.server.review(number, by)

    def merge(self, number: int, how: Merging = "merge") -> str:
        """Merge a pull request; the commit that main is at now."""
        brought = self.origin.merge(number, how)
        self.server.merge(number, brought, brought[-1])
        self.pushes.append(brought[-1])
        return brought[-1]

    def push_to_main(self, files: Files) -> str:
        """Commit to main without any pull request."""
        self.origin.switch("main", self.origin.tip())
        self.origin.commit(files)
        self.pushes.append(self.origin.publish("refs/heads/main"))
        return self.pushes[-1]

    def live(self, code: str, **fields: object) -> None:
        """Edit a series in the vendor's UI."""
        (one,) = [row["id"] for row in self.store.rows() if row["seriesCode"] == code]
        self.store.ui_edit(one, **fields)

    # --- what there is to see ------------------------------------------------------------------

    def refs(self, number: int) -> list[str]:
        """Where the head of a pull request is to be found."""
        change = self.changes[number]
        own = [f"refs/heads/{change.branch}"] if change.home == REPOSITORY else []
        return [f"refs/pull/{number}/head", *own]

    def head(self, number: int) -> str:
        """The head of a pull request."""
        return self.origin.tip(f"refs/pull/{number}/head")

    def values(self, name: str = "discountValue") -> dict[str, Any]:
        """What live has in a field, by code."""
        return {row["seriesCode"]: row[name] for row in self.store.rows()}

    def recorded(self, name: str = "discountValue") -> dict[str, Any]:
        """What the record in the origin has in a field, by code."""
        found = read(self.origin.with_record(), "eu").entries.values()
        return {one.code: one.managed[name] for one in found}

    def writes(self) -> list[str]:
        """The codes in each write that reached live since this was asked last."""
        came = self.store.requests()
        new, self.looked = came[self.looked :], len(came)
        written = [one.body["CouponSeriesV2"] for one in new if one.method in {"POST", "PUT"}]
        return [one.get("seriesCode", "") for one in written]

    def comment(self, number: int) -> str:
        """The one comment of the tool in a pull request."""
        (found,) = [row for row in self.server.comments[number] if row.author == BOT]
        return found.body
