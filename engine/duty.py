"""Runs and decisions on a store: what `run`, `approve` and their like do, one command at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from engine.decisions import confirm_time, decide, pause, resume
from engine.deliver import Deliveries
from engine.ledger.agenda import rows_held
from engine.lifecycle import begin_by_hand, carry_out, is_passing
from engine.looks import versions_waiting
from engine.model.diagnostics import EngineError
from engine.model.moments import Clock
from engine.model.nights import Cause
from engine.pipeline import RunResult
from engine.publishing import Runnable, runnable
from engine.records.store import Store
from engine.shift import Clocks, Roster, Shift, is_dead, new_name
from engine.units import deliver_batch, execute_run, put_tonight, reconcile
from engine.workspace import Workspace

ALIVE = timedelta(seconds=60)
"""A worker that was not seen for so long is not waited for."""


class Duty:
    """A workspace, its store and a moment: where somebody starts runs and decides about them."""

    def __init__(self, workspace: Workspace, store: Store, clock: Clock, clocks: Clocks) -> None:
        self.workspace, self.store, self.clock, self.clocks = workspace, store, clock, clocks

    def run(self, names: Iterable[str] = ()) -> Iterator[tuple[Runnable, RunResult, Deliveries]]:
        """Execute now, one after the other: those named, or all that is due; then empty the outbox.

        A workflow that fails does not stop the others; its result holds the failure. A slot that has run,
        or stands in the ledger with a reason, is not run again; what somebody else runs is left to them.
        """
        asked = list(names)
        with self._shift() as shift:
            deliver_batch(shift)  # what a killed run has left behind
            done = self._by_hand(shift, asked) if asked else self._tonight(shift)
            for one, result in done:
                yield one, result, deliver_batch(shift)

    def _by_hand(self, shift: Shift, names: list[str]) -> Iterator[tuple[Runnable, RunResult]]:
        with shift.session.transaction():
            chosen = [runnable(shift.session, self.workspace, one) for one in names]
        for one in chosen:
            for version, cause in (*self._waiting(shift, one), (one, Cause.HAND)):
                try:
                    result = carry_out(shift, begin_by_hand(shift, version, cause))
                except EngineError as failure:
                    result = _away(one, shift, failure)
                if result is not None and is_worth_telling(result):
                    yield version, result

    def _waiting(self, shift: Shift, one: Runnable) -> Iterator[tuple[Runnable, Cause]]:
        """The versions of a workflow that something waits on, each to be looked at."""
        with shift.session.transaction():
            found = [
                shift.roster.of(shift.session, workflow, version)
                for workflow, version in versions_waiting(shift, one.workflow.id)
            ]
        return ((version, Cause.LOOK) for version in found if version is not None)

    def _tonight(self, shift: Shift) -> Iterator[tuple[Runnable, RunResult]]:
        put_tonight(shift)
        while (row := reconcile(shift)) is not None:
            try:
                done = execute_run(shift, row.id)
            except EngineError as failure:
                if not is_passing(failure):
                    raise
                with shift.session.transaction():
                    one = shift.roster.of(shift.session, row.workflow, row.version)
                assert one is not None
                yield one, _away(one, shift, failure)
                return
            if done is not None and is_worth_telling(done[1]):
                yield done

    # --- decisions --------------------------------------------------------------------------

    def holds(self) -> list[dict[str, Any]]:
        """The runs that wait for a person."""
        with self.store.read(self.clock) as session:
            return list(rows_held(session.connection)) if session.has_ledger else []

    def approve(self, run: int, by: str, because: str) -> tuple[Runnable, RunResult, Deliveries] | None:
        """Let a held run go on: at once, or by the worker that is there (None). Raises WrongUsage."""
        with self._shift() as shift:
            decide(shift, run, by, because, approved=True)
            done = None if self._has_worker(shift) else execute_run(shift, run)
            return None if done is None else (*done, deliver_batch(shift))

    def refuse(self, run: int, by: str, because: str) -> None:
        """A held run is not to be. Raises WrongUsage."""
        with self._shift() as shift:
            decide(shift, run, by, because, approved=False)

    def pause(self, workflow: str, by: str, because: str) -> bool:
        """Let a workflow rest; False when it does already. Raises WrongUsage."""
        with self._shift() as shift:
            return pause(shift, workflow, by, because)

    def resume(self, workflow: str) -> bool:
        """Let it run again; False when it was not paused. Raises WrongUsage."""
        with self._shift() as shift:
            return resume(shift, workflow)

    def confirm_time(self, by: str) -> bool:
        """The clock is right, says somebody; False when nobody doubted it."""
        with self._shift() as shift:
            return confirm_time(shift, by)

    def _has_worker(self, shift: Shift) -> bool:
        with shift.session.transaction():
            seen = shift.claims.workers_seen(shift.clocks.machine() - ALIVE)
        return any(not is_dead(name) for name in seen)

    @contextmanager
    def _shift(self) -> Iterator[Shift]:
        with self.store.write(self.clock) as session:
            yield Shift(
                session,
                Roster(self.workspace),
                new_name(),
                self.clocks,
                is_dead=is_dead,
                translated=self.store.translated,
            )


def is_worth_telling(result: RunResult) -> bool:
    """A look that found nothing is not."""
    return result.cause not in {Cause.LOOK, Cause.WAIT} or bool(result.matched) or result.error is not None


def _away(one: Runnable, shift: Shift, failure: EngineError) -> RunResult:
    """The database went away; the run stands in the ledger for the next time."""
    at = shift.session.clock.local.isoformat()
    return RunResult(None, one.workflow, "failed", at, error=failure)
