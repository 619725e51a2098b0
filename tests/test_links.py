"""Links to lines of files on a forge."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.links import Links

BLOB = "https://github.com/o/r/blob/c0ffee"
PLACES = {
    "a file at the top": ("series", "series", "series/a.yaml", "series/a.yaml"),
    "a file further down": ("series", "series", "series/eu/a.yaml", "series/eu/a.yaml"),
    "a folder elsewhere in the repository": (
        "eu/series",
        "series",
        "series/a.yaml",
        "eu/series/a.yaml",
    ),
    "a folder outside the current one": (
        "series",
        "../r/series",
        "../r/series/a.yaml",
        "series/a.yaml",
    ),
    "an absolute folder": ("series", "/home/me/series", "/home/me/series/a.yaml", "series/a.yaml"),
    "the current folder": ("series", ".", "a.yaml", "series/a.yaml"),
    "the top of the repository": ("", ".", "./a.yaml", "a.yaml"),
    "slashes and dots that say nothing": (
        "series/",
        "./series/",
        "series//a.yaml",
        "series/a.yaml",
    ),
    "blanks and signs": (
        "series",
        "series",
        "series/a b#1?%(x).yaml",
        "series/a%20b%231%3F%25%28x%29.yaml",
    ),
    "letters of the world": ("series", "series", "series/ä.yaml", "series/%C3%A4.yaml"),
}


@pytest.mark.parametrize("case", PLACES)
def test_a_line_is_linked_where_the_repository_has_it(case: str) -> None:
    prefix, folder, file, path = PLACES[case]

    assert f"{BLOB}/{path}#L7" == Links(BLOB, prefix, folder).to(file, 7)


@pytest.mark.parametrize(
    "file", ["", "series", "other/a.yaml", "seriesx/a.yaml", "/series/a.yaml", "series/../x.yaml"]
)
def test_a_file_outside_the_folder_has_no_link(file: str) -> None:
    assert not Links(BLOB, "series", "series").to(file, 1)


@given(st.text())
def test_no_name_of_a_file_breaks_out_of_its_link(name: str) -> None:
    link = Links(f"{BLOB}/", "series", "series").to(f"series/{name}", 7)

    assert not link or re.fullmatch(rf"{BLOB}/series/[A-Za-z0-9_.~%/-]+#L7", link)
