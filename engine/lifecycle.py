"""The life of one run: claimed, opened, carried out part by part, ended; broken off anywhere, it goes on.

What prepares a run depends on its cause (PREPARE). Everything a worker writes for a run, it writes under the
fence of its claim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeAlias

from engine.apply import Receipt, apply_effects
from engine.breaker import tell_of_end
from engine.eventing import end_of_run, put_off_deferred
from engine.guards import Held
from engine.ledger.agenda import Reason, RunRow
from engine.ledger.claims import MOST_BREAKS, Shard
from engine.ledger.seals import Seals
from engine.model.diagnostics import EngineError, StaleFence, StoreAway
from engine.model.effects import EffectKind
from engine.model.nights import BY_PEOPLE, Cause, RunState
from engine.model.values import stored_instant
from engine.model.workflow import Workflow
from engine.pipeline import RunResult, Selected, prepare
from engine.publishing import Runnable
from engine.recording import record_answers
from engine.records.session import Session
from engine.sealing import Drift, Sealed, keep_shown, shown_of
from engine.shift import Shift
from engine.telling import tell_of_hold
from engine.undo import go_on_undoing
from engine.waking import look_after, prepare_waking
from engine.work import Keeping, Opened, Work
from engine.workspace import Workspace

Preparing: TypeAlias = Callable[[Session, Workspace, Workflow, RunRow], Selected]

FILE_PAUSED: Reason = {"code": "W643", "kind": "file"}


def _prepare_start(session: Session, workspace: Workspace, workflow: Workflow, _: RunRow) -> Selected:
    found = prepare(session, workspace, workflow)
    return Selected((found,), found.checked, found.held)


def _prepare_waking(session: Session, workspace: Workspace, workflow: Workflow, run: RunRow) -> Selected:
    return prepare_waking(session, workspace, workflow, everything=run.cause is Cause.LOOK)


PREPARE: Mapping[Cause, Preparing] = MappingProxyType(
    {
        Cause.CLOCK: _prepare_start,
        Cause.HAND: _prepare_start,
        Cause.EVENT: _prepare_start,
        Cause.WAIT: _prepare_waking,
        Cause.LOOK: _prepare_waking,
    }
)
"""What selects and plans a run, by its cause."""


def see_to(session: Session, workflow: Workflow, cause: Cause) -> None:
    """What a run sees to before it selects anything, once in its life."""
    if cause in {Cause.WAIT, Cause.LOOK}:
        session.end_gone(workflow)
        if cause is Cause.LOOK:
            look_after(session, workflow)
    else:
        session.close_episodes(workflow)


def begin_by_hand(
    shift: Shift, one: Runnable, cause: Cause = Cause.HAND, approved: Sealed | None = None
) -> Work:
    """A run that a person starts: it is put and taken in one step, so that no worker comes between.

    With the cause `look` what waits for the workflow is looked at, by the version that `one` is. What is
    `approved` stands in the ledger too: whoever takes up a run that broke off does nothing else either.
    """
    with shift.session.transaction():
        hand, clock = shift.hand(), shift.session.clock
        shift.claims.end_broken(one.workflow.id, hand, stored_instant(clock.now))
        workflow = one.workflow
        cleared = int(approved is not None)
        number = shift.agenda.put(
            workflow.id, workflow.version, cause, clock, priority=workflow.priority, cleared=cleared
        )
        if approved is not None:
            approved.keep(Seals(shift.session.connection), number)
        fence = shift.claims.take_by_hand(number, hand, shift.preparing)
        row = shift.agenda.run(number)
        assert row is not None
    return Work(row, fence, one, session_of(shift, row, one))


def claim_run(shift: Shift, number: int, *, at_once: bool = False) -> Work | None:
    """Take a run up; None when somebody else has it, when it cannot be run, or when its turn has not come.

    With `at_once` it need not wait for a turn.
    """
    with shift.session.transaction():
        fence = shift.claims.claim(number, shift.hand(), shift.preparing, at_once=at_once)
        row = shift.agenda.run(number) if fence is not None else None
        if fence is None or row is None:
            return None
        one = shift.roster.of(shift.session, row.workflow, row.version)
        paused = rest_of(shift, row.workflow) if row.cause not in BY_PEOPLE else None
        if one is not None and shift.claims.breaks(number) <= MOST_BREAKS and paused is None:
            return Work(row, fence, one, session_of(shift, row, one))
        ended = {"ended_at": stored_instant(shift.clocks.now())}
        if paused is not None:
            shift.claims.end(number, fence, _unbegun(shift, row), reason=paused, **ended)
        elif one is None:
            reason = {"code": "W647", "workflow": row.workflow, "version": row.version}
            shift.claims.end(number, fence, RunState.FAILED, reason=reason, **ended)
        else:
            reason = {"code": "W646", "count": str(MOST_BREAKS)}
            shift.claims.end(number, fence, RunState.FAILED, reason=reason, **ended)
            tell_of_end(shift, row, RunState.FAILED)
    return None


def rest_of(shift: Shift, workflow: str) -> Reason | None:
    """Why a workflow rests: a person or the circuit breaker paused it, or its file; None while it runs."""
    now = shift.roster.now(shift.session, workflow)
    return shift.agenda.paused().get(workflow) or (FILE_PAUSED if now and not now.workflow.active else None)


def _unbegun(shift: Shift, row: RunRow) -> RunState:
    """Skipped, if nothing was done yet."""
    return RunState.STOPPED if shift.claims.shards(row.id) else RunState.SKIPPED


def session_of(shift: Shift, row: RunRow, one: Runnable) -> Session:
    """At the moment of the run and for its events: a slot stands for its moment, however late it is run."""
    own = shift.session.about(one.workspace.model, one.workspace.settings.late_calendar)
    events = row.id if row.cause is Cause.EVENT else None
    return replace(own, clock=replace(own.clock, now=row.at), event_run=events)


def open_claimed(shift: Shift, work: Work) -> Opened | RunResult:
    """Select, plan, ask the guards; one that goes on is not asked again, and does not close episodes again.

    All of it is one transaction: either its parts are in the ledger and the guards have let it pass, or
    nothing has happened.
    """
    run, session, one = work.run, work.session, work.one
    with session.transaction():
        goes_on = bool(shift.claims.shards(run.id))
        if not goes_on:
            see_to(session, one.workflow, run.cause)
        prepared = PREPARE[run.cause](session, one.workspace, one.workflow, run)
        if goes_on:
            shift.agenda.forget_failures(run.id)
            shift.claims.renew(run.id, work.fence, shift.clocks.machine() + shift.lease)
            return Opened(work, prepared, barred_before(run, one.workflow), goes_on=True)
        barred = _barred(session, one.workflow, prepared) if shift.counts_barred else ()
        opened = Opened(work, prepared, barred)
        record_answers(session, one.workspace.settings.recording, prepared, run.id)
        drift = _drift(session, work, prepared)
        if drift is not None and work.approved is not None:
            return _refuse(shift, opened, drift)
        held = _held(work, prepared, drift)
        if held is not None:
            return _hold(shift, opened, held)
        if run.is_cleared:
            Seals(session.connection).forget(run.id)
        put_off_deferred(session, prepared, run.id)
        shift.claims.put_shard(run.id, Shard(0, "waiting"))
        until = shift.clocks.machine() + shift.lease
        shift.claims.renew(run.id, work.fence, until, cleared=1, **_counted(opened))
    return opened


def _drift(session: Session, work: Work, prepared: Selected) -> Drift | None:
    """How what would be done differs from what somebody has approved; None where it does not."""
    approved = work.approved
    if approved is None and work.run.is_cleared:
        approved = shown_of(Seals(session.connection), work.run.id)
    return None if approved is None else approved.drift(prepared.parts)


def _held(work: Work, prepared: Selected, drift: Drift | None) -> Held | None:
    """The guard that stops it now: once approved, only that it is not any more what was approved."""
    if drift is not None:
        return Held("drifted", len(drift), 0, drift=drift.as_json())
    return None if work.approved is not None or work.run.is_cleared else prepared.held


def _hold(shift: Shift, opened: Opened, held: Held) -> RunResult:
    run, fence, connection = opened.work.run, opened.work.fence, opened.work.session.connection
    keep_shown(Seals(connection), run.id, opened.prepared.parts)
    since = {"since": stored_instant(shift.clocks.now())}
    counted = _counted(opened)
    shift.claims.end(run.id, fence, RunState.HELD, held=held.as_json() | since, cleared=0, **counted)
    tell_of_hold(shift, run, opened.work.one, held)
    opened.prepared.close()
    return replace(_result(opened, Receipt(), "held"), held=held)


def _refuse(shift: Shift, opened: Opened, drift: Drift) -> RunResult:
    """It is not any more what somebody has approved: nothing is done."""
    run, fence = opened.work.run, opened.work.fence
    failure = EngineError("W668", **drift.counts)
    reason = {"code": failure.code, **failure.facts}
    ended = stored_instant(shift.clocks.now())
    shift.claims.end(run.id, fence, RunState.REFUSED, reason=reason, ended_at=ended, **_counted(opened))
    opened.prepared.close()
    return replace(_result(opened, Receipt(), "refused"), error=failure, drift=drift.as_json())


def _counted(opened: Opened) -> dict[str, Any]:
    """What the ledger notes of a selection."""
    result = _result(opened, Receipt(), "running")
    selected = ("checked", "matched", "deferred")
    return {name: result.counts()[name] for name in selected} | {"barred": result.barred_json()}


def execute_part(shift: Shift, opened: Opened, number: int) -> Receipt:
    """Carry out a part of a run, chunk by chunk, on top of what was done before it broke off."""
    work, session = opened.work, opened.work.session
    with session.transaction():
        row = shift.agenda.run(work.run.id)
    assert row is not None
    # Records that failed are met again, and counted again; what was started is not.
    receipt, keeper = replace(_done(row), failed=0), Keeping(shift, work, number, opened.prepared.matched)
    settings = work.one.workspace.settings
    for one in opened.prepared.parts:
        if not (receipt.stopped or receipt.interrupted):
            receipt = apply_effects(
                session,
                one.matched,
                one.reader,
                run=work.run.id,
                notices=settings.notices,
                keeper=keeper,
                before=receipt,
                keeps_imprints=settings.recording is not None,
            )
    if not receipt.interrupted or keeper.paused is not None:
        receipt.stopped = receipt.stopped or keeper.paused is not None
        with session.transaction():
            hand = shift.hand()
            shift.claims.renew(work.run.id, work.fence, hand.now + shift.lease, **receipt.so_far())
            state = "stopped" if receipt.stopped else "done"
            shift.claims.note_shard(work.run.id, number, state, hand=hand, fence=work.fence)
    return receipt


def close_run(shift: Shift, number: int, fence: int) -> RunRow | None:
    """End a run whose parts are all over; None while one is not. Once it is over this changes nothing."""
    with shift.session.transaction():
        row, parts = shift.agenda.run(number), shift.claims.shards(number)
        if row is None or row.state is not RunState.RUNNING:
            return row
        if not parts or any(one.state not in {"done", "stopped"} for one in parts):
            return None
        state = RunState.STOPPED if any(one.state == "stopped" for one in parts) else RunState.DONE
        is_watched = state is RunState.STOPPED and row.cause not in BY_PEOPLE
        paused = shift.agenda.paused().get(row.workflow) if is_watched else None
        ended = stored_instant(shift.clocks.now())
        shift.claims.end(number, fence, state, ended_at=ended, reason=paused)
        if paused is None:
            tell_of_end(shift, row, state)
        end_of_run(shift, number, row.workflow)
        return shift.agenda.run(number)


def carry_out(shift: Shift, work: Work) -> RunResult | None:
    """A claimed run, to its end. None when it was taken over, or was left for another worker to go on with.

    A database that is away for a time raises StoreAway, and the run is given back; any other failure of
    the world is the result.
    """
    try:
        with shift.translated():
            if work.run.cause is Cause.UNDO:
                return go_on_undoing(shift, work.run, work.fence, work.one)
            return _carry_out(shift, work)
    except StaleFence:
        return None
    except StoreAway:
        _release(shift, work)
        raise
    except EngineError as failure:
        return _failed(shift, work, failure)
    except Exception as bug:
        _failed(shift, work, EngineError("W644", bug=type(bug).__name__))
        raise
    except BaseException:
        _release(shift, work)
        raise


def _carry_out(shift: Shift, work: Work) -> RunResult | None:
    opened = open_claimed(shift, work)
    if isinstance(opened, RunResult):
        return opened
    with work.session.transaction():
        parts = shift.claims.shards(work.run.id)
    receipt = None
    for part in parts:
        if part.state in {"waiting", "running"}:
            receipt = execute_part(shift, opened, part.number)
    row = close_run(shift, work.run.id, work.fence)
    with work.session.transaction():
        opened.prepared.close()
    if row is None:
        _release(shift, work)
        return None
    if receipt is None:
        receipt = _done(row)
    return _result(opened, receipt, row.state)


def _failed(shift: Shift, work: Work, failure: EngineError) -> RunResult | None:
    """The run has failed, which is noted; None when it was taken over meanwhile."""
    reason = {"code": failure.code, **failure.facts}
    ended = stored_instant(shift.clocks.now())
    try:
        with shift.translated(), shift.session.transaction():
            shift.claims.end(work.run.id, work.fence, RunState.FAILED, reason=reason, ended_at=ended)
            tell_of_end(shift, work.run, RunState.FAILED)
            end_of_run(shift, work.run.id, work.run.workflow)
    except StaleFence:
        return None
    run, at = work.run, work.session.clock.local.isoformat()
    return RunResult(run.id, work.one.workflow, "failed", at, slot=run.slot, cause=run.cause, error=failure)


def _release(shift: Shift, work: Work) -> None:
    """Give the run back. Where even that fails its lease ends by itself."""
    with suppress(EngineError), shift.translated(), shift.session.transaction():
        shift.claims.release(work.run.id, work.fence)


def _done(row: RunRow) -> Receipt:
    """What a run has done so far."""
    effects = {EffectKind(kind): count for kind, count in row.effects.items()}
    return Receipt(started=row.started, woken=row.woken, failed=row.failed, effects=effects)


def _barred(session: Session, workflow: Workflow, prepared: Selected) -> tuple[int, ...]:
    """How many records each bar keeps from starting; nothing bars an enrollment that goes on."""
    starts = (one for one in prepared.parts if not one.matched.goes_on)
    return next((session.count_barred(workflow, one.draft) for one in starts), ())


def barred_before(run: RunRow, workflow: Workflow) -> tuple[int, ...]:
    """What kept how many away when the run was opened."""
    noted = {(one["kind"], one["because"]): one["count"] for one in run.barred}
    return tuple(noted.get((str(bar.kind), bar.reason or bar.path), 0) for bar in workflow.bars)


def _result(opened: Opened, receipt: Receipt, state: str) -> RunResult:
    work, prepared = opened.work, opened.prepared
    run, is_first = work.run, not opened.goes_on
    return RunResult(
        run=run.id,
        workflow=work.one.workflow,
        state=str(state),
        at=work.session.clock.local.isoformat(),
        checked=prepared.checked if is_first else run.checked,
        matched=prepared.matched if is_first else run.matched,
        deferred=prepared.deferred if is_first else run.deferred,
        started=receipt.started,
        woken=receipt.woken,
        cause=run.cause,
        failed=receipt.failed,
        effects={str(kind): count for kind, count in receipt.effects.items()},
        slot=run.slot,
        warnings=tuple(one for one in prepared.odd_names if one.at.file == work.one.workflow.file),
        by_bar=opened.by_bar,
    )
