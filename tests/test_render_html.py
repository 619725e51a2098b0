"""The plan as a page: its golden file, what may run in it, and that no text of others is markup."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from golden import check
from hypothesis import given
from hypothesis import strategies as st
from marketing import live, pull_request, scene, series
from pages import LINKS
from test_render_text_hostile import NASTY, plans

from reconciler.exposure import Exposure
from reconciler.plan import Plan
from reconciler.reason import Blocked
from reconciler.render.html import plan_html
from reconciler.render.links import Links
from reconciler.text import unseen

if TYPE_CHECKING:
    from reconciler.client import Client
    from reconciler.sandbox import Store

CASES = Path(__file__).parent / "cases" / "plan-html"
EMPTY = {"meta", "input", "rect", "line", "use"}  # no text below them
OURS = {"style", "script"}
KNOWN = re.compile(
    "aria-[a-z]+|autocomplete|charset|class|colspan|content|data-[a-z]+|for|height|hidden|href"
    "|http-equiv|id|lang|name|open|overflow|placeholder|rel|role|rx|scope|spellcheck|tabindex"
    "|text-anchor|type|width|[xy][12]?"
)


class Reader(HTMLParser):
    """What a page is made of: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.sources: dict[str, str] = {}
        self.inside: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] in OURS:
            self.sources[self.inside[-1]] = self.sources.get(self.inside[-1], "") + data
        else:
            self.text.append(data)

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data}")

    @property
    def words(self) -> str:
        return " ".join("".join(self.text).split())


@pytest.fixture
def marketing(client: Client, store: Store) -> Plan:
    """The plan that every view has to tell well."""
    return scene(client, store)


def test_the_pull_request_of_marketing_looks_like_its_golden_file(marketing: Plan) -> None:
    check(plan_html(marketing, LINKS), CASES / "marketing.html")


def test_equal_plans_give_equal_bytes(marketing: Plan) -> None:
    again = replace(marketing, tool="another", settled=())

    assert marketing == again
    assert plan_html(marketing) == plan_html(again)


def test_the_worst_comes_first(marketing: Plan) -> None:
    _, _, words = Reader(plan_html(marketing)).words.partition("Open all")
    order = ["MEMBERS9 update", "450,000 → 4,950,000", "NEWYEAR50 create", "0 → unlimited"]
    order += ["MONSOON150 update", "WEEKEND200 update", "LOYAL75 no longer managed"]
    order += ["The same change in 40 series", "When they can be used"]

    places = [words.index(word) for word in order]

    assert sorted(places) == places


def test_a_file_that_is_gone_is_linked_where_it_was(client: Client, store: Store) -> None:
    live(store, series("A1"))
    plan = pull_request(client, [series("A1"), series("B1")], [series("B1")])
    links = Links("https://github.com/o/r/blob/" + "c" * 40, "series", "series")

    page = plan_html(plan, links)

    assert f'href="https://github.com/o/r/blob/{"a" * 40}/series/a1.yaml#L1"' in page
    assert f'href="https://github.com/o/r/blob/{"c" * 40}/series/b1.yaml#L1"' in page
    assert f"{'c' * 40}/series/a1.yaml" not in page


def test_what_is_without_bound_is_counted_and_never_added_up(marketing: Plan) -> None:
    words = Reader(plan_html(marketing)).words

    assert (
        "Cost at worst 3,525,000 → unlimited"
        " 1 series without bound, 1 of them newly; the other 43: 3,525,000 → 8,025,000"
        " With what is blocked"
    ) in words


def test_what_is_not_of_a_pull_request_stands_apart(client: Client, store: Store) -> None:
    files = [series("A100"), series("B100")]
    live(store, files[0], maxCreate=90)
    live(store, files[1])
    plan = pull_request(client, files, [files[0], {**files[1], "discountValue": 90}])

    words = Reader(plan_html(plan)).words

    assert "1 change, 1 not of this pull request" in words
    assert "59,000 → 95,000 Of these, not of this pull request: 9,000 → 50,000" in words
    _, _, below = words.partition("Open all")
    places = ["Not of this pull request 1", "A100 update", "The rest 1", "B100 update"]
    assert sorted(places, key=below.index) == places


def test_a_plan_without_changes_says_so(client: Client, store: Store) -> None:
    live(store, series("A100"))

    words = Reader(plan_html(pull_request(client, [series("A100")], [series("A100")]))).words

    assert "No changes" in words
    assert "Nothing would be written." in words
    assert "Search" not in words


def test_reasons_of_one_series_among_equal_ones_bear_its_code(marketing: Plan) -> None:
    stores = [one for one in marketing.changes if one.code.startswith("STORE")]
    said = {
        one.code: replace(one, warned=(Blocked("lookalike", f"like {one.code[:6]}"),))
        for one in stores
    }
    plan = replace(marketing, changes=tuple(said.values()))

    words = Reader(plan_html(plan)).words

    assert "Warning lookalike STORE10, STORE11, STORE12," in words
    assert "STORE40: like STORE4" in words


def test_a_list_shows_each_member_that_comes_and_goes(client: Client, store: Store) -> None:
    before = series("A100", mutualExclusiveSeriesIds="[1,2,3]")
    live(store, before)

    plan = pull_request(client, [before], [{**before, "mutualExclusiveSeriesIds": [3, 4]}])

    assert "- ids 1 - ids 2 + ids 4" in re.sub(r"\bid ", "ids ", Reader(plan_html(plan)).words)


