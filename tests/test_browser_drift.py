"""The page of drift in a real browser: it asks for nothing, and is for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from chromium import axe, chromium
from drifted import LINKS, SCENE, drift, field, retired, series, without_base
from pages import HOSTILE, REORDERS, REORDERS_SHOWN

from reconciler.exposure import Exposure
from reconciler.render.drift_html import drift_html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from reconciler.drift import Drift

    Open = Callable[..., Page]

pytestmark = pytest.mark.slow  # the page has no script: its text is tested beside

COST = Exposure(5, 90)
TEXTS = (*HOSTILE, REORDERS)
SCENES = {
    "moved": SCENE,
    "without a base": without_base(SCENE),
    "nothing": drift(),
    "hostile": drift(
        *(
            series(
                f"{number} {text}",
                field("smsTemplate", "Hi", text, "messaging", desired=text),
                field("info", text, f"{text} and more, until it is a long text", "messaging"),
                cost=COST,
            )
            for number, text in enumerate(TEXTS)
        ),
        series("GONE", cost=COST, missing=TEXTS[0]),
        asides=tuple(retired(text) for text in TEXTS),
        warnings=TEXTS,
        unmanaged=tuple(enumerate(TEXTS, 1)),
    ),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a drift. At the end nothing was complained about, or asked for but it."""
    said: list[str] = []
    asked_for: list[str] = []
    pages: list[Page] = []
    file = tmp_path / "drift.html"

    def opened(found: Drift, **options: Any) -> Page:  # noqa: ANN401 - Playwright's own
        file.write_text(drift_html(found, LINKS), encoding="utf-8")
        page = browser.new_context(**options).new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda asked: asked_for.append(asked.url))
        page.goto(file.as_uri())
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.context.close()
    assert [] == said
    assert [file.as_uri()] * len(pages) == asked_for


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 400)])
@pytest.mark.parametrize("scene", SCENES)
def test_axe_finds_no_fault(open_page: Open, scene: str, scheme: str, width: int) -> None:
    view = {"width": width, "height": 900}
    page = open_page(SCENES[scene], color_scheme=scheme, viewport=view)
    page.evaluate(axe())

    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")

    faults = [
        (one["id"], one["impact"], [node["html"] for node in one["nodes"]][:3])
        for one in found["violations"]
    ]
    assert found["passes"]
    assert [] == faults


@pytest.mark.parametrize("width", [320, 400, 1200])
def test_no_page_is_wider_than_its_window(open_page: Open, width: int) -> None:
    for found in SCENES.values():
        page = open_page(found, viewport={"width": width, "height": 900})

        assert width >= page.evaluate("document.documentElement.scrollWidth")


def test_what_moved_and_its_answer_are_in_sight_without_a_click(open_page: Open) -> None:
    page = open_page(SCENE, java_script_enabled=False)

    first = page.locator("article", has_text="WEEKEND 200")

    assert first.get_by_text("5,000", exact=True).is_visible()
    assert first.get_by_text("no limit", exact=True).is_visible()
    assert first.get_by_text(
        "reconciler --target eu-prod drift --accept 'WEEKEND 200:maxRedeem'"
    ).is_visible()
    assert [] == [one for one in page.locator(".body").all() if not one.is_visible()]


_LABEL = "one => getComputedStyle(one, '::before').content"


@pytest.mark.parametrize(
    ("scene", "label"), [("moved", "As applied"), ("without a base", "The file")]
)
def test_where_columns_have_no_room_each_value_says_whose_it_is(
    open_page: Open, scene: str, label: str
) -> None:
    page = open_page(SCENES[scene], viewport={"width": 400, "height": 900})

    values = page.locator("article", has_text="WEEKEND 200").locator("td[data-as]").all()

    said = [one.evaluate(_LABEL).replace('"', "") for one in values]
    assert [f"{label}: ", "Live now: "] == said


def test_the_keyboard_alone_skips_the_head_and_closes_a_series(open_page: Open) -> None:
    page = open_page(SCENE)

    page.keyboard.press("Tab")
    assert "Skip to the series" == page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert "SUMMARY" == page.evaluate("document.activeElement.tagName")
    assert "3px" == page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    page.keyboard.press("Enter")
    assert not page.locator("article .body").first.is_visible()


def test_hostile_texts_are_shown_to_the_letter_and_run_nothing(open_page: Open) -> None:
    page = open_page(SCENES["hostile"])

    words = page.evaluate("document.querySelector('main').textContent")
    for text in (*HOSTILE, REORDERS_SHOWN):
        assert text in words
    assert page.title().startswith("Drift in eu-prod: Live moved: 8 series")
    assert 1 == page.locator("h1").count()
    assert 0 == page.locator("script, img, [onerror], [onmouseover], [style]").count()
