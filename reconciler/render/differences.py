"""How a plan differs from what was reviewed, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.comparing import DIFFERENT, GONE, NEW
from reconciler.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.comparing import Difference
    from reconciler.render.ink import Ink

_SAID = {
    NEW: ("+", "green", "is new: no reviewed plan has it"),
    GONE: ("-", "yellow", "is gone: it was reviewed, and there is nothing to do for it any more"),
    DIFFERENT: ("≠", "red", "is different from what was reviewed"),
}


def differences_text(differences: Sequence[Difference], ink: Ink) -> str:
    """Each change that is not as reviewed, and in which field."""
    lines = ["The plan is not the reviewed one:"]
    for one in differences:
        sign, colour, said = _SAID[one.kind]
        lines.append(f"  {ink(sign, colour)} {ink(visible(one.code), 'bold')} {said}")
        lines += _places(one)
    return "\n".join(lines)


def _places(difference: Difference) -> Iterator[str]:
    for place in difference.places:
        yield f"      {visible(place.path)}: reviewed {visible(place.reviewed)}"
        yield f"      {' ' * len(visible(place.path))}       now {visible(place.now)}"


def differences_json(differences: Sequence[Difference]) -> list[dict[str, Any]]:
    """The same, for the apply report."""
    return [
        {
            "kind": one.kind,
            "seriesCode": one.code,
            "fields": [
                {"path": place.path, "reviewed": place.reviewed, "now": place.now}
                for place in one.places
            ],
        }
        for one in differences
    ]
