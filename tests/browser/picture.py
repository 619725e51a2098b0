"""Take the picture of the README: the page of the marketing scene, as a browser shows it."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY / "tests"))

from chromium import chromium  # noqa: E402 - found only now
from pages import marketing_page  # noqa: E402 - the same


def main() -> None:
    """Write docs/plan.png."""
    with TemporaryDirectory() as folder, chromium() as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 1130}, color_scheme="light")
        file = Path(folder) / "plan.html"
        file.write_text(marketing_page(), encoding="utf-8")
        page.goto(file.as_uri())
        page.screenshot(path=REPOSITORY / "docs" / "plan.png")


if __name__ == "__main__":
    main()
