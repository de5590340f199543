"""What held runs were about to do, packed: who approves one approves exactly that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from engine.ledger.tables import runs, seals
from engine.model.nights import RunState

_UNDECIDED = (RunState.HELD.value, RunState.DUE.value, RunState.RUNNING.value)


@dataclass(frozen=True)
class Seals:
    """The pages kept of each run, over one connection."""

    connection: sa.Connection

    def keep(self, run: int, pages: Iterable[bytes]) -> None:
        """The pages of a run instead of those that it has; what belongs to runs that are over goes."""
        open_ = sa.select(runs.c.id).where(runs.c.state.in_(_UNDECIDED))
        self.connection.execute(sa.delete(seals).where((seals.c.run == run) | seals.c.run.not_in(open_)))
        for number, content in enumerate(pages):
            self.connection.execute(sa.insert(seals).values(run=run, number=number, content=content))

    def of(self, run: int) -> Iterator[bytes]:
        """The pages of a run, in their order."""
        found = sa.select(seals.c.content).where(seals.c.run == run).order_by(seals.c.number)
        yield from self.connection.scalars(found)

    def forget(self, run: int) -> None:
        """What was kept of a run."""
        self.connection.execute(sa.delete(seals).where(seals.c.run == run))
