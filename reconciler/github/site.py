"""Where a repository is, and what signs in there."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

import httpx

from reconciler.errors import GitHubError

_REPOSITORY = re.compile(r"[A-Za-z0-9_-]{1,100}/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?|[0-9a-f:.]+:[0-9a-f:.]*")
_TOKEN = re.compile(r"[!-~]+")  # what a header can carry


@dataclass(frozen=True, slots=True)
class Site:
    """One repository ("owner/name") on one host, and what signs in there."""

    api_url: str
    repository: str
    token: str

    def __repr__(self) -> str:
        """Without the token, which a traceback would show."""
        return f"Site({self.api_url!r}, {self.repository!r})"


def address(site: Site) -> httpx.URL:
    """The repository's URL. Raise GitHubError for what would send the token in the clear, or
    nowhere.
    """
    if not site.token:
        message = "GITHUB_TOKEN is not set: set it to ${{ github.token }} in the workflow's step"
        raise GitHubError(message)
    if not _TOKEN.fullmatch(site.token):
        message = "GITHUB_TOKEN holds a blank or a character that no token has: set it anew"
        raise GitHubError(message)
    if not _REPOSITORY.fullmatch(site.repository):
        message = "GITHUB_REPOSITORY must be OWNER/NAME, as GitHub sets it in a workflow"
        raise GitHubError(message)
    try:
        url = httpx.URL(site.api_url.rstrip("/"))
    except (httpx.InvalidURL, TypeError):
        url = httpx.URL("")
    sendable = url.scheme in {"http", "https"} and _HOST.fullmatch(url.host)
    if not sendable or url.userinfo or url.query or url.fragment:
        message = "GITHUB_API_URL must be https://HOST, as GitHub sets it in a workflow"
        raise GitHubError(message)
    if url.scheme == "http" and not _is_this_machine(url.host):
        message = f"http://{url.host} would send the token in the clear: write https://"
        raise GitHubError(message)
    return url.copy_with(path=f"{url.path.rstrip('/')}/repos/{site.repository}")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
