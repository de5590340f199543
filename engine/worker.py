"""A worker: at every round it looks at the clock and the files, carries out what is due, empties the outbox.

A round opens the database anew and leaves nothing open behind: whatever happened to the database meanwhile,
the next round finds it as it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine.ledger.agenda import RunRow
from engine.ledger.claims import Hand
from engine.log import log_of
from engine.model.diagnostics import EngineError
from engine.model.moments import Clock
from engine.pipeline import RunResult, store_of
from engine.posting.deliveries import Deliveries
from engine.posting.handed import Handed
from engine.posting.switch import CLOCK_JUMP
from engine.publishing import Runnable
from engine.records.session import Session
from engine.shift import LEASE, PREPARING, Clocks, Roster, Shift, is_dead, new_name
from engine.tally import Tally
from engine.units import (
    OnLetters,
    Ticked,
    deliver_all,
    execute_run,
    reconcile,
    silent,
    tick,
)
from engine.workspace import Workspace, file_names, open_workspace

EVERY = timedelta(seconds=20)
BIG_JUMP = timedelta(hours=24)
SMALL_STEP = timedelta(seconds=60)

Done = tuple[Runnable, RunResult, Deliveries]


@dataclass(frozen=True)
class Habits:
    """How a worker works: how often it ticks, how long it may be silent before others take over."""

    every: timedelta = EVERY
    lease: timedelta = LEASE
    preparing: timedelta = PREPARING
    version: str = "0"


@dataclass
class Worker:
    """One worker on a workspace; the files are read again when they have changed."""

    workspace: Workspace
    url: str = ""
    clocks: Clocks = field(default_factory=Clocks)
    habits: Habits = field(default_factory=Habits)
    name: str = field(default_factory=new_name)
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.log = log_of(self.name)
        self.store = store_of(self.workspace, self.url)
        self.roster = Roster(self.workspace)
        self._files = _print_of(self.workspace.root)
        self._last: tuple[datetime, float] | None = None
        self._told: set[str] = set()
        self._shut: set[str] = set()
        self._behind: frozenset[str] = frozenset()
        self._handed = Handed(is_complete=True)

    def round(self, leaves: Callable[[], bool], on_letters: OnLetters = silent) -> Iterator[Done]:
        """One tick, then everything that is due, then the letters; ticks again while runs take their time.

        `on_letters` is told what became of letters that had waited.
        Raises StoreAway while the database is away.
        """
        self._read_files()
        jumped = self._look_at_clock()
        with self.store.write(self.clock()) as session:
            shift = self._shift(session, leaves)
            with session.transaction():
                shift.claims.beat(self._hand(), self.habits.version)
                if jumped is not None:
                    shift.facts.put(CLOCK_JUMP, jumped)
            self._tick(shift)
            on_letters(self._deliver(shift, self.log))
            yield from self._work(shift)

    def _work(self, shift: Shift) -> Iterator[Done]:
        ticked = self.clocks.machine()
        while not shift.leaves() and (row := reconcile(shift)) is not None:
            log = self.log.bind(run=row.id, workflow=row.workflow, slot=row.slot, cause=str(row.cause))
            done = self._execute(shift, row, log)
            if done is not None:
                yield *done, self._deliver(shift, log)
            if self.clocks.machine() - ticked >= self.habits.every:
                shift, ticked = shift.at(self.clocks.now()), self.clocks.machine()
                self._tick(shift)

    def _execute(self, shift: Shift, row: RunRow, log: Any) -> tuple[Runnable, RunResult] | None:
        """One run. A bug in it is in the log and in its row; the others go on."""
        began = time.monotonic()
        log.info("run_begins", version=row.version, started=row.started)
        try:
            with shift.translated():
                done = execute_run(shift, row.id)
        except EngineError as failure:
            log.warning("run_given_back", code=failure.code)
            raise
        except Exception:
            log.exception("run_broke")
            return None
        if done is None:
            log.info("run_left")
        else:
            self._tell_run(done[1], log, time.monotonic() - began)
        return done

    def _tick(self, shift: Shift) -> None:
        self._tell_tick(tick(shift))
        self._tell_behind(shift.roster.behind)
        self.tally.tick(self.clocks.machine().timestamp())

    def leave(self) -> None:
        """Say goodbye to the others. Raises StoreError."""
        with self.store.write(self.clock()) as session, session.transaction():
            self._shift(session, lambda: True).claims.leave(self.name)

    # --- clocks and files -------------------------------------------------------------------

    def clock(self) -> Clock:
        """The moment that workflows go by."""
        settings = self.workspace.settings
        return Clock(self.clocks.now(), settings.zone, settings.late_calendar)

    def _look_at_clock(self) -> str | None:
        """What is noted when the clock has jumped since the last round; small steps back are only told."""
        now, passed = self.clocks.now(), self.clocks.passed()
        before, self._last = self._last, (now, passed)
        if before is None:
            return None
        jump = clock_jump(before, (now, passed))
        if jump >= BIG_JUMP:
            self.log.error("clock_jumped", seconds=int(jump.total_seconds()), code="W650")
            return now.isoformat()
        if jump < -SMALL_STEP:
            self.log.warning("clock_went_back", seconds=int(-jump.total_seconds()), code="W649")
        return None

    def _read_files(self) -> None:
        """The workspace again, if a file has changed; not while what every workflow stands on is broken."""
        seen = _print_of(self.workspace.root)
        if seen == self._files:
            return
        try:
            found = open_workspace(self.workspace.root, before=self.workspace)
        except (EngineError, OSError) as failure:
            self._tell_once("files_unreadable", kind=type(failure).__name__)
            return
        self._files = seen
        if found.broken_base:
            self.log.error("base_broken", file=found.broken_base[0].at.file, count=len(found.broken_base))
            return
        self._told.discard("files_unreadable")
        self.workspace, self.roster = found, self.roster.after(found)
        self.store = store_of(found, self.url)
        self.log.info("files_read", count=len(found.workflows), failed=len(_broken_files(found)))

    # --- the shift --------------------------------------------------------------------------

    def _shift(self, session: Session, leaves: Callable[[], bool]) -> Shift:
        return Shift(
            session,
            self.roster,
            self.name,
            self.clocks,
            self.habits.lease,
            self.habits.preparing,
            is_dead=is_dead,
            leaves=leaves,
            translated=self.store.translated,
            version=self.habits.version,
            handed=self._handed,
        )

    def _hand(self) -> Hand:
        return Hand(self.name, self.clocks.machine())

    def _deliver(self, shift: Shift, log: Any) -> Deliveries:
        done = deliver_all(shift.at(self.clocks.now()))
        self.tally.deliver(done.sent, done.failed)
        if done.sent or done.failed or done.in_doubt:
            log.info("delivered", sent=done.sent, not_sent=done.failed, in_doubt=done.in_doubt or None)
        self._tell_shut({one.code for one in done.told})
        return done

    # --- what is told -----------------------------------------------------------------------

    def _tell_tick(self, found: Ticked) -> None:
        if found.is_waiting:
            self._tell_once("time_unconfirmed", code="W650")
            return
        self._told.discard("time_unconfirmed")
        if found.back_from:
            self.log.warning("slots_of_the_future", count=len(found.back_from), code="W649")
        if found.slots or found.expired:
            self.log.info("tick", **found.slots, expired=len(found.expired) or None)

    def _tell_behind(self, behind: frozenset[str]) -> None:
        """Workflows of which others have published another version than the files here are."""
        if behind - self._behind:
            self.log.warning("published_elsewhere", count=len(behind))
        self._behind = behind

    def _tell_run(self, result: RunResult, log: Any, seconds: float) -> None:
        self.tally.end(result.workflow.id, result.state, seconds)
        level = log.info if result.state in {"done", "held"} else log.error
        level(
            "run_ends",
            state=result.state,
            **result.counts(),
            effects=dict(result.effects),
            guard=result.held.guard if result.held is not None else None,
            seconds=round(seconds, 3),
            code=result.error.code if result.error is not None else None,
        )

    def _tell_shut(self, codes: set[str]) -> None:
        """Why letters stay behind that are not to blame for it themselves: once, until it is over."""
        for code in sorted(codes - self._shut):
            self.log.warning("sending_rests", code=code)
        self._shut = codes

    def _tell_once(self, event: str, **facts: Any) -> None:
        if event not in self._told:
            self._told.add(event)
            self.log.error(event, **facts)


def clock_jump(before: tuple[datetime, float], after: tuple[datetime, float]) -> timedelta:
    """How much further the wall clock has gone than the time that passed; negative when it was set back."""
    return (after[0] - before[0]) - timedelta(seconds=after[1] - before[1])


def _broken_files(workspace: Workspace) -> set[str]:
    good = {one.file for one in workspace.workflows}
    return {one.at.file for one in workspace.diagnostics if one.severity == "error"} - good


def _print_of(root: Path) -> tuple[tuple[str, int, int], ...]:
    """The files of a workspace with their times and sizes: equal as long as nobody has written to one."""
    found = []
    for name in file_names(root) if root.is_dir() else ():
        try:
            status = (root / name).stat()
        except OSError:
            continue
        found.append((name, status.st_mtime_ns, status.st_size))
    return tuple(found)
