"""What pydantic finds wrong in a file, in the words of whoever wrote the file."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from yaml.nodes import ScalarNode

from reconciler.fields import FIELDS, MANAGEABLE
from reconciler.refusals import likely_whole
from reconciler.series import Allow, LifecycleKeys, OrgEntity, ProductInfo
from reconciler.text import clip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic_core import ErrorDetails
    from yaml.nodes import Node

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
WHOLE = "a whole number"  # and no figure: whoever follows a hint would give that much away
_EXAMPLE = {
    "text": '"…" around the text',
    "a whole number": WHOLE,
    "true or false": "true or false, without quotes",
    "a list": "a list: [1, 2]",
    "a mapping": "a mapping: {key: value}",
}
_READ_AS = {  # what YAML makes of an unquoted word, and the rule's name for it
    "bool": ("yaml-boolean", "true or false"),
    "int": ("yaml-number", "a number"),
    "float": ("yaml-number", "a number"),
    "timestamp": ("yaml-date", "a date"),
}


def unknown_key(path: tuple[int | str, ...]) -> tuple[str, str, str]:
    """The rule, the message and the hint for a key that nothing knows."""
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


def not_ignorable(path: str, said: Mapping[str, Any]) -> tuple[str, str, str] | None:
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
SHAPES: dict[tuple[tuple[int | str, ...], str], str] = {
    (("lifecycle",), "wrong-type"): "a mapping such as {protect: true}, or no lifecycle",
    (("lifecycle", "adopt"), "number-range"): "the id of the live series",
    (("lifecycle", "ignoreChanges"), "wrong-type"): "a list of fields: [smsTemplate]",
    (("lifecycle", "allow"), "wrong-type"): "a list: [{rule: …, reason: …, until: …}]",
}


def wrong_value(detail: ErrorDetails, node: Node) -> tuple[str, str, str]:
    """The rule, the message and the hint for a value that a field does not take."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "literal_error":
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        near = _nearest(str(detail["input"]), choices, 0.5)
        near = near or (" or ".join(choices) if len(choices) < _MANY else "one of them")
        return "not-a-choice", f"{_written(node)} is none of {', '.join(choices)}", near
    if kind in {"greater_than_equal", "less_than_equal", "int_parsing_size"}:
        bound = context.get("ge", context.get("le"))
        side, limit = ("below", "least") if "ge" in context else ("above", "most")
        wraps = "" if bound in {0, 1} else "; the API would wrap it silently"
        return "number-range", f"{_written(node)} is {side} {bound}{wraps}", f"{bound} at {limit}"
    if kind == "too_long":
        most = context["max_length"]
        return "too-many", f"more than {most} entries", f"{most} at most"
    return _wrong_type(_WHAT[kind], node)


def whole(name: str, said: Mapping[str, Any]) -> str:
    """What a number of a field is, in words; `said` are the values of the file."""
    if name == "discountUpto":
        return f"{WHOLE}, or 0 for no cap"
    percent = name == "discountValue" and said.get("discountType") == "PERC"
    return f"{WHOLE}, in percent" if percent else WHOLE


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
