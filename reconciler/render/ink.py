"""Colour for a terminal, or none. Symbols carry the meaning; colour repeats it."""

from __future__ import annotations

_CODES = {"green": "32", "yellow": "33", "red": "31", "cyan": "36", "dim": "2", "bold": "1"}


class Ink:
    """Paints text where colour is wanted. No dataclass: every start would pay for it."""

    def __init__(self, *, colour: bool = False) -> None:
        self.colour = colour

    def __call__(self, text: str, name: str) -> str:
        """The text in a colour of `_CODES`, or as it is."""
        return f"\x1b[{_CODES[name]}m{text}\x1b[0m" if self.colour else text
