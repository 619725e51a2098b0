"""The browser of the tests: the system's own Chromium, and axe-core, which judges accessibility."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_AXE = Path(__file__).parent / "browser" / "node_modules" / "axe-core" / "axe.min.js"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser. Chromium's sandbox cannot be had by root, as which containers run."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        _missing("there is no Chromium here: install Debian's package chromium, or Google Chrome")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def axe() -> str:
    """The script of axe-core."""
    if not _AXE.exists():
        _missing("axe-core is not here: install npm, then run npm ci --prefix tests/browser")
    return _AXE.read_text(encoding="utf-8")


def _missing(what: str) -> None:
    """Skip where a developer lacks something; in CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
