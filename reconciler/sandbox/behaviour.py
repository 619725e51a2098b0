"""How the imitation answers where the vendor's documents leave it open (API page, section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The open questions, each with an answer. Every default is the worse one for the caller."""

    zone: str = "UTC"
    """The zone in which dates are cut and printed. Offset zero is printed `Z`, others `+05:30`."""

    put: Literal["replace", "merge"] = "replace"
    """What becomes of fields that a PUT leaves out: the defaults again, or the stored values."""

    code_filter: Literal["works", "ignored", "error"] = "works"
    """`seriesCode=` finds the series, ignoring case; or does nothing, and the first page of all is
    answered; or is error 1000."""

    listing: Literal["works", "error", "hides-expired"] = "works"
    """The v2 list answers, is error 1000, or leaves out series whose validity has ended."""

    page_limit: int = 100
    """Rows in the largest page, whatever `limit` asks for."""

    ids_limit: int = 50
    """More `ids` than this in one read are error 1060."""

    list_shows_hidden: bool = False
    """Whether lists show productInfo, redemptionOrgEntityDetails and customPropertyMap."""

    read_shows_hidden: bool = True
    """Whether rows read by id or code, and answers to writes, show those three."""

    token_ttl: int = 300
    """Seconds for which an OAuth token is valid."""


DEFAULT = Behaviour()
