"""The import command: files for live series, each whole or not at all, none over another's."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING

import click

from reconciler.cli.terminal import Settings, pass_settings, show, tell, write_whole
from reconciler.errors import FilesInvalidError, RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.importing import Imported
    from reconciler.live import LiveSeries
    from reconciler.session import Session

# What Windows keeps for devices, whatever the ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\Z")
_LONGEST_NAME = 60


@click.command("import")
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--all", "whole", envvar="RECONCILER_IMPORT_ALL", is_flag=True, help="Every series.")
@click.option("--out", metavar="DIR", help="Write there.  [default: the directory of series]")
@click.option("--overwrite", is_flag=True, help="Write files that are there already anew.")
@pass_settings
def import_(
    settings: Settings,
    codes: Sequence[str],
    whole: bool,  # noqa: FBT001 - click passes flags by name
    out: str | None,
    overwrite: bool,  # noqa: FBT001 - the same
) -> None:
    """Write files for live series: these CODEs, or --all.

    Each file says what differs from what the server fills in, and plans to no change.
    """
    from reconciler.importing import UnsayableError, proven, read, series_file
    from reconciler.live import first_other_offset
    from reconciler.plan import other_zone

    if bool(codes) == whole:
        raise UsageError("name the codes to import, or --all")
    with settings.session() as session:
        files = _Files(session, out or settings.series, overwrite=overwrite)
        rows, missing = read(session.client, codes)
        if offset := first_other_offset(rows, session.target.zone):
            tell(f"warning: {other_zone(session.target, offset)}")
        for code, why in missing.items():
            files.refuse(code, why)
        shows = proven(session.target, rows)
        for row in rows:
            if files.wants(row):
                try:
                    made = series_file(row, session.target, shows)
                except UnsayableError as error:
                    files.refuse(row.code, str(error))
                else:
                    files.write(row, made)
    show(files.counts())
    if files.refused:
        raise click.exceptions.Exit(RefusedError.exit_code)


class _Files:
    """The directory that is written to, and what became of each series."""

    def __init__(self, session: Session, folder: str, *, overwrite: bool) -> None:
        """See which file claims which code. Raises FilesInvalidError where that is not certain."""
        self.folder, self.overwrite = folder, overwrite
        self.written = self.skipped = self.refused = 0
        if os.path.lexists(folder) and not os.path.isdir(folder):
            raise UsageError(f"{folder} is no directory; --out takes one")
        self._claims = _claims(session, folder)
        names = os.listdir(folder) if os.path.isdir(folder) else []
        self._taken = {name.casefold() for name in names}

    def wants(self, row: LiveSeries) -> bool:
        """Whether a file is to be written for a series; says so where it is not."""
        from reconciler.text import folded

        code, file = self._claims.get(folded(row.code), (row.code, None))
        if code != row.code:
            self.refuse(row.code, f"it reads like {code}, which stands in {file}")
            return False
        if file is not None and not self.overwrite:
            tell(f"skipped {row.code}: {file} has it; --overwrite writes that file anew")
            self.skipped += 1
            return False
        return True

    def write(self, row: LiveSeries, made: Imported) -> None:
        """Write the file that claims the code, or a new one."""
        from reconciler.text import folded, visible

        _, file = self._claims.get(folded(row.code), ("", None))
        file = file or os.path.join(self.folder, self._free_name(row))
        write_whole(file, made.text.encode())
        self._claims[folded(row.code)] = row.code, file
        self.written += 1
        show(visible(f"wrote {file}  {row.code} (id {row.id})"))
        if made.left_out:
            said = f"{row.code}: {_counted(made.left_out, 'value')} could not be written; the"
            tell(f"{said} comments in {file} say which and why")

    def refuse(self, code: str, why: str) -> None:
        """Say why a series gets no file."""
        tell(f"not written: {code}: {why}")
        self.refused += 1

    def counts(self) -> str:
        """The last line: what was done with how many."""
        return (
            f"{_counted(self.written, 'file')} written, {self.skipped} skipped,"
            f" {self.refused} not written."
        )

    def _free_name(self, row: LiveSeries) -> str:
        """A file's name that nothing in the directory has, also where case does not count."""
        stem, number = slug(row.code, row.id), 1
        while (name := f"{stem}-{number}.yaml" if number > 1 else f"{stem}.yaml") in self._taken:
            number += 1
        self._taken.add(name)
        return name


def slug(code: str, series_id: int) -> str:
    """A file's name for a code, without its ending: readable, and safe on every file system."""
    plain = unicodedata.normalize("NFKD", code.casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9_]+", "-", plain)[: _LONGEST_NAME + 1].strip("-")[:_LONGEST_NAME]
    return f"series-{name or series_id}" if not name or _DEVICE.match(name) else name


def _claims(session: Session, folder: str) -> dict[str, tuple[str, str]]:
    """Code and file by folded code, of all files that would be read together with new ones."""
    from pathlib import Path

    from reconciler.desired import load
    from reconciler.text import folded

    within = Path(folder).resolve().is_relative_to(session.series.resolve())
    root = session.series if within else Path(folder)
    if not root.is_dir():
        return {}
    files = load([root], session.target.zone)
    if files.errors:
        raise FilesInvalidError(files.problems)
    return {folded(code): (code, found.file) for code, found in files.series.items()}


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
