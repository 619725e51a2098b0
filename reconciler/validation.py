"""One document → a checked series, or what is wrong with it, where, and what to write instead."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from reconciler import lifecycle as life
from reconciler.constraints import violations
from reconciler.datevalues import moved_day
from reconciler.declared import names
from reconciler.explaining import SHAPES, WHOLE, not_ignorable, unknown_key, whole, wrong_value
from reconciler.fields import FIELDS, MANAGEABLE, wanted
from reconciler.kinds import Kind
from reconciler.series import Series
from reconciler.text import clip
from reconciler.values import YamlDate
from reconciler.yamlfile import BOOLEAN
from reconciler.yamlsyntax import Complaint, place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from pydantic_core import ErrorDetails
    from yaml.nodes import Node

    from reconciler.yamlfile import Document

_DAYS = tuple(field.name for field in MANAGEABLE if field.kind is Kind.DAY)
_LIMITS = tuple(field.name for field in MANAGEABLE if field.kind is Kind.LIMIT)
_SAMPLE = {Kind.BOOLEAN: "true or false", Kind.DAY: "2030-09-30"}
MOST_PROBLEMS = 200  # of one file


class Checked:
    """The outcome of checking one document. Without errors, `values` is what the file says, and
    `lifecycle` what it says beside the fields.
    """

    def __init__(self, document: Document, zone: ZoneInfo, today: date | None = None) -> None:
        """Check everything at once: YAML's surprises, the model, the rules between fields."""
        self.document, self.zone, self.today = document, zone, today
        self.errors: list[Complaint] = []
        self.warnings: list[Complaint] = []
        spoilt: set[object] = set()
        try:
            Series.model_validate(document.values, context=zone)
        except ValidationError as error:
            details = error.errors(include_url=False)
            spoilt = {detail["loc"][0] for detail in details if detail["loc"]}
            self.errors += [self._explain(detail) for detail in details[:MOST_PROBLEMS]]
            self._left_out(len(details) - MOST_PROBLEMS)
        sound = {
            name: value.text if isinstance(value, YamlDate) else value
            for name, value in document.values.items()
            if name in FIELDS and name not in spoilt
        }
        self._rules(sound)
        self._warn(sound)
        self.values = sound
        self._check_lifecycle()
        told = {(said.line, said.column) for said in self.errors}
        surprises = [
            said
            for said in document.complaints[:MOST_PROBLEMS]
            if said.rule != BOOLEAN or (said.line, said.column) not in told  # which knows the field
        ]
        complained = {(said.line, said.column) for said in surprises}
        self.errors = surprises + [
            said
            for said in self.errors
            if (said.line, said.column) not in complained  # the surprise explains it better
        ]
        self._left_out(len(document.complaints) - MOST_PROBLEMS)

    @property
    def adopts(self) -> int | None:
        """The id that the file claims, whatever else is wrong in it."""
        raw = self.document.values.get("lifecycle")
        found = raw.get("adopt") if isinstance(raw, dict) else None
        return found if type(found) is int else None

    @property
    def lifecycle(self) -> life.Lifecycle:
        """What a file without errors says beside the fields."""
        raw = self.document.values.get("lifecycle")
        if raw is None:
            return life.NONE
        key, _ = self.document.find(["lifecycle"])
        entries = range(len(raw.get("allow", ())))
        nodes = [self.document.find(["lifecycle", "allow", one])[1] for one in entries]
        places = [(place(node)[0], _lines(node)) for node in nodes]
        return life.from_file(raw, place(key)[0] if key else 0, places)

    def _left_out(self, count: int) -> None:
        if count > 0:
            last = Complaint(
                1, 1, "too-many-problems", f"{count:,} more not shown", "what the others say"
            )
            self.errors.append(last)

    def _rules(self, sound: Mapping[str, Any]) -> None:
        meanings = {path: wanted(path, raw, self.zone)[0] for path, raw in sound.items()}
        for broken in violations(meanings, self.zone):
            path = broken.path.split(".")
            self.errors.append(self._at(path, broken.rule, broken.message, broken.hint))

    def _at(self, path: Sequence[str | int], rule: str, message: str, hint: str) -> Complaint:
        _, value = self.document.find(path)
        return Complaint(*place(value), rule, message, hint)

    def _today(self) -> date:
        return self.today or datetime.now(self.zone).date()

    def _check_lifecycle(self) -> None:
        raw = self.document.values.get("lifecycle")
        if not isinstance(raw, dict):
            return
        for broken in life.violations(raw, self._today()):
            self.errors.append(self._at(("lifecycle", *broken.path), *broken[1:]))
        for over in life.expired(raw, self._today()):
            self.warnings.append(self._at(("lifecycle", *over.path), *over[1:]))
        ignored = raw.get("ignoreChanges")
        entries = ignored[: life.MOST_LISTED] if isinstance(ignored, list) else ()
        for index, path in enumerate(entries):
            if not isinstance(path, str):
                continue
            at = ("lifecycle", "ignoreChanges", index)
            if words := not_ignorable(path, self.document.values):
                self.errors.append(self._at(at, *words))
            elif not names(self.document.values, path):
                message = f"the file does not name {clip(path)}: it is not managed anyway"
                hint = "the list without it"
                self.warnings.append(self._at(at, "ignored-unmanaged", message, hint))

    def _warn(self, sound: Mapping[str, Any]) -> None:
        for name in _DAYS:
            if said := moved_day(sound[name], self.zone) if name in sound else None:
                self.warnings.append(self._at([name], "day-moves", *said))
        own = sound.get("expiryStrategyType") in {"DAYS", "MONTHS_END"}
        if own and sound.get("expiryStrategyValue", -1) == -1:
            message = "how long a coupon is good for is not said: expiryStrategyValue is left out"
            hint = "expiryStrategyValue: 30 beside it"
            self.warnings.append(self._at(["expiryStrategyType"], "expiry-value", message, hint))
        for name in _LIMITS:
            value = sound.get(name)
            if isinstance(value, int) and value < -1:
                message = f"{value} is below -1; the API keeps it, and nobody says what it means"
                self.warnings.append(self._at([name], "limit-below-none", message, "-1 for none"))

    def _explain(self, detail: ErrorDetails) -> Complaint:
        """One of pydantic's errors in our words."""
        path, kind = detail["loc"], detail["type"]
        key, value = self.document.find(path)
        if kind == "missing":
            return self._missing(str(path[-1]), value, nested=len(path) > 1)
        if kind == "extra_forbidden":
            at = place(key) if key else place(value)
            return Complaint(*at, *unknown_key(path))
        if "message" in detail.get("ctx", {}):
            context = detail["ctx"]
            return Complaint(*place(value), kind, context["message"], context["hint"])
        rule, message, hint = wrong_value(detail, value)
        if hint == WHOLE:
            hint = whole(str(path[-1]), self.document.values)
        return Complaint(*place(value), rule, message, SHAPES.get((path, rule), hint))

    def _missing(self, name: str, value: Node, *, nested: bool) -> Complaint:
        why = "its block needs it" if nested else "every file names it: a create needs it"
        field = FIELDS.get(name)
        sample = " or ".join(field.choices) or _SAMPLE.get(field.kind, '"…"') if field else "…"
        if field and field.kind is Kind.NUMBER:
            sample = whole(name, self.document.values)
        if name == "until":
            sample = f"{life.last_day(self._today())} at most"
        hint = f"{name}: {sample}"
        return Complaint(*place(value), "missing-key", f"{name} is missing; {why}", hint)


def _lines(allowance: Node) -> life.Lines:
    """Every line of an allowance: of its keys, and of values that take several."""
    entry, reason = set(), set()
    for key, value in allowance.value:
        start, end = value.start_mark, value.end_mark
        after = end.line + (1 if end.column else 0)  # a block of text ends where the next begins
        found = {key.start_mark.line + 1, *range(start.line + 1, after + 1)}
        entry |= found
        reason |= found if key.value == "reason" else set()
    return life.Lines(tuple(sorted(entry)), tuple(sorted(reason)))
