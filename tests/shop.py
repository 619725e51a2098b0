"""The world of the stories: a shop's repository on GitHub, its people, and its live series.

`world.open`, `push`, `approve`, `merge` and `live` are what people do; `plan`, `apply`, `by_hand`
and `drift` run the workflows that main has; `values`, `recorded`, `writes` and `comment` look.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deadly import serving
from github_server import GitHubServer
from machine import HERE
from repositories import isolate
from runner import Environment, Runner
from shop_origin import Origin
from shop_people import FORK, HOSTILE, MADE_UP, REPOSITORY, People, series
from triggers import Event

from reconciler.sandbox import Store
from reconciler.snapshot import HIDING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pytest
    from outcomes import JobRun, Run
    from shop_origin import Files

__all__ = ["FORK", "World", "opened", "outcomes", "secrets", "series", "steps", "target"]

KEY = "a-word-of-the-stories-that-signs-nothing-else"
LIVE = {"RECONCILER_USERNAME": "the-user", "RECONCILER_PASSWORD": "the-password-of-live"}
SIGNED = {**LIVE, "RECONCILER_APPROVAL_KEY": KEY}


@dataclass
class World(People):
    """All there is. A story may change `environments`."""

    folder: Path = field(kw_only=True)
    url: str = field(kw_only=True)  # of live
    environments: dict[str, Environment] = field(kw_only=True)
    runs: list[Run] = field(default_factory=list)

    def plan(self, number: int, approvers: Sequence[str] = ()) -> Run:
        """Run plan.yml for what happened to a pull request last."""
        self.origin.try_merge(number)
        change, head = self.changes[number], self.head(number)
        pull = {
            "number": number,
            "title": HOSTILE,
            "user": {"login": change.author},
            "head": {"ref": change.branch, "sha": head, "repo": {"full_name": change.home}},
            "base": {"ref": "main", "sha": self.origin.tip(), "repo": {"full_name": REPOSITORY}},
        }
        payload = {
            "action": change.action,
            "number": number,
            "pull_request": pull,
            "sender": {"login": change.by},
        }
        event = Event(
            "pull_request_target", payload, "refs/heads/main", self.origin.tip(), change.by
        )
        return self.run("plan", event, approvers=tuple(approvers))

    def apply(self, push: int = -1, attempt: int = 1, days: int = 0) -> Run:
        """Run apply.yml for a push to main, by default the last; so many days later, too."""
        found = self.pushes[push]
        payload = {"ref": "refs/heads/main", "after": found}
        event = Event("push", payload, "refs/heads/main", found)
        later: dict[str, Any] = {}
        if days:
            later = {
                "shims": {"reconciler": HERE / "shims" / "later.py"},
                "env": {"STAND_IN_DAYS": str(days)},
            }
        return self.run("apply", event, run_attempt=attempt, **later)

    def by_hand(self, approvers: Sequence[str] = ("sam",), **inputs: str) -> Run:
        """Run apply.yml by hand, on main."""
        event = self.dispatch({"target": "eu", **inputs})
        return self.run("apply", event, approvers=tuple(approvers))

    def drift(self, **inputs: str) -> Run:
        """Run drift.yml as its schedule does; by hand where there are inputs."""
        scheduled = Event("schedule", {}, "refs/heads/main", self.origin.tip())
        return self.run("drift", self.dispatch(inputs) if inputs else scheduled)

    def dispatch(self, inputs: Mapping[str, str]) -> Event:
        payload = {"inputs": dict(inputs), "ref": "refs/heads/main"}
        return Event(
            "workflow_dispatch", payload, "refs/heads/main", self.origin.tip(), inputs=inputs
        )

    def run(self, name: str, event: Event, **options: Any) -> Run:  # noqa: ANN401 - the runner's own
        """Run the workflow that main has, and look at what no run may do."""
        number = len(self.runs) + 1
        file = self.folder / f"{name}.yml"
        file.write_text(self.origin.text(f".github/workflows/{name}.yml", event.sha))
        done = Runner(
            file,
            event,
            self.origin.bare,
            self.folder / f"run-{number}",
            environments=self.environments,
            api_url=self.server.url,
            on_token=self.server.tokens.__setitem__,
            run_id=1000 + number,
            run_number=number,
            repository=REPOSITORY,
            **options,
        ).execute()
        self.server.tokens.clear()
        self.runs.append(done)
        assert [] == done.leaks
        assert [] == [one for one in done.commands if one.message.startswith(MADE_UP)]
        return done


def steps(job: JobRun) -> dict[str, int | None]:
    """The exit code of each step that ran a script, by name."""
    return {one.name: one.exit_code for one in job.steps if one.exit_code is not None}


def secrets(job: JobRun) -> dict[str, set[str]]:
    """Which secrets each step that runs a script is given, by name; nothing for the others."""
    given = {
        one.name: {name for name, value in job.secrets.items() if value in one.env.values()}
        for one in job.steps
    }
    return {name: found for name, found in given.items() if found}


def outcomes(run: Run, artifact: str = "apply-eu") -> dict[str, str]:
    """How each change of an apply ended, by code, as its report says."""
    report = json.loads((run.artifacts[artifact] / "apply.json").read_text())
    return {one["seriesCode"]: one["status"] for one in report["outcomes"]}


def target(url: str) -> str:
    """A configuration that has the target eu."""
    shows = f"reads_back = {json.dumps(HIDING)}"
    return f'default_target = "eu"\n[targets.eu]\nurl = "{url}"\n{shows}\n'


def environments() -> dict[str, Environment]:
    """What docs/ci.md has a team set up."""
    only = ("main",)
    return {
        "plan-eu": Environment(SIGNED, only),
        "apply-eu": Environment(SIGNED, only),
        "by-hand-eu": Environment(LIVE, only, reviewers=("sam",)),
        "forks-eu": Environment({}, only),
    }


@contextmanager
def opened(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: Files | None = None,
    *,
    recorded: bool = True,
) -> Iterator[World]:
    """A world whose main has these files; live has them too and the record says so, or nothing."""
    isolate(tmp_path, monkeypatch)
    files = series("DIWALI", "EID") if files is None else files
    with Store(tmp_path / "live.db") as store, serving(store) as live, GitHubServer() as server:
        origin = Origin.made(tmp_path, {"reconciler.toml": target(live.url), **files})
        world = World(
            origin,
            server,
            store,
            folder=tmp_path,
            url=live.url,
            environments=environments(),
            pushes=[origin.tip()],
        )
        if recorded:
            begin(origin.work)
            world.writes()
        yield world
        assert [] == server.strange
        assert [] == server.violations


def begin(work: Path) -> None:
    """Apply what main has for the first time, from somebody's own machine."""
    command = [sys.executable, "-m", "reconciler", "apply", "--yes", "--record"]
    subprocess.run(command, cwd=work, check=True, capture_output=True, env={**os.environ, **LIVE})
