"""The desired series: a strict pydantic model made from the field table.

A problem raised here carries the rule's name as its type, what is wrong as its message and what to
write instead as `hint` in its context; `desired` adds file, line and column.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    Strict,
    ValidationInfo,
    WithJsonSchema,
    WrapValidator,
    create_model,
    model_validator,
)
from pydantic import (
    Field as Constraint,
)

from reconciler import values
from reconciler.datevalues import DATE_SCHEMA, DAY_SCHEMA, check_date, check_day
from reconciler.fields import MANAGEABLE
from reconciler.kinds import I64, Field, Kind
from reconciler.lifecycle import ALLOWABLE, MOST_LISTED, NOT_ALLOWABLE
from reconciler.refusals import fail, likely_whole, spell
from reconciler.text import clip, code_problem

if TYPE_CHECKING:
    from pydantic import ValidatorFunctionWrapHandler

RANGE_BOUNDS = {"dom": (1, 31), "dow": (1, 7), "hours": (0, 23)}


Whole = Annotated[int, Strict(), Constraint(ge=I64[0], le=I64[1])]
Text = Annotated[str, Strict()]


def _only_what_editors_need(schema: dict[str, Any]) -> None:
    """No titles made of names, and no defaults: a key left out stays as it is live."""
    for part in (schema, *schema.get("properties", {}).values()):
        part.pop("title", None)
        part.pop("default", None)


class Strictly(BaseModel):
    """Nothing unknown, nothing converted, nothing changed afterwards."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra=_only_what_editors_need
    )


class ProductInfo(Strictly):
    """One block: either productIds or productCodes."""

    productType: Literal["SKU", "CATEGORY", "BRAND", "ATTRIBUTE"]
    productIds: list[Whole] = []
    productCodes: list[Text] = []

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        """API page, 7.6."""
        if len(self.model_fields_set & {"productIds", "productCodes"}) != 1:
            message = "a block has either productIds or productCodes, and never both"
            fail("product-info", message, "productIds: [101, 102]")
        if not self.productIds and not self.productCodes:
            fail("product-info", "a block names no product", "its ids, or no block")
        return self


class OrgEntity(Strictly):
    """A concept, till, zone or store by its id."""

    redemptionOrgEntityType: Literal["CONCEPT", "TILL", "ZONE", "STORE"]
    orgEntityId: Whole


def _range_part(value: object, info: ValidationInfo) -> object:
    """A part of a redemption range in a mapping: whole numbers in their bounds, or -1 for any."""
    name = str(info.field_name)
    low, high = RANGE_BOUNDS[name]
    items = value if isinstance(value, list) else [value]
    for item in items:
        if isinstance(item, bool) or not isinstance(item, int):
            hint = f"[{likely_whole(item) or f'{low}, {high}'}]"
            fail("wrong-type", f"{spell(item)} is not a whole number", hint)
        if item == -1 and items != values.ANY:
            fail("redemption-range", "-1 is any, and stands alone", "[-1]")
        if not low <= item <= high and items != values.ANY:
            message = f"{name} goes from {low} to {high}, not {clip(str(item))}"
            fail("redemption-range", message, "[-1] for any")
    if not items:
        fail("redemption-range", f"{name} names nothing", "[-1] for any")
    return value


def _part_schema(low: int, high: int) -> dict[str, Any]:
    one = {"type": "integer", "minimum": low, "maximum": high}
    some = {"type": "array", "items": one, "minItems": 1}
    return {"anyOf": [some, {"const": [-1]}, one, {"const": -1}]}


def _range_type(name: str) -> Any:  # noqa: ANN401 - an annotation is any object
    low, high = RANGE_BOUNDS[name]
    return Annotated[Any, PlainValidator(_range_part), WithJsonSchema(_part_schema(low, high))]


_PARTS: dict[str, Any] = {name: (_range_type(name), None) for name in values.RANGE_KEYS}
RedemptionRange = create_model("RedemptionRange", __base__=Strictly, **_PARTS)
RedemptionRange.__doc__ = "Days of the month, days of the week (1 is Monday), hours; -1 is any."


