"""How the imitation answers where the vendor's documents leave it open (API page, section 9)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Literal


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The open questions, each with an answer. Every default is the worse one for the caller, as
    long as the API does what its documents promise.
    """

    zone: str = "UTC"
    """The zone in which dates are cut and printed. Offset zero is printed `Z`, others `+05:30`."""

    put: Literal["replace", "merge"] = "replace"
    """What becomes of fields that a PUT leaves out: the defaults again, or the stored values."""

    code_filter: Literal["works", "ignored", "error"] = "works"
    """`seriesCode=` finds the series, ignoring case; or does nothing, and the first page of all is
    answered; or is error 1000."""

    listing: Literal["works", "error", "hides-expired", "repeats", "reorders"] = "works"
    """The v2 list answers, is error 1000, or leaves out series whose validity has ended; or each
    page begins with the last row of the one before; or every other page is cut out of the opposite
    order, so that rows come twice and others never."""

    v11: Literal["works", "error"] = "works"
    """The list of the old API answers, or is an unknown route."""

    page_limit: int = 100
    """Rows in the largest page, whatever `limit` asks for."""

    ids_limit: int = 50
    """More `ids` than this in one read are error 1060."""

    hides: tuple[str, ...] = ("productInfo", "redemptionOrgEntityDetails", "customPropertyMap")
    """The fields that the next two are about."""

    list_shows_hidden: bool = False
    """Whether lists show those fields."""

    read_shows_hidden: bool = True
    """Whether rows read by id or code, and answers to writes, show them."""

    token_ttl: int = 300
    """Seconds for which an OAuth token is valid."""

    clock_offset: int = 0
    """Seconds by which the header `Date` is ahead of the time."""


DEFAULT = Behaviour()


def to_text(behaviour: Behaviour) -> str:
    """Spell a behaviour as JSON."""
    return json.dumps(asdict(behaviour))


def from_text(text: str) -> Behaviour:
    """Read what `to_text` of this or another version spelled; names it does not know are left."""
    names = {field.name for field in fields(Behaviour)}
    found = {name: value for name, value in json.loads(text).items() if name in names}
    return Behaviour(**{**found, "hides": tuple(found.get("hides", DEFAULT.hides))})
