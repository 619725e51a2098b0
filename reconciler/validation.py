"""One document → a checked series, or what is wrong with it, where, and what to write instead."""

from __future__ import annotations

import difflib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from yaml.nodes import ScalarNode

from reconciler import lifecycle as life
from reconciler.constraints import violations
from reconciler.datevalues import moved_day
from reconciler.declared import names
from reconciler.fields import FIELDS, MANAGEABLE, wanted
from reconciler.kinds import Kind
from reconciler.refusals import likely_whole
from reconciler.series import Allow, LifecycleKeys, OrgEntity, ProductInfo, Series
from reconciler.text import clip
from reconciler.values import YamlDate
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
_NAMES = tuple(field.name for field in MANAGEABLE)
_WHAT = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_EXAMPLE = {
    "text": '"…" around the text',
    "a whole number": "a number without quotes: 100",
    "true or false": "true or false, without quotes",
    "a list": "a list: [1, 2]",
    "a mapping": "a mapping: {key: value}",
}
_SAMPLE = {Kind.BOOLEAN: "true or false", Kind.NUMBER: "100", Kind.DAY: "2030-09-30"}
_READ_AS = {  # what YAML makes of an unquoted word, and the rule's name for it
    "bool": ("yaml-boolean", "true or false"),
    "int": ("yaml-number", "a number"),
    "float": ("yaml-number", "a number"),
    "timestamp": ("yaml-date", "a date"),
}
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
        surprises = document.complaints[:MOST_PROBLEMS]
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
        lines = [place(self.document.find(["lifecycle", "allow", one])[1])[0] for one in entries]
        return life.from_file(raw, place(key)[0] if key else 0, lines)

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
        ignored = raw.get("ignoreChanges")
        entries = ignored[: life.MOST_LISTED] if isinstance(ignored, list) else ()
        for index, path in enumerate(entries):
            if not isinstance(path, str):
                continue
            at = ("lifecycle", "ignoreChanges", index)
            if words := _not_ignorable(path, self.document.values):
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
            return Complaint(*at, *_unknown_key(path))
        if "message" in detail.get("ctx", {}):
            context = detail["ctx"]
            return Complaint(*place(value), kind, context["message"], context["hint"])
        rule, message, hint = _wrong_value(detail, value)
        return Complaint(*place(value), rule, message, _SHAPES.get((path, rule), hint))

    def _missing(self, name: str, value: Node, *, nested: bool) -> Complaint:
        why = "its block needs it" if nested else "every file names it: a create needs it"
        field = FIELDS.get(name)
        sample = " or ".join(field.choices) or _SAMPLE.get(field.kind, '"…"') if field else "…"
        if name == "until":
            sample = f"{life.last_day(self._today())} at most"
        hint = f"{name}: {sample}"
        return Complaint(*place(value), "missing-key", f"{name} is missing; {why}", hint)


def _unknown_key(path: tuple[int | str, ...]) -> tuple[str, str, str]:
    name = str(path[-1])
    if len(path) > 1:
        inside = [step for step in path[:-1] if isinstance(step, str)][-1]
        known = _BLOCK_KEYS.get(inside) or FIELDS[inside].members
        said = f"{inside} has no key {clip(name) or 'without a name'}"
        return "unknown-key", said, _nearest(name, known) or f"one of {', '.join(known)}"
    field = FIELDS.get(name)
    if field is not None and not field.manageable:
        return "server-owned", f"{name} belongs to the server and is never sent", "delete the line"
    said = f"there is no field {clip(name) or 'without a name'}"
    if name in _PARENTS:
        parent = _PARENTS[name]
        return "unknown-key", f"{name} is a key of {parent}, not of the series", f"{parent}: …"
    if name == "CouponSeriesV2":
        return "unknown-key", said, "its fields, without it and without their indent"
    return "unknown-key", said, _nearest(name, (*_NAMES, "lifecycle")) or _ONE_OF_THEM


