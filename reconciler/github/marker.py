"""What a pull request's comment says to the tool itself: which changes it shows, signed.

A marker stands at the begin of the comment and is signed together with all text below it. It holds
facts that are public; who has the key alone can make one that verifies.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.github.event import PullRequest, Run

SCHEME = b"reconciler/marker/1"
_SHORT = 16  # bytes of a digest: enough, and all there is room for where there are many
_WHOLE = 32
_MANY = 200  # changes from which on digests are cut
_PREFIX = "sha256:"
SLACK = timedelta(minutes=2)  # between the writing of a comment and GitHub's word for it
_PARTS = re.compile(r"<!-- reconciler:plan:(\S*) ([A-Za-z0-9_=-]+)\.([A-Za-z0-9_=-]+) -->(?:\n|$)")
_UNSIGNED = "unsigned"
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "repository": str,
    "number": int,
    "head": str,
    "base": (str, type(None)),
    "target": str,
    "run": int,
    "attempt": int,
    "authors": list,
    "codes": list,
    "strict": bool,
    "forgotten": bool,
    "comment": (int, type(None)),
}
_LATER: Mapping[str, Any] = {"forgotten": False, "comment": None}  # than the first markers


@dataclass(frozen=True, slots=True)
class Marker:
    """What a comment shows. `changes` holds the digest of each change that it may approve, by code:
    whole, or of many changes the first 128 bits. `shown` is since when it shows just these for this
    head, `written` when it was written. `authors` made the pull request and its head:
    their logins, and their ids ("id:7") for who changes a login. `forgotten`: nobody knows any
    more who made earlier heads. `comment` is the id of the comment that it stands in, so that a
    copy counts nowhere; None until GitHub has given one.
    """

    repository: str
    number: int
    head: str
    base: str | None
    target: str
    run: int
    attempt: int
    shown: datetime
    written: datetime
    authors: tuple[str, ...]
    changes: Mapping[str, str]
    strict: bool = True  # somebody else had to approve when it was shown
    forgotten: bool = False
    comment: int | None = None

    @property
    def order(self) -> tuple[int, int]:
        """Later runs are greater."""
        return self.run, self.attempt

    def is_untouched(self, updated_at: datetime) -> bool:
        """Whether its comment, which GitHub says was updated then, is as it was written. One that
        was edited and put back verifies, and nobody knows what was read in between.
        """
        return updated_at <= self.written + SLACK

    def shows_no_more_than(self, other: Marker) -> bool:
        """Whether all that it shows was shown by another, for the same head. Against which commit
        does not matter: a digest holds all that files and live have to do with a change.
        """
        return self.head == other.head and all(
            other.changes.get(code) == digest for code, digest in self.changes.items()
        )


def marked(  # noqa: PLR0913 - a marker says all of this
    run: Run,
    pull: PullRequest,
    target: str,
    *,
    strict: bool,
    base: str | None = None,
    changes: Mapping[str, str] | None = None,
) -> Marker:
    """The marker of what a run says now of a pull request; without changes it approves nothing."""
    now = datetime.now(UTC).replace(microsecond=0)
    return Marker(
        repository=run.site.repository,
        number=pull.number,
        head=pull.head,
        base=base,
        target=target,
        run=run.number,
        attempt=run.attempt,
        shown=now,
        written=now,
        authors=pull.authors,
        changes=changes or {},
        strict=strict,
    )


def prefix(target: str) -> str:
    """How the comment of a target begins."""
    return f"<!-- reconciler:plan:{quote(target, safe='')} "


def comment(marker: Marker, body: str, key: str | None) -> str:
    """The whole comment: the marker, signed where there is a key, and the text that it is about."""
    payload = _packed(marker)
    mac = _mac(payload, body, key) if key else _UNSIGNED
    return f"{prefix(marker.target)}{payload}.{mac} -->\n{body}"


def verified(text: str, key: str) -> Marker | None:
    """The marker of a comment, where it and all the text below it are as they were signed."""
    found = _PARTS.match(text)
    if not found:
        return None
    _, payload, mac = found.groups()
    if not hmac.compare_digest(mac, _mac(payload, text[found.end() :], key)):
        return None
    made = _unpacked(payload)
    return made if text.startswith(prefix(made.target)) else None


def claimed(text: str) -> Marker | None:
    """The marker of a comment as it says itself, for what nobody's money depends on."""
    found = _PARTS.match(text)
    try:
        return _unpacked(found.group(2)) if found and len(text) < _MANY * 1000 else None
    except (
        ArithmeticError,
        LookupError,
        OSError,
        RecursionError,
        TypeError,
        ValueError,
        zlib.error,
    ):
        return None


