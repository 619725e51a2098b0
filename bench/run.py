"""Measures what the project promises about speed, and prints one table.

    python bench/run.py           measure and print
    python bench/run.py --check   and end with 1 when a figure is past twice its goal

Every ratio is measured in one go: both sides run in turn, as whole processes, so that whatever
else the machine does slows both alike.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from processes import PYTHON, RECONCILER, BenchError, run, sandbox
from samples import fill_sandbox, write_files

from reconciler.sandbox import Store

FEW, MANY, LIVE = 10, 10_000, 5_000
PARSE = """\
import glob, sys, yaml
for name in sorted(glob.glob(sys.argv[1] + "/*.yaml")):
    with open(name, "rb") as stream:
        yaml.load(stream.read(), Loader=yaml.CSafeLoader)
"""
SLACK = 2  # times the goal, before --check fails


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `value` is what the goal bounds; without a goal it is only told."""

    what: str
    ours: str
    yardstick: str
    value: float
    ratio: str = "–"
    goal: float | None = None
    unit: str = ""

    @property
    def verdict(self) -> str:
        """How the value stands to the goal."""
        if self.goal is None:
            return "told only"
        if self.value <= self.goal:
            return "met"
        return "missed" if self.value <= SLACK * self.goal else f"past {SLACK} × the goal"

    @property
    def cells(self) -> list[str]:
        """The line's cells."""
        goal = "–" if self.goal is None else f"{self.goal:g}{self.unit}"
        return [self.what, self.ours, self.yardstick, self.ratio, goal, self.verdict]


HEADS = ["what", "ours", "yardstick", "ratio (of the fastest)", "goal", "verdict"]


def measure(folder: Path) -> list[Figure]:
    """Take every measurement, in a folder that is empty."""
    few, many = write_files(folder / "few", FEW), write_files(folder / "many", MANY)
    libraries = [PYTHON, "-c", "import click, yaml, pydantic; import reconciler.series"]
    return [
        compared(
            "`reconciler --help`",
            [RECONCILER, "--help"],
            "import click",
            [PYTHON, "-c", "import click"],
            folder=folder,
            pairs=25,
            goal=1.3,
        ),
        compared(
            f"`validate`, {FEW} files",
            [RECONCILER, "validate", str(few)],
            "import click, yaml, pydantic, build the model",
            libraries,
            folder=folder,
            pairs=25,
            goal=1.4,
        ),
        compared(
            f"`validate`, {MANY:,} files of 25 lines",
            [RECONCILER, "validate", str(many)],
            "parse them with CSafeLoader",
            [PYTHON, "-c", PARSE, str(many)],
            folder=folder,
            pairs=7,
            goal=2.5,
        ),
        *planned(folder),
    ]


def compared(  # noqa: PLR0913 - one line of the table
    what: str,
    ours: list[str],
    yardstick_is: str,
    yardstick: list[str],
    *,
    folder: Path,
    pairs: int,
    goal: float,
) -> Figure:
    """How much longer one command takes than another: the median of the ratios of all pairs."""
    for command in (ours, yardstick):
        run(command, folder)  # fills the caches, of bytecode too
    times = [(run(ours, folder).seconds, run(yardstick, folder).seconds) for _ in range(pairs)]
    own, other = zip(*times, strict=True)
    ratio = median(mine / its for mine, its in times)
    return Figure(
        what,
        _time(median(own)),
        f"{yardstick_is}: {_time(median(other))}",
        ratio,
        f"{ratio:.2f} ({min(own) / min(other):.2f})",
        goal,
        " ×",
    )


def planned(folder: Path, times: int = 3) -> list[Figure]:
    """What a plan costs that finds nothing to change. Raises BenchError when it finds something."""
    series, database = write_files(folder / "live", LIVE), folder / "live.db"
    fill_sandbox(database, LIVE)
    command = [RECONCILER, "--series", str(series), "plan", "--format", "json"]
    runs, requests = [], []
    with sandbox(database) as url, Store(database) as store:
        settings = {
            "RECONCILER_API_URL": url,
            "RECONCILER_USERNAME": "bench",
            "RECONCILER_PASSWORD": "bench",
        }
        run(command, folder, settings)  # as above
        for _ in range(times):
            before = len(store.requests())
            runs.append(run(command, folder, settings))
            requests.append(len(store.requests()) - before)
    for ran in runs:
        plan = json.loads(ran.output)
        if plan["changes"] or plan["summary"]["unchanged"] != LIVE:
            raise BenchError(f"the plan is not {LIVE:,} unchanged series: {plan['summary']}")
    what = f"`plan`, {LIVE:,} unchanged series"
    most = max(ran.megabytes for ran in runs)
    seconds = median(ran.seconds for ran in runs)
    return [
        Figure(f"{what}: requests", str(max(requests)), "–", max(requests), goal=60),
        Figure(f"{what}: peak memory", f"{most:.0f} MB", "–", most, goal=300, unit=" MB"),
        Figure(f"{what}: time", _time(seconds), "–", seconds),
    ]


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def table(figures: list[Figure]) -> str:
    """The figures as a Markdown table that also reads well as it stands."""
    rows = [HEADS, *(figure.cells for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join(f"| {line} |" for line in lines)


def main() -> int:
    """Measure, print, and tell by the exit code whether --check holds."""
    parser = argparse.ArgumentParser(description="Measure what the project promises about speed.")
    parser.add_argument(
        "--check", action="store_true", help=f"end with 1 when a figure is past {SLACK} × its goal"
    )
    check = parser.parse_args().check
    try:
        with tempfile.TemporaryDirectory(prefix="reconciler-bench-") as folder:
            figures = measure(Path(folder))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores\n\n{table(figures)}")
    past = [figure for figure in figures if figure.goal and figure.value > SLACK * figure.goal]
    for figure in past if check else []:
        limit = f"the limit is {SLACK} × {figure.goal:g} = {SLACK * (figure.goal or 0):g}"
        print(f"bench: {figure.what}: {figure.value:.4g}{figure.unit}; {limit}", file=sys.stderr)
    return 1 if check and past else 0


if __name__ == "__main__":
    sys.exit(main())
