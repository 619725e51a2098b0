"""The words of the page: a plan's values as its templates say them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.diff import recorded
from reconciler.fields import split
from reconciler.kinds import Kind
from reconciler.render.asidewords import aside_effect, aside_means, aside_words
from reconciler.render.meaning import by_offer, held_by, offer, sides
from reconciler.render.story import PLAIN
from reconciler.render.worddiff import word_diff
from reconciler.render.words import members
from reconciler.sideeffects import CAUSE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.change import Aside, Change
    from reconciler.diff import FieldChange
    from reconciler.render.links import Links
    from reconciler.render.story import Group

_LONG = 60  # characters of a text from which on its words are compared
_LONG_LIST = 160  # and of a list from which on only its changes are shown


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, and where to look at it; "" where that is not known."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Words:
    """What the templates ask for: a plan's values in words, of its zone and with its links."""

    zone: str
    links: Links | None

    def place(self, file: str, line: int, commit: str | None = None) -> Place:
        """A line of a file, of another commit where one is given; only the web is linked to."""
        url = self.links.to(file, line, commit) if self.links else ""
        return Place(f"{file}:{line}", url if url.startswith(("https://", "http://")) else "")

    def sides(self, change: Change, field: FieldChange) -> tuple[str, str]:
        """Before and after of a field."""
        return sides(change, field, self.zone)

    def aside(self, told: Aside) -> tuple[str, str]:
        """Before and after of what stands without a change."""
        return aside_words(told, self.zone)

    def means(self, told: Aside) -> str:
        """What comes of it, where that is not plain."""
        return aside_means(told, self.zone)

    def does(self, told: Aside) -> str:
        """Its effect in words; "" where that says nothing."""
        return aside_effect(told)

    def holds(self, changes: Sequence[Change]) -> str:
        """Why what gives more costs no more; "" where that is not so, or not the same in all."""
        said = {held_by(change, self.zone) for change in changes}
        return said.pop() if len(said) == 1 else ""

    def offer(self, changes: Sequence[Change]) -> str:
        """What the series offer after their change, in one sentence; "" where they differ."""
        said = {offer(change, self.zone) for change in changes}
        return said.pop() if len(said) == 1 else ""

    def offers(self, group: Group) -> list[tuple[list[str], str]]:
        """The same with its codes, where they differ; nothing where only words move."""
        found = {} if group.alone == PLAIN else by_offer(group.changes, self.zone)
        several = found.items() if len(found) > 1 else ()
        return [([one.code for one in those], said) for said, those in several]

    def pieces(self, field: FieldChange) -> list[tuple[str, str]]:
        """A long text word by word: what stays, goes and comes. Nothing for any other value."""
        texts = (field.before, field.after)
        if split(field.path)[0].kind not in {Kind.TEXT, Kind.TEXTS} or field.cause == CAUSE:
            return []
        if not all(isinstance(text, str) and text for text in texts):
            return []
        return word_diff(*texts) if max(map(len, texts)) > _LONG else []

    def long(self, both: tuple[str, str]) -> bool:
        """Whether two lists are too long to be looked through."""
        return max(map(len, both)) > _LONG_LIST

    def members(self, change: Change, field: FieldChange) -> list[tuple[str, str]]:
        """What a list that live has gains and loses."""
        if field.cause == CAUSE:
            return []
        now, then = change.managed[field.path]
        applied = recorded(now)
        known = now if applied is None else applied
        return list(members(field.path, known, then)) if isinstance(known, list) else []
