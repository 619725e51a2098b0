"""Drift as the text of an issue: GitHub-flavoured Markdown of a bounded size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.render.drift_words import (
    REST,
    RETIRED,
    RISKY,
    UNNAMED,
    DriftStory,
)
from reconciler.render.fitting import GAP, LINE, all_of, first_of
from reconciler.render.literal import code, link, prose
from reconciler.render.markdown import MOST, Page
from reconciler.render.meaning import cost
from reconciler.render.passages import SIGNS, Passages, strong_cost
from reconciler.render.shortlines import aside_line, exposures
from reconciler.render.story import AsideGroup
from reconciler.render.worddiff import shortened
from reconciler.render.wording import NOT_SET
from reconciler.render.words import few, many
from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.change import Aside
    from reconciler.drift import Drift, Drifted
    from reconciler.render.drift_words import Move
    from reconciler.render.links import Links

_NAME = 60  # characters of a target's or a host's name, or of a code where there is little room
_CODE = 40  # of the code of a series in no file
_COMMIT = 12  # of a commit's
_WHERE = 200  # of where the whole drift is
_LONGEST = 60  # of a value that moves no money, on one line with others
_SHORT = "There is no room for all of it: what matters has one line each."
_TOO_LONG = "**What matters does not fit here.** What may cost the most:"
_MARKS = {"=": "{}", "-": "~~{}~~", "+": "**{}**"}


def drift_markdown(
    drift: Drift, links: Links | None = None, most: int = MOST, where: str = ""
) -> Page:
    """The drift in at most `most` characters, 2,000 or more. `where` says where all of it is.

    What gives more, conflicts and what no file manages any more are never cut: they fall back to
    one line each, and where even that is too long the page is not complete.
    """
    told = _Told(DriftStory(drift), links)
    head, tail = told.top(), _end(drift, most // 50)
    room = most - len(tail) - len(_more(10**9, where)) - 2 * len(GAP)
    for short in (False, True):
        matters = all_of(told.matters(short=short), room - len(head) - len(GAP))
        if matters is not None:
            parts = [head, matters.removeprefix(LINE)] if matters else [head]
            rest, left = told.rest(room - len(GAP.join(parts)) - len(GAP))
            more = [_more(left, where)] if left else []
            return Page(GAP.join([*parts, *rest, *more, *([tail] if tail else [])]), complete=True)
    return Page(told.largest(head, tail, room, where), complete=False)


@dataclass(frozen=True)
class _Told:
    """A drift's page, in parts. `links` lead to the files."""

    story: DriftStory
    links: Links | None

    def top(self) -> str:
        """What moved where, what that may cost, and how to read and answer it."""
        drift = self.story.drift
        host = f" on {code(drift.host, _NAME)}" if drift.host != drift.target else ""
        lines = [f"## Drift in {code(drift.target, _NAME)}{host}", "", self.story.headline + "."]
        if drift.series:
            costs = exposures([one.exposure for one in drift.series])
            lines[-1] = f"**{self.story.headline}; cost at worst {costs}**"
        return GAP.join([LINE.join(lines), *self.story.lead])

    def matters(self, *, short: bool) -> Iterator[str]:
        """The lines of all that must never be cut, the worst first."""
        risky, asides = self.story.parts[RISKY], self.story.drift.asides
        if short:
            yield _SHORT
        if risky:
            yield from ("", f"### {SIGNS['warned']} {RISKY}")
        for one in risky:
            yield from [self._line(one)] if short else ["", *self._series(one)]
        if asides:
            yield from ("", f"### {RETIRED}", *([] if short else [""]))
        for aside in asides:
            yield from self._aside(aside, short=short)

    def rest(self, room: int) -> tuple[list[str], int]:
        """As much of the rest and then of the warnings as fits, and how many of both do not."""
        plain, warnings = self.story.parts[REST], self.story.drift.warnings
        title = "### The rest"
        free = room - len(title) - 2 * len(GAP)
        taken = first_of((LINE.join(self._series(one)) for one in plain), free)
        blocks = [title, *taken] if taken else []
        left = len(plain) - len(taken)
        lines: list[str] = []
        if not left and warnings:
            title = "### Warnings"
            free = room - len(GAP.join([*blocks, title])) - 2 * len(GAP)
            lines = first_of((f"- {prose(one)}" for one in warnings), free, LINE)
            blocks += [title, LINE.join(lines)] if lines else []
        return blocks, left + len(warnings) - len(lines)

    def largest(self, head: str, tail: str, room: int, where: str) -> str:
        """The totals, and what may cost the most: as much as fits."""
        drift, begin = self.story.drift, GAP.join([head, _TOO_LONG])
        things: list[Drifted | Aside] = sorted([*drift.series, *drift.asides], key=_most_first)
        short = (f"- {code(one.code, _NAME)} cost at worst {cost(one.exposure)}" for one in things)
        lines = first_of(short, room - len(begin) - len(GAP), LINE)
        left = len(things) + len(drift.warnings) - len(lines)
        end = [tail] if tail else []
        return GAP.join([begin, LINE.join(lines), _more(left, where), *end])

    def _series(self, one: Drifted) -> Iterator[str]:
        """One series: what it may cost, what moved, and the command that accepts it."""
        known = [f"id {code(str(one.id))}"] if one.id is not None else []
        known += [f"{one.issued:,} issued"] if one.issued else []
        costs = [] if one.missing is not None else [f"cost at worst {strong_cost(one.exposure)}"]
        said = [f"**{code(one.code)}**", *costs, *known]
        yield " · ".join([*said, self._place(one, one.line)])
        if one.missing is not None:
            yield f"- **{self.story.gone}**: {prose(one.missing)}"
        moves = self.story.moves(one)
        for move in moves:
            yield from self._field(one, move)
        if moves:
            whole, first = self.story.accept(one)
            answer = f"Accept it: {code(whole)}" if whole else UNNAMED
            yield f"- {answer}{f', or one field of it: {code(first)}' if first else ''}"

    def _field(self, one: Drifted, move: Move) -> Iterator[str]:
        sign = "" if move.sign == "~" else f"{move.sign} "
        end = f" · {sign}{move.does}" + (" · **conflict**" if move.file else "")
        end += f": the file wants {code(move.file)} by now" if move.file else ""
        end += f" · {self._place(one, move.line, short=True)}"
        came, went = ([code(text) for sign, text in move.members if sign == by] for by in "+-")
        if move.pieces:
            yield f"- {code(move.path)}: {_words(move)}{end}"
        elif move.long:
            yield f"- {code(move.path)}: {len(went):,} go, {len(came):,} come{end}"
            signed = (("go", went), ("come", came))
            yield from (f"  - {word}: {', '.join(some)}" for word, some in signed if some)
        else:
            yield f"- {code(move.path)}: {_both(move.before, move.after)}{end}"

    def _place(self, one: Drifted, line: int, *, short: bool = False) -> str:
        """A line of a series' file, as a link where there are links."""
        url = self.links.to(one.file, line) if self.links else ""
        return f"[line {line}]({url})" if short and url else link(f"{one.file}:{line}", url)

    def _line(self, one: Drifted) -> str:
        """The same where there is no room for more."""
        said = [_short(move) for move in self.story.moves(one)]
        gone = one.missing is not None
        said.append(self.story.gone if gone else f"cost at worst {cost(one.exposure)}")
        return f"- {code(one.code)}: {', '.join(said)}"

    def _aside(self, aside: Aside, *, short: bool) -> Iterable[str]:
        """What no file manages any more. Its file is gone: there is nothing to link to."""
        group, zone = AsideGroup((aside,)), self.story.drift.zone
        return [aside_line(group, zone)] if short else Passages(zone).aside(group)


