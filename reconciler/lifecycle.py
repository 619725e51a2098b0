"""What a file says of a series beside its fields: its `lifecycle`. No part of it is ever sent."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from reconciler.text import unseen
from reconciler.values import YamlDate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# The guardrails that a file may pass, and whether each has a figure to pass it with.
ALLOWABLE: dict[str, bool] = {
    "max-percent": True,
    "max-exposure": True,
    "lookalike": False,
    "unproven-field": False,
    "side-effect": False,
    "retroactive-value": False,
    "order-of-magnitude": False,
    "unlimited-exposure": False,
    "reactivates-expired": False,
    "discount-type-changed": False,
    "no-minimum": False,
}
_WHOLE_PLAN = "[[guardrails.allow]] in reconciler.toml: the rule is about a whole plan"
# The rules that no file passes, and what to do instead.
NOT_ALLOWABLE: dict[str, str] = {
    "max-plan-exposure": _WHOLE_PLAN,
    "max-changes": _WHOLE_PLAN,
    "max-changes-share": _WHOLE_PLAN,
    "not-reviewed": "no allowance, and the change in a pull request that somebody reviews",
    "protected": "no allowance, and protect: false",
    "vanished": "no allowance, and the way out that the plan shows",
    "duplicate-live": "no allowance, and live series that can be told apart",
    "odd-live-value": "no allowance, and the live value put right",
    "immutable-field": "no allowance, and the value as it is live",
    "max-create-below-issued": "no allowance, and a maxCreate above what is issued",
}
MOST_DAYS = 90  # that an allowance may last from today
MOST_LISTED = 200  # entries of a list: there are fewer fields, and fewer rules
FULL_PERCENT = 100
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


class Lines(NamedTuple):
    """The lines of a file that an allowance takes up, and those of its reason among them."""

    entry: tuple[int, ...] = ()
    reason: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowance:
    """One guardrail that a series or a plan may pass, up to `value` where it has a figure, `until`
    a day that still counts. A share is a fraction; every other figure is a whole number.
    """

    rule: str
    reason: str
    until: date
    value: int | float | None = None
    line: int = field(default=0, compare=False)
    lines: Lines = field(default=Lines(), compare=False)  # none where they cannot be told

    def reaches(self, figure: float | None) -> bool:
        """Whether it goes as far as `figure`; None is that of a rule without one."""
        return figure is None or self.value is None or figure <= self.value

    def as_json(self) -> dict[str, Any]:
        """The entry as a file has it."""
        figure = {} if self.value is None else {"value": self.value}
        return {
            "rule": self.rule,
            **figure,
            "reason": self.reason,
            "until": self.until.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What a file says of a series' life. Two that say the same are equal, wherever they stand."""

    protect: bool = False
    adopt: int | None = None
    ignore_changes: tuple[str, ...] = ()
    allow: tuple[Allowance, ...] = ()
    line: int = field(default=0, compare=False)

    def allows(self, rule: str, today: date) -> Allowance | None:
        """The allowance of a rule that has not expired."""
        found = [one for one in self.allow if one.rule == rule and one.until >= today]
        return found[0] if found else None

    def ignores(self, path: str) -> bool:
        """Whether a path is ignored: by its own name, or with the whole of its field."""
        return path in self.ignore_changes or path.partition(".")[0] in self.ignore_changes

    def as_json(self) -> dict[str, Any]:
        """What is set, under the keys of a file and in one order; `{}` when nothing is."""
        said = {
            "protect": self.protect,
            "adopt": self.adopt,
            "ignoreChanges": list(self.ignore_changes),
            "allow": [one.as_json() for one in self.allow],
        }
        return {key: value for key, value in said.items() if value}

    @classmethod
    def from_json(cls, raw: object) -> Lifecycle:
        """What `as_json` gave. Raise ValueError for anything that it does not give."""
        try:
            made = from_file(raw)  # type: ignore[arg-type] # whatever it is, the next line compares
            same = json.dumps(made.as_json(), sort_keys=True) == json.dumps(raw, sort_keys=True)
            if same and _typed(made) and not any(violations(made.as_json(), date.max)):
                return made
        except (AttributeError, KeyError, TypeError, ValueError):
            pass
        raise ValueError("not a lifecycle as a plan holds it")


NONE = Lifecycle()
Path: TypeAlias = "tuple[str | int, ...]"


def from_file(
    raw: Mapping[str, Any], line: int = 0, places: Sequence[tuple[int, Lines]] = ()
) -> Lifecycle:
    """The value of a mapping that has passed every check; `places` are those of its allowances:
    the line of each, and all its lines.
    """
    allow = raw.get("allow", ())
    places = places or [(0, Lines())] * len(allow)
    return Lifecycle(
        protect=raw.get("protect", False),
        adopt=raw.get("adopt"),
        ignore_changes=tuple(raw.get("ignoreChanges", ())),
        allow=tuple(
            Allowance(one["rule"], one["reason"], _day(one["until"]), one.get("value"), *place)
            for one, place in zip(allow, places, strict=True)
        ),
        line=line,
    )


