"""`reconciler.toml` and the environment → the Target (design: configuration)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr

from reconciler.configfile import ConfigFile, parse
from reconciler.errors import SignInError, UsageError
from reconciler.guardrails import DEFAULT, Guardrails
from reconciler.targettable import Hiding, TargetTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SANDBOX = "sandbox:"
ALONE = "default"  # the target that RECONCILER_API_URL makes without a configuration
# What a host is made of: labels that the resolver takes, or an IPv6 address.
_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?|[0-9a-f:.]+:[0-9a-f:.]*")


@dataclass(frozen=True, slots=True)
class Target:
    """One organisation on one host. `zone` is the one in which the server cuts dates."""

    name: str
    url: str
    zone: ZoneInfo
    requests_per_minute: int | None = 600  # None for the sandbox inside the process
    parallelism: int = 4
    reads_back: frozenset[str] = frozenset()
    guardrails: Guardrails = DEFAULT

    @property
    def sandbox_path(self) -> str | None:
        """The file of a sandbox inside the process; None for a real host."""
        return self.url.removeprefix(SANDBOX) if self.url.startswith(SANDBOX) else None

    @property
    def host(self) -> str:
        """What the target's name stands for, as digests hold it."""
        from urllib.parse import urlsplit

        if self.sandbox_path is not None:
            return "sandbox"
        parts = urlsplit(self.url)
        return parts.netloc.lower() + parts.path


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs in: a user and password (Basic), or a key and secret (OAuth)."""

    kind: str
    name: SecretStr
    secret: SecretStr


def load_target(path: Path | None, name: str | None, url: str | None) -> Target:
    """The target that a run talks to. `path` is the file, None when there is none.

    `url` (RECONCILER_API_URL) overrides the target's; alone it makes a target named `default`.
    Raise UsageError with the next step when that is not one usable target.
    """
    file = _read(path) if path else ConfigFile()
    chosen = file.chosen(name)
    if url and not file.targets and chosen in {None, ALONE}:
        return _target(ALONE, url, TargetTable(url=url), file)
    where, known = path or "reconciler.toml", ", ".join(sorted(file.targets))
    if chosen is None and known:
        raise UsageError(f"{where} has several targets: choose one with --target ({known})")
    if chosen is None:
        raise UsageError(
            "no target: name one in reconciler.toml ([targets.NAME] url = …),"
            " or set RECONCILER_API_URL"
        )
    if chosen not in file.targets:
        raise UsageError(f"there is no target {chosen!r}; {where} has: {known or 'none'}")
    table = file.targets[chosen]
    return _target(chosen, url or table.url, table, file)


def remote_targets(path: Path | None) -> list[str]:
    """The names of all targets but sandboxes in a file, which is nowhere else. Raise UsageError."""
    file = _read(path) if path else ConfigFile()
    tables = file.targets.items()
    return sorted(name for name, table in tables if not table.url.startswith(SANDBOX))


def requires_approval(path: Path | None) -> bool:
    """Whether somebody else must approve a pull request. Raise UsageError."""
    return (_read(path) if path else ConfigFile()).require_approval


def zone_of(path: Path | None, name: str | None) -> ZoneInfo:
    """The zone for a run that talks to nobody: the target's where there is one, else UTC."""
    return _zone_in(_read(path) if path else ConfigFile(), name)


def as_in(text: str, name: str, target: Target) -> Target:
    """A target with the guardrails and the `reads_back` that another text has for it, under its
    name or, where it was renamed, its URL. Raise UsageError where the text is no configuration.
    """
    file = parse(text, name)
    same = [one for one, table in file.targets.items() if table.url.rstrip("/") == target.url]
    named = target.name if target.name in file.targets else next(iter(same), target.name)
    rails = _guardrails(file, named, target.zone)
    table, inside = file.targets.get(named), target.sandbox_path is not None
    if table is None:
        return replace(target, guardrails=rails)
    return replace(target, guardrails=rails, reads_back=_shown(table, inside=inside))


