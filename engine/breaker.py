"""After three failures in a row a workflow rests; that it failed is told the first time.

The caller holds the transaction in which the run ends.
"""

from __future__ import annotations

from itertools import takewhile

from engine.ledger.agenda import RunRow
from engine.model.nights import BY_PEOPLE, RunState
from engine.shift import Shift
from engine.telling import tell

IN_A_ROW = 3
WAKELINE = "wakeline"
"""Who paused a workflow when nobody did."""

_BAD = frozenset({RunState.FAILED, RunState.STOPPED})


def tell_of_end(shift: Shift, run: RunRow, state: RunState) -> None:
    """After a run that failed, or in which every record did: told the first time of several in a row.

    After the third that failed the workflow is paused, which is told too. Records alone pause nothing: a bad
    one of today must not keep away the good ones of tomorrow. Whoever starts a run by hand sees how it ends,
    or that it is held.
    """
    if run.cause in BY_PEOPLE:
        return
    if state in _BAD:
        _tell_of_failure(shift, run)
        return
    nobody = list(takewhile(_processed_nobody, shift.agenda.last_busy(run.workflow, 2)))
    if len(nobody) == 1 and nobody[0].id == run.id:
        tell(shift, run, "nobody", count=nobody[0].failed)


def _processed_nobody(run: RunRow) -> bool:
    return run.failed > 0 and not run.started and not run.woken


def _tell_of_failure(shift: Shift, run: RunRow) -> None:
    ends = shift.agenda.last_ends(run.workflow, IN_A_ROW)
    in_a_row = len(list(takewhile(_BAD.__contains__, ends)))
    if in_a_row >= IN_A_ROW:
        reason = {"code": "W648", "count": str(in_a_row)}
        if shift.agenda.pause(run.workflow, shift.clocks.now(), WAKELINE, reason):
            tell(shift, run, "paused", count=in_a_row)
    elif in_a_row == 1:
        tell(shift, run, "failed")