def _typed(made: Lifecycle) -> bool:
    """Whether what came from outside has the types and the rules that the class promises."""
    numbers: list[object] = [made.adopt, *(one.value for one in made.allow)]
    texts: list[object] = [*made.ignore_changes, *(one.reason for one in made.allow)]
    return (
        made.as_json().get("protect", True) is True
        and all(number is None or (type(number) is int and number > 0) for number in numbers)
        and all(type(text) is str for text in texts)
        and all(one.rule in ALLOWABLE for one in made.allow)
    )


def bare_date(raw: object) -> date | None:
    """The day that a bare date names; None for anything else."""
    text = raw.text if isinstance(raw, YamlDate) else raw
    try:
        return date.fromisoformat(text) if isinstance(text, str) and _DAY.match(text) else None
    except ValueError:
        return None


def _day(raw: object) -> date:
    found = bare_date(raw)
    if found is None:
        raise ValueError("not a bare date")
    return found


def last_day(today: date) -> date:
    """The last day that an allowance may name."""
    return today + timedelta(days=min(MOST_DAYS, (date.max - today).days))


class Broken(NamedTuple):
    """What is wrong in a `lifecycle`: at which path below it, and what to write instead."""

    path: Path
    rule: str
    message: str
    hint: str


def violations(raw: Mapping[str, Any], today: date) -> Iterator[Broken]:
    """Every rule between the values of a file's `lifecycle`. What has a wrong shape breaks none."""
    yield from _repeated(raw.get("ignoreChanges"), "ignoreChanges", "duplicate-ignore")
    allow = raw.get("allow")
    if not isinstance(allow, list):
        return
    rules = [one.get("rule") if isinstance(one, dict) else None for one in allow]
    yield from _repeated(rules, "allow", "duplicate-allowance", "rule")
    for index, one in enumerate(islice(allow, MOST_LISTED)):
        if isinstance(one, dict):
            yield from _allowance(one, ("allow", index), today)


def expired(raw: Mapping[str, Any], today: date) -> Iterator[Broken]:
    """Every allowance that is over: no error, as the guardrail is back, but nobody may notice."""
    allow = raw.get("allow")
    for index, one in enumerate(islice(allow if isinstance(allow, list) else [], MOST_LISTED)):
        until = bare_date(one.get("until")) if isinstance(one, dict) else None
        rule = one.get("rule") if until is not None and until < today else None
        if isinstance(rule, str) and rule in ALLOWABLE:
            yield Broken(
                ("allow", index, "until"),
                "allowance-expired",
                f"the allowance of {rule} ended on {until}; take it out, or say until when",
                f"{last_day(today)} at most, or no allowance",
            )


def _repeated(names: object, key: str, rule: str, *below: str) -> Iterator[Broken]:
    seen: set[str] = set()
    for index, name in enumerate(islice(names if isinstance(names, list) else [], MOST_LISTED)):
        if isinstance(name, str) and name in seen:
            message = f"{name} stands twice in {key}"
            yield Broken((key, index, *below), rule, message, "one of the two")
        elif isinstance(name, str):
            seen.add(name)


def _allowance(one: Mapping[str, Any], path: Path, today: date) -> Iterator[Broken]:
    yield from _figure(one, path)
    reason = one.get("reason")
    if isinstance(reason, str) and all(unseen(letter) or letter.isspace() for letter in reason):
        hint = '"why, and who agreed"'
        yield Broken((*path, "reason"), "allowance-reason", "the reason says nothing", hint)
    until, last = bare_date(one.get("until")), last_day(today)
    if until is not None and until > last:
        message = f"{until} is more than {MOST_DAYS} days ahead of today, {today}"
        yield Broken((*path, "until"), "allowance-until", message, f"{last} at most")


def _figure(one: Mapping[str, Any], path: Path) -> Iterator[Broken]:
    rule, value = one.get("rule"), one.get("value")
    has_figure = ALLOWABLE.get(rule) if isinstance(rule, str) else None
    if has_figure and "value" not in one:
        sample = (
            "the percent that is meant" if rule == "max-percent" else "the amount that is meant"
        )
        message = f"value is missing; {rule} is allowed up to a figure"
        yield Broken((*path, "value"), "missing-key", message, f"value: {sample}")
    elif has_figure is False and "value" in one:
        message = f"{rule} has no figure, and so its allowance no value"
        yield Broken((*path, "value"), "allowance-value", message, "no value beside this rule")
    elif rule == "max-percent" and isinstance(value, int) and value > FULL_PERCENT:
        message = f"{value} percent is more than the whole price"
        yield Broken((*path, "value"), "percent", message, f"{FULL_PERCENT} at most")
