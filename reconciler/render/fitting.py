"""How much of a text fits. Sizes are characters (code points), as GitHub counts a comment: its
65,536 may be of four bytes each, so that what is within them has not too many bytes either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LINE, GAP = "\n", "\n\n"  # between two lines, and two blocks of them


def all_of(lines: Iterable[str], room: int) -> str | None:
    """All lines; None where they do not fit. It asks for no more of them than it needs."""
    found, size = [], -len(LINE)
    for line in lines:
        size += len(line) + len(LINE)
        if size > room:
            return None
        found.append(line)
    return LINE.join(found)


def first_of(blocks: Iterable[str], room: int, gap: str = GAP) -> list[str]:
    """As many whole blocks as fit, in order."""
    found, size = [], -len(gap)
    for block in blocks:
        size += len(block) + len(gap)
        if size > room:
            break
        found.append(block)
    return found
