"""The sandbox's commands."""

from __future__ import annotations

import click

from reconciler.cli.chaos import chaos
from reconciler.cli.terminal import ask, show
from reconciler.errors import UsageError

_data = click.option(
    "--data", default=".reconciler/sandbox.db", show_default=True, metavar="FILE", help="Its data."
)


@click.group()
def sandbox() -> None:
    """Run the API's local imitation, to try things on."""


sandbox.add_command(chaos)


@sandbox.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8484,
    show_default=True,
    help="0 takes a free one.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@_data
def serve(port: int, host: str, data: str) -> None:
    """Run it as a server until interrupted.

    It takes any user and password, the password as an MD5, as the API does.
    """
    from reconciler.opening import open_sandbox

    open_sandbox(data).close()
    from reconciler.sandbox import serve as listen

    try:
        listen(data, host=host, port=port, announce=lambda url: show(f"listening on {url}"))
    except OSError as error:
        raise UsageError(f"the sandbox {error.strerror}; --port takes another") from None


@sandbox.command()
@_data
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(data: str, yes: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Forget every series in it, and what was set to go wrong."""
    from reconciler.opening import open_sandbox

    ask(f"Forget every series in {data}?", yes=yes, about="the reset")
    store = open_sandbox(data)
    store.reset()
    store.close()
    show(f"{data} is empty now.")
