"""Text that is not ours: which codes can be mistaken, and how to show anything safely."""

from __future__ import annotations

import unicodedata

# Characters that show nothing, or reorder what is shown: control, format, surrogate, separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def unseen(character: str) -> bool:
    """Whether a character is a control, zero-width, bidi or separator character."""
    return unicodedata.category(character) in _UNSEEN


def visible(text: str) -> str:
    """Show unseen characters as escapes, so that text cannot act on a terminal or a CI runner."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode("ascii") if unseen(character) else character
        for character in text
    )


def folded(code: str) -> str:
    """The form in which two codes are one for people (API page, 9.8)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", code).casefold())


def code_problem(code: str) -> tuple[str, str] | None:
    """What is wrong with a seriesCode, and what to write instead; None when nothing is."""
    if not code.strip():
        return "a code needs at least one visible character", "a code of your own"
    hidden = sorted({f"U+{ord(character):04X}" for character in code if unseen(character)})
    if hidden:
        clean = "".join(character for character in code if not unseen(character)).strip()
        return f"the code holds characters that nobody sees: {', '.join(hidden)}", clean
    if code != code.strip():
        return "the code has blanks at its ends", code.strip()
    return None
