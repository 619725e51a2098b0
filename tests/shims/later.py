"""The tool on a machine whose calendar is STAND_IN_DAYS ahead."""

from __future__ import annotations

import datetime as dt
import os
import sys
from typing import Any

AHEAD = dt.timedelta(days=int(os.environ["STAND_IN_DAYS"]))


class Kind(type):
    """What others made with the real class counts, too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, REAL)


REAL = dt.datetime


class Later(REAL, metaclass=Kind):
    """Moments as ever, but for now."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:  # noqa: ANN401 - as the class above
        return REAL.now(tz) + AHEAD


dt.datetime = Later  # type: ignore[misc] # all that is imported from here on

if __name__ == "__main__":
    from reconciler.__main__ import main

    sys.argv[0] = "reconciler"
    main()
