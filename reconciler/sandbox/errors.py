"""What the API refuses, and how (API page, section 4).

The vendor publishes error codes but hardly any HTTP status, and says that an error may come with
HTTP 200. The choice made here: 502, 751, 753 and 1000 come with HTTP 200, so that a client has to
look into the body; an unknown id in a path (707) comes with 404, and everything else about the body
or the query with 400. A missing mandatory field is a 403, as the vendor warns. Where no code is
published, the HTTP status stands in the body as the code.
"""

from __future__ import annotations

from typing import Final

INVALID: Final = 400
NOT_SIGNED_IN: Final = 401
FIELD_MISSING: Final = 403
NO_SUCH_ROUTE: Final = 404
NO_SUCH_SERIES: Final = 502
UNKNOWN_ID: Final = 707
BAD_REDEMPTION_RANGE: Final = 729
BAD_STORE: Final = 735
CODE_TAKEN: Final = 751
CODE_EMPTY: Final = 753
GENERIC_CODE_EMPTY: Final = 754
BAD_ID: Final = 755
BAD_EXCLUSIVE_SERIES: Final = 756
NO_FILTER: Final = 1000
BATCH_TOO_LARGE: Final = 1060

OK: Final = 200
_HTTP_STATUS: Final = {
    NO_SUCH_SERIES: OK,
    CODE_TAKEN: OK,
    CODE_EMPTY: OK,
    NO_FILTER: OK,
    UNKNOWN_ID: NO_SUCH_ROUTE,
    BAD_REDEMPTION_RANGE: INVALID,
    BAD_STORE: INVALID,
    GENERIC_CODE_EMPTY: INVALID,
    BAD_ID: INVALID,
    BAD_EXCLUSIVE_SERIES: INVALID,
    BATCH_TOO_LARGE: INVALID,
}


class RefusalError(Exception):
    """The request is answered with an error body; `code` is the vendor's, or the HTTP status."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return _HTTP_STATUS.get(self.code, self.code)

    @property
    def body(self) -> dict[str, object]:
        """The error body of section 4."""
        return error_body(self.code, self.message)


def error_body(code: int, message: str) -> dict[str, object]:
    """Give the error body of section 4."""
    return {"errors": [{"status": False, "code": code, "message": message}], "warnings": []}
