"""A run against one target: what is opened when, and what is counted."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from conftest import MINIMAL
from wire import listening

from reconciler.errors import FilesInvalidError, SignInError, UsageError
from reconciler.opening import open_sandbox
from reconciler.session import Session

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Write


def session(project: Path, *, heard: list[str] | None = None, **environment: str) -> Session:
    return Session(
        series=project / "series",
        target=None,
        config=None if environment else project / "reconciler.toml",
        environment={f"RECONCILER_{name}": value for name, value in environment.items()},
        note=lambda text, _level: heard.append(text) if heard is not None else None,
    )


@pytest.fixture
def never_called() -> Iterator[str]:
    """The URL of a server; the test fails when anybody connects."""
    connections: list[socket.socket] = []
    with listening(connections.append) as port:
        yield f"http://127.0.0.1:{port}"
    assert [] == connections


def test_a_plan_reads_the_sandbox_and_counts(project: Path, write: Write) -> None:
    write(MINIMAL)
    heard: list[str] = []
    with session(project, heard=heard) as run:
        assert {"read": 0, "write": 0} == run.requests
        plan = run.plan()

        assert ["APRIL100"] == [change.code for change in plan.changes]
        assert {"read": 3, "write": 0} == run.requests
    assert "reading sandbox for 1 series" == heard[0]
    assert (project / ".reconciler" / "sandbox.db").exists()


def test_a_plan_names_the_commit(project: Path, write: Write) -> None:
    write(MINIMAL)
    who = ["-c", "user.name=A", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=false"]
    for command in (["init", "--quiet"], [*who, "commit", "--quiet", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", *command], check=True, cwd=project)

    with session(project) as run:
        assert 40 == len(run.plan().commit or "")


def test_missing_credentials_send_nothing(project: Path, write: Write, never_called: str) -> None:
    write(MINIMAL)
    with (
        session(project, API_URL=never_called) as run,
        pytest.raises(SignInError, match="RECONCILER_USERNAME") as caught,
    ):
        run.plan()
    assert 4 == caught.value.exit_code


def test_wrong_files_send_nothing(project: Path, write: Write, never_called: str) -> None:
    write(MINIMAL.replace("ABS", "EURO"))
    who = session(project, API_URL=never_called, USERNAME="user", PASSWORD="open-sesame")
    with who as run, pytest.raises(FilesInvalidError):
        run.plan()


def test_a_code_without_a_file_sends_nothing(
    project: Path, write: Write, never_called: str
) -> None:
    write(MINIMAL)
    with (
        session(project, API_URL=never_called) as run,
        pytest.raises(UsageError, match="--only MAY: no file in"),
    ):
        run.plan(["MAY"])


def test_only_some_series_are_planned(project: Path, write: Write) -> None:
    write(MINIMAL)
    write(MINIMAL.replace("APRIL100", "MAY"), "two.yaml")
    with session(project) as run:
        assert ["MAY"] == [change.code for change in run.plan(["MAY"]).changes]


def test_no_files_are_worth_a_warning(project: Path) -> None:
    with session(project) as run:
        series, said = run.desired()
    assert ({}, [f"there are no series files in {project / 'series'}"]) == (dict(series), said)


def test_a_warning_about_a_file_names_its_line(project: Path, write: Write) -> None:
    write(MINIMAL + "maxRedeem: -5\n")
    with session(project) as run:
        (said,) = run.desired()[1]
    assert "one.yaml:11: [" in said


def test_no_target_is_a_mistake_of_usage(project: Path) -> None:
    with pytest.raises(UsageError, match="no target"):
        session(project, API_URL="")


def test_a_plan_that_is_not_there_is_a_mistake_of_usage(project: Path) -> None:
    (project / "noise").write_bytes(b"\xff")
    with session(project) as run:
        for file in ("nowhere.json", "noise"):
            with pytest.raises(UsageError, match=f"the plan {file} cannot be read"):
                run.saved_plan(file)


def test_a_sandbox_that_cannot_be_made_is_a_mistake_of_usage(project: Path) -> None:
    (project / "file").write_text("")
    with pytest.raises(UsageError, match=r"the sandbox's file file/x\.db cannot be made"):
        open_sandbox("file/x.db")
    with open_sandbox(":memory:") as store:
        assert [] == store.rows()
