"""What the tests of approvals share: a repository, and its pull requests on the stand-in."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from github_desk import ALL, NOON, TOKEN, opened
from github_server import GitHubServer
from github_state import BOT, number_of
from pullrequest import IGNORED, QUIET
from repositories import git, isolate

from reconciler.config import Target
from reconciler.github.marker import Marker, comment
from reconciler.github.reviewed import Asked, approvals
from reconciler.limiter import REAL
from reconciler.record import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pytest
    from github_state import CommentRow

    from reconciler.github.rest import GitHub
    from reconciler.github.reviewed import Rejection

KEY = "a stand-in for the key that signs comments"
OTHER_KEY = "a stand-in for a key that signs other comments"
REPOSITORY = "shop/coupons"
DIGEST, ANOTHER = "sha256:" + "d" * 64, "sha256:" + "e" * 64
AUTHOR, REVIEWER = "priya", "asha"
TARGET = Target("sandbox", "sandbox:none", ZoneInfo("UTC"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEN, TWENTY = QUIET, QUIET.replace("Value: 10", "Value: 20")


def person(login: str, was: str | None = None) -> dict[str, Any]:
    """Somebody, as an event names them; `was`: whose account it is by now."""
    return {"login": login, "type": "User", "id": number_of(was or login)}


@dataclass
class Shop:
    """A repository, what GitHub knows of it, and the time. Open it with `shop` or `shop_now`."""

    folder: Path
    server: GitHubServer
    github: GitHub
    monkeypatch: pytest.MonkeyPatch
    heads: dict[int, str] = field(default_factory=dict)

    def at(self, moment: datetime) -> None:
        """It is that time, for git and for GitHub."""
        self.server.now = moment
        for name in ("GIT_COMMITTER_DATE", "GIT_AUTHOR_DATE"):
            self.monkeypatch.setenv(name, moment.isoformat())

    def later(self, by: timedelta) -> None:
        self.at(self.server.time() + by)

    def write(self, files: Mapping[str, str | None]) -> None:
        """Files below series/ by name; None takes one away."""
        for name, text in files.items():
            file = self.folder / "series" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)
            if text is not None:
                file.write_text(text, encoding="utf-8")

    def commit(self, files: Mapping[str, str | None]) -> str:
        """Commit files where we are."""
        self.write(files)
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--allow-empty", "-m", "a commit")
        return git(self.folder, "rev-parse", "HEAD")

    def open(self, number: int, *commits: Mapping[str, str | None], author: str = AUTHOR) -> str:
        """Open a pull request of commits on what main is; its head."""
        git(self.folder, "checkout", "--quiet", "-b", f"change-{number}", "main")
        self.heads[number] = [self.commit(files) for files in commits][-1]
        git(self.folder, "checkout", "--quiet", "main")
        self.server.add_pull(number, author, self.heads[number])
        return self.heads[number]

    def push(self, number: int, files: Mapping[str, str | None]) -> str:
        """One more commit of a pull request."""
        git(self.folder, "checkout", "--quiet", f"change-{number}")
        self.heads[number] = self.commit(files)
        git(self.folder, "checkout", "--quiet", "main")
        self.server.push(number, self.heads[number])
        return self.heads[number]

    def marker(self, number: int = 7, **changed: Any) -> Marker:  # noqa: ANN401 - any of its fields
        """What the comment of a pull request says of it now."""
        now = self.server.time()
        usual: dict[str, Any] = {
            "repository": REPOSITORY,
            "number": number,
            "head": self.heads[number],
            "base": git(self.folder, "rev-parse", "main"),
            "target": "sandbox",
            "run": 1,
            "attempt": 1,
            "shown": now,
            "written": now,
            "authors": (AUTHOR,),
            "changes": {"DIWALI": DIGEST},
        }
        return Marker(**{**usual, **changed})

    def show(
        self,
        number: int = 7,
        key: str | None = KEY,
        author: str = BOT,
        **changed: Any,  # noqa: ANN401 - any of a marker's fields
    ) -> CommentRow:
        """The workflow comments on a pull request."""
        row = self.server.comment(number, author, "")
        marker = self.marker(number, **{"comment": row.id, **changed})
        row.body = comment(marker, "DIWALI 10% → 20%\n", key)
        return row

    def merge(self, number: int = 7, how: str = "merge") -> list[str]:
        """Merge a pull request, one commit for each of the branch or for all; what main gained."""
        before, branch = git(self.folder, "rev-parse", "main"), f"change-{number}"
        if how == "merge":
            git(self.folder, "merge", "--quiet", "--no-ff", "-m", "merge", branch)
        elif how == "squash":
            git(self.folder, "merge", "--quiet", "--squash", branch)
            git(self.folder, "commit", "--quiet", "-m", "squashed")
        else:
            git(self.folder, "cherry-pick", f"{before}..{branch}")
        made = git(self.folder, "rev-list", "--reverse", f"{before}..main").split()
        self.server.merge(number, made, made[-1])
        return made

    def asked(self, **changed: Any) -> Asked:  # noqa: ANN401 - any of its fields
        usual: dict[str, Any] = {
            "repository": REPOSITORY,
            "series": self.folder / "series",
            "target": TARGET,
            "branch": "main",
            "key": KEY,
            "require_approval": True,
            "record": EMPTY,
            "since": None,
            "now": self.server.time(),
        }
        return Asked(**{**usual, **changed})

    def judged(self, **changed: Any) -> tuple[dict[int, dict[str, str]], list[Rejection]]:  # noqa: ANN401 - any of what is asked
        """The digests that are approved, by pull request and code, and what is not."""
        found, rejected = approvals(self.asked(**changed), self.github)
        return {one.number: dict(one.digests) for one in found}, rejected

    # --- for the command line ------------------------------------------------------------------

    def event(self, number: int = 7, *, action: str = "opened", **changed: Any) -> None:  # noqa: ANN401 - any of a pull request's fields
        """The event that the next step is for."""
        pull = {
            "number": number,
            "user": person(AUTHOR),
            "head": {"sha": self.heads[number], "repo": {"full_name": REPOSITORY}},
            "base": {
                "ref": "main",
                "sha": git(self.folder, "rev-parse", "main"),
                "repo": {"full_name": REPOSITORY},
            },
        }
        sender = changed.pop("sender", person(AUTHOR))
        event = {"action": action, "sender": sender, "pull_request": {**pull, **changed}}
        (self.folder / "event.json").write_text(json.dumps(event), encoding="utf-8")

    @contextmanager
    def merge_result(self, number: int = 7) -> Iterator[str]:
        """Check out what merging a pull request would give, as GitHub tries it."""
        git(self.folder, "checkout", "--quiet", "--detach", "main")
        git(self.folder, "merge", "--quiet", "--no-ff", "-m", "tried", self.heads[number])
        yield git(self.folder, "rev-parse", "HEAD")
        git(self.folder, "checkout", "--quiet", "main")

    def numbered(self, run: int, attempt: int = 1) -> None:
        """The next step is of that run."""
        self.monkeypatch.setenv("GITHUB_RUN_NUMBER", str(run))
        self.monkeypatch.setenv("GITHUB_RUN_ATTEMPT", str(attempt))


@contextmanager
def shop(
    folder: Path, monkeypatch: pytest.MonkeyPatch, now: datetime | None = NOON
) -> Iterator[Shop]:
    """One series on main, since a month ago. Without `now` it is the real time."""
    isolate(folder, monkeypatch)
    said: list[tuple[str, int]] = []
    with GitHubServer(now=now, tokens={TOKEN: ALL}) as server, opened(server, said, REAL) as github:
        made = Shop(folder, server, github, monkeypatch)
        if now:
            made.at(now - DAY * 30)
        git(folder, "init", "--quiet", "--initial-branch=main")
        (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
        made.commit({"diwali.yaml": TEN})
        if now:
            made.at(now)
        yield made
        assert [] == server.violations
        assert [] == server.strange


@contextmanager
def shop_now(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The same for the command line, in a step of a workflow."""
    for name in ("REF_NAME", "SERVER_URL", "RUN_ID", "STEP_SUMMARY", "OUTPUT", "ACTOR"):
        monkeypatch.delenv(f"GITHUB_{name}", raising=False)
    with shop(project, monkeypatch, now=None) as made:
        monkeypatch.setenv("GITHUB_API_URL", made.server.url)
        monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_EVENT_PATH", str(project / "event.json"))
        monkeypatch.setenv("RECONCILER_APPROVAL_KEY", KEY)
        made.numbered(1)
        yield made
