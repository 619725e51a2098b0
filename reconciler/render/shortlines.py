"""What a Markdown page says of one change where there is no room for more: one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.change import Aside
from reconciler.fields import FIELDS, split
from reconciler.render.asidewords import aside_effect, aside_words, left_alone
from reconciler.render.literal import code
from reconciler.render.meaning import cost, cost_of, sides
from reconciler.render.story import AsideGroup, Group, own, risk
from reconciler.render.wording import NOT_SET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.change import Change
    from reconciler.diff import FieldChange
    from reconciler.exposure import Exposure

LONGEST = 60  # characters of a value that moves no money
_CODE = 60  # characters of a code where not even the lines fit


def group_line(group: Group, zone: str) -> str:
    """`code field before → after` for each field, with all the codes of a group, and what it may
    cost. A create has its money fields alone: the others have no before.
    """
    first = group.first
    moves = [
        f"{code(one.path)} {two_sides(one.path, sides(first, one, zone))}" for one in told(first)
    ]
    total = exposures([change.exposure for change in group.changes])
    if len(group.changes) == 1:
        total = cost_of(first, zone)
    said = ", ".join([*moves, f"cost at worst {total}"])
    return f"- {codes_of(group)} {first.action}{rules_of(group)}: {said}"


def told(change: Change) -> tuple[FieldChange, ...]:
    """The fields that are told of a change: of a create those that move money."""
    every = change.action != "create"
    return tuple(one for one in change.fields if every or split(one.path)[0].moves_money)


def codes_of(group: Group) -> str:
    """The codes of all series of a group."""
    return ", ".join(code(change.code) for change in group.changes)


def rules_of(group: Group) -> str:
    """What is said against a group, by name."""
    return _rules(group.first) + (", held up with the whole plan" if group.held else "")


def aside_line(group: AsideGroup, zone: str) -> str:
    """The same for what stands without a change."""
    aside, path = group.first, group.first.path or ""
    said = [", ".join(code(one.code) for one in group.asides)] if aside.code else []
    said += [code(aside.kind)] + ([code(path)] if path else [])
    if (aside.before, aside.after) != (None, None):
        pair = aside_words(aside, zone)
        between = " in the file, stays live at " if left_alone(aside) else " → "
        said.append(two_sides(path if aside.code else "", pair, between))
    effect = aside_effect(aside)
    most = f", cost at worst {cost(aside.exposure)}" if aside.code else ""
    return f"- {' '.join(said)}{_rules(aside)}{f', {effect}' if effect else ''}{most}"


def thing_line(thing: Change | Aside, zone: str) -> str:
    """The line of one change, or of what stands without one, where many are told together."""
    if isinstance(thing, Aside):
        return aside_line(AsideGroup((thing,)), zone)
    whose = ", not of this pull request" if thing.owned is False else ""
    return group_line(Group((thing,), risk(thing)), zone) + whose


def cost_line(thing: Change | Aside) -> str:
    """Its code and what it may cost: for a page that cannot hold its values."""
    name = code(thing.code, _CODE) if thing.code else code(getattr(thing, "path", "") or "", _CODE)
    blocked = "blocked, " if thing.blocked else ""
    whose = "not of this pull request, " if getattr(thing, "owned", None) is False else ""
    return f"- {name} {blocked}{whose}cost at worst {cost(thing.exposure)}"


def exposures(costs: Sequence[Exposure]) -> str:
    """What several series can cost together: the bounded ones added up, the others counted."""
    known = [(one.before, one.after) for one in costs]
    bounded = [(was, now) for was, now in known if was is not None and now is not None]
    said = []
    if bounded or not costs:
        before, after = sum(was for was, _ in bounded), sum(now for _, now in bounded)
        said.append(f"{before:,} → {after:,}" if before != after else f"unchanged at {after:,}")
    for count, words in (
        (sum(now is None and was is not None for was, now in known), "unlimited from now on"),
        (sum(now is None and was is None for was, now in known), "unlimited as before"),
        (sum(now is not None and was is None for was, now in known), "unlimited no more"),
    ):
        if count:
            said.append(words if len(costs) == 1 else f"{count:,} series {words}")
    return ", and ".join([", ".join(said[:-1]), said[-1]] if said[1:] else said)


def two_sides(
    path: str, pair: tuple[str, str], between: str = " → ", longest: int = LONGEST
) -> str:
    """Both values; one of a field that moves no money may be cut to `longest` characters."""
    field = FIELDS.get(path.partition(".")[0])
    most = None if field is None or field.moves_money else longest
    before, after = (code(value, most) for value in pair)
    return after if pair[0] in {NOT_SET, pair[1]} else f"{before}{between}{after}"


def _rules(thing: Change | Aside) -> str:
    """What is said against it, by name: the words do not fit."""
    said = ""
    for kind in ("blocked", "warned", "allowed"):
        rules = [code(why.rule) for why in own(getattr(thing, kind))]
        said += f", {kind} ({', '.join(rules)})" if rules else ""
    return said
