"""Runs on an open session, whatever else is due: of tests, rehearsals, and programs that embed Wakeline."""

from __future__ import annotations

from engine.ledger.waits import Waits
from engine.lifecycle import begin_by_hand, carry_out
from engine.model.nights import Cause
from engine.model.workflow import Workflow
from engine.pipeline import RunResult
from engine.publishing import Runnable
from engine.records.session import Session
from engine.shift import Roster, Shift
from engine.workspace import Workspace


def run_waiting(session: Session, workspace: Workspace, workflow: Workflow) -> list[RunResult]:
    """One look at all that waits for a workflow, on each of its versions, on an open session."""
    shift, found = Shift(session, Roster(workspace)), []
    for version in dict.fromkeys(one.version for one in Waits(session.connection).all(workflow.id)):
        one = shift.roster.of(session, workflow.id, version)
        if one is not None:
            found.append(_carried_out(shift, one, Cause.LOOK))
    return found


def run_workflow(session: Session, workspace: Workspace, workflow: Workflow) -> RunResult:
    """One execution by hand on an open session, whatever else is due."""
    return _carried_out(Shift(session, Roster(workspace)), Runnable(workspace, workflow), Cause.HAND)


def _carried_out(shift: Shift, one: Runnable, cause: Cause) -> RunResult:
    result = carry_out(shift, begin_by_hand(shift, one, cause))
    assert result is not None
    if result.error is not None and result.state == "failed":
        raise result.error
    return result
