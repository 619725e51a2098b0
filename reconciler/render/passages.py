"""What a Markdown page says of one change, or of what stands without one: in full, with links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.diff import recorded
from reconciler.effect import Effect
from reconciler.render.asidewords import aside_effect, aside_means, aside_words, left_alone
from reconciler.render.literal import code, link, prose
from reconciler.render.meaning import by_offer, cost, cost_of, offer, sides
from reconciler.render.story import PLAIN, own
from reconciler.render.worddiff import shortened, word_diff
from reconciler.render.wording import NOT_SET
from reconciler.render.words import many, members
from reconciler.sideeffects import CAUSE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.change import Aside, Change
    from reconciler.diff import FieldChange
    from reconciler.exposure import Exposure
    from reconciler.reason import Blocked
    from reconciler.render.links import Links
    from reconciler.render.story import AsideGroup, Group

SIGNS = {"blocked": "⛔", "warned": "⚠️", "allowed": "✔️"}
_LONG = 80  # characters from which on a text is shown word by word
_LONG_LIST = 200  # and a list by what comes and goes
_FEW = 20  # series of a group that are named with their files
_MARKS = {"=": "{}", "-": "~~{}~~", "+": "**{}**"}


@dataclass(frozen=True, slots=True)
class Passages:
    """How one plan's changes are told: `links` leads to their files, `zone` is the target's.

    Without `offers` equal changes do not say what becomes of each series: that takes less room.
    """

    zone: str
    links: Links | None = None
    offers: bool = True

    def group(self, group: Group) -> Iterator[str]:
        """The lines of one change, or of one that several series share."""
        first, together = group.first, len(group.changes) > 1
        yield from self._together(group) if together else self._alone(first)
        yield from reasons(group.changes)
        if group.held:
            rules = ", ".join(map(code, group.held))
            yield f"- {SIGNS['blocked']} held up with the whole plan {rules}"
        for field in first.fields:
            yield from self._field(first, field, len(group.changes) - 1)
        yield from (f"- {SIGNS['warned']} {prose(warning)}" for warning in first.warnings)

    def aside(self, group: AsideGroup) -> Iterator[str]:
        """The lines of what a pull request moves without a change."""
        aside, others = group.first, len(group.asides) - 1
        codes = ", ".join(code(one.code) for one in group.asides)
        name = f"**{codes}**: " if aside.code else ""
        said = [f"{name}**{prose(aside.kind)}**"]
        if not left_alone(aside):
            said[0] += f" {code(aside.path)}" if aside.path else ""
            if (aside.before, aside.after) != (None, None):
                said[0] += f" {_move(*aside_words(aside, self.zone))}"
        said.append(aside_means(aside, self.zone, code))
        effect, each = aside_effect(aside), " of each" if others else ""
        said.append(signed(effect, aside.effect) if effect else "")
        said.append(f"cost at worst{each} {strong_cost(aside.exposure)}" if aside.code else "")
        more = f" and in {many(others, 'more file', 'more files')}" if others else ""
        said.append(self._place(aside.file, aside.line, group.commit) + more)
        yield f"- {' · '.join(part for part in said if part)}"
        yield from (f"  {why}" for why in reasons(group.asides))

    def _alone(self, change: Change) -> Iterator[str]:
        number = "" if change.id is None else f" · id {code(str(change.id))}"
        if change.action == "adopt":
            number += f", {change.counters.issued:,} issued, {change.counters.redeemed:,} redeemed"
        yield (
            f"**{code(change.code)}** · {change.action} · cost at worst {self._cost(change)}"
            f"{number} · {self._place(change.file, change.line)}"
        )
        yield f"- {prose(offer(change, self.zone))}"

    def _together(self, group: Group) -> Iterator[str]:
        """What series have in common, and which they are. Each bears its exposure where they
        differ in it, and what it offers where that is not too much.
        """
        changes = group.changes
        costs = {self._cost(change) for change in changes}
        each = f" · cost at worst of each {costs.pop()}" if len(costs) == 1 else ""

        def named(those: Sequence[Change]) -> str:
            few = len(changes) <= _FEW
            if each:
                return ", ".join(self._named(one, few=few) for one in those)
            return "; ".join(
                f"{self._named(one, few=few)} {cost_of(one, self.zone)}" for one in those
            )

        yield f"**The same change in {many(len(changes), 'series', 'series')}** · update{each}"
        told = self.offers and group.alone != PLAIN
        offers = by_offer(changes, self.zone) if told else {}
        if 1 < len(offers) <= _FEW:
            yield from (f"- {named(those)}: {prose(said)}" for said, those in offers.items())
        else:
            yield f"- {named(changes)}"
            yield from (f"- {prose(said)}" for said in offers if len(offers) == 1)

    def _cost(self, change: Change) -> str:
        """What a change may cost, stressed where that moves."""
        said = cost_of(change, self.zone)
        return f"**{said}**" if change.exposure.before != change.exposure.after else said

    def _named(self, change: Change, *, few: bool) -> str:
        if not few:
            return code(change.code)
        url = self.links.to(change.file, change.line) if self.links else ""
        shown = link(change.code, url)
        return shown if url else f"{shown} ({code(f'{change.file}:{change.line}')})"

    def _field(self, change: Change, field: FieldChange, others: int) -> Iterator[str]:
        """A field's move. `others`: in how many more series it is the same."""
        before, after = sides(change, field, self.zone)
        words = _told(field) if change.action != "create" else ""
        end = f" · {words}" if words else ""
        if field.cause != CAUSE:
            end += f" · {self._place(change.file, field.line, in_file=others > 0)}"
            end += f" and in {many(others, 'more file', 'more files')}" if others else ""
        long = len(before) + len(after)
        went, came = _listed(change, field) if long > _LONG_LIST else ([], [])
        if came or went:
            yield f"- {code(field.path)}: {len(went):,} go, {len(came):,} come{end}"
            signed = (("go", went), ("come", came))
            yield from (f"  - {word}: {', '.join(some)}" for word, some in signed if some)
        elif long > _LONG and _is_text(field.before, before) and _is_text(field.after, after):
            yield f"- {code(field.path)}: {_words(field.before, field.after)}{end}"
        else:
            yield f"- {code(field.path)}: {_move(before, after)}{end}"

    def _place(
        self, file: str, line: int, commit: str | None = None, *, in_file: bool = True
    ) -> str:
        """A line of a file, as a link where there are links, to another commit where one is given.
        The file is named where that is not the one of the whole passage.
        """
        url = self.links.to(file, line, commit) if self.links else ""
        return link(f"{file}:{line}", url) if in_file or not url else f"[line {line}]({url})"


