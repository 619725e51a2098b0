"""The coupon series API as a local imitation: a starlette application on SQLite.

Three ways to use it: `serve` runs a real HTTP server, `transport` answers an httpx client inside
this process without a port, and `Store` lets tests and demonstrations look behind the wire and
play the vendor's web UI. What goes wrong is set by `Behaviour` and `Fault`, in the database.

The package imports nothing from the rest of the project: a mapping mistake must not be able to
cancel itself out. What needs starlette, httpx or uvicorn is imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from reconciler.sandbox.behaviour import Behaviour
from reconciler.sandbox.exchange import settle
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.journal import Request
from reconciler.sandbox.store import Store

if TYPE_CHECKING:
    from reconciler.sandbox.app import application
    from reconciler.sandbox.server import serve
    from reconciler.sandbox.wire import transport

__all__ = [
    "Behaviour",
    "Fault",
    "Request",
    "Store",
    "application",
    "serve",
    "settle",
    "transport",
]

_LAZY = {"application": "app", "serve": "server", "transport": "wire"}

if not TYPE_CHECKING:  # a type checker would take every misspelt name for an object

    def __getattr__(name: str) -> object:
        """Import the module behind a public name when that name is asked for."""
        if name not in _LAZY:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
