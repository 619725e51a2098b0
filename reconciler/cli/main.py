"""The `reconciler` command: its global options, its exit codes, and the one place that catches."""

from __future__ import annotations

import io
import os
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from reconciler import __version__
from reconciler.cli import applying, reading, sandboxing
from reconciler.cli.terminal import Settings, show_json, tell
from reconciler.errors import (
    FilesInvalidError,
    InterruptedRunError,
    ReconcilerError,
    UsageError,
)
from reconciler.render.ink import Ink

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Group(click.Group):
    """Lists the commands in the order in which people meet them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, as added."""
        return list(self.commands)


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


for command in (
    reading.validate,
    reading.plan,
    applying.apply,
    reading.schema,
    sandboxing.sandbox,
):
    cli.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code, after all output is flushed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a character shows its code
            stream.reconfigure(errors="backslashreplace")
    asked = Settings()
    asked.format = _format(arguments)
    code = 1
    try:
        code = _run(arguments, asked)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _format(arguments: Sequence[str]) -> str:
    """The format that a command line asks for, also one that cannot be understood."""
    words = " ".join(arguments).replace("--format=", "--format ").split()
    return "json" if ("--format", "json") in pairwise(words) else "text"


def _run(arguments: Sequence[str], asked: Settings) -> int:
    try:
        with cli.make_context("reconciler", list(arguments), obj=asked) as context:
            cli.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        error.show()
        return _answered(asked, UsageError(error.format_message()))
    except (KeyboardInterrupt, click.Abort):
        tell("interrupted")
        return _answered(asked, InterruptedRunError("interrupted"))
    except ReconcilerError as error:
        if isinstance(error, FilesInvalidError):
            from reconciler.render.problems import problems_text

            click.echo(problems_text(error.problems, asked.ink), err=True)
        tell(f"error: {error}")
        return _answered(asked, error)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - a bug: here its traceback is kept
        import traceback

        traceback.print_exc()
        tell("this is a bug in the reconciler; please report it with the lines above")
        return _answered(asked, ReconcilerError(f"a bug: {error!r}"))
    return 0


def _answered(asked: Settings, error: ReconcilerError) -> int:
    """The error's exit code, once it stands in place of the JSON that was asked for."""
    if asked.format == "json" and not asked.answered:
        said: dict[str, object] = {"kind": type(error).__name__, "message": str(error)}
        if isinstance(error, FilesInvalidError):
            from reconciler.render.problems import problems_json

            said["problems"] = problems_json(error.problems)
        show_json({"error": said})
    return error.exit_code