def settings_in(text: str, name: str, target: Target) -> dict[str, object]:
    """What else another text says that a review rests on: whether there must be one, and where the
    target is. Raise UsageError where the text is no configuration.
    """
    file = parse(text, name)
    table = file.targets.get(target.name)
    hidden = table is not None and "@" in table.url
    return {
        "require_approval": file.require_approval,
        "url": None if table is None else "a URL with credentials" if hidden else table.url,
        "timezone": None if table is None else table.timezone,
    }


def _zone_in(file: ConfigFile, name: str | None) -> ZoneInfo:
    table = file.targets.get(file.chosen(name) or "")
    return _zone(table.timezone) if table else ZoneInfo("UTC")


def _guardrails(file: ConfigFile, target: str | None, zone: ZoneInfo) -> Guardrails:
    return file.guardrails(target, datetime.now(zone).date())


def _read(path: Path) -> ConfigFile:
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        message = f"{path} is not TOML: {error}"
    raise UsageError(message)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f'there is no timezone {name!r}; write one like "UTC" or "Asia/Kolkata"'
        raise UsageError(message) from None


def _target(name: str, url: str, table: TargetTable, file: ConfigFile) -> Target:
    inside = url.startswith(SANDBOX) and url != SANDBOX
    if not inside:
        _check_url(url)
    zone = _zone(table.timezone)
    return Target(
        name,
        url.rstrip("/"),
        zone,
        None if inside else table.requests_per_minute,
        table.parallelism,
        _shown(table, inside=inside),
        _guardrails(file, name, zone),
    )


def _shown(table: TargetTable, *, inside: bool) -> frozenset[str]:
    """What a target is said to show; the sandbox inside the process shows it all."""
    unless_said = get_args(Hiding) if inside else ()
    return frozenset(unless_said if table.reads_back is None else table.reads_back)


def _check_url(url: str) -> None:
    """Refuse what would send credentials in the clear or show them. Never quote the URL."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    sendable = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in {"https", "http"} or not sendable or not _HOST.fullmatch(host):
        message = "the target's URL must be https://HOST (or sandbox:FILE)"
    elif parts.username is not None or parts.password is not None:
        message = (
            "the target's URL holds credentials: take them out, and set RECONCILER_USERNAME and"
            " RECONCILER_PASSWORD"
        )
    elif parts.query or parts.fragment:
        message = "the target's URL must end with its host or path, without ? and #"
    elif parts.scheme == "http" and not _is_this_machine(host):
        message = f"http://{host} would send credentials in the clear: write https://"
    else:
        return
    raise UsageError(message)


def _is_this_machine(host: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


_PAIRS = {
    "Basic": ("RECONCILER_USERNAME", "RECONCILER_PASSWORD"),
    "OAuth": ("RECONCILER_CLIENT_KEY", "RECONCILER_CLIENT_SECRET"),
}


def credentials(environment: Mapping[str, str]) -> Credentials:
    """The credentials that the environment holds. Raise SignInError naming the variables."""
    whole = {
        kind: pair for kind, pair in _PAIRS.items() if all(environment.get(key) for key in pair)
    }
    if len(whole) == 1:
        ((kind, (name, secret)),) = whole.items()
        return Credentials(kind, SecretStr(environment[name]), SecretStr(environment[secret]))
    both = " and ".join(_PAIRS["Basic"]), " and ".join(_PAIRS["OAuth"])
    said = "both ways to sign in are set" if whole else "no credentials"
    half = sorted(
        key
        for pair in _PAIRS.values()
        for key in pair
        if not environment.get(key) and any(environment.get(other) for other in pair)
    )
    missing = f" ({', '.join(half)} is empty)" if half and not whole else ""
    message = f"{said}{missing}: set {both[0]} (Basic), or {both[1]} (OAuth); nothing was sent"
    raise SignInError(message)


def sandbox_credentials() -> Credentials:
    """What signs in to the sandbox inside the process, which takes anybody."""
    return Credentials("Basic", SecretStr("sandbox"), SecretStr("sandbox"))