def _range(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """A mapping, or the wire form: a string that holds the JSON object (API page, 7.8)."""
    if not isinstance(value, str):
        return handler(value)
    parts = values.range_parts(value)
    if parts is None:
        message = "the text is not a JSON object that names each of dom, dow and hours at most once"
        fail("redemption-range", message, _RANGE_EXAMPLE)
    for name, part in parts.items():
        if name not in RANGE_BOUNDS:
            fail("redemption-range", f"it has no part {spell(name)}", "dom, dow or hours")
        low, high = RANGE_BOUNDS[name]
        items = part if isinstance(part, list) else [part]
        within = [isinstance(item, int) and low <= item <= high for item in items]
        if part != values.ANY and not (within and all(within)):
            message = f"{name} goes from {low} to {high}, or is -1 for any"
            fail("redemption-range", message, f'"{name}": [{low}, {high}]')
    return value


_RANGE_EXAMPLE = "a mapping such as {dow: [6, 7]}"


def _ids(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """A list of ids, or the wire form: a string that holds the JSON list."""
    if not isinstance(value, str):
        return handler(value)
    found = values.ids(value)
    if not isinstance(found, list) or not all(_is_id(item) for item in found):
        bare = re.fullmatch(r"\s*\d{1,18}(?:\s*,\s*\d{1,18})*\s*", value)
        hint = f"[{clip(value.strip())}]" if bare else "[101, 102]"
        fail("id-list", "the text is not a JSON list of ids", hint)
    return value


def _is_id(item: object) -> bool:
    return isinstance(item, int) and I64[0] <= item <= I64[1]


def _limit(value: object, info: ValidationInfo) -> object:
    """A limit: a whole number, -1 or `unlimited` for none, null where the API takes it."""
    field = LIMITS[str(info.field_name)]
    if (value == values.UNLIMITED and field.unlimited) or (value is None and field.nullable):
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        none = "unlimited" if field.unlimited else "-1 for none"
        hint = likely_whole(value) or f"a whole number, or {none}"
        fail("wrong-type", f"{spell(value)} is not a whole number", hint)
    low, high = field.bounds
    if not low <= value <= high:
        message = f"{clip(str(value))} is outside {low} to {high}; the API would wrap it silently"
        fail("number-range", message, f"{high} at most" if value > high else f"{low} at least")
    return value


def _discount(value: int) -> int:
    """The API keeps a discount as float32 (API page, section 5)."""
    if not values.fits_float32(value):
        near = min(values.float32(value), MOST_DISCOUNT)
        fail("float32", f"the API cannot hold {value} and would round it silently", str(near))
    return value


def _code(value: str) -> str:
    """A code that people cannot mistake for another (API page, 9.8)."""
    if problem := code_problem(value):
        fail("series-code", *problem)
    return value


MOST_DISCOUNT = 2**63 - 2**39  # the last that float32 and 64 bits both hold
LIMITS = {field.name: field for field in MANAGEABLE if field.kind is Kind.LIMIT}

_IDS_SCHEMA = {
    "anyOf": [
        {"type": "array", "items": {"type": "integer"}},
        {"type": "string", "description": "The API's own form: a JSON list in a text."},
    ]
}
_RANGE_SCHEMA = {
    "anyOf": [
        RedemptionRange.model_json_schema(),
        {"type": "string", "description": "The API's own form: a JSON object in a text."},
    ]
}
_Date = Annotated[Any, PlainValidator(check_date), WithJsonSchema(DATE_SCHEMA)]
_Ids = Annotated[list[Whole], WrapValidator(_ids), WithJsonSchema(_IDS_SCHEMA)]
_TYPES: dict[Kind, Any] = {
    Kind.TEXT: Text,
    Kind.BOOLEAN: Annotated[bool, Strict()],
    Kind.DAY: _Date,
    Kind.MOMENT: _Date,
    Kind.IDS: _Ids,
    Kind.EXCLUSIVE_IDS: _Ids,
    Kind.RANGE: Annotated[RedemptionRange, WrapValidator(_range), WithJsonSchema(_RANGE_SCHEMA)],
    Kind.PRODUCTS: list[ProductInfo],
    Kind.PLACES: list[OrgEntity],
    Kind.TEXTS: dict[Text, Text],
}


def _limit_type(field: Field) -> Any:  # noqa: ANN401 - an annotation is any object
    low, high = field.bounds
    ways: list[dict[str, Any]] = [{"type": "integer", "minimum": low, "maximum": high}]
    if field.unlimited:
        ways.append({"const": values.UNLIMITED})
    if field.nullable:
        ways.append({"type": "null"})
    none = "-1 or unlimited: no limit." if field.unlimited else "-1: none."
    schema = {"anyOf": ways, "description": none}
    return Annotated[Any, PlainValidator(_limit), WithJsonSchema(schema)]


def _type(field: Field) -> Any:  # noqa: ANN401 - an annotation is any object
    if field.name == "seriesCode":
        return Annotated[Text, AfterValidator(_code), Constraint(description="The identity.")]
    if field.kind is Kind.CHOICE:
        return Literal[field.choices]
    if field.kind is Kind.LIMIT:
        return _limit_type(field)
    if field.kind is Kind.NUMBERS:
        members: dict[str, Any] = dict.fromkeys(field.members, (Whole, 0))
        return create_model(field.name, __base__=Strictly, **members)
    if field.kind is not Kind.NUMBER:
        return _TYPES[field.kind]
    low, high = field.bounds
    whole = Annotated[int, Strict(), Constraint(ge=low, le=high)]
    return Annotated[whole, AfterValidator(_discount)] if field.name == "discountValue" else whole


_DEFINITIONS: dict[str, Any] = {
    field.name: (_type(field), ... if field.required else None) for field in MANAGEABLE
}


def _rule(value: object) -> object:
    """A guardrail that no file passes is named with its own way out."""
    if isinstance(value, str) and value in NOT_ALLOWABLE:
        fail("cannot-be-allowed", f"{value} cannot be allowed in a file", NOT_ALLOWABLE[value])
    return value


_Name = Annotated[Text, Constraint(description="A field, or one key of it: customPropertyMap.KEY")]


class Allow(Strictly):
    """A guardrail that this series may pass; `value` where the rule has a figure."""

    rule: Annotated[Literal[tuple(ALLOWABLE)], BeforeValidator(_rule)]  # type: ignore[valid-type] # a table, read at run time
    reason: Annotated[Text, WithJsonSchema({"type": "string", "pattern": r"\S"})]
    until: Annotated[Any, PlainValidator(check_day), WithJsonSchema(DAY_SCHEMA)]
    value: Annotated[int, Strict(), Constraint(ge=1, le=I64[1])] = 1


class LifecycleKeys(Strictly):
    """What the file says of the series' life; nothing of it is sent."""

    protect: Annotated[bool, Strict(), Constraint(description="Never update this series.")] = False
    adopt: Annotated[
        Whole, Constraint(ge=1, description="The id of the live series that this file claims.")
    ] = 1
    ignoreChanges: Annotated[list[_Name], Constraint(max_length=MOST_LISTED)] = []
    allow: Annotated[list[Allow], Constraint(max_length=MOST_LISTED)] = []


Series = create_model("Series", __base__=Strictly, **_DEFINITIONS, lifecycle=(LifecycleKeys, None))
Series.__doc__ = (
    "One desired series: the API's own field names, checked and kept as the file has them."
)


@cache
def field_model(name: str) -> type[BaseModel]:
    """A model of one field alone, for a value that comes back in a saved plan."""
    definition: dict[str, Any] = {name: _DEFINITIONS[name]}
    return create_model(f"Only_{name}", __base__=Strictly, **definition)
