"""`sandbox chaos`: what goes wrong in the sandbox, set and shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.terminal import show
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox import Fault, Store

    Asked = Mapping[str, Any]
    Decorator = Callable[[Callable[..., None]], Callable[..., None]]

_KINDS = ("drop", "stall", "late", "truncate", "garble", "lag", "slow")
_OPEN = (
    *("put", "code_filter", "listing", "v11", "page_limit", "ids_limit"),
    *("zone", "token_ttl", "clock_offset"),
)
_SHOWN = {"shown": (True, True), "in-lists": (False, True), "hidden": (False, False)}
_HIDEABLE = ("productInfo", "redemptionOrgEntityDetails", "targetUserDetails", "customPropertyMap")
_POSITIVE = click.IntRange(min=1)


def _optional(name: str, metavar: str, said: str) -> Decorator:
    """An option whose number may be left out, and is 1 then."""
    return click.option(
        name, type=_POSITIVE, is_flag=False, flag_value=1, metavar=f"[{metavar}]", help=said
    )


def _choice(name: str, *values: str, said: str) -> Decorator:
    return click.option(name, type=click.Choice(values), help=said)


_OPTIONS: tuple[Decorator, ...] = (
    click.option(
        "--method",
        type=click.Choice(["GET", "POST", "PUT", "*"], case_sensitive=False),
        default="*",
        help="Which requests a fault meets.",
    ),
    click.option("--path", default="*", metavar="GLOB", help="Which ones: a glob over path?query."),
    click.option(
        "--call", type=_POSITIVE, multiple=True, metavar="N", help="Only the Nth of them, from now."
    ),
    click.option("--status", type=int, metavar="CODE", help="Fault: this HTTP status."),
    click.option(
        "--retry-after", metavar="WHEN", help="With --status: the header, seconds or a date."
    ),
    click.option(
        "--error", type=int, metavar="CODE", help="Fault: an error body, with HTTP 200 or --status."
    ),
    click.option("--drop", is_flag=True, help="Fault: the connection ends without an answer."),
    click.option("--stall", type=float, metavar="SECONDS", help="Fault: the same, but later."),
    click.option(
        "--processed", is_flag=True, help="With these four: the request is carried out first."
    ),
    _optional("--late", "N", "Fault: no answer; a write is carried out after N further answers."),
    click.option("--truncate", is_flag=True, help="Fault: the connection ends inside the answer."),
    click.option("--garble", is_flag=True, help="Fault: half of the answer's JSON is missing."),
    _optional("--lag", "N", "Fault: reads do not show a write until N further answers."),
    click.option("--slow", type=float, metavar="SECONDS", help="Fault: the answer takes longer."),
    _choice("--put", "replace", "merge", said="What becomes of fields that a PUT leaves out."),
    _choice("--code-filter", "works", "ignored", "error", said="What seriesCode= does."),
    _choice(
        "--listing",
        *("works", "error", "hides-expired", "repeats", "reorders"),
        said="How the list fails.",
    ),
    _choice("--v11", "works", "error", said="Whether the list of the old API is there."),
    click.option("--page-limit", type=_POSITIVE, help="Rows in the largest page."),
    click.option("--ids-limit", type=_POSITIVE, help="More ids in one read are error 1060."),
    _choice("--hidden", *_SHOWN, said="Whether some fields are hidden, and where."),
    click.option(
        "--hides", type=click.Choice(_HIDEABLE), multiple=True, help="Which; once for each."
    ),
    click.option("--zone", metavar="NAME", help="Where dates are cut: UTC, Asia/Kolkata, …"),
    click.option("--token-ttl", type=_POSITIVE, metavar="SECONDS", help="How long a token lives."),
    click.option("--clock-offset", type=int, metavar="SECONDS", help="How fast its clock is."),
)


def _all(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command()
@click.option(
    "--data", default=".reconciler/sandbox.db", show_default=True, metavar="FILE", help="Its data."
)
@_all
@click.option("--clear", is_flag=True, help="First forget all that was set to go wrong.")
@click.option("--show", "_shown", is_flag=True, help="Show what is set; that comes in any case.")
def chaos(data: str, *, clear: bool, _shown: bool, **asked: Any) -> None:  # noqa: ANN401 - each option has a type of its own
    """Let things go wrong, to rehearse a bad day.

    Each use adds one fault, changes behaviour, or both, and shows what is set. It works beside a
    running server, and for targets with a sandbox: URL.
    """
    from reconciler.opening import open_sandbox
    from reconciler.text import visible

    fault = _fault(asked)
    with open_sandbox(data) as store, store.transaction():
        from reconciler.sandbox.words import said

        if clear:
            store.clear_faults()
        _set_behaviour(store, asked, clear=clear)
        if fault:
            store.add_fault(fault)
        lines = said(store)
    show(f"{visible(data)}: {'this goes wrong:' if lines else 'nothing goes wrong.'}")
    for line in lines:
        show(f"  {visible(line)}")


def _fault(asked: Asked) -> Fault | None:
    """The fault that is asked for, if one is. Raises UsageError."""
    kinds = [kind for kind in _KINDS if asked[kind] is not None and asked[kind] is not False]
    kinds += ["status"] if asked["status"] is not None else []
    kinds += ["error"] if asked["error"] is not None and asked["status"] is None else []
    if len(kinds) > 1:
        pair = f"--{kinds[0]} and --{kinds[1]}"
        raise UsageError(f"{pair} are two faults; give them in two commands")
    if not kinds:
        if asked["call"] or asked["processed"] or asked["retry_after"] is not None:
            raise UsageError("that says when, not what; add --status, --error, --drop, …")
        if (asked["method"], asked["path"]) != ("*", "*"):
            raise UsageError("that says where, not what; add --status, --error, --drop, …")
        return None
    return _made(asked, kinds[0])


def _made(asked: Asked, kind: str) -> Fault:
    from reconciler.sandbox import Fault

    given = {
        "kind": kind,
        **{name: asked[name] for name in ("method", "path", "processed", "status", "retry_after")},
        "code": asked["error"],
        "seconds": asked["slow"] if asked["stall"] is None else asked["stall"],
        "after": asked["late"] or asked["lag"],
        "calls": asked["call"] or None,
    }
    try:
        return Fault(**{name: value for name, value in given.items() if value is not None})
    except ValueError as error:
        raise UsageError(f"no such fault: {error}; --help lists what goes together") from None


def _set_behaviour(store: Store, asked: Asked, *, clear: bool) -> None:
    """Lay what is asked for over the present behaviour, or the usual one. Raises UsageError."""
    from reconciler.sandbox import Behaviour

    changes: dict[str, Any] = {name: asked[name] for name in _OPEN if asked[name] is not None}
    if asked["hidden"] is not None:
        lists, reads = _SHOWN[asked["hidden"]]
        changes.update(list_shows_hidden=lists, read_shows_hidden=reads)
    if asked["hides"]:
        changes["hides"] = asked["hides"]
    if not (clear or changes):
        return
    try:
        store.set_behaviour(replace(Behaviour() if clear else store.behaviour, **changes))
    except (LookupError, ValueError):
        zone = asked["zone"]
        raise UsageError(f"there is no zone {zone}; write one like UTC or Asia/Kolkata") from None
