"""The drift command: what moved in live, in one of four views; and live's values into the files."""

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
    write_whole,
)
from reconciler.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.drift import Drift, Drifted
    from reconciler.session import Session

FOUND = 2


@click.command()
@click.option(
    "--base",
    metavar="REV",
    help="The commit whose files were applied. Without it the record tells.",
)
@click.option(
    "--accept",
    multiple=True,
    type=CODES,
    metavar="CODE[:FIELD]",
    help="Write live's value into the file, of one field or of all that moved; may be repeated.",
)
@click.option("--out", metavar="FILE", help="Also write the drift there, for `github issue FILE`.")
@click.option(
    "--format",
    "shape",
    envvar="RECONCILER_DRIFT_FORMAT",
    type=click.Choice(["text", "json", "markdown", "html"]),
    default="text",
    show_default=True,
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when live moved.")
@pass_settings
def drift(
    settings: Settings,
    base: str | None,
    accept: Sequence[str],
    out: str | None,
    shape: str,
    detailed_exitcode: bool,  # noqa: FBT001 - click passes flags by name
) -> None:
    """Show what moved in live since it was applied.

    Who is right is yours to say. Reads live and writes nothing there; --accept writes live's values
    into the files.
    """
    from reconciler.driftjson import to_json

    settings.format = shape
    if out:
        check_writable(out)
    with settings.session() as session:
        found = session.drift(base)
        if out:
            write_json(out, to_json(found))
        wanted = _wanted(found, accept)
        if shape == "json":
            settings.answered = True
            show_json(to_json(found))
        else:
            _show(found, shape, session, settings)
        refused = _accept(session, found, wanted) if wanted else 0
    if refused:
        raise click.exceptions.Exit(RefusedError.exit_code)
    if found.series and detailed_exitcode and not accept:
        raise click.exceptions.Exit(FOUND)


def _show(found: Drift, shape: str, session: Session, settings: Settings) -> None:
    from reconciler.cli.planning import links_to, where_all_is

    if shape == "text":
        from reconciler.render.drift_text import drift_text

        show(drift_text(found, settings.ink, width=width()))
        return
    links = links_to(found.commit, os.environ, session.series, session.prefix)
    if shape == "markdown":
        from reconciler.render.drift_markdown import drift_markdown

        show(drift_markdown(found, links, where=where_all_is(os.environ, "drift")).text)
    else:
        from reconciler.render.drift_html import drift_html

        show(drift_html(found, links))


def _wanted(found: Drift, asked: Sequence[str]) -> dict[str, list[str]]:
    """The paths to accept, by code. Raises UsageError for what did not move."""
    moved = {one.code: one for one in found.series}
    wanted: dict[str, list[str]] = {}
    for one in asked:
        code, paths = _named(one, moved)
        wanted.setdefault(code, []).extend(paths)
    return wanted


def _accept(session: Session, found: Drift, wanted: Mapping[str, Sequence[str]]) -> int:
    """Write live's values into the files, and say each; how many had no place there."""
    from reconciler.accepting import accept

    moved = {one.code: one for one in found.series}
    files, _ = session.desired()
    rows = session.client.by_ids(
        [one.id for one in moved.values() if one.id and one.code in wanted]
    )
    refused = 0
    for code, paths in wanted.items():
        row = rows.get(moved[code].id or 0)
        if row is None or (row.code != code and files[code].lifecycle.adopt != row.id):
            tell(f"{code}: live moved again while it was read; run it once more")
            refused += 1
            continue
        file = files[code].file
        with open(file, "rb") as stream:
            raw = stream.read()
        done = accept(raw, files[code], row, paths, session.target, session.seen.proven)
        if done.raw != raw:
            write_whole(file, done.raw)
        for path in done.written:
            tell(f"{file}: {path} is as live has it now")
        for path, why in done.refused.items():
            tell(f"{file}: {path} stays: {why}")
        refused += len(done.refused)
    return refused


def _named(asked: str, moved: Mapping[str, Drifted]) -> tuple[str, list[str]]:
    """The series and the paths that an option names. Raises UsageError for what did not move."""
    if asked in moved:
        code, field = asked, ""
    else:
        code, _, field = asked.rpartition(":")
    one = moved.get(code)
    if one is None:
        known = ", ".join(moved) or "none"
        raise UsageError(f"--accept {asked}: no such series moved; moved are: {known}")
    if one.missing:
        raise UsageError(f"--accept {asked}: no file can say that: {one.missing}")
    paths = list(_of_field(one, field))
    if not paths:
        known = ", ".join(part.path for part in one.fields)
        raise UsageError(f"--accept {asked}: {field} did not move; moved are: {known}")
    return code, paths


def _of_field(one: Drifted, field: str) -> Iterator[str]:
    for part in one.fields:
        if field in {"", part.path, part.path.partition(".")[0]}:
            yield part.path
