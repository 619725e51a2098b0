"""What the tests of `plan --against` share: a project in git, live as its base has it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from repositories import git

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Ran

QUIET = """\
seriesCode: DIWALI
description: Ten percent for Diwali
discountCode: POS1
discountType: PERC
discountValue: 10
discountUpto: 100
validTillDate: 2035-06-12
expiryStrategyType: SERIES_EXPIRY
clientHandlingType: DISC_CODE
anyUser: false
maxCreate: 1000
maxRedeem: 1000
smsTemplate: Hi
"""
"""A series that no guard has anything to say about; it costs 100,000 at worst."""
IGNORED = "/.reconciler/\n/state/\n/.gitconfig\n/*.json\n"
DATA = ".reconciler/sandbox.db"


HIGHER = QUIET.replace("Value: 10", "Value: 20")
TYPO = QUIET.replace("Value: 10", "Value: 99")
UNNAMED = QUIET.replace("discountUpto: 100\n", "")
SOON = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()


def saying(lifecycle: str, text: str = QUIET) -> str:
    return f"{text}lifecycle: {{{lifecycle}}}\n"


def allowing(rule: str, more: str = "") -> str:
    """An allowance that is still in force when the test runs."""
    return f"allow: [{{rule: {rule}, {more}reason: agreed with finance, until: {SOON}}}]"


def named(code: str, text: str = QUIET) -> str:
    return text.replace("DIWALI", code)


@dataclass(frozen=True)
class PullRequest:
    """A project whose commit `base` is applied; what is written after it is the pull request."""

    folder: Path
    cli: Cli

    def base(self, *texts: str, config: str = "") -> None:
        """Commit these files as the base, and apply them."""
        self.files(*texts)
        (self.folder / ".gitignore").write_text(IGNORED)
        self.configure(config)
        git(self.folder, "init", "--quiet", "--initial-branch=main")
        self.commit()
        git(self.folder, "tag", "base")
        ran = self.cli("apply", "--yes")
        assert 0 == ran.code, ran.err

    def tagged(self) -> None:
        """What stands here is the base from now on."""
        self.commit()
        git(self.folder, "tag", "--force", "base")

    def files(self, *texts: str) -> None:
        """These and no other files, each named by its code."""
        for old in (self.folder / "series").iterdir():
            old.unlink()
        for text in texts:
            code = text.split("seriesCode: ")[1].split("\n")[0]
            (self.folder / "series" / f"{code.lower()}.yaml").write_text(text)

    def configure(self, more: str) -> None:
        """The configuration, and more below it."""
        sandbox = 'default_target = "sandbox"\n[targets.sandbox]\nurl = "sandbox:'
        (self.folder / "reconciler.toml").write_text(f'{sandbox}{DATA}"\n{more}')

    def commit(self) -> str:
        """Commit everything."""
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--allow-empty", "-m", "a commit")
        return git(self.folder, "rev-parse", "HEAD")

    def live(self, code: str = "DIWALI", **fields: object) -> None:
        """Somebody edits a live series by hand."""
        with Store(DATA) as store:
            (one,) = [row["id"] for row in store.rows() if row["seriesCode"] == code]
            store.ui_edit(one, **fields)

    def values(self, name: str = "discountValue") -> dict[str, Any]:
        """What live has in a field, by code."""
        with Store(DATA) as store:
            return {row["seriesCode"]: row[name] for row in store.rows()}

    def plan(self, *options: str, against: str | None = "base") -> tuple[Ran, Any]:
        """Plan what stands here; how it ended, and the plan's JSON."""
        held = ("--against", against) if against else ()
        ran = self.cli("plan", "--format", "json", *held, *options)
        return ran, json.loads(ran.out)

    def asides(self, *options: str) -> list[Any]:
        """What moves without a change."""
        found: list[Any] = self.plan(*options)[1]["without_change"]
        return found


def rules(reasons: list[Any]) -> list[str]:
    """Which rules the reasons of a plan's JSON name."""
    return [why["rule"] for why in reasons]


def owned(plan: Any) -> dict[str, bool | None]:  # noqa: ANN401 - JSON
    """Whose each change is."""
    return {change["seriesCode"]: change["owned"] for change in plan["changes"]}


def blocked(plan: Any) -> dict[str, list[str]]:  # noqa: ANN401 - JSON
    """Which rules block each change."""
    return {change["seriesCode"]: rules(change["blocked"]) for change in plan["changes"]}


def kinds(asides: list[Any]) -> list[tuple[str, str]]:
    """What moves without a change, and where."""
    return [(one["kind"], one["seriesCode"]) for one in asides]


def shown(aside: Any) -> tuple[Any, ...]:  # noqa: ANN401 - JSON
    """What is said of it."""
    return tuple(aside[name] for name in ("kind", "path", "before", "after", "effect"))
