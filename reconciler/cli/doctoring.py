"""The doctor command: what works on a target, and the lines for its configuration."""

from __future__ import annotations

import json
import re
import textwrap
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.terminal import Settings, pass_settings, show, show_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.doctor import Report
    from reconciler.render.ink import Ink

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "red")}
_WIDTH = 100
_NEW = "  # new"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@click.command()
@click.option(
    "--format",
    "shape",
    envvar="RECONCILER_DOCTOR_FORMAT",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
@pass_settings
def doctor(settings: Settings, shape: str) -> None:
    """Read a target and say what works on it.

    Takes at most 12 requests and writes nothing. Prints the lines for reconciler.toml.
    """
    from reconciler.doctor import examine
    from reconciler.errors import ApiError

    settings.format = shape
    with settings.session() as session:
        report = examine(session.client)
    if shape == "json":
        show_json(report_json(report))
    else:
        show(report_text(report, settings.ink))
    if not report.works:
        raise click.exceptions.Exit(ApiError.exit_code)


def report_json(report: Report) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "format": "reconciler/doctor/1",
        "target": report.target.name,
        "findings": [
            {"what": found.what, "status": found.status, "said": found.said}
            for found in report.findings
        ],
        "requests": dict(report.requests),
        "timezone": report.timezone,
        "reads_back": list(report.reads_back),
    }


def report_text(report: Report, ink: Ink) -> str:
    """The report for people: each finding in a line, what it comes to, and the configuration."""
    from reconciler.text import visible

    target = report.target
    where = f" on {visible(target.host)}" if target.host != target.name else ""
    lines = [f"Doctor for {visible(target.name)}{where}", ""]
    width = max(len(found.what) for found in report.findings)
    for found in report.findings:
        mark, colour = _MARKS.get(found.status, ("?", "cyan"))
        lines.append(f"{ink(mark, colour)} {found.what:{width}}  {visible(found.said)}")
    lines += ["", *_advice(report), _verdict(report)]
    return "\n".join([*lines, "", *_settings(report)] if report.answered else lines)


def _advice(report: Report) -> Iterator[str]:
    """What to do where nobody can tell yet which fields are shown."""
    from reconciler.snapshot import HIDING

    answered = {found.what for found in report.findings}
    unseen = [name for name in HIDING if name not in report.reads_back and name in answered]
    if unseen:
        said = (
            f"Nobody can tell yet whether {', '.join(unseen)} would be shown. To find out, make one"
            " series in the web UI with all of them set, and run this again. Until then an update"
            " is blocked where its file does not say what such a field is."
        )
        yield from [*textwrap.wrap(said, _WIDTH), ""]


def _verdict(report: Report) -> str:
    from reconciler.render.words import many

    counts = {
        status: sum(found.status == status for found in report.findings)
        for status in ("problem", "warning")
    }
    said = ", ".join(many(count, status) for status, count in counts.items() if count)
    works = "Plan and apply work here" if report.works else "Plan or apply will not work here"
    requests = many(sum(report.requests.values()), "request")
    return f"{works}{f' ({said})' if said else ''}. {requests} made, nothing written."


def _settings(report: Report) -> Iterator[str]:
    """The target's table in reconciler.toml; what the configuration has not is marked as new."""
    target = report.target
    key = target.name if _BARE_KEY.fullmatch(target.name) else _toml(target.name)
    yield "# reconciler.toml"
    yield f"[targets.{key}]"
    yield f"url = {_toml(target.url)}"
    if report.timezone is None:
        offsets = " and ".join(report.offsets)
        wrong = f"  # wrong: write the IANA name of the zone with offset {offsets}"
        yield f"timezone = {_toml(target.zone.key)}{wrong}"
    else:
        new = _NEW if report.timezone != target.zone.key else ""
        yield f"timezone = {_toml(report.timezone)}{new}"
    if target.requests_per_minute is not None:
        yield f"requests_per_minute = {target.requests_per_minute}"
    names = ", ".join(_toml(name) for name in report.reads_back)
    new = _NEW if set(report.reads_back) != target.reads_back else ""
    yield f"reads_back = [{names}]{new}"


def _toml(text: str) -> str:
    """A string of TOML, safe to show: what could act on a terminal or a runner as an escape."""
    from reconciler.text import unseen

    spelled = "".join(
        f"\\U{ord(character):08x}"
        if unseen(character)
        else json.dumps(character, ensure_ascii=False)[1:-1]
        for character in text
    )
    spelled = spelled.replace("::", ":\\u003a").replace("##", "#\\u0023")
    return f'"{spelled}"'
