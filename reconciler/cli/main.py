"""The `reconciler` command: its global options, its exit codes, and the one place that catches."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from contextlib import contextmanager
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from reconciler import __version__
from reconciler.cli.terminal import REDACTOR, Settings, echo, show_json, tell
from reconciler.errors import (
    FilesInvalidError,
    InterruptedRunError,
    ReconcilerError,
    UsageError,
)
from reconciler.render.ink import Ink

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType


# In the order in which people meet them: where each is, and what `--help` says of it. A module is
# imported when its command is run: `--help` and the other commands do not pay for it.
COMMANDS = {
    "validate": ("reading", "Check files without talking to anybody."),
    "plan": ("planning", "Show what would change."),
    "apply": ("applying", "Carry out a saved PLAN, or plan afresh, show it and ask."),
    "import": ("importing", "Write files for live series: these CODEs, or --all."),
    "doctor": ("doctoring", "Read a target and say what works on it."),
    "drift": ("drifting", "Show what moved in live since it was applied."),
    "github": ("forge", "Comment, read approvals, keep an issue: for workflows."),
    "targets": ("reading", "Print the names of the targets, as a workflow's matrix."),
    "schema": ("reading", "Print the JSON Schema of a series file, for editors."),
    "sandbox": ("sandboxing", "Run the API's local imitation, to try things on."),
}


class _Group(click.Group):
    """Finds commands in `COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"reconciler.cli.{COMMANDS[cmd_name][0]}")
        name = "import_" if cmd_name == "import" else cmd_name  # the one that Python keeps
        found: click.Command = getattr(module, name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The list below `--help`."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, said) in COMMANDS.items()])


@click.group(cls=_Group, context_settings={"auto_envvar_prefix": "RECONCILER"})
@click.option(
    "--series", default="series", show_default=True, metavar="DIR", help="Where the files are."
)
@click.option("--target", metavar="NAME", help="Which target of the configuration.")
@click.option("--config", metavar="FILE", help="The configuration.  [default: reconciler.toml]")
@click.option("-v", "--verbose", count=True, help="Say more on standard error; -vv every request.")
@click.option("--no-color", is_flag=True, help="No colour (also: NO_COLOR).")
@click.version_option(__version__, prog_name="reconciler", message="%(prog)s %(version)s")
@click.pass_context
def cli(
    ctx: click.Context,
    series: str,
    target: str | None,
    config: str | None,
    verbose: int,
    no_color: bool,  # noqa: FBT001 - click passes flags by name
) -> None:
    """Coupon series as code: files in series/ say what should be, a plan shows what would change,
    apply does it.

    Every option has an environment variable: RECONCILER_SERIES, RECONCILER_PLAN_FORMAT, …
    """
    plain = no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    settings: Settings = ctx.obj
    settings.series, settings.target = series, target or None
    settings.config_named = config or None
    settings.verbosity = verbose
    settings.ink = Ink(colour=sys.stdout.isatty() and not plain)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code, after all output is flushed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a character shows its code
            stream.reconfigure(errors="backslashreplace")
    REDACTOR.forget()
    asked = Settings()
    asked.format = _format(arguments)
    code = 1
    try:
        with _terminable():
            code = _run(arguments, asked)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, unless whoever started it wants it ignored."""
    ours = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGTERM)
    if not ours or before is signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _format(arguments: Sequence[str]) -> str:
    """The format that a command line asks for, also one that cannot be understood."""
    words = " ".join(arguments).replace("--format=", "--format ").split()
    named = [shape for option, shape in pairwise(words) if option == "--format"]
    named = named or [os.environ.get(f"RECONCILER_{word.upper()}_FORMAT", "") for word in words]
    return "json" if "json" in named else "text"


def _run(arguments: Sequence[str], asked: Settings) -> int:
    try:
        with cli.make_context("reconciler", list(arguments), obj=asked) as context:
            cli.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        _show(error)
        return _answered(asked, UsageError(error.format_message()))
    except (KeyboardInterrupt, click.Abort):
        tell("interrupted")
        return _answered(asked, InterruptedRunError("interrupted"))
    except ReconcilerError as error:
        if isinstance(error, FilesInvalidError):
            from reconciler.render.problems import problems_text

            echo(problems_text(error.problems, asked.ink), err=True)
        tell(f"error: {error}")
        return _answered(asked, error)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - a bug: here its traceback is kept
        import traceback

        echo(traceback.format_exc().rstrip(), err=True)
        tell("this is a bug in the reconciler; please report it with the lines above")
        return _answered(asked, ReconcilerError(f"a bug: {error!r}"))
    return 0


def _show(error: click.UsageError) -> None:
    """What click says of a command line, where a runner obeys nothing that somebody passed."""
    from reconciler.text import visible

    if not isinstance(error, click.exceptions.NoArgsIsHelpError):  # its message is the help
        error = click.UsageError(visible(error.format_message()), error.ctx)
    error.show()


def _answered(asked: Settings, error: ReconcilerError) -> int:
    """The error's exit code, once it stands in place of the JSON that was asked for."""
    if asked.format == "json" and not asked.answered:
        said: dict[str, object] = {"kind": type(error).__name__, "message": str(error)}
        if isinstance(error, FilesInvalidError):
            from reconciler.render.problems import problems_json

            said["problems"] = problems_json(error.problems)
        show_json({"error": said})
    return error.exit_code
