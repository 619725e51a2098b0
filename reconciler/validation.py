"""One document → a checked series, or what is wrong with it, where, and what to write instead."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from yaml.nodes import ScalarNode

from reconciler import values
from reconciler.constraints import violations
from reconciler.fields import FIELDS, MANAGEABLE, wanted
from reconciler.kinds import Access, Kind
from reconciler.refusals import likely_whole
from reconciler.series import OrgEntity, ProductInfo, Series
from reconciler.text import clip
from reconciler.values import YamlDate
from reconciler.yamlsyntax import Complaint, place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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
    """The outcome of checking one document. Without errors, `values` is what the file says."""

    def __init__(self, document: Document, zone: ZoneInfo) -> None:
        """Check everything at once: YAML's surprises, the model, the rules between fields."""
        self.document, self.zone = document, zone
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
        surprises = document.complaints[:MOST_PROBLEMS]
        complained = {(said.line, said.column) for said in surprises}
        self.errors = surprises + [
            said
            for said in self.errors
            if (said.line, said.column) not in complained  # the surprise explains it better
        ]
        self._left_out(len(document.complaints) - MOST_PROBLEMS)

    def _left_out(self, count: int) -> None:
        if count > 0:
            last = Complaint(
                1, 1, "too-many-problems", f"{count:,} more not shown", "what the others say"
            )
            self.errors.append(last)

    def _rules(self, sound: Mapping[str, Any]) -> None:
        meanings = {path: wanted(path, raw, self.zone)[0] for path, raw in sound.items()}
        for broken in violations(meanings, self.zone):
            self.errors.append(self._at(broken.path, broken.rule, broken.message, broken.hint))

    def _at(self, path: str, rule: str, message: str, hint: str) -> Complaint:
        _, value = self.document.find(path.split("."))
        return Complaint(*place(value), rule, message, hint)

    def _warn(self, sound: Mapping[str, Any]) -> None:
        for name in _DAYS:
            if name not in sound:
                continue
            moment = values.desired_moment(sound[name], self.zone)
            kept = values.cut(moment, self.zone)
            if kept.date() != moment.date():
                message = (
                    f"the server cuts this to {values.stamp(kept)}: its day in {self.zone.key}"
                    f" is {kept.date()}, not {moment.date()}"
                )
                hint = f"{kept.date()} if that day is meant, or {moment.date()}"
                self.warnings.append(self._at(name, "day-moves", message, hint))
        own = sound.get("expiryStrategyType") in {"DAYS", "MONTHS_END"}
        if own and sound.get("expiryStrategyValue", -1) == -1:
            message = "how long a coupon is good for is not said: expiryStrategyValue is left out"
            hint = "expiryStrategyValue: 30 beside it"
            self.warnings.append(self._at("expiryStrategyType", "expiry-value", message, hint))
        for name in _LIMITS:
            value = sound.get(name)
            if isinstance(value, int) and value < -1:
                message = f"{value} is below -1; the API keeps it, and nobody says what it means"
                self.warnings.append(self._at(name, "limit-below-none", message, "-1 for none"))

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
        return Complaint(*place(value), *_wrong_value(detail, value))

    @staticmethod
    def _missing(name: str, value: Node, *, nested: bool) -> Complaint:
        why = "its block needs it" if nested else "every file names it: a create needs it"
        field = FIELDS.get(name)
        sample = " or ".join(field.choices) or _SAMPLE.get(field.kind, '"…"') if field else "…"
        hint = f"{name}: {sample}"
        return Complaint(*place(value), "missing-key", f"{name} is missing; {why}", hint)


def _unknown_key(path: tuple[int | str, ...]) -> tuple[str, str, str]:
    name = str(path[-1])
    field = FIELDS.get(name)
    if len(path) == 1 and field is not None and field.access is Access.SERVER:
        return "server-owned", f"{name} belongs to the server and is never sent", "delete the line"
    known: tuple[str, ...] = _NAMES
    if len(path) > 1:
        known = FIELDS[str(path[0])].members or _BLOCK_KEYS[str(path[0])]
    near = _nearest(name, known)
    said = f"there is no field {clip(name) or 'without a name'}"
    if len(path) == 1 and name in _PARENTS:
        parent = _PARENTS[name]
        return "unknown-key", f"{name} is a key of {parent}, not of the series", f"{parent}: …"
    if len(path) == 1 and name == "CouponSeriesV2":
        return "unknown-key", said, "its fields, without it and without their indent"
    more = ", …" if len(known) > _FEW else ""
    hint = near or f"one of the API's fields ({', '.join(known[:_FEW])}{more})"
    return "unknown-key", said, hint


def _nearest(name: str, known: Sequence[str], alike: float = 0.6) -> str | None:
    """The known name that was probably meant, whatever its case."""
    folded = {other.lower(): other for other in known}
    near = difflib.get_close_matches(name[:_LONGEST].lower(), folded, 1, alike)
    return folded[near[0]] if near else None


_FEW = 4
_LONGEST = 80
_BLOCK_KEYS = {
    "productInfo": tuple(ProductInfo.model_fields),
    "redemptionOrgEntityDetails": tuple(OrgEntity.model_fields),
}
_PARENTS = {
    key: parent
    for parent, keys in [*_BLOCK_KEYS.items(), *((row.name, row.members) for row in MANAGEABLE)]
    for key in keys
} | {"standard_terms_and_conditions": "customPropertyMap"}


def _wrong_value(detail: ErrorDetails, node: Node) -> tuple[str, str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "literal_error":
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        near = _nearest(str(detail["input"]), choices, 0.5) or " or ".join(choices)
        return "not-a-choice", f"{_written(node)} is none of {', '.join(choices)}", near
    if kind in {"greater_than_equal", "less_than_equal", "int_parsing_size"}:
        bound = context.get("ge", context.get("le"))
        side = "below" if "ge" in context else "above"
        wraps = "" if bound == 0 else "; the API would wrap it silently"
        return "number-range", f"{_written(node)} is {side} {bound}{wraps}", f"{bound}, for example"
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
