"""The global options, and everything that is printed or written to a file the user named."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from reconciler.errors import RefusedError, UsageError
from reconciler.redaction import Redactor
from reconciler.render.ink import Ink

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.session import Session


class Settings:
    """The global options, and what the command's standard output carries.

    Made before the command line is read, so that an error knows the format that was asked for.
    """

    def __init__(self) -> None:
        self.series = "series"
        self.target: str | None = None
        self.config_named: str | None = None
        self.verbosity = 0
        self.ink = Ink()
        self.format = "text"
        self.answered = False  # standard output already holds the asked-for document

    def session(self) -> Session:
        """A run against the chosen target."""
        from pathlib import Path

        from reconciler.session import Session

        return Session(
            series=Path(self.series),
            target=self.target,
            config=self.config,
            environment=os.environ,
            note=self.note,
            redactor=REDACTOR,
        )

    @property
    def config(self) -> Path | None:
        """The configuration, where there is one. Raises UsageError for a named one without file."""
        from pathlib import Path

        path = Path(self.config_named or "reconciler.toml")
        if path.is_file():
            return path
        if self.config_named:
            raise UsageError(f"there is no configuration {path}; leave --config out to go without")
        return None

    def note(self, text: str, level: int) -> None:
        """Say something on standard error when -v (level 1) or -vv (2) asks for it."""
        if self.verbosity >= level:
            tell(text)

    def progress(self, text: str) -> None:
        """A line about the work: beside text on standard output, else on standard error."""
        echo(text, err=self.format != "text")


pass_settings = click.make_pass_decorator(Settings)
REDACTOR = Redactor()  # a process has one output, and so one


def echo(text: str, *, err: bool = False) -> None:
    """Print. Everything that people see goes through here, and no credential comes out."""
    click.echo(REDACTOR.output(text), err=err)


def tell(text: str) -> None:
    """A line for people on standard error."""
    from reconciler.text import visible

    echo(visible(REDACTOR.output(text)), err=True)


def show(text: str) -> None:
    """A view on standard output; its renderer has made it safe."""
    if text:
        echo(text)


def width() -> int:
    """How many columns there are to print on: a terminal's, or the 80 that fit everywhere."""
    from shutil import get_terminal_size

    return max(80, get_terminal_size((80, 24)).columns) if sys.stdout.isatty() else 80


def show_json(document: object) -> None:
    """A document on standard output."""
    click.echo(_spelled(REDACTOR.document(document)))


def ask(question: str, *, yes: bool, about: str) -> None:
    """Go on only when the user says yes. Raises RefusedError, also without a terminal to ask."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise RefusedError(f"nobody is here to confirm {about}; --yes goes ahead without asking")
    if not click.confirm(question, err=True):
        raise RefusedError(f"{about} was not confirmed; nothing was done")


def check_writable(file: str) -> None:
    """Raise UsageError where a file could not be written, before anything else happens."""
    place = file if _is_device(file) else os.path.dirname(file) or "."
    if os.path.isdir(file) or not os.access(place, os.W_OK):
        raise UsageError(f"{file} cannot be written; name a file in a directory that is there")


def write_json(file: str, document: object, *, unchanged: bool = False) -> None:
    """Write a file whole or not at all, a device as it is. Raises UsageError where that cannot be,
    and where credentials would have to be hidden in a document that must stay `unchanged`.

    A link keeps pointing where it did, and the file gets the mode of any new file.
    """
    if unchanged and REDACTOR.stands_in(document):
        raise UsageError(
            f"{file} is not written: a credential stands in the text of a series, and without it"
            " the plan would not be what was planned; take it out of the series, and change it"
        )
    device, target = _is_device(file), os.path.realpath(file)
    draft = file if device else f"{target}.{os.getpid()}.draft"
    try:
        with open(draft, "w" if device else "x", encoding="utf-8") as stream:
            stream.write(_spelled(REDACTOR.document(document)) + "\n")
        if not device:
            os.replace(draft, target)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None
    finally:
        if not device and os.path.exists(draft):
            os.unlink(draft)


def write_whole(file: str, raw: bytes) -> None:
    """Write a file whole or not at all; a link keeps pointing where it did. Raises UsageError."""
    target = os.path.realpath(file)
    draft = f"{target}.{os.getpid()}.draft"
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(draft, "xb") as stream:
            stream.write(raw)
        os.replace(draft, target)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None
    finally:
        if os.path.exists(draft):
            os.unlink(draft)


def _is_device(file: str) -> bool:
    """Whether a path is there and is no file to replace: /dev/null, /dev/stdout, a pipe."""
    return os.path.exists(file) and not (os.path.isfile(file) or os.path.isdir(file))


def _spelled(document: object) -> str:
    """JSON for people and programs; a lone surrogate, which no encoding has, as an escape."""
    import json
    import re

    text = json.dumps(document, indent=2, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)
