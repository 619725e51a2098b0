"""How GitHub's runner reads what a step prints and what it writes into its command files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REGISTERED = frozenset(
    [
        "add-mask",
        "add-matcher",
        "add-path",
        "debug",
        "echo",
        "endgroup",
        "error",
        "group",
        "notice",
        "remove-matcher",
        "save-state",
        "set-env",
        "set-output",
        "warning",
        "internal-set-repo-path",
    ]
)
LINE_ENDS = re.compile(r"\r\n|\r|\n")  # the runner takes a lone carriage return for one, too
LARGEST_SUMMARY = 1024 * 1024


class CommandFileError(Exception):
    """A line of GITHUB_OUTPUT or GITHUB_ENV that is neither `name=value` nor `name<<DELIMITER`."""


@dataclass(frozen=True)
class Command:
    """A command that the runner obeyed, most often an annotation."""

    name: str
    message: str
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Reader:
    """Reads the output of a job's steps: commands are taken out, masked values are hidden."""

    masks: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    stopped: str = ""  # the word that lets commands work again

    def read(self, output: str) -> tuple[list[str], list[Command]]:
        """The lines as the log shows them, and this output's commands."""
        shown, found = [], []
        for line in LINE_ENDS.split(output):
            command = self.command(line)
            if command is not None and command.name in REGISTERED:
                found.append(command)
            if command is not None and command.name == "add-mask":
                self.masks += [command.message] if command.message else []
            elif command is None or command.name != "stop-commands":
                shown.append(self.hidden(line))
        self.commands += found
        return shown, found

    def command(self, line: str) -> Command | None:
        if self.stopped:
            if line.strip() == f"::{self.stopped}::":
                self.stopped = ""
            return None
        command = modern(line) or old(line)
        if command is not None and command.name == "stop-commands":
            self.stopped = command.message
        return command

    def hidden(self, line: str) -> str:
        for mask in sorted(self.masks, key=len, reverse=True):
            line = line.replace(mask, "***")
        return line


def modern(line: str) -> Command | None:
    """`::name key=value,key=value::message`, at the beginning of a line."""
    found = re.match(r"\s*::((?:(?!::).)+?)::(.*)", line, re.DOTALL)
    if found is None:
        return None
    name, _, properties = found[1].partition(" ")
    return made(name, properties.strip().split(","), found[2], {"%3A": ":", "%2C": ","})


def old(line: str) -> Command | None:
    """`##[name key=value;key=value]message`, anywhere in a line."""
    found = re.search(r"##\[([^\]]*)\](.*)", line, re.DOTALL)
    if found is None:
        return None
    name, _, properties = found[1].partition(" ")
    return made(name, properties.split(";"), found[2], {"%3B": ";", "%5D": "]"})


def made(name: str, properties: list[str], message: str, more: Mapping[str, str]) -> Command | None:
    if name not in REGISTERED | {"stop-commands"}:
        return None
    pairs = [one.split("=", 1) for one in properties if "=" in one]
    return Command(name, plain(message, {}), {key: plain(value, more) for key, value in pairs})


def plain(escaped: str, more: Mapping[str, str]) -> str:
    for code, sign in ({"%0D": "\r", "%0A": "\n"} | dict(more) | {"%25": "%"}).items():
        escaped = escaped.replace(code, sign)
    return escaped


def pairs(written: str) -> dict[str, str]:
    """What a step wrote into GITHUB_OUTPUT or GITHUB_ENV."""
    found: dict[str, str] = {}
    lines = written.split("\n")
    while lines:
        line = lines.pop(0)
        if not line:
            continue
        name, sign, value = (
            re.match(r"(.*?)(=|<<)(.*)", line, re.DOTALL) or no_pair(line)
        ).groups()
        if not name or (sign == "<<" and not value):
            no_pair(line)
        found[name] = value if sign == "=" else heredoc(lines, value)
    return found


def heredoc(lines: list[str], delimiter: str) -> str:
    if delimiter not in lines:
        raise CommandFileError(f"Matching delimiter not found {delimiter!r}")
    end = lines.index(delimiter)
    value = "\n".join(lines[:end])
    del lines[: end + 1]
    return value


def no_pair(line: str) -> re.Match[str]:
    raise CommandFileError(f"Invalid format {line!r}")
