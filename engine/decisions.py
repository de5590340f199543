"""What people decide: approve or refuse a held run, let a workflow rest, confirm the time."""

from __future__ import annotations

from engine.ledger.agenda import RunRow
from engine.lifecycle import rest_of
from engine.model.diagnostics import WrongUsage
from engine.model.nights import Cause, RunState
from engine.posting.switch import CLOCK_JUMP
from engine.publishing import present_ids
from engine.register import known_ids, unknown_workflow
from engine.shift import Shift


def decide(shift: Shift, run: int, by: str, because: str, *, approved: bool) -> RunRow:
    """Approve a held run, so that it is due, or refuse it.

    Raises WrongUsage: there is nothing to decide, or what is approved would not be done.
    """
    with shift.session.transaction():
        shift.agenda.expire_holds(shift.now)
        held = shift.agenda.run(run)
        if approved and held is not None and held.state is RunState.HELD:
            _demand_awake(shift, held)
        done = shift.agenda.decide(run, shift.session.clock, by, because, approved=approved)
        row = shift.agenda.run(run)
    if row is None:
        raise WrongUsage("W621", run=run)
    if not done:
        raise WrongUsage("W645", run=run, workflow=row.workflow, kind=str(row.state))
    return row


def _demand_awake(shift: Shift, held: RunRow) -> None:
    """Of a workflow that rests, or without a file, nothing would come but a run that is skipped.

    What a person has started although it rests is theirs to approve.
    """
    facts = {"run": held.id, "workflow": held.workflow}
    rest = None if held.cause is Cause.HAND else rest_of(shift, held.workflow)
    if rest is not None:
        raise WrongUsage("W667", **facts, kind=str(rest.get("kind", "")))
    if held.workflow not in set(present_ids(shift.session, shift.roster.workspace)):
        raise WrongUsage("W667", **facts, kind="away")


def pause(shift: Shift, workflow: str, by: str, because: str) -> bool:
    """Let a workflow rest until somebody resumes it; False when it rests already. Raises WrongUsage."""
    name = _id_of(shift, workflow)
    with shift.session.transaction():
        reason = {"code": "W643", "because": because}
        return shift.agenda.pause(name, shift.now, by, reason)


def resume(shift: Shift, workflow: str) -> bool:
    """Let it run again, from its next time on; False when it was not paused. Raises WrongUsage."""
    name = _id_of(shift, workflow)
    with shift.session.transaction():
        return shift.agenda.resume(name)


def confirm_time(shift: Shift, by: str) -> bool:
    """The clock is right although it has jumped: what was held back goes on. False when nothing was."""
    with shift.session.transaction():
        jumped = shift.facts.get(CLOCK_JUMP) is not None
        shift.facts.forget(CLOCK_JUMP)
        if jumped:
            shift.facts.put("clock_confirmed", f"{shift.now.isoformat()} {by}")
    return jumped


def _id_of(shift: Shift, name: str) -> str:
    """The id of a workflow, of its file, or of one that was published and has no file any more."""
    workspace = shift.roster.workspace
    found = workspace.workflow(name)
    if found is not None:
        return found.id
    with shift.session.transaction():
        is_known = shift.session.book.latest_version(name) is not None
    if not is_known and name not in set(known_ids(workspace)):
        raise unknown_workflow(workspace, name)
    return name
