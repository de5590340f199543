"""Runs and decisions on a store: what `run`, `approve` and their like do, one command at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine.decisions import confirm_time, decide, pause, resume
from engine.errands import ByHand, Done, Errand, OnlyOne, Tonight
from engine.ledger.agenda import rows_held
from engine.model.diagnostics import StoreAway, StoreLost, WrongUsage
from engine.model.moments import Clock
from engine.pauses import pause_after
from engine.posting.deliveries import Deliveries
from engine.posting.handed import Handed
from engine.records.store import Store
from engine.sealing import ApprovedPlan
from engine.shift import Clocks, Roster, Shift, is_dead, new_name
from engine.undo import Undoing, begin_undo, plan_undo
from engine.units import OnLetters, silent
from engine.workspace import Workspace

ALIVE = timedelta(seconds=60)
"""A worker that was not seen for so long is not waited for."""
MOST_TRIES = 6
"""So often a server is asked whether it is back: for about a minute in all."""


class Duty:
    """A workspace, its store and a moment: where somebody starts runs and decides about them."""

    def __init__(
        self,
        workspace: Workspace,
        store: Store,
        clock: Clock,
        clocks: Clocks,
        *,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """`wait` lets seconds pass while a server is away."""
        self.workspace, self.store, self.clock, self.clocks = workspace, store, clock, clocks
        self._wait, self._name, self._handed = wait, new_name(), Handed(is_complete=True)

    def run(self, names: Iterable[str] = (), on_letters: OnLetters = silent) -> Iterator[Done]:
        """Execute now, one after the other: those named, or all that is due; then empty the outbox.

        `on_letters` is told what became of letters that had waited.

        A workflow that fails does not stop the others; its result holds the failure. A slot that has run,
        or stands in the ledger with a reason, is not run again; what somebody else runs is left to them.
        A server that goes away meanwhile is waited for, about a minute; then the rest is left for next time.
        """
        asked = list(names)
        return self._see_through(Errand(ByHand(asked) if asked else Tonight(), on_letters))

    def run_exactly(self, plan: ApprovedPlan, on_letters: OnLetters = silent) -> Iterator[Done]:
        """Carry out a plan that somebody has approved, at its moment; what differs from it is refused."""
        clock = replace(self.clock, now=plan.at)
        duty = Duty(self.workspace, self.store, clock, self.clocks, wait=self._wait)
        return duty._see_through(Errand(ByHand([plan.workflow], plan), on_letters))

    def _see_through(self, errand: Errand) -> Generator[Done]:
        """An errand to its end, over as many connections as it takes. Raises StoreError."""
        tries, is_lost = 0, False
        while True:
            try:
                with self._shift() as shift:
                    for done in errand.go_on(shift):
                        tries, is_lost = 0, False
                        yield done
                    return
            except StoreAway as failure:
                # One that never was there is not waited for.
                is_lost = is_lost or isinstance(failure, StoreLost)
                if not is_lost or tries == MOST_TRIES:
                    given_up = errand.broken_off(self.clock.local, failure)
                    if given_up is None:
                        raise
                    yield *given_up, Deliveries()
                    return
            self._wait(pause_after(tries))
            tries += 1

    @contextmanager
    def undo(self, run: int, by: str, *, again: bool, is_dry: bool) -> Iterator[Undoing]:
        """Take a run back, or show what that would do. Raises WrongUsage."""
        self._demand_runs(WrongUsage("W623", run=run, nearest=""))
        if is_dry:
            with self.store.read(self.clock) as session:
                yield plan_undo(session, self.workspace, run, again=again)
            return
        with self._shift() as shift:
            yield begin_undo(shift, run, by, again=again)

    # --- decisions --------------------------------------------------------------------------

    def holds(self) -> list[dict[str, Any]]:
        """The runs that wait for a person."""
        with self.store.read(self.clock) as session:
            return list(rows_held(session.connection, self.clock.now)) if session.has_ledger else []

    def approve(self, run: int, by: str, because: str, on_letters: OnLetters = silent) -> Done | None:
        """Let a held run go on: at once, or by the worker that is there (None). Raises WrongUsage."""
        self._demand_runs(WrongUsage("W621", run=run, kind="never"))
        with self._shift() as shift:
            decide(shift, run, by, because, approved=True)
            if self._has_worker(shift):
                return None
        with closing(self._see_through(Errand(OnlyOne(run), on_letters))) as done:
            return next(done, None)

    def refuse(self, run: int, by: str, because: str) -> None:
        """A held run is not to be. Raises WrongUsage."""
        self._demand_runs(WrongUsage("W621", run=run, kind="never"))
        with self._shift() as shift:
            decide(shift, run, by, because, approved=False)

    def pause(self, workflow: str, by: str, because: str) -> bool:
        """Let a workflow rest; False when it does already. Raises WrongUsage."""
        with self._shift() as shift:
            return pause(shift, workflow, by, because)

    def resume(self, workflow: str) -> bool:
        """Let it run again; False when it was not paused. Raises WrongUsage."""
        if not self.store.has_ledger(self.clock):
            return False
        with self._shift() as shift:
            return resume(shift, workflow)

    def confirm_time(self, by: str) -> bool:
        """The clock is right, says somebody; False when nobody doubted it."""
        if not self.store.has_ledger(self.clock):
            return False
        with self._shift() as shift:
            return confirm_time(shift, by)

    def _demand_runs(self, there_is_none: WrongUsage) -> None:
        """Where nothing has run yet there is no run to decide about, and no store is made to say so."""
        if not self.store.has_ledger(self.clock):
            raise there_is_none

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
                self._name,
                self.clocks,
                is_dead=is_dead,
                translated=self.store.translated,
                handed=self._handed,
            )
