"""The tables of `reconciler.toml`, and what is said of one that cannot be used."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler import targettable
from reconciler.errors import UsageError
from reconciler.guardrails import ALWAYS, BLOCK, DEFAULT, FIGURES, PLAN_RULES, RULES, WARN
from reconciler.lifecycle import ALLOWABLE, MOST_DAYS, Allowance, bare_date, last_day
from reconciler.targettable import TargetTable, near, shown
from reconciler.text import clip, unseen, visible
from reconciler.tomlplaces import Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.guardrails import Guardrails

MOST = 10**15  # of a figure: more than anybody can mean
_SHARE = "a share above 0 and up to 1, such as 0.3"


@dataclass(frozen=True, slots=True)
class Rails:
    """One `guardrails` table: what it sets, and nothing else."""

    figures: Mapping[str, Any] = field(default_factory=dict)
    severity: Mapping[str, str] = field(default_factory=dict)
    allow: tuple[Allowance, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file without mistakes. `name` is what messages call it."""

    name: str = "reconciler.toml"
    default_target: str | None = None
    require_approval: bool = True  # by somebody else than who made a pull request
    targets: Mapping[str, TargetTable] = field(default_factory=dict)
    rails: Rails = field(default_factory=Rails)
    rails_of: Mapping[str, Rails] = field(default_factory=dict)

    def chosen(self, name: str | None) -> str | None:
        """The name of the target: the one asked for, the default one, or the only one."""
        only = next(iter(self.targets)) if len(self.targets) == 1 else None
        return name or self.default_target or only

    def guardrails(self, target: str | None, today: date) -> Guardrails:
        """What is in force for a target. Raise UsageError for an allowance that lasts too long."""
        own = self.rails_of.get(target or "", Rails())
        allow = (*self.rails.allow, *own.allow)
        last = last_day(today)
        late = [f"{one.rule} until {one.until}" for one in allow if one.until > last]
        if late:
            raise UsageError(
                f"{self.name}: guardrails.allow: {', '.join(late)} is more than {MOST_DAYS} days"
                f" ahead of today, {today}: write {last} at most"
            )
        severity = {**self.rails.severity, **own.severity}
        return replace(
            DEFAULT, **{**self.rails.figures, **own.figures}, severity=severity, allow=allow
        )


def parse(text: str, name: str) -> ConfigFile:
    """What a file's text says. Raise UsageError with every mistake in it."""
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # of the syntax, a number or the depth
        raise UsageError(f"{name} is not TOML: {error}") from None
    places = Places(text)
    base, said, own = _Reader(("guardrails",), places), [], {}
    rails = base.read(raw.pop("guardrails", {}))
    targets = raw.get("targets")
    for key, table in targets.items() if isinstance(targets, dict) else ():
        if isinstance(table, dict) and "guardrails" in table:
            reader = _Reader(("targets", key, "guardrails"), places)
            own[key] = reader.read(table.pop("guardrails"))
            said += reader.said
    tables, wrong = targettable.read(raw)
    if problems := [*wrong, *base.said, *said]:
        raise UsageError(f"{name}: {'; '.join(problems)}")
    return ConfigFile(
        name, tables.default_target, tables.require_approval, tables.targets, rails, own
    )


class _Bounds(NamedTuple):
    least: int
    most: int


_BOUNDS = {
    "max_percent": _Bounds(0, 100),
    "max_changes": _Bounds(0, MOST),
    "max_exposure": _Bounds(0, MOST),
    "max_plan_exposure": _Bounds(0, MOST),
}