def cut(digest: str) -> str:
    """A digest in the length that markers of many changes have."""
    return digest[: len(_PREFIX) + 2 * _SHORT]


def digests(changes: Mapping[str, str]) -> dict[str, str]:
    """The digests of changes as a marker holds them, by code."""
    many = len(changes) > _MANY
    return {code: cut(one) if many else one for code, one in sorted(changes.items())}


def _mac(payload: str, body: str, key: str) -> str:
    # Blanks at the end of a line are nothing, and a browser sends CRLF for each.
    told = "\n".join(line.rstrip(" \t\r") for line in body.split("\n")).strip("\n")
    content = b"\0".join([SCHEME, payload.encode(), told.encode("utf-8", "surrogatepass")])
    return _spelled(hmac.digest(key.encode(), content, hashlib.sha256))


def _packed(marker: Marker) -> str:
    raw = [bytes.fromhex(one.removeprefix(_PREFIX)) for one in marker.changes.values()]
    about = {
        "repository": marker.repository,
        "number": marker.number,
        "head": marker.head,
        "base": marker.base,
        "target": marker.target,
        "run": marker.run,
        "attempt": marker.attempt,
        "shown": marker.shown.timestamp(),
        "written": marker.written.timestamp(),
        "authors": list(marker.authors),
        "strict": marker.strict,
        "forgotten": marker.forgotten,
        "comment": marker.comment,
        "width": len(raw[0]) if raw else _WHOLE,
        "codes": list(marker.changes),
    }
    told = zlib.compress(json.dumps(about, separators=(",", ":")).encode(), 9)
    return _spelled(len(told).to_bytes(4, "big") + told + b"".join(raw))


def _unpacked(payload: str) -> Marker:
    raw = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    size = int.from_bytes(raw[:4], "big")
    about: dict[str, Any] = {**_LATER, **json.loads(_inflated(raw[4 : 4 + size]))}
    held, width = raw[4 + size :], about["width"]
    texts = (*about["authors"], *about["codes"])
    odd = any(not isinstance(about[key], kind) for key, kind in _KINDS.items())
    if odd or width not in {_SHORT, _WHOLE} or not all(isinstance(one, str) for one in texts):
        raise ValueError
    pieces = [held[at : at + width] for at in range(0, len(held), width)]
    return Marker(
        about["repository"],
        about["number"],
        about["head"],
        about["base"],
        about["target"],
        about["run"],
        about["attempt"],
        datetime.fromtimestamp(about["shown"], UTC),
        datetime.fromtimestamp(about["written"], UTC),
        tuple(about["authors"]),
        {
            code: f"{_PREFIX}{piece.hex()}"
            for code, piece in zip(about["codes"], pieces, strict=True)
        },
        about["strict"],
        about["forgotten"],
        about["comment"],
    )


def _inflated(packed: bytes) -> bytes:
    """What was packed, of a bounded size: not everything that is read was written here."""
    opener = zlib.decompressobj()
    told = opener.decompress(packed, 1 << 20)
    if not opener.eof:
        raise ValueError
    return told


def _spelled(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
