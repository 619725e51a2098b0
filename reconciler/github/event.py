"""What GitHub tells a workflow's step: where it runs, which run it is, for which pull request."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.errors import UsageError
from reconciler.github.site import Site
from reconciler.render.links import Links

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

API = "https://api.github.com"
_MADE = frozenset({"opened", "reopened", "synchronize"})  # whoever sends these answers for the head
_PUSHED = "synchronize"
_NAME = re.compile(r"[0-9A-Za-z]{1,64}")  # of a commit: nothing that a URL or git could misread


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a workflow. `page` is where people see it, "" outside of GitHub."""

    site: Site
    number: int
    attempt: int
    page: str
    branch: str  # that the run is for; "" where GitHub does not say

    def links(self, commit: str | None, prefix: str | None, folder: Path) -> Links | None:
        """Where GitHub shows the files of a commit; None where nobody knows."""
        repository, _, _ = self.page.rpartition("/actions/runs/")
        return Links.at(repository, commit, prefix, str(folder))

    @property
    def files(self) -> str:
        """Where all of it is, for who reads a part."""
        return f"the files of the run {self.page}" if self.page else "the files of this run"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The pull request of an event, as it was then. `pusher` made its head, where the event tells.

    `fork`: its files come from another repository. `base_sha` is the tip of the branch it is for.
    `unclear`: GitHub does not say who made it, or a bot pushed on top of what others made.
    """

    number: int
    head: str
    author: str
    pusher: str
    fork: bool
    base_sha: str | None
    base_ref: str
    unclear: bool = False
    authors: tuple[str, ...] = ()  # who opened it, and who made its head: logins, and "id:7"


def run_of(environment: Mapping[str, str]) -> Run:
    """The run that GITHUB_… variables tell of. Raise UsageError naming the one that is missing."""
    repository = environment.get("GITHUB_REPOSITORY", "")
    if not repository:
        raise UsageError(
            "GITHUB_REPOSITORY is not set: this command runs in a workflow of GitHub, or with"
            " GITHUB_REPOSITORY=OWNER/NAME and GITHUB_TOKEN"
        )
    site = Site(
        environment.get("GITHUB_API_URL") or API, repository, environment.get("GITHUB_TOKEN", "")
    )
    server, run_id = environment.get("GITHUB_SERVER_URL"), environment.get("GITHUB_RUN_ID")
    return Run(
        site,
        _number(environment, "GITHUB_RUN_NUMBER"),
        _number(environment, "GITHUB_RUN_ATTEMPT"),
        f"{server}/{repository}/actions/runs/{run_id}" if server and run_id else "",
        environment.get("GITHUB_REF_NAME", ""),
    )


def _number(environment: Mapping[str, str], name: str) -> int:
    text = environment.get(name) or "1"
    if not (text.isascii() and text.isdigit()):
        raise UsageError(f"{name} is no number")
    return int(text)


def pull_request(environment: Mapping[str, str]) -> PullRequest:
    """The pull request of the event in GITHUB_EVENT_PATH. Raise UsageError where there is none."""
    path = environment.get("GITHUB_EVENT_PATH", "")
    try:
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123 - a name from the environment
            event = json.load(stream)
    except (OSError, ValueError):
        raise UsageError(
            "GITHUB_EVENT_PATH names no event: this command runs in a workflow that a pull request"
            " triggers"
        ) from None
    found = event.get("pull_request") if isinstance(event, dict) else None
    if not isinstance(found, dict):
        raise UsageError("the event is of no pull request: run this on pull_request_target")
    try:
        return _read(event, found)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UsageError("the event's pull request has no number or no head") from None


def _read(event: Mapping[str, Any], found: Mapping[str, Any]) -> PullRequest:
    head, base = found["head"], found.get("base") or {}
    number = found.get("number", event.get("number"))
    if type(number) is not int or not _NAME.fullmatch(head["sha"]):
        raise ValueError
    repositories = [(side.get("repo") or {}).get("full_name") for side in (head, base)]
    action, sender = event.get("action"), event.get("sender")
    pusher = _login(sender) if action in _MADE else ""
    of_bot = isinstance(sender, dict) and sender.get("type") == "Bot"
    bot = of_bot and (action == _PUSHED or pusher != _login(found.get("user")))
    return PullRequest(
        number,
        head["sha"],
        _login(found.get("user")),
        pusher,
        repositories[0] is None or repositories[0] != repositories[1],
        base.get("sha"),
        base.get("ref") or "",
        not pusher or bot,
        (*_names(found.get("user")), *(_names(sender) if pusher else ())),
    )


def known_by(login: str, number: int | None) -> tuple[str, ...]:
    """What an account is known by: its login, and its id, which stays when the login changes."""
    return (*((login.casefold(),) if login else ()), *(() if number is None else (f"id:{number}",)))


def _names(user: object) -> tuple[str, ...]:
    number = user.get("id") if isinstance(user, dict) else None
    return known_by(_login(user), number if type(number) is int else None)


def _login(user: object) -> str:
    login = user.get("login") if isinstance(user, dict) else None
    return login if isinstance(login, str) else ""
