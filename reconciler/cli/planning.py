"""The plan command: read live, compare, and show what would change in one of four views."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from reconciler.cli.codes import CODES
from reconciler.cli.terminal import (
    Settings,
    check_writable,
    pass_settings,
    show,
    show_json,
    tell,
    width,
    write_json,
)
from reconciler.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.plan import Plan
    from reconciler.render.links import Links

CHANGES = 2


@click.command()
@click.option(
    "--only",
    multiple=True,
    type=CODES,
    metavar="CODE",
    help="Only this series; may be repeated.",
)
@click.option(
    "--base",
    metavar="REV",
    help="The commit whose files were applied: tells who moved. Without it the record does.",
)
@click.option(
    "--against",
    metavar="REV",
    help="The commit that a pull request is compared with: tells what is its own, and what moves"
    " money without a change.",
)
@click.option("--out", metavar="FILE", help="Also write the plan there, for `apply FILE`.")
@click.option(
    "--format",
    "shape",
    envvar="RECONCILER_PLAN_FORMAT",
    type=click.Choice(["text", "json", "markdown", "html"]),
    default="text",
    show_default=True,
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
@pass_settings
def plan(
    settings: Settings,
    only: Sequence[str],
    base: str | None,
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
        made = session.plan(only, against=against, base=base)
        links = links_to(made.commit, os.environ, session.series, session.prefix)
    from reconciler.planjson import to_json

    document = to_json(made)
    if out:
        write_json(out, document, unchanged=True)
    complete = True
    if shape == "json":
        show_json(document)
    else:
        complete = _show(made, shape, links, settings)
    if not complete:
        tell("error: the plan is too long for a comment; what gives more does not fit into it")
    if made.refused or not complete:
        raise click.exceptions.Exit(RefusedError.exit_code)
    if made.changes and detailed_exitcode:
        raise click.exceptions.Exit(CHANGES)


def _show(made: Plan, shape: str, links: Links | None, settings: Settings) -> bool:
    """Print a view; False where it leaves out what must not be."""
    if shape == "markdown":
        from reconciler.render.markdown import plan_markdown

        page = plan_markdown(made, links, where=where_all_is(os.environ, "plan"))
        show(page.text)
        return page.complete
    if shape == "html":
        from reconciler.render.html import plan_html

        show(plan_html(made, links))
    else:
        from reconciler.render.text import plan_text

        show(plan_text(made, settings.ink, width=width()))
    return True


def links_to(
    commit: str | None,
    environment: Mapping[str, str],
    series: os.PathLike[str],
    prefix: str | None,
) -> Links | None:
    """Where GitHub shows the files of a commit; None elsewhere."""
    from reconciler.render.links import Links

    server, name = environment.get("GITHUB_SERVER_URL"), environment.get("GITHUB_REPOSITORY")
    repository = f"{server}/{name}" if server and name else ""
    return Links.at(repository, commit, prefix, os.fspath(series))


def where_all_is(environment: Mapping[str, str], what: str) -> str:
    """Where the whole plan or drift is, for who reads a comment that cannot hold it."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (environment.get(name) for name in names)
    if server and repository and run:
        return f"the files of the run {server}/{repository}/actions/runs/{run}"
    return f"what `reconciler {what} --format html` prints"
