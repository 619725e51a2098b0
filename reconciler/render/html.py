"""The plan as one page that needs nothing else: no request leaves it, and it runs only what it was
made with. Nothing of a plan is markup: the templates escape whatever they are given.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from reconciler.effect import Effect
from reconciler.render.asidewords import left_alone
from reconciler.render.meaning import amount
from reconciler.render.page import (
    actions_of,
    costs_of,
    facts_of,
    filters_of,
    headline_of,
    reasons_of,
    sections_of,
    whole_of,
)
from reconciler.render.pagewords import Words
from reconciler.render.story import Story
from reconciler.render.timeline import timeline
from reconciler.render.words import many
from reconciler.sideeffects import CAUSE
from reconciler.text import unseen

if TYPE_CHECKING:
    from reconciler.change import Change
    from reconciler.plan import Plan
    from reconciler.render.links import Links

_TEMPLATES = PackageLoader("reconciler.render")
_OPEN = 12  # of "The rest": what is more stands closed
_IN_SIGHT = 60  # rows of the timeline: a longer one stands closed
_STILL = 12  # windows that do not move: what is more stands closed, by itself


def plan_html(plan: Plan, links: Links | None = None, now: datetime | None = None) -> str:
    """The whole page. `now` is the day of its timeline, and where nothing is said the plan's own:
    equal plans give equal bytes.
    """
    story, zone = Story(plan), ZoneInfo(plan.zone)
    sections = sections_of(story)
    moment = now or datetime.fromisoformat(plan.created_at)
    drawn = timeline(
        (
            (entry.anchor, change)
            for section in sections
            for entry in section.entries
            for change in entry.changes
        ),
        zone,
        moment,
    )
    costs, foreign = costs_of(story)
    style, script = source("plan.css"), source("plan.js")
    return (
        environment()
        .get_template("plan.html")
        .render(
            plan=plan,
            sections=sections,
            words=Words(plan.zone, links),
            timeline=drawn,
            costs=costs,
            foreign=foreign,
            whole=whole_of(story),
            headline=headline_of(story),
            actions=actions_of(plan),
            filters=filters_of(sections),
            number=sum(section.number for section in sections),
            facts=facts_of(plan),
            style=style,
            script=script,
            policy=_policy(style, script),
            limits={"open": _OPEN, "in_sight": _IN_SIGHT, "still": _STILL},
        )
    )


@cache
def environment() -> Environment:
    """Jinja, with everything escaped, and a mistake in a template an error."""
    made = Environment(
        loader=_TEMPLATES,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_literal,
    )
    made.globals.update(
        amount=amount,
        many=many,
        left_alone=left_alone,
        reasons_of=reasons_of,
        symbol=_symbol,
        tone=_tone,
        effects=_effects,
        side_effect=CAUSE,
    )
    return made


@cache
def source(name: str) -> str:
    """A file that stands in the page as it is: ours, and so no value to be escaped."""
    text, _, _ = _TEMPLATES.get_source(environment(), name)
    return text.strip()


def _policy(*inline: str) -> str:
    """What a browser may load and run: the page's own style and script."""
    style, script = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}';"
        " img-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _symbol(effect: str) -> str:
    """The direction of an effect, as in the text view."""
    found = Effect(effect)
    return "▲" if found.eases else "▼" if found.tightens else "~"


def _tone(effect: str) -> str:
    """How loud an effect is shown."""
    return "eases" if Effect(effect).eases else "calm"


def _effects(change: Change) -> list[str]:
    """What a change does in all, the generous first."""
    found = sorted(change.effects - {Effect.NEUTRAL}, key=list(Effect).index)
    said = [one.value for one in sorted(found, key=lambda one: not one.eases)]
    return ["activates"] if change.action == "create" and "activates" in said else said


def _literal(value: object) -> object:
    """What is printed, text with all that nobody sees or that reorders text as escapes."""
    if type(value) is not str or (value.isascii() and value.isprintable()):
        return value
    return "".join(
        letter.encode("unicode_escape").decode("ascii") if unseen(letter) else letter
        for letter in value
    )
