"""One document → a checked series, or what is wrong with it, where, and what to write instead."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from yaml.nodes import ScalarNode

from reconciler import values
from reconciler.constraints import violations
from reconciler.fields import FIELDS, MANAGEABLE, Access, Kind, wanted
from reconciler.series import Series
from reconciler.values import YamlDate
from reconciler.yamlfile import Complaint, Document, place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from pydantic_core import ErrorDetails
    from yaml.nodes import Node

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
    "a whole number": "a number without quotes: 100",
    "true or false": "true or false, without quotes",
    "a list": "a list: [1, 2]",
    "a mapping": "a mapping: key: value",
}


class Checked:
    """The outcome of checking one document. Without errors, `values` is what the file says."""

    def __init__(self, document: Document, zone: ZoneInfo) -> None:
        """Check everything at once: YAML's surprises, the model, the rules between fields."""
        self.document, self.zone = document, zone
        self.errors: list[Complaint] = list(document.complaints)
        self.warnings: list[Complaint] = []
        spoilt: set[object] = set()
        try:
            Series.model_validate(document.values, context=zone)
        except ValidationError as error:
            details = error.errors(include_url=False)
            spoilt = {detail["loc"][0] for detail in details if detail["loc"]}
            self.errors += [self._explain(detail) for detail in details]
        sound = {
            name: value.text if isinstance(value, YamlDate) else value
            for name, value in document.values.items()
            if name in FIELDS and name not in spoilt
        }
        self._rules(sound)
        self._warn(sound)
        self.values = sound
        complained = {(said.line, said.column) for said in document.complaints}
        self.errors = list(document.complaints) + [
            said
            for said in self.errors[len(document.complaints) :]
            if (said.line, said.column) not in complained  # the surprise explains it better
        ]

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
        return Complaint(*place(value), "missing-key", f"{name} is missing; {why}", f"{name}: …")


def _unknown_key(path: tuple[int | str, ...]) -> tuple[str, str, str]:
    name = str(path[-1])
    field = FIELDS.get(name)
    if len(path) == 1 and field is not None and field.access is Access.SERVER:
        return "server-owned", f"{name} belongs to the server and is never sent", "delete the line"
    known: tuple[str, ...] = _NAMES
    if len(path) > 1:
        known = FIELDS[str(path[0])].members or _BLOCK_KEYS[str(path[0])]
    near = difflib.get_close_matches(name, known, 1, 0.6) or [
        other for other in known if other.lower() == name.lower()
    ]
    hint = near[0] if near else f"one of the API's fields ({', '.join(known[:4])}, …)"
    return "unknown-key", f"there is no field {name}", hint


_BLOCK_KEYS = {
    "productInfo": ("productType", "productIds", "productCodes"),
    "redemptionOrgEntityDetails": ("redemptionOrgEntityType", "orgEntityId"),
}


def _wrong_value(detail: ErrorDetails, node: Node) -> tuple[str, str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "literal_error":
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        near = difflib.get_close_matches(str(detail["input"]), choices, 1, 0.5)
        written = _written(node)
        return "not-a-choice", f"{written} is none of {', '.join(choices)}", (near or choices)[0]
    if kind in {"greater_than_equal", "less_than_equal", "int_parsing_size"}:
        bound = context.get("ge", context.get("le"))
        side = "below" if "ge" in context else "above"
        wraps = "" if bound == 0 else "; the API would wrap it silently"
        return "number-range", f"{_written(node)} is {side} {bound}{wraps}", f"{bound}, for example"
    wanted = _WHAT.get(kind, "")
    if not wanted:
        return "wrong-type", f"{_written(node)} does not fit: {detail['msg']}", ""
    return _wrong_type(wanted, node)


def _wrong_type(wanted: str, node: Node) -> tuple[str, str, str]:
    written = _written(node)
    if wanted == "text" and isinstance(node, ScalarNode) and not node.style:
        kind = node.tag.rpartition(":")[2]
        name = {"bool": "true or false", "int": "a number", "null": "nothing"}.get(
            kind, f"a {kind}"
        )
        message = f"YAML reads {written} as {name}, and text is meant"
        return f"yaml-{'boolean' if kind == 'bool' else kind}", message, f'"{node.value}"'
    return "wrong-type", f"{written} is not {wanted}", _EXAMPLE.get(wanted, '"…" in quotes')


def _written(node: Node) -> str:
    """A value as the file writes it, short."""
    if not isinstance(node, ScalarNode):
        return "a mapping" if node.tag.endswith(":map") else "a list"
    quote = node.style if node.style in {"'", '"'} else ""
    text = node.value if len(node.value) <= 40 else node.value[:39] + "…"  # noqa: PLR2004
    return f"{quote}{text}{quote}" or "nothing"
