"""Drift as one page that needs nothing else: no request leaves it, and nothing runs in it."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from reconciler.effect import Effect
from reconciler.exposure import Exposure, total
from reconciler.render.drift_words import (
    RETIRED,
    RISKY,
    UNNAMED,
    DriftStory,
)
from reconciler.render.html import environment, source
from reconciler.render.page import Costs
from reconciler.render.pagewords import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.drift import Drift, Drifted
    from reconciler.render.links import Links

_OPEN = 12  # of "The rest": what is more stands closed


def drift_html(drift: Drift, links: Links | None = None) -> str:
    """The whole page. Equal drifts give equal bytes."""
    style = f"{source('plan.css')}\n{source('drift.css')}"
    return (
        environment()
        .get_template("drift.html")
        .render(
            drift=drift,
            story=DriftStory(drift),
            words=Words(drift.zone, links),
            costs=_costs(drift.series),
            columns=("As applied" if drift.base else "The file", "Live now"),
            effects=_effects,
            first=RISKY,
            retired=RETIRED,
            unnamed=UNNAMED,
            limit=_OPEN,
            facts=_facts(drift),
            style=style,
            policy=_policy(style),
        )
    )


def _policy(style: str) -> str:
    """What a browser may load: the page's own style."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _costs(series: Iterable[Drifted]) -> Costs:
    """What the series can cost. What is without bound is counted, never added up."""
    costs = [one.exposure for one in series]
    free = [one for one in costs if one.after is None]
    return Costs(
        together=_sum(costs),
        number=len(costs),
        unbound=len(free),
        newly=sum(one.before is not None for one in free),
        bounded=_sum([one for one in costs if one.after is not None]),
    )


def _sum(costs: list[Exposure]) -> Exposure:
    return Exposure(total(one.before for one in costs), total(one.after for one in costs))


def _effects(one: Drifted) -> list[str]:
    """What live's moves do in all, the generous first."""
    found = {Effect(field.effect) for field in one.fields} - {Effect.NEUTRAL}
    order = [*Effect]
    return [
        effect.value for effect in sorted(found, key=lambda it: (not it.eases, order.index(it)))
    ]


def _facts(drift: Drift) -> list[tuple[str, str | None]]:
    """What the page is of."""
    return [
        ("Files of", drift.commit),
        ("What was applied", drift.base),
        ("Zone", drift.zone),
        ("Made at", drift.created_at),
    ]
