"""A worker at work: its connection, what it may run, its name, its clocks; an argument of every unit."""

from __future__ import annotations

import os
import platform
import secrets
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.ledger.agenda import Agenda
from engine.ledger.claims import Claims, Hand
from engine.ledger.facts import Facts
from engine.posting.handed import Handed
from engine.publishing import Runnable, all_runnable, recorded
from engine.records.session import Session
from engine.rhythm import Rhythm
from engine.workspace import Workspace

LEASE = timedelta(seconds=60)
"""Renewed with every chunk, which takes about a second."""
PREPARING = timedelta(minutes=15)
"""Selecting may scan millions of records in one statement, which nobody can renew a lease in."""


def machine_now() -> datetime:
    """The moment by this machine."""
    return datetime.now(UTC)


def machine_seconds() -> float:
    """Seconds that pass even while the machine sleeps, and that nobody can set."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True)
class Clocks:
    """`now` is what workflows go by (a test may speed it up), `machine` what leases go by.

    `passed` counts seconds of `now` that have really passed: it tells a clock that was set from time.
    """

    now: Callable[[], datetime] = machine_now
    machine: Callable[[], datetime] = machine_now
    passed: Callable[[], float] = machine_seconds

    @classmethod
    def standing(cls, at: datetime) -> Clocks:
        """A clock that stands still, as with `--at`."""
        return cls(now=lambda: at)

    @classmethod
    def fast(cls, at: datetime, times: float) -> Clocks:
        """A clock that begins at a moment and runs so many times too fast."""
        began = machine_seconds()

        def passed() -> float:
            return (machine_seconds() - began) * times

        return cls(now=lambda: at + timedelta(seconds=passed()), passed=passed)


_TOKENS: set[str] = set()
"""The workers of this process; a process may get the number that a dead one had."""


def new_name() -> str:
    """A worker's name: machine, process and a token, so that others on the machine can tell it is dead."""
    token = secrets.token_hex(4)
    _TOKENS.add(token)
    return f"{_machine()}:{os.getpid()}:{token}"


def is_dead(name: str) -> bool:
    """Whether a worker is known to be dead: of another machine nobody knows."""
    machine, _, rest = name.rpartition(":")[0].rpartition(":")
    token = name.rpartition(":")[2]
    if machine != _machine() or os.name != "posix" or not rest.isdecimal():
        return False
    if int(rest) == os.getpid():
        return token not in _TOKENS
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _machine() -> str:
    """The machine, or the container: processes of one count their numbers together."""
    try:
        return f"{platform.node()}/{Path('/proc/self/ns/pid').readlink().name.strip('pid:[]')}"
    except OSError:
        return platform.node()


class Roster:
    """The workflows that may run: those of the files, and recorded versions that runs were put with."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._seen = -1
        self._tonight: tuple[Runnable, ...] = ()
        self._by_id: dict[str, Runnable] = {}
        self._old: dict[tuple[str, str], Runnable] = {}
        self._rhythms: dict[str, Rhythm] = {}
        self._stood: dict[str, str] = {}

    def all(self, session: Session) -> tuple[Runnable, ...]:
        """Every workflow of the files, in the order of a night; changed files are published, if they may be.

        Files that were never published, or never valid, promise nothing. A file is published once: what
        others publish after it runs until it changes. The caller holds a transaction.
        """
        if self._seen != session.book.newest_version():
            found = sorted(all_runnable(session, self.workspace, self._stood), key=_in_order)
            self._stood |= {one.workflow.id: one.workflow.version for one in found if not one.behind}
            self._tonight, self._seen = tuple(found), session.book.newest_version()
            self._by_id = {one.workflow.id: one for one in found}
        return self._tonight

    @property
    def behind(self) -> frozenset[str]:
        """The workflows whose files were published from here, and which others have published anew since."""
        behind = (self.workspace.workflow(one.workflow.id) for one in self._tonight if one.behind)
        return frozenset(one.id for one in behind if one and self._stood.get(one.id) == one.version)

    def now(self, session: Session, workflow: str) -> Runnable | None:
        """The version of a workflow that its file stands for; None without a file, or one never published."""
        self.all(session)
        return self._by_id.get(workflow)

    def of(self, session: Session, workflow: str, version: str) -> Runnable | None:
        """A version that a run was put with: a run ends on the version it began with (RELIABILITY F21)."""
        for one in self._tonight:
            if (one.workflow.id, one.workflow.version) == (workflow, version):
                return one
        found = self._old.get((workflow, version)) or self._in_files(workflow, version)
        found = found or recorded(session, self.workspace, workflow, version)
        if found is not None:
            self._old[workflow, version] = found
        return found

    def after(self, workspace: Workspace) -> Roster:
        """That of the same folder, read again; of a workflow that is the same, its times are known."""
        found = Roster(workspace)
        found._rhythms, found._stood = self._rhythms, self._stood
        return found

    def rhythm(self, one: Runnable) -> Rhythm:
        """When a workflow of tonight is due."""
        found = self._rhythms.get(one.workflow.id)
        if found is None or found.one.workflow is not one.workflow:
            found = self._rhythms[one.workflow.id] = Rhythm(one)
        return found

    def _in_files(self, workflow: str, version: str) -> Runnable | None:
        found = self.workspace.workflow(workflow)
        return Runnable(self.workspace, found) if found is not None and found.version == version else None


def _in_order(one: Runnable) -> tuple[int, str]:
    return one.workflow.priority, one.workflow.id


def _nobody_is_known_to_be_dead(_: str) -> bool:
    return False


def _stays() -> bool:
    return False


@dataclass(frozen=True)
class Shift:
    """One worker on one connection. `session.clock` stands at the moment of the present unit.

    `handed` is what the worker remembers from one connection to the next. Unless it `counts_barred`, nobody
    asks what kept how many records from starting.
    """

    session: Session
    roster: Roster
    name: str = "here"
    clocks: Clocks = field(default_factory=Clocks)
    lease: timedelta = LEASE
    preparing: timedelta = PREPARING
    is_dead: Callable[[str], bool] = _nobody_is_known_to_be_dead
    leaves: Callable[[], bool] = _stays
    translated: Callable[[], AbstractContextManager[None]] = nullcontext
    version: str = ""
    counts_barred: bool = True
    handed: Handed = field(default_factory=Handed)

    @property
    def agenda(self) -> Agenda:
        """What is to be run, over the same connection."""
        return Agenda(self.session.connection)

    @property
    def facts(self) -> Facts:
        """What is kept under names, over the same connection."""
        return Facts(self.session.connection)

    @property
    def claims(self) -> Claims:
        """Who works on what, over the same connection."""
        return Claims(self.session.connection)

    @property
    def now(self) -> datetime:
        """The moment of the present unit."""
        return self.session.clock.now

    def hand(self) -> Hand:
        """This worker, now, and whom it knows to be dead. The caller holds a transaction.

        It claims one run at a time: what stands under its own name then, it could not give back.
        """
        dead = [name for name in self.claims.busy_workers() if name == self.name or self.is_dead(name)]
        return Hand(self.name, self.clocks.machine(), dead)

    def at(self, now: datetime) -> Shift:
        """The same at another moment."""
        clock = replace(self.session.clock, now=now.astimezone(UTC))
        return replace(self, session=replace(self.session, clock=clock))
