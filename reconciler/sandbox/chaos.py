"""What is set to go wrong: behaviour and faults, in the database, where every process sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox import behaviour as behaviours
from reconciler.sandbox import faults
from reconciler.sandbox.behaviour import DEFAULT, Behaviour

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.sandbox.database import Database
    from reconciler.sandbox.faults import Fault


class Chaos:
    """Behaviour and faults of one database. Every method is one transaction, or a part of one."""

    def __init__(self, database: Database, fixed: Behaviour | None) -> None:
        """A `fixed` behaviour wins over that in the database."""
        self._database, self._fixed = database, fixed
        self._last: tuple[str, Behaviour] = ("", DEFAULT)

    @property
    def behaviour(self) -> Behaviour:
        """The behaviour now."""
        if self._fixed is not None:
            return self._fixed
        rows = self._database.select("SELECT chosen FROM behaviour")
        if not rows:
            return DEFAULT
        text, known = self._last
        if rows[0][0] != text:
            known = behaviours.from_text(rows[0][0])
            self._last = (rows[0][0], known)
        return known

    def set_behaviour(self, behaviour: Behaviour) -> None:
        """Choose a behaviour for everybody who opens the database without one of their own."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM behaviour")
            text = behaviours.to_text(behaviour)
            connection.execute("INSERT INTO behaviour VALUES (?)", (text,))

    def faults(self) -> list[Fault]:
        """List the faults in the order in which they were set."""
        rows = self._database.select("SELECT fault FROM fault ORDER BY number")
        return [faults.from_text(text) for (text,) in rows]

    def add(self, fault: Fault) -> None:
        """Set one more fault; its calls count from now."""
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO fault (fault) VALUES (?)", (faults.to_text(fault),))

    def set(self, chosen: Iterable[Fault]) -> None:
        """Set these faults and no others; their calls count from now."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM fault")
            for fault in chosen:
                self.add(fault)

    def met(self, method: str, url: str) -> list[Fault]:
        """Count a call for every fault that it matches, and give the faults that strike."""
        struck = []
        add = "UPDATE fault SET calls = calls + 1 WHERE number = ?"
        rows = self._database.select("SELECT number, fault, calls FROM fault ORDER BY number")
        for number, text, calls in rows:
            fault = faults.from_text(text)
            if not fault.matches(method, url):
                continue
            with self._database.transaction() as connection:
                connection.execute(add, (number,))
            if fault.strikes(calls + 1):
                struck.append(fault)
        return struck
