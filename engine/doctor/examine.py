"""All checks in order, over one connection that cannot write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path

from engine.doctor.channels import check_channels
from engine.doctor.check import Check, Mark
from engine.doctor.clocks import check_clock, check_ticks
from engine.doctor.enrollments import check_enrollments
from engine.doctor.files import check_files
from engine.doctor.outbox import check_outbox
from engine.doctor.runs import check_runs
from engine.doctor.schedules import check_schedules
from engine.doctor.seen import Seen
from engine.doctor.store import STORE, check_absence, check_vitals, name_of
from engine.doctor.workers import check_workers
from engine.ledger.tables import HEAD
from engine.model.diagnostics import EngineError
from engine.model.moments import Clock
from engine.records.store import Store
from engine.shift import Roster, machine_now
from engine.workspace import Workspace

_ORDER = ("store", "clock", "files", "channels", "workers", "schedules", "runs", "enrollments", "outbox")


@dataclass(frozen=True)
class Checkup:
    """Every check, by group. `is_reachable`: the store could be opened, or is not there yet."""

    checks: tuple[Check, ...]
    is_reachable: bool

    @property
    def status(self) -> Mark:
        """The worst of them."""
        found = {one.status for one in self.checks}
        return next((one for one in (Mark.PROBLEM, Mark.NOTE) if one in found), Mark.OK)


@dataclass
class Doctor:
    """Looks at a workspace and its store, as often as asked."""

    workspace: Workspace
    open_store: Callable[[], Store]
    version: str
    machine: Callable[[], datetime] = machine_now
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def __post_init__(self) -> None:
        self._roster = Roster(self.workspace)  # knows old versions from one look to the next

    def look(self, clock: Clock, *, deep: bool = False) -> Checkup:
        """Everything at a moment; a store that cannot be reached is a check like the others."""
        checks = [
            *check_clock(self.workspace, clock, self.machine()),
            *check_files(self.workspace, self.version),
            *check_channels(self.workspace, self.environment),
        ]
        is_reachable = True
        try:
            checks += self._store(clock, deep=deep)
        except EngineError as failure:
            absent = check_absence(failure)
            is_reachable = absent.status is not Mark.PROBLEM
            checks.append(absent)
        checks.sort(key=lambda one: _ORDER.index(one.group))
        return Checkup(tuple(checks), is_reachable)

    def _store(self, clock: Clock, *, deep: bool) -> list[Check]:
        try:
            store = self.open_store()
        except OSError as failure:
            raise EngineError(
                "W922", file=Path(failure.filename or "").name, reason=str(failure.strerror)
            ) from failure
        vitals = store.vitals(deep=deep)
        checks = list(check_vitals(vitals, name_of(store.url)))
        if vitals.mark == HEAD:
            checks += self._ledger(store, clock)
        return checks

    def _ledger(self, store: Store, clock: Clock) -> list[Check]:
        """What the ledger tells; without what could not be read, such as a table that has changed."""
        found: list[Check] = []
        try:
            with store.read(clock) as session:
                seen = Seen(session, self._roster, self.machine())
                found.extend(_of_ledger(seen, self.version))
        except EngineError as failure:
            found.append(STORE.broken("tables", failure))
        return found


def _of_ledger(seen: Seen, version: str) -> Iterator[Check]:
    return chain(
        check_ticks(seen),
        check_workers(seen, version),
        check_schedules(seen),
        check_runs(seen),
        check_enrollments(seen),
        check_outbox(seen),
    )
