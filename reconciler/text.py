"""Text that is not ours: which codes can be mistaken, and how to show anything safely."""

from __future__ import annotations

import re
import unicodedata

# Characters that show nothing, or reorder what is shown: control, format, surrogate, separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Letters and marks that show nothing either. Only a code is checked for them: emoji use some.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# What a CI runner obeys: GitHub's "::" at the start of a line, "##[" and "##vso[" anywhere.
_COMMAND = re.compile(r"::|##(?=\[|vso\[)")


def unseen(character: str) -> bool:
    """Whether a character is a control, zero-width, bidi or separator character."""
    return unicodedata.category(character) in _UNSEEN


def visible(text: str) -> str:
    """Show what could act on a terminal or a CI runner as escapes: unseen characters, commands."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(
            character.encode("unicode_escape").decode("ascii") if unseen(character) else character
            for character in text
        )
    return _COMMAND.sub(_escaped, text)


def _escaped(command: re.Match[str]) -> str:
    found = command.group()
    return f"{found[0]}\\x{ord(found[1]):02x}"


def clip(text: str, most: int = 40) -> str:
    """A text short enough to stand in a message."""
    return text if len(text) <= most else text[: most - 1] + "…"


def folded(code: str) -> str:
    """The form in which two codes are one for people (API page, 9.8)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", code).casefold()).strip()


def code_problem(code: str) -> tuple[str, str] | None:
    """What is wrong with a seriesCode, and what to write instead; None when nothing is."""
    seen = [character for character in code if not (unseen(character) or _BLANK.match(character))]
    clean = "".join(seen).strip()
    if not clean:
        return "a code needs at least one visible character", "a code such as APRIL100"
    if len(seen) < len(code):
        hidden = sorted({f"U+{ord(character):04X}" for character in set(code) - set(seen)})
        return f"the code holds characters that nobody sees: {', '.join(hidden)}", clean
    if code != clean:
        return "the code has blanks at its ends", clean
    return None