def _both(before: str, after: str, most: int | None = None) -> str:
    first = code(before, most)
    return f"{first} → **{code(after, most)}**" if before != NOT_SET else f"**{code(after, most)}**"


def _short(move: Move) -> str:
    """A field's move on a line with others; one that moves no money may be cut."""
    most = None if move.moves_money else _LONGEST
    file = f" (conflict: the file wants {code(move.file, most)})" if move.file else ""
    return f"{code(move.path)} {_both(move.before, move.after, most)}{file}"


def _words(move: Move) -> str:
    """Two texts as one: what goes struck out, what comes in bold."""
    return " ".join(
        _MARKS[kind].format(code(text.strip() if kind == "=" else text))
        for kind, text in shortened([*move.pieces])
        if kind != "=" or text.strip()
    )


def _most_first(thing: Drifted | Aside) -> tuple[bool, int, str]:
    """Without bound before all others, then by the most that it may cost, then by code."""
    cost = thing.exposure
    unbound = None in {cost.before, cost.after}
    return not unbound, -max(cost.before or 0, cost.after or 0), thing.code


def _more(count: int, where: str) -> str:
    said = f" All of it: {prose(visible(where)[:_WHERE])}." if where else ""
    return f"**{count:,} more not shown.**{said}"


def _end(drift: Drift, room: int) -> str:
    """What did not move and what is not managed, by name where that takes at most `room`."""
    said = []
    if drift.series:
        word = "as applied" if drift.base else "as the files say"
        count = many(drift.fields_compared, "field")
        said.append(f"{drift.unchanged:,} {word} ({count} compared)")
    if drift.unmanaged:
        codes = few([code(one, _CODE) for _, one in drift.unmanaged])
        named = f" ({codes})" if len(codes) <= room else ""
        said.append(f"{len(drift.unmanaged):,} live in no file{named}")
    said += [f"base {code(drift.base[:_COMMIT])}"] if drift.base else []
    said += [f"files of {code(drift.commit[:_COMMIT])}"] if drift.commit else []
    return f"---\n\n{', '.join(said)}" if said else ""
