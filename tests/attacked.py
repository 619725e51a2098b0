"""What the tests of attacks share: what was refused and why, and that nothing moved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shop import outcomes, series, steps, target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from outcomes import Run
    from shop import World

    Attack = Callable[[World, str], object]  # on a series, up to its merge

LOOSE = """\
[guardrails]
max_changes_share = 1.0
"""
"""For tests of many changes, which are about something else."""
_REJECTED = re.compile(r"^\[([a-z-]+)\] [^:]+: ([^:]+): (.+)$", re.MULTILINE)


def loosen(world: World) -> None:
    """Let any share of the series change at once."""
    commit_to_main(world, {"reconciler.toml": target(world.url) + LOOSE})


def commit_to_main(world: World, files: dict[str, str | None]) -> None:
    """A commit on main that came without a pull request."""
    world.origin.switch("main", world.origin.tip())
    world.origin.commit(files)
    world.pushes.append(world.origin.publish("refs/heads/main"))


def proposed(world: World, code: str, value: int = 20, author: str = "priya") -> int:
    """A pull request that gives a series another value, and was planned."""
    number = world.open(f"change-{code}", series(code, discountValue=value), author)
    assert "success" == world.plan(number).conclusion
    return number


def rules(run: Run) -> dict[str, str]:
    """The rules by which approvals of series did not count, by code."""
    said = run.job("merged").step("Read what was approved").output
    found: dict[str, list[str]] = {}
    for rule, codes, _ in _REJECTED.findall(said):
        for code in codes.split(", "):
            found.setdefault(code, []).append(rule)
    return {code: " ".join(sorted(set(names))) for code, names in found.items()}


def assert_not_applied(run: Run, *codes: str) -> None:
    """An apply left series alone, named each, and failed."""
    assert "failure" == run.conclusion
    assert 5 == steps(run.job("merged"))["Apply it"]
    assert dict.fromkeys(codes, "blocked") == {
        code: how for code, how in outcomes(run).items() if how != "done"
    }
    for code in codes:
        assert f"`{code}`" in run.job("merged").summary


def assert_only_the_fair_one_is_applied(
    world: World, attacks: Mapping[str, tuple[Attack, str]]
) -> None:
    """Each series is attacked, and refused by the rule beside it; FAIR's change goes through."""
    loosen(world)
    world.approve(fair := proposed(world, "FAIR"))
    world.merge(fair)
    for code, (attack, _) in attacks.items():
        attack(world, code)
    assert [] == world.writes()
    done = world.apply()

    assert {code: rule for code, (_, rule) in attacks.items()} == rules(done)
    assert "done" == outcomes(done)["FAIR"]
    assert_not_applied(done, *attacks)
    assert {"FAIR": 20, **dict.fromkeys(attacks, 10)} == world.values() == world.recorded()
    assert ["FAIR"] == world.writes()
