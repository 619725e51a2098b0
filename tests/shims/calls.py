"""What the stand-ins of programs share: they write down how they were called."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def record(program: str, said: str = "") -> None:
    """Add a line of JSON to the file of calls: arguments, folder, names of variables, no values."""
    call = {
        "program": program,
        "arguments": sys.argv[1:],
        "folder": str(Path.cwd()),
        "env": sorted(os.environ),
        "stdin": said,
    }
    with Path(os.environ["STAND_IN_CALLS"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(call) + "\n")