def strong_cost(exposure: Exposure) -> str:
    """What something may cost, stressed where that moves."""
    said = cost(exposure)
    return f"**{said}**" if exposure.before != exposure.after else said


def signed(said: str, effect: str) -> str:
    """What is said of an effect, with a sign of its direction."""
    found = Effect(effect)
    sign = "▲ " if found.eases else "▼ " if found.tightens else ""
    return f"{sign}{said}"


def _told(field: FieldChange) -> str:
    """What a move does, and who moved."""
    words = [signed(field.effect, field.effect)] if field.effect else []
    words += ["**retroactive**"] if field.retroactive else []
    words += [prose(field.cause)] if field.cause else []
    return ", ".join(words)


def reasons(things: Sequence[Change | Aside]) -> Iterator[str]:
    """Why things that hit the same rules are blocked, warned of or allowed: equal words once."""
    for kind, sign in SIGNS.items():
        told: dict[Blocked, list[Change | Aside]] = {}
        for thing in things:
            for why in own(getattr(thing, kind)):
                told.setdefault(why, []).append(thing)
        for why, those in told.items():
            codes = ", ".join(code(one.code) for one in those)
            whose = "" if len(those) == len(things) else f"{codes}: "
            by = _giver(those[0], why.rule) if kind == "allowed" else ""
            yield f"- {sign} **{kind}** {code(why.rule)}{by}: {whose}{prose(why.message)}"


def _giver(thing: Change | Aside, rule: str) -> str:
    """Who wrote an allowance, where that is known."""
    giver = thing.given.get(rule)
    return f" (written by {code(giver)})" if giver else ""


def _move(before: str, after: str) -> str:
    if before == after:
        return code(after)
    return f"**{code(after)}**" if before == NOT_SET else f"{code(before)} → **{code(after)}**"


def _words(before: str, after: str) -> str:
    """Two texts as one: what goes struck out, what comes in bold."""
    pieces = shortened(word_diff(before, after))
    return " ".join(
        _MARKS[kind].format(code(text.strip() if kind == "=" else text))
        for kind, text in pieces
        if kind != "=" or text.strip()
    )


def _is_text(value: object, said: str) -> bool:
    return isinstance(value, str) and said == f'"{value}"'


def _listed(change: Change, field: FieldChange) -> tuple[list[str], list[str]]:
    """The members of a list that go, and those that come."""
    if field.before is None or field.cause == CAUSE:
        return [], []
    now, then = change.managed[field.path]
    applied = recorded(now)
    found = list(members(field.path, now if applied is None else applied, then))
    went, came = ([code(text) for sign, text in found if sign == one] for one in "-+")
    return went, came
