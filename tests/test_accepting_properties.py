"""Accepting, for any file in any style and any other live values: it holds, and touches no more."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from accepted import HIDING, LIVE, accepted, loaded
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import files, live_rows

from reconciler.desired import read
from reconciler.diff import compare
from reconciler.fields import FIELDS, wanted, wire
from reconciler.kinds import Kind
from reconciler.live import LiveSeries
from reconciler.yamltext import mapping, scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.accepting import Accepted

UTC = ZoneInfo("UTC")
TEXTS = st.text(max_size=20) | st.sampled_from(
    ["one\ntwo\n", "a\n\nb", "it's", 'say "hi"', " a", "a #b", "a: b", "no", "", "x\\y", "ü\n  🎂"]
)
EACH = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
MANY = settings(EACH, max_examples=300)


@dataclass(frozen=True)
class Styled:
    """A file as its pieces: for each field what stands above it, and its lines."""

    names: tuple[str, ...]
    above: tuple[str, ...]
    entries: tuple[str, ...]
    newline: str
    mark: bytes
    ends: bool

    @property
    def raw(self) -> bytes:
        pairs = zip(self.above, self.entries, strict=True)
        text = "".join(above + entry for above, entry in pairs)
        text = text if self.ends else text.removesuffix("\n")
        return self.mark + text.replace("\n", self.newline).encode()


def in_style(draw: st.DrawFn, value: object, *, inside: bool = False) -> str:
    """A value in one line."""
    if isinstance(value, list):
        edge = draw(st.sampled_from(["", " "])) if value else ""
        return f"[{edge}{', '.join(in_style(draw, one, inside=True) for one in value)}{edge}]"
    if isinstance(value, dict):
        pairs = (f"{name}: {in_style(draw, part, inside=True)}" for name, part in value.items())
        return "{" + ", ".join(pairs) + "}"
    plain = scalar(value, inside=inside)
    if not isinstance(value, str) or plain[0] == '"':
        return plain
    return draw(st.sampled_from([plain, json.dumps(value, ensure_ascii=False), _single(value)]))


def _single(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def entry(draw: st.DrawFn, name: str, value: object, indent: str = "") -> str:
    """A key with its value, in any of the ways that people write it."""
    note = draw(st.sampled_from(["", "  # as agreed"]))
    deeper = indent + draw(st.sampled_from(["  ", "    "]))
    if isinstance(value, dict) and value and draw(st.booleans()):
        parts = (entry(draw, key, part, deeper) for key, part in value.items())
        return f"{indent}{name}:{note}\n{''.join(parts)}"
    if isinstance(value, list) and value and draw(st.booleans()):
        return f"{indent}{name}:{rows(draw, value, indent, deeper, note)}"
    if isinstance(value, str) and value[-1:].isalnum() and value == value.strip():
        style = draw(st.sampled_from(["", "", "|-", ">-"]))
        if style and scalar(value)[0] != '"':
            return f"{indent}{name}: {style}{note}\n{deeper}{value}\n"
    return f"{indent}{name}: {in_style(draw, value)}{note}\n"


def rows(draw: st.DrawFn, value: list[Any], indent: str, deeper: str, note: str) -> str:
    """A list over several lines, some of them with a comment."""
    notes = [draw(st.sampled_from(["", "  # one"])) for _ in value]
    if draw(st.booleans()):
        dash = draw(st.sampled_from([deeper, indent]))
        lines = [item(draw, one, dash) for one in value]
        notes = [""] * len(lines) if isinstance(value[0], dict) else notes
        head, tail = f"{note}\n", ""
    else:
        lines = [f"{deeper}{in_style(draw, one, inside=True)}," for one in value]
        lines[-1] = lines[-1].removesuffix(draw(st.sampled_from(["", ","])))
        head, tail = " [\n", f"{deeper}]{note}\n"
    pairs = zip(lines, notes, strict=True)
    return head + "".join(f"{line}{said}\n" for line, said in pairs) + tail


def item(draw: st.DrawFn, value: object, indent: str) -> str:
    """A member of a block list, without its last line break."""
    if not isinstance(value, dict) or draw(st.booleans()):
        return f"{indent}- {in_style(draw, value, inside=True)}"
    lines = [entry(draw, name, part, f"{indent}  ") for name, part in value.items()]
    return f"{indent}- {''.join(lines).strip()}"


@st.composite
def styled(draw: st.DrawFn, values: dict[str, Any]) -> Styled:
    """A file with these values."""
    extra = ["", "\n", "# note\n\n"]
    above = [f"# before {name}\n{draw(st.sampled_from(extra))}" for name in values]
    return Styled(
        tuple(values),
        tuple(above),
        tuple(entry(draw, name, value) for name, value in values.items()),
        draw(st.sampled_from(["\n", "\r\n"])),
        draw(st.sampled_from([b"", codecs.BOM_UTF8])),
        draw(st.booleans()),
    )


@st.composite
def other_values(draw: st.DrawFn, values: dict[str, Any]) -> dict[str, Any]:
    """Values that another valid file may have at the same paths."""
    others = draw(files())
    for name in ("description", "smsTemplate", "info", "tag"):
        others[name] = draw(TEXTS)
    changed = {
        name: draw(st.sampled_from([old, others.get(name, old)])) for name, old in values.items()
    }
    for name, old in values.items():
        if isinstance(old, dict):
            new = changed[name] if isinstance(changed[name], dict) else {}
            changed[name] = {key: new.get(key, part) for key, part in old.items()}
    found, _ = read("x.yaml", mapping(changed).encode(), UTC)
    assume(found is not None)
    return changed


def shown(values: dict[str, Any]) -> dict[str, Any]:
    """What live shows of a file's values once they are applied."""
    live = {}
    for name, value in values.items():
        live[name] = wire(name, value, UTC)
        if FIELDS[name].kind is Kind.DAY:
            live[name] = wanted(name, value, UTC)[0]
        if FIELDS[name].kind is Kind.RANGE and isinstance(value, dict):
            live[name] = json.dumps(value)
    return live


