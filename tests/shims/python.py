"""The stand-in of python on a machine: the interpreter of the tests, whose pip installs nothing."""

from __future__ import annotations

import os
import sys

from calls import record

if __name__ == "__main__":
    if sys.argv[1:3] == ["-m", "pip"]:
        del sys.argv[1:3]
        record("pip")
    elif sys.argv[1:3] == ["-m", "venv"]:
        sys.exit("the stand-in of python makes no virtual environments")
    else:
        os.execv(sys.executable, [sys.executable, *sys.argv[1:]])  # noqa: S606 - no shell is wanted
