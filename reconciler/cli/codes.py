"""Codes of series on the command line, and in a variable that holds several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.types import StringParamType

if TYPE_CHECKING:
    from collections.abc import Sequence


class Codes(StringParamType):
    """What an option that may be repeated names. A variable names several with blanks between
    them, and one with a blank in it in quotes, as a shell reads it.
    """

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        """The words of a variable. Raises BadParameter for quotes that do not close."""
        import shlex

        try:
            return shlex.split(rv)
        except ValueError as error:
            raise click.BadParameter(
                f"{rv!r} in its variable cannot be split into words"
                f" ({str(error).rstrip('.').lower()}); put what holds a blank or a quote into"
                ' quotes: "BIG SALE"'
            ) from None


CODES = Codes()
