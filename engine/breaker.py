"""Who is told when a run is held or fails, or a file is missing; after three failures a workflow rests.

The colleague who is told is the workspace's `fallback_person`, on their Wakeline page. The caller holds the
transaction in which the run is held or ends.
"""

from __future__ import annotations

from itertools import takewhile

from engine.guards import Held
from engine.handover import Missing
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
    """After a run that failed, or in which every record did: told the first time of several in a row.

    After the third that failed the workflow is paused, which is told too. Records alone pause nothing: a bad
    one of today must not keep away the good ones of tomorrow. Whoever starts a run by hand sees how it ends,
    or that it is held.
    """
    if run.cause is Cause.HAND:
        return
    if state in _BAD:
        _tell_of_failure(shift, run)
        return
    nobody = list(takewhile(_processed_nobody, shift.agenda.last_busy(run.workflow, 2)))
    if len(nobody) == 1 and nobody[0].id == run.id:
        _tell(shift, run, "nobody", count=nobody[0].failed)


def _processed_nobody(run: RunRow) -> bool:
    return run.failed > 0 and not run.started and not run.woken


def _tell_of_failure(shift: Shift, run: RunRow) -> None:
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


def tell_of_missing(shift: Shift, missing: Missing) -> None:
    """While there is time to put the file back; the workflow's latest run stands for it."""
    run = shift.agenda.latest(missing.workflow)
    if run is not None:
        until = missing.until.astimezone(shift.roster.workspace.settings.zone)
        facts = {"count": missing.waiting, "letters": missing.letters, "until": f"{until:%Y-%m-%d %H:%M}"}
        _tell(shift, run, f"missing/{until}", **facts)


def _tell(shift: Shift, run: RunRow, key: str, **facts: object) -> None:
    """`key` is the text's; what follows a slash tells apart what the same run is told of more than once."""
    settings = shift.roster.workspace.settings
    if settings.fallback_person is None:
        return
    texts = Texts.of(settings.language)
    if "name" not in facts:
        one = shift.roster.of(shift.session, run.workflow, run.version)
        facts["name"] = run.workflow if one is None else one.workflow.names.of(texts.language)
    text = texts.say(f"told.{key.partition('/')[0]}", run=run.id, workflow=run.workflow, **facts)
    name = f"run/{run.id}/{key}/{run.fence}"
    shift.agenda.tell(settings.fallback_person.text, text, run=run.id, at=shift.clocks.now(), key=name)