def equal_after(raw: bytes, live: dict[str, Any], paths: Sequence[str]) -> bool:
    """Whether a plan of the file changes nothing at these paths."""
    declared = loaded(raw).declared
    compared = compare(declared, LiveSeries(7, "CODE", {"id": 7, **LIVE, **live}), UTC, HIDING)
    return not {change.path for change in compared.changes} & set(paths)


def touches_no_more(before: Styled, after: Accepted) -> None:
    """Whatever belongs to no written value is there to the byte."""
    text = after.raw.removeprefix(before.mark).decode()
    assert (before.mark + text.encode()) == after.raw
    assert before.ends == text.endswith(before.newline)
    if before.newline == "\r\n":
        assert re.search("(?<!\r)\n|\r(?!\n)", text) is None
    text = text.replace("\r\n", "\n") + ("" if before.ends else "\n")
    at, touched = 0, {path.partition(".")[0] for path in after.written}
    following = [*before.above[1:], ""]
    triples = zip(before.names, before.above, before.entries, following, strict=True)
    for name, above, lines, below in triples:
        assert text.startswith(above, at), (name, text[at:])
        at += len(above)
        if name not in touched:
            assert text.startswith(lines, at), (name, text[at:])
            at += len(lines)
            continue
        end = text.index(below, at) if below else len(text)
        assert text.startswith(f"{name}:", at)
        first = lines.partition("\n")[0]
        if first.endswith("# as agreed"):
            assert text[at:end].partition("\n")[0].endswith("# as agreed"), text[at:end]
        at = end
    assert at == len(text)


LISTS = ("productInfo", "redemptionOrgEntityDetails", "storeIdsJson", "redemptionRange")


def any_file_holds(data: st.DataObject) -> None:
    """What another valid file would say is written, and nothing else moves."""
    holds(data, data.draw(files()))


def any_list_holds(data: st.DataObject) -> None:
    """A list of any style becomes what live has."""
    kept = [*LIVE, *LISTS, "genericCode"]
    holds(data, {name: value for name, value in data.draw(files()).items() if name in kept})


def holds(data: st.DataObject, values: dict[str, Any]) -> None:
    """Accept what another valid file would say at all paths of a file."""
    before = data.draw(styled(values))
    live = shown(data.draw(other_values(values)))
    after = accepted(before.raw, live)
    assert {} == {path: why for path, why in after.refused.items() if "codes" not in why}
    compared = [path for path in loaded(before.raw).declared if path not in after.refused]
    assert equal_after(after.raw, live, compared)
    touches_no_more(before, after)


def anything_live_is_equal_then_or_refused(data: st.DataObject) -> None:
    """Whatever live has, each accepted path is equal then, or refused."""
    before = data.draw(styled(data.draw(files())))
    live = data.draw(live_rows()) | {name: data.draw(TEXTS) for name in ("info", "smsTemplate")}
    paths = tuple(loaded(before.raw).declared)
    asked = data.draw(st.lists(st.sampled_from(paths), unique=True, min_size=1))
    after = accepted(before.raw, live, *asked)
    assert equal_after(after.raw, live, [path for path in asked if path not in after.refused])
    assert set(after.written) <= set(asked)
    assert not set(after.written) & set(after.refused)
    touches_no_more(before, after)


def twice_writes_nothing_the_second_time(data: st.DataObject) -> None:
    """Accepting what was accepted writes nothing."""
    before = data.draw(styled(data.draw(files())))
    live = data.draw(live_rows())
    once = accepted(before.raw, live)
    again = accepted(once.raw, live)
    assert (once.raw, ()) == (again.raw, again.written)
    assert once.refused == again.refused


each_property = pytest.mark.parametrize(
    "holds_for",
    [
        any_file_holds,
        any_list_holds,
        anything_live_is_equal_then_or_refused,
        twice_writes_nothing_the_second_time,
    ],
    ids=lambda function: function.__name__,
)


@each_property
@given(data=st.data())
@EACH
def test_accepting_touches_what_it_says_and_no_more(
    holds_for: Callable[[st.DataObject], None], data: st.DataObject
) -> None:
    holds_for(data)


@pytest.mark.slow
@each_property
@given(data=st.data())
@MANY
def test_accepting_by_the_hundreds_touches_what_it_says_and_no_more(
    holds_for: Callable[[st.DataObject], None], data: st.DataObject
) -> None:
    holds_for(data)
