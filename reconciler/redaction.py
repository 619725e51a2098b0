"""Credentials by value, and the one place that takes them out of whatever people get to see."""

from __future__ import annotations

import re
import threading
from typing import Any

HIDDEN = "***"
# A shorter secret would be found in half of all words; in what the API says it is hidden anyway.
SHORTEST_IN_OUTPUT = 4
_DIGEST = re.compile(r"[0-9A-Fa-f]{32}")  # an MD5, which means the same in either case


class Redactor:
    """The credentials of one run. All output and all error bodies pass through it."""

    def __init__(self) -> None:
        self._secrets: tuple[str, ...] = ()
        self._lock = threading.Lock()

    def add(self, *secrets: str) -> None:
        """Learn more credentials; several threads may."""
        spelled = {form for secret in filter(None, secrets) for form in _spellings(secret)}
        with self._lock:
            known = {*self._secrets, *spelled}
            self._secrets = tuple(sorted(known, key=len, reverse=True))  # one may hold another

    def forget(self) -> None:
        """Begin another run."""
        with self._lock:
            self._secrets = ()

    def hide(self, text: str, shortest: int = 1) -> str:
        """Replace every credential of at least so many characters in a text."""
        for secret in self._secrets:
            if len(secret) >= shortest:
                text = text.replace(secret, HIDDEN)
        return text

    def output(self, text: str) -> str:
        """A text as people may see it."""
        return self.hide(text, SHORTEST_IN_OUTPUT)

    def document(self, found: Any) -> Any:  # noqa: ANN401 - any JSON
        """A JSON document as people may see it: its shape and its numbers stay as they are."""
        if isinstance(found, str):
            return self.output(found)
        if isinstance(found, dict):
            return {key: self.document(value) for key, value in found.items()}
        return [self.document(item) for item in found] if isinstance(found, list) else found

    def stands_in(self, found: object) -> bool:
        """Whether a credential stands in a JSON document, in a text or in a key."""
        if isinstance(found, str):
            return self.output(found) != found
        if isinstance(found, dict):
            return any(self.stands_in(part) for pair in found.items() for part in pair)
        return isinstance(found, list) and any(map(self.stands_in, found))


def _spellings(secret: str) -> set[str]:
    """A credential as it is, and as it stands inside of JSON text or of a URL."""
    import json
    from urllib.parse import quote, quote_plus

    in_json = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    in_url = {quote(secret, safe=safe, errors="replace") for safe in ("", "/")}
    in_url.add(quote_plus(secret, errors="replace"))
    cases = {secret.lower(), secret.upper()} if _DIGEST.fullmatch(secret) else set()
    return {secret} | in_json | in_url | cases
