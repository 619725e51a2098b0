"""The desired series: a strict pydantic model made from the field table.

A problem raised here carries the rule's name as its type, what is wrong as its message and what to
write instead as `hint` in its context; `desired` adds file, line and column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainValidator,
    Strict,
    ValidationInfo,
    WrapValidator,
    create_model,
    model_validator,
)
from pydantic import (
    Field as Constraint,
)
from pydantic_core import PydanticCustomError

from reconciler import values
from reconciler.fields import I64, MANAGEABLE, Field, Kind
from reconciler.text import code_problem
from reconciler.values import YamlDate

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from pydantic import ValidatorFunctionWrapHandler

RANGE_BOUNDS = {"dom": (1, 31), "dow": (1, 7), "hours": (0, 23)}
FLOAT32_WHOLE = 2**24


def fail(rule: str, message: str, hint: str = "") -> NoReturn:
    """Raise a problem in the form that `desired` turns into one with a place."""
    raise PydanticCustomError(
        rule, "{message}", {"message": message, "hint": hint}
    )  # one template for all: the words are data


Whole = Annotated[int, Strict(), Constraint(ge=I64[0], le=I64[1])]
Text = Annotated[str, Strict()]


class Strictly(BaseModel):
    """Nothing unknown, nothing converted, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ProductInfo(Strictly):
    """One block of `productInfo` (API page, 7.6)."""

    productType: Literal["SKU", "CATEGORY", "BRAND", "ATTRIBUTE"]
    productIds: list[Whole] | None = None
    productCodes: list[Text] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.productIds is None) == (self.productCodes is None):
            fail("product-info", "a block has either productIds or productCodes", "one of them")
        if not self.productIds and not self.productCodes:
            fail("product-info", "a block names no product", "its ids, or no block")
        return self


class OrgEntity(Strictly):
    """One of `redemptionOrgEntityDetails`."""

    redemptionOrgEntityType: Literal["CONCEPT", "TILL", "ZONE", "STORE"]
    orgEntityId: Whole


def _range_part(value: object, info: ValidationInfo) -> object:
    """A part of a redemption range in a mapping: whole numbers in their bounds, or -1 for any."""
    name = str(info.field_name)
    low, high = RANGE_BOUNDS[name]
    items = value if isinstance(value, list) else [value]
    for item in items:
        if isinstance(item, bool) or not isinstance(item, int):
            fail("wrong-type", f"{item!r} is not a whole number", f"{name}: [{low}, {high}]")
        if not low <= item <= high and items != values.ANY:
            fail("redemption-range", f"{name} goes from {low} to {high}, not {item}", "-1 for any")
    if not items:
        fail("redemption-range", f"{name} names nothing", f"{name}: [-1] for any")
    return value


RangePart = Annotated[Any, PlainValidator(_range_part)]


class RedemptionRange(Strictly):
    """`redemptionRange` as a mapping: only the named parts are managed."""

    dom: RangePart = None
    dow: RangePart = None
    hours: RangePart = None


def _range(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """A mapping, or the wire form: a string that holds the JSON object (API page, 7.8)."""
    if not isinstance(value, str):
        return handler(value)
    parts = values.range_parts(value)
    if parts is None:
        fail("redemption-range", "the text is not a JSON object", "dow: [6, 7] under the key")
    for name, part in parts.items():
        if name not in RANGE_BOUNDS:
            fail("redemption-range", f"it has no part {name!r}", "dom, dow, hours")
        low, high = RANGE_BOUNDS[name]
        items = part if isinstance(part, list) else [part]
        within = [isinstance(item, int) and low <= item <= high for item in items]
        if part != values.ANY and not (within and all(within)):
            fail("redemption-range", f"{name} goes from {low} to {high}, or -1 for any")
    return value


def _ids(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """A list of ids, or the wire form: a string that holds the JSON list."""
    if not isinstance(value, str):
        return handler(value)
    found = values.ids(value)
    if not isinstance(found, list) or not all(isinstance(item, int) for item in found):
        fail("id-list", "the text is not a JSON list of ids", "a list: [101, 102]")
    return value


def _date(value: object, info: ValidationInfo[Any]) -> object:
    """A bare date or a date-time with its offset; kept as the file spells it."""
    if isinstance(value, YamlDate):
        value = value.text
    if not isinstance(value, str):
        fail("wrong-type", f"{value!r} is not a date", "2030-09-30, or 2030-09-30T00:00:00+05:30")
    zone: ZoneInfo = info.context
    try:
        values.stamp(values.cut(values.desired_moment(value, zone), zone))
    except (ValueError, OverflowError):
        _refuse_date(value, zone)
    return value


def _refuse_date(value: str, zone: ZoneInfo) -> NoReturn:
    try:
        moment = values.parse_instant(value + "Z").replace(tzinfo=zone)
    except (ValueError, OverflowError):
        fail("date", f"{value!r} is not a date", "2030-09-30, or 2030-09-30T00:00:00+05:30")
    local = moment.isoformat().replace("+00:00", "Z")
    other = f"{value}Z (UTC)" if local != f"{value}Z" else f"{value}+05:30 (your own offset)"
    fail(
        "date-without-zone",
        f"{value!r} does not say in which zone",
        f"{local} ({zone.key}, the target's zone) or {other}",
    )


def _limit(value: object, info: ValidationInfo) -> object:
    """A limit: a whole number, -1 or `unlimited` for none, null where the API takes it."""
    field = LIMITS[str(info.field_name)]
    if (value == values.UNLIMITED and field.unlimited) or (value is None and field.nullable):
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        none = "unlimited" if field.unlimited else "-1 for none"
        fail("wrong-type", f"{value!r} is not a whole number", f"a number such as 100, or {none}")
    low, high = field.bounds
    if not low <= value <= high:
        fail("number-range", f"{value} is outside {low} to {high}; the API would wrap it silently")
    return value


def _discount(value: int) -> int:
    """The API keeps a discount as float32 (API page, section 5)."""
    if not values.fits_float32(value):
        near = values.float32(value)
        fail("float32", f"the API cannot hold {value} and would round it silently", str(near))
    return value


def _code(value: str) -> str:
    """A code that people cannot mistake for another (API page, 9.8)."""
    if problem := code_problem(value):
        fail("series-code", *problem)
    return value


LIMITS = {field.name: field for field in MANAGEABLE if field.kind is Kind.LIMIT}

_TYPES: dict[Kind, Any] = {
    Kind.TEXT: Text,
    Kind.LIMIT: Annotated[Any, PlainValidator(_limit)],
    Kind.BOOLEAN: Annotated[bool, Strict()],
    Kind.DAY: Annotated[Any, PlainValidator(_date)],
    Kind.MOMENT: Annotated[Any, PlainValidator(_date)],
    Kind.IDS: Annotated[list[Whole], WrapValidator(_ids)],
    Kind.EXCLUSIVE_IDS: Annotated[list[Whole], WrapValidator(_ids)],
    Kind.RANGE: Annotated[RedemptionRange, WrapValidator(_range)],
    Kind.PRODUCTS: list[ProductInfo],
    Kind.PLACES: list[OrgEntity],
    Kind.TEXTS: dict[Text, Text],
}


def _type(field: Field) -> Any:  # noqa: ANN401 - an annotation is any object
    if field.name == "seriesCode":
        return Annotated[Text, AfterValidator(_code)]
    if field.kind is Kind.CHOICE:
        return Literal[field.choices]
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

Series = create_model("Series", __base__=Strictly, **_DEFINITIONS)
Series.__doc__ = (
    "One desired series: the API's own field names, checked and kept as the file has them."
)
