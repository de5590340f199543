"""Who is told when a run is held or fails; after three failures in a row the workflow rests.

The colleague who is told is the workspace's `fallback_person`, on their Wakeline page. The caller holds the
transaction in which the run is held or ends.
"""

from __future__ import annotations

from itertools import takewhile

from engine.guards import Held
from engine.ledger.agenda import RunRow
from engine.model.nights import Cause, RunState
from engine.publishing import Runnable
from engine.shift import Shift
from engine.texts import Texts

IN_A_ROW = 3
WAKELINE = "wakeline"
"""Who paused a workflow when nobody did."""

_BAD = frozenset({RunState.FAILED, RunState.STOPPED})


def tell_of_end(shift: Shift, run: RunRow, state: RunState) -> None:
    """After a run that failed: told the first time, and when the workflow is paused after the third.

    Whoever starts a run by hand sees how it ends, or that it is held.
    """
    if state not in _BAD or run.cause is Cause.HAND:
        return
    ends = shift.agenda.last_ends(run.workflow, IN_A_ROW)
    in_a_row = len(list(takewhile(_BAD.__contains__, ends)))
    if in_a_row >= IN_A_ROW:
        reason = {"code": "W648", "count": str(in_a_row)}
        if shift.agenda.pause(run.workflow, shift.clocks.now(), WAKELINE, reason):
            _tell(shift, run, "paused", count=in_a_row)
    elif in_a_row == 1:
        _tell(shift, run, "failed")


def tell_of_hold(shift: Shift, run: RunRow, one: Runnable, held: Held) -> None:
    """A run that waits for a person waits for somebody who knows of it (RELIABILITY, check 2)."""
    if run.cause is Cause.HAND:
        return
    texts = Texts.of(shift.roster.workspace.settings.language)
    _tell(shift, run, "held", reason=held.told(texts), name=one.workflow.names.of(texts.language))


def _tell(shift: Shift, run: RunRow, key: str, **facts: object) -> None:
    settings = shift.roster.workspace.settings
    if settings.fallback_person is None:
        return
    texts = Texts.of(settings.language)
    if "name" not in facts:
        one = shift.roster.of(shift.session, run.workflow, run.version)
        facts["name"] = run.workflow if one is None else one.workflow.names.of(texts.language)
    text = texts.say(f"told.{key}", run=run.id, workflow=run.workflow, **facts)
    name = f"run/{run.id}/{key}/{run.fence}"
    shift.agenda.tell(settings.fallback_person.text, text, run=run.id, at=shift.clocks.now(), key=name)