def test_a_long_list_shows_only_what_comes_and_goes(client: Client, store: Store) -> None:
    before = series("A100", mutualExclusiveSeriesIds=str(list(range(1000, 1060))))
    live(store, before)
    asked = {**before, "mutualExclusiveSeriesIds": [*range(1001, 1060), 7]}

    words = Reader(plan_html(pull_request(client, [before], [asked]))).words

    assert "see what comes and goes" in words
    assert "- id 1000 + id 7" in words
    assert "1030" not in words


def test_what_the_server_does_besides_is_told_as_such(client: Client, store: Store) -> None:
    before = series("A100", redemptionValidFrom=None)
    live(store, before, redemptionValidFrom="2026-01-05T10:30:00Z")

    plan = pull_request(client, [before], [{**before, "discountValue": 90}])

    words = Reader(plan_html(plan)).words
    assert "redemptionValidFrom side effect" in words
    assert "2026-01-05 10:30:00 UTC 2026-01-05 00:00:00 UTC" in words


def test_an_allowance_bears_who_wrote_it(marketing: Plan) -> None:
    change = replace(
        marketing.changes[0],
        blocked=(),
        warned=(),
        allowed=(Blocked("max-percent", "allowed until 2026-02-01: agreed"),),
        given={"max-percent": "Ada <ada@example.com>"},
    )

    words = Reader(plan_html(replace(marketing, changes=(change,)))).words

    said = "Allowed max-percent allowed until 2026-02-01: agreed"
    assert f"{said} written by Ada <ada@example.com>" in words


def test_only_its_own_style_and_script_may_run(marketing: Plan) -> None:
    page = Reader(plan_html(marketing))
    policies = [
        attributes["content"]
        for tag, attributes in page.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]

    def hashed(name: str) -> str:
        digest = hashlib.sha256(page.sources[name].encode()).digest()
        return f"{name}-src 'sha256-{base64.b64encode(digest).decode()}'"

    expected = f"default-src 'none'; {hashed('style')}; {hashed('script')};"
    assert [f"{expected} img-src 'none'; base-uri 'none'; form-action 'none'"] == policies
    assert [1, 1] == [[tag for tag, _ in page.elements].count(name) for name in OURS]


@given(plans(), NASTY)
def test_no_text_of_others_is_markup_or_hides(plan: Plan, url: str) -> None:
    shown = plan_html(plan, Links(url, "", ""))
    page = Reader(shown)

    assert [] == page.inside
    assert [] == [letter for letter in set(shown) - {"\n"} if unseen(letter)]
    names = {name for _, attributes in page.elements for name in attributes}
    assert [] == [name for name in names if not KNOWN.fullmatch(name)]
    assert {"style": 1, "script": 1} == {
        name: sum(tag == name for tag, _ in page.elements) for name in ("style", "script")
    }
    links = [attributes["href"] or "" for tag, attributes in page.elements if tag == "a"]
    assert [] == [link for link in links if not link.startswith(("#", "http://", "https://"))]


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1))
def test_a_text_is_shown_to_the_letter(text: str) -> None:
    page = Reader(plan_html(_empty(text)))

    assert text in page.text


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://github.com/o/r/blob/c", True),
        ("http://forge.example/r", True),
        ("javascript:alert(1)//", False),
        ("data:text/html,", False),
        ("", False),
    ],
)
def test_only_the_web_is_linked_to(marketing: Plan, url: str, *, linked: bool) -> None:
    page = Reader(plan_html(marketing, Links(url, "coupons", "series")))

    links = [attributes["href"] or "" for tag, attributes in page.elements if tag == "a"]

    assert linked == (f"{url}/coupons/members9.yaml#L5" in links)
    assert linked == any(not link.startswith("#") for link in links)


def test_every_heading_is_one_below_the_last_at_most(marketing: Plan) -> None:
    levels = [
        int(tag[1]) for tag, _ in Reader(plan_html(marketing)).elements if re.match(r"h\d", tag)
    ]

    assert 1 == levels[0]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_name_and_anchor_stands_once_and_every_one_asked_for_stands(marketing: Plan) -> None:
    elements = Reader(plan_html(marketing)).elements
    names = [attributes["id"] for _, attributes in elements if "id" in attributes]
    asked = {
        name
        for _, attributes in elements
        for name in (
            attributes.get("aria-labelledby"),
            attributes.get("for"),
            (attributes.get("href") or "").partition("#")[2] if _ == "a" else None,
            attributes.get("data-of"),
        )
        if name and not name.startswith("L")
    }

    assert len(set(names)) == len(names)
    assert set() == asked - set(names)


def _empty(text: str) -> Plan:
    return Plan(
        target=text,
        host=text,
        changes=(),
        unchanged=0,
        fields_compared=0,
        unmanaged=(),
        warnings=(text,),
        reads=0,
        created_at="2026-01-01T00:00:00Z",
        zone="UTC",
    )


def test_costs_before_without_bound_are_told(marketing: Plan) -> None:
    change = replace(marketing.changes[0], exposure=Exposure(None, 500))

    words = Reader(plan_html(replace(marketing, changes=(change,)))).words

    assert "Cost at worst unlimited → 500" in words
