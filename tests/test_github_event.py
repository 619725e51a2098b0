"""What GitHub tells a step: which run, which pull request, and who made its head."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import UsageError
from reconciler.github.event import PullRequest, known_by, pull_request, run_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEAD = "a" * 40
PRIYA = {"login": "priya", "type": "User", "id": 1}
ASHA = {"login": "Asha", "type": "User", "id": 2}
ROBOT = {"login": "format[bot]", "type": "Bot", "id": 3}
HERE, FORK = {"full_name": "shop/coupons"}, {"full_name": "mallory/coupons"}


def read(tmp_path: Path, action: str = "opened", sender: Any = PRIYA, **pull: Any) -> PullRequest:  # noqa: ANN401 - any JSON
    usual = {
        "number": 7,
        "user": PRIYA,
        "head": {"sha": HEAD, "repo": HERE},
        "base": {"sha": "b" * 40, "ref": "main", "repo": HERE},
    }
    event = {"action": action, "sender": sender, "pull_request": {**usual, **pull}}
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event))
    return pull_request({"GITHUB_EVENT_PATH": str(file)})


@pytest.mark.parametrize("head", [HERE, FORK, None], ids=["here", "a fork", "a fork that is gone"])
def test_a_pull_request_is_read(tmp_path: Path, head: object) -> None:
    found = read(tmp_path, head={"sha": HEAD, "repo": head})

    fork, who = head is not HERE, ("priya", "id:1", "priya", "id:1")
    assert found == PullRequest(
        7, HEAD, "priya", "priya", fork, "b" * 40, "main", unclear=False, authors=who
    )


OWN = ("priya", "id:1")
BOTH = (*OWN, "asha", "id:2")
BOT_TOO = (*OWN, "format[bot]", "id:3")
WHO: dict[str, tuple[str, Any, tuple[str, ...], bool]] = {
    "opened by its author": ("opened", PRIYA, OWN, False),
    "opened by somebody else": ("opened", ASHA, BOTH, False),
    "pushed by its author": ("synchronize", PRIYA, OWN, False),
    "pushed by somebody else": ("synchronize", ASHA, BOTH, False),
    "reopened with what was pushed meanwhile": ("reopened", ASHA, BOTH, False),
    "pushed by a bot on top of others": ("synchronize", ROBOT, BOT_TOO, True),
    "opened by a bot for somebody": ("opened", ROBOT, BOT_TOO, True),
    "reopened by a bot": ("reopened", ROBOT, BOT_TOO, True),
    "another event": ("labeled", ASHA, OWN, True),
    "nobody sent it": ("synchronize", None, OWN, True),
    "a sender that is none": ("opened", 5, OWN, True),
    "a sender without a name": ("opened", {"type": "User", "id": 2}, OWN, True),
    "an id that is none": ("opened", {"login": "asha", "id": True}, (*OWN, "asha"), False),
}


@pytest.mark.parametrize(("action", "sender", "made_it", "unclear"), WHO.values(), ids=WHO)
def test_who_made_a_head_cannot_approve_it(
    tmp_path: Path, action: str, sender: object, made_it: tuple[str, ...], *, unclear: bool
) -> None:
    found = read(tmp_path, action, sender)

    assert (made_it, unclear) == (tuple(dict.fromkeys(found.authors)), found.unclear)


def test_what_a_bot_opened_itself_is_clear(tmp_path: Path) -> None:
    found = read(tmp_path, "opened", ROBOT, user=ROBOT)

    assert ({"format[bot]", "id:3"}, False) == (set(found.authors), found.unclear)


@pytest.mark.parametrize(
    ("login", "number", "names"),
    [
        ("Priya", 1, ("priya", "id:1")),
        ("priya", None, ("priya",)),
        ("", 1, ("id:1",)),
        ("", None, ()),
    ],
    ids=["both", "a login alone", "an id alone", "an account that is gone"],
)
def test_an_account_is_known_by_its_login_and_its_id(
    login: str, number: int | None, names: tuple[str, ...]
) -> None:
    assert names == known_by(login, number)


def test_a_run_is_read_from_the_environment() -> None:
    found = run_of(
        {
            "GITHUB_REPOSITORY": "shop/coupons",
            "GITHUB_TOKEN": "t",
            "GITHUB_SERVER_URL": "https://github.test",
            "GITHUB_RUN_ID": "99",
            "GITHUB_RUN_NUMBER": "12",
            "GITHUB_RUN_ATTEMPT": "3",
            "GITHUB_REF_NAME": "main",
        }
    )

    assert (12, 3, "main") == (found.number, found.attempt, found.branch)
    assert "https://github.test/shop/coupons/actions/runs/99" == found.page
    assert "https://api.github.com" == found.site.api_url


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "GITHUB_REPOSITORY is not set"),
        ({"GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_NUMBER": "x"}, "GITHUB_RUN_NUMBER is no number"),
        (
            {"GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ATTEMPT": "²"},
            "GITHUB_RUN_ATTEMPT is no number",
        ),
    ],
    ids=["nowhere", "no number", "another digit"],
)
def test_what_is_missing_is_named(environment: Mapping[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        run_of(environment)