class _Reader:
    """Reads one `guardrails` table, and keeps a word on each mistake in `said`."""

    def __init__(self, at: tuple[str, ...], places: Places) -> None:
        self.said: list[str] = []
        self._at, self._places = at, places

    def read(self, raw: object) -> Rails:
        """What the table sets, as far as it can be read."""
        if not isinstance(raw, dict):
            self._tell((), f"write a table, [{'.'.join(self._at)}]")
            return Rails()
        keys = (*FIGURES, "rules", "allow")
        for key in raw:
            if key not in keys:
                self._tell((key,), f"there is no such key: {near(key, keys)}")
        return Rails(
            {key: raw[key] for key in FIGURES if key in raw and self._figure(key, raw[key])},
            dict(self._rules(raw.get("rules", {}))),
            tuple(self._allow(raw.get("allow", []))),
        )

    def _tell(self, path: Iterable[str], message: str) -> None:
        where = ".".join(clip(visible(key)) for key in (*self._at, *path))
        self.said.append(f"{where}: {message}")

    def _figure(self, key: str, value: object) -> bool:
        if key == "max_changes_share":
            right, form = _is_share(value), _SHARE
        else:
            least, most = _BOUNDS[key]
            right = type(value) is int and least <= value <= most
            form = f"a whole number from {least} to {most:_}"
        if not right:
            self._tell((key,), f"write {form}, not {shown(value)}")
        return right

    def _rules(self, raw: object) -> Iterator[tuple[str, str]]:
        if not isinstance(raw, dict):
            self._tell(("rules",), f'write a table of rules, each "{BLOCK}" or "{WARN}"')
            return
        for rule, severity in raw.items():
            if rule not in RULES:
                self._tell(("rules", rule), f"there is no such rule: {near(rule, RULES)}")
            elif severity not in (BLOCK, WARN):
                figure = rule.replace("-", "_")
                hint = f" (its figure is {figure}, outside of rules)" if figure in FIGURES else ""
                form = f'write "{BLOCK}" or "{WARN}", not {shown(severity)}{hint}'
                self._tell(("rules", rule), form)
            elif severity == WARN and rule in ALWAYS:
                why, instead = ALWAYS[rule]
                self._tell(("rules", rule), f"it always blocks, because {why}: {instead} instead")
            else:
                yield rule, severity

    def _allow(self, raw: object) -> Iterator[Allowance]:
        if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
            self._tell(("allow",), f"write each as a table, [[{'.'.join(self._at)}.allow]]")
            return
        for number, one in enumerate(raw, 1):
            made = self._allowance(one, f"allow[{number}]")
            if made:
                yield made

    def _allowance(self, one: Mapping[str, Any], at: str) -> Allowance | None:
        wrong, until = list(_wrong(one)), _day(one.get("until"))
        for key, message in wrong:
            self._tell((at, key), message)
        if wrong or until is None:
            return None
        place = self._places.take(one)
        return Allowance(one["rule"], one["reason"], until, one["value"], *place)


def _wrong(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each mistake of an allowance over the plan: at which key, and what to write."""
    keys = ("rule", "value", "reason", "until")
    for key in one:
        if key not in keys:
            yield key, f"there is no such key: {near(key, keys)}"
    rule, value, reason = one.get("rule"), one.get("value"), one.get("reason")
    if rule in PLAN_RULES:
        share = rule == "max-changes-share"
        if not (_is_share(value) if share else type(value) is int and 0 < value <= MOST):
            form = _SHARE if share else f"a whole number from 1 to {MOST:_}"
            yield "value", f"write up to where {rule} is allowed: {form}{_instead(one, 'value')}"
    else:
        yield "rule", _no_plan_rule(rule)
    blank = not isinstance(reason, str) or all(unseen(one) or one.isspace() for one in reason)
    if blank:
        yield "reason", f"write why, and who agreed{_instead(one, 'reason')}"
    if _day(one.get("until")) is None:
        yield "until", f"write a day, such as 2026-12-01{_instead(one, 'until')}"


def _no_plan_rule(rule: object) -> str:
    if not isinstance(rule, str):
        return f"write one of {', '.join(PLAN_RULES)}"
    if rule in ALLOWABLE:
        return f"{rule} is about one series: allow it in that series' file, under lifecycle"
    if rule in ALWAYS:
        why, instead = ALWAYS[rule]
        return f"nothing passes {rule}, because {why}: {instead} instead"
    return f"there is no rule {shown(rule)}: {near(rule, PLAN_RULES)}"


def _is_share(value: object) -> bool:
    return type(value) in {int, float} and 0 < value <= 1  # type: ignore[operator] # a number


def _day(raw: object) -> date | None:
    """The day that TOML or a string names; None for anything else, a date-time too."""
    if isinstance(raw, date):
        return None if isinstance(raw, datetime) else raw
    return bare_date(raw)


def _instead(one: Mapping[str, Any], key: str) -> str:
    return f", not {shown(one[key])}" if key in one else ""
