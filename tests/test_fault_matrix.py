"""Whatever goes wrong in a run, wherever: no duplicate, nothing lost, a true report, and the next
run ends it. verdicts.py says what has to be true.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from disturbed import EDITS, FEW, LISTS, lost, scenes
from faults import FROM_THE, ONLY_THE, OPERATIONS, PUTS, WAYS, WRITES, cases, fill, run, texts
from verdicts import broken

from reconciler.sandbox import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conftest import FromText
    from disturbed import Scene
    from faults import Case, Put, Way

    from reconciler.config import Target
    from reconciler.sandbox import Store

    Hold = Callable[[Iterable[Case]], int]

pytestmark = pytest.mark.no_cover  # so much at once takes twice as long measured

MATRIX = [name for name in OPERATIONS if name != "request"]
READS = [name for name in MATRIX if name not in WRITES]
WRITING = [name for name in MATRIX if name in WRITES]


@pytest.fixture
def hold(
    desired: FromText,
    target: Target,
    record_property: Callable[[str, object], None],
    request: pytest.FixtureRequest,
) -> Hold:
    """Runs combinations, says how many held, fails with all that did not; how many went without
    their fault, because the run made no such request.
    """
    files = desired(*texts())

    def hold_all(combinations: Iterable[Case]) -> int:
        found: dict[str, list[str]] = {}
        struck = healed = 0
        for case in combinations:
            found[str(case)], first = broken(case, files, target)
            met = first.met(case.set())
            struck, healed = struck + met, healed + (met and first.healed)
        wrong = {case: said for case, said in found.items() if said}
        figures = (
            f"{len(found):,} combinations ran, {len(found) - len(wrong):,} held; the fault struck"
            f" in {struck:,}, and {healed:,} of these were done in the first run all the same"
        )
        record_property("figures", figures)
        sys.stdout.write(f"\n{request.node.name}: {figures}\n")
        assert {} == wrong
        return len(found) - struck

    return hold_all


@pytest.mark.parametrize(
    "operations",
    [
        pytest.param(READS, id="reads"),
        pytest.param(WRITING, id="writes", marks=pytest.mark.slow),  # in the whole matrix, too
    ],
)
def test_each_fault_of_each_operation_leaves_live_right_and_the_report_true(
    operations: list[str], hold: Hold
) -> None:
    assert 0 == hold(cases(operations, ["first"], ["replace"], ["at once"]))


@pytest.mark.slow
@pytest.mark.parametrize("put", PUTS)
@pytest.mark.parametrize("way", WAYS)
def test_the_whole_matrix_holds(put: Put, way: Way, hold: Hold) -> None:
    hold(cases(MATRIX, puts=[put], ways=[way]))


@pytest.mark.slow
@pytest.mark.parametrize("calls", [ONLY_THE, FROM_THE], ids=["one", "all from one on"])
def test_whichever_request_it_is_that_a_fault_strikes(calls: dict[str, object], hold: Hold) -> None:
    hold(cases(["request"], list(calls), ["replace"], ["at once"]))


@pytest.fixture
def keep(
    desired: FromText, target: Target, request: pytest.FixtureRequest
) -> Callable[[Iterable[Scene]], None]:
    """Runs scenes, says how many were kept, fails with all that were not."""
    files = desired(*texts())

    def keep_all(played: Iterable[Scene]) -> None:
        found = {str(scene): list(lost(scene, files, target)) for scene in played}
        wrong = {scene: said for scene, said in found.items() if said}
        figures = f"{len(found):,} combinations ran, {len(found) - len(wrong):,} held"
        sys.stdout.write(f"\n{request.node.name}: {figures}\n")
        assert {} == wrong

    return keep_all


@pytest.mark.parametrize("edits", EDITS)
def test_no_edit_that_is_made_while_an_update_waits_is_lost(
    edits: str, keep: Callable[[Iterable[Scene]], None]
) -> None:
    keep(scenes(["update PUT"], [edits], ["whole"], faults=FEW, calls=["first"]))


@pytest.mark.parametrize("lists", LISTS)
def test_what_breaks_off_is_found_whatever_lists_show(
    lists: str, keep: Callable[[Iterable[Scene]], None]
) -> None:
    keep(scenes(["POST", "claim PUT"], ["no"], [lists], faults=FEW, calls=["first"]))


@pytest.mark.slow
@pytest.mark.parametrize("edits", EDITS)
@pytest.mark.parametrize("way", WAYS)
def test_no_edit_that_is_made_during_any_wait_is_lost(
    edits: str, way: Way, keep: Callable[[Iterable[Scene]], None]
) -> None:
    keep(scenes(MATRIX, [edits], ["whole"], ways=[way]))


@pytest.mark.slow
@pytest.mark.parametrize("edits", ["no", *EDITS])
def test_the_whole_matrix_holds_where_lists_are_thin(
    edits: str, keep: Callable[[Iterable[Scene]], None]
) -> None:
    keep(scenes(MATRIX, [edits], ["thin"], ways=["at once", "saved"]))


def test_a_create_carried_out_after_the_next_run_is_a_second_series_and_plans_name_it(
    store: Store, desired: FromText, target: Target
) -> None:
    """The limit that docs/reliability.md states: nobody can see what has not happened yet."""
    files = desired(*texts())
    fill(store)
    late = Fault("late", method="POST", path=OPERATIONS["POST"][1], calls=(1,), after=1000)
    first = run(store, files, target, faults=[late], settled=False)
    assert ["unknown", "done", "done", "done"] == [end.status for end in first.outcomes]

    assert run(store, files, target).healed

    assert 6 == len(store.rows())
    third = run(store, files, target)
    assert () == third.outcomes
    (said,) = [said for said in third.plan.warnings if "end it" in said] if third.plan else [""]
    assert "was created for it and never got the code" in said
