"""The page in a real browser: it asks for nothing, filters, and is for everybody."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from chromium import axe, chromium
from marketing import pull_request, series
from pages import (
    HOSTILE,
    REORDERS_SHOWN,
    hostile_page,
    hundreds_page,
    marketing_page,
    sandbox,
)

from reconciler.render.html import plan_html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    Open = Callable[..., Page]

MANY = 500
PATIENCE = 10.0  # seconds, on a busy machine, for what takes a tenth of that on a quiet one
_WATCH = """
window.refused = [];
addEventListener("securitypolicyviolation", (event) => {
  window.refused.push(event.violatedDirective);
});
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def marketing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(tmp_path_factory, marketing_page())


@pytest.fixture(scope="module")
def hundreds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(tmp_path_factory, hundreds_page(MANY))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(tmp_path_factory, hostile_page())


@pytest.fixture(scope="module")
def spans(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pages whose timelines have scales from months to years."""
    pages = []
    for end in ("2026-02-01", "2026-06-01", "2026-12-01", "2028-02-01", "2031-05-01", "2037-01-01"):
        with sandbox() as (client, _):
            pages.append(plan_html(pull_request(client, [], [series("A", validTillDate=end)])))
    return [_written(tmp_path_factory, page) for page in pages]


def _written(folders: pytest.TempPathFactory, page: str) -> Path:
    file = folders.mktemp("page") / "plan.html"
    file.write_text(page, encoding="utf-8")
    return file


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens a file. At the end nothing was refused, complained about, or asked for but the file."""
    said: list[str] = []
    asked_for: list[str] = []
    files: list[str] = []
    pages: list[Page] = []

    def opened(file: Path, **options: Any) -> Page:  # noqa: ANN401 - Playwright's own
        page = browser.new_context(**options).new_page()
        page.add_init_script(_WATCH)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda asked: asked_for.append(asked.url))
        page.goto(file.as_uri())
        files.append(file.as_uri())
        pages.append(page)
        return page

    yield opened
    for page in pages:
        said += page.evaluate("window.refused ?? []")
        page.context.close()
    assert [] == said
    assert files == asked_for


def shown(page: Page) -> list[str]:
    """The headings of the entries that can be seen."""
    return [one.inner_text() for one in page.locator("article h3").all() if one.is_visible()]


def count(page: Page) -> str:
    """What is announced."""
    return page.get_by_role("status").inner_text()


def test_the_page_asks_for_nothing_and_complains_of_nothing(
    open_page: Open, marketing: Path
) -> None:
    page = open_page(marketing)

    assert "44 changes, 1 move without a change: 1 blocked, 3 to look at first" == page.inner_text(
        "h1"
    )
    assert "45 of 45 shown" == count(page)


def test_the_watch_sees_what_a_page_must_not_do(browser: Browser, marketing: Path) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.add_init_script(_WATCH)
    page.on("console", lambda message: said.append(message.text))
    page.goto(marketing.as_uri())

    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"x.png\">')")
    page.wait_for_function("window.refused.length > 0")

    assert ["img-src"] == page.evaluate("window.refused")
    assert ["Content Security Policy" in one for one in said] == [True]
    page.close()


def test_the_filter_shows_one_risk_and_says_how_many(open_page: Open, marketing: Path) -> None:
    page = open_page(marketing)
    assert page.get_by_role("heading", name="Blocked 1").is_visible()

    page.get_by_role("button", name="Look here first").click()

    assert ["NEWYEAR50 create", "MONSOON150 update", "WEEKEND200 update"] == shown(page)
    assert "3 of 45 shown" == count(page)
    assert not page.get_by_role("heading", name="Blocked 1").is_visible()
    assert "true" == page.get_by_role("button", name="Look here first").get_attribute(
        "aria-pressed"
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("monsoon", {"MONSOON150 update": 1}),
        ("STORE17", {"The same change in 40 series": 40}),
        ("minBillAmount  no minimum", {"WEEKEND200 update": 1}),
        ("max-percent", {"MEMBERS9 update": 1}),
        ("loyal75.yaml", {"LOYAL75 no longer managed": 1}),
        ("monsoon in no series", {}),
    ],
)
def test_the_search_finds_codes_fields_rules_and_files(
    open_page: Open, marketing: Path, query: str, found: dict[str, int]
) -> None:
    page = open_page(marketing)

    page.get_by_role("searchbox", name="Search").fill(query)

    assert [*found] == shown(page)
    said = f"{sum(found.values())} of 45 shown"
    assert (said if found else "None of 45 fits: change the search or the filter") == count(page)


def test_the_timeline_follows_the_filter_and_leads_to_the_change(
    open_page: Open, marketing: Path
) -> None:
    page = open_page(marketing)
    page.get_by_role("searchbox").fill("monsoon")
    rows = [one for one in page.locator("[data-of]").all() if one.is_visible()]
    assert ["MONSOON150"] == [one.locator("a").inner_text() for one in rows]
    page.locator("article", has_text="MONSOON150").locator("summary").first.click()

    assert not page.get_by_text("windows do not move").is_visible()
    rows[0].locator("a").click()

    assert page.locator("article", has_text="MONSOON150").locator(".offer").is_visible()


def test_a_link_to_what_the_filter_hides_shows_it(open_page: Open, marketing: Path) -> None:
    page = open_page(marketing)
    anchor = page.locator("article", has_text="MEMBERS9").locator("details").first
    page.get_by_role("searchbox").fill("monsoon")

    page.evaluate("name => { location.hash = name }", anchor.get_attribute("id"))

    page.locator("article", has_text="MEMBERS9").wait_for(state="visible")
    assert "45 of 45 shown" == count(page)


