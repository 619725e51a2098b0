"""Signing in (API page, section 2): Basic with an MD5, or an OAuth token in its own header."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from typing import TYPE_CHECKING

import httpx

from reconciler.answers import check
from reconciler.errors import ApiError, SignInError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.config import Credentials

TOKEN_PATH = "/v3/oauth/token/generate"  # noqa: S105 - a path
TOKEN_HEADER = "X-CAP-API-OAUTH-TOKEN"  # noqa: S105 - a header's name
EARLY = 10.0  # seconds before its end at which a token is renewed


class SignIn:
    """Puts credentials into requests, and takes them out of everything that people see."""

    def __init__(
        self,
        credentials: Credentials,
        send: Callable[[str, httpx.Request], httpx.Response],
    ) -> None:
        """Keep the credentials; `send` makes a counted request of a kind."""
        self._send = send
        self._credentials = credentials
        self._lock = threading.Lock()
        self._token: str | None = None
        self._token_ends = 0.0
        name, secret = credentials.name.get_secret_value(), credentials.secret.get_secret_value()
        digest = hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest()
        self._basic = base64.b64encode(f"{name}:{digest}".encode()).decode()
        self._hidden = [secret, digest, self._basic] + [name] * (credentials.kind == "OAuth")

    def sign(self, request: httpx.Request) -> None:
        """Add the header that signs a request in; with OAuth, fetch a token when there is none."""
        if self._credentials.kind == "Basic":
            request.headers["Authorization"] = f"Basic {self._basic}"
        else:
            request.headers[TOKEN_HEADER] = self._fresh_token(request.url)

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

    def redact(self, text: str) -> str:
        """Replace every credential in a text."""
        for secret in self._hidden:
            text = text.replace(secret, "***")
        return text

    def _fresh_token(self, url: httpx.URL) -> str:
        with self._lock:
            if self._token is None or time.monotonic() > self._token_ends - EARLY:
                self._token, seconds = self._generate(url)
                self._token_ends = time.monotonic() + seconds
                self._hidden.append(self._token)
            return self._token

    def _generate(self, url: httpx.URL) -> tuple[str, float]:
        pair = {
            "key": self._credentials.name.get_secret_value(),
            "secret": self._credentials.secret.get_secret_value(),
        }
        request = httpx.Request("POST", url.copy_with(raw_path=TOKEN_PATH.encode()), json=pair)
        try:
            answer = check(self._send("sign_in", request), "signing in")
        except SignInError:
            raise
        except ApiError as error:
            if error.status is None:
                raise
            message = self.redact(f"signing in failed: {error}")
            raise SignInError(message, status=error.status, code=error.code) from None
        data = answer.get("data") if isinstance(answer, dict) else None
        token = data.get("accessToken") if isinstance(data, dict) else None
        seconds = data.get("ttlSeconds", 300) if isinstance(data, dict) else 0
        if not isinstance(token, str) or not token:
            message = "signing in brought no token; are the key and secret right?"
            raise SignInError(message)
        return token, float(seconds) if isinstance(seconds, int | float) else 300.0
