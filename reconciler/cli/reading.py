"""The commands that change nothing: validate, plan, schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli.terminal import (
    Settings,
    check_writable,
    pass_settings,
    show,
    show_json,
    write_json,
)
from reconciler.errors import FilesInvalidError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

CHANGES = 2


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
@click.option("--only", multiple=True, metavar="CODE", help="Only this series; may be repeated.")
@click.option(
    "--against",
    metavar="REV",
    help="The commit that a pull request is compared with: marks what it changes.",
)
@click.option("--out", metavar="FILE", help="Also write the plan there, for `apply FILE`.")
@click.option(
    "--format",
    "shape",
    envvar="RECONCILER_PLAN_FORMAT",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
@pass_settings
def plan(
    settings: Settings,
    only: Sequence[str],
    against: str | None,
    out: str | None,
    shape: str,
    detailed_exitcode: bool,  # noqa: FBT001 - click passes flags by name
) -> None:
    """Show what would change. Reads live, writes nothing."""
    settings.format = shape
    if out:
        check_writable(out)
    with settings.session() as session:
        made = session.plan(only, against=against or None)
    from reconciler.planfile import to_json
    from reconciler.render.text import plan_text

    document = to_json(made)
    if out:
        write_json(out, document, unchanged=True)
    if shape == "json":
        show_json(document)
    else:
        show(plan_text(made, settings.ink))
    if made.refused:
        raise click.exceptions.Exit(RefusedError.exit_code)
    if made.changes and detailed_exitcode:
        raise click.exceptions.Exit(CHANGES)


@click.command()
def schema() -> None:
    """Print the JSON Schema of a series file, for editors."""
    from reconciler.series import Series

    show_json(Series.model_json_schema())
