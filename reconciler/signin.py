"""Signing in (API page, section 2): Basic with an MD5, or an OAuth token in its own header."""

from __future__ import annotations

import base64
import hashlib
import math
import re
import threading
import time
from typing import TYPE_CHECKING, Any

from reconciler.answers import check
from reconciler.errors import SOME_OF_IT, ApiError, SignInError, UnreachableError
from reconciler.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from reconciler.config import Credentials

TOKEN_PATH = "/v3/oauth/token/generate"  # noqa: S105 - a path
TOKEN_HEADER = "X-CAP-API-OAUTH-TOKEN"  # noqa: S105 - a header's name
EARLY = 10.0  # seconds before its end at which a token is renewed
USUAL = 300.0  # seconds that a token is good for, at least
_HEADER = re.compile(r"[!-~]+")  # what a header can carry


class SignIn:
    """Puts credentials into requests, and takes them out of everything that people see."""

    def __init__(
        self,
        credentials: Credentials,
        ask: Callable[[dict[str, str]], httpx.Response],
        clock: Callable[[], float] = time.monotonic,
        redactor: Redactor | None = None,
        persist: Callable[[Callable[[], Any]], Any] = lambda call: call(),
    ) -> None:
        """Keep the credentials; `ask` posts a key and a secret to TOKEN_PATH, `persist` makes that
        call until it is through, `redactor` learns what must not be seen.
        """
        self._ask, self._clock, self._persist = ask, clock, persist
        self._redactor = redactor or Redactor()
        self._credentials = credentials
        self._lock = threading.Lock()
        self._token: str | None = None
        self._renew_at = 0.0
        name, secret = credentials.name.get_secret_value(), credentials.secret.get_secret_value()
        digest = hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest()
        self._basic = base64.b64encode(f"{name}:{digest}".encode()).decode()
        self._redactor.add(secret, digest, self._basic.rstrip("="))
        if credentials.kind == "OAuth":
            self._redactor.add(name)

    def sign(self, request: httpx.Request) -> None:
        """Add the header that signs a request in; with OAuth, fetch a token when there is none.

        Raises UnreachableError, and SignInError for everything else that goes wrong.
        """
        if self._credentials.kind == "Basic":
            request.headers["Authorization"] = f"Basic {self._basic}"
        else:
            request.headers[TOKEN_HEADER] = self._fresh_token()

    def renew(self, request: httpx.Request) -> bool:
        """After a 401: sign with a new token. False when there is nothing to renew."""
        if self._credentials.kind == "Basic":
            return False
        refused = request.headers[TOKEN_HEADER]
        with self._lock:
            if self._token == refused:
                self._token = None
        self.sign(request)
        return True

    def over(self, request: httpx.Request) -> bool:
        """Whether the token that signs a request has come to its end."""
        return TOKEN_HEADER in request.headers and self._clock() >= self._renew_at

    def redact(self, text: str) -> str:
        """Replace every credential in a text."""
        return self._redactor.hide(text)

    def _fresh_token(self) -> str:
        with self._lock:
            if self._token is None or self._clock() >= self._renew_at:
                self._token, seconds = self._generate()
                self._renew_at = self._clock() + seconds - min(EARLY, seconds / 2)
            return self._token

    def _generate(self) -> tuple[str, float]:
        pair = {
            "key": self._credentials.name.get_secret_value(),
            "secret": self._credentials.secret.get_secret_value(),
        }
        try:
            what = f"POST {TOKEN_PATH}"
            answer = self._persist(lambda: check(self._ask(pair), what, self.redact))
        except UnreachableError:
            raise
        except ApiError as error:  # whatever was to be signed has not been sent
            message = f"signing in failed: {error}"
            status = None if error.status == SOME_OF_IT else error.status
            raise SignInError(
                message, status=status, code=error.code, request_id=error.request_id
            ) from None
        data = answer.get("data") if isinstance(answer, dict) else None
        token = data.get("accessToken") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(token, str) or not _HEADER.fullmatch(token):
            message = "signing in brought no token; are the key and secret right?"
            raise SignInError(message)
        self._redactor.add(token)
        return token, _lifetime(data.get("ttlSeconds"))


def _lifetime(raw: Any) -> float:  # noqa: ANN401 - any JSON
    """The seconds that a token is good for; the fewest usual ones where an answer names none."""
    try:
        seconds = float(raw)
    except (TypeError, ValueError, OverflowError):
        return USUAL
    return seconds if 0 < seconds < math.inf else USUAL
