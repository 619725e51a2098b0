"""That no text of others acts in a plan as text, or breaks its lines, whatever it is."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.change import Aside, Change
from reconciler.diff import FieldChange
from reconciler.effect import Effect
from reconciler.exposure import Counters, Exposure
from reconciler.fields import canonical
from reconciler.lifecycle import NONE
from reconciler.plan import Plan
from reconciler.reason import Blocked
from reconciler.render.ink import Ink
from reconciler.render.lines import columns
from reconciler.render.text import outcome_text, plan_text
from reconciler.report import Outcome
from reconciler.text import unseen

NASTY = st.one_of(
    st.text(),
    st.builds(
        "{}{}{}".format,
        st.text(max_size=3),
        st.sampled_from(
            ["\n::error::x", "\r::", "\u2028::x", "\x1b[2J", "\u202e", "##[x]", "\x9b"]
        ),
        st.text(max_size=3),
    ),
)


AMOUNTS = st.none() | st.integers(0, 10**12)
EFFECTS = st.sampled_from([None, *(one.value for one in Effect)])
REASONS = st.lists(st.builds(Blocked, st.just("lookalike"), NASTY), max_size=2).map(tuple)
FIELDS_ = st.one_of(
    st.tuples(NASTY.map("customPropertyMap.{}".format), NASTY, NASTY),
    st.tuples(st.just("smsTemplate"), NASTY, NASTY),
    st.tuples(st.just("info"), *(NASTY.map(("so many words " * 5).__add__),) * 2),
    st.tuples(st.just("discountValue"), st.integers(0, 99), st.integers(0, 10**9)),
    st.tuples(st.just("maxRedeem"), st.just(-1), st.integers(-5, 10**9)),
    st.tuples(
        st.just("mutualExclusiveSeriesIds"),
        st.lists(st.integers(1, 99)),
        st.lists(st.integers(1, 10**6), max_size=60),
    ),
)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """A change with the worst texts."""
    action = draw(st.sampled_from(["create", "adopt", "update"]))
    moved = {path: (now, then) for path, now, then in draw(st.lists(FIELDS_, max_size=4))}
    return Change(
        action=action,
        code=draw(NASTY),
        id=None if action == "create" else 7,
        file=draw(NASTY),
        line=1,
        fields=tuple(
            FieldChange(path, *pair, 3, None, draw(EFFECTS), draw(st.booleans()))
            for path, pair in moved.items()
        ),
        managed={
            path: (canonical(path, now), canonical(path, then))
            for path, (now, then) in moved.items()
        }
        | {"seriesCode": (draw(NASTY), "A")},
        sent={},
        money={},
        lifecycle=NONE,
        shown=(),
        counters=Counters(),
        seen=(),
        warnings=tuple(draw(st.lists(NASTY, max_size=1))),
        target="sandbox",
        host="sandbox",
        owned=draw(st.sampled_from([None, True, False])),
        given={"lookalike": draw(NASTY)},
        exposure=Exposure(draw(AMOUNTS), draw(AMOUNTS)),
        blocked=draw(REASONS),
        warned=draw(REASONS),
        allowed=draw(REASONS),
    )


ASIDES = st.builds(
    Aside,
    st.sampled_from(["no longer managed", "allow changed", "file deleted", "drift accepted"]),
    NASTY,
    NASTY,
    st.just(1),
    st.none() | NASTY,
    st.none() | NASTY,
    st.none() | NASTY,
    EFFECTS.filter(bool),
    st.builds(Exposure, AMOUNTS, AMOUNTS),
    REASONS,
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan that was computed from the worst texts."""
    return Plan(
        target=draw(NASTY),
        host="sandbox",
        changes=tuple(draw(st.lists(changes(), max_size=3))),
        unchanged=0,
        fields_compared=1,
        unmanaged=((1, draw(NASTY)),),
        warnings=tuple(draw(st.lists(NASTY, max_size=1))),
        reads=1,
        created_at="2026-01-01T00:00:00Z",
        zone="Asia/Kolkata",
        asides=tuple(draw(st.lists(ASIDES, max_size=2))),
    )


def inert(text: str) -> bool:
    plain = text.replace("\n", "")
    return "::" not in text and "##[" not in text and not any(map(unseen, plain))


@settings(deadline=None)
@given(plans())
def test_no_text_of_others_acts_in_a_plan(plan: Plan) -> None:
    assert inert(plan_text(plan, Ink()))


@settings(deadline=None)
@given(plans())
def test_no_text_of_others_begins_a_line(plan: Plan) -> None:
    ours = re.compile(
        r"Plan for |[+~@] (create|update|adopt)( |$)|- |warning:|Blocked$|Look here|Moves without"
        r"|Not of|The rest$|[\d,]+ (to |blocked)|No changes|Nothing to write|Applying|Plan digest: "
        r"|    |$"
    )
    found = [line for line in plan_text(plan, Ink()).split("\n") if not ours.match(line)]

    assert [] == found


@settings(deadline=None)
@given(plans(), st.integers(40, 160))
def test_no_line_is_wider_than_the_terminal_but_for_a_single_word(plan: Plan, width: int) -> None:
    lines = plan_text(plan, Ink(), width=width).split("\n")[1:-1]  # the target's name, the digest

    assert [] == [line for line in lines if columns(line) > width and " " in line.strip(" ")]


@given(NASTY, NASTY, st.sampled_from(["done", "failed", "moved"]))
def test_no_text_of_others_acts_in_an_outcome(code: str, error: str, status: str) -> None:
    shown = outcome_text(Outcome(code, "update", 7, status, error), Ink())

    assert inert(shown)
    assert "\n" not in shown