def _not_ignorable(path: str, said: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Why `ignoreChanges` cannot hold a path, and what to write instead."""
    name, dot, key = path.partition(".")
    field = FIELDS.get(name)
    if field is None:
        parent = _PARENTS.get(name)
        inside = f"{parent}.{name}" if parent in FIELDS and FIELDS[parent].by_key else None
        near = inside or _nearest(name, _NAMES) or _ONE_OF_THEM
        return "unknown-field", f"there is no field {clip(name) or 'without a name'}", near
    if not field.manageable or name == "seriesCode":
        rule = "ignore-changes" if field.manageable else "server-owned"
        why = "is the identity" if field.manageable else "belongs to the server, is never compared"
        return rule, f"{name} {why}, and cannot be ignored", "the list without it"
    if dot and (not field.by_key or isinstance(said.get(name), str)):
        why = "as this file writes it " if field.by_key else ""
        return "ignore-changes", f"{name} {why}is compared as a whole", name
    if dot and (not key or (field.members and key not in field.members)):
        near = _nearest(key, field.members) or " or ".join(field.members) or "KEY"
        message = f"{name} has no key {clip(key) or 'without a name'}"
        return "unknown-field", message, f"{name}.{near}"
    return None


def _nearest(name: str, known: Sequence[str], alike: float = 0.6) -> str | None:
    """The known name that was probably meant, whatever its case."""
    folded = {other.lower(): other for other in known}
    near = difflib.get_close_matches(name[:_LONGEST].lower(), folded, 1, alike)
    return folded[near[0]] if near else None


_MANY = 6
_LONGEST = 80
_ONE_OF_THEM = f"one of the API's fields ({', '.join(_NAMES[:4])}, …)"
_BLOCK_KEYS = {
    "productInfo": tuple(ProductInfo.model_fields),
    "redemptionOrgEntityDetails": tuple(OrgEntity.model_fields),
    "lifecycle": tuple(LifecycleKeys.model_fields),
}
_PARENTS = {
    key: parent
    for parent, keys in [*_BLOCK_KEYS.items(), *((row.name, row.members) for row in MANAGEABLE)]
    for key in keys
} | {"standard_terms_and_conditions": "customPropertyMap"}
_BLOCK_KEYS["allow"] = tuple(Allow.model_fields)  # too common words to be looked for elsewhere
_SHAPES: dict[tuple[tuple[int | str, ...], str], str] = {
    (("lifecycle",), "wrong-type"): "a mapping such as {protect: true}, or no lifecycle",
    (("lifecycle", "adopt"), "number-range"): "the id of the live series",
    (("lifecycle", "ignoreChanges"), "wrong-type"): "a list of fields: [smsTemplate]",
    (("lifecycle", "allow"), "wrong-type"): "a list: [{rule: …, reason: …, until: …}]",
}


def _wrong_value(detail: ErrorDetails, node: Node) -> tuple[str, str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "literal_error":
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        near = _nearest(str(detail["input"]), choices, 0.5)
        near = near or (" or ".join(choices) if len(choices) < _MANY else "one of them")
        return "not-a-choice", f"{_written(node)} is none of {', '.join(choices)}", near
    if kind in {"greater_than_equal", "less_than_equal", "int_parsing_size"}:
        bound = context.get("ge", context.get("le"))
        side = "below" if "ge" in context else "above"
        wraps = "" if bound in {0, 1} else "; the API would wrap it silently"
        return "number-range", f"{_written(node)} is {side} {bound}{wraps}", f"{bound}, for example"
    if kind == "too_long":
        most = context["max_length"]
        return "too-many", f"more than {most} entries", f"{most} at most"
    return _wrong_type(_WHAT[kind], node)


def _wrong_type(wanted: str, node: Node) -> tuple[str, str, str]:
    written, hint = _written(node), _EXAMPLE[wanted]
    if isinstance(node, ScalarNode):
        word = node.tag.rpartition(":")[2]
        if wanted == "text" and word == "null":
            empty = f"{written} stands for no value, and text is meant"
            return "yaml-null", empty if node.value else "no text stands here", f'"{node.value}"'
        if wanted == "text" and word in _READ_AS:
            rule, read = _READ_AS[word]
            return rule, f"YAML reads {written} as {read}, and text is meant", f'"{node.value}"'
        if wanted == "a list" and word == "int":
            hint = f"[{node.value}]"
        elif wanted == "a whole number":
            hint = likely_whole(node.value) or hint
        elif wanted == "true or false" and node.value.lower() in {"true", "false"}:
            hint = node.value.lower()
    return "wrong-type", f"{written} is not {wanted}", hint


def _written(node: Node) -> str:
    """A value as the file writes it, short."""
    if not isinstance(node, ScalarNode):
        return "a mapping" if node.tag.endswith(":map") else "a list"
    quote = node.style if node.style in {"'", '"'} else ""
    return f"{quote}{clip(node.value)}{quote}" or "nothing"
