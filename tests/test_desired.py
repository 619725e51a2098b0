"""Files → desired series: which files are read, and every problem with its place and its rule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from conftest import MINIMAL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.desired import Files, load
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conftest import Write

UTC = ZoneInfo("UTC")
SERIES = Path("series")


def read(*paths: Path) -> Files:
    return load(paths or [SERIES], UTC)


def problems(files: Files) -> list[tuple[str, int, int, str, str]]:
    return [(said.file, said.line, said.column, said.rule, said.hint) for said in files.problems]


def code(name: str) -> str:
    return MINIMAL.replace("APRIL100", name)


def test_a_series_knows_its_file_and_the_line_of_each_key(write: Write) -> None:
    write("# April\n" + MINIMAL + "redemptionRange:\n  dow: [6, 7]\n")

    series = read().series["APRIL100"]

    assert series.file == "series/one.yaml"
    assert series.line == 2
    assert series.declared["discountValue"].line == 6
    assert series.declared["redemptionRange.dow"].line == 13
    assert series.declared["redemptionRange.dow"].canonical == [6, 7]
    assert "redemptionRange.dom" not in series.declared


def test_a_list_is_managed_as_a_whole_and_a_wire_form_too(write: Write) -> None:
    write(MINIMAL + "mutualExclusiveSeriesIds: [2, 1]\nredemptionRange: '{\"dow\": 6}'\n")

    declared = read().series["APRIL100"].declared

    assert declared["mutualExclusiveSeriesIds"].canonical == [1, 2]
    assert declared["redemptionRange"].value == '{"dow": 6}'


def test_files_of_all_folders_and_both_endings_are_read(write: Write) -> None:
    write(code("A"), "a.yaml")
    write(code("B"), "deep/er/b.yml")
    write(code("C"), "C.YAML")
    write(code("D"), "folder.yaml/d.yaml")
    write("no: series", "notes.txt")
    write("no: series", ".hidden.yaml")
    write("no: series", ".hidden/x.yaml")

    files = read()

    assert sorted(files.series) == ["A", "B", "C", "D"]
    assert files.count == 4


def test_a_very_deep_folder_is_no_obstacle(write: Write) -> None:
    write(MINIMAL, "/".join("abcdefghijklmnopqrstuvwxyz" * 4) + "/one.yaml")

    assert list(read().series) == ["APRIL100"]


def test_a_file_that_is_named_twice_is_read_once(write: Write, project: Path) -> None:
    file = write(MINIMAL)

    files = read(file, SERIES, SERIES / "one.yaml", project / "series" / ".." / "series")

    assert files.problems == []
    assert files.count == 1


def test_a_hidden_file_that_is_named_is_read(write: Write) -> None:
    assert read(write(MINIMAL, ".april.yaml")).count == 1


def test_a_path_that_is_not_there_is_a_usage_error(project: Path) -> None:
    with pytest.raises(UsageError, match="nowhere is not there"):
        read(project / "nowhere")


def test_an_empty_directory_holds_nothing(project: Path) -> None:
    files = read(project / "series")

    assert (files.count, files.problems, files.series) == (0, [], {})


def test_one_code_in_two_files_is_told_with_the_other_place(write: Write) -> None:
    write(MINIMAL, "a.yaml")
    write("# later\n" + MINIMAL, "b.yaml")

    files = read()

    assert problems(files) == [
        ("series/b.yaml", 2, 13, "duplicate-code", "one file for each series")
    ]
    assert files.problems[0].message == "APRIL100 stands in series/a.yaml:1"


def test_one_code_in_two_files_is_told_even_if_one_is_broken(write: Write) -> None:
    write(MINIMAL + "info: 5\n", "a.yaml")
    write(MINIMAL, "b.yaml")

    assert [said.rule for said in read().problems] == ["yaml-number", "duplicate-code"]


def test_codes_that_read_alike_are_told(write: Write) -> None:
    write(code("CAFÉ"), "a.yaml")
    write(code("cafe\u0301"), "b.yaml")

    assert problems(read()) == [
        ("series/b.yaml", 1, 13, "similar-code", "a code that differs in more than case")
    ]


def test_problems_of_all_files_are_told_in_order(write: Write) -> None:
    write(MINIMAL + "info: no\nfoo: 1\n", "b.yaml")
    write("", "c.yaml")
    write("a: [\n", "a.yaml")

    assert [(said.file[7:], said.line, said.rule) for said in read().problems] == [
        ("a.yaml", 2, "yaml-syntax"),
        ("b.yaml", 11, "yaml-boolean"),
        ("b.yaml", 12, "unknown-key"),
        ("c.yaml", 1, "empty-file"),
    ]


@pytest.mark.parametrize(
    ("raw", "place", "rule", "hint"),
    [
        pytest.param(
            b"a: tea \xe9\n", (1, 8), "not-utf-8", "the file saved as UTF-8", id="Latin 1"
        ),
        pytest.param(
            b"a: 1\nb: \xc3\xa9\xff\n", (2, 5), "not-utf-8", "the file saved as UTF-8", id="after é"
        ),
        pytest.param(
            "a: 1\n".encode("utf-16"), (1, 1), "not-utf-8", "the file saved as UTF-8", id="UTF-16"
        ),
        pytest.param(
            b"a: \xed\xa0\x80\n", (1, 4), "not-utf-8", "the file saved as UTF-8", id="a surrogate"
        ),
        pytest.param(
            b"", (1, 1), "empty-file", "a series that begins with seriesCode: CODE", id="empty"
        ),
        pytest.param(b"#" * (2**20 + 1), (1, 1), "too-large", "a smaller file", id="over 1 MiB"),
    ],
)
def test_bytes_that_are_no_series_are_refused_at_their_place(
    project: Path, raw: bytes, place: tuple[int, int], rule: str, hint: str
) -> None:
    (project / "series" / "x.yaml").write_bytes(raw)

    assert problems(read()) == [("series/x.yaml", *place, rule, hint)]


def test_a_file_of_just_one_mebibyte_is_read(write: Write) -> None:
    write(MINIMAL + "#" * (2**20 - len(MINIMAL)))

    assert list(read().series) == ["APRIL100"]


def test_windows_lines_and_a_byte_order_mark_change_no_place(project: Path) -> None:
    raw = "\ufeff" + (MINIMAL + "foo: 1\n").replace("\n", "\r\n")
    (project / "series" / "x.yaml").write_bytes(raw.encode())

    (said,) = read().problems

    assert (said.line, said.column, said.source) == (11, 1, "foo: 1")


def test_warnings_do_not_forbid_a_file(write: Write) -> None:
    write(MINIMAL + "maxCreate: -5\n")

    files = read()

    assert [said.rule for said in files.warnings] == ["limit-below-none"]
    assert files.errors == []
    assert list(files.series) == ["APRIL100"]


def test_a_flood_of_problems_ends_in_a_count(write: Write) -> None:
    write(MINIMAL + "info: x\n" * 50_000 + "mutualExclusiveSeriesIds: [" + "x, " * 1_000 + "]\n")

    said = [problem for problem in read().problems if problem.rule == "too-many-problems"]

    assert [problem.message for problem in said] == ["800 more not shown", "49,799 more not shown"]


KEYS = [line.partition(":")[0] for line in MINIMAL.splitlines()]
PLAIN = ("", "no", "1", "-5", "~", "GENERIC", "PERC", "true", "2030-01-01", "'5'", "|", "[]", "{}")
ODD = ("1e3", "0x1", "!!int x", "[*a]", "&a {}", "2030-01-01T00:00:00", "9999-12-31T23:59:59-05:00")
LIVES = (
    "{adopt: 7, protect: 5, x: []}",
    "{ignoreChanges: [info, [a], ~, 5, redemptionRange.dow, x.y, .]}",
    "{allow: [x, [], {rule: [a], until: {}}, {rule: max-percent, reason: ~, until: 0000-01-01}]}",
    "{allow: [{rule: lookalike, reason: x, until: 0001-01-01}]}",
)
VALUES = st.sampled_from((*PLAIN, *ODD, *LIVES))
MORE = ["redemptionRange", "productInfo", "customPropertyMap", "maxCreate", "id", "foo", "info"]
LINES = st.tuples(st.sampled_from([*KEYS, *MORE, "lifecycle"]), VALUES).map(": ".join)


def load_bytes(folder: Path, raw: bytes) -> None:
    (folder / "x.yaml").write_bytes(raw)
    files = load([folder], ZoneInfo("America/New_York"))

    assert bool(files.errors) != bool(files.series)
    assert all(said.hint and said.line >= 1 and said.column >= 1 for said in files.problems)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=200)
    | st.lists(LINES, max_size=12).map(lambda said: "\n".join(said).encode())
)
def test_loading_raises_nothing_but_our_errors(tmp_path: Path, raw: bytes) -> None:
    load_bytes(tmp_path, raw)


def changed(lines: Sequence[str]) -> bytes:
    return (MINIMAL + "\n".join(lines) + "\n").encode()


@pytest.mark.slow
@settings(
    max_examples=10_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(st.lists(LINES, max_size=6).map(changed) | st.binary())
def test_loading_raises_nothing_but_our_errors_however_long_one_tries(
    tmp_path: Path, raw: bytes
) -> None:
    load_bytes(tmp_path, raw)
