"""The stand-in of pip: it installs nothing."""

from __future__ import annotations

from calls import record

if __name__ == "__main__":
    record("pip")