def test_without_javascript_every_change_can_be_read(open_page: Open, marketing: Path) -> None:
    page = open_page(marketing, java_script_enabled=False)

    words = page.inner_text("body")

    stores = [f"STORE{number:02}" for number in range(1, 41)]
    for said in ("MEMBERS9", "NEWYEAR50", "MONSOON150", "WEEKEND200", "LOYAL75", *stores):
        assert said in words
    for said in ("450,000 → 4,950,000", "0 → unlimited", "9%", "no minimum", "max-percent"):
        assert said in words
    folded = [one for one in page.locator(".body").all() if not one.is_visible()]
    assert [] == folded
    assert not page.locator("#filter").is_visible()
    assert page.locator("#timeline .windows").is_visible()
    assert page.get_by_text("42 windows do not move").is_visible()


def test_the_keyboard_alone_reaches_the_filter_and_opens_a_change(
    open_page: Open, marketing: Path
) -> None:
    page = open_page(marketing)

    page.keyboard.press("Tab")
    assert "Skip to the changes" == page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert "query" == page.evaluate("document.activeElement.id")
    page.keyboard.type("members")
    assert ["MEMBERS9 update"] == shown(page)
    page.keyboard.press("Escape")
    assert "45 of 45 shown" == count(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert "Blocked 1" == page.evaluate("document.activeElement.textContent.trim()")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert "3px" == outline
    page.keyboard.press("Space")
    assert "1 of 45 shown" == count(page)
    while page.evaluate("document.activeElement.tagName") != "SUMMARY":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert not page.locator("article .offer").first.is_visible()
    page.keyboard.press("Enter")
    assert page.locator("article .offer").first.is_visible()


def test_hundreds_of_series_stay_usable(open_page: Open, hundreds: Path) -> None:
    start = time.monotonic()
    page = open_page(hundreds)
    loaded = time.monotonic()
    page.get_by_role("searchbox").fill("SERIES042")
    found = shown_by_script(page)
    filtered = time.monotonic()
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Open all").click()
    timeline = page.locator("section.when").inner_text()
    opened = time.monotonic()

    assert ["SERIES042 update"] == found
    assert all(f"SERIES{number:03}" in timeline for number in range(0, MANY, 5))
    spent = (loaded - start, filtered - loaded, opened - filtered)
    assert max(spent) < PATIENCE, spent


def shown_by_script(page: Page) -> list[str]:
    """As `shown`, in one step: there are hundreds."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('article:not([hidden]) h3')]"
        ".map((one) => one.innerText.replace(/\\s+/g, ' '))"
    )
    return found


@pytest.mark.parametrize(
    ("scene", "scheme", "width"),
    [
        ("marketing", "light", 1200),
        ("marketing", "dark", 400),
        ("hostile", "light", 400),
        ("hostile", "dark", 1200),
    ],
)
def test_axe_finds_no_serious_fault(
    open_page: Open, request: pytest.FixtureRequest, scene: str, scheme: str, width: int
) -> None:
    file: Path = request.getfixturevalue(scene)
    page = open_page(file, color_scheme=scheme, viewport={"width": width, "height": 900})
    page.evaluate(axe())

    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")

    faults = [
        (one["id"], one["impact"], [node["html"] for node in one["nodes"]][:3])
        for one in found["violations"]
    ]
    assert found["passes"]
    assert [] == faults


@pytest.mark.parametrize("width", [320, 400, 1200])
def test_no_page_is_wider_than_its_window(
    open_page: Open, marketing: Path, hostile: Path, width: int
) -> None:
    for file in (marketing, hostile):
        page = open_page(file, viewport={"width": width, "height": 900})

        assert width >= page.evaluate("document.documentElement.scrollWidth")


_LABELS = """
[...document.querySelectorAll("svg.head")].map((scale) => [...scale.querySelectorAll("text")]
  .map((label) => label.getBoundingClientRect())
  .filter((box) => box.width > 0)
  .map((box) => [box.left, box.right]))
"""


def test_no_two_labels_of_the_timeline_touch(
    open_page: Open, marketing: Path, spans: list[Path]
) -> None:
    for file in (marketing, *spans):
        page = open_page(file)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        for width in (320, 400, 760, 1040, 1200):
            page.set_viewport_size({"width": width, "height": 900})

            scales: list[list[tuple[float, float]]] = page.evaluate(_LABELS)

            assert scales
            for labels in scales:
                assert len(labels) > 1
                gaps = [after[0] - before[1] for before, after in pairwise(labels)]
                assert min(gaps) > 3, (width, gaps)


def test_hostile_texts_are_shown_to_the_letter_and_run_nothing(
    open_page: Open, hostile: Path
) -> None:
    page = open_page(hostile)

    words = page.evaluate("document.querySelector('main').textContent")
    for text in (*HOSTILE, REORDERS_SHOWN, "<b>new</b>"):
        assert text in words
    assert page.title().startswith("Plan for sandbox: ")
    assert 1 == page.locator("h1").count()
    assert 1 == page.locator("script").count()
    assert 0 == page.locator("img, [onerror], [onmouseover], [style], [href^='javascript']").count()


def test_what_is_folded_is_printed(open_page: Open, hundreds: Path) -> None:
    page = open_page(hundreds, java_script_enabled=False)
    folded = page.locator("section.plain .body").first
    assert not folded.is_visible()

    page.emulate_media(media="print")

    assert folded.is_visible()
    assert not page.locator("#filter").is_visible()
