"""What moves without a change, in words. As they are: each view escapes for its own medium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.against import ADOPTED, DELETED, UNMANAGED
from reconciler.asides import ACCEPTED, UNSEEN
from reconciler.effect import Effect
from reconciler.fields import FIELDS
from reconciler.render.wording import NOT_SET, said, spelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.change import Aside

_NOBODYS = (
    "live goes on as it is, and nobody manages it any more; to end it, give it an end date first,"
    " and apply"
)
_MEANS = {
    DELETED: _NOBODYS,
    UNMANAGED: _NOBODYS,
    ACCEPTED: "live has this already",
    UNSEEN: "live does not show this field: the next update of the series sends it, as any does",
}


def aside_words(aside: Aside, zone: str) -> tuple[str, str]:
    """What an aside says before and after."""
    path = aside.path or ""
    if isinstance(aside.before, dict) and "live" in aside.before:
        words = _of_live(aside.before, zone)
        return words, words
    if aside.code and path.partition(".")[0] in FIELDS:
        return said(path, aside.before, zone), said(path, aside.after, zone)
    if aside.kind == ADOPTED:
        return _number(aside.before), _number(aside.after)
    return _plainly(aside.before), _plainly(aside.after)


def _of_live(found: dict[str, Any], zone: str) -> str:
    """What live has of a series that no file names any more."""
    words = [f"id {found['id']}"] if found.get("id") else []
    if not found["live"]:
        gone = "live has it no more" if words else "the list of live series does not show it"
        return ", ".join([*words, gone])
    words += [f"called {found['seriesCode']} by now"] if "seriesCode" in found else []
    for name in ("validTillDate", "maxCreate", "maxRedeem"):
        words += [f"{name} {said(name, found[name], zone)}"] if name in found else []
    return ", ".join([*words, f"{found.get('issued', 0):,} issued"])


def aside_effect(aside: Aside) -> str:
    """What an aside does; nothing where that says nothing. A guard gives nothing away itself."""
    effect = Effect(aside.effect)
    if not aside.code and (effect.eases or effect.tightens):
        return "guard loosened" if effect.eases else "guard tightened"
    return "" if effect is Effect.NEUTRAL else aside.effect


def left_alone(aside: Aside) -> bool:
    """Whether it is about a field that the file gives up: its values are in what it means."""
    return aside.kind == UNMANAGED and aside.path is not None


def aside_means(aside: Aside, zone: str, shown: Callable[[str], str] = str) -> str:
    """What comes of an aside, where that is not plain. `shown` escapes a name or a value."""
    if isinstance(aside.before, dict) and aside.before.get("live") is False:
        return ""
    if not left_alone(aside):
        return _MEANS.get(aside.kind, "")
    path = shown(aside.path or "")
    before, after = aside_words(aside, zone)
    if before == after:
        return f"{path} stays {shown(after)}, and nobody puts it back any more"
    has = "live shows none" if aside.after is None else f"live has {shown(after)}"
    return (
        f"{path}: the file said {shown(before)}, {has}, which stays; nobody puts it back any more"
    )


def _number(found: int | None) -> str:
    """The id of a series: it counts nothing, and is not grouped."""
    return NOT_SET if found is None else str(found)


def _plainly(value: Any) -> str:  # noqa: ANN401 - any JSON
    """A value that is no field's: of a lifecycle, or of the guardrails."""
    match value:
        case None:
            return NOT_SET
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value:,}"
        case {"rule": rule, "reason": reason, "until": until}:
            upto = f" up to {_plainly(value['value'])}" if "value" in value else ""
            return f'{rule}{upto} until {until} ("{reason}")'
        case [*items]:
            return "; ".join(item if isinstance(item, str) else _plainly(item) for item in items)
        case _:
            return spelled(value)
