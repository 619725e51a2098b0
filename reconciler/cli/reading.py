"""The commands that talk to nobody: validate, schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli.terminal import (
    Settings,
    pass_settings,
    show,
    show_json,
)
from reconciler.errors import FilesInvalidError

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format",
    "shape",
    envvar="RECONCILER_VALIDATE_FORMAT",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
)
@pass_settings
def validate(settings: Settings, paths: Sequence[str], shape: str) -> None:
    """Check files without talking to anybody.

    Shows every problem with its line and what to write instead.
    """
    from pathlib import Path

    from reconciler.config import zone_of
    from reconciler.desired import load
    from reconciler.render import problems as render

    settings.format = shape
    zone = zone_of(settings.config, settings.target)
    files = load([Path(path) for path in paths or [settings.series]], zone)
    if shape == "json":
        show_json(
            {
                "format": "reconciler/validate/1",
                "valid": not files.errors,
                "files": files.count,
                "problems": render.problems_json(files.problems),
            }
        )
    elif shape == "github":
        show(render.problems_github(files.problems))
    else:
        show(render.problems_text(files.problems, settings.ink))
        show(render.verdict(files.problems, files.count))
    if files.errors:
        raise click.exceptions.Exit(FilesInvalidError.exit_code)


@click.command()
@pass_settings
def targets(settings: Settings) -> None:
    """Print the names of the targets, as a workflow's matrix.

    A JSON list in one line. Sandboxes are none of them: they are on one machine.
    """
    import json

    from reconciler.config import remote_targets

    show(json.dumps(remote_targets(settings.config)))


@click.command()
def schema() -> None:
    """Print the JSON Schema of a series file, for editors."""
    from reconciler.series import Series

    show_json(Series.model_json_schema())
