"""What the checks look at: the workspace, the ledger over one connection that cannot write, the clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from engine.ledger.agenda import Agenda, Reason
from engine.ledger.pulse import Pulse, Running, WorkerSeen, is_lapsed
from engine.model.moments import Clock
from engine.records.session import Session
from engine.shift import Roster, is_dead
from engine.workspace import Workspace


@dataclass(frozen=True)
class Seen:
    """A look at a ledger in its present form: leases go by `machine`, workflows by `clock`."""

    session: Session
    roster: Roster
    machine: datetime

    @property
    def workspace(self) -> Workspace:
        """The files."""
        return self.roster.workspace

    @property
    def clock(self) -> Clock:
        """The moment of the look."""
        return self.session.clock

    @property
    def pulse(self) -> Pulse:
        """The ledger in numbers."""
        return Pulse(self.session.connection)

    @property
    def agenda(self) -> Agenda:
        """The runs that are to come."""
        return Agenda(self.session.connection)

    @cached_property
    def paused(self) -> Mapping[str, Reason]:
        """Workflow -> why it is paused."""
        return self.agenda.paused()

    @cached_property
    def running(self) -> list[Running]:
        """The runs that somebody has taken up."""
        return self.pulse.running()

    @cached_property
    def workers(self) -> list[WorkerSeen]:
        """Who has come to work."""
        return self.pulse.workers()

    @cached_property
    def at_work(self) -> frozenset[str]:
        """Who has a run in hand, and time left for it."""
        held = (one.worker for one in self.running if not is_lapsed(one, self.machine))
        return frozenset(one for one in held if one and not is_dead(one))

    def rests(self, workflow: str) -> bool:
        """Whether a workflow is paused, by a person, by failures or by its file."""
        found = self.workspace.workflow(workflow)
        return workflow in self.paused or (found is not None and not found.active)
