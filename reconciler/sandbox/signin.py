"""Signing in (API page, section 2): Basic with the MD5 of a password, or a token.

Any user and any key are good: the form is what a caller can get wrong.
"""

from __future__ import annotations

import base64
import re
import secrets
import time
from typing import TYPE_CHECKING, Any, Final

from reconciler.sandbox.errors import NOT_SIGNED_IN, RefusalError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.sandbox.store import Store

_TOKEN_HEADER: Final = "X-CAP-API-OAUTH-TOKEN"  # noqa: S105 - the name of a header
_MD5_HEX: Final = re.compile(r"[0-9a-f]{32}")


def generate_token(store: Store, body: object) -> dict[str, Any]:
    """Answer `POST /v3/oauth/token/generate`: a new token for any key and secret, not empty."""
    given = body if isinstance(body, dict) else {}
    if not all(isinstance(given.get(part), str) and given[part] for part in ("key", "secret")):
        raise RefusalError(NOT_SIGNED_IN, "Invalid key or secret")
    token, seconds = secrets.token_hex(16), store.behaviour.token_ttl
    store.add_token(token, time.time() + seconds)
    return {"data": {"accessToken": token, "ttlSeconds": seconds}, "errors": None}


def check(store: Store, headers: Mapping[str, str]) -> None:
    """Refuse a request that is signed in neither way. A token that is sent counts, good or bad."""
    token = headers.get(_TOKEN_HEADER)
    if token is not None:
        if store.token_ends(token) <= time.time():
            raise RefusalError(NOT_SIGNED_IN, "Invalid or expired access token")
    elif not _is_basic(headers.get("Authorization", "")):
        raise RefusalError(NOT_SIGNED_IN, "Authentication failed")


def is_good(store: Store, headers: Mapping[str, str]) -> bool:
    """Tell whether `check` passes."""
    try:
        check(store, headers)
    except RefusalError:
        return False
    return True


def _is_basic(header: str) -> bool:
    """Tell whether this is `Basic base64(user:md5hex(password))`."""
    scheme, _, encoded = header.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return False
    return scheme.lower() == "basic" and user != "" and _MD5_HEX.fullmatch(password) is not None
