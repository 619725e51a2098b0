"""What the tests of comments share: writing one, and what stands there then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from github_state import BOT
from merged import KEY, Shop

from reconciler.github.comment import Put, find, put
from reconciler.github.marker import Marker, comment, verified

BODY = "### Plan\n"
HOUR = timedelta(hours=1)


def putting(here: Shop, key: str | None = KEY, body: str = BODY, **changed: Any) -> Put:  # noqa: ANN401 - any of a marker's fields
    marker = here.marker(**changed)
    return put(here.github, find(here.github, marker, key), marker, body, key)


def texts(here: Shop, number: int = 7) -> list[str]:
    return [row.body for row in here.server.comments[number]]


def written(here: Shop, key: str = KEY) -> Marker:
    """What the one comment says."""
    (text,) = texts(here)
    found = verified(text, key)
    assert found is not None
    return found


def methods(here: Shop) -> list[str]:
    return [one.method for one in here.server.log]


def old(here: Shop, age: timedelta = HOUR, **changed: Any) -> Marker:  # noqa: ANN401 - any of a marker's fields
    """A comment from a while ago."""
    then = datetime.now(UTC).replace(microsecond=0) - age
    made = here.marker(**{"shown": then, "written": then, **changed})
    here.server.now = made.written
    row = here.server.comment(7, BOT, "")
    row.body = comment(replace(made, comment=row.id), BODY, KEY)
    here.server.now = None
    return made
